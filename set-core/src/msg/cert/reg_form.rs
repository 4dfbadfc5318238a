//! RegFormReq and RegFormRes: the cardholder asks for the issuer's registration form.

use der::asn1::ObjectIdentifier;

use super::request_type::RequestType;
use crate::asn1::SeqOf;
use crate::asn1::strings::SetString;
use crate::msg::ids::{Challenge, Language, LocalId, Rrpid, Url};
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::pkcs7::{DetachedDigest, EnvelopedData, SignedData};
use crate::secret::{ExNonce, Pan};
use crate::x509::bci::BrandCrlIdentifier;
use crate::{choice, sequence};

/// The request, EXH{CA, [`RegFormReqData`], [`PanOnly`]}.
///
/// ```text
/// RegFormReq ::= EnvelopedData
/// ```
pub type RegFormReq = EnvelopedData;

sequence! {
    /// What the request's DES part holds: L{RegFormReqData, PANOnly}. The PANOnly itself
    /// is in the OAEP block.
    ///
    /// ```text
    /// RegFormReqTBE ::= SEQUENCE {
    ///   t1  RegFormReqData,
    ///   t2  DetachedDigest
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RegFormReqTbe = "RegFormReqTBE" {
        /// The request.
        t1: RegFormReqData = "t1",
        /// The digest of the PANOnly.
        t2: DetachedDigest = "t2",
    }
}

sequence! {
    /// Asks for the form.
    ///
    /// ```text
    /// RegFormReqData ::= SEQUENCE {
    ///   rrpid        RRPID,
    ///   lid-EE       LocalID,
    ///   chall-EE2    Challenge,
    ///   lid-CA       [0] LocalID OPTIONAL,
    ///   requestType  RequestType,
    ///   language     Language,
    ///   thumbs       [1] EXPLICIT Thumbs OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RegFormReqData = "RegFormReqData" {
        /// The pair of request and response.
        rrpid: Rrpid = "rrpid",
        /// The cardholder's id of this registration.
        lid_ee: LocalId = "lid-EE",
        /// The cardholder's second challenge.
        chall_ee2: Challenge = "chall-EE2",
        /// The CA's id, if it gave one.
        lid_ca: Option<LocalId> = "lid-CA" [implicit 0 optional],
        /// First certificate or renewal.
        request_type: RequestType = "requestType",
        /// The language that the form should be in.
        language: Language = "language",
        /// What the cardholder holds already.
        thumbs: Option<Thumbs> = "thumbs" [explicit 1 optional],
    }
}

sequence! {
    /// The account number by which the CA finds the issuer's form.
    ///
    /// ```text
    /// PANOnly ::= SEQUENCE {
    ///   pan      PAN,
    ///   exNonce  Nonce
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct PanOnly = "PANOnly" {
        /// The account number.
        pan: Pan = "pan",
        /// Hides it from guessing.
        ex_nonce: ExNonce = "exNonce",
    }
}

/// The answer, S{CA, [`RegFormResTbs`]}.
///
/// ```text
/// RegFormRes ::= SignedData
/// ```
pub type RegFormRes = SignedData;

sequence! {
    /// What the CA signs in its answer.
    ///
    /// ```text
    /// RegFormResTBS ::= SEQUENCE {
    ///   rrpid               RRPID,
    ///   lid-EE              LocalID,
    ///   chall-EE2           Challenge,
    ///   lid-CA              [0] LocalID OPTIONAL,
    ///   chall-CA            Challenge,
    ///   caeThumb            [1] EXPLICIT CertThumb OPTIONAL,
    ///   requestType         RequestType,
    ///   formOrReferral      RegFormOrReferral,
    ///   brandCRLIdentifier  [2] EXPLICIT BrandCRLIdentifier OPTIONAL,
    ///   thumbs              [3] EXPLICIT Thumbs OPTIONAL
    /// }
    /// ```
    ///
    /// The tags of RegFormOrReferral's alternatives are those of fields before it, yet
    /// nothing is ambiguous: required elements stand between.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RegFormResTbs = "RegFormResTBS" {
        /// As in the request.
        rrpid: Rrpid = "rrpid",
        /// As in the request.
        lid_ee: LocalId = "lid-EE",
        /// As in the request.
        chall_ee2: Challenge = "chall-EE2",
        /// The CA's id of this registration.
        lid_ca: Option<LocalId> = "lid-CA" [implicit 0 optional],
        /// The CA's challenge.
        chall_ca: Challenge = "chall-CA",
        /// Names the encryption certificate for the CertReq, if another one.
        cae_thumb: Option<CertThumb> = "caeThumb" [explicit 1 optional],
        /// As in the request.
        request_type: RequestType = "requestType",
        /// The form, or where to go instead.
        form_or_referral: RegFormOrReferral = "formOrReferral",
        /// The CRLs in force.
        brand_crl_identifier: Option<BrandCrlIdentifier> = "brandCRLIdentifier" [explicit 2 optional],
        /// The thumbprints of the request.
        thumbs: Option<Thumbs> = "thumbs" [explicit 3 optional],
    }
}

