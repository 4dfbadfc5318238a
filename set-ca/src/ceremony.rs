//! `ceremony`: roots, brand CAs and others that are offline, one data folder each, with
//! requests and certificates carried as files.
//!
//! ```text
//! root     ceremony root
//! brand    ceremony request ─ orchard.certificate-signing.pem ─▶
//! root     ceremony sign    ◀─┘ certificates, chain, CRLs ─▶ brand.pem
//! brand    ceremony accept  ◀─ brand.pem; makes its first CRL and BCI
//! CCA      ceremony request ─▶ … ─▶ ceremony accept; makes its first CRL
//! CCA      ceremony bundle  ─ cca.pem ─▶
//! brand    ceremony accept  ◀─ cca.pem; makes a BCI that names the CRL
//! ```
//!
//! A root that is succeeded by `rollover`, or issued a CRL by `publish`, is carried on in the same
//! way:
//!
//! ```text
//! root     rollover; ceremony bundle ─ root-2.pem ─▶
//! brand    ceremony accept  ◀─ root-2.pem; makes a BCI that names the CRL
//! brand    ceremony bundle  ─ orchard-2.pem ─▶
//! CCA      ceremony accept  ◀─ orchard-2.pem
//! ```
//!
//! A bundle is a PEM file of certificates, CRLs and a BCI; none of it is secret. What comes
//! in is verified as a whole, and stored as a whole or not at all.

mod accept;
mod args;
mod bundle;
mod fault;
mod request;
mod root;
mod sign;
mod undo;

pub use self::args::CeremonyCommand;
pub use self::args::{AcceptArgs, BundleArgs, CaType, PolicyArgs, RequestArgs, RootArgs, SignArgs};
pub use self::fault::CeremonyFault;
pub(crate) use self::undo::Undo;

use std::path::Path;

use set_node::program::Screen;

use crate::config::Config;
use crate::failure::Failure;

/// Does a step of a ceremony.
pub(crate) fn run(
    data: &Path,
    config: &Config,
    command: &CeremonyCommand,
    screen: &mut Screen,
) -> Result<(), Failure> {
    match command {
        CeremonyCommand::Root(args) => root::root(data, config, args, screen),
        CeremonyCommand::Request(args) => request::request(data, config, args, screen),
        CeremonyCommand::Sign(args) => sign::sign(data, config, args, screen),
        CeremonyCommand::Accept(args) => accept::accept(data, config, args, screen),
        CeremonyCommand::Bundle(args) => bundle::bundle(data, args, screen),
    }
}
