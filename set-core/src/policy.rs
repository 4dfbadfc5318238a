//! What to accept. Strict by default; each leniency is one named item.

use std::collections::BTreeSet;

use der::asn1::ObjectIdentifier;

use crate::asn1::Limits;
use crate::crypto::KeyRules;

/// The rules by which a party judges what it receives.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Size, nesting and count of a message. Default 1 MiB, 32 levels, 65,536 elements.
    pub limits: Limits,
    /// Seconds by which a message's date may differ from the clock. Default 3,600.
    pub freshness_seconds: u64,
    /// Sizes and exponents of RSA keys. Default 1024 to 4096 bits, odd exponent from 3.
    pub key_rules: KeyRules,
    /// Certificates in a chain, end entity and root included. Default 8.
    pub max_chain: usize,
    /// Certificates, and as many CRLs, taken from one message; a message with more is refused.
    /// Default 512, which a brand of some 250 CAs fills.
    pub max_enclosed: usize,
    /// Candidate certificates and CRLs looked at while a chain is built. Default 32.
    pub max_candidates: usize,
    /// Whether every CRL that the BCI names must be held and in force before any chain of
    /// the brand is believed. Default yes. Those of the chain's own issuers must be, always;
    /// nothing depends on what the others say.
    pub require_every_listed_crl: bool,
    /// Message extensions that are understood here. Default none.
    pub message_extensions: BTreeSet<ObjectIdentifier>,
    /// Leniency: take a header with a revision above 0. Default no.
    pub accept_later_revisions: bool,
    /// Percent by which an authorization may exceed the purchase amount, and a capture the
    /// authorization. Default 0; brands allow, say, 15 for shipping.
    pub amount_margin_percent: u8,
    /// Seconds after which an authorization can no longer be captured, lowered or taken back.
    /// Default 30 days.
    pub authorization_seconds: u64,
    /// Leniency: give a credit of a capture of which the gateway has no record any more, on
    /// the merchant's token and word. Default no.
    pub credit_without_record: bool,
    /// Whether account numbers may be returned to a merchant whose certificate asks for
    /// them. Default no.
    pub return_pan_to_merchant: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            freshness_seconds: 3_600,
            key_rules: KeyRules::default(),
            max_chain: 8,
            max_enclosed: 512,
            max_candidates: 32,
            require_every_listed_crl: true,
            message_extensions: BTreeSet::new(),
            accept_later_revisions: false,
            amount_margin_percent: 0,
            authorization_seconds: 30 * 86_400,
            credit_without_record: false,
            return_pan_to_merchant: false,
        }
    }
}
