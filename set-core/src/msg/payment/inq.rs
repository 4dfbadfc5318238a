//! InqReq and InqRes: the cardholder asks how far an order has come.

use crate::msg::ids::{Challenge, Rrpid};
use crate::msg::payment::p_res::PRes;
use crate::msg::tags::{MsgExtensions, TransIds};
use crate::pkcs7::SignedData;
use crate::{choice, sequence};

choice! {
    /// The cardholder asks how far an order has come.
    ///
    /// ```text
    /// InqReq ::= CHOICE {
    ///   inqReqSigned    [0] EXPLICIT SignedData,  -- S{C, InqReqData}
    ///   inqReqUnsigned  [1] EXPLICIT InqReqData
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum InqReq = "InqReq" {
        /// By a cardholder who signed the order: `S{C, InqReqData}`.
        InqReqSigned(SignedData) = "inqReqSigned" [explicit 0],
        /// By one who did not.
        InqReqUnsigned(InqReqData) = "inqReqUnsigned" [explicit 1],
    }
}

sequence! {
    /// Which order.
    ///
    /// ```text
    /// InqReqData ::= SEQUENCE {
    ///   transIDs         TransIDs,
    ///   rrpid            RRPID,
    ///   chall-C2         Challenge,
    ///   inqRqExtensions  [0] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct InqReqData = "InqReqData" {
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// Ties the response to its request.
        rrpid: Rrpid = "rrpid",
        /// Fresh for each inquiry; InqRes echoes it as chall-C.
        chall_c2: Challenge = "chall-C2",
        /// Extensions.
        inq_rq_extensions: Option<MsgExtensions> = "inqRqExtensions" [implicit 0 optional],
    }
}

/// The answer has the form of PRes.
///
/// ```text
/// InqRes ::= PRes
/// ```
pub type InqRes = PRes;
