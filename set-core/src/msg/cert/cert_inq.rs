//! CertInqReq and CertInqRes: what became of my request?

use super::cert_res::CertRes;
use super::id_data::IdData;
use crate::msg::ids::{Challenge, LocalId, Rrpid};
use crate::msg::thumbs::Thumbs;
use crate::pkcs7::SignedData;
use crate::sequence;

/// The inquiry, S{EE, [`CertInqReqTbs`]}.
///
/// ```text
/// CertInqReq ::= SignedData
/// ```
pub type CertInqReq = SignedData;

sequence! {
    /// What the entity signs in its inquiry.
    ///
    /// ```text
    /// CertInqReqTBS ::= SEQUENCE {
    ///   rrpid      RRPID,
    ///   lid-EE     LocalID,
    ///   chall-EE3  Challenge,
    ///   lid-CA     LocalID,
    ///   idData     IDData OPTIONAL,
    ///   thumbs     [2] EXPLICIT Thumbs OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CertInqReqTbs = "CertInqReqTBS" {
        /// The pair of request and response.
        rrpid: Rrpid = "rrpid",
        /// The entity's id of the registration.
        lid_ee: LocalId = "lid-EE",
        /// The entity's challenge.
        chall_ee3: Challenge = "chall-EE3",
        /// The CA's id of the registration.
        lid_ca: LocalId = "lid-CA",
        /// For whom, unless for a cardholder.
        id_data: Option<IdData> = "idData" [optional],
        /// What the entity holds already.
        thumbs: Option<Thumbs> = "thumbs" [explicit 2 optional],
    }
}

/// The answer is as that to the request itself.
///
/// ```text
/// CertInqRes ::= CertRes
/// ```
pub type CertInqRes = CertRes;
