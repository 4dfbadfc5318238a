//! What is known: keys and certificates that were given, and what the octets themselves tell.

use core::fmt;
use std::collections::{BTreeMap, HashMap, HashSet};

use set_core::crypto::{CryptoProvider, PrivateKey, PublicKey};
use set_core::path::TrustStore;
use set_core::pkcs7::{Digest, IssuerAndSerialNumber};
use set_core::secret::BackKey;
use set_core::x509::{BrandCrlIdentifier, Certificate, Crl};
use zeroize::Zeroizing;

use crate::finding::Place;

/// Keys, certificates and values, from wherever they came.
///
/// What the inspected octets tell is added while they are read, up to a bound of each kind.
#[derive(Default)]
pub struct Evidence {
    keys: Vec<NamedKey>,
    roots: TrustStore,
    certificates: Vec<Certificate>,
    crls: Vec<Crl>,
    bcis: Vec<BrandCrlIdentifier>,
    back_keys: Vec<BackKey>,
    new_keys: Vec<PublicKey>,
    values: HashMap<[u8; 20], Vec<Value>>,
    types: HashSet<(usize, &'static str)>,
    thumbs: BTreeMap<[u8; 20], String>,
    signed: HashMap<[u8; 20], Zeroizing<Vec<u8>>>,
    instructions: HashMap<usize, Vec<[u8; 20]>>,
}

/// A private key and where it came from.
#[derive(Debug)]
pub(crate) struct NamedKey {
    pub(crate) name: String,
    pub(crate) key: PrivateKey,
}

/// A value that a digest may be of.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    /// Its type.
    pub(crate) type_name: &'static str,
    /// In which of the inspected things it is.
    pub(crate) item: usize,
    /// Where there.
    pub(crate) place: Place,
}

impl Evidence {
    /// A private key; `name` is what findings call it.
    pub fn add_key(&mut self, name: impl Into<String>, key: PrivateKey) {
        let name = name.into();
        self.keys.push(NamedKey { name, key });
    }

    /// A root that is believed.
    pub fn add_root(&mut self, root: Certificate) {
        let mut roots = self.roots.roots().to_vec();
        if !roots.contains(&root) {
            roots.push(root);
        }
        self.roots = TrustStore::new(roots);
    }

    /// A certificate, believed only as far as its chain is.
    pub fn add_certificate(&mut self, crypto: &dyn CryptoProvider, certificate: Certificate) {
        if self.certificates.len() < MOST && !self.certificates.contains(&certificate) {
            let thumb = *certificate.thumbprint(crypto).as_octets();
            let name = format!("certificate {}", called(&certificate));
            self.thumbs.insert(thumb, name);
            self.certificates.push(certificate);
        }
    }

    /// A CRL, believed only as far as its signature is.
    pub fn add_crl(&mut self, crypto: &dyn CryptoProvider, crl: Crl) {
        if self.crls.len() < MOST && !self.crls.contains(&crl) {
            let thumb = *crl.thumbprint(crypto).as_octets();
            let name = format!("CRL {} by {}", crl.number(), crl.issuer());
            self.thumbs.insert(thumb, name);
            self.crls.push(crl);
        }
    }

    /// A BrandCRLIdentifier, believed only as far as its signature is.
    pub fn add_bci(&mut self, crypto: &dyn CryptoProvider, bci: BrandCrlIdentifier) {
        if self.bcis.len() < MOST && !self.bcis.contains(&bci) {
            let thumb = *bci.thumbprint(crypto).as_octets();
            let number = bci.to_be_signed.sequence_num;
            self.thumbs
                .insert(thumb, format!("BrandCRLIdentifier {number}"));
            self.bcis.push(bci);
        }
    }

    /// A key that answers come under.
    pub(crate) fn add_back_key(&mut self, key: BackKey) {
        if self.back_keys.len() < MOST && !self.back_keys.contains(&key) {
            self.back_keys.push(key);
        }
    }

    /// A public key that is to be certified.
    pub(crate) fn add_new_key(&mut self, key: PublicKey) {
        if self.new_keys.len() < MOST && !self.new_keys.contains(&key) {
            self.new_keys.push(key);
        }
    }

