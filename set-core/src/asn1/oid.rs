//! Every object identifier that SET names, with its source.
//!
//! The arc `2.23.42` is SET's own, registered to the two card brands that wrote it. The
//! content types carry the specification's names; 2.23.42.0.15 is the one number of the
//! arc that public object tables leave out, and falls to `InqReqData` by its place in the
//! sequence (see docs/DIVERGENCES.md).

use der::asn1::ObjectIdentifier;

macro_rules! oids {
    ($($(#[$meta:meta])* $name:ident = $dotted:literal, $shown:literal;)+) => {
        $(
            $(#[$meta])*
            pub const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($dotted);
        )+

        pub(super) const TABLE: &[(ObjectIdentifier, &str)] = &[$(($name, $shown)),+];
    };
}

/// The name of an object identifier in this table.
#[must_use]
pub fn name(oid: &ObjectIdentifier) -> Option<&'static str> {
    [
        content::TABLE,
        algorithm::TABLE,
        attribute::TABLE,
        name::TABLE,
        extension::TABLE,
        message_extension::TABLE,
        policy::TABLE,
    ]
    .iter()
    .flat_map(|table| table.iter())
    .find(|(known, _)| known == oid)
    .map(|(_, name)| *name)
}

/// Content types: `{ joint-iso-itu-t(2) international-organizations(23) set(42) contentType(0) }`.
pub mod content {
    use super::ObjectIdentifier;

    oids! {
        /// `PANData`, signed, enveloped or digested.
        PAN_DATA = "2.23.42.0.0", "PANData";
        /// `PANToken`, signed, enveloped or digested.
        PAN_TOKEN = "2.23.42.0.1", "PANToken";
        /// `PANOnly`, signed, enveloped or digested.
        PAN_ONLY = "2.23.42.0.2", "PANOnly";
        /// `OIData`, signed, enveloped or digested.
        OI_DATA = "2.23.42.0.3", "OIData";
        /// `PI`, signed, enveloped or digested.
        PI = "2.23.42.0.4", "PI";
        /// `PIData`, signed, enveloped or digested.
        PI_DATA = "2.23.42.0.5", "PIData";
        /// `PIDataUnsigned`, signed, enveloped or digested.
        PI_DATA_UNSIGNED = "2.23.42.0.6", "PIDataUnsigned";
        /// `HODInput`, signed, enveloped or digested.
        HOD_INPUT = "2.23.42.0.7", "HODInput";
        /// `AuthResBaggage`, signed, enveloped or digested.
        AUTH_RES_BAGGAGE = "2.23.42.0.8", "AuthResBaggage";
        /// `AuthRevReqBaggage`, signed, enveloped or digested.
        AUTH_REV_REQ_BAGGAGE = "2.23.42.0.9", "AuthRevReqBaggage";
        /// `AuthRevResBaggage`, signed, enveloped or digested.
        AUTH_REV_RES_BAGGAGE = "2.23.42.0.10", "AuthRevResBaggage";
        /// `CapTokenSeq`, signed, enveloped or digested.
        CAP_TOKEN_SEQ = "2.23.42.0.11", "CapTokenSeq";
        /// `PInitResData`, signed, enveloped or digested.
        P_INIT_RES_DATA = "2.23.42.0.12", "PInitResData";
        /// `PI-TBS`, signed, enveloped or digested.
        PI_TBS = "2.23.42.0.13", "PI-TBS";
        /// `PResData`, signed, enveloped or digested.
        P_RES_DATA = "2.23.42.0.14", "PResData";
        /// `InqReqData`, signed, enveloped or digested.
        INQ_REQ_DATA = "2.23.42.0.15", "InqReqData";
        /// `AuthReqTBS`, signed, enveloped or digested.
        AUTH_REQ_TBS = "2.23.42.0.16", "AuthReqTBS";
        /// `AuthResTBS`, signed, enveloped or digested.
        AUTH_RES_TBS = "2.23.42.0.17", "AuthResTBS";
        /// `AuthResTBSX`, signed, enveloped or digested.
        AUTH_RES_TBSX = "2.23.42.0.18", "AuthResTBSX";
        /// `AuthTokenTBS`, signed, enveloped or digested.
        AUTH_TOKEN_TBS = "2.23.42.0.19", "AuthTokenTBS";
        /// `CapTokenData`, signed, enveloped or digested.
        CAP_TOKEN_DATA = "2.23.42.0.20", "CapTokenData";
        /// `CapTokenTBS`, signed, enveloped or digested.
        CAP_TOKEN_TBS = "2.23.42.0.21", "CapTokenTBS";
        /// `AcqCardCodeMsg`, signed, enveloped or digested.
        ACQ_CARD_CODE_MSG = "2.23.42.0.22", "AcqCardCodeMsg";
        /// `AuthRevReqTBS`, signed, enveloped or digested.
        AUTH_REV_REQ_TBS = "2.23.42.0.23", "AuthRevReqTBS";
        /// `AuthRevResData`, signed, enveloped or digested.
        AUTH_REV_RES_DATA = "2.23.42.0.24", "AuthRevResData";
        /// `AuthRevResTBS`, signed, enveloped or digested.
        AUTH_REV_RES_TBS = "2.23.42.0.25", "AuthRevResTBS";
        /// `CapReqTBS`, signed, enveloped or digested.
        CAP_REQ_TBS = "2.23.42.0.26", "CapReqTBS";
        /// `CapReqTBSX`, signed, enveloped or digested.
        CAP_REQ_TBSX = "2.23.42.0.27", "CapReqTBSX";
        /// `CapResData`, signed, enveloped or digested.
        CAP_RES_DATA = "2.23.42.0.28", "CapResData";
        /// `CapRevReqTBS`, signed, enveloped or digested.
        CAP_REV_REQ_TBS = "2.23.42.0.29", "CapRevReqTBS";
        /// `CapRevReqTBSX`, signed, enveloped or digested.
        CAP_REV_REQ_TBSX = "2.23.42.0.30", "CapRevReqTBSX";
        /// `CapRevResData`, signed, enveloped or digested.
        CAP_REV_RES_DATA = "2.23.42.0.31", "CapRevResData";
        /// `CredReqTBS`, signed, enveloped or digested.
        CRED_REQ_TBS = "2.23.42.0.32", "CredReqTBS";
        /// `CredReqTBSX`, signed, enveloped or digested.
        CRED_REQ_TBSX = "2.23.42.0.33", "CredReqTBSX";
        /// `CredResData`, signed, enveloped or digested.
        CRED_RES_DATA = "2.23.42.0.34", "CredResData";
        /// `CredRevReqTBS`, signed, enveloped or digested.
        CRED_REV_REQ_TBS = "2.23.42.0.35", "CredRevReqTBS";
        /// `CredRevReqTBSX`, signed, enveloped or digested.
        CRED_REV_REQ_TBSX = "2.23.42.0.36", "CredRevReqTBSX";
        /// `CredRevResData`, signed, enveloped or digested.
        CRED_REV_RES_DATA = "2.23.42.0.37", "CredRevResData";
        /// `PCertReqData`, signed, enveloped or digested.
        P_CERT_REQ_DATA = "2.23.42.0.38", "PCertReqData";
        /// `PCertResTBS`, signed, enveloped or digested.
        P_CERT_RES_TBS = "2.23.42.0.39", "PCertResTBS";
        /// `BatchAdminReqData`, signed, enveloped or digested.
        BATCH_ADMIN_REQ_DATA = "2.23.42.0.40", "BatchAdminReqData";
        /// `BatchAdminResData`, signed, enveloped or digested.
        BATCH_ADMIN_RES_DATA = "2.23.42.0.41", "BatchAdminResData";
        /// `CardCInitResTBS`, signed, enveloped or digested.
        CARD_C_INIT_RES_TBS = "2.23.42.0.42", "CardCInitResTBS";
        /// `MeAqCInitResTBS`, signed, enveloped or digested.
        ME_AQ_C_INIT_RES_TBS = "2.23.42.0.43", "MeAqCInitResTBS";
        /// `RegFormResTBS`, signed, enveloped or digested.
        REG_FORM_RES_TBS = "2.23.42.0.44", "RegFormResTBS";
        /// `CertReqData`, signed, enveloped or digested.
        CERT_REQ_DATA = "2.23.42.0.45", "CertReqData";
        /// `CertReqTBS`, signed, enveloped or digested.
        CERT_REQ_TBS = "2.23.42.0.46", "CertReqTBS";
        /// `CertResData`, signed, enveloped or digested.
        CERT_RES_DATA = "2.23.42.0.47", "CertResData";
        /// `CertInqReqTBS`, signed, enveloped or digested.
        CERT_INQ_REQ_TBS = "2.23.42.0.48", "CertInqReqTBS";
        /// `ErrorTBS`, signed, enveloped or digested.
        ERROR_TBS = "2.23.42.0.49", "ErrorTBS";
        /// `PIDualSignedTBE`, signed, enveloped or digested.
        PI_DUAL_SIGNED_TBE = "2.23.42.0.50", "PIDualSignedTBE";
        /// `PIUnsignedTBE`, signed, enveloped or digested.
        PI_UNSIGNED_TBE = "2.23.42.0.51", "PIUnsignedTBE";
        /// `AuthReqTBE`, signed, enveloped or digested.
        AUTH_REQ_TBE = "2.23.42.0.52", "AuthReqTBE";
        /// `AuthResTBE`, signed, enveloped or digested.
        AUTH_RES_TBE = "2.23.42.0.53", "AuthResTBE";
        /// `AuthResTBEX`, signed, enveloped or digested.
        AUTH_RES_TBEX = "2.23.42.0.54", "AuthResTBEX";
        /// `AuthTokenTBE`, signed, enveloped or digested.
        AUTH_TOKEN_TBE = "2.23.42.0.55", "AuthTokenTBE";
        /// `CapTokenTBE`, signed, enveloped or digested.
        CAP_TOKEN_TBE = "2.23.42.0.56", "CapTokenTBE";
        /// `CapTokenTBEX`, signed, enveloped or digested.
        CAP_TOKEN_TBEX = "2.23.42.0.57", "CapTokenTBEX";
        /// `AcqCardCodeMsgTBE`, signed, enveloped or digested.
        ACQ_CARD_CODE_MSG_TBE = "2.23.42.0.58", "AcqCardCodeMsgTBE";
        /// `AuthRevReqTBE`, signed, enveloped or digested.
        AUTH_REV_REQ_TBE = "2.23.42.0.59", "AuthRevReqTBE";
        /// `AuthRevResTBE`, signed, enveloped or digested.
        AUTH_REV_RES_TBE = "2.23.42.0.60", "AuthRevResTBE";
        /// `AuthRevResTBEB`, signed, enveloped or digested.
        AUTH_REV_RES_TBEB = "2.23.42.0.61", "AuthRevResTBEB";
        /// `CapReqTBE`, signed, enveloped or digested.
        CAP_REQ_TBE = "2.23.42.0.62", "CapReqTBE";
        /// `CapReqTBEX`, signed, enveloped or digested.
        CAP_REQ_TBEX = "2.23.42.0.63", "CapReqTBEX";
        /// `CapResTBE`, signed, enveloped or digested.
        CAP_RES_TBE = "2.23.42.0.64", "CapResTBE";
        /// `CapRevReqTBE`, signed, enveloped or digested.
        CAP_REV_REQ_TBE = "2.23.42.0.65", "CapRevReqTBE";
        /// `CapRevReqTBEX`, signed, enveloped or digested.
        CAP_REV_REQ_TBEX = "2.23.42.0.66", "CapRevReqTBEX";
        /// `CapRevResTBE`, signed, enveloped or digested.
        CAP_REV_RES_TBE = "2.23.42.0.67", "CapRevResTBE";
        /// `CredReqTBE`, signed, enveloped or digested.
        CRED_REQ_TBE = "2.23.42.0.68", "CredReqTBE";
        /// `CredReqTBEX`, signed, enveloped or digested.
        CRED_REQ_TBEX = "2.23.42.0.69", "CredReqTBEX";
        /// `CredResTBE`, signed, enveloped or digested.
        CRED_RES_TBE = "2.23.42.0.70", "CredResTBE";
        /// `CredRevReqTBE`, signed, enveloped or digested.
        CRED_REV_REQ_TBE = "2.23.42.0.71", "CredRevReqTBE";
        /// `CredRevReqTBEX`, signed, enveloped or digested.
        CRED_REV_REQ_TBEX = "2.23.42.0.72", "CredRevReqTBEX";
        /// `CredRevResTBE`, signed, enveloped or digested.
        CRED_REV_RES_TBE = "2.23.42.0.73", "CredRevResTBE";
        /// `BatchAdminReqTBE`, signed, enveloped or digested.
        BATCH_ADMIN_REQ_TBE = "2.23.42.0.74", "BatchAdminReqTBE";
        /// `BatchAdminResTBE`, signed, enveloped or digested.
        BATCH_ADMIN_RES_TBE = "2.23.42.0.75", "BatchAdminResTBE";
        /// `RegFormReqTBE`, signed, enveloped or digested.
        REG_FORM_REQ_TBE = "2.23.42.0.76", "RegFormReqTBE";
        /// `CertReqTBE`, signed, enveloped or digested.
        CERT_REQ_TBE = "2.23.42.0.77", "CertReqTBE";
        /// `CertReqTBEX`, signed, enveloped or digested.
        CERT_REQ_TBEX = "2.23.42.0.78", "CertReqTBEX";
        /// `CertResTBE`, signed, enveloped or digested.
        CERT_RES_TBE = "2.23.42.0.79", "CertResTBE";
        /// `CRLNotificationTBS`, signed, enveloped or digested.
        CRL_NOTIFICATION_TBS = "2.23.42.0.80", "CRLNotificationTBS";
        /// `CRLNotificationResTBS`, signed, enveloped or digested.
        CRL_NOTIFICATION_RES_TBS = "2.23.42.0.81", "CRLNotificationResTBS";
        /// `BCIDistributionTBS`, signed, enveloped or digested.
        BCI_DISTRIBUTION_TBS = "2.23.42.0.82", "BCIDistributionTBS";
        /// What a HashedRootKey digests: the next root's SubjectPublicKeyInfo.
        ROOT_KEY_THUMB = "2.23.42.3.0.0", "rootKeyThumb";
    }
}

/// Algorithms.
pub mod algorithm {
    use super::ObjectIdentifier;

    oids! {
        /// SHA-1, parameters NULL (OIW).
        SHA1 = "1.3.14.3.2.26", "sha1";
        /// RSA keys, and RSA signatures in a SignerInfo (PKCS #1).
        RSA_ENCRYPTION = "1.2.840.113549.1.1.1", "rsaEncryption";
        /// RSA PKCS #1 v1.5 with SHA-1, on certificates and CRLs (PKCS #1).
        SHA1_WITH_RSA = "1.2.840.113549.1.1.5", "sha1WithRSAEncryption";
        /// RSA with the OAEP block of SET, parameters NULL (PKCS #1 arc).
        RSA_OAEP_SET = "1.2.840.113549.1.1.6", "rsaOAEPEncryptionSET";
        /// DES in CBC mode, parameters the initialisation vector (OIW).
        DES_CBC = "1.3.14.3.2.7", "desCBC";
        /// CDMF in CBC mode, parameters the initialisation vector (RSADSI arc).
        CDMF_CBC = "1.2.840.113549.3.10", "cdmfCBC";
        /// HMAC with SHA-1 (IPsec arc).
        HMAC_SHA1 = "1.3.6.1.5.5.8.1.2", "hmacSHA1";
    }
}

/// Attributes of a SignerInfo (PKCS #9).
pub mod attribute {
    use super::ObjectIdentifier;

    oids! {
        /// The type of the content signed.
        CONTENT_TYPE = "1.2.840.113549.1.9.3", "contentType";
        /// The digest of the content signed.
        MESSAGE_DIGEST = "1.2.840.113549.1.9.4", "messageDigest";
    }
}

/// Attributes of a distinguished name (X.520).
pub mod name {
    use super::ObjectIdentifier;

    oids! {
        /// commonName
        COMMON_NAME = "2.5.4.3", "commonName";
        /// countryName
        COUNTRY = "2.5.4.6", "countryName";
        /// organizationName
        ORGANIZATION = "2.5.4.10", "organizationName";
        /// organizationalUnitName
        ORGANIZATIONAL_UNIT = "2.5.4.11", "organizationalUnitName";
    }
}

/// Extensions of certificates and CRLs: X.509's own, and SET's under `2.23.42.7`.
pub mod extension {
    use super::ObjectIdentifier;

    oids! {
        /// keyUsage
        KEY_USAGE = "2.5.29.15", "keyUsage";
        /// privateKeyUsagePeriod
        PRIVATE_KEY_USAGE_PERIOD = "2.5.29.16", "privateKeyUsagePeriod";
        /// subjectAltName
        SUBJECT_ALT_NAME = "2.5.29.17", "subjectAltName";
        /// issuerAltName
        ISSUER_ALT_NAME = "2.5.29.18", "issuerAltName";
        /// basicConstraints
        BASIC_CONSTRAINTS = "2.5.29.19", "basicConstraints";
        /// cRLNumber
        CRL_NUMBER = "2.5.29.20", "cRLNumber";
        /// reasonCode of a CRL entry
        REASON_CODE = "2.5.29.21", "reasonCode";
        /// certificatePolicies
        CERTIFICATE_POLICIES = "2.5.29.32", "certificatePolicies";
        /// policyMappings, which SET refuses
        POLICY_MAPPINGS = "2.5.29.33", "policyMappings";
        /// authorityKeyIdentifier
        AUTHORITY_KEY_IDENTIFIER = "2.5.29.35", "authorityKeyIdentifier";
        /// HashedRootKey
        HASHED_ROOT_KEY = "2.23.42.7.0", "hashedRootKey";
        /// CertificateType
        CERTIFICATE_TYPE = "2.23.42.7.1", "certificateType";
        /// MerchantData
        MERCHANT_DATA = "2.23.42.7.2", "merchantData";
        /// CardCertRequired
        CARD_CERT_REQUIRED = "2.23.42.7.3", "cardCertRequired";
        /// Tunneling
        TUNNELING = "2.23.42.7.4", "tunneling";
        /// SETExtensions
        SET_EXTENSIONS = "2.23.42.7.5", "setExtensions";
        /// SETQualifier, of a policy
        SET_QUALIFIER = "2.23.42.7.6", "setQualifier";
    }
}

/// Message extensions under `2.23.42.1`.
pub mod message_extension {
    use super::ObjectIdentifier;

    oids! {
        /// A chip card's cryptogram.
        GENERIC_CRYPTOGRAM = "2.23.42.1.1", "genericCryptogram";
        /// An authorization begun by the merchant.
        MERCHANT_INITIATED = "2.23.42.1.3", "merchantInitiatedAuthorization";
        /// A PIN entered on a secure device.
        PIN_SECURE = "2.23.42.1.4", "pinSecure";
        /// A PIN entered on any device.
        PIN_ANY = "2.23.42.1.5", "pinAny";
        /// Track 2 of the card.
        TRACK_2 = "2.23.42.1.7", "track2";
        /// A card verification value.
        CARD_VERIFICATION = "2.23.42.1.8", "cardVerification";
    }
}

/// Certificate policies under `2.23.42.5`.
pub mod policy {
    use super::ObjectIdentifier;

    oids! {
        /// The policy of the SET root.
        ROOT = "2.23.42.5.0", "set-policy-root";
    }
}
