//! Names of algorithms.

use der::asn1::{Null, ObjectIdentifier, OctetString};

use crate::asn1::{DecodeError, EncodeError, Opaque, oid};
use crate::sequence;

sequence! {
    /// An algorithm and its parameters.
    ///
    /// ```text
    /// AlgorithmIdentifier ::= SEQUENCE {
    ///   algorithm   OBJECT IDENTIFIER,
    ///   parameters  ANY DEFINED BY algorithm OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AlgorithmIdentifier = "AlgorithmIdentifier" {
        /// Which.
        algorithm: ObjectIdentifier = "algorithm",
        /// Its parameters.
        parameters: Option<Opaque> = "parameters" [optional],
    }
}

impl AlgorithmIdentifier {
    /// An algorithm whose parameters are NULL.
    ///
    /// # Errors
    ///
    /// Never in practice: two octets always fit.
    pub fn with_null(algorithm: ObjectIdentifier) -> Result<Self, EncodeError> {
        Ok(Self {
            algorithm,
            parameters: Some(Opaque::of(&Null)?),
        })
    }

    /// SHA-1 with NULL parameters.
    ///
    /// # Errors
    ///
    /// As [`AlgorithmIdentifier::with_null`].
    pub fn sha1() -> Result<Self, EncodeError> {
        Self::with_null(oid::algorithm::SHA1)
    }

    /// A block cipher in CBC mode with its 8-octet initialisation vector.
    ///
    /// # Errors
    ///
    /// As [`AlgorithmIdentifier::with_null`].
    pub fn cbc(cipher: ObjectIdentifier, iv: &[u8; 8]) -> Result<Self, EncodeError> {
        Ok(Self {
            algorithm: cipher,
            parameters: Some(Opaque::of(&OctetString::new(iv.as_slice())?)?),
        })
    }

    /// Whether this is `algorithm` with NULL parameters.
    #[must_use]
    pub fn is_plain(&self, algorithm: ObjectIdentifier) -> bool {
        self.algorithm == algorithm
            && self
                .parameters
                .as_ref()
                .is_some_and(|parameters| parameters.as_octets() == [5, 0])
    }

    /// The initialisation vector in the parameters of a CBC cipher.
    ///
    /// # Errors
    ///
    /// When the parameters are anything but an OCTET STRING of 8.
    pub fn iv(&self) -> Result<[u8; 8], DecodeError> {
        use crate::asn1::Fault;
        let wrong = || {
            DecodeError::new(
                Fault::Value {
                    expected: "OCTET STRING (SIZE(8)) as initialisation vector",
                },
                0,
            )
        };
        let octets = self
            .parameters
            .as_ref()
            .ok_or_else(wrong)?
            .decode_as::<OctetString>()
            .map_err(|_| wrong())?;
        octets.as_bytes().try_into().map_err(|_| wrong())
    }
}
