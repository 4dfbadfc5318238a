//! The SET ca role as a program.
#![forbid(unsafe_code)]
