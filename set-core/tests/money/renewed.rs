//! A gateway or merchant renews its certificates while payments are under way.

use set_core::asn1::Date;
use set_core::exchange::CapRevOrCred;
use set_core::gateway::CapTokens;
use set_core::merchant::authorize;
use set_core::msg::error::ErrorCode;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::cap::CapCode;
use set_core::party::{Identity, Trust};
use set_core::pkcs7::SerialNumber;
use set_core::x509::SetName;
use set_core::x509::build::{EntityKey, Profile, issue};
use set_core::x509::ext::Tunneling;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{DAY, brand_name, contents, hierarchy, merchant_data, taken_back};
use set_testkit::street::{Server as _, Street};
use set_testkit::{Deterministic, keys};

use super::{first, shipment};

/// A street whose gateway has certificates that hold for 20 days, and whose signature key may
/// be used for 10.
fn street() -> Street {
    let mut street = Street::new();
    renew(&mut street, 0, 20);
    street.acquirer.gateway.former.clear();
    let original = &hierarchy().gateway_encryption.certificate;
    let merchant = &mut street.shop.merchant;
    let before = std::mem::take(&mut merchant.trust);
    merchant.trust = Trust::new(before.roots.clone());
    for certificate in before
        .certificates()
        .iter()
        .filter(|held| *held != original)
    {
        merchant.trust.hold(certificate.clone());
    }
    let context = street.shop.tools.context();
    for crl in before.crls() {
        merchant.trust.hold_crl(&context, crl.clone());
    }
    if let Some(bci) = before.bci() {
        merchant.trust.hold_bci(&context, bci.clone());
    }
    tell_merchant(&mut street);
    street
}

/// The gateway gets certificates number `number`, which hold for so many days from noon; those
/// that it had are former ones.
fn renew(street: &mut Street, number: u32, days: u64) {
    let until = noon().plus(days * DAY);
    let serial = 900 + 2 * number;
    let gateway = &mut street.acquirer.gateway;
    let signature = identity(
        serial,
        until,
        Profile::GatewaySignature {
            set_extensions: None,
        },
    );
    let encryption = identity(
        serial + 1,
        until,
        Profile::GatewayEncryption {
            card_cert_required: true,
            tunneling: None::<Tunneling>,
            set_extensions: None,
        },
    );
    for renewed in [&signature, &encryption] {
        gateway.trust.hold(renewed.certificate.clone());
    }
    let old = [
        std::mem::replace(&mut gateway.signature, signature),
        std::mem::replace(&mut gateway.encryption, encryption),
    ];
    gateway.former.extend(old);
}

/// The merchant learns of the gateway's new certificate otherwise than by the next response.
fn tell_merchant(street: &mut Street) {
    let certificate = street.acquirer.gateway.encryption.certificate.clone();
    street.shop.merchant.trust.hold(certificate);
}

/// A gateway's key with a certificate; the signature key may be used for half the time.
fn identity(serial: u32, until: Date, profile: Profile) -> Identity {
    let all = hierarchy();
    let key = keys::rsa_1024(usize::try_from(serial - 880).unwrap()).unwrap();
    let name = gateway_name();
    let signs = matches!(profile, Profile::GatewaySignature { .. });
    let mut wanted = contents(serial, name, &key, profile).unwrap();
    wanted.not_after = until;
    wanted.private_key_not_after = signs.then(|| noon().plus((until.unix() - noon().unix()) / 2));
    let ca = &all.pca.cert_signing;
    let provider = Deterministic::seeded(u64::from(serial));
    Identity {
        certificate: issue(&wanted, &ca.certificate, &ca.key, &provider).unwrap(),
        key,
        chain: vec![ca.certificate.clone(), all.brand_ca.certificate.clone()],
    }
}

fn gateway_name() -> SetName {
    let name = brand_name(Some("Merchant Bank")).unwrap();
    name.with_common_name("gateway-1").unwrap()
}

/// The gateway's CA takes the certificates with these numbers back.
fn revoke(street: &mut Street, serials: &[u32]) {
    let serials = serials
        .iter()
        .map(|serial| SerialNumber::new(&serial.to_be_bytes()).unwrap())
        .collect();
    let (crl, bci) = taken_back(&hierarchy().pca, serials).unwrap();
    let acquirer = &mut street.acquirer;
    let context = acquirer.tools.context();
    acquirer.gateway.trust.hold_crl(&context, crl);
    acquirer.gateway.trust.hold_bci(&context, bci);
}

fn code(street: &mut Street, wish: authorize::Wish) -> AuthCode {
    street.authorize(wish).auth_code
}

#[test]
fn a_cap_token_of_before_the_renewal_captures_and_gives_back() {
    let mut street = street();
    let sale = street.authorized();
    renew(&mut street, 1, 365);
    let (sale, code) = street.capture(sale, 12_950);
    assert_eq!(code, CapCode::Success);
    let (sale, code) = street.correct(CapRevOrCred::Cred, sale.clone(), first(&sale));
    assert_eq!(
        (code.to_string().as_str(), sale.credited()),
        ("success", 12_950)
    );
}

