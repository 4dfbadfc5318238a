//! Tunneling.

use der::asn1::ObjectIdentifier;

use crate::asn1::SeqOf;
use crate::sequence;

sequence! {
    /// Whether the gateway sends words to the cardholder through the merchant, and under
    /// which ciphers.
    ///
    /// ```text
    /// Tunneling ::= SEQUENCE {
    ///   tunneling     BOOLEAN DEFAULT TRUE,
    ///   tunnelAlgIDs  SEQUENCE SIZE(1..MAX) OF OBJECT IDENTIFIER    -- in order of preference
    /// }
    /// ```
    ///
    /// Not critical; in gateway encryption certificates.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Tunneling = "Tunneling" {
        /// Whether it does.
        tunneling: bool = "tunneling" [default true],
        /// The ciphers, the preferred one first.
        tunnel_alg_ids: SeqOf<ObjectIdentifier> = "tunnelAlgIDs",
    }
}
