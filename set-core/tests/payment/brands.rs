//! Several brands, BINs, acquirers and gateways, and which of them is asked.

use set_core::asn1::SeqOf;
use set_core::ca::hierarchy::{
    BrandHierarchy, BrandPlan, CaPlan, EndEntityCaPlan, Hierarchy, Plan,
};
use set_core::error::Error;
use set_core::exchange::{Context, receive};
use set_core::gateway::{CapTokens, Gateway, p_cert as answer};
use set_core::merchant::{GatewayFor, Merchant, p_cert};
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{Bin, BrandId};
use set_core::msg::message::Message;
use set_core::msg::payment::p_cert::{BrandAndBin, PCertCode, PCertResTbs};
use set_core::party::{Identity, Trust};
use set_core::registration::EndEntity;
use set_core::x509::SetName;
use set_core::x509::build::{EntityKey, Profile, issue};
use set_core::x509::ext::{MerchantData, SetQualifier};
use set_testkit::clock::noon;
use set_testkit::hierarchy::{DAY, contents, merchant_data};
use set_testkit::{Deterministic, keys, resign};

use crate::rig::{Rig, approved};

/// A merchant with two brands, and the gateways of both.
struct Mall {
    rig: Rig,
    merchants: Vec<Merchant>,
    gateways: Vec<Gateway>,
}

const BRANDS: [&str; 2] = ["Orchard", "Meadow"];

impl Mall {
    fn new() -> Self {
        let rig = Rig::new();
        let context = rig.world.context();
        let hierarchy = Hierarchy::make(&context, &plan()).unwrap();
        let root = &hierarchy.root.certificate;
        let numbered = |number: usize| 16 + 4 * number;
        let mut merchants = Vec::new();
        let mut gateways = Vec::new();
        for (number, brand) in hierarchy.brands.iter().enumerate() {
            let trust = brand.trust(&context, root);
            let key = numbered(number);
            let profile = |key| Profile::Merchant {
                key,
                data: merchant_data().unwrap(),
            };
            let signature = certified(brand, key, profile(EntityKey::Signature));
            let encryption = certified(brand, key + 1, profile(EntityKey::Encryption));
            merchants.push(Merchant {
                trust: holding(trust.clone(), [&signature, &encryption]),
                signature,
                encryption,
                former: Vec::new(),
                gateways: Vec::new(),
            });
            let signature = Profile::GatewaySignature {
                set_extensions: None,
            };
            let signature = certified(brand, key + 2, signature);
            let encryption = certified(brand, key + 3, gateway_encryption());
            gateways.push(Gateway {
                trust: holding(trust, [&signature, &encryption]),
                signature,
                encryption,
                former: Vec::new(),
                bins: Vec::new(),
                acquirer: merchant_data().unwrap().mer_acquirer_bin,
                captures: true,
                cap_tokens: CapTokens::WithAccount,
            });
        }
        Self {
            rig,
            merchants,
            gateways,
        }
    }

    /// PCertReq and PCertRes, which `alter` may alter under the gateway's key.
    fn ask(
        &mut self,
        wanted: Vec<BrandAndBin>,
        alter: impl FnOnce(&mut PCertResTbs),
    ) -> Result<Vec<PCertCode>, Error> {
        let context = self.rig.world.context();
        let (asking, octets) = p_cert::p_cert(&context, &self.merchants, wanted).unwrap();
        let octets = answered(&context, &mut self.gateways, &octets)?;
        let octets = resigned(&context, &self.gateways[0], &octets, alter);
        let codes = asking.handle(&context, &mut self.merchants, &octets)?;
        Ok(codes.into_iter().map(|(_, code)| code).collect())
    }
}

fn answered(
    context: &Context<'_>,
    gateways: &mut [Gateway],
    octets: &[u8],
) -> Result<Vec<u8>, Error> {
    let request = receive(context, octets, |_| true).unwrap();
    let Message::PCertReq(message) = request.message else {
        panic!("{}", request.message.name());
    };
    answer::p_cert(context, gateways, &request.header, &message).map(|(octets, _)| octets)
}

/// The same PCertRes with other content, signed by the gateway.
fn resigned(
    context: &Context<'_>,
    gateway: &Gateway,
    octets: &[u8],
    alter: impl FnOnce(&mut PCertResTbs),
) -> Vec<u8> {
    resign::message(octets, |wrapper| {
        let Message::PCertRes(signed) = &mut wrapper.message else {
            panic!("no PCertRes");
        };
        resign::signed(context.crypto, &gateway.signature, signed, alter);
    })
}

