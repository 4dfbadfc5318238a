//! Example programs: the [`mall`], the [`population`], and short programs for integrators in `examples/`.
#![forbid(unsafe_code)]

pub mod crash;
pub mod load;
pub mod mall;
pub mod population;
