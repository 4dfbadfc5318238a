//! CDMF: DES keys cut down to 40 effective bits.
//!
//! The Commercial Data Masking Facility made DES exportable. SET uses it for what the
//! acquirer writes to the cardholder.

use ::des::Des;
use cipher::{BlockCipherEncrypt, KeyInit};
use zeroize::Zeroize;

use super::{DES_KEY_LEN, DesKey};

/// Derives the CDMF key of a DES key.
///
/// With K the key without its parity bits: DES(first fixed key, K) XOR K, 24 of its bits
/// cleared, then DES under the second fixed key, with odd parity.
pub(super) fn derive(key: &DesKey) -> DesKey {
    let mut stripped = key.expose().map(|octet| octet & 0xFE);
    let mut cut = encrypt_block(&FIRST_KEY, &stripped);
    for ((octet, own), mask) in cut.iter_mut().zip(stripped).zip(KEPT_BITS) {
        *octet = (*octet ^ own) & mask;
    }
    let mut derived = encrypt_block(&SECOND_KEY, &cut);
    let result = DesKey::from_octets(&derived);
    stripped.zeroize();
    cut.zeroize();
    derived.zeroize();
    result
}

fn encrypt_block(key: &[u8; DES_KEY_LEN], block: &[u8; DES_KEY_LEN]) -> [u8; DES_KEY_LEN] {
    let mut block = (*block).into();
    Des::new(&(*key).into()).encrypt_block(&mut block);
    block.into()
}

const FIRST_KEY: [u8; DES_KEY_LEN] = [0xC4, 0x08, 0xB0, 0x54, 0x0B, 0xA1, 0xE0, 0xAE];

const SECOND_KEY: [u8; DES_KEY_LEN] = [0xEF, 0x2C, 0x04, 0x1C, 0xE6, 0x38, 0x2F, 0xE6];

/// 4 bits and 7 bits by turns: bits 1 to 4 and 8 of each odd octet and bit 8 of each even
/// octet are cleared, counted from the most significant.
const KEPT_BITS: [u8; DES_KEY_LEN] = [0x0E, 0xFE, 0x0E, 0xFE, 0x0E, 0xFE, 0x0E, 0xFE];
