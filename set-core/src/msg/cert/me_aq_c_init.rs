//! Me-AqCInitReq and Me-AqCInitRes: a merchant or an acquirer asks for the CA's
//! certificates and the registration form.

use super::id_data::IdData;
use super::reg_form::{RegField, RegFormOrReferral};
use super::request_type::RequestType;
use crate::msg::ids::{BrandId, Challenge, Language, LocalId, Rrpid};
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::pkcs7::SignedData;
use crate::sequence;
use crate::x509::bci::BrandCrlIdentifier;

sequence! {
    /// What a merchant or acquirer that wants certificates sends first.
    ///
    /// ```text
    /// Me-AqCInitReq ::= SEQUENCE {
    ///   rrpid        RRPID,
    ///   lid-EE       LocalID,
    ///   chall-EE     Challenge,
    ///   requestType  RequestType,
    ///   idData       IDData,
    ///   brandID      BrandID,
    ///   language     Language,
    ///   thumbs       [2] EXPLICIT Thumbs OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MeAqCInitReq = "Me-AqCInitReq" {
        /// The pair of request and response.
        rrpid: Rrpid = "rrpid",
        /// The sender's id of this registration.
        lid_ee: LocalId = "lid-EE",
        /// The sender's challenge.
        chall_ee: Challenge = "chall-EE",
        /// Which certificates.
        request_type: RequestType = "requestType",
        /// For whom.
        id_data: IdData = "idData",
        /// Of which brand.
        brand_id: BrandId = "brandID",
        /// The language that the form should be in.
        language: Language = "language",
        /// What the sender holds already.
        thumbs: Option<Thumbs> = "thumbs" [explicit 2 optional],
    }
}

/// The answer, S{CA, [`MeAqCInitResTbs`]}.
///
/// ```text
/// Me-AqCInitRes ::= SignedData
/// ```
pub type MeAqCInitRes = SignedData;

sequence! {
    /// What the CA signs in its answer.
    ///
    /// ```text
    /// Me-AqCInitResTBS ::= SEQUENCE {
    ///   rrpid               RRPID,
    ///   lid-EE              LocalID,
    ///   chall-EE            Challenge,
    ///   lid-CA              [0] LocalID OPTIONAL,
    ///   chall-CA            Challenge,
    ///   requestType         RequestType,
    ///   formOrReferral      RegFormOrReferral,
    ///   acctDataField       [2] RegField OPTIONAL,
    ///   caeThumb            [3] EXPLICIT CertThumb,
    ///   brandCRLIdentifier  [4] EXPLICIT BrandCRLIdentifier OPTIONAL,
    ///   thumbs              [5] EXPLICIT Thumbs OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MeAqCInitResTbs = "Me-AqCInitResTBS" {
        /// As in the request.
        rrpid: Rrpid = "rrpid",
        /// As in the request.
        lid_ee: LocalId = "lid-EE",
        /// As in the request.
        chall_ee: Challenge = "chall-EE",
        /// The CA's id of this registration.
        lid_ca: Option<LocalId> = "lid-CA" [implicit 0 optional],
        /// The CA's challenge.
        chall_ca: Challenge = "chall-CA",
        /// As in the request.
        request_type: RequestType = "requestType",
        /// The form, or where to go instead.
        form_or_referral: RegFormOrReferral = "formOrReferral",
        /// Asks for the account, whose answer goes into AcctData.
        acct_data_field: Option<RegField> = "acctDataField" [implicit 2 optional],
        /// Names the CA's encryption certificate among those sent.
        cae_thumb: CertThumb = "caeThumb" [explicit 3],
        /// The CRLs in force.
        brand_crl_identifier: Option<BrandCrlIdentifier> = "brandCRLIdentifier" [explicit 4 optional],
        /// The thumbprints of the request.
        thumbs: Option<Thumbs> = "thumbs" [explicit 5 optional],
    }
}
