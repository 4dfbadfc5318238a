//! basicConstraints.

use crate::sequence;

sequence! {
    /// Whether the subject may sign certificates, and how many CAs may follow it.
    ///
    /// ```text
    /// BasicConstraints ::= SEQUENCE {
    ///   cA                 BOOLEAN DEFAULT FALSE,
    ///   pathLenConstraint  INTEGER (0..MAX) OPTIONAL
    /// }
    /// ```
    ///
    /// Critical; in all certificates. pathLenConstraint is set on CAs.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct BasicConstraints = "BasicConstraints" {
        /// Whether it may.
        ca: bool = "cA" [default false],
        /// CA certificates between this one and the end entity's, at most.
        path_len_constraint: Option<u32> = "pathLenConstraint" [optional],
    }
}

impl BasicConstraints {
    /// Of a key that signs no certificates.
    pub const END_ENTITY: Self = Self {
        ca: false,
        path_len_constraint: None,
    };

    /// Of a CA with at most `path_len` CAs below it.
    #[must_use]
    pub const fn ca(path_len: u32) -> Self {
        Self {
            ca: true,
            path_len_constraint: Some(path_len),
        }
    }
}
