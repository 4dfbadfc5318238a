//! Example programs: the [`mall`], and short programs for integrators in `examples/`.
#![forbid(unsafe_code)]

pub mod mall;
