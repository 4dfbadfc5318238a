//! Moduli that can be factored.

use der::{Decode, Encode};
use pkcs1::RsaPublicKeyRef;
use spki::SubjectPublicKeyInfoRef;

use super::{Findings, Given, Lint};

pub(super) const RULE: Lint = Lint {
    id: "modulus",
    clause: "a modulus is the product of two large random primes",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let Ok(octets) = given.subject.tbs.public_key.to_der() else {
        return;
    };
    // A key that is none is for the rule of keys to say.
    let Some(modulus) = modulus(&octets) else {
        return;
    };
    if modulus.last().is_none_or(|last| last & 1 == 0) {
        return found.error("it is even");
    }
    // The smallest divisor of any number is a prime.
    let factor = (3..=LARGEST_DIVISOR)
        .step_by(2)
        .find(|divisor| remainder(&modulus, *divisor) == 0);
    if let Some(factor) = factor {
        found.error(format!("it is a multiple of {factor}"));
    } else if has_roca_fingerprint(&modulus) {
        found.error("it has the fingerprint of primes that a flawed library makes (ROCA)");
    }
}

fn modulus(public_key_info: &[u8]) -> Option<Vec<u8>> {
    let info = SubjectPublicKeyInfoRef::from_der(public_key_info).ok()?;
    let key = RsaPublicKeyRef::from_der(info.subject_public_key.as_bytes()?).ok()?;
    Some(key.modulus.as_bytes().to_vec())
}

/// The remainder of a number, most significant octet first.
fn remainder(number: &[u8], divisor: u32) -> u32 {
    number.iter().fold(0, |remainder, octet| {
        (remainder * 256 + u32::from(*octet)) % divisor
    })
}

/// Whether the number is, modulo each of the first 38 odd primes, a power of 65537. Products
/// of primes made by that library always are; of others about one in 2²⁷ is.
fn has_roca_fingerprint(number: &[u8]) -> bool {
    ODD_PRIMES.iter().all(|prime| {
        let wanted = remainder(number, *prime);
        let mut power = 1;
        for _ in 0..*prime {
            if power == wanted {
                return true;
            }
            power = power * (65_537 % prime) % prime;
        }
        false
    })
}

const LARGEST_DIVISOR: u32 = 751;

const ODD_PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_of_65537_has_the_fingerprint_and_a_random_modulus_has_not() {
        // 65537 itself is its first power modulo every prime.
        assert!(has_roca_fingerprint(&[1, 0, 1]));
        let squared = 65_537_u64 * 65_537;
        assert!(has_roca_fingerprint(&squared.to_be_bytes()));
        let key = set_testkit::keys::rsa_1024(0).unwrap();
        assert!(!has_roca_fingerprint(key.public_key().modulus()));
    }

    #[test]
    fn remainders_are_those_of_long_division() {
        assert_eq!(remainder(&[1, 0, 1], 751), 65_537 % 751);
        assert_eq!(remainder(&[0xff; 128], 255), 0);
    }
}