fn plan() -> Plan {
    let ca = |label: String, unit: Option<&str>| CaPlan {
        label,
        country: "US".to_owned(),
        unit: unit.map(str::to_owned),
        common_name: None,
        separate_crl_key: false,
        policy: None,
    };
    let brands = BRANDS.map(|brand| BrandPlan {
        ca: ca(brand.to_lowercase(), None),
        brand_id: BrandId::new(brand).unwrap(),
        geopolitical: Vec::new(),
        end_entity_cas: vec![EndEntityCaPlan {
            ca: ca(format!("{}ca", brand.to_lowercase()), Some("CA")),
            certifies: vec![
                EndEntity::Cardholder,
                EndEntity::Merchant,
                EndEntity::Gateway,
            ],
        }],
    });
    Plan {
        brands: brands.to_vec(),
        ..Plan::simple(
            BrandId::new("none").unwrap(),
            "US",
            None,
            SetQualifier::default(),
        )
    }
}

fn gateway_encryption() -> Profile {
    Profile::GatewayEncryption {
        card_cert_required: true,
        tunneling: None,
        set_extensions: None,
    }
}

/// The kept key `number`, certified by the brand's CA.
fn certified(brand: &BrandHierarchy, number: usize, profile: Profile) -> Identity {
    let ca = brand.ca_for(EndEntity::Merchant).unwrap();
    let key = keys::rsa_1024(number).unwrap();
    let name = match profile {
        Profile::Merchant { .. } => "Corner Books",
        _ => "gateway-1",
    };
    let subject = SetName::new("US", brand.brand_id.as_str())
        .and_then(|subject| subject.with_unit("Merchant Bank"))
        .and_then(|subject| subject.with_common_name(name))
        .unwrap();
    let serial = 5_000 + u32::try_from(number).unwrap();
    let contents = contents(serial, subject, &key, profile).unwrap();
    let issuer = &ca.certificate_signing;
    let crypto = Deterministic::seeded(7);
    Identity {
        certificate: issue(&contents, &issuer.certificate, &issuer.key, &crypto).unwrap(),
        key,
        chain: vec![issuer.certificate.clone()],
    }
}

fn holding(mut trust: Trust, identities: [&Identity; 2]) -> Trust {
    for identity in identities {
        trust.hold(identity.certificate.clone());
    }
    trust
}

fn wanted(brand: &str, bin: Option<&str>) -> BrandAndBin {
    BrandAndBin {
        brand_id: BrandId::new(brand).unwrap(),
        bin: bin.map(|bin| Bin::new(bin).unwrap()),
    }
}

fn bin(digits: &str) -> Bin {
    Bin::new(digits).unwrap()
}

#[test]
fn one_request_brings_the_certificates_of_every_brand_and_each_is_held_by_its_own() {
    let mut mall = Mall::new();
    let both = BRANDS.map(|brand| wanted(brand, None)).to_vec();
    let codes = mall.ask(both, |_| {}).unwrap();
    assert_eq!(codes, [PCertCode::Success; 2]);
    let context = mall.rig.world.context();
    for (merchant, gateway) in mall.merchants.iter().zip(&mall.gateways) {
        let held = merchant.gateway(&context, None).unwrap();
        assert_eq!(held.certificate(), &gateway.encryption.certificate);
    }
    let meadow = Merchant::of_brand(&mall.merchants, &BrandId::new("meadow:Gold").unwrap());
    let subject = &meadow.unwrap().signature.certificate;
    assert_eq!(subject, &mall.merchants[1].signature.certificate);
    assert!(Merchant::of_brand(&mall.merchants, &BrandId::new("Brook").unwrap()).is_none());
}

#[test]
fn a_certificate_of_another_brand_than_asked_for_is_dropped_and_nothing_remembered() {
    let mut mall = Mall::new();
    let theirs = mall.gateways[0].trust.certificates().to_vec();
    for certificate in theirs {
        mall.merchants[1].trust.hold(certificate);
    }
    let both = BRANDS.map(|brand| wanted(brand, None)).to_vec();
    let outcome = mall.ask(both, |tbs| {
        let items = tbs.p_cert_res_item_seq.to_vec();
        tbs.p_cert_res_item_seq = SeqOf::new(vec![items[0].clone(), items[0].clone()]).unwrap();
    });
    // Its chain is believed by lists of its own brand only.
    assert_eq!(outcome.unwrap_err().code(), ErrorCode::InvalidCertificate);
    assert!(
        mall.merchants
            .iter()
            .all(|merchant| merchant.gateways.is_empty())
    );
}

