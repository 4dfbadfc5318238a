//! Identifiers, nonces and short texts that many messages share.

use crate::asn1::strings::SetString;

crate::octets_between! {
    /// An order's id at one party, chosen by that party.
    ///
    /// ```text
    /// LocalID ::= OCTET STRING (SIZE(1..20))
    /// ```
    pub struct LocalId = "LocalID", 1..=20, "OCTET STRING (SIZE(1..20))";
}

crate::octets! {
    /// A transaction's id, 20 random octets made by the merchant.
    ///
    /// ```text
    /// XID ::= OCTET STRING (SIZE(20))
    /// ```
    pub struct Xid = "XID", 20, "OCTET STRING (SIZE(20))";
}

crate::octets! {
    /// Ties a response to its request: 20 random octets, fresh in each request.
    ///
    /// ```text
    /// RRPID ::= OCTET STRING (SIZE(20))
    /// ```
    pub struct Rrpid = "RRPID", 20, "OCTET STRING (SIZE(20))";
}

crate::octets! {
    /// Proves freshness: 20 random octets that the other party echoes.
    ///
    /// ```text
    /// Challenge ::= OCTET STRING (SIZE(20))
    /// ```
    pub struct Challenge = "Challenge", 20, "OCTET STRING (SIZE(20))";
}

crate::octets! {
    /// Random salt, 20 octets.
    ///
    /// ```text
    /// Nonce ::= OCTET STRING (SIZE(20))
    /// ```
    pub struct Nonce = "Nonce", 20, "OCTET STRING (SIZE(20))";
}

crate::text! {
    /// Name and version of the program that sends.
    ///
    /// ```text
    /// SWIdent ::= VisibleString (SIZE(1..256))
    /// ```
    pub struct SwIdent = "SWIdent", Visible, 1..=256, "VisibleString (SIZE(1..256))";
}

crate::text! {
    /// The cardholder's language, an RFC 1766 tag such as `en-US`.
    ///
    /// ```text
    /// Language ::= VisibleString (SIZE(1..35))
    /// ```
    pub struct Language = "Language", Visible, 1..=35, "VisibleString (SIZE(1..35))";
}

crate::text! {
    /// Names the payment system.
    ///
    /// ```text
    /// PaySysID ::= VisibleString (SIZE(1..64))
    /// ```
    pub struct PaySysId = "PaySysID", Visible, 1..=64, "VisibleString (SIZE(1..64))";
}

crate::text! {
    /// ```text
    /// URL ::= VisibleString (SIZE(1..512))
    /// ```
    pub struct Url = "URL", Visible, 1..=512, "VisibleString (SIZE(1..512))";
}

crate::text! {
    /// Bank identification number: the first six digits of a PAN.
    ///
    /// ```text
    /// BIN ::= NumericString (SIZE(6))
    /// ```
    pub struct Bin = "BIN", Numeric, 6..=6, "NumericString (SIZE(6))";
}

crate::text! {
    /// The issuer's proof of approval.
    ///
    /// ```text
    /// ApprovalCode ::= VisibleString (SIZE(6))
    /// ```
    pub struct ApprovalCode = "ApprovalCode", Visible, 6..=6, "VisibleString (SIZE(6))";
}

crate::text! {
    /// ```text
    /// ValidationCode ::= VisibleString (SIZE(4))
    /// ```
    pub struct ValidationCode = "ValidationCode", Visible, 4..=4, "VisibleString (SIZE(4))";
}

crate::text! {
    /// The acquirer's own reference in its logs.
    ///
    /// ```text
    /// LogRefID ::= NumericString (SIZE(1..32))
    /// ```
    pub struct LogRefId = "LogRefID", Numeric, 1..=32, "NumericString (SIZE(1..32))";
}

crate::text! {
    /// The merchant's order number.
    ///
    /// ```text
    /// MerOrderNum ::= VisibleString (SIZE(1..25))
    /// ```
    pub struct MerOrderNum = "MerOrderNum", Visible, 1..=25, "VisibleString (SIZE(1..25))";
}

crate::text! {
    /// ```text
    /// TerminalID ::= VisibleString (SIZE(1..48))
    /// ```
    pub struct TerminalId = "TerminalID", Visible, 1..=48, "VisibleString (SIZE(1..48))";
}

crate::text! {
    /// What the merchant sells, as an ISO 18245 code.
    ///
    /// ```text
    /// MerchCatCode ::= NumericString (SIZE(4))
    /// ```
    pub struct MerchCatCode = "MerchCatCode", Numeric, 4..=4, "NumericString (SIZE(4))";
}

crate::integer! {
    /// Number of a batch of captures and credits.
    ///
    /// ```text
    /// BatchID ::= INTEGER (0..MAX)
    /// ```
    ///
    /// Up to 2⁶⁴ − 1 here.
    pub struct BatchId(u64) = "BatchID", 0..=u64::MAX, "INTEGER (0..MAX)";
}

crate::integer! {
    /// Place of an item in its batch, from 1.
    ///
    /// ```text
    /// BatchSequenceNum ::= INTEGER (1..MAX)
    /// ```
    pub struct BatchSequenceNum(u64) = "BatchSequenceNum", 1..=u64::MAX, "INTEGER (1..MAX)";
}

impl BatchId {
    /// What a response names that is about no batch.
    pub const NONE: Self = Self(0);
}

impl BatchSequenceNum {
    /// The number of a batch's first item.
    pub const FIRST: Self = Self(1);
}

crate::integer! {
    /// Tells retries of one authorization from new ones.
    ///
    /// ```text
    /// AuthRetNum ::= INTEGER (0..MAX)
    /// ```
    pub struct AuthRetNum(u64) = "AuthRetNum", 0..=u64::MAX, "INTEGER (0..MAX)";
}

crate::integer! {
    /// ISO 3166 number of a country.
    ///
    /// ```text
    /// INTEGER (1..999)
    /// ```
    pub struct CountryCode(u16) = "CountryCode", 1..=999, "INTEGER (1..999)";
}

/// A card brand, `Brand` or `Brand:Product`, 1 to 40 characters.
///
/// ```text
/// BrandID ::= SETString
/// ```
pub type BrandId = SetString<1, 40>;

/// A merchant's id at its acquirer, 1 to 30 characters.
///
/// ```text
/// MerchantID ::= SETString
/// ```
pub type MerchantId = SetString<1, 30>;

/// A telephone number.
///
/// ```text
/// Phone ::= SETString
/// ```
pub type Phone = SetString;
