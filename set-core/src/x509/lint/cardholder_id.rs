//! The unique cardholder id.

use base64ct::{Base64, Encoding};

use super::class::Class;
use super::{Findings, Given, Lint};
use crate::crypto::SHA1_LEN;

pub(super) const RULE: Lint = Lint {
    id: "cardholder-id",
    clause: "a cardholder's commonName is base64 of an HMAC-SHA-1, and no account number",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    if given.subject.class() != Some(Class::Cardholder) {
        return;
    }
    let name = given.subject.subject_name();
    let Some(id) = name.as_ref().and_then(|name| name.common_name()) else {
        return;
    };
    let hidden = Base64::decode_vec(id).is_ok_and(|octets| octets.len() == SHA1_LEN);
    if !hidden {
        // What it is instead may be an account number, so it is not repeated.
        found.error("the commonName is not 20 octets in base64");
    }
}
