//! The secrets of the mall.

use std::fmt;
use std::path::Path;

use set_core::asn1::{Raw, oid};
use set_core::crypto::{PrivateKey, RustCrypto};
use set_core::msg::cert::cert_req::{CertReq, CertReqData, PanData0};
use set_core::msg::cert::cert_res::{CertRes, CertResData};
use set_core::msg::message::Message;
use set_core::secret::PanSecret;
use set_core::treatment::ek::Cipher;
use set_core::treatment::enc::Types;
use set_core::treatment::{enc_k, enc_x, s};
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_testkit::secrets::Secrets;
use zeroize::Zeroizing;

use super::event::{Exchange, Told};
use super::proofs::wrapper;
use super::stage::{DEMO_PASSPHRASE, StageError};

/// The shopper's card.
#[derive(Clone, Copy, Debug)]
pub struct CardNumbers<'a> {
    /// The account number.
    pub pan: &'a str,
    /// When it expires, `YYYYMM`.
    pub expiry: &'a str,
}

/// The card, the passphrase, and every private key of the roles whose data folders lie in
/// `data`.
///
/// # Errors
///
/// A role has no keys, or one of them cannot be read.
pub fn of_the_mall(
    data: &Path,
    roles: &[&str],
    card: CardNumbers<'_>,
) -> Result<Secrets, StageError> {
    let mut secrets = Secrets::default();
    secrets.add("the PAN", card.pan.as_bytes());
    add_expiry(&mut secrets, card.expiry);
    secrets.add("the passphrase", DEMO_PASSPHRASE.as_bytes());
    for role in roles {
        let before = secrets.keys();
        for key in private_keys(role, &data.join(role).join("keys"))? {
            secrets.add_key(&key.what, &key.pkcs8).map_err(disproved)?;
        }
        if secrets.keys() == before {
            let none = format!("{role} has no keys to look for");
            return Err(StageError::Disproved(none));
        }
    }
    Ok(secrets)
}

/// What the cardholder and the CA told each other in secret, read out of the registration
/// with the keys of the CA whose data folder is `ca`: the halves of the PANSecret, and the
/// key of the answer. Gives the PANSecret.
///
/// # Errors
///
/// It cannot be opened, or it is for another card.
pub fn add_registration(
    secrets: &mut Secrets,
    registration: &Exchange,
    ca: &Path,
    card: CardNumbers<'_>,
) -> Result<PanSecret, StageError> {
    let opened = open_request(&registration.request, ca)?;
    let account = &opened.p;
    if account.pan.expose() != card.pan || account.card_expiry.expose() != card.expiry {
        return Err(disproved("the registration is for another card"));
    }
    let Some(back) = &opened.t.ca_back_key_data else {
        return Err(disproved("the registration gives no key for the answer"));
    };
    let Message::CertRes(response) = wrapper(&registration.response)?.message else {
        return Err(disproved("the registration is not answered by CertRes"));
    };
    let CertRes::CertResTbsx(sealed) = *response else {
        return Err(disproved("the CA's answer is not encrypted"));
    };
    let cipher = Cipher::from_oid(back.back_alg_id.algorithm).map_err(disproved)?;
    let signed =
        enc_k::open(&RustCrypto, cipher, &back.back_key, RESPONSE, &sealed).map_err(disproved)?;
    let answer: Raw<CertResData> = s::unverified(&signed, RESPONSE.tbs).map_err(disproved)?;
    let Some(nonce_cca) = &answer.cert_status.nonce_cca else {
        return Err(disproved("the CA's answer has no nonceCCA"));
    };
    let pan_secret = PanSecret::combine(&account.card_secret, nonce_cca.expose());
    secrets.add("the CardSecret", account.card_secret.expose());
    secrets.add("the nonceCCA", nonce_cca.expose());
    secrets.add("the PANSecret", pan_secret.expose());
    secrets.add("the key of the CA's answer", back.back_key.expose());
    Ok(pan_secret)
}

