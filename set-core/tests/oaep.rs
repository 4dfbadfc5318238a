//! SET's OAEP block: what is sealed is opened, and nothing else is.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use proptest::prelude::*;
use set_core::crypto::oaep::{self, BlockContent, ContentKind, Expected, PIN_BLOCK_LEN};
use set_core::crypto::{CryptoError, CryptoProvider, DesKey, PrivateKey, RustCrypto};
use zeroize::Zeroizing;

static SHORT: LazyLock<PrivateKey> = LazyLock::new(|| RustCrypto.generate_rsa(1024).unwrap());
static LONG: LazyLock<PrivateKey> = LazyLock::new(|| RustCrypto.generate_rsa(2048).unwrap());

const KINDS: [ContentKind; 6] = [
    ContentKind::None,
    ContentKind::PanData,
    ContentKind::PanData0,
    ContentKind::PanToken,
    ContentKind::PanOnly,
    ContentKind::AcctData,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_was_sealed_is_opened(
        long: bool,
        kind in prop::sample::select(KINDS.to_vec()),
        pin: bool,
        key: [u8; 8],
        hd: Option<[u8; 20]>,
        pool in prop::collection::vec(any::<u8>(), 102),
    ) {
        let recipient: &PrivateKey = if long { &LONG } else { &SHORT };
        let pin = if pin && kind.takes_pin() { PIN_BLOCK_LEN } else { 0 };
        let extra = &pool[..kind.extra_len() + pin];
        let key = DesKey::from_octets(&key);
        let expected = Expected { kind, with_hd: hd.is_some(), extra_len: extra.len() };
        let content = BlockContent { kind, hd, extra: Zeroizing::new(extra.to_vec()) };

        let sealed = oaep::seal(&RustCrypto, recipient.public_key(), &key, &content);

        let room = recipient.public_key().octets() - 34 - hd.map_or(0, |hd| hd.len());
        if extra.len() > room {
            let no_room = CryptoError::NoRoom { room, extra: extra.len() };
            prop_assert_eq!(sealed, Err(no_room.clone()));
            let block = vec![0; recipient.public_key().octets()];
            let opened = oaep::open(&RustCrypto, recipient, &block, &expected);
            prop_assert_eq!(opened.err(), Some(no_room));
        } else {
            let block = sealed.unwrap();
            prop_assert_eq!(block.len(), recipient.public_key().octets());
            let opened = oaep::open(&RustCrypto, recipient, &block, &expected).unwrap();
            prop_assert_eq!(opened.key, key);
            prop_assert_eq!(opened.hd, hd);
            prop_assert_eq!(&opened.extra[..], extra);
        }
    }
}

#[test]
fn any_altered_octet_of_the_fixed_parts_is_refused_with_the_one_error() {
    for kind in KINDS {
        for with_hd in [false, true] {
            let long = with_hd && kind == ContentKind::AcctData;
            let recipient = if long { &*LONG } else { &*SHORT };
            let expected = Expected::new(kind, with_hd);
            let plain = data_block(recipient, &expected);
            let open = |plain: &[u8], first| {
                oaep::open(
                    &RustCrypto,
                    recipient,
                    &masked(recipient, plain, first),
                    &expected,
                )
            };
            assert!(open(&plain, 0x01).is_ok());
            assert!(open(&plain, 0x7F).is_ok());
            assert_eq!(open(&plain, 0x00).err(), Some(CryptoError::Decryption));

            let free = 9..17 + if with_hd { 20 } else { 0 } + expected.extra_len;
            for place in 0..plain.len() {
                let mut altered = plain.clone();
                altered[place] ^= 1 << (place % 8);
                let refused = open(&altered, 0x55).err();
                let error = (!free.contains(&place)).then_some(CryptoError::Decryption);
                assert_eq!(refused, error, "{kind:?} {with_hd} octet {place}");
            }
        }
    }
}

#[test]
fn any_altered_octet_of_the_masked_block_is_refused_with_the_one_error() {
    let expected = Expected::new(ContentKind::PanToken, false);
    let recipient = &*SHORT;
    let plain = data_block(recipient, &expected);
    let block = masked(recipient, &plain, 0x33);
    let good = recipient.decrypt_raw(&RustCrypto, &block).unwrap();
    // Any octet behind the first disturbs the salt, and so all of DB.
    for place in 1..good.len() {
        let mut altered = good.to_vec();
        altered[place] ^= 0x10;
        let block = RustCrypto
            .rsa_public(recipient.public_key(), &altered)
            .unwrap();
        let opened = oaep::open(&RustCrypto, recipient, &block, &expected);
        assert_eq!(opened.err(), Some(CryptoError::Decryption), "octet {place}");
    }
}

#[test]
fn any_altered_octet_of_the_ciphertext_is_refused_with_the_one_error() {
    let expected = Expected::new(ContentKind::PanData, true);
    let recipient = &*SHORT;
    let block = masked(recipient, &data_block(recipient, &expected), 0x42);
    assert!(oaep::open(&RustCrypto, recipient, &block, &expected).is_ok());
    for place in 0..block.len() {
        let mut altered = block.clone();
        altered[place] ^= 0x40;
        let opened = oaep::open(&RustCrypto, recipient, &altered, &expected);
        assert_eq!(opened.err(), Some(CryptoError::Decryption), "octet {place}");
    }
}

