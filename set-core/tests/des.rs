//! DES-CBC with PKCS padding: what is taken for ciphertext and what is not.

use set_core::crypto::{CryptoError, CryptoProvider, DesKey, RustCrypto};

#[test]
fn des_ciphertext_that_is_no_whole_number_of_blocks_is_refused_with_the_one_error() {
    let key = DesKey::random(&RustCrypto).unwrap();
    for length in [0, 1, 7, 9, 15, 4095] {
        let opened = RustCrypto.des_cbc_decrypt(&key, &[0; 8], &vec![0x21; length]);
        assert_eq!(opened, Err(CryptoError::Decryption), "{length} octets");
    }
}

#[test]
fn des_pads_every_length_and_takes_the_padding_off_again() {
    let key = DesKey::random(&RustCrypto).unwrap();
    for length in 0..=33 {
        let plaintext = vec![0x08; length];
        let ciphertext = RustCrypto
            .des_cbc_encrypt(&key, &[9; 8], &plaintext)
            .unwrap();
        assert_eq!(ciphertext.len(), length / 8 * 8 + 8);
        let opened = RustCrypto
            .des_cbc_decrypt(&key, &[9; 8], &ciphertext)
            .unwrap();
        assert_eq!(*opened, plaintext);
    }
}

#[test]
fn parity_bits_do_not_matter() {
    let even = DesKey::from_octets(&[0x10; 8]);
    let odd = DesKey::from_octets(&[0x11; 8]);
    assert_eq!(even, odd);
    let ciphertext = RustCrypto
        .des_cbc_encrypt(&even, &[0; 8], b"order")
        .unwrap();
    let opened = RustCrypto.des_cbc_decrypt(&odd, &[0; 8], &ciphertext);
    assert_eq!(*opened.unwrap(), b"order");
}

#[test]
fn wrong_padding_is_refused_with_the_one_error() {
    let key = DesKey::from_octets(&[0x3B; 8]);
    // The whole last block is padding: flipping a bit of the block before flips it there.
    let ciphertext = RustCrypto
        .des_cbc_encrypt(&key, &[1; 8], &[0x20; 16])
        .unwrap();
    for place in 8..16 {
        for bit in 0..8 {
            let mut altered = ciphertext.clone();
            altered[place] ^= 1 << bit;
            let opened = RustCrypto.des_cbc_decrypt(&key, &[1; 8], &altered);
            assert_eq!(
                opened,
                Err(CryptoError::Decryption),
                "octet {place} bit {bit}"
            );
        }
    }
}
