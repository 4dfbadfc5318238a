//! The SET gateway role as a program.
#![forbid(unsafe_code)]
