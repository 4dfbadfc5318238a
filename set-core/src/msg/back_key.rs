//! The key that an answer comes under.

use crate::pkcs7::AlgorithmIdentifier;
use crate::secret::BackKey;
use crate::sequence;

sequence! {
    /// How the sender wants to receive what only it may read.
    ///
    /// ```text
    /// BackKeyData ::= SEQUENCE {
    ///   backAlgID  AlgorithmIdentifier,
    ///   backKey    Secret
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct BackKeyData = "BackKeyData" {
        /// desCBC or cdmfCBC.
        back_alg_id: AlgorithmIdentifier = "backAlgID",
        /// The key; the cipher takes its leading 8 octets.
        back_key: BackKey = "backKey",
    }
}
