//! Algorithm, size and exponent of the key.

use der::Encode;

use super::class::Class;
use super::{Findings, Given, Lint};
use crate::crypto::PublicKey;

pub(super) const RULE: Lint = Lint {
    id: "public-key",
    clause: "keys are rsaEncryption with NULL parameters, the root's of 2048 bits, others of 1024 to 4096, with exponent 65537, or 3 at least",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let key = match given.subject.tbs.public_key.to_der() {
        Ok(octets) => PublicKey::from_spki_der(&octets),
        Err(fault) => return found.error(fault.to_string()),
    };
    let key = match key {
        Ok(key) => key,
        Err(fault) => return found.error(fault.to_string()),
    };
    if given.subject.class() == Some(Class::Root) && key.bits() < ROOT_BITS {
        found.error(format!("the root's key has {} bits", key.bits()));
    }
    if key.exponent() != 65_537 {
        found.warning(format!("the public exponent is {}", key.exponent()));
    }
}

const ROOT_BITS: usize = 2048;
