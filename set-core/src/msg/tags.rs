//! What names a transaction, a request and its sender; and message extensions.

use der::asn1::{ObjectIdentifier, OctetString};

use super::ids::{Language, LocalId, MerchantId, PaySysId, Rrpid, TerminalId, Xid};
use crate::asn1::{Date, SeqOf};
use crate::sequence;

sequence! {
    /// Names one purchase.
    ///
    /// ```text
    /// TransIDs ::= SEQUENCE {
    ///   lid-C      LocalID,
    ///   lid-M      [0] LocalID OPTIONAL,
    ///   xid        XID,
    ///   pReqDate   Date,
    ///   paySysID   [1] PaySysID OPTIONAL,
    ///   language   Language
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct TransIds = "TransIDs" {
        /// The cardholder's id.
        lid_c: LocalId = "lid-C",
        /// The merchant's id.
        lid_m: Option<LocalId> = "lid-M" [implicit 0 optional],
        /// The transaction id.
        xid: Xid = "xid",
        /// When the purchase was asked for.
        p_req_date: Date = "pReqDate",
        /// The payment system.
        pay_sys_id: Option<PaySysId> = "paySysID" [implicit 1 optional],
        /// The cardholder's language.
        language: Language = "language",
    }
}

sequence! {
    /// Names one request from merchant to gateway, and its sender.
    ///
    /// ```text
    /// RRTags ::= SEQUENCE {
    ///   rrpid        RRPID,
    ///   merTermIDs   MerTermIDs,
    ///   currentDate  Date
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RrTags = "RRTags" {
        /// The pair of request and response.
        rrpid: Rrpid = "rrpid",
        /// The sender.
        mer_term_ids: MerTermIds = "merTermIDs",
        /// The sender's clock.
        current_date: Date = "currentDate",
    }
}

sequence! {
    /// A merchant, down to the terminal.
    ///
    /// ```text
    /// MerTermIDs ::= SEQUENCE {
    ///   merchantID  MerchantID,
    ///   terminalID  TerminalID OPTIONAL,
    ///   agentNum    INTEGER (0..MAX) OPTIONAL,
    ///   chainNum    [0] INTEGER (0..MAX) OPTIONAL,
    ///   storeNum    [1] INTEGER (0..MAX) OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MerTermIds = "MerTermIDs" {
        /// The merchant.
        merchant_id: MerchantId = "merchantID",
        /// The terminal.
        terminal_id: Option<TerminalId> = "terminalID" [optional],
        /// The agent.
        agent_num: Option<u64> = "agentNum" [optional],
        /// The chain.
        chain_num: Option<u64> = "chainNum" [implicit 0 optional],
        /// The store.
        store_num: Option<u64> = "storeNum" [implicit 1 optional],
    }
}

/// ```text
/// MsgExtensions ::= SEQUENCE SIZE(1..MAX) OF MsgExtension
/// ```
pub type MsgExtensions = SeqOf<MsgExtension>;

sequence! {
    /// Something that a message carries beyond SET 1.0.
    ///
    /// ```text
    /// MsgExtension ::= SEQUENCE {
    ///   extnID     OBJECT IDENTIFIER,
    ///   critical   BOOLEAN DEFAULT FALSE,
    ///   extnValue  OCTET STRING
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MsgExtension = "MsgExtension" {
        /// What it is.
        extn_id: ObjectIdentifier = "extnID",
        /// Whether a receiver that does not know it must refuse the message.
        critical: bool = "critical" [default false],
        /// DER of the type that `extn_id` names.
        extn_value: OctetString = "extnValue",
    }
}
