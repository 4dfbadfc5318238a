//! Certificate revocation lists.

use core::fmt;
use std::collections::HashMap;
use std::sync::Arc;

mod reason;
mod wire;

pub use self::reason::CrlReason;
pub use self::wire::{CrlVersion, RevokedCertificate, SignedCrl, TbsCertList};

use super::certificate::Certificate;
use super::ext::{AuthorityKeyIdentifier, KeyUsage};
use super::extension::Extension;
use super::{X509Error, signed};
use crate::asn1::{self, Date, Limits, Opaque, Raw, SeqOf, oid};
use crate::crypto::{CryptoProvider, PrivateKey, PublicKey};
use crate::pkcs7::{Digest, Name, SerialNumber};

/// A version 2 CRL with a number, well formed. Whether to believe it is for
/// [`path`](crate::path) to say.
///
/// Cheap to clone: the parts are shared. Two CRLs are equal when their octets are.
#[derive(Clone)]
pub struct Crl(Arc<Parts>);

struct Parts {
    octets: Vec<u8>,
    wire: SignedCrl,
    next_update: Date,
    number: u64,
    authority_key_identifier: Option<AuthorityKeyIdentifier>,
    revoked: HashMap<SerialNumber, (Date, CrlReason)>,
    unknown_critical: bool,
}

/// What goes into a new CRL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlContents {
    /// Its number, higher than that of the one before.
    pub number: u64,
    /// From when it holds.
    pub this_update: Date,
    /// Until when it holds.
    pub next_update: Date,
    /// The certificates of this issuer that are revoked.
    pub revoked: Vec<Revoked>,
}

/// A certificate that is revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Its number.
    pub serial_number: SerialNumber,
    /// Since when.
    pub since: Date,
    /// Why.
    pub reason: CrlReason,
}

impl Crl {
    /// Reads the DER of a CRL of at most 1 MiB.
    ///
    /// # Errors
    ///
    /// [`X509Error`] says what is malformed or outside the profile: no nextUpdate, no
    /// CRLNumber, unknown algorithms.
    pub fn parse(octets: &[u8]) -> Result<Self, X509Error> {
        let wire: SignedCrl = asn1::decode(octets, &Limits::default())?;
        let list = &wire.to_be_signed;
        signed::check_algorithm(&wire.signature_algorithm)?;
        signed::check_algorithm(&list.signature)?;
        let next_update = list.next_update.date();
        if next_update < list.this_update.date() {
            return Err(X509Error::Validity);
        }
        let extensions = &list.crl_extensions;
        super::certificate::refuse_doubles(extensions)?;
        let find = |wanted| {
            extensions
                .iter()
                .find(|extension| extension.extn_id == wanted)
        };
        let number = find(oid::extension::CRL_NUMBER)
            .ok_or(X509Error::MissingExtension("cRLNumber"))
            .and_then(|extension| super::certificate::value(extension, "cRLNumber"))?;
        let authority_key_identifier = find(oid::extension::AUTHORITY_KEY_IDENTIFIER)
            .map(|extension| super::certificate::value(extension, "authorityKeyIdentifier"))
            .transpose()?;
        let entries = || list.revoked_certificates.iter().flatten();
        let unknown_critical = extensions
            .iter()
            .chain(entries().flat_map(|entry| entry.crl_entry_extensions.iter().flatten()))
            .any(|extension| extension.critical && !KNOWN.contains(&extension.extn_id));
        let revoked = entries()
            .map(|entry| {
                let state = (entry.revocation_date.date(), reason_of(entry)?);
                Ok((entry.user_certificate.clone(), state))
            })
            .collect::<Result<_, X509Error>>()?;
        Ok(Self(Arc::new(Parts {
            octets: octets.to_vec(),
            next_update,
            number,
            authority_key_identifier,
            revoked,
            unknown_critical,
            wire,
        })))
    }

    /// Makes and signs a CRL. `signer` is the issuer's certificate for CRL signing.
    ///
    /// # Errors
    ///
    /// [`X509Error::WrongKey`] and [`X509Error::SignerUsage`] when key or certificate are
    /// not for that, [`X509Error::Provider`] when the key fails.
    pub fn sign(
        contents: &CrlContents,
        signer: &Certificate,
        key: &PrivateKey,
        provider: &dyn CryptoProvider,
    ) -> Result<Self, X509Error> {
        check_signer(signer, key, "CRL")?;
        let algorithm = signed::algorithm()?;
        let entries: Vec<RevokedCertificate> = contents
            .revoked
            .iter()
            .map(entry)
            .collect::<Result<_, _>>()?;
        let to_be_signed = Raw::new(TbsCertList {
            version: CrlVersion::V2,
            signature: algorithm.clone(),
            issuer: signer.subject().clone(),
            this_update: contents.this_update.into(),
            next_update: contents.next_update.into(),
            revoked_certificates: match entries.is_empty() {
                true => None,
                false => Some(SeqOf::new(entries)?),
            },
            crl_extensions: SeqOf::new(vec![
                authority_key_identifier(signer)?,
                Extension::of(oid::extension::CRL_NUMBER, false, &contents.number)?,
            ])?,
        })?;
        let signature = signed::sign(to_be_signed.octets(), key, provider)?;
        Self::parse(&asn1::encode(&SignedCrl {
            to_be_signed,
            signature_algorithm: algorithm,
            signature,
        })?)
    }

