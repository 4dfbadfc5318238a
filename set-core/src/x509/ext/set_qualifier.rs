//! SETQualifier, in certificatePolicies.

use der::asn1::ObjectIdentifier;

use super::CertificateType;
use crate::asn1::SeqOf;
use crate::asn1::error::OutOfRange;
use crate::asn1::strings::SetString;
use crate::msg::ids::Url;
use crate::sequence;

sequence! {
    /// What the root, and up to three CAs below it, say of a policy.
    ///
    /// ```text
    /// SetPolicyQualifier ::= SEQUENCE {
    ///   rootQualifier       SETQualifier,
    ///   additionalPolicies  SEQUENCE SIZE(1..3) OF AdditionalPolicy OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SetPolicyQualifier = "SetPolicyQualifier" {
        /// The root's words.
        root_qualifier: SetQualifier = "rootQualifier",
        /// The others' words.
        additional_policies: Option<SeqOf<AdditionalPolicy, 1, 3>> = "additionalPolicies" [optional],
    }
}

sequence! {
    /// What a CA below the root says.
    ///
    /// ```text
    /// AdditionalPolicy ::= SEQUENCE {
    ///   policyOID        OBJECT IDENTIFIER OPTIONAL,
    ///   policyQualifier  SETQualifier OPTIONAL,
    ///   policyAddedBy    CertificateType
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AdditionalPolicy = "AdditionalPolicy" {
        /// Its policy.
        policy_oid: Option<ObjectIdentifier> = "policyOID" [optional],
        /// Its words.
        policy_qualifier: Option<SetQualifier> = "policyQualifier" [optional],
        /// What kind of CA it is.
        policy_added_by: CertificateType = "policyAddedBy",
    }
}

sequence! {
    /// A policy for people to read.
    ///
    /// ```text
    /// SETQualifier ::= SEQUENCE {
    ///   terseStatement  SETString OPTIONAL,                 -- 1..2048 characters
    ///   policyURL       [0] URL OPTIONAL,
    ///   policyEmail     [1] URL OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct SetQualifier = "SETQualifier" {
        /// In short.
        terse_statement: Option<SetString<1, 2_048>> = "terseStatement" [optional],
        /// In full, at this place.
        policy_url: Option<Url> = "policyURL" [implicit 0 optional],
        /// Whom to ask.
        policy_email: Option<Url> = "policyEmail" [implicit 1 optional],
    }
}

impl SetQualifier {
    /// One that says only this, 1 to 2,048 characters.
    ///
    /// # Errors
    ///
    /// When it has more or fewer.
    pub fn terse(statement: &str) -> Result<Self, OutOfRange> {
        Ok(Self {
            terse_statement: Some(statement.parse()?),
            ..Self::default()
        })
    }
}
