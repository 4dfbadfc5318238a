//! What every message travels in.

use crate::asn1::Date;
use crate::msg::ids::{LocalId, Rrpid, SwIdent, Xid};
use crate::msg::message::Message;
use crate::msg::tags::MsgExtensions;
use crate::sequence;

sequence! {
    /// What travels: a header in the clear and one message.
    ///
    /// ```text
    /// MessageWrapper ::= SEQUENCE {
    ///   messageHeader  MessageHeader,
    ///   message        [0] EXPLICIT Message,
    ///   mwExtensions   [1] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MessageWrapper = "MessageWrapper" {
        /// Version, date and ids.
        message_header: MessageHeader = "messageHeader",
        /// The message.
        message: Message = "message" [explicit 0],
        /// Extensions.
        mw_extensions: Option<MsgExtensions> = "mwExtensions" [implicit 1 optional],
    }
}

sequence! {
    /// Version, date and ids of a message.
    ///
    /// ```text
    /// MessageHeader ::= SEQUENCE {
    ///   version     INTEGER { setVer1(1) },
    ///   revision    INTEGER DEFAULT 0,
    ///   date        Date,
    ///   messageIDs  [0] MessageIDs OPTIONAL,
    ///   rrpid       [1] RRPID OPTIONAL,
    ///   swIdent     SWIdent
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MessageHeader = "MessageHeader" {
        /// 1 in SET 1.0.
        version: Version = "version",
        /// 0 in SET 1.0.
        revision: u32 = "revision" [default 0],
        /// When the message was made.
        date: Date = "date",
        /// Ids of the transaction, as far as the sender knows them.
        message_ids: Option<MessageIds> = "messageIDs" [implicit 0 optional],
        /// The pair of request and response; absent only where a receiver could not read it.
        rrpid: Option<Rrpid> = "rrpid" [implicit 1 optional],
        /// The program that sends.
        sw_ident: SwIdent = "swIdent",
    }
}

crate::integer! {
    /// Number of a version of SET.
    ///
    /// ```text
    /// INTEGER { setVer1(1) }
    /// ```
    ///
    /// Other numbers are taken, so that the receiver can answer versionTooOld or versionTooNew.
    pub struct Version(u32) = "setVersion", 0..=u32::MAX, "INTEGER (0..MAX)";
}

impl Version {
    /// Version 1.
    pub const VER1: Self = Self(1);
}

sequence! {
    /// Ids of one order.
    ///
    /// ```text
    /// MessageIDs ::= SEQUENCE {
    ///   lid-C  [0] LocalID OPTIONAL,
    ///   lid-M  [1] LocalID OPTIONAL,
    ///   xID    [2] XID OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct MessageIds = "MessageIDs" {
        /// The cardholder's id.
        lid_c: Option<LocalId> = "lid-C" [implicit 0 optional],
        /// The merchant's id.
        lid_m: Option<LocalId> = "lid-M" [implicit 1 optional],
        /// The transaction id.
        xid: Option<Xid> = "xID" [implicit 2 optional],
    }
}
