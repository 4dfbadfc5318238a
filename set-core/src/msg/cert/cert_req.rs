//! CertReq: an entity asks for certificates.

use core::fmt;

use der::asn1::OctetString;

use super::id_data::IdData;
use super::reg_form::FieldName;
use super::request_type::RequestType;
use crate::asn1::strings::SetString;
use crate::asn1::{Date, Raw, SeqOf};
use crate::msg::back_key::BackKeyData;
use crate::msg::ids::{Challenge, LocalId, Rrpid};
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::pkcs7::{EnvelopedData, SignedData};
use crate::secret::{AcctIdentification, CardExpiry, CardSecret, ExNonce, Pan};
use crate::x509::spki::SubjectPublicKeyInfo;
use crate::{choice, sequence};

choice! {
    /// The request, with account data or without.
    ///
    /// ```text
    /// CertReq ::= CHOICE {
    ///   encx  [0] EXPLICIT EnvelopedData,   -- EncX{EE, CA, CertReqData, AcctInfo}; CertReqTBEX
    ///   enc   [1] EXPLICIT EnvelopedData    -- Enc{EE, CA, CertReqData}; CertReqTBE
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum CertReq = "CertReq" {
        /// With an [`AcctInfo`] in the OAEP block; holds a [`CertReqTbex`].
        Encx(EnvelopedData) = "encx" [explicit 0],
        /// Without; holds a [`CertReqTbe`].
        Enc(EnvelopedData) = "enc" [explicit 1],
    }
}

/// What Enc encrypts: S{EE, [`CertReqData`]}.
///
/// ```text
/// CertReqTBE ::= SignedData
/// ```
pub type CertReqTbe = SignedData;

sequence! {
    /// What EncX encrypts.
    ///
    /// ```text
    /// CertReqTBEX ::= SEQUENCE { t CertReqData, s SignedData }     -- s: SO{EE, CertReqTBS}
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct CertReqTbex = "CertReqTBEX" {
        /// The request.
        t: Raw<CertReqData> = "t",
        /// The signatures over it and the account data.
        s: SignedData = "s",
    }
}

sequence! {
    /// What the signatures of a [`CertReqTbex`] are over.
    ///
    /// ```text
    /// CertReqTBS ::= SEQUENCE { t CertReqData, p AcctInfo }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct CertReqTbs = "CertReqTBS" {
        /// The request.
        t: Raw<CertReqData> = "t",
        /// The account data.
        p: AcctInfo = "p",
    }
}

sequence! {
    /// Asks for certificates.
    ///
    /// ```text
    /// CertReqData ::= SEQUENCE {
    ///   rrpid          RRPID,
    ///   lid-EE         LocalID,
    ///   chall-EE3      Challenge,
    ///   lid-CA         [0] LocalID OPTIONAL,
    ///   chall-CA       [1] Challenge OPTIONAL,
    ///   requestType    RequestType,
    ///   requestDate    Date,
    ///   idData         [2] EXPLICIT IDData OPTIONAL,
    ///   regFormID      INTEGER (0..MAX),
    ///   regForm        [3] SEQUENCE SIZE(1..MAX) OF RegFormItem OPTIONAL,
    ///   caBackKeyData  [4] EXPLICIT BackKeyData OPTIONAL,
    ///   publicKeySorE  PublicKeySorE,
    ///   eeThumb        [5] EXPLICIT CertThumb OPTIONAL,
    ///   thumbs         [6] EXPLICIT Thumbs OPTIONAL
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct CertReqData = "CertReqData" {
        /// The pair of request and response.
        rrpid: Rrpid = "rrpid",
        /// The entity's id of this registration.
        lid_ee: LocalId = "lid-EE",
        /// The entity's third challenge.
        chall_ee3: Challenge = "chall-EE3",
        /// The CA's id, if it gave one.
        lid_ca: Option<LocalId> = "lid-CA" [implicit 0 optional],
        /// The CA's challenge.
        chall_ca: Option<Challenge> = "chall-CA" [implicit 1 optional],
        /// Which certificates.
        request_type: RequestType = "requestType",
        /// When.
        request_date: Date = "requestDate",
        /// For whom, unless for a cardholder.
        id_data: Option<IdData> = "idData" [explicit 2 optional],
        /// The form that was filled in.
        reg_form_id: u64 = "regFormID",
        /// The answers.
        reg_form: Option<SeqOf<RegFormItem>> = "regForm" [implicit 3 optional],
        /// The key to encrypt the answer under.
        ca_back_key_data: Option<BackKeyData> = "caBackKeyData" [explicit 4 optional],
        /// The keys to be certified.
        public_key_s_or_e: PublicKeySorE = "publicKeySorE",
        /// In a renewal, the certificate being renewed.
        ee_thumb: Option<CertThumb> = "eeThumb" [explicit 5 optional],
        /// What the entity holds already.
        thumbs: Option<Thumbs> = "thumbs" [explicit 6 optional],
    }
}

