//! Measures how many purchases a second go through merchant and gateway, and why not more.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    examples::load::run(std::env::args_os())
}
