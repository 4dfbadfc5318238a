//! SET's OAEP block, from the outside.

use set_core::crypto::oaep::{self, BlockContent, ContentKind, Expected};
use set_core::crypto::{CryptoProvider, DesKey, RustCrypto};
use zeroize::Zeroizing;

const KINDS: [ContentKind; 6] = [
    ContentKind::None,
    ContentKind::PanData,
    ContentKind::PanData0,
    ContentKind::PanToken,
    ContentKind::PanOnly,
    ContentKind::AcctData,
];

#[test]
fn what_was_sealed_is_opened_for_every_kind_and_key_size() {
    let provider = RustCrypto;
    for bits in [1024, 2048] {
        let recipient = provider.generate_rsa(bits).unwrap();
        for kind in KINDS {
            for with_hd in [false, true] {
                if bits == 1024 && kind == ContentKind::AcctData && with_hd {
                    continue;
                }
                let key = DesKey::random(&provider).unwrap();
                let hd = with_hd.then_some([0xD1; 20]);
                let extra = vec![0x58; kind.extra_len()];
                let content = BlockContent {
                    kind,
                    hd,
                    extra: Zeroizing::new(extra.clone()),
                };
                let block = oaep::seal(&provider, recipient.public_key(), &key, &content).unwrap();
                assert_eq!(block.len(), bits / 8);
                let opened =
                    oaep::open(&provider, &recipient, &block, &Expected::new(kind, with_hd))
                        .unwrap();
                assert_eq!(opened.key, key);
                assert_eq!(opened.hd, hd);
                assert_eq!(*opened.extra, extra);
            }
        }
    }
}