sequence! {
    /// One answer.
    ///
    /// ```text
    /// RegFormItem ::= SEQUENCE {
    ///   fieldName   SETString,
    ///   fieldValue  FieldValue
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RegFormItem = "RegFormItem" {
        /// The question.
        field_name: FieldName = "fieldName",
        /// The answer.
        field_value: FieldValue = "fieldValue",
    }
}

choice! {
    /// An answer. By it the issuer knows its customer, so it is never shown.
    ///
    /// ```text
    /// FieldValue ::= CHOICE {
    ///   setString    SETString,
    ///   octetString  OCTET STRING
    /// }
    /// ```
    #[derive(Clone, PartialEq, Eq)]
    pub enum FieldValue = "FieldValue" as secret {
        /// Text.
        SetString(SetString) = "setString",
        /// Anything else.
        OctetString(OctetString) = "octetString",
    }
}

impl fmt::Debug for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

sequence! {
    /// The keys to be certified, at least one.
    ///
    /// ```text
    /// PublicKeySorE ::= SEQUENCE {
    ///   publicKeyS  [0] SubjectPublicKeyInfo OPTIONAL,
    ///   publicKeyE  [1] SubjectPublicKeyInfo OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PublicKeySorE = "PublicKeySorE" {
        /// For signatures.
        public_key_s: Option<SubjectPublicKeyInfo> = "publicKeyS" [implicit 0 optional],
        /// For encryption.
        public_key_e: Option<SubjectPublicKeyInfo> = "publicKeyE" [implicit 1 optional],
    }
}

choice! {
    /// Account data, in the OAEP block.
    ///
    /// ```text
    /// AcctInfo ::= CHOICE {
    ///   panData0  [0] EXPLICIT PANData0,
    ///   acctData  [1] EXPLICIT AcctData
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub enum AcctInfo = "AcctInfo" {
        /// A cardholder's.
        PanData0(PanData0) = "panData0" [explicit 0],
        /// A merchant's or acquirer's.
        AcctData(AcctData) = "acctData" [explicit 1],
    }
}

sequence! {
    /// A cardholder's account and half of the secret that will stand for it.
    ///
    /// ```text
    /// PANData0 ::= SEQUENCE {
    ///   pan         PAN,
    ///   cardExpiry  CardExpiry,
    ///   cardSecret  Secret,
    ///   exNonce     Nonce
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct PanData0 = "PANData0" {
        /// The account number.
        pan: Pan = "pan",
        /// When the card expires.
        card_expiry: CardExpiry = "cardExpiry",
        /// The cardholder's half of the PANSecret.
        card_secret: CardSecret = "cardSecret",
        /// Hides all this from guessing.
        ex_nonce: ExNonce = "exNonce",
    }
}

sequence! {
    /// A merchant's or acquirer's account.
    ///
    /// ```text
    /// AcctData ::= SEQUENCE {
    ///   acctIdentification  VisibleString (SIZE(74)),          -- padded on the right with spaces
    ///   exNonce             Nonce
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct AcctData = "AcctData" {
        /// The account.
        acct_identification: AcctIdentification = "acctIdentification",
        /// Hides it from guessing.
        ex_nonce: ExNonce = "exNonce",
    }
}