#[test]
fn a_success_without_its_thumbprint_and_a_missing_item_are_dropped() {
    let mut mall = Mall::new();
    let one = || vec![wanted("Orchard", None)];
    let outcome = mall.ask(one(), |tbs| {
        let mut items = tbs.p_cert_res_item_seq.to_vec();
        items[0].cert_thumb = None;
        tbs.p_cert_res_item_seq = SeqOf::new(items).unwrap();
    });
    assert_eq!(outcome.unwrap_err().code(), ErrorCode::MissingCertificate);
    let outcome = mall.ask(one(), |tbs| {
        let items = tbs.p_cert_res_item_seq.to_vec();
        tbs.p_cert_res_item_seq = SeqOf::new([&items[..], &items[..]].concat()).unwrap();
    });
    assert_eq!(outcome.unwrap_err().code(), ErrorCode::UnspecifiedFailure);
}

#[test]
fn a_gateway_whose_certificate_is_not_good_says_so_without_a_reason() {
    let mut mall = Mall::new();
    // Of the second brand only: the first signs. A certificate for signatures is none for this.
    mall.gateways[1].encryption = mall.gateways[1].signature.clone();
    let both = BRANDS.map(|brand| wanted(brand, None)).to_vec();
    let codes = mall.ask(both, |_| {}).unwrap();
    assert_eq!(codes, [PCertCode::Success, PCertCode::UnspecifiedFailure]);
}

#[test]
fn cards_are_sent_to_the_gateway_that_takes_their_bin() {
    let mut rig = Rig::new();
    // A second gateway of the brand, for other cards.
    let mut other = rig.gateway.clone();
    other.encryption = another_gateway(&rig, 28);
    other.trust.hold(other.encryption.certificate.clone());
    other.bins = vec![bin("500000")];
    rig.gateway.bins = vec![bin("411111")];
    let context = rig.world.context();
    let asked = ["411111", "500000", "600000"].map(|digits| wanted("Orchard", Some(digits)));
    let merchants = std::slice::from_mut(&mut rig.merchant);
    let (asking, octets) = p_cert::p_cert(&context, merchants, asked.to_vec()).unwrap();
    let mut gateways = [rig.gateway.clone(), other.clone()];
    let octets = answered(&context, &mut gateways, &octets).unwrap();
    let codes = asking.handle(&context, merchants, &octets).unwrap();
    let codes: Vec<PCertCode> = codes.into_iter().map(|(_, code)| code).collect();
    let expected = [
        PCertCode::Success,
        PCertCode::Success,
        PCertCode::UnknownBin,
    ];
    assert_eq!(codes, expected);

    let merchant = &rig.merchant;
    let chosen = |digits: &str| merchant.gateway(&context, Some(&bin(digits)));
    let mine = &rig.gateway.encryption.certificate;
    assert_eq!(chosen("411111").unwrap().certificate(), mine);
    let theirs = &other.encryption.certificate;
    assert_eq!(chosen("500000").unwrap().certificate(), theirs);
    let refused = chosen("600000").unwrap_err();
    assert!(refused.to_string().contains("no gateway"), "{refused}");

    // Nothing was said of all the brand's cards: what is held serves.
    assert!(chosen("700000").is_ok());
    rig.authorized();
}

/// Another gateway's encryption key.
fn another_gateway(rig: &Rig, number: usize) -> Identity {
    let all = set_testkit::hierarchy::hierarchy();
    let key = keys::rsa_1024(number).unwrap();
    let subject = set_testkit::hierarchy::brand_name(Some("Second Bank"))
        .and_then(|subject| subject.with_common_name("gateway-2"))
        .unwrap();
    let ca = &all.pca.cert_signing;
    let contents = contents(8_800, subject, &key, gateway_encryption()).unwrap();
    let crypto = rig.world.context().crypto;
    Identity {
        certificate: issue(&contents, &ca.certificate, &ca.key, crypto).unwrap(),
        key,
        chain: rig.gateway.encryption.chain.clone(),
    }
}

