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
use set_core::treatment::{TreatmentError, ex};
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::party::PartyFolder;

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
    let opened = encryption_keys(gateway)?
        .iter()
        .find_map(|identity| open(identity, &sealed).ok())
        .ok_or_else(|| disproved("the gateway's key does not open the payment instruction"))?;
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
    let needles = [order.as_bytes().to_vec()];
    if contains_any(&octets, &needles) {
        return Err(disproved("AuthReq shows what was bought"));
    }
    let (files, found) = search(gateway, &needles)?;
    match found {
        Some(file) => Err(disproved(&format!("{file} shows what was bought"))),
        None => Ok(format!(
            "does not learn what was bought: \"{order}\" is neither in AuthReq nor in its {files} files"
        )),
    }
}

/// Looks for the account number in every wrapper.
///
/// # Errors
///
/// It is there.
pub fn no_wrapper_shows_the_pan(exchanges: &[Exchange], pan: &str) -> Result<String, StageError> {
    let needles = spellings(pan);
    let mut octets = 0;
    for exchange in exchanges {
        for told in [&exchange.request, &exchange.response] {
            let wrapper = decode(told)?;
            octets += wrapper.len();
            if contains_any(&wrapper, &needles) {
                return Err(disproved(&format!("{} shows the PAN", told.message)));
            }
        }
    }
    Ok(format!(
        "the PAN is in none of {} messages, {octets} octets",
        exchanges.len() * 2
    ))
}

/// Looks for the account number in every file of every role.
///
/// # Errors
///
/// It is there.
pub fn no_file_shows_the_pan(data: &Path, pan: &str) -> Result<String, StageError> {
    let (files, found) = search(data, &spellings(pan))?;
    match found {
        Some(file) => Err(disproved(&format!("{file} shows the PAN"))),
        None => Ok(format!(
            "the PAN is in none of {files} files, in digits, hexadecimal or base64"
        )),
    }
}

fn payment_instruction(told: &Told) -> Result<EnvelopedData, StageError> {
    let wrapper: MessageWrapper = asn1::decode(&decode(told)?, &Limits::default())
        .map_err(|error| disproved(&error.to_string()))?;
    match wrapper.message {
        Message::PReq(request) => match *request {
            PReq::PReqDualSigned(request) => Ok(request.pi_dual_signed.ex_pi_data),
            PReq::PReqUnsigned(_) => Err(disproved("the order is not signed")),
        },
        other => Err(disproved(&format!("{} where PReq belongs", other.name()))),
    }
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

fn decode(told: &Told) -> Result<Vec<u8>, StageError> {
    Base64::decode_vec(&told.der).map_err(|error| disproved(&error.to_string()))
}

/// The ways in which digits could stand in a file.
fn spellings(digits: &str) -> Vec<Vec<u8>> {
    let hex: String = digits.bytes().map(|digit| format!("{digit:02x}")).collect();
    let mut spellings = vec![
        digits.as_bytes().to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
    ];
    // Base64 of the digits at each of the three places that they can have in a group,
    // without the characters that the neighbours share.
    for lead in 0..3 {
        let padded = [vec![0; lead], digits.as_bytes().to_vec()].concat();
        let text = Base64::encode_string(&padded);
        let inner: String = text.chars().skip(lead + 1).take(digits.len()).collect();
        spellings.push(inner.into_bytes());
    }
    spellings
}

/// Counts the files below a folder and names the first that holds one of `needles`.
fn search(folder: &Path, needles: &[Vec<u8>]) -> Result<(usize, Option<String>), StageError> {
    let mut files = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).map_err(StageError::io(folder.display().to_string()))?;
        for entry in entries {
            let path = entry
                .map_err(StageError::io(folder.display().to_string()))?
                .path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let octets = fs::read(&path).map_err(StageError::io(path.display().to_string()))?;
            files += 1;
            if contains_any(&octets, needles) {
                return Ok((files, Some(path.display().to_string())));
            }
        }
    }
    Ok((files, None))
}

fn contains_any(haystack: &[u8], needles: &[Vec<u8>]) -> bool {
    needles.iter().any(|needle| {
        haystack
            .windows(needle.len())
            .any(|window| window == needle.as_slice())
    })
}

fn disproved(what: &str) -> StageError {
    StageError::Disproved(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAN: &str = "4111111111111111";

    #[test]
    fn digits_are_found_in_every_spelling() {
        let hex: String = PAN.bytes().map(|digit| format!("{digit:02x}")).collect();
        let mut hidden = vec![format!("x{PAN}y"), format!("x{hex}y")];
        for lead in ["", "a", "ab", "abc"] {
            hidden.push(Base64::encode_string(format!("{lead}{PAN}tail").as_bytes()));
        }
        for text in hidden {
            assert!(contains_any(text.as_bytes(), &spellings(PAN)), "{text}");
        }
        assert!(!contains_any(b"4111111111111112", &spellings(PAN)));
    }
}
