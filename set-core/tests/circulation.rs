//! Lists of CAs, and how they go from CA to CA.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::sync::Arc;

use set_core::asn1;
use set_core::ca::circulation::{Circulated, distribution, notification};
use set_core::ca::lists::{names_all, next_bci, next_crl};
use set_core::error::{Error, PeerFault};
use set_core::msg::error::ErrorCode;
use set_core::party::{Identity, Trust};
use set_core::path::TrustStore;
use set_core::pkcs7::signed::EncryptedDigest;
use set_core::pkcs7::{SerialNumber, SignedData};
use set_core::x509::crl::{CrlReason, Revoked};
use set_core::x509::{Brand, Crl};
use set_testkit::clock::{Clock, noon};
use set_testkit::hierarchy::{Issued, hierarchy};
use set_testkit::street::Tools;

const DAY: u64 = 86_400;

fn tools() -> Tools {
    Tools::new(7, Arc::new(Clock::at(noon())))
}

/// A CA that believes the root and holds the certificates and lists of the brand.
fn ca_trust(tools: &Tools) -> Trust {
    let all = hierarchy();
    let mut trust = Trust::new(TrustStore::new(vec![all.root.certificate.clone()]));
    for certificate in all.certificates() {
        trust.hold(certificate);
    }
    for crl in &all.crls {
        trust.hold_crl(&tools.context(), crl.clone());
    }
    trust.hold_bci(&tools.context(), all.bci.clone());
    trust
}

fn identity(issued: &Issued) -> Identity {
    Identity {
        key: issued.key.clone(),
        certificate: issued.certificate.clone(),
        chain: vec![hierarchy().brand_ca.certificate.clone()],
    }
}

fn revoked(serial: u8) -> Revoked {
    Revoked {
        serial_number: SerialNumber::new(&[serial]).unwrap(),
        since: noon(),
        reason: CrlReason::KeyCompromise,
    }
}

fn signed(octets: &[u8]) -> SignedData {
    assert!(Circulated::is_one(octets));
    asn1::decode(octets, &asn1::Limits::default()).unwrap()
}

#[test]
fn a_new_crl_lists_what_the_last_one_did_under_a_higher_number() {
    let tools = tools();
    let signer = identity(&hierarchy().mca.crl_signing);
    let first = &hierarchy().mca.crl;
    let context = tools.context();
    let second = next_crl(&context, &signer, Some(first), 0, &[revoked(9)], DAY).unwrap();
    assert_eq!(
        (second.number(), second.next_update()),
        (2, noon().plus(DAY))
    );
    let other = Revoked {
        reason: CrlReason::Superseded,
        ..revoked(9)
    };
    let news = [other, revoked(8)];
    let third = next_crl(&context, &signer, Some(&second), 40, &news, DAY).unwrap();
    assert_eq!(third.number(), 41);
    let mut listed: Vec<_> = third.revoked().collect();
    listed.sort_by_key(|revoked| revoked.serial_number.to_string());
    assert_eq!(listed, [revoked(8), revoked(9)], "the first reason stays");
    assert!(next_crl(&context, &signer, Some(&third), u64::MAX, &[], DAY).is_err());
}

#[test]
fn a_new_bci_never_names_an_older_crl_than_the_last_one() {
    let tools = tools();
    let all = hierarchy();
    let brand_ca = identity(&all.brand_ca);
    let context = tools.context();
    let signer = identity(&all.mca.crl_signing);
    let newer = next_crl(&context, &signer, Some(&all.mca.crl), 0, &[], DAY).unwrap();
    assert!(!names_all(&all.bci, std::slice::from_ref(&newer)));
    let crls = [newer.clone()];
    let bci = next_bci(&context, &brand_ca, Some(&all.bci), 0, &crls, DAY).unwrap();
    assert!(names_all(&bci, &crls) && names_all(&bci, &all.crls));
    assert_eq!(bci.to_be_signed.sequence_num, 2);
    let bci = next_bci(&context, &brand_ca, Some(&bci), 8, &all.crls, DAY).unwrap();
    assert_eq!(bci.to_be_signed.sequence_num, 9);
    assert_eq!(bci.number_of(newer.issuer()), Some(2));
}

/// The merchant CA has revoked a certificate and tells the brand CA.
fn notified(tools: &Tools) -> (Trust, Crl, notification::Notified, Vec<u8>) {
    let signer = identity(&hierarchy().mca.crl_signing);
    let mut mca = ca_trust(tools);
    let context = tools.context();
    let last = &hierarchy().mca.crl;
    let crl = next_crl(&context, &signer, Some(last), 0, &[revoked(9)], DAY).unwrap();
    mca.hold_crl(&context, crl.clone());
    let (state, octets) = notification::notify(&context, &mca, &signer, &crl).unwrap();
    (mca, crl, state, octets)
}

