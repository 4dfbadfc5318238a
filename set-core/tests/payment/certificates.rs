//! Gateway certificates, fetched before they are needed.

use set_core::error::Error;
use set_core::exchange::receive;
use set_core::gateway::p_cert::p_cert;
use set_core::merchant::p_cert;
use set_core::msg::ids::{Bin, BrandId};
use set_core::msg::message::Message;
use set_core::msg::payment::p_cert::{BrandAndBin, PCertCode};
use set_core::party::{Purpose, Trust};
use set_core::path::TrustStore;
use set_testkit::hierarchy::{BRAND, hierarchy};

use crate::rig::Rig;

fn wanted(brand: &str, bin: Option<&str>) -> BrandAndBin {
    BrandAndBin {
        brand_id: BrandId::new(brand).unwrap(),
        bin: bin.map(|bin| Bin::new(bin).unwrap()),
    }
}

/// A merchant that holds its own chain and nothing of the gateway.
fn newcomer(rig: &mut Rig) {
    let brand = hierarchy();
    let mut trust = Trust::new(TrustStore::new(vec![brand.root.certificate.clone()]));
    for identity in [&rig.merchant.signature, &rig.merchant.encryption] {
        trust.hold(identity.certificate.clone());
        for above in &identity.chain {
            trust.hold(above.clone());
        }
    }
    rig.merchant.trust = trust;
}

fn ask(rig: Rig, wanted: Vec<BrandAndBin>) -> (Rig, Result<Vec<PCertCode>, Error>) {
    let Rig {
        world,
        card,
        wallet,
        mut merchant,
        gateway,
        batches,
    } = rig;
    let context = world.context();
    let (asking, octets) =
        p_cert::p_cert(&context, std::slice::from_ref(&merchant), wanted).unwrap();
    let request = receive(&context, &octets, |_| true).unwrap();
    let Message::PCertReq(body) = request.message else {
        panic!("{}", request.message.name());
    };
    let mut gateways = vec![gateway];
    let (octets, asker) = p_cert(&context, &mut gateways, &request.header, &body).unwrap();
    assert_eq!(asker.certificate(), &merchant.signature.certificate);
    let codes = asking
        .handle(&context, std::slice::from_mut(&mut merchant), &octets)
        .map(|items| items.into_iter().map(|(_, code)| code).collect());
    let rig = Rig {
        gateway: gateways.pop().unwrap(),
        world,
        card,
        wallet,
        merchant,
        batches,
    };
    (rig, codes)
}

#[test]
fn a_newcomer_can_pay_through_a_gateway_whose_certificates_it_fetched() {
    let mut rig = Rig::new();
    newcomer(&mut rig);
    assert!(rig.merchant.gateway(&rig.world.context(), None).is_err());
    let (mut rig, codes) = ask(rig, vec![wanted(BRAND, None)]);
    assert_eq!(codes.unwrap(), [PCertCode::Success]);
    let held = rig.merchant.gateway(&rig.world.context(), None).unwrap();
    assert_eq!(held.purpose(), Purpose::GatewayEncryption);
    rig.authorized();
}

#[test]
fn every_brand_and_bin_asked_for_has_its_own_code() {
    let mut rig = Rig::new();
    rig.gateway.bins = vec![Bin::new("411111").unwrap()];
    let (_, codes) = ask(
        rig,
        vec![
            wanted(BRAND, Some("411111")),
            wanted("orchard:Gold", None),
            wanted(BRAND, Some("422222")),
            wanted("Meadow", None),
        ],
    );
    assert_eq!(
        codes.unwrap(),
        [
            PCertCode::Success,
            PCertCode::Success,
            PCertCode::UnknownBin,
            PCertCode::BrandNotSupported
        ]
    );
}
