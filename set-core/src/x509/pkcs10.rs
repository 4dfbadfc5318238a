//! PKCS #10: how a CA asks the CA above it for a certificate, as a file that is carried.
//!
//! A request names the subject, has the key, and asks for keyUsage, basicConstraints and
//! CertificateType in an extensionRequest attribute; it is signed with the key itself. Any
//! software reads it.

use der::asn1::{ObjectIdentifier, OctetString, SetOfVec};
use der::{Any, Decode, Encode};
use x509_cert::attr::Attribute;
use x509_cert::ext::Extension;
use x509_cert::request::{CertReq, CertReqInfo, Version};

use super::build::{CaKey, Profile};
use super::ext::{BasicConstraints, CertificateType, KeyUsage};
use super::{SetName, X509Error, signed};
use crate::asn1::{self, DecodeError, Fault, Limits, Wire, oid};
use crate::crypto::{CryptoProvider, KeyRules, PrivateKey, PublicKey};
use crate::pkcs7::Name;

/// A request for the certificate of one key of a CA, whose signature verified.
#[derive(Clone, Debug)]
pub struct CaRequest {
    /// The CA's name.
    pub subject: SetName,
    /// The key.
    pub public_key: PublicKey,
    /// What kind of CA it is.
    pub certificate_type: CertificateType,
    /// What the key is for.
    pub key: CaKey,
}

impl CaRequest {
    /// Makes the DER of a request, signed with the key that is to be certified.
    ///
    /// # Errors
    ///
    /// [`X509Error::Provider`] when the key fails.
    pub fn sign(
        subject: &SetName,
        certificate_type: CertificateType,
        key: CaKey,
        pair: &PrivateKey,
        provider: &dyn CryptoProvider,
    ) -> Result<Vec<u8>, X509Error> {
        let profile = Profile::Ca {
            certificate_type,
            key,
        };
        let extensions = vec![
            extension(oid::extension::KEY_USAGE, &profile.key_usage())?,
            extension(
                oid::extension::BASIC_CONSTRAINTS,
                &profile.basic_constraints(),
            )?,
            extension(oid::extension::CERTIFICATE_TYPE, &certificate_type)?,
        ];
        let make = || -> der::Result<CertReqInfo> {
            let attribute = Attribute {
                oid: EXTENSION_REQUEST,
                values: SetOfVec::try_from(vec![Any::encode_from(&extensions)?])?,
            };
            Ok(CertReqInfo {
                version: Version::V1,
                subject: x509_cert::name::Name::from_der(
                    &subject
                        .to_name()
                        .map_err(|_| der::ErrorKind::Failed)?
                        .0
                        .to_der()?,
                )?,
                public_key: Decode::from_der(&pair.public_key().to_spki_der())?,
                attributes: SetOfVec::try_from(vec![attribute])?,
            })
        };
        let info = make().map_err(asn1::EncodeError::from)?;
        let octets = info.to_der().map_err(asn1::EncodeError::from)?;
        let algorithm = asn1::encode(&signed::algorithm()?)?;
        let request = CertReq {
            info,
            algorithm: Decode::from_der(&algorithm).map_err(asn1::EncodeError::from)?,
            signature: signed::sign(&octets, pair, provider)?,
        };
        Ok(request.to_der().map_err(asn1::EncodeError::from)?)
    }

    /// Reads the DER of a request and verifies that whoever made it has the key.
    ///
    /// # Errors
    ///
    /// [`X509Error::Decode`] when the octets are no request of at most 64 KiB,
    /// [`X509Error::Name`], [`X509Error::Key`], [`X509Error::Algorithm`],
    /// [`X509Error::Signature`]; [`X509Error::MissingExtension`] when it does not say what
    /// the key is for or what kind of CA asks; [`X509Error::SignerUsage`] when no key of a CA
    /// is for that.
    pub fn read(
        octets: &[u8],
        rules: &KeyRules,
        provider: &dyn CryptoProvider,
    ) -> Result<Self, X509Error> {
        if octets.len() > MAX_OCTETS {
            return Err(malformed());
        }
        let request = CertReq::from_der(octets).map_err(|_| malformed())?;
        let der = |value: der::Result<Vec<u8>>| value.map_err(|_| malformed());
        let expected = asn1::encode(&signed::algorithm()?)?;
        if der(request.algorithm.to_der())? != expected {
            return Err(X509Error::Algorithm);
        }
        let public_key =
            PublicKey::from_spki_der_with(&der(request.info.public_key.to_der())?, rules)
                .map_err(X509Error::Key)?;
        let info = der(request.info.to_der())?;
        signed::verify(&info, &request.signature, &public_key, provider)?;
        let extensions = requested(&request.info)?;
        let usage: KeyUsage = value(&extensions, oid::extension::KEY_USAGE, "keyUsage")?;
        let constraints: BasicConstraints = value(
            &extensions,
            oid::extension::BASIC_CONSTRAINTS,
            "basicConstraints",
        )?;
        Ok(Self {
            subject: SetName::parse(&Name(request.info.subject))?,
            public_key,
            certificate_type: value(
                &extensions,
                oid::extension::CERTIFICATE_TYPE,
                "CertificateType",
            )?,
            key: key(usage, constraints).ok_or(X509Error::SignerUsage("certificate of a CA"))?,
        })
    }
}

