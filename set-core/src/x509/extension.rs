//! Extensions as they stand in a certificate, a CRL or a BCI.

use der::asn1::{ObjectIdentifier, OctetString};

use crate::asn1::{EncodeError, SeqOf, Wire};
use crate::sequence;

/// ```text
/// Extensions ::= SEQUENCE SIZE(1..MAX) OF Extension
/// ```
pub type Extensions = SeqOf<Extension>;

sequence! {
    /// One extension.
    ///
    /// ```text
    /// Extension ::= SEQUENCE {
    ///   extnID     OBJECT IDENTIFIER,
    ///   critical   BOOLEAN DEFAULT FALSE,
    ///   extnValue  OCTET STRING
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Extension = "Extension" {
        /// Which.
        extn_id: ObjectIdentifier = "extnID",
        /// Whether who does not know it must refuse the whole.
        critical: bool = "critical" [default false],
        /// DER of the type that `extn_id` names.
        extn_value: OctetString = "extnValue",
    }
}

impl Extension {
    /// An extension with the DER of `value`.
    ///
    /// # Errors
    ///
    /// When the value is too long for DER.
    pub fn of<T: Wire>(
        extn_id: ObjectIdentifier,
        critical: bool,
        value: &T,
    ) -> Result<Self, EncodeError> {
        Ok(Self {
            extn_id,
            critical,
            extn_value: OctetString::new(crate::asn1::encode(value)?)?,
        })
    }
}
