//! The conformance runner's command line. All of it is in the library.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    set_conformance::run(std::env::args_os())
}
