//! The mall: a shopping street on one machine.
//!
//! The program starts a certificate authority, a payment gateway and a merchant as separate
//! processes (each is this very program, run again in that role), lets a cardholder buy
//! something, and tells what went over the wire, how long it took, and what was proved.
//!
//! [`story`] drives the path; [`stage`] runs the processes and hears what they tell, until an
//! [`interruption`]; [`timeline`] prints; [`record`] writes the wrappers to files; [`proofs`] tries for itself
//! what the roles claim, and [`secrets`] searches all that was written for what nobody may show.

pub mod cli;
pub mod event;
pub mod interruption;
pub mod proofs;
pub mod record;
pub mod secrets;
pub mod stage;
pub mod story;
pub mod timeline;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use self::cli::Options;

/// Runs the mall, or one of its roles when called again by itself.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let [_, flag, role, rest @ ..] = args.as_slice()
        && flag == stage::AS_ROLE
    {
        return stage::act(role, rest);
    }
    match Options::try_parse_from(args) {
        Ok(options) => story::tell(&options),
        Err(error) => {
            let usage = error.use_stderr();
            // Nothing is left to be done when the terminal is gone.
            let _lost = error.print();
            if usage {
                set_node::cli::Exit::Usage.into()
            } else {
                ExitCode::SUCCESS
            }
        }
    }
}
