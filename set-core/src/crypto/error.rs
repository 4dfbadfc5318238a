//! What can go wrong in cryptography, by fault.

/// A cryptographic operation that did not succeed.
///
/// None of the variants carries a secret, and [`CryptoError::Decryption`] carries nothing
/// at all: whoever sent the octets must not learn which check failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// The octets do not decrypt to anything well formed.
    ///
    /// The one answer to a wrong key, a damaged RSA block, wrong padding, a wrong content
    /// octet or fill that is not zero; under RSA and under DES alike.
    #[error("the peer's ciphertext does not decrypt")]
    Decryption,
    /// The signature is not one that this key made over this digest.
    #[error("the peer's signature does not verify")]
    Signature,
    /// A key breaks the rules of [`KeyRules`](super::KeyRules).
    #[error("the RSA key is refused: {0}")]
    KeyRefused(KeyFault),
    /// The octets of a key are not the key format that was asked for.
    #[error("the octets are not a DER {format} with rsaEncryption")]
    KeyFormat {
        /// The format that was expected: `SubjectPublicKeyInfo` or `PrivateKeyInfo`.
        format: &'static str,
    },
    /// The caller gave an RSA block that is not as long as the modulus, or not below it.
    #[error("an RSA block must be {modulus} octets and below the modulus, this one has {block}")]
    BlockOutOfRange {
        /// Octets of the modulus.
        modulus: usize,
        /// Octets of the block.
        block: usize,
    },
    /// The caller gave extra data that is not as long as its kind is.
    #[error("extra data of this kind has {expected} octets, this has {found}")]
    ExtraLength {
        /// Octets that the kind has, without a PIN block.
        expected: usize,
        /// Octets that were given.
        found: usize,
    },
    /// The caller gave more extra data than the OAEP block of this key can hold.
    #[error("the OAEP block has room for {room} octets of extra data, not for {extra}")]
    NoRoom {
        /// Octets of extra data that would fit.
        room: usize,
        /// Octets of extra data that were given.
        extra: usize,
    },
    /// The provider failed: no randomness, a token gone, a fault found in a computation.
    #[error("the cryptographic provider failed to {operation}: {reason}")]
    Provider {
        /// What the provider was asked to do.
        operation: &'static str,
        /// The provider's own account, free of secrets.
        reason: String,
    },
}

/// Why an RSA key is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The modulus is shorter than the rules ask for.
    #[error("a modulus of {bits} bits is below the {min} that the rules ask for")]
    TooSmall {
        /// Bits of the modulus.
        bits: usize,
        /// Bits that the rules ask for.
        min: usize,
    },
    /// The modulus is longer than the rules allow.
    #[error("a modulus of {bits} bits is above the {max} that the rules allow")]
    TooLarge {
        /// Bits of the modulus.
        bits: usize,
        /// Bits that the rules allow.
        max: usize,
    },
    /// The modulus does not fill its octets, so that an OAEP block might exceed it.
    #[error("a modulus of {bits} bits is not a whole number of octets")]
    PartialOctet {
        /// Bits of the modulus.
        bits: usize,
    },
    /// The modulus is even.
    #[error("the modulus is even")]
    EvenModulus,
    /// The public exponent is even, 0 or 1.
    #[error("the public exponent is not an odd number of at least 3")]
    WeakExponent,
    /// The public exponent has more than 33 bits and would make every check slow.
    #[error("the public exponent has more than 33 bits")]
    LongExponent,
    /// The parts of a private key do not belong together.
    #[error("the parts of the private key do not belong together")]
    Inconsistent,
}