choice! {
    /// A form to fill in, or a referral to elsewhere.
    ///
    /// ```text
    /// RegFormOrReferral ::= CHOICE {
    ///   regFormData   [0] RegFormData,
    ///   referralData  [1] ReferralData
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum RegFormOrReferral = "RegFormOrReferral" {
        /// A form.
        RegFormData(RegFormData) = "regFormData" [implicit 0],
        /// A referral.
        ReferralData(ReferralData) = "referralData" [implicit 1],
    }
}

sequence! {
    /// A form and the policy under which the certificate will stand.
    ///
    /// ```text
    /// RegFormData ::= SEQUENCE {
    ///   regTemplate  RegTemplate OPTIONAL,
    ///   policy       PolicyText
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RegFormData = "RegFormData" {
        /// The form.
        reg_template: Option<RegTemplate> = "regTemplate" [optional],
        /// The policy, which the applicant reads and agrees to.
        policy: PolicyText = "policy",
    }
}

sequence! {
    /// A form.
    ///
    /// ```text
    /// RegTemplate ::= SEQUENCE {
    ///   regFormID     INTEGER (0..MAX),
    ///   brandLogoURL  [0] URL OPTIONAL,
    ///   cardLogoURL   [1] URL OPTIONAL,
    ///   regFieldSeq   SEQUENCE SIZE(1..MAX) OF RegField OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RegTemplate = "RegTemplate" {
        /// Names the form in the CertReq.
        reg_form_id: u64 = "regFormID",
        /// The brand's picture.
        brand_logo_url: Option<Url> = "brandLogoURL" [implicit 0 optional],
        /// The card's picture.
        card_logo_url: Option<Url> = "cardLogoURL" [implicit 1 optional],
        /// The fields.
        reg_field_seq: Option<SeqOf<RegField>> = "regFieldSeq" [optional],
    }
}

sequence! {
    /// One question.
    ///
    /// ```text
    /// RegField ::= SEQUENCE {
    ///   fieldId         [0] OBJECT IDENTIFIER OPTIONAL,
    ///   fieldName       SETString,                          -- 1..128 characters
    ///   fieldDesc       [1] EXPLICIT SETString OPTIONAL,    -- 1..200 characters
    ///   fieldLen        INTEGER (1..127) DEFAULT 127,
    ///   fieldRequired   [2] BOOLEAN DEFAULT FALSE,
    ///   fieldInvisible  [3] BOOLEAN DEFAULT FALSE
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RegField = "RegField" {
        /// What is asked, for programs.
        field_id: Option<ObjectIdentifier> = "fieldId" [implicit 0 optional],
        /// What is asked, for people; names the answer in the CertReq.
        field_name: FieldName = "fieldName",
        /// An explanation.
        field_desc: Option<SetString<1, 200>> = "fieldDesc" [explicit 1 optional],
        /// Most characters of the answer.
        field_len: FieldLen = "fieldLen" [default FieldLen::MAX],
        /// Whether an answer must be given.
        field_required: bool = "fieldRequired" [implicit 2 default false],
        /// Whether the answer must not be shown while it is typed.
        field_invisible: bool = "fieldInvisible" [implicit 3 default false],
    }
}

crate::integer! {
    /// Most characters of an answer.
    ///
    /// ```text
    /// INTEGER (1..127) DEFAULT 127
    /// ```
    pub struct FieldLen(u8) = "fieldLen", 1..=127, "INTEGER (1..127)";
}

impl FieldLen {
    /// The default.
    pub const MAX: Self = Self(127);
}

/// What a form asks, 1 to 128 characters.
pub type FieldName = SetString<1, 128>;

/// The policy of a CA, 1 to 20,000 characters.
///
/// ```text
/// PolicyText ::= SETString
/// ```
pub type PolicyText = SetString<1, 20_000>;

sequence! {
    /// Why there is no form, and where to ask instead.
    ///
    /// ```text
    /// ReferralData ::= SEQUENCE {
    ///   reason          SETString OPTIONAL,                 -- 1..1000 characters
    ///   referralURLSeq  SEQUENCE SIZE(1..MAX) OF URL OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ReferralData = "ReferralData" {
        /// Why.
        reason: Option<SetString<1, 1_000>> = "reason" [optional],
        /// Where.
        referral_url_seq: Option<SeqOf<Url>> = "referralURLSeq" [optional],
    }
}
