//! The mall: four roles over TCP, a purchase from wake-up to settlement, told step by step.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    examples::mall::run(std::env::args_os())
}