    /// The exact octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0.octets
    }

    /// The CRL for the `crls` of a SignedData.
    #[must_use]
    pub fn to_opaque(&self) -> Opaque {
        Opaque::from_encoded(&self.0.octets)
    }

    /// SHA-1 of the tbsCertList: by this number SET speaks of CRLs.
    #[must_use]
    pub fn thumbprint(&self, provider: &dyn CryptoProvider) -> Digest {
        Digest::new(provider.sha1(&[self.0.wire.to_be_signed.octets()]))
    }

    /// The declaration of its parts, for dumps.
    #[must_use]
    pub fn wire(&self) -> &SignedCrl {
        &self.0.wire
    }

    /// Who issued it.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.0.wire.to_be_signed.issuer
    }

    /// The CRLNumber, which grows with every CRL of the issuer.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.0.number
    }

    /// From when it holds.
    #[must_use]
    pub fn this_update(&self) -> Date {
        self.0.wire.to_be_signed.this_update.date()
    }

    /// Until when it holds.
    #[must_use]
    pub fn next_update(&self) -> Date {
        self.0.next_update
    }

    /// The certificate that signed it, as far as it says.
    #[must_use]
    pub fn authority_key_identifier(&self) -> Option<&AuthorityKeyIdentifier> {
        self.0.authority_key_identifier.as_ref()
    }

    /// Since when the issuer's certificate of this number is revoked; none if it is not.
    #[must_use]
    pub fn revoked_since(&self, serial: &SerialNumber) -> Option<Date> {
        self.0.revoked.get(serial).map(|(since, _)| *since)
    }

    /// The certificates revoked, in no order.
    pub fn revoked(&self) -> impl Iterator<Item = Revoked> {
        self.0
            .revoked
            .iter()
            .map(|(serial, (since, reason))| Revoked {
                serial_number: serial.clone(),
                since: *since,
                reason: *reason,
            })
    }

    /// Whether it has a critical extension that SET does not know.
    #[must_use]
    pub fn has_unknown_critical(&self) -> bool {
        self.0.unknown_critical
    }

    /// Checks that `key` signed this CRL.
    ///
    /// # Errors
    ///
    /// [`X509Error::Signature`] if it did not; [`X509Error::Provider`].
    pub fn verify_signature(
        &self,
        key: &PublicKey,
        provider: &dyn CryptoProvider,
    ) -> Result<(), X509Error> {
        let octets = self.0.wire.to_be_signed.octets();
        signed::verify(octets, &self.0.wire.signature, key, provider)
    }
}

/// Refuses a certificate that is not for CRLs, and a key that is not the certificate's.
pub(super) fn check_signer(
    signer: &Certificate,
    key: &PrivateKey,
    what: &'static str,
) -> Result<(), X509Error> {
    if !signer.extensions().key_usage.contains(KeyUsage::CRL_SIGN) {
        Err(X509Error::SignerUsage(what))
    } else if signer.public_key() != key.public_key() {
        Err(X509Error::WrongKey)
    } else {
        Ok(())
    }
}

/// The extension that names the signer's certificate.
pub(super) fn authority_key_identifier(signer: &Certificate) -> Result<Extension, X509Error> {
    Ok(Extension::of(
        oid::extension::AUTHORITY_KEY_IDENTIFIER,
        false,
        &AuthorityKeyIdentifier::of(signer.issuer_and_serial_number()),
    )?)
}

/// The entry for a certificate. X.509 has no reasonCode rather than unspecified.
fn entry(revoked: &Revoked) -> Result<RevokedCertificate, X509Error> {
    let reason = match revoked.reason {
        CrlReason::Unspecified => None,
        reason => Some(SeqOf::<_, 1>::one(Extension::of(
            oid::extension::REASON_CODE,
            false,
            &reason,
        )?)),
    };
    Ok(RevokedCertificate {
        user_certificate: revoked.serial_number.clone(),
        revocation_date: revoked.since.into(),
        crl_entry_extensions: reason,
    })
}

fn reason_of(entry: &RevokedCertificate) -> Result<CrlReason, X509Error> {
    entry
        .crl_entry_extensions
        .iter()
        .flatten()
        .find(|extension| extension.extn_id == oid::extension::REASON_CODE)
        .map_or(Ok(CrlReason::Unspecified), |extension| {
            super::certificate::value(extension, "reasonCode")
        })
}

impl PartialEq for Crl {
    fn eq(&self, other: &Self) -> bool {
        self.0.octets == other.0.octets
    }
}

impl Eq for Crl {}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crl")
            .field("issuer", &self.issuer().to_string())
            .field("number", &self.number())
            .field("revoked", &self.0.revoked.len())
            .finish_non_exhaustive()
    }
}

const KNOWN: &[der::asn1::ObjectIdentifier] = &[
    oid::extension::CRL_NUMBER,
    oid::extension::AUTHORITY_KEY_IDENTIFIER,
    oid::extension::REASON_CODE,
    oid::extension::ISSUER_ALT_NAME,
];
