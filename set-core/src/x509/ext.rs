//! The extensions of the SET profile, one file each.

use der::asn1::ObjectIdentifier;

use super::crl::CrlReason;
use crate::asn1::oid::extension;
use crate::asn1::{Asn1, Schema};

mod alt_name;
mod authority_key_identifier;
mod basic_constraints;
mod certificate_policies;
mod certificate_type;
mod hashed_root_key;
mod key_usage;
mod merchant_data;
mod private_key_usage_period;
mod set_extensions;
mod set_qualifier;
mod tunneling;

pub use self::alt_name::AltName;
pub use self::authority_key_identifier::{AuthorityKeyIdentifier, DirectoryName};
pub use self::basic_constraints::BasicConstraints;
pub use self::certificate_policies::{CertificatePolicies, PolicyInformation, PolicyQualifierInfo};
pub use self::certificate_type::CertificateType;
pub use self::hashed_root_key::HashedRootKey;
pub use self::key_usage::KeyUsage;
pub use self::merchant_data::{MerNames, MerchantData};
pub use self::private_key_usage_period::PrivateKeyUsagePeriod;
pub use self::set_extensions::SetExtensions;
pub use self::set_qualifier::{AdditionalPolicy, SetPolicyQualifier, SetQualifier};
pub use self::tunneling::Tunneling;

/// The type of an extension's value, in a certificate, a CRL or an entry of one.
///
/// ```
/// use set_core::asn1::oid::extension;
/// use set_core::x509::ext::schema_of_extension;
///
/// let schema = schema_of_extension(&extension::MERCHANT_DATA).map(|schema| schema.name);
/// assert_eq!(schema, Some("MerchantData"));
/// ```
#[must_use]
pub fn schema_of_extension(id: &ObjectIdentifier) -> Option<&'static Schema> {
    Some(match *id {
        extension::KEY_USAGE => KeyUsage::SCHEMA,
        extension::PRIVATE_KEY_USAGE_PERIOD => PrivateKeyUsagePeriod::SCHEMA,
        extension::SUBJECT_ALT_NAME | extension::ISSUER_ALT_NAME => AltName::SCHEMA,
        extension::BASIC_CONSTRAINTS => BasicConstraints::SCHEMA,
        extension::CRL_NUMBER => u64::SCHEMA,
        extension::REASON_CODE => CrlReason::SCHEMA,
        extension::CERTIFICATE_POLICIES => CertificatePolicies::SCHEMA,
        extension::AUTHORITY_KEY_IDENTIFIER => AuthorityKeyIdentifier::SCHEMA,
        extension::HASHED_ROOT_KEY => HashedRootKey::SCHEMA,
        extension::CERTIFICATE_TYPE => CertificateType::SCHEMA,
        extension::MERCHANT_DATA => MerchantData::SCHEMA,
        extension::CARD_CERT_REQUIRED => CardCertRequired::SCHEMA,
        extension::TUNNELING => Tunneling::SCHEMA,
        extension::SET_EXTENSIONS => SetExtensions::SCHEMA,
        _ => return None,
    })
}

/// Whether the gateway takes only payments signed under a cardholder certificate.
///
/// ```text
/// CardCertRequired ::= BOOLEAN
/// ```
///
/// Not critical; in gateway encryption certificates.
pub type CardCertRequired = bool;
