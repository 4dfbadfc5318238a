//! keyUsage.

crate::bits! {
    /// What a key is for.
    ///
    /// ```text
    /// KeyUsage ::= BIT STRING {
    ///   digitalSignature(0), nonRepudiation(1), keyEncipherment(2), dataEncipherment(3),
    ///   keyAgreement(4), keyCertSign(5), cRLSign(6), encipherOnly(7), decipherOnly(8)
    /// }
    /// ```
    ///
    /// Critical; in all certificates.
    pub struct KeyUsage = "KeyUsage" {
        /// Signs messages.
        DIGITAL_SIGNATURE = 0 "digitalSignature",
        /// Not used by SET.
        NON_REPUDIATION = 1 "nonRepudiation",
        /// Receives keys.
        KEY_ENCIPHERMENT = 2 "keyEncipherment",
        /// Receives account data in the OAEP block.
        DATA_ENCIPHERMENT = 3 "dataEncipherment",
        /// Not used by SET.
        KEY_AGREEMENT = 4 "keyAgreement",
        /// Signs certificates.
        KEY_CERT_SIGN = 5 "keyCertSign",
        /// Signs CRLs and BCIs.
        CRL_SIGN = 6 "cRLSign",
        /// Not used by SET.
        ENCIPHER_ONLY = 7 "encipherOnly",
        /// Not used by SET.
        DECIPHER_ONLY = 8 "decipherOnly",
    }
}
