//! Benchmarks of set-core.
#![forbid(unsafe_code)]