/// Looks for an expiry, which has six digits only: any longer number could hold them by
/// chance, and a number of six digits could be just that. So it is looked for as what shows
/// it would write it, none of which means anything else: the DER of a CardExpiry (in
/// hexadecimal and base64 too), the digits between quotation marks or behind an equals sign,
/// as JSON, `Debug` output, configurations and command lines have them, and month and year
/// as they stand on the card. No date of the mall is that far away.
fn add_expiry(secrets: &mut Secrets, expiry: &str) {
    const WHAT: &str = "the card's expiry";
    let length = u8::try_from(expiry.len()).unwrap_or(u8::MAX);
    let der = [&[NUMERIC_STRING, length], expiry.as_bytes()].concat();
    secrets.add(WHAT, &der);
    for (before, after) in [("\"", "\""), ("\"", "\\"), ("'", "'"), ("=", "")] {
        secrets.add(WHAT, format!("{before}{expiry}{after}").as_bytes());
    }
    if let Some((year, month)) = expiry.split_at_checked(4) {
        secrets.add(WHAT, format!("{month}/{year}").as_bytes());
        secrets.add(WHAT, format!("{year}-{month}").as_bytes());
    }
}

fn open_request(
    request: &Told,
    ca: &Path,
) -> Result<enc_x::Opened<CertReqData, PanData0>, StageError> {
    let Message::CertReq(request) = wrapper(request)?.message else {
        return Err(disproved("the registration does not begin with CertReq"));
    };
    let CertReq::Encx(sealed) = *request else {
        return Err(disproved("the registration has no account data"));
    };
    for key in private_keys("ca", &ca.join("keys"))? {
        let key = PrivateKey::from_pkcs8_der(&key.pkcs8).map_err(disproved)?;
        if let Ok(opened) = enc_x::open(&RustCrypto, &key, REQUEST, &sealed) {
            return Ok(opened);
        }
    }
    Err(disproved("no key of the CA opens the registration"))
}

/// A key of a role.
struct Key {
    what: String,
    pkcs8: Zeroizing<Vec<u8>>,
}

fn private_keys(role: &str, folder: &Path) -> Result<Vec<Key>, StageError> {
    let passphrase = Passphrase::new(DEMO_PASSPHRASE).map_err(disproved)?;
    let store = KeyStore::open(folder, passphrase, Iterations::LEAST).map_err(disproved)?;
    let mut keys = Vec::new();
    for name in store.names().map_err(disproved)? {
        keys.push(Key {
            what: format!("the private key {name} of the {role}"),
            pkcs8: store.load(&name).map_err(disproved)?,
        });
    }
    Ok(keys)
}

fn disproved(why: impl fmt::Display) -> StageError {
    StageError::Disproved(why.to_string())
}

const REQUEST: Types = Types {
    tbe: oid::content::CERT_REQ_TBEX,
    tbs: oid::content::CERT_REQ_TBS,
};

const RESPONSE: Types = Types {
    tbe: oid::content::CERT_RES_TBE,
    tbs: oid::content::CERT_RES_DATA,
};

/// The tag of NumericString.
const NUMERIC_STRING: u8 = 0x12;

#[cfg(test)]
mod tests {
    use set_core::asn1;
    use set_core::secret::CardExpiry;

    use super::*;

    #[test]
    fn an_expiry_is_found_where_it_is_shown_and_in_no_other_number() {
        let mut secrets = Secrets::default();
        add_expiry(&mut secrets, "209912");
        let der = asn1::encode(&CardExpiry::new("209912").unwrap()).unwrap();
        let hex: String = der.iter().map(|octet| format!("{octet:02x}")).collect();
        let shows: [&[u8]; 7] = [
            &der,
            hex.as_bytes(),
            br#"{"cardExpiry":"209912"}"#,
            br#"{"line":"{\"cardExpiry\":\"209912\"}"}"#,
            b"CardExpiry('209912')",
            b"SET_CARD_EXPIRY=209912",
            b"expires 12/2099",
        ];
        for shown in shows {
            assert_eq!(secrets.shown_by(shown), Some("the card's expiry"));
        }
        for other in ["port 209912", "2099121", r#""2099123f""#, "1.209912"] {
            assert_eq!(secrets.shown_by(other.as_bytes()), None, "{other}");
        }
    }
}
