//! The inspector's command line. All of it is in the library.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    set_inspect::run(std::env::args_os())
}
