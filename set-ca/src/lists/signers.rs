//! The identities of the data folder that sign lists.

use std::sync::{Arc, OnceLock};

use set_core::crypto::KeyRules;
use set_core::party::Identity;
use set_core::pkcs7::Name;
use set_core::x509::ext::{CertificateType, KeyUsage};
use set_core::x509::{Brand, Certificate};

use crate::failure::Failure;
use crate::folder::Keys;

/// The keys at hand that sign CRLs. Each is opened when it is first used: that takes a
/// moment.
#[derive(Debug)]
pub(crate) struct Signers {
    keys: Arc<Keys>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    certificate: Certificate,
    identity: OnceLock<Identity>,
}

impl Signers {
    /// Looks through the identities of the folder. Those whose key is kept elsewhere, such
    /// as an offline root's, are left out.
    pub(crate) fn find(keys: Arc<Keys>, rules: &KeyRules) -> Result<Self, Failure> {
        let at_hand = keys.store().names()?;
        let entries = keys
            .folder()
            .identities(rules)?
            .into_iter()
            .filter(|(name, certificate)| {
                let usage = certificate.extensions().key_usage;
                usage.contains(KeyUsage::CRL_SIGN) && at_hand.contains(name)
            })
            .map(|(name, certificate)| Entry {
                name,
                certificate,
                identity: OnceLock::new(),
            })
            .collect();
        Ok(Self { keys, entries })
    }

    /// The CAs whose CRLs are signed here, each once.
    pub(crate) fn issuers(&self) -> Vec<&Name> {
        let mut issuers: Vec<&Name> = Vec::new();
        for entry in &self.entries {
            if !issuers.contains(&entry.certificate.subject()) {
                issuers.push(entry.certificate.subject());
            }
        }
        issuers
    }

    /// Whether the CRLs of that CA are signed here.
    pub(crate) fn sign_for(&self, issuer: &Name) -> bool {
        self.issuers().contains(&issuer)
    }

    /// The certificate that signs the CRLs of a CA: the one that holds longest.
    pub(crate) fn certificate(&self, issuer: &Name) -> Option<&Certificate> {
        self.entry(|certificate| certificate.subject() == issuer)
            .map(|entry| &entry.certificate)
    }

    /// The certificate of the brand CA that signs the brand's BCI.
    pub(crate) fn brand_ca(&self, brand: &Brand) -> Option<&Certificate> {
        self.entry(|certificate| {
            let types = certificate.extensions().certificate_type;
            types.contains(CertificateType::BCA)
                && certificate.brand().is_ok_and(|theirs| theirs == *brand)
        })
        .map(|entry| &entry.certificate)
    }

    /// The key of a certificate that [`certificate`](Self::certificate) or
    /// [`brand_ca`](Self::brand_ca) gave.
    pub(crate) fn identity(&self, certificate: &Certificate) -> Result<&Identity, Failure> {
        let found = self.entry(|theirs| theirs == certificate);
        let entry = found.ok_or_else(|| self.keys.missing("key that signs CRLs"))?;
        if let Some(identity) = entry.identity.get() {
            return Ok(identity);
        }
        let identity = self.keys.identity(&entry.name, &KeyRules::default())?;
        Ok(entry.identity.get_or_init(|| identity))
    }

    fn entry(&self, wanted: impl Fn(&Certificate) -> bool) -> Option<&Entry> {
        self.entries
            .iter()
            .filter(|entry| wanted(&entry.certificate))
            .max_by_key(|entry| entry.certificate.not_after())
    }
}
