//! The SET merchant role as a program.
#![forbid(unsafe_code)]