    /// The public keys that are to be certified.
    pub(crate) fn new_keys(&self) -> &[PublicKey] {
        &self.new_keys
    }

    /// A value that a digest may be of.
    pub(crate) fn add_value(&mut self, digest: [u8; 20], value: Value) {
        if self.values.len() < MOST_VALUES {
            self.types.insert((value.item, value.type_name));
            let same = self.values.entry(digest).or_default();
            if same.len() < MOST_PLACES {
                same.push(value);
            }
        }
    }

    /// What a signature is over that is never sent as such.
    pub(crate) fn add_signed(&mut self, digest: [u8; 20], octets: Zeroizing<Vec<u8>>) {
        if self.signed.len() < MOST {
            self.signed.insert(digest, octets);
        }
    }

    /// The digest of a payment instruction that was put together again.
    pub(crate) fn add_instruction(&mut self, item: usize, digest: [u8; 20]) {
        self.instructions.entry(item).or_default().push(digest);
    }

    /// The digests of the payment instructions in one of the inspected things.
    pub(crate) fn instructions(&self, item: usize) -> &[[u8; 20]] {
        self.instructions.get(&item).map_or(&[], Vec::as_slice)
    }

    /// What of that has this digest.
    pub(crate) fn signed(&self, digest: &Digest) -> Option<&Zeroizing<Vec<u8>>> {
        self.signed.get(digest.as_octets())
    }

    /// Where values of this digest are.
    pub(crate) fn values(&self, digest: &Digest) -> &[Value] {
        self.values
            .get(digest.as_octets())
            .map_or(&[], Vec::as_slice)
    }

    /// Whether the item has a value of this type.
    pub(crate) fn has_value(&self, item: usize, type_name: &'static str) -> bool {
        self.types.contains(&(item, type_name))
    }

    /// What a thumbprint names.
    pub(crate) fn thumb(&self, digest: &Digest) -> Option<&str> {
        self.thumbs.get(digest.as_octets()).map(String::as_str)
    }

    pub(crate) fn keys(&self) -> &[NamedKey] {
        &self.keys
    }

    /// Our key that fits a public one.
    pub(crate) fn key_of(&self, public: &PublicKey) -> Option<&NamedKey> {
        self.keys.iter().find(|own| own.key.public_key() == public)
    }

    pub(crate) fn roots(&self) -> &TrustStore {
        &self.roots
    }

    pub(crate) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Certificates of this issuer and number.
    pub(crate) fn named(&self, name: &IssuerAndSerialNumber) -> impl Iterator<Item = &Certificate> {
        let all = self.certificates.iter().chain(self.roots.roots());
        all.filter(move |certificate| certificate.issuer_and_serial_number() == name)
    }

    pub(crate) fn crls(&self) -> &[Crl] {
        &self.crls
    }

    /// The newest BCI of the brand that `organization` names, before any colon.
    pub(crate) fn bci_of(&self, brand: &str) -> Option<&BrandCrlIdentifier> {
        self.bcis
            .iter()
            .filter(|bci| brand_of(&bci.to_be_signed.brand_id.to_string()) == brand_of(brand))
            .max_by_key(|bci| bci.to_be_signed.sequence_num)
    }

    pub(crate) fn back_keys(&self) -> &[BackKey] {
        &self.back_keys
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence")
            .field("keys", &self.keys.len())
            .field("roots", &self.roots.roots().len())
            .field("certificates", &self.certificates.len())
            .field("crls", &self.crls.len())
            .field("bcis", &self.bcis.len())
            .finish_non_exhaustive()
    }
}

/// How findings call a certificate.
pub(crate) fn called(certificate: &Certificate) -> String {
    format!(
        "{}, serial {}",
        certificate.subject(),
        certificate.serial_number()
    )
}

fn brand_of(text: &str) -> String {
    let brand = text.split(':').next().unwrap_or_default();
    brand.to_ascii_lowercase()
}

/// Certificates, CRLs, BCIs and back keys that are kept, of each.
const MOST: usize = 4_096;
/// Values that are kept for digests.
const MOST_VALUES: usize = 1 << 18;
/// Places of one value that are kept.
const MOST_PLACES: usize = 16;