#[test]
fn a_block_of_a_wrong_length_or_not_below_the_modulus_is_refused_with_the_one_error() {
    let expected = Expected::new(ContentKind::None, false);
    let recipient = &*SHORT;
    let modulus = recipient.public_key().modulus().to_vec();
    for block in [
        Vec::new(),
        vec![1; 127],
        vec![1; 129],
        vec![0; 128],
        vec![0xFF; 128],
        modulus,
        vec![1; 100_000],
    ] {
        let opened = oaep::open(&RustCrypto, recipient, &block, &expected);
        assert_eq!(opened.err(), Some(CryptoError::Decryption));
    }
}

#[test]
fn a_block_for_another_key_or_of_another_kind_is_refused_with_the_one_error() {
    let other = RustCrypto.generate_rsa(1024).unwrap();
    let sent = Expected::new(ContentKind::PanData, false);
    let block = masked(&SHORT, &data_block(&SHORT, &sent), 0x11);
    let refused = |key: &PrivateKey, expected: &Expected| {
        oaep::open(&RustCrypto, key, &block, expected).err() == Some(CryptoError::Decryption)
    };
    assert!(refused(&other, &sent));
    assert!(refused(
        &SHORT,
        &Expected::new(ContentKind::PanData0, false)
    ));
    assert!(refused(&SHORT, &Expected::new(ContentKind::PanData, true)));
    assert!(refused(&SHORT, &Expected::new(ContentKind::None, false)));
    assert!(!refused(&SHORT, &sent));
}

#[test]
fn extra_data_that_is_not_as_long_as_its_kind_is_never_sealed() {
    for kind in KINDS {
        for wrong in [kind.extra_len() + 1, kind.extra_len() + 7, 9] {
            let content = BlockContent {
                kind,
                hd: None,
                extra: Zeroizing::new(vec![0; wrong]),
            };
            let key = DesKey::from_octets(&[1; 8]);
            let sealed = oaep::seal(&RustCrypto, LONG.public_key(), &key, &content);
            let refused = CryptoError::ExtraLength {
                expected: kind.extra_len(),
                found: wrong,
            };
            assert_eq!(sealed, Err(refused));
        }
    }
}

#[test]
fn no_two_blocks_of_the_same_content_are_alike() {
    let key = DesKey::from_octets(&[7; 8]);
    let content = BlockContent {
        kind: ContentKind::None,
        hd: None,
        extra: Zeroizing::default(),
    };
    let seal = || oaep::seal(&RustCrypto, SHORT.public_key(), &key, &content).unwrap();
    assert_ne!(seal(), seal());
}

#[test]
fn block_contents_print_neither_key_nor_extra_data() {
    let content = BlockContent {
        kind: ContentKind::PanOnly,
        hd: Some([0xAB; 20]),
        extra: Zeroizing::new(vec![b'4'; 39]),
    };
    let key = DesKey::from_octets(&[0x5A; 8]);
    let block = oaep::seal(&RustCrypto, SHORT.public_key(), &key, &content).unwrap();
    let expected = Expected::new(ContentKind::PanOnly, true);
    let opened = oaep::open(&RustCrypto, &SHORT, &block, &expected).unwrap();
    assert_eq!(
        format!("{content:?} {opened:?}"),
        "BlockContent { kind: PanOnly, with_hd: true, .. } Opened { with_hd: true, .. }"
    );
}

/// DB for what is expected, with everything in it that is free set to 5A.
fn data_block(recipient: &PrivateKey, expected: &Expected) -> Vec<u8> {
    let hd = if expected.with_hd { 20 } else { 0 };
    let code = expected.kind.code() | if expected.with_hd { 0x80 } else { 0 };
    let mut plain = vec![0x03, code, 0, 0, 0, 0, 0, 0, 0];
    plain.extend(vec![0x5A; 8 + hd + expected.extra_len]);
    plain.resize(recipient.public_key().octets() - 17, 0);
    plain
}

/// Masks and encrypts a data block that need not be a good one.
fn masked(recipient: &PrivateKey, plain: &[u8], first: u8) -> Vec<u8> {
    let salt = [0xC3; 16];
    let mask = (0_u32..).flat_map(|n| RustCrypto.sha1(&[&salt, &n.to_be_bytes()]));
    let a: Vec<u8> = plain
        .iter()
        .zip(mask)
        .map(|(data, mask)| data ^ mask)
        .collect();
    let digest = RustCrypto.sha1(&[&a]);
    let b = salt
        .iter()
        .zip(&digest[4..])
        .map(|(salt, mask)| salt ^ mask);
    let block: Vec<u8> = [first]
        .into_iter()
        .chain(a.iter().copied())
        .chain(b)
        .collect();
    RustCrypto
        .rsa_public(recipient.public_key(), &block)
        .unwrap()
}
