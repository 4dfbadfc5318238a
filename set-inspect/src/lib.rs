//! Shows what is inside of SET messages, certificates, CRLs and captures, and what fits.
//!
//! Octets go on a [`Desk`] together with the keys and certificates that are at hand, the
//! [`Evidence`]. The desk reads them along the specification's types, opens every envelope
//! that a key fits, and checks signatures, digests, the dual signature and chains; each check
//! is a [`Finding`]. [`report`] shows all of it as text, JSON or HTML, and [`diff`] compares
//! two of them. Secrets are left out unless asked for.
//!
//! | module | what |
//! |---|---|
//! | `source`, `kind` | what a file holds, and of which type it is |
//! | [`capture`] | SET messages out of pcap and pcapng files |
//! | `examine` | reading, opening, checking |
//! | `evidence`, [`keyring`] | what is known: keys and certificates from files, and from what was read |
//! | [`report`], [`diff`] | how it is shown |
#![forbid(unsafe_code)]

pub mod capture;
mod cause;
mod cli;
pub mod diff;
mod evidence;
mod examine;
mod failure;
mod finding;
pub mod keyring;
mod kind;
mod layer;
pub mod report;
mod source;

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use set_core::crypto::RustCrypto;
use set_core::dump::Showing;
use set_node::cli::Exit;
use set_node::clock;
use set_node::keystore::{Passphrase, PassphraseError};
use set_node::program::Failing as _;

pub use self::cli::{Cli, Command, DiffArgs, Format, SharedArgs, When};
pub use self::evidence::Evidence;
pub use self::examine::{Desk, Flaw, Inspection};
pub use self::failure::Failure;
pub use self::finding::{Finding, Place, Verdict};
pub use self::kind::Kind;
pub use self::layer::Layer;

/// Runs the program; the first of `args` is its name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(fault) => {
            // Nothing can be told when standard error is closed.
            let _untold = fault.print();
            let exit = match fault.use_stderr() {
                true => Exit::Usage,
                false => Exit::Success,
            };
            return exit.into();
        }
    };
    let outcome = match &cli.command {
        None => show(&cli.files, &cli.args),
        Some(Command::Diff(args)) => compare(args),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            let _untold = writeln!(io::stderr(), "set-inspect: {failure}");
            failure.exit().into()
        }
    }
}

fn show(files: &[std::path::PathBuf], args: &SharedArgs) -> Result<Exit, Failure> {
    let inspections = inspect(files, args)?;
    let shown = match args.format {
        Format::Text => report::text(&inspections, args.color.colour()),
        Format::Json => report::json(&inspections) + "\n",
        Format::Html => report::html(&inspections),
    };
    print(&shown);
    Ok(match inspections.iter().all(Inspection::is_sound) {
        true => Exit::Success,
        false => Exit::Refused,
    })
}

fn compare(args: &DiffArgs) -> Result<Exit, Failure> {
    let one = |file: &Path| -> Result<Inspection, Failure> {
        let mut inspections = inspect(&[file.to_owned()], &args.args)?;
        match (inspections.pop(), inspections.len()) {
            (Some(only), 0) => Ok(only),
            (_, others) => Err(Failure::NotOne {
                file: file.to_owned(),
                found: others + 1,
            }),
        }
    };
    let differences = diff::diff(&one(&args.a)?, &one(&args.b)?);
    print(&diff::show(
        &differences,
        args.args.format,
        args.args.color.colour(),
    ));
    Ok(match differences.is_empty() {
        true => Exit::Success,
        false => Exit::Refused,
    })
}

fn inspect(files: &[std::path::PathBuf], args: &SharedArgs) -> Result<Vec<Inspection>, Failure> {
    let crypto = &RustCrypto;
    let kind = args
        .kind
        .as_ref()
        .map(|name| Kind::named(name).ok_or_else(|| Failure::NoSuchType(name.clone())))
        .transpose()?;
    let known: RefCell<Option<Passphrase>> = RefCell::new(None);
    let passphrase = || -> Result<Passphrase, Failure> {
        if let Some(known) = known.borrow().as_ref() {
            return Ok(known.clone());
        }
        let given = match &args.passphrase_file {
            Some(file) => Passphrase::from_file(file)?,
            None => match Passphrase::from_variable(VARIABLE)? {
                Some(given) => given,
                None if io::stdin().is_terminal() => Passphrase::prompt("Passphrase: ")?,
                None => {
                    let variable = VARIABLE.to_owned();
                    return Err(PassphraseError::Missing { variable }.into());
                }
            },
        };
        *known.borrow_mut() = Some(given.clone());
        Ok(given)
    };
    let mut evidence = Evidence::default();
    for folder in &args.data {
        keyring::folder(&mut evidence, crypto, folder, &passphrase)?;
    }
    for file in &args.root {
        keyring::root(&mut evidence, file)?;
    }
    for file in &args.cert {
        keyring::public(&mut evidence, crypto, file)?;
    }
    for file in &args.key {
        keyring::key(&mut evidence, file, &passphrase)?;
    }
    let mut desk = Desk::new(crypto, evidence, clock::now());
    for file in files {
        source::read(&mut desk, file, kind)?;
    }
    Ok(desk.conclude(Showing {
        secrets: args.show_secrets,
        certificates: args.full,
    }))
}

/// A reader that has gone away is no reason to fail.
fn print(text: &str) {
    let mut out = io::stdout();
    let _lost = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

const VARIABLE: &str = "SET_PASSPHRASE";
