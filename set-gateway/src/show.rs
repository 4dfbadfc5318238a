//! `show`: the gateway's certificates.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::crypto::KeyRules;
use set_node::cli::Exit;
use set_node::party::PartyFolder;
use set_node::program::Screen;

use crate::config::Config;
use crate::enroll::{ENCRYPTION, SIGNATURE};
use crate::failure::Failure;
use crate::serve;

/// Shows the certificates. No passphrase is needed.
pub(crate) fn show(data: &Path, config: &Config, screen: &mut Screen) -> Result<Exit, Failure> {
    for folder in serve::folders(data)? {
        screen.result(&Shown {
            signature: certificate(&folder, SIGNATURE)?,
            encryption: certificate(&folder, ENCRYPTION)?,
            bins: config.gateway.bins.clone(),
        });
    }
    Ok(Exit::Success)
}

fn certificate(data: &Path, name: &str) -> Result<Line, Failure> {
    let certificate = PartyFolder::new(data)
        .load_certificate(name, &KeyRules::default())?
        .ok_or(Failure::NotEnrolled)?;
    Ok(Line {
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        serial: certificate.serial_number().to_string(),
        not_before: certificate.not_before().to_string(),
        not_after: certificate.not_after().to_string(),
        card_cert_required: certificate.card_cert_required(),
    })
}

#[derive(Serialize)]
struct Shown {
    signature: Line,
    encryption: Line,
    bins: Vec<String>,
}

#[derive(Serialize)]
struct Line {
    subject: String,
    issuer: String,
    serial: String,
    not_before: String,
    not_after: String,
    card_cert_required: bool,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, line) in [
            ("signature", &self.signature),
            ("encryption", &self.encryption),
        ] {
            writeln!(f, "{name}: {}", line.subject)?;
            writeln!(f, "  issued by {}, serial {}", line.issuer, line.serial)?;
            writeln!(f, "  valid {} to {}", line.not_before, line.not_after)?;
        }
        let bins = if self.bins.is_empty() {
            "all of the brand's".to_owned()
        } else {
            self.bins.join(", ")
        };
        writeln!(f, "BINs: {bins}")?;
        let wanted = if self.encryption.card_cert_required {
            "must have a certificate"
        } else {
            "may pay without a certificate"
        };
        write!(f, "cardholders {wanted}")
    }
}
