//! Of which type octets are.

use set_core::asn1::{self, Asn1, DecodeError, Limits, Schema, Wire};
use set_core::msg::MessageWrapper;
use set_core::msg::registry;
use set_core::pkcs7::{ContentInfo, DetachedDigest, EncryptedData, EnvelopedData, SignedData};
use set_core::x509::BrandCrlIdentifier;
use set_core::x509::certificate::SignedCertificate;
use set_core::x509::crl::SignedCrl;

/// A type that octets can be read as.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What it looks like.
    pub schema: &'static Schema,
    decode: Decode,
}

#[derive(Clone, Copy, Debug)]
enum Decode {
    Own(fn(&[u8], &Limits) -> Result<(), DecodeError>),
    Registered(&'static registry::Entry),
}

impl Kind {
    /// The type called `name` in the specification; also `Certificate` and `CertificateList`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let own = KINDS.iter().find(|kind| kind.schema.name == name).copied();
        own.or_else(|| {
            registry::find(name).map(|entry| Self {
                schema: entry.schema,
                decode: Decode::Registered(entry),
            })
        })
    }

    /// The type that the octets are of, by their content: the one that decodes, or else the
    /// one that gets furthest.
    #[must_use]
    pub fn guess(octets: &[u8]) -> Self {
        let mut best = (0, Self::of::<MessageWrapper>());
        for kind in KINDS.iter().copied() {
            match kind.check(octets) {
                Ok(()) => return kind,
                // Which limit is exceeded does not depend on the type.
                Err(error) if error.offset() > best.0 => best = (error.offset(), kind),
                Err(_) => {}
            }
        }
        best.1
    }

    /// Decodes strictly.
    ///
    /// # Errors
    ///
    /// The first fault, with its path and offset.
    pub fn check(&self, octets: &[u8]) -> Result<(), DecodeError> {
        let limits = Limits::default();
        match self.decode {
            Decode::Own(decode) => decode(octets, &limits),
            Decode::Registered(entry) => entry.reencode(octets, &limits).map(|_| ()),
        }
    }

    const fn of<T: Wire>() -> Self {
        Self {
            schema: <T as Asn1>::SCHEMA,
            decode: Decode::Own(decode::<T>),
        }
    }
}

fn decode<T: Wire>(octets: &[u8], limits: &Limits) -> Result<(), DecodeError> {
    asn1::decode::<T>(octets, limits).map(|_| ())
}

/// What is tried where nobody says what it is.
const KINDS: &[Kind] = &[
    Kind::of::<MessageWrapper>(),
    Kind::of::<SignedCertificate>(),
    Kind::of::<SignedCrl>(),
    Kind::of::<BrandCrlIdentifier>(),
    Kind::of::<SignedData>(),
    Kind::of::<EnvelopedData>(),
    Kind::of::<EncryptedData>(),
    Kind::of::<DetachedDigest>(),
    Kind::of::<ContentInfo>(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use set_testkit::hierarchy::hierarchy;
    use set_testkit::street::Street;

    #[test]
    fn octets_are_told_by_what_they_are() {
        let (_, message) = Street::new().p_init_req();
        let all = hierarchy();
        let bci = asn1::encode(&all.bci).unwrap();
        for (octets, name) in [
            (message.as_slice(), "MessageWrapper"),
            (all.cardholder.certificate.octets(), "Certificate"),
            (all.cca.crl.octets(), "CertificateList"),
            (&bci, "BrandCRLIdentifier"),
        ] {
            assert_eq!(Kind::guess(octets).schema.name, name);
            let cut = &octets[..octets.len() - 1];
            assert!(Kind::guess(cut).check(cut).is_err());
        }
    }

    #[test]
    fn a_damaged_message_is_still_taken_for_one() {
        let (_, mut message) = Street::new().p_init_req();
        let last = message.len() - 1;
        message[last] ^= 0x80;
        message[40] ^= 0xff;
        assert_eq!(Kind::guess(&message).schema.name, "MessageWrapper");
    }

    #[test]
    fn types_are_found_by_name() {
        assert_eq!(Kind::named("PInitReq").unwrap().schema.name, "PInitReq");
        assert_eq!(
            Kind::named("Certificate").unwrap().schema.name,
            "Certificate"
        );
        assert!(Kind::named("NoSuchType").is_none());
    }
}
