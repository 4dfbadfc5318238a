//! `show`: the card, masked, and its certificate.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::crypto::KeyRules;
use set_core::x509::Certificate;
use set_node::cli::Exit;
use set_node::pem;
use set_node::store::Store;

use crate::config::Config;
use crate::failure::Failure;
use crate::screen::Screen;
use crate::wallet::face;

/// Shows what may be seen without the passphrase.
///
/// # Errors
///
/// There is no card, or its files cannot be read.
pub async fn show(data: &Path, config: &Config, screen: &mut Screen) -> Result<Exit, Failure> {
    let store = Store::open(data, &config.store).await?;
    let face = face(&store).await?.ok_or(Failure::NoCard)?;
    let file = data
        .join("identities")
        .join(format!("{}.pem", face.identity));
    let text = std::fs::read(&file).map_err(|source| Failure::File { file, source })?;
    let damaged = Failure::Damaged {
        what: "the card's certificate file",
    };
    let blocks = pem::decode("CERTIFICATE", &text).unwrap_or_default();
    let certificate = blocks
        .first()
        .and_then(|octets| Certificate::parse(octets, &KeyRules::default()).ok())
        .ok_or(damaged)?;
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
