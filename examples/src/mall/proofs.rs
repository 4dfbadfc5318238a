//! What the mall tries for itself, with the keys that lie in the data folders.
//!
//! The roles say what they checked. These are attempts to do what must not be possible:
//! to read the account number with the merchant's key, or to find it anywhere at all.

use std::fs;
use std::path::Path;

use base64ct::{Base64, Encoding as _};
use set_core::asn1::{self, Limits, oid};
use set_core::crypto::{KeyRules, RustCrypto};
use set_core::msg::message::Message;
use set_core::msg::payment::account::PanData;
use set_core::msg::payment::p_req::{PReq, PiOiLink};
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::Identity;
use set_core::pkcs7::EnvelopedData;
use set_core::secret::PanSecret;
use set_core::treatment::{TreatmentError, ex};
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::party::PartyFolder;
use set_testkit::secrets::{Searched, Secrets, search};

use super::event::{Exchange, Told};
use super::stage::{DEMO_PASSPHRASE, StageError};

/// Tries the merchant's and the gateway's key on the payment instruction of a PReq.
///
/// # Errors
///
/// The merchant's key opens it, or the gateway's does not.
pub fn only_the_gateway_reads_the_pan(
    exchange: &Exchange,
    merchant: &Path,
    gateway: &Path,
    pan: &str,
) -> Result<Vec<String>, StageError> {
    let sealed = payment_instruction(&exchange.request)?;
    let keys = encryption_keys(merchant)?;
    for identity in &keys {
        match open(identity, &sealed) {
            Err(TreatmentError::Undecryptable) => {}
            _ => {
                return Err(disproved(
                    "the merchant's key opens the payment instruction",
                ));
            }
        }
    }
    let opened = opened_by_the_gateway(&sealed, gateway)?;
    if opened.pan.expose() != pan {
        return Err(disproved(
            "the payment instruction holds another account number",
        ));
    }
    Ok(vec![
        format!(
            "cannot read the PAN: tried its {} on the payment instruction, it does not open",
            if keys.len() == 1 { "key" } else { "keys" }
        ),
        format!(
            "the gateway's key opens it, and finds {}",
            opened.pan.masked()
        ),
    ])
}

/// Checks that the payment instruction of a PReq holds the PANSecret.
///
/// # Errors
///
/// It holds another, or the gateway's key does not open it.
pub fn the_payment_holds(
    exchange: &Exchange,
    gateway: &Path,
    pan_secret: &PanSecret,
) -> Result<(), StageError> {
    let sealed = payment_instruction(&exchange.request)?;
    if opened_by_the_gateway(&sealed, gateway)?.pan_secret == *pan_secret {
        Ok(())
    } else {
        Err(disproved(
            "the payment instruction does not hold the PANSecret of the registration",
        ))
    }
}

/// Looks for the order description in what the gateway was sent and in what it keeps.
///
/// # Errors
///
/// It is there.
pub fn the_gateway_does_not_learn_the_order(
    exchange: &Exchange,
    gateway: &Path,
    order: &str,
) -> Result<String, StageError> {
    let octets = decode(&exchange.request)?;
    let mut secret = Secrets::default();
    secret.add("what was bought", order.as_bytes());
    if secret.shown_by(&octets).is_some() {
        return Err(disproved("AuthReq shows what was bought"));
    }
    let Searched { files, found, .. } = searched(gateway, &secret)?;
    match found {
        Some(found) => Err(disproved(&found)),
        None => Ok(format!(
            "does not learn what was bought: \"{order}\" is neither in AuthReq nor in its {files} files"
        )),
    }
}

