//! CardCInitReq and CardCInitRes: the cardholder asks for the CA's certificates.

use crate::msg::ids::{BrandId, Challenge, LocalId, Rrpid};
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::pkcs7::SignedData;
use crate::sequence;
use crate::x509::bci::BrandCrlIdentifier;

sequence! {
    /// What a cardholder who wants a certificate sends first.
    ///
    /// ```text
    /// CardCInitReq ::= SEQUENCE {
    ///   rrpid     RRPID,
    ///   lid-EE    LocalID,
    ///   chall-EE  Challenge,
    ///   brandID   BrandID,
    ///   thumbs    [0] EXPLICIT Thumbs OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CardCInitReq = "CardCInitReq" {
        /// The pair of request and response.
        rrpid: Rrpid = "rrpid",
        /// The cardholder's id of this registration.
        lid_ee: LocalId = "lid-EE",
        /// The cardholder's challenge.
        chall_ee: Challenge = "chall-EE",
        /// The brand of the card.
        brand_id: BrandId = "brandID",
        /// What the cardholder holds already.
        thumbs: Option<Thumbs> = "thumbs" [explicit 0 optional],
    }
}

/// The answer, S{CA, [`CardCInitResTbs`]}.
///
/// ```text
/// CardCInitRes ::= SignedData
/// ```
pub type CardCInitRes = SignedData;

sequence! {
    /// What the CA signs in its answer.
    ///
    /// ```text
    /// CardCInitResTBS ::= SEQUENCE {
    ///   rrpid               RRPID,
    ///   lid-EE              LocalID,
    ///   chall-EE            Challenge,
    ///   lid-CA              LocalID OPTIONAL,
    ///   caeThumb            [0] EXPLICIT CertThumb,
    ///   brandCRLIdentifier  [1] EXPLICIT BrandCRLIdentifier OPTIONAL,
    ///   thumbs              [2] EXPLICIT Thumbs OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CardCInitResTbs = "CardCInitResTBS" {
        /// As in the request.
        rrpid: Rrpid = "rrpid",
        /// As in the request.
        lid_ee: LocalId = "lid-EE",
        /// As in the request.
        chall_ee: Challenge = "chall-EE",
        /// The CA's id of this registration.
        lid_ca: Option<LocalId> = "lid-CA" [optional],
        /// Names the CA's encryption certificate among those sent.
        cae_thumb: CertThumb = "caeThumb" [explicit 0],
        /// The CRLs in force.
        brand_crl_identifier: Option<BrandCrlIdentifier> = "brandCRLIdentifier" [explicit 1 optional],
        /// The thumbprints of the request.
        thumbs: Option<Thumbs> = "thumbs" [explicit 2 optional],
    }
}
