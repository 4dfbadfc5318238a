//! A certificate as the rules see it: taken apart, and nothing decided.

use der::asn1::{Any, BitString, Int, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Sequence};
use x509_cert::time::Time;

use super::class::Class;
use crate::asn1::{self, Date, DecodeError, Limits, Wire};
use crate::crypto::{CryptoProvider, PublicKey};
use crate::pkcs7::Name;
use crate::x509::SetName;
use crate::x509::ext::{CertificateType, KeyUsage};

/// What the rules are given.
pub(super) struct Given<'a> {
    pub(super) subject: &'a Examined,
    pub(super) issuer: Option<&'a Examined>,
    /// The key that signed in the issuer's place.
    pub(super) drafted_by: Option<&'a PublicKey>,
    pub(super) provider: &'a dyn CryptoProvider,
}

/// A certificate of which only the outline was asked.
pub(super) struct Examined {
    pub(super) octets: Vec<u8>,
    pub(super) tbs_octets: Vec<u8>,
    pub(super) tbs: Outline,
    pub(super) outer_algorithm: Any,
    pub(super) signature: BitString,
}

#[derive(Sequence)]
struct Outer {
    tbs: Any,
    algorithm: Any,
    signature: BitString,
}

/// TBSCertificate with the parts that rules look into left as they are.
#[derive(Sequence)]
pub(super) struct Outline {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) version: Option<Any>,
    pub(super) serial_number: Int,
    pub(super) signature: Any,
    pub(super) issuer: Any,
    pub(super) validity: Period,
    pub(super) subject: Any,
    pub(super) public_key: Any,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) issuer_unique_id: Option<BitString>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) subject_unique_id: Option<BitString>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) extensions: Option<Vec<Extension>>,
}

#[derive(Sequence)]
pub(super) struct Period {
    pub(super) not_before: Time,
    pub(super) not_after: Time,
}

#[derive(Sequence)]
pub(super) struct Extension {
    pub(super) id: ObjectIdentifier,
    #[asn1(default = "Default::default")]
    pub(super) critical: bool,
    pub(super) value: OctetString,
}

impl Examined {
    pub(super) fn read(octets: &[u8]) -> der::Result<Self> {
        let outer = Outer::from_der(octets)?;
        let tbs_octets = outer.tbs.to_der()?;
        Ok(Self {
            octets: octets.to_vec(),
            tbs: Outline::from_der(&tbs_octets)?,
            tbs_octets,
            outer_algorithm: outer.algorithm,
            signature: outer.signature,
        })
    }

    pub(super) fn extensions(&self) -> impl Iterator<Item = &Extension> {
        self.tbs.extensions.iter().flatten()
    }

    pub(super) fn extension(&self, id: ObjectIdentifier) -> Option<&Extension> {
        self.extensions().find(|extension| extension.id == id)
    }

    /// The value of an extension, if there is one that is well formed. That it is, is for
    /// the rule of that extension to ask with [`decode`](Self::decode).
    pub(super) fn value<T: Wire>(&self, id: ObjectIdentifier) -> Option<T> {
        self.decode(id)?.ok()
    }

    pub(super) fn decode<T: Wire>(&self, id: ObjectIdentifier) -> Option<Result<T, DecodeError>> {
        let extension = self.extension(id)?;
        Some(asn1::decode(extension.value.as_bytes(), &Limits::default()))
    }

    pub(super) fn certificate_type(&self) -> CertificateType {
        self.value(asn1::oid::extension::CERTIFICATE_TYPE)
            .unwrap_or_else(CertificateType::empty)
    }

    pub(super) fn key_usage(&self) -> KeyUsage {
        self.value(asn1::oid::extension::KEY_USAGE)
            .unwrap_or_else(KeyUsage::empty)
    }

    pub(super) fn class(&self) -> Option<Class> {
        Class::of(self.certificate_type(), self.key_usage())
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.tbs.issuer == self.tbs.subject
    }

    pub(super) fn not_before(&self) -> u64 {
        self.tbs.validity.not_before.to_unix_duration().as_secs()
    }

    pub(super) fn not_after(&self) -> u64 {
        self.tbs.validity.not_after.to_unix_duration().as_secs()
    }

    pub(super) fn subject_name(&self) -> Option<SetName> {
        set_name(&self.tbs.subject).ok()
    }

    /// The key, if it keeps the rules of keys.
    pub(super) fn public_key(&self) -> Option<PublicKey> {
        PublicKey::from_spki_der(&self.tbs.public_key.to_der().ok()?).ok()
    }
}

/// A name in SET's form, or why it is not.
pub(super) fn set_name(name: &Any) -> Result<SetName, String> {
    let name: x509_cert::name::Name = name
        .to_der()
        .and_then(|octets| Decode::from_der(&octets))
        .map_err(|fault: der::Error| fault.to_string())?;
    SetName::parse(&Name(name)).map_err(|fault| fault.to_string())
}

/// A moment in the form that people read.
pub(super) fn date(seconds: u64) -> String {
    Date::from_unix(seconds).map_or_else(|_| seconds.to_string(), |date| date.to_string())
}