#[test]
fn a_gateway_that_was_renewed_goes_on_under_its_newest_certificate() {
    let mut rig = Rig::new();
    let context = rig.world.context();
    let old = rig.gateway.encryption.certificate.clone();
    rig.merchant.gateways = vec![GatewayFor {
        bin: None,
        cert_thumb: Some(old.thumb(context.crypto).unwrap()),
    }];
    let all = set_testkit::hierarchy::hierarchy();
    let subject = old.subject_name().unwrap();
    let key = keys::rsa_1024(29).unwrap();
    let mut wanted = contents(8_801, subject, &key, gateway_encryption()).unwrap();
    wanted.not_after = noon().plus(500 * DAY);
    let ca = &all.pca.cert_signing;
    let renewed = issue(&wanted, &ca.certificate, &ca.key, context.crypto);
    // One of another name that holds for longer is not taken for it.
    let other = another_gateway(&rig, 28).certificate;
    rig.merchant.trust.hold(other);
    let renewed = renewed.unwrap();
    rig.merchant.trust.hold(renewed.clone());
    let chosen = rig.merchant.gateway(&context, None).unwrap();
    assert_eq!(chosen.certificate(), &renewed);
}

#[test]
fn a_merchant_of_another_acquirer_is_not_served() {
    let mut rig = Rig::new();
    rig.gateway.acquirer = bin("455555");
    rig.authorized();
    rig.gateway.acquirer = bin("466666");
    let ordered = rig.order();
    let (_, octets) = rig.authorizing(ordered, 12_950);
    let refused = rig.gateway_answers(&octets, &[], approved(12_950));
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::UnspecifiedFailure);
    assert!(refused.to_string().contains("acquirer"), "{refused}");

    let context = rig.world.context();
    let merchants = std::slice::from_ref(&rig.merchant);
    let asked = vec![wanted("Orchard", None)];
    let (_, octets) = p_cert::p_cert(&context, merchants, asked).unwrap();
    let mut gateways = [rig.gateway.clone()];
    let refused = answered(&context, &mut gateways, &octets).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::UnspecifiedFailure);
}

#[test]
fn of_two_acquirers_gateways_the_merchants_own_answers() {
    let mut rig = Rig::new();
    rig.gateway.acquirer = bin("466666");
    let mut own = rig.gateway.clone();
    own.encryption = another_gateway(&rig, 28);
    own.trust.hold(own.encryption.certificate.clone());
    own.acquirer = bin("455555");
    let context = rig.world.context();
    let merchants = std::slice::from_mut(&mut rig.merchant);
    let asked = vec![wanted("Orchard", None)];
    let (asking, octets) = p_cert::p_cert(&context, merchants, asked).unwrap();
    let mut gateways = [rig.gateway.clone(), own.clone()];
    let octets = answered(&context, &mut gateways, &octets).unwrap();
    asking.handle(&context, merchants, &octets).unwrap();
    let chosen = rig.merchant.gateway(&context, None).unwrap();
    assert_eq!(chosen.certificate(), &own.encryption.certificate);
    let data: MerchantData = merchant_data().unwrap();
    assert_eq!(data.mer_acquirer_bin, bin("455555"));
}

#[test]
fn many_items_about_one_gateway_cost_no_more_than_one() {
    let rig = Rig::new();
    let merchants = std::slice::from_ref(&rig.merchant);
    let cost = |items: u32| {
        let asked = (0..items)
            .map(|number| wanted("Orchard", Some(&format!("{:06}", 400_000 + number))))
            .collect();
        let provider = Deterministic::seeded(80);
        let context = Context {
            crypto: &provider,
            ..rig.world.context()
        };
        let (_, octets) = p_cert::p_cert(&context, merchants, asked).unwrap();
        let before = provider.public_operations();
        let mut gateways = [rig.gateway.clone()];
        answered(&context, &mut gateways, &octets).unwrap();
        provider.public_operations() - before
    };
    assert_eq!(cost(1), cost(256));
}

#[test]
fn a_merchant_is_told_what_the_gateway_of_its_own_brand_finds() {
    let mut mall = Mall::new();
    // The gateway of the other brand holds no lists by which it could believe the merchant.
    mall.gateways[1].acquirer = bin("466666");
    let context = mall.rig.world.context();
    let asked = vec![wanted("Meadow", None)];
    let (_, octets) = p_cert::p_cert(&context, &mall.merchants[1..], asked).unwrap();
    for order in [[0, 1], [1, 0]] {
        let mut gateways = order.map(|number: usize| mall.gateways[number].clone());
        let refused = answered(&context, &mut gateways, &octets).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::UnspecifiedFailure);
        assert!(refused.to_string().contains("acquirer"), "{refused}");
    }
}
