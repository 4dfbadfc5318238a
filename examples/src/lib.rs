//! Example programs: the mall, and short programs for integrators.
#![forbid(unsafe_code)]
