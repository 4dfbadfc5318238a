//! A population: brands, their CAs, and as many cardholder certificates as wanted.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    examples::population::run(std::env::args_os())
}
