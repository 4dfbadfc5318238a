//! Deterministic provider, clock, test hierarchy and vectors for SET tests.
#![forbid(unsafe_code)]
