//! RSA keys made once and kept in the repository, so that no test waits for primes.
//!
//! They protect nothing. `keys/README.md` says how they were made.

use set_core::crypto::PrivateKey;

/// Keys of 1024 bits that the repository holds.
pub const RSA_1024_COUNT: usize = RSA_1024.len();

/// Keys of 2048 bits that the repository holds.
pub const RSA_2048_COUNT: usize = RSA_2048.len();

/// The key of 1024 bits with this number, or `None` from [`RSA_1024_COUNT`] on.
#[must_use]
pub fn rsa_1024(number: usize) -> Option<PrivateKey> {
    load(RSA_1024.get(number)?)
}

/// The key of 2048 bits with this number, or `None` from [`RSA_2048_COUNT`] on.
#[must_use]
pub fn rsa_2048(number: usize) -> Option<PrivateKey> {
    load(RSA_2048.get(number)?)
}

#[expect(
    clippy::expect_used,
    reason = "a test reads every key of the repository"
)]
fn load(der: &[u8]) -> Option<PrivateKey> {
    Some(PrivateKey::from_pkcs8_der(der).expect("the keys of the repository are good"))
}

/// DER of PKCS #8 PrivateKeyInfo.
const RSA_1024: [&[u8]; 32] = [
    include_bytes!("../keys/rsa1024-00.der"),
    include_bytes!("../keys/rsa1024-01.der"),
    include_bytes!("../keys/rsa1024-02.der"),
    include_bytes!("../keys/rsa1024-03.der"),
    include_bytes!("../keys/rsa1024-04.der"),
    include_bytes!("../keys/rsa1024-05.der"),
    include_bytes!("../keys/rsa1024-06.der"),
    include_bytes!("../keys/rsa1024-07.der"),
    include_bytes!("../keys/rsa1024-08.der"),
    include_bytes!("../keys/rsa1024-09.der"),
    include_bytes!("../keys/rsa1024-10.der"),
    include_bytes!("../keys/rsa1024-11.der"),
    include_bytes!("../keys/rsa1024-12.der"),
    include_bytes!("../keys/rsa1024-13.der"),
    include_bytes!("../keys/rsa1024-14.der"),
    include_bytes!("../keys/rsa1024-15.der"),
    include_bytes!("../keys/rsa1024-16.der"),
    include_bytes!("../keys/rsa1024-17.der"),
    include_bytes!("../keys/rsa1024-18.der"),
    include_bytes!("../keys/rsa1024-19.der"),
    include_bytes!("../keys/rsa1024-20.der"),
    include_bytes!("../keys/rsa1024-21.der"),
    include_bytes!("../keys/rsa1024-22.der"),
    include_bytes!("../keys/rsa1024-23.der"),
    include_bytes!("../keys/rsa1024-24.der"),
    include_bytes!("../keys/rsa1024-25.der"),
    include_bytes!("../keys/rsa1024-26.der"),
    include_bytes!("../keys/rsa1024-27.der"),
    include_bytes!("../keys/rsa1024-28.der"),
    include_bytes!("../keys/rsa1024-29.der"),
    include_bytes!("../keys/rsa1024-30.der"),
    include_bytes!("../keys/rsa1024-31.der"),
];

/// DER of PKCS #8 PrivateKeyInfo.
const RSA_2048: [&[u8]; 4] = [
    include_bytes!("../keys/rsa2048-00.der"),
    include_bytes!("../keys/rsa2048-01.der"),
    include_bytes!("../keys/rsa2048-02.der"),
    include_bytes!("../keys/rsa2048-03.der"),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_key_is_good_and_there_are_no_two_alike() {
        let keys: Vec<_> = (0..).map_while(rsa_1024).collect();
        assert_eq!(keys.len(), RSA_1024_COUNT);
        assert!(keys.iter().all(|key| key.public_key().bits() == 1024));
        let long: Vec<_> = (0..).map_while(rsa_2048).collect();
        assert_eq!(long.len(), RSA_2048_COUNT);
        assert!(long.iter().all(|key| key.public_key().bits() == 2048));
        let moduli: HashSet<_> = keys
            .iter()
            .chain(&long)
            .map(|key| key.public_key().clone())
            .collect();
        assert_eq!(moduli.len(), keys.len() + long.len());
    }
}
