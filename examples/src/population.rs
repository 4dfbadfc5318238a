//! A population of certificates: brands with geopolitical CAs and CAs for end entities, and
//! thousands of cardholders, on all cores.
//!
//! Each certificate is issued as a CA issues it: drafted with a throw-away key, linted by all
//! rules of the profile, signed, and parsed again.
//!
//! | file | what |
//! |---|---|
//! | `root.pem` | the root |
//! | `cas/NAME.pem` | each certificate of each CA |
//! | `brands/BRAND/chain.pem` | all CA certificates of a brand |
//! | `brands/BRAND/crls.pem`, `bci.der` | its CRLs, the root's included, and the BCI |
//! | `cardholders/CA/BATCH/NUMBER.pem` | the cardholders, in batches; `.der` if wanted |
//! | `summary.json` | what is told at the end |

mod cli;
mod fault;
mod files;
mod holder;
mod plan;
mod summary;
mod workers;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser as _;
use set_core::ca::hierarchy::Hierarchy;
use set_core::x509::lint::DraftKey;
use set_node::cli::{Exit, OutputFormat};
use set_node::station::Station;

pub use self::cli::{Encoding, Options};
pub use self::fault::PopulationFault;
pub use self::summary::Summary;

/// Runs the program; the first of `args` is its name.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let options = match Options::try_parse_from(args) {
        Ok(options) => options,
        Err(error) => {
            let usage = error.use_stderr();
            // Nothing is left to be done when the terminal is gone.
            let _lost = error.print();
            return if usage {
                Exit::Usage.into()
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match make(&options) {
        Ok(summary) => {
            match options.format {
                OutputFormat::Json => set_node::call::tell(&summary),
                OutputFormat::Text => println!("{summary}"),
            }
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("population: {fault}");
            fault.exit().into()
        }
    }
}

/// Makes the population.
///
/// # Errors
///
/// The folder is not empty or cannot be written; a certificate cannot be made.
pub fn make(options: &Options) -> Result<Summary, PopulationFault> {
    files::prepare(&options.out)?;
    let station = Station::new("population", env!("CARGO_PKG_VERSION"))
        .map_err(set_core::error::Error::from)?;
    let context = station.context();
    let threads = options.threads();

    let started = Instant::now();
    let hierarchy = Hierarchy::make(&context, &plan::plan(options)?)?;
    files::write_cas(&options.out, &context, &hierarchy)?;
    let hierarchy_seconds = started.elapsed().as_secs_f64();

    let started = Instant::now();
    let keys = holder::keys(&context, options.keys.min(options.cardholders), threads)?;
    let key_seconds = started.elapsed().as_secs_f64();

    let started = Instant::now();
    let draft_key = DraftKey::generate(station.crypto(), set_core::ca::hierarchy::CA_BITS)
        .map_err(set_core::error::Error::from)?;
    holder::issue_all(&context, options, &hierarchy, &keys, &draft_key, threads)?;
    let issue_seconds = started.elapsed().as_secs_f64();

    let summary = Summary::of(
        options,
        &hierarchy,
        keys.len(),
        threads,
        [hierarchy_seconds, key_seconds, issue_seconds],
    );
    files::write_summary(&options.out, &summary)?;
    Ok(summary)
}
