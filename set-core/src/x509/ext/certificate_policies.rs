//! certificatePolicies.

use der::asn1::ObjectIdentifier;

use super::SetPolicyQualifier;
use crate::asn1::{DecodeError, EncodeError, Opaque, SeqOf, oid};
use crate::sequence;

/// Under which policies a certificate was issued.
///
/// ```text
/// CertificatePolicies ::= SEQUENCE SIZE(1..MAX) OF PolicyInformation
/// ```
///
/// Critical; in all certificates.
pub type CertificatePolicies = SeqOf<PolicyInformation>;

sequence! {
    /// One policy.
    ///
    /// ```text
    /// PolicyInformation ::= SEQUENCE {
    ///   policyIdentifier  OBJECT IDENTIFIER,
    ///   policyQualifiers  SEQUENCE SIZE(1..MAX) OF PolicyQualifierInfo OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PolicyInformation = "PolicyInformation" {
        /// Which; `2.23.42.5.0` is that of the SET root.
        policy_identifier: ObjectIdentifier = "policyIdentifier",
        /// More about it.
        policy_qualifiers: Option<SeqOf<PolicyQualifierInfo>> = "policyQualifiers" [optional],
    }
}

sequence! {
    /// Something about a policy.
    ///
    /// ```text
    /// PolicyQualifierInfo ::= SEQUENCE {
    ///   policyQualifierId  OBJECT IDENTIFIER,
    ///   qualifier          ANY DEFINED BY policyQualifierId OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PolicyQualifierInfo = "PolicyQualifierInfo" {
        /// What; `2.23.42.7.6` is a [`SetPolicyQualifier`].
        policy_qualifier_id: ObjectIdentifier = "policyQualifierId",
        /// The qualifier.
        qualifier: Option<Opaque> = "qualifier" [optional],
    }
}

impl PolicyInformation {
    /// A policy with a SET qualifier.
    ///
    /// # Errors
    ///
    /// When the qualifier is too long for DER.
    pub fn qualified(
        policy_identifier: ObjectIdentifier,
        qualifier: &SetPolicyQualifier,
    ) -> Result<Self, EncodeError> {
        Ok(Self {
            policy_identifier,
            policy_qualifiers: Some(SeqOf::<_, 1>::one(PolicyQualifierInfo {
                policy_qualifier_id: oid::extension::SET_QUALIFIER,
                qualifier: Some(Opaque::of(qualifier)?),
            })),
        })
    }

    /// The SET qualifier, if there is one.
    ///
    /// # Errors
    ///
    /// When it is there but malformed.
    pub fn set_qualifier(&self) -> Result<Option<SetPolicyQualifier>, DecodeError> {
        self.policy_qualifiers
            .iter()
            .flatten()
            .find(|info| info.policy_qualifier_id == oid::extension::SET_QUALIFIER)
            .and_then(|info| info.qualifier.as_ref())
            .map(Opaque::decode_as)
            .transpose()
    }
}