fn key(usage: KeyUsage, constraints: BasicConstraints) -> Option<CaKey> {
    let path_len = constraints.path_len_constraint.unwrap_or_default();
    [
        CaKey::CertSigning { path_len },
        CaKey::CertAndCrlSigning { path_len },
        CaKey::CrlSigning,
        CaKey::MessageSigning,
        CaKey::Encryption,
    ]
    .into_iter()
    .find(|key| {
        let profile = Profile::Ca {
            certificate_type: CertificateType::empty(),
            key: *key,
        };
        profile.key_usage() == usage && profile.basic_constraints() == constraints
    })
}

fn extension<T: Wire>(extn_id: ObjectIdentifier, value: &T) -> Result<Extension, X509Error> {
    let octets = asn1::encode(value)?;
    Ok(Extension {
        extn_id,
        critical: true,
        extn_value: OctetString::new(octets).map_err(asn1::EncodeError::from)?,
    })
}

fn requested(info: &CertReqInfo) -> Result<Vec<Extension>, X509Error> {
    let mut attributes = info
        .attributes
        .iter()
        .filter(|attribute| attribute.oid == EXTENSION_REQUEST)
        .flat_map(|attribute| attribute.values.iter());
    let value = attributes
        .next()
        .ok_or(X509Error::MissingExtension("extensionRequest"))?;
    value.decode_as().map_err(|_| malformed())
}

fn value<T: Wire>(
    extensions: &[Extension],
    id: ObjectIdentifier,
    name: &'static str,
) -> Result<T, X509Error> {
    let found = extensions.iter().find(|extension| extension.extn_id == id);
    let found = found.ok_or(X509Error::MissingExtension(name))?;
    asn1::decode(found.extn_value.as_bytes(), &Limits::default())
        .map_err(|error| X509Error::Extension { name, error })
}

fn malformed() -> X509Error {
    let expected = "a PKCS #10 CertificationRequest of at most 64 KiB";
    X509Error::Decode(DecodeError::new(Fault::Value { expected }, 0))
}

/// pkcs-9-at-extensionRequest.
const EXTENSION_REQUEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.14");

const MAX_OCTETS: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use set_testkit::keys::rsa_1024;

    use super::*;
    use crate::crypto::RustCrypto;

    fn made(certificate_type: CertificateType, key: CaKey) -> Vec<u8> {
        let subject = SetName::new("US", "Orchard").unwrap();
        let pair = PrivateKey::from_pkcs8_der(&rsa_1024(3).unwrap().to_pkcs8().unwrap()).unwrap();
        CaRequest::sign(&subject, certificate_type, key, &pair, &RustCrypto).unwrap()
    }

    fn read(octets: &[u8]) -> Result<CaRequest, X509Error> {
        CaRequest::read(octets, &KeyRules::default(), &RustCrypto)
    }

    #[test]
    fn a_request_says_who_asks_for_what() {
        for key in [
            CaKey::CertAndCrlSigning { path_len: 2 },
            CaKey::CertSigning { path_len: 0 },
            CaKey::CrlSigning,
            CaKey::MessageSigning,
            CaKey::Encryption,
        ] {
            let request = read(&made(CertificateType::CCA.and(CertificateType::PCA), key)).unwrap();
            assert_eq!(request.key, key);
            assert_eq!(request.certificate_type.to_string(), "cca+pca");
            assert_eq!(request.subject.organization(), "Orchard");
        }
    }

    #[test]
    fn an_octet_changed_anywhere_is_noticed() {
        let good = made(CertificateType::BCA, CaKey::CrlSigning);
        for position in 0..good.len() {
            let mut octets = good.clone();
            octets[position] ^= 1;
            assert!(read(&octets).is_err(), "octet {position}");
        }
        let mut longer = good;
        longer.push(0);
        assert!(read(&longer).is_err());
        assert!(read(&[0x30; 70_000]).is_err());
    }
}
