//! CertRes: the CA's answer to a request or an inquiry.

use crate::asn1::SeqOf;
use crate::asn1::strings::SetString;
use crate::msg::amount::Currency;
use crate::msg::ids::{Challenge, LocalId, Rrpid, Url};
use crate::msg::thumbs::Thumbs;
use crate::pkcs7::{EncryptedData, SignedData};
use crate::secret::Secret;
use crate::x509::bci::BrandCrlIdentifier;
use crate::{choice, sequence};

choice! {
    /// The answer, in clear or under the key that the request gave.
    ///
    /// ```text
    /// CertRes ::= CHOICE {
    ///   certResTBS   [0] EXPLICIT SignedData,       -- S{CA, CertResData}
    ///   certResTBSX  [1] EXPLICIT EncryptedData     -- EncK{caBackKeyData, CA, CertResData}; CertResTBE
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum CertRes = "CertRes" {
        /// In clear.
        CertResTbs(SignedData) = "certResTBS" [explicit 0],
        /// Encrypted; holds a [`CertResTbe`].
        CertResTbsx(EncryptedData) = "certResTBSX" [explicit 1],
    }
}

/// What EncK encrypts: S{CA, [`CertResData`]}.
///
/// ```text
/// CertResTBE ::= SignedData
/// ```
pub type CertResTbe = SignedData;

sequence! {
    /// What the CA signs in its answer.
    ///
    /// ```text
    /// CertResData ::= SEQUENCE {
    ///   rrpid               RRPID,
    ///   lid-EE              LocalID,
    ///   chall-EE3           Challenge,
    ///   lid-CA              LocalID,
    ///   certStatus          CertStatus,
    ///   certThumbs          [0] EXPLICIT Thumbs OPTIONAL,
    ///   brandCRLIdentifier  [1] EXPLICIT BrandCRLIdentifier OPTIONAL,
    ///   thumbs              [2] EXPLICIT Thumbs OPTIONAL
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct CertResData = "CertResData" {
        /// As in the request.
        rrpid: Rrpid = "rrpid",
        /// As in the request.
        lid_ee: LocalId = "lid-EE",
        /// As in the request.
        chall_ee3: Challenge = "chall-EE3",
        /// The CA's id; an inquiry names it.
        lid_ca: LocalId = "lid-CA",
        /// What became of the request.
        cert_status: CertStatus = "certStatus",
        /// Names the new certificates among those sent.
        cert_thumbs: Option<Thumbs> = "certThumbs" [explicit 0 optional],
        /// The CRLs in force.
        brand_crl_identifier: Option<BrandCrlIdentifier> = "brandCRLIdentifier" [explicit 1 optional],
        /// The thumbprints of the request.
        thumbs: Option<Thumbs> = "thumbs" [explicit 2 optional],
    }
}

sequence! {
    /// What became of a request.
    ///
    /// ```text
    /// CertStatus ::= SEQUENCE {
    ///   certStatusCode  CertStatusCode,
    ///   nonceCCA        [0] Nonce OPTIONAL,
    ///   eeMessage       SETString OPTIONAL,
    ///   caMsg           [1] CAMsg OPTIONAL,
    ///   failedItemSeq   [2] SEQUENCE SIZE(1..MAX) OF FailedItem OPTIONAL
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct CertStatus = "CertStatus" {
        /// The outcome.
        cert_status_code: CertStatusCode = "certStatusCode",
        /// The CCA's half of the PANSecret, 20 octets.
        nonce_cca: Option<Secret> = "nonceCCA" [implicit 0 optional],
        /// A word to the entity.
        ee_message: Option<SetString> = "eeMessage" [optional],
        /// What to show to the cardholder.
        ca_msg: Option<CaMsg> = "caMsg" [implicit 1 optional],
        /// The answers that are at fault.
        failed_item_seq: Option<SeqOf<FailedItem>> = "failedItemSeq" [implicit 2 optional],
    }
}

crate::enumerated! {
    /// The outcome of a request.
    ///
    /// ```text
    /// CertStatusCode ::= ENUMERATED {
    ///   requestComplete(1), invalidLanguage(2), invalidBIN(3), sigValidationFail(4),
    ///   decryptionError(5), requestInProgress(6), rejectedByIssuer(7), requestPended(8),
    ///   rejectedByAquirer(9), regFormAnswerMalformed(10), rejectedByCA(11),
    ///   unableToEncryptCertRes(12)
    /// }
    /// ```
    pub enum CertStatusCode = "CertStatusCode" {
        /// The certificates are among those sent.
        RequestComplete = 1 "requestComplete",
        /// There is no form in that language.
        InvalidLanguage = 2 "invalidLanguage",
        /// The CA does not serve that bank.
        InvalidBin = 3 "invalidBIN",
        /// A signature of the request does not verify.
        SigValidationFail = 4 "sigValidationFail",
        /// The request does not decrypt.
        DecryptionError = 5 "decryptionError",
        /// Not decided; ask again.
        RequestInProgress = 6 "requestInProgress",
        /// The issuer said no.
        RejectedByIssuer = 7 "rejectedByIssuer",
        /// Put aside for a person to decide; ask again.
        RequestPended = 8 "requestPended",
        /// The acquirer said no. The contract spells it so.
        RejectedByAquirer = 9 "rejectedByAquirer",
        /// Answers of the form are at fault.
        RegFormAnswerMalformed = 10 "regFormAnswerMalformed",
        /// The CA said no.
        RejectedByCa = 11 "rejectedByCA",
        /// The CA does not have the cipher that the back key is for.
        UnableToEncryptCertRes = 12 "unableToEncryptCertRes",
    }
}

sequence! {
    /// What the wallet is to show with the card.
    ///
    /// ```text
    /// CAMsg ::= SEQUENCE {
    ///   cardLogoURL    [0] URL OPTIONAL,
    ///   brandLogoURL   [1] URL OPTIONAL,
    ///   cardCurrency   [2] Currency OPTIONAL,
    ///   cardholderMsg  [3] EXPLICIT SETString OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CaMsg = "CAMsg" {
        /// The card's picture.
        card_logo_url: Option<Url> = "cardLogoURL" [implicit 0 optional],
        /// The brand's picture.
        brand_logo_url: Option<Url> = "brandLogoURL" [implicit 1 optional],
        /// The currency of the card's bills.
        card_currency: Option<Currency> = "cardCurrency" [implicit 2 optional],
        /// A word to the cardholder.
        cardholder_msg: Option<SetString> = "cardholderMsg" [explicit 3 optional],
    }
}

sequence! {
    /// One answer that is at fault.
    ///
    /// ```text
    /// FailedItem ::= SEQUENCE {
    ///   itemNumber  INTEGER (1..50),
    ///   itemReason  SETString
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct FailedItem = "FailedItem" {
        /// Its place in the form, from 1.
        item_number: ItemNumber = "itemNumber",
        /// What is wrong with it.
        item_reason: SetString = "itemReason",
    }
}

crate::integer! {
    /// Place of an answer in its form, from 1.
    ///
    /// ```text
    /// INTEGER (1..50)
    /// ```
    pub struct ItemNumber(u8) = "itemNumber", 1..=50, "INTEGER (1..50)";
}
