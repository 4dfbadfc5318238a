//! PKCS #1 v1.5 signature blocks (RFC 8017, 9.2) for SHA-1.

use super::SHA1_LEN;

/// The block that a signature over `digest` is made of, for a modulus of `octets` octets.
///
/// ```text
/// 00 01 FF … FF 00 DigestInfo
/// ```
pub(super) fn signature_block(octets: usize, digest: &[u8; SHA1_LEN]) -> Vec<u8> {
    let fixed = HEAD.len() + 1 + DIGEST_INFO.len() + SHA1_LEN;
    let mut block = Vec::with_capacity(octets);
    block.extend_from_slice(&HEAD);
    block.resize(HEAD.len() + octets.saturating_sub(fixed), 0xFF);
    block.push(0x00);
    block.extend_from_slice(&DIGEST_INFO);
    block.extend_from_slice(digest);
    block
}

const HEAD: [u8; 2] = [0x00, 0x01];

/// DER of DigestInfo for SHA-1 with NULL parameters, up to the octets of the digest.
const DIGEST_INFO: [u8; 15] = [
    0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_block_is_as_long_as_the_modulus() {
        for octets in [128, 129, 256, 512] {
            let block = signature_block(octets, &[7; SHA1_LEN]);
            assert_eq!(block.len(), octets);
            assert_eq!(block[..3], [0, 1, 0xFF]);
            assert_eq!(block[octets - 36..octets - 34], [0, 0x30]);
        }
    }
}
