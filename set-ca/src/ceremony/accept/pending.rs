//! The keys that wait for certificates.

use set_core::ca::hierarchy::{CERTIFICATE_SIGNING, CRL_SIGNING, ENCRYPTION, MESSAGE_SIGNING};
use set_core::crypto::PrivateKey;
use set_core::x509::Certificate;
use set_core::x509::lint::Class;
use set_node::party::PartyError;

use super::Bundle;
use crate::ceremony::fault::CeremonyFault;
use crate::failure::Failure;
use crate::folder::Keys;

/// A key and the certificate that came for it.
pub(super) struct Installed {
    pub(super) name: String,
    pub(super) key: PrivateKey,
    pub(super) certificate: Certificate,
}

/// Finds the certificates for the keys that wait. Of a CA either all keys have one or none.
pub(super) fn match_keys(keys: &Keys, bundle: &Bundle) -> Result<Vec<Installed>, Failure> {
    let mut installed: Vec<Installed> = Vec::new();
    let mut missing: Vec<String> = Vec::new();
    for name in waiting(keys)? {
        let key = load(keys, &name)?;
        let certificate = bundle
            .certificates
            .iter()
            .find(|certificate| certificate.public_key() == key.public_key());
        match certificate {
            None => missing.push(name),
            Some(certificate) => installed.push(Installed {
                certificate: certificate.clone(),
                name,
                key,
            }),
        }
    }
    let of_new_ca = |name: &String| installed.iter().any(|one| ca(&one.name) == ca(name));
    missing.retain(of_new_ca);
    if !missing.is_empty() {
        return Err(CeremonyFault::Incomplete(missing).into());
    }
    for one in &installed {
        let first = installed
            .iter()
            .find(|first| ca(&first.name) == ca(&one.name));
        let same_ca = first.is_none_or(|first| {
            first.certificate.subject() == one.certificate.subject()
                && first.certificate.issuer() == one.certificate.issuer()
        });
        if !same_ca || !fits(&one.name, &one.certificate) {
            return Err(CeremonyFault::OtherUse(one.name.clone()).into());
        }
    }
    Ok(installed)
}

/// The names of the keys without a certificate, but for the root's successor.
fn waiting(keys: &Keys) -> Result<Vec<String>, Failure> {
    let mut names = keys.store().names()?;
    names.retain(|name| name.contains('.') && !keys.identity_file(name).exists());
    Ok(names)
}

fn load(keys: &Keys, name: &str) -> Result<PrivateKey, Failure> {
    let octets = keys.store().load(name)?;
    PrivateKey::from_pkcs8_der(&octets).map_err(|fault| {
        PartyError::Key {
            name: name.to_owned(),
            fault,
        }
        .into()
    })
}

/// The CA of a key, by name.
fn ca(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(ca, _)| ca)
}

/// Whether the certificate is for what the key was made for.
fn fits(name: &str, certificate: &Certificate) -> bool {
    let extensions = certificate.extensions();
    let class = Class::of(extensions.certificate_type, extensions.key_usage);
    let use_of_key = name.rsplit_once('.').map_or(name, |(_, key)| key);
    match use_of_key {
        CERTIFICATE_SIGNING => class == Some(Class::CaCertificates),
        CRL_SIGNING => class == Some(Class::CaCrls),
        MESSAGE_SIGNING => class == Some(Class::CaMessages),
        ENCRYPTION => class == Some(Class::CaEncryption),
        _ => false,
    }
}
