//! Parties beside those of the test hierarchy, honest and not, with good certificates.
#![expect(clippy::expect_used, reason = "a test kit may stop the test")]

use set_core::cardholder::purchase::Card;
use set_core::msg::ids::MerchantId;
use set_core::party::Identity;
use set_core::secret::{CardExpiry, CardSecret, Pan, PanSecret};
use set_core::x509::build::{EntityKey, Profile, issue};
use set_core::x509::ext::MerchantData;
use set_core::x509::name::unique_cardholder_id;

use crate::hierarchy::{LeafCa, brand_name, contents, hierarchy, merchant_data};
use crate::{Deterministic, keys};

/// The merchant that the adversary is.
pub const ROGUE_MERCHANT: &str = "MER-6666";

/// Certifies the kept key `number`; those from the 20th on nobody else has.
///
/// # Panics
///
/// When there is no such key, or the certificate cannot be made.
#[must_use]
pub fn certify(
    number: usize,
    ca: &LeafCa,
    subject: set_core::x509::SetName,
    profile: Profile,
) -> Identity {
    let key = keys::rsa_1024(number).expect("it is good");
    let serial = 6_000 + u32::try_from(number).expect("it is good");
    let wanted = contents(serial, subject, &key, profile).expect("it is good");
    let issuer = &ca.cert_signing;
    let provider = Deterministic::seeded(u64::from(serial));
    Identity {
        certificate: issue(&wanted, &issuer.certificate, &issuer.key, &provider)
            .expect("it is good"),
        key,
        chain: vec![
            issuer.certificate.clone(),
            hierarchy().brand_ca.certificate.clone(),
        ],
    }
}

/// A cardholder of another account.
///
/// # Panics
///
/// When `pan` is no account number, or there is no such key.
#[must_use]
pub fn card(number: usize, pan: &str) -> Card {
    let pan = Pan::new(pan).expect("it is good");
    let card_expiry = CardExpiry::new("199912").expect("it is good");
    let half = CardSecret::from_octets([u8::try_from(number).expect("it is good"); 20]);
    let pan_secret = PanSecret::combine(&half, &[0x5c; 20]);
    let provider = Deterministic::seeded(1);
    let id = unique_cardholder_id(&pan, &card_expiry, &pan_secret, &provider).expect("it is good");
    let subject = brand_name(Some("First Bank")).expect("it is good");
    let subject = subject.with_common_name(id).expect("it is good");
    Card {
        identity: certify(number, &hierarchy().cca, subject, Profile::Cardholder),
        pan,
        card_expiry,
        pan_secret,
    }
}

/// The signature and encryption identity of a dishonest merchant.
///
/// # Panics
///
/// Never: the keys are kept.
#[must_use]
pub fn merchant() -> [Identity; 2] {
    let subject = brand_name(Some("Merchant Bank")).expect("it is good");
    let subject = subject
        .with_common_name("Crooked Books")
        .expect("it is good");
    let data = MerchantData {
        mer_id: MerchantId::new(ROGUE_MERCHANT).expect("it is good"),
        ..merchant_data().expect("it is good")
    };
    [(24, EntityKey::Signature), (25, EntityKey::Encryption)].map(|(number, key)| {
        let data = data.clone();
        let profile = Profile::Merchant { key, data };
        certify(number, &hierarchy().mca, subject.clone(), profile)
    })
}

/// The signature and encryption identity of a dishonest gateway.
///
/// # Panics
///
/// Never: the keys are kept.
#[must_use]
pub fn gateway(card_cert_required: bool) -> [Identity; 2] {
    let subject = brand_name(Some("Shady Bank")).expect("it is good");
    let subject = subject.with_common_name("gateway-6").expect("it is good");
    let signature = Profile::GatewaySignature {
        set_extensions: None,
    };
    let encryption = Profile::GatewayEncryption {
        card_cert_required,
        tunneling: None,
        set_extensions: None,
    };
    [(26, signature), (27, encryption)]
        .map(|(number, profile)| certify(number, &hierarchy().pca, subject.clone(), profile))
}
