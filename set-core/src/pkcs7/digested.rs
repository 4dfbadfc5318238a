//! DetachedDigest: the hash of something that is elsewhere.

use super::encrypted::Version0;
use super::{AlgorithmIdentifier, ContentInfo};
use crate::sequence;

crate::octets! {
    /// A SHA-1 hash.
    ///
    /// ```text
    /// Digest ::= OCTET STRING (SIZE(20))
    /// ```
    pub struct Digest = "Digest", 20, "OCTET STRING (SIZE(20))";
}

sequence! {
    /// Names a type and the hash of a value of it (treatment DD).
    ///
    /// ```text
    /// DetachedDigest ::= SEQUENCE {
    ///   ddVersion        INTEGER { ddVer0(0) },
    ///   digestAlgorithm  AlgorithmIdentifier,
    ///   contentInfo      ContentInfo,          -- content absent: names what was hashed
    ///   digest           Digest
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct DetachedDigest = "DetachedDigest" {
        /// 0.
        dd_version: Version0 = "ddVersion",
        /// SHA-1.
        digest_algorithm: AlgorithmIdentifier = "digestAlgorithm",
        /// The type; its content is absent.
        content_info: ContentInfo = "contentInfo",
        /// The hash of the DER encoding.
        digest: Digest = "digest",
    }
}
