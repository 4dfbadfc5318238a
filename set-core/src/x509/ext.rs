//! The extensions of the SET profile, one file each.

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

/// Whether the gateway takes only payments signed under a cardholder certificate.
///
/// ```text
/// CardCertRequired ::= BOOLEAN
/// ```
///
/// Not critical; in gateway encryption certificates.
pub type CardCertRequired = bool;
