//! A block with anything in it, encrypted for our key, opens to what it holds or not at all.
#![no_main]

use libfuzzer_sys::fuzz_target;
use set_core::crypto::oaep::{self, ContentKind, Expected};
use set_core::crypto::{CryptoProvider as _, RustCrypto};
use set_fuzz::Input;
use set_testkit::keys;

fuzz_target!(|octets: &[u8]| {
    let mut input = Input::new(octets);
    let kinds = [
        ContentKind::None,
        ContentKind::PanData,
        ContentKind::PanData0,
        ContentKind::PanToken,
        ContentKind::PanOnly,
        ContentKind::AcctData,
    ];
    let kind = *input.one_of(&kinds).unwrap();
    let flags = input.octet();
    let mut expected = Expected::new(kind, flags & 1 == 1);
    if flags & 2 == 2 && kind.takes_pin() {
        expected = expected.with_pin_block();
    }
    let key = keys::rsa_1024(0).unwrap();
    let mut block = input.rest().to_vec();
    block.resize(128, 0);
    // As it comes, and as the plaintext of a block.
    let _ = oaep::open(&RustCrypto, &key, &block, &expected);
    if let Ok(sealed) = RustCrypto.rsa_public(key.public_key(), &block) {
        let _ = oaep::open(&RustCrypto, &key, &sealed, &expected);
    }
});