#[test]
fn a_notice_brings_the_crl_to_the_brand_ca_and_the_distribution_brings_the_bci_back() {
    let tools = tools();
    let context = tools.context();
    let brand_ca = identity(&hierarchy().brand_ca);
    let (mut mca, crl, state, octets) = notified(&tools);
    let mut brand = ca_trust(&tools);
    let notice = signed(&octets);
    let taken = notification::take(&context, &mut brand, &brand_ca, &notice).unwrap();
    assert!(taken.is_new && brand.crls().contains(&crl));
    let receipt = taken.receipt(&context, &brand, &brand_ca).unwrap();
    state.handle(&context, &mut mca, &receipt).unwrap();
    let again = notification::take(&context, &mut brand, &brand_ca, &notice).unwrap();
    assert!(!again.is_new);

    let bci = next_bci(&context, &brand_ca, brand.bci(), 0, brand.crls(), DAY).unwrap();
    brand.hold_bci(&context, bci.clone());
    let octets = distribution::distribute(&context, &brand, &brand_ca).unwrap();
    // A CA that knows no more than the root believes it too.
    let root = hierarchy().root.certificate.clone();
    for mut trust in [mca, Trust::new(TrustStore::new(vec![root]))] {
        let ours = Brand::of(&bci.to_be_signed.brand_id);
        let message = signed(&octets);
        assert!(distribution::take(&context, &mut trust, &ours, &message).unwrap());
        assert_eq!(trust.bci(), Some(&bci));
        assert!(trust.crls().contains(&crl));
        assert!(!distribution::take(&context, &mut trust, &ours, &message).unwrap());
    }
}

#[test]
fn a_notice_with_an_older_crl_than_the_one_held_is_refused() {
    let tools = tools();
    let context = tools.context();
    let brand_ca = identity(&hierarchy().brand_ca);
    let signer = identity(&hierarchy().mca.crl_signing);
    let (_, crl, _, octets) = notified(&tools);
    let mut brand = ca_trust(&tools);
    let newer = next_crl(&context, &signer, Some(&crl), 0, &[], DAY).unwrap();
    brand.hold_crl(&context, newer.clone());
    let refused = notification::take(&context, &mut brand, &brand_ca, &signed(&octets));
    assert!(
        matches!(&refused, Err(Error::Peer(PeerFault::Unspecified(said))) if said.contains("newer")),
        "{refused:?}"
    );
    assert!(brand.crls().contains(&newer));
}

#[test]
fn only_a_signer_of_crls_may_tell_of_one_and_only_of_its_own() {
    let tools = tools();
    let context = tools.context();
    let all = hierarchy();
    let brand_ca = identity(&all.brand_ca);
    let (mca, crl, _, _) = notified(&tools);
    let refused = |signer: &Issued| {
        let signer = identity(signer);
        let (_, octets) = notification::notify(&context, &mca, &signer, &crl).unwrap();
        let mut brand = ca_trust(&tools);
        let refused =
            notification::take(&context, &mut brand, &brand_ca, &signed(&octets)).unwrap_err();
        assert!(!brand.crls().contains(&crl), "{refused}");
        refused
    };
    let message_signing = refused(&all.mca.message_signing);
    assert_eq!(message_signing.code(), ErrorCode::InvalidCertificate);
    let another = refused(&all.pca.crl_signing);
    assert!(
        another.to_string().contains("not the signer's"),
        "{another}"
    );
    assert_eq!(
        refused(&all.merchant_signature).code(),
        ErrorCode::InvalidCertificate
    );
}

#[test]
fn an_altered_or_outdated_message_changes_nothing() {
    let tools = tools();
    let context = tools.context();
    let brand_ca = identity(&hierarchy().brand_ca);
    let (_, crl, state, octets) = notified(&tools);
    let mut brand = ca_trust(&tools);
    let mut altered = signed(&octets);
    altered.signer_infos = {
        let mut infos: Vec<_> = altered.signer_infos.iter().cloned().collect();
        let mut signature = infos[0].encrypted_digest.as_octets().to_vec();
        signature[5] ^= 1;
        infos[0].encrypted_digest = EncryptedDigest::new(signature).unwrap();
        asn1::SeqOf::new(infos).unwrap()
    };
    let refused = notification::take(&context, &mut brand, &brand_ca, &altered).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::SignatureFailure);
    assert!(!brand.crls().contains(&crl));

    tools.clock.advance(2 * 3_600);
    let late = tools.context();
    let refused = notification::take(&late, &mut brand, &brand_ca, &signed(&octets)).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::MessageTooOld);
    // An answer that is an Error, or another CRL's receipt, is no receipt.
    let mut mca = ca_trust(&tools);
    assert!(state.handle(&late, &mut mca, &octets).is_err());
}

#[test]
fn a_brand_ca_takes_a_new_crl_although_the_one_it_holds_has_run_out() {
    let tools = tools();
    let all = hierarchy();
    let (brand_ca, root) = (identity(&all.brand_ca), identity(&all.root));
    let mut brand = ca_trust(&tools);
    tools.clock.advance(29 * DAY);
    let context = tools.context();
    // All but the merchant CA's are issued anew in time.
    for signer in [&root, &brand_ca, &identity(&all.pca.crl_signing)] {
        let name = signer.certificate.subject();
        let last = brand
            .crls()
            .iter()
            .find(|crl| crl.issuer() == name)
            .cloned();
        let crl = next_crl(&context, signer, last.as_ref(), 0, &[], 30 * DAY).unwrap();
        brand.hold_crl(&context, crl);
    }
    let bci = next_bci(&context, &brand_ca, brand.bci(), 0, brand.crls(), 30 * DAY).unwrap();
    brand.hold_bci(&context, bci);
    tools.clock.advance(2 * DAY);
    let context = tools.context();
    let signer = identity(&all.mca.crl_signing);
    let crl = next_crl(&context, &signer, Some(&all.mca.crl), 0, &[], DAY).unwrap();
    let (_, octets) = notification::notify(&context, &brand, &signer, &crl).unwrap();
    let taken = notification::take(&context, &mut brand, &brand_ca, &signed(&octets)).unwrap();
    assert!(taken.is_new);
}
