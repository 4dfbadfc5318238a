//! PInitReq and PInitRes: the cardholder asks for certificates and a transaction id.

use crate::msg::ids::{Bin, BrandId, Challenge, Language, LocalId, Rrpid};
use crate::msg::tags::{MsgExtensions, TransIds};
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::pkcs7::SignedData;
use crate::sequence;
use crate::x509::bci::BrandCrlIdentifier;

sequence! {
    /// What the cardholder sends first.
    ///
    /// ```text
    /// PInitReq ::= SEQUENCE {
    ///   rrpid           RRPID,
    ///   language        Language,
    ///   localID-C       LocalID,
    ///   localID-M       [0] LocalID OPTIONAL,
    ///   chall-C         Challenge,
    ///   brandID         BrandID,
    ///   bin             BIN,
    ///   thumbs          [1] EXPLICIT Thumbs OPTIONAL,
    ///   piRqExtensions  [2] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PInitReq = "PInitReq" {
        /// Ties the response to its request.
        rrpid: Rrpid = "rrpid",
        /// The cardholder's language.
        language: Language = "language",
        /// The cardholder's id for the order.
        local_id_c: LocalId = "localID-C",
        /// The merchant's id for the order, if shopping told it.
        local_id_m: Option<LocalId> = "localID-M" [implicit 0 optional],
        /// The cardholder's challenge.
        chall_c: Challenge = "chall-C",
        /// The brand of the card.
        brand_id: BrandId = "brandID",
        /// The first six digits of the card.
        bin: Bin = "bin",
        /// What the sender holds already; in a response, as the request had it.
        thumbs: Option<Thumbs> = "thumbs" [explicit 1 optional],
        /// Extensions.
        pi_rq_extensions: Option<MsgExtensions> = "piRqExtensions" [implicit 2 optional],
    }
}

/// The merchant's answer to PInitReq: `S{M, PInitResData}`.
///
/// ```text
/// PInitRes ::= SignedData  -- S{M, PInitResData}
/// ```
pub type PInitRes = SignedData;

sequence! {
    /// What the merchant signs in PInitRes.
    ///
    /// ```text
    /// PInitResData ::= SEQUENCE {
    ///   transIDs            TransIDs,
    ///   rrpid               RRPID,
    ///   chall-C             Challenge,
    ///   chall-M             Challenge,
    ///   brandCRLIdentifier  [0] EXPLICIT BrandCRLIdentifier OPTIONAL,
    ///   peThumb             [1] EXPLICIT CertThumb,
    ///   thumbs              [2] EXPLICIT Thumbs OPTIONAL,
    ///   piRsExtensions      [3] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PInitResData = "PInitResData" {
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// Ties the response to its request.
        rrpid: Rrpid = "rrpid",
        /// The cardholder's challenge.
        chall_c: Challenge = "chall-C",
        /// The merchant's challenge, which PReq echoes.
        chall_m: Challenge = "chall-M",
        /// The BCI, if the request showed no current one.
        brand_crl_identifier: Option<BrandCrlIdentifier> = "brandCRLIdentifier" [explicit 0 optional],
        /// The gateway's encryption certificate, among those sent.
        pe_thumb: CertThumb = "peThumb" [explicit 1],
        /// What the sender holds already; in a response, as the request had it.
        thumbs: Option<Thumbs> = "thumbs" [explicit 2 optional],
        /// Extensions.
        pi_rs_extensions: Option<MsgExtensions> = "piRsExtensions" [implicit 3 optional],
    }
}
