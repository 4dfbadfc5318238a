//! `show`: the card, masked, and its certificate.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::crypto::KeyRules;
use set_node::cli::Exit;
use set_node::party::PartyFolder;
use set_node::program::{self, Screen};
use set_node::store::Store;

use crate::config::Config;
use crate::failure::Failure;
use crate::wallet::face;

/// Shows what may be seen without the passphrase.
///
/// # Errors
///
/// There is no card, or its files cannot be read.
pub async fn show(data: &Path, config: &Config, screen: &mut Screen) -> Result<Exit, Failure> {
    let store = Store::open(data, &config.store).await?;
    let face = face(&store).await?.ok_or(Failure::NoCard)?;
    let certificate = PartyFolder::new(data)
        .load_certificate(face.identity.as_str(), &KeyRules::default())?
        .ok_or(program::Failure::Damaged {
            what: "the folder of certificates: the card's is missing and",
        })?;
    screen.result(&Shown {
        card: face.masked_pan.to_string(),
        brand: face.brand_id.to_string(),
        certificate: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        serial: certificate.serial_number().to_string(),
        not_before: certificate.not_before().to_string(),
        not_after: certificate.not_after().to_string(),
    });
    Ok(Exit::Success)
}

#[derive(Serialize)]
struct Shown {
    card: String,
    brand: String,
    certificate: String,
    issuer: String,
    serial: String,
    not_before: String,
    not_after: String,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} card {}", self.brand, self.card)?;
        writeln!(f, "  certificate {}", self.certificate)?;
        writeln!(f, "  issued by   {}", self.issuer)?;
        writeln!(f, "  serial      {}", self.serial)?;
        write!(f, "  valid       {} to {}", self.not_before, self.not_after)
    }
}