#[test]
fn an_auth_token_of_before_the_renewal_serves_for_the_next_shipment() {
    let mut street = street();
    street.placed();
    assert_eq!(code(&mut street, shipment(1_000)), AuthCode::Approved);
    renew(&mut street, 1, 365);
    assert_eq!(code(&mut street, shipment(1_000)), AuthCode::Approved);
    // The second token is made with the new keys.
    street.acquirer.gateway.former.clear();
    assert_eq!(code(&mut street, shipment(1_000)), AuthCode::Approved);
}

#[test]
fn a_token_outlives_the_usage_period_of_the_key_that_signed_it() {
    let mut street = street();
    street.placed();
    let sale = street.authorize(shipment(1_000)).sale;
    street.clock.advance(15 * DAY);
    renew(&mut street, 1, 365);
    let (_, code) = street.capture(sale, 1_000);
    assert_eq!(code, CapCode::Success);
    assert_eq!(self::code(&mut street, shipment(1_000)), AuthCode::Approved);
}

#[test]
fn a_token_that_a_former_key_signed_after_its_usage_period_is_refused() {
    let mut street = street();
    let sale = street.authorized();
    renew(&mut street, 1, 365);
    street.clock.advance(15 * DAY);
    // As if the authorization was of today, and whoever stole the former key had signed.
    street.acquirer.books.authorizations[0].date = street.clock.now();
    let (_, code) = street.capture(sale, 1_000);
    assert_eq!(code, CapCode::InvalidCapToken);
}

#[test]
fn a_token_does_not_outlive_the_certificate_that_it_was_made_under() {
    let mut street = street();
    let sale = street.authorized();
    renew(&mut street, 1, 365);
    tell_merchant(&mut street);
    street.clock.advance(21 * DAY);
    let (_, code) = street.capture(sale, 12_950);
    assert_eq!(code, CapCode::InvalidCapToken);
}

#[test]
fn an_auth_token_does_not_outlive_the_certificate_that_it_was_made_under() {
    let mut street = street();
    street.placed();
    street.authorize(shipment(1_000));
    renew(&mut street, 1, 365);
    tell_merchant(&mut street);
    street.clock.advance(21 * DAY);
    let sale = street.shop.sale(1);
    let (_, request) = street.shop.auth_req(sale, shipment(1_000));
    let refused = street.acquirer.answer(&request).unwrap_err();
    assert_eq!(refused.error.code(), ErrorCode::ExpiredCertificate);
}

#[test]
fn a_token_is_worth_nothing_once_the_certificate_that_it_was_made_under_is_revoked() {
    for serial in [900, 901] {
        let mut street = street();
        let sale = street.authorized();
        renew(&mut street, 1, 365);
        revoke(&mut street, &[serial]);
        tell_merchant(&mut street);
        let (_, code) = street.capture(sale, 12_950);
        assert_eq!(code, CapCode::InvalidCapToken, "{serial}");
    }
}

#[test]
fn what_the_gateway_kept_for_itself_outlives_its_certificates() {
    let mut street = street();
    street.acquirer.gateway.cap_tokens = CapTokens::None;
    let sale = street.authorized();
    renew(&mut street, 1, 365);
    tell_merchant(&mut street);
    street.clock.advance(21 * DAY);
    let (_, code) = street.capture(sale, 12_950);
    assert_eq!(code, CapCode::Success);
}

#[test]
fn a_request_for_the_former_certificate_is_opened_until_that_expires() {
    let mut street = street();
    street.placed();
    let sale = street.shop.sale(1);
    let (_, request) = street.shop.auth_req(sale, shipment(1_000));
    renew(&mut street, 1, 365);
    assert!(street.acquirer.restarted().answer(&request).is_ok());
    street.acquirer.tools.policy.freshness_seconds = 30 * DAY;
    street.clock.advance(21 * DAY);
    let refused = street.acquirer.answer(&request).unwrap_err();
    assert_eq!(refused.error.code(), ErrorCode::ExpiredCertificate);
}

#[test]
fn an_answer_for_the_merchants_former_certificate_is_opened() {
    let mut street = Street::new();
    street.placed();
    let sale = street.shop.sale(1);
    let (sale, request) = street.shop.auth_req(sale, shipment(1_000));
    let answer = street.acquirer.answer(&request).unwrap();
    let all = hierarchy();
    let key = keys::rsa_1024(7).unwrap();
    let profile = Profile::Merchant {
        key: EntityKey::Encryption,
        data: merchant_data().unwrap(),
    };
    let name = brand_name(Some("Merchant Bank")).unwrap();
    let name = name.with_common_name("Corner Books").unwrap();
    let wanted = contents(950, name, &key, profile).unwrap();
    let ca = &all.mca.cert_signing;
    let provider = Deterministic::seeded(950);
    let merchant = &mut street.shop.merchant;
    let renewed = Identity {
        certificate: issue(&wanted, &ca.certificate, &ca.key, &provider).unwrap(),
        key,
        chain: merchant.encryption.chain.clone(),
    };
    let old = std::mem::replace(&mut merchant.encryption, renewed);
    let context = street.shop.tools.context();
    assert!(
        authorize::handle(&context, &mut merchant.clone(), sale.clone(), &answer).is_err(),
        "the key is gone"
    );
    merchant.former.push(old);
    let answer = authorize::handle(&context, merchant, sale, &answer).unwrap();
    assert_eq!(answer.auth_code, AuthCode::Approved);
}
