//! What the last benchmarks measured, as one table or one JSON document.
//!
//! ```text
//! cargo bench -p benches --features vs-openssl
//! cargo run -p benches --bin summary
//! cargo run -p benches --bin summary -- --json target/criterion
//! ```
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, io};

use benches::summary::Summary;

fn main() -> ExitCode {
    let (mut json, mut folder) = (false, None);
    for argument in env::args_os().skip(1) {
        match argument.to_str() {
            Some("--json") => json = true,
            Some("--help" | "-h") => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            Some(flag) if flag.starts_with('-') => {
                eprintln!("summary: unknown flag {flag}\n{USAGE}");
                return ExitCode::from(2);
            }
            _ => folder = Some(PathBuf::from(argument)),
        }
    }
    let folder = folder.unwrap_or_else(|| {
        let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        PathBuf::from(target).join("criterion")
    });
    match Summary::read(&folder) {
        Ok(summary) if summary.benchmarks.is_empty() => fail(&format!(
            "no measurement in {}; run `cargo bench -p benches` first",
            folder.display()
        )),
        Ok(summary) if json => match serde_json::to_writer_pretty(io::stdout().lock(), &summary) {
            Ok(()) => {
                println!();
                ExitCode::SUCCESS
            }
            Err(error) => fail(&error.to_string()),
        },
        Ok(summary) => {
            print!("{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => fail(&format!("cannot read {}: {error}", folder.display())),
    }
}

fn fail(why: &str) -> ExitCode {
    eprintln!("summary: {why}");
    ExitCode::FAILURE
}

const USAGE: &str = "usage: summary [--json] [FOLDER]\n\n\
    Reads criterion's results, by default of target/criterion.\n\
    Exit codes: 0 done, 1 nothing measured or not readable, 2 wrong command line.";