/// Looks for the secrets in every wrapper.
///
/// # Errors
///
/// One is there.
pub fn no_wrapper_shows_a_secret(
    exchanges: &[Exchange],
    secrets: &Secrets,
) -> Result<String, StageError> {
    let mut octets = 0;
    for exchange in exchanges {
        for told in [&exchange.request, &exchange.response] {
            let wrapper = decode(told)?;
            octets += wrapper.len();
            if let Some(what) = secrets.shown_by(&wrapper) {
                return Err(disproved(&format!("{} shows {what}", told.message)));
            }
        }
    }
    Ok(format!(
        "the PAN, the card's expiry, its PANSecret and the halves of it, the passphrase and {} \
         private keys are in none of {} messages, {octets} octets",
        secrets.keys(),
        exchanges.len() * 2
    ))
}

/// Looks for the secrets in every file of every role, among which lies, in `said`, whatever
/// their processes wrote to standard output, the trace of the wire included, and to standard
/// error.
///
/// # Errors
///
/// One is there; or what the processes said was not kept.
pub fn no_file_shows_a_secret(
    data: &Path,
    said: &Path,
    secrets: &Secrets,
) -> Result<Vec<String>, StageError> {
    let Searched { files, found, .. } = searched(data, secrets)?;
    if let Some(found) = found {
        return Err(disproved(&found));
    }
    let outputs = fs::read_dir(said)
        .map_err(StageError::io(said.display().to_string()))?
        .count();
    Ok(vec![
        format!("they are in none of {files} files either, plainly, in hexadecimal or in base64"),
        format!(
            "{outputs} of these files are what the roles' processes said: outputs, wire traces, errors"
        ),
    ])
}

fn searched(folder: &Path, secrets: &Secrets) -> Result<Searched, StageError> {
    search(folder, secrets).map_err(StageError::io(format!("searching {}", folder.display())))
}

fn payment_instruction(told: &Told) -> Result<EnvelopedData, StageError> {
    match wrapper(told)?.message {
        Message::PReq(request) => match *request {
            PReq::PReqDualSigned(request) => Ok(request.pi_dual_signed.ex_pi_data),
            PReq::PReqUnsigned(_) => Err(disproved("the order is not signed")),
        },
        other => Err(disproved(&format!("{} where PReq belongs", other.name()))),
    }
}

fn opened_by_the_gateway(sealed: &EnvelopedData, gateway: &Path) -> Result<PanData, StageError> {
    encryption_keys(gateway)?
        .iter()
        .find_map(|identity| open(identity, sealed).ok())
        .ok_or_else(|| disproved("the gateway's key does not open the payment instruction"))
}

fn open(identity: &Identity, sealed: &EnvelopedData) -> Result<PanData, TreatmentError> {
    let content_type = oid::content::PI_DUAL_SIGNED_TBE;
    ex::open::<PiOiLink, PanData>(&RustCrypto, &identity.key, content_type, sealed)
        .map(|(_, pan_data)| pan_data)
}

/// Every key of a role.
fn encryption_keys(data: &Path) -> Result<Vec<Identity>, StageError> {
    let fail = |error: &dyn std::fmt::Display| disproved(&error.to_string());
    let passphrase = Passphrase::new(DEMO_PASSPHRASE).map_err(|error| fail(&error))?;
    let keys = KeyStore::open(&data.join("keys"), passphrase, Iterations::LEAST)
        .map_err(|error| fail(&error))?;
    let folder = PartyFolder::new(data);
    let mut identities = Vec::new();
    for name in keys.names().map_err(|error| fail(&error))? {
        let identity = folder
            .load_identity(&keys, &name, &KeyRules::default())
            .map_err(|error| fail(&error))?;
        identities.extend(identity);
    }
    if identities.is_empty() {
        return Err(disproved(&format!("no keys in {}", data.display())));
    }
    Ok(identities)
}

/// What was sent, decoded.
pub(super) fn wrapper(told: &Told) -> Result<MessageWrapper, StageError> {
    asn1::decode(&decode(told)?, &Limits::default()).map_err(|error| disproved(&error.to_string()))
}

fn decode(told: &Told) -> Result<Vec<u8>, StageError> {
    Base64::decode_vec(&told.der).map_err(|error| disproved(&error.to_string()))
}

fn disproved(what: &str) -> StageError {
    StageError::Disproved(what.to_owned())
}
