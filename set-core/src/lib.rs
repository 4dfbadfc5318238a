//! SET 1.0 (Secure Electronic Transaction) as a pure library: wire types, cryptography, certificates and the four roles.
#![forbid(unsafe_code)]
