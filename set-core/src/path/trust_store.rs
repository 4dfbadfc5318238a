//! The roots that are believed, and how one follows another.

use crate::crypto::CryptoProvider;
use crate::pkcs7::Digest;
use crate::x509::Certificate;
use crate::x509::ext::CertificateType;

/// Root certificates installed with the software, and successors learned since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustStore {
    roots: Vec<Certificate>,
}

impl TrustStore {
    /// A store that believes `roots`.
    #[must_use]
    pub fn new(roots: Vec<Certificate>) -> Self {
        Self { roots }
    }

    /// The roots.
    #[must_use]
    pub fn roots(&self) -> &[Certificate] {
        &self.roots
    }

    /// Installs a root that came over the wire, authenticated by its thumbprint, which was
    /// typed in or shipped. Says whether it fits.
    #[must_use]
    pub fn install(
        &mut self,
        crypto: &dyn CryptoProvider,
        root: &Certificate,
        thumbprint: &Digest,
    ) -> bool {
        let fits = is_root(crypto, root) && root.thumbprint(crypto) == *thumbprint;
        if fits && !self.roots.contains(root) {
            self.roots.push(root.clone());
        }
        fits
    }

    /// Takes in a successor that one of ours announces. Says whether it is new.
    pub fn adopt(&mut self, crypto: &dyn CryptoProvider, root: &Certificate) -> bool {
        let new = !self.roots.contains(root) && self.is_successor(crypto, root);
        if new {
            self.roots.push(root.clone());
        }
        new
    }

    /// Believes a root that another copy of this store believes.
    pub(crate) fn keep(&mut self, root: &Certificate) {
        if !self.roots.contains(root) {
            self.roots.push(root.clone());
        }
    }

    /// Those of our roots that another of ours announces. Whoever believes that one may be
    /// sent them.
    pub fn successors(&self, crypto: &dyn CryptoProvider) -> impl Iterator<Item = &Certificate> {
        self.roots
            .iter()
            .filter(move |root| self.is_successor(crypto, root))
    }

    /// Whether `root` is one of ours, or the successor that one of ours announces: its key
    /// hashes to HashedRootKey, and it is signed by itself.
    #[must_use]
    pub fn believes(&self, crypto: &dyn CryptoProvider, root: &Certificate) -> bool {
        self.roots.contains(root) || self.is_successor(crypto, root)
    }

    fn is_successor(&self, crypto: &dyn CryptoProvider, root: &Certificate) -> bool {
        self.roots.iter().filter(|ours| *ours != root).any(|ours| {
            let announced = &ours.extensions().hashed_root_key;
            announced
                .as_ref()
                .is_some_and(|announced| announced.announces(root.public_key(), crypto))
        }) && is_root(crypto, root)
    }
}

/// Whether a certificate is what a root's is: self-issued, of type rca, a CA's, and signed
/// with its own key.
fn is_root(crypto: &dyn CryptoProvider, certificate: &Certificate) -> bool {
    let extensions = certificate.extensions();
    certificate.is_self_issued()
        && extensions.certificate_type.contains(CertificateType::RCA)
        && extensions.basic_constraints.ca
        && certificate
            .verify_signature(certificate.public_key(), crypto)
            .is_ok()
}
