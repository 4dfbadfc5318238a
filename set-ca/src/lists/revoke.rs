//! `revoke`: a certificate is not to be believed any more.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use set_core::asn1;
use set_core::crypto::KeyRules;
use set_core::error::Error;
use set_core::pkcs7::{IssuerAndSerialNumber, Name, SerialNumber};
use set_core::x509::Certificate;
use set_core::x509::ext::CertificateType;
use set_node::pem;
use set_node::store::Store;

use super::book::{Book, Outcome, Revocation, Terms};
use super::fault::ListsFault;
use super::log;
use super::signers::Signers;
use crate::cli::RevokeArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::folder::Keys;
use crate::serve::station;

/// Revokes a certificate that a CA of this folder issued, and publishes the CRL and the BCI
/// that say so. A server that runs over the folder takes them up by itself.
pub(crate) async fn revoke(
    data: &Path,
    config: &Config,
    args: &RevokeArgs,
) -> Result<Done, Failure> {
    let station = station()?;
    let keys = Arc::new(Keys::open(data, config)?);
    let signers = Signers::find(keys, &station.policy().key_rules)?;
    let store = Store::open(data, &config.store).await?;
    let found = find(&store, &signers, args).await;
    store.close().await;
    let pointer = found?;
    let terms = Terms::of(config);
    let mut book = Book::open(station.context(), &signers, terms, data, false)?;
    let (issuer, number) = (&pointer.issuer, &pointer.serial_number);
    let outcome = book.revoke(issuer, number, args.reason)?;
    let revocation = match outcome {
        Outcome::Revoked => Revocation {
            since: station.now(),
            reason: args.reason,
        },
        Outcome::Already(revocation) => revocation,
    };
    Ok(Done {
        certificate: number.to_string(),
        issuer: issuer.to_string(),
        since: revocation.since.to_string(),
        reason: revocation.reason.name(),
        already: outcome != Outcome::Revoked,
        crl: book.log().crl_number(issuer),
    })
}

/// Which certificate is meant: that of a file, or the one of that number which a CA of this
/// folder issued.
async fn find(
    store: &Store,
    signers: &Signers,
    args: &RevokeArgs,
) -> Result<IssuerAndSerialNumber, Failure> {
    let file = Path::new(&args.certificate);
    if file.is_file() {
        let certificate = read(file)?;
        refuse_cardholder(&certificate)?;
        if !signers.sign_for(certificate.issuer()) {
            return Err(not_ours(format!(
                "certificate {} was issued by {}, whose CRLs are not signed here",
                certificate.serial_number(),
                certificate.issuer()
            )));
        }
        return Ok(certificate.issuer_and_serial_number().clone());
    }
    let serial_number = log::octets(&args.certificate)
        .and_then(|octets| SerialNumber::new(&octets).ok())
        .ok_or_else(|| {
            not_ours(format!(
                "\"{}\" is neither a file nor a serial number in hexadecimal",
                args.certificate
            ))
        })?;
    let mut tx = store.begin().await?;
    let mut found: Vec<Name> = Vec::new();
    for issuer in signers.issuers() {
        let name = asn1::encode(issuer).map_err(Error::from)?;
        let stored = tx
            .certificate_by_serial(&name, serial_number.as_octets())
            .await?;
        let wanted = args
            .issuer
            .as_ref()
            .is_none_or(|wanted| issuer.to_string().contains(wanted));
        if let Some(stored) = stored.filter(|_| wanted) {
            if let Ok(certificate) = Certificate::parse(&stored.der, &KeyRules::default()) {
                refuse_cardholder(&certificate)?;
            }
            found.push(issuer.clone());
        }
    }
    match found.as_slice() {
        [issuer] => Ok(IssuerAndSerialNumber {
            issuer: issuer.clone(),
            serial_number,
        }),
        [] => Err(not_ours(format!(
            "no certificate {serial_number} was issued here; give its file, or see \
             `set-ca show`"
        ))),
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(not_ours(format!(
                "several CAs issued a certificate {serial_number}: choose by --issuer: {}",
                names.join("; ")
            )))
        }
    }
}

/// The certificate in a file, PEM or DER.
fn read(file: &Path) -> Result<Certificate, Failure> {
    let fault = |what: String| {
        Failure::Lists(ListsFault::File {
            file: file.to_owned(),
            what,
        })
    };
    let octets = fs::read(file).map_err(|source| fault(source.to_string()))?;
    let der = pem::decode("CERTIFICATE", &octets)
        .ok()
        .and_then(|blocks| blocks.into_iter().next())
        .unwrap_or(octets);
    Certificate::parse(&der, &KeyRules::default()).map_err(|error| fault(error.to_string()))
}

fn refuse_cardholder(certificate: &Certificate) -> Result<(), Failure> {
    if certificate.extensions().certificate_type == CertificateType::CARD {
        let number = certificate.serial_number().to_string();
        return Err(Failure::Lists(ListsFault::Cardholder(number)));
    }
    Ok(())
}

fn not_ours(what: String) -> Failure {
    Failure::Lists(ListsFault::NotOurs(what))
}

/// What `revoke` tells.
#[derive(Debug, Serialize)]
pub(crate) struct Done {
    certificate: String,
    issuer: String,
    since: String,
    reason: &'static str,
    already: bool,
    crl: u64,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let already = if self.already { " already" } else { "" };
        write!(
            f,
            "certificate {} of {} is{already} revoked since {} ({}); CRL {}",
            self.certificate, self.issuer, self.since, self.reason, self.crl
        )
    }
}
