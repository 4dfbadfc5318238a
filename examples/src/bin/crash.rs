//! Kills servers at random points under load, and looks whether the money is where it belongs.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    examples::crash::run(std::env::args_os())
}
