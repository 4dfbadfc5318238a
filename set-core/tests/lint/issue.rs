//! Nothing is signed with the real key before its draft has passed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use set_core::crypto::{
    CryptoError, CryptoProvider, PrivateKey, PrivateKeyOps, PublicKey, SHA1_LEN,
};
use set_core::x509::build::{CertificateContents, EntityKey, Profile};
use set_core::x509::lint::{self, DraftKey};
use set_core::x509::{Certificate, SetName, X509Error};
use set_testkit::Deterministic;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{brand_name, contents, hierarchy, merchant_data};
use set_testkit::keys;
use zeroize::Zeroizing;

use super::DAY;

/// The contents of a good merchant certificate, and a key of nobody's for drafts.
fn merchant(alter: impl FnOnce(&mut CertificateContents)) -> Result<Certificate, X509Error> {
    let all = hierarchy();
    let issuer = &all.mca.cert_signing;
    let key = keys::rsa_1024(30).unwrap();
    let shop = brand_name(Some("Merchant Bank")).unwrap();
    let shop = shop.with_common_name("Corner Books").unwrap();
    let profile = Profile::Merchant {
        key: EntityKey::Signature,
        data: merchant_data().unwrap(),
    };
    let mut contents = contents(900, shop, &key, profile).unwrap();
    alter(&mut contents);
    let signatures = Arc::new(AtomicUsize::new(0));
    let real_key = PrivateKey::new(Counted {
        key: issuer.key.clone(),
        signatures: Arc::clone(&signatures),
    });
    let draft_key: DraftKey = keys::rsa_1024(31).unwrap().into();
    let provider = Deterministic::seeded(0);
    let issued = lint::issue(
        &contents,
        &issuer.certificate,
        &real_key,
        &draft_key,
        &provider,
    );
    let signed = signatures.load(Ordering::SeqCst);
    assert_eq!(signed, usize::from(issued.is_ok()));
    issued
}

/// A key that counts what it signs.
#[derive(Debug)]
struct Counted {
    key: PrivateKey,
    signatures: Arc<AtomicUsize>,
}

impl PrivateKeyOps for Counted {
    fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    fn sign_sha1(
        &self,
        provider: &dyn CryptoProvider,
        digest: &[u8; SHA1_LEN],
    ) -> Result<Vec<u8>, CryptoError> {
        self.signatures.fetch_add(1, Ordering::SeqCst);
        self.key.sign_sha1(provider, digest)
    }

    fn decrypt_raw(
        &self,
        provider: &dyn CryptoProvider,
        block: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.key.decrypt_raw(provider, block)
    }

    fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        None
    }
}

type Spoil = fn(&mut CertificateContents);

#[test]
fn only_what_passes_is_signed_with_the_real_key() {
    assert!(merchant(|_| {}).is_ok());
    let cases: [(&str, Spoil); 3] = [
        ("validity-nesting", |contents| {
            contents.not_after = noon().plus(400 * DAY);
        }),
        ("brand", |contents| {
            let name = SetName::new("US", "Cherry").unwrap();
            let name = name.with_unit("Bank").unwrap();
            contents.subject = name.with_common_name("Corner Books").unwrap();
        }),
        ("certificate-type", |contents| {
            contents.profile = Profile::GatewaySignature {
                set_extensions: None,
            };
        }),
    ];
    for (rule, alter) in cases {
        let Err(X509Error::Refused(refused)) = merchant(alter) else {
            panic!("{rule} was not refused");
        };
        assert!(
            refused.0.iter().any(|finding| finding.rule == rule),
            "{refused}"
        );
    }
}
