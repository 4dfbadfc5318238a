//! The SET cardholder role as a program.
#![forbid(unsafe_code)]
