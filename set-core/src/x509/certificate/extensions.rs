//! The extensions of a certificate, typed.

use der::asn1::ObjectIdentifier;

use crate::asn1::{self, Limits, Wire, oid};
use crate::x509::X509Error;
use crate::x509::ext::{
    AltName, AuthorityKeyIdentifier, BasicConstraints, CardCertRequired, CertificatePolicies,
    CertificateType, HashedRootKey, KeyUsage, MerchantData, PrivateKeyUsagePeriod, SetExtensions,
    Tunneling,
};
use crate::x509::extension::Extension;

/// What the extensions of a certificate say.
///
/// The four that are in all certificates are always there, and were critical.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateExtensions {
    /// keyUsage
    pub key_usage: KeyUsage,
    /// certificatePolicies
    pub certificate_policies: CertificatePolicies,
    /// basicConstraints
    pub basic_constraints: BasicConstraints,
    /// CertificateType
    pub certificate_type: CertificateType,
    /// authorityKeyIdentifier
    pub authority_key_identifier: Option<AuthorityKeyIdentifier>,
    /// privateKeyUsagePeriod
    pub private_key_usage_period: Option<PrivateKeyUsagePeriod>,
    /// subjectAltName
    pub subject_alt_name: Option<AltName>,
    /// issuerAltName
    pub issuer_alt_name: Option<AltName>,
    /// HashedRootKey
    pub hashed_root_key: Option<HashedRootKey>,
    /// MerchantData
    pub merchant_data: Option<MerchantData>,
    /// CardCertRequired
    pub card_cert_required: Option<CardCertRequired>,
    /// Tunneling
    pub tunneling: Option<Tunneling>,
    /// SETExtensions
    pub set_extensions: Option<SetExtensions>,
    /// Whether there is a policyMappings, which SET refuses.
    pub has_policy_mappings: bool,
    /// Critical extensions that SET does not know.
    pub unknown_critical: Vec<ObjectIdentifier>,
}

impl CertificateExtensions {
    /// Reads the extensions of a certificate; unknown ones that are not critical are left
    /// aside.
    pub(super) fn read(extensions: &[Extension]) -> Result<Self, X509Error> {
        let found = Found::new(extensions)?;
        Ok(Self {
            key_usage: found.critical(oid::extension::KEY_USAGE, "keyUsage")?,
            certificate_policies: found
                .critical(oid::extension::CERTIFICATE_POLICIES, "certificatePolicies")?,
            basic_constraints: found
                .critical(oid::extension::BASIC_CONSTRAINTS, "basicConstraints")?,
            certificate_type: found
                .critical(oid::extension::CERTIFICATE_TYPE, "CertificateType")?,
            authority_key_identifier: found.optional(
                oid::extension::AUTHORITY_KEY_IDENTIFIER,
                "authorityKeyIdentifier",
            )?,
            private_key_usage_period: found.optional(
                oid::extension::PRIVATE_KEY_USAGE_PERIOD,
                "privateKeyUsagePeriod",
            )?,
            subject_alt_name: found.optional(oid::extension::SUBJECT_ALT_NAME, "subjectAltName")?,
            issuer_alt_name: found.optional(oid::extension::ISSUER_ALT_NAME, "issuerAltName")?,
            hashed_root_key: found
                .optional_critical(oid::extension::HASHED_ROOT_KEY, "HashedRootKey")?,
            merchant_data: found.optional(oid::extension::MERCHANT_DATA, "MerchantData")?,
            card_cert_required: found
                .optional(oid::extension::CARD_CERT_REQUIRED, "CardCertRequired")?,
            tunneling: found.optional(oid::extension::TUNNELING, "Tunneling")?,
            set_extensions: found.optional(oid::extension::SET_EXTENSIONS, "SETExtensions")?,
            has_policy_mappings: found.find(oid::extension::POLICY_MAPPINGS).is_some(),
            unknown_critical: found.unknown_critical(),
        })
    }
}

/// Extensions of which none occurs twice.
struct Found<'a>(&'a [Extension]);

impl<'a> Found<'a> {
    fn new(extensions: &'a [Extension]) -> Result<Self, X509Error> {
        refuse_doubles(extensions)?;
        Ok(Self(extensions))
    }

    fn find(&self, extn_id: ObjectIdentifier) -> Option<&'a Extension> {
        self.0.iter().find(|extension| extension.extn_id == extn_id)
    }

    fn optional<T: Wire>(
        &self,
        extn_id: ObjectIdentifier,
        name: &'static str,
    ) -> Result<Option<T>, X509Error> {
        self.find(extn_id)
            .map(|extension| value(extension, name))
            .transpose()
    }

    fn optional_critical<T: Wire>(
        &self,
        extn_id: ObjectIdentifier,
        name: &'static str,
    ) -> Result<Option<T>, X509Error> {
        match self.find(extn_id) {
            Some(extension) if !extension.critical => Err(X509Error::NotCritical(name)),
            Some(extension) => value(extension, name).map(Some),
            None => Ok(None),
        }
    }

    fn critical<T: Wire>(
        &self,
        extn_id: ObjectIdentifier,
        name: &'static str,
    ) -> Result<T, X509Error> {
        self.optional_critical(extn_id, name)?
            .ok_or(X509Error::MissingExtension(name))
    }

    fn unknown_critical(&self) -> Vec<ObjectIdentifier> {
        self.0
            .iter()
            .filter(|extension| extension.critical && !KNOWN.contains(&extension.extn_id))
            .map(|extension| extension.extn_id)
            .collect()
    }
}

/// Refuses a list in which an extension occurs twice.
pub(in crate::x509) fn refuse_doubles(extensions: &[Extension]) -> Result<(), X509Error> {
    let mut seen = std::collections::HashSet::new();
    match extensions
        .iter()
        .find(|extension| !seen.insert(extension.extn_id))
    {
        Some(double) => Err(X509Error::DuplicateExtension(double.extn_id)),
        None => Ok(()),
    }
}

/// Decodes the value of an extension.
pub(in crate::x509) fn value<T: Wire>(
    extension: &Extension,
    name: &'static str,
) -> Result<T, X509Error> {
    asn1::decode(extension.extn_value.as_bytes(), &Limits::default())
        .map_err(|error| X509Error::Extension { name, error })
}

/// Extensions that may be critical without harm. policyMappings is among them so that its
/// own rule, not that for unknown extensions, refuses it.
const KNOWN: &[ObjectIdentifier] = &[
    oid::extension::KEY_USAGE,
    oid::extension::CERTIFICATE_POLICIES,
    oid::extension::BASIC_CONSTRAINTS,
    oid::extension::CERTIFICATE_TYPE,
    oid::extension::AUTHORITY_KEY_IDENTIFIER,
    oid::extension::PRIVATE_KEY_USAGE_PERIOD,
    oid::extension::SUBJECT_ALT_NAME,
    oid::extension::ISSUER_ALT_NAME,
    oid::extension::HASHED_ROOT_KEY,
    oid::extension::MERCHANT_DATA,
    oid::extension::CARD_CERT_REQUIRED,
    oid::extension::TUNNELING,
    oid::extension::SET_EXTENSIONS,
    oid::extension::POLICY_MAPPINGS,
];
