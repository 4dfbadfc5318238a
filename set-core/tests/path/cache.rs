//! The cache of verified chains: what it saves, and that it never says more than the rules.

mod histories;

use std::sync::{Arc, Mutex};

use set_core::asn1::Date;
use set_core::path::cache::{self, ChainCache};
use set_core::path::{Purpose, Rule, TrustStore};
use set_core::x509::Certificate;
use set_core::x509::crl::CrlContents;
use set_testkit::Deterministic;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{DAY, crl_contents, forged_signature, hierarchy};

use crate::rig::{Holdings, merchant, sign_bci, sign_crl};

/// A cache, and a provider that counts the signatures verified.
struct Remembering {
    memory: Mutex<ChainCache>,
    provider: Deterministic,
}

impl Remembering {
    fn with_capacity(capacity: usize) -> Self {
        Self {
            memory: Mutex::new(ChainCache::new(capacity)),
            provider: Deterministic::seeded(1),
        }
    }

    /// The verdict, and how many signatures were verified for it.
    fn ask(
        &self,
        holdings: &Holdings,
        certificate: &Certificate,
        purpose: Purpose,
    ) -> (Result<(), Rule>, usize) {
        let before = self.provider.public_operations();
        let question = holdings.question(certificate, purpose, None);
        let (policy, material) = (&holdings.policy, holdings.material());
        let verdict = cache::verify(&self.memory, &self.provider, policy, &material, &question)
            .map(|_| ())
            .map_err(|error| error.rule);
        (verdict, self.provider.public_operations() - before)
    }

    fn merchant(&self, holdings: &Holdings) -> (Result<(), Rule>, usize) {
        self.ask(holdings, merchant(), Purpose::MerchantSignature)
    }
}

/// A cache that has seen the merchant's chain.
fn remembering() -> Remembering {
    let chains = Remembering::with_capacity(8);
    assert_eq!(chains.merchant(&Holdings::all()), (Ok(()), COLD));
    chains
}

/// Asserts that the chain was verified in full, with this verdict.
fn assert_asked_anew(chains: &Remembering, holdings: &Holdings, verdict: &Result<(), Rule>) {
    let (found, cost) = chains.merchant(holdings);
    assert_eq!(found, *verdict);
    assert!(cost > 0);
}

/// Signatures of the merchant's chain, its three CRLs with the key that signed one, and the BCI.
const COLD: usize = 9;

#[test]
fn a_chain_verified_before_costs_no_signature() {
    let chains = remembering();
    let mut holdings = Holdings::all();
    assert_eq!(chains.merchant(&holdings), (Ok(()), 0));
    // What the chain does not stand on may come and go, also twice.
    let certificates = holdings.certificates.clone();
    holdings.certificates.extend(certificates);
    let gateway = hierarchy().gateway_signature.certificate.clone();
    holdings = holdings.without(&gateway);
    holdings.at = noon().plus(DAY);
    assert_eq!(chains.merchant(&holdings), (Ok(()), 0));
}

#[test]
fn another_purpose_or_signature_is_another_question() {
    let chains = remembering();
    let holdings = Holdings::all();
    let (verdict, _) = chains.ask(&holdings, merchant(), Purpose::MerchantEncryption);
    assert_eq!(verdict, Err(Rule::KeyUsage));
    let forged = forged_signature(merchant()).unwrap();
    let provider = &chains.provider;
    assert_eq!(forged.thumbprint(provider), merchant().thumbprint(provider));
    let (verdict, _) = chains.ask(&holdings, &forged, Purpose::MerchantSignature);
    assert_eq!(verdict, Err(Rule::Signature));
    assert_eq!(chains.merchant(&holdings), (Ok(()), 0));
}

#[test]
fn another_brand_wanted_is_refused_as_ever() {
    let chains = remembering();
    let holdings = Holdings::all();
    let vineyard = set_core::x509::SetName::new("US", "Vineyard")
        .unwrap()
        .brand();
    let question = holdings.question(merchant(), Purpose::MerchantSignature, Some(&vineyard));
    let error = cache::verify(
        &chains.memory,
        &chains.provider,
        &holdings.policy,
        &holdings.material(),
        &question,
    )
    .unwrap_err();
    assert_eq!(error.rule, Rule::Brand);
}

#[test]
fn a_new_crl_of_any_ca_of_the_chain_counts_at_once() {
    let brand = hierarchy();
    for (certificate, signer) in [
        (merchant(), &brand.mca.crl_signing),
        (&brand.mca.cert_signing.certificate, &brand.brand_ca),
        (&brand.brand_ca.certificate, &brand.root),
    ] {
        let chains = remembering();
        let revoked = vec![(certificate.serial_number().clone(), noon())];
        let crl = sign_crl(&crl_contents(2, revoked), signer);
        let mut beside = Holdings::all();
        beside.crls.push(crl.clone());
        for holdings in [Holdings::all().with_crl(crl), beside] {
            assert_asked_anew(&chains, &holdings, &Err(Rule::Revoked(noon())));
        }
    }
}

#[test]
fn a_crl_of_another_ca_touches_nothing_unless_all_listed_ones_are_asked_for() {
    let crl = sign_crl(&crl_contents(2, Vec::new()), &hierarchy().pca.crl_signing);
    let holdings = Holdings::all().with_crl(crl.clone());
    assert_asked_anew(&remembering(), &holdings, &Ok(()));

    let chains = Remembering::with_capacity(8);
    let mut holdings = Holdings::all();
    holdings.policy.require_every_listed_crl = false;
    assert_eq!(chains.merchant(&holdings), (Ok(()), COLD));
    assert_eq!(chains.merchant(&holdings.with_crl(crl)), (Ok(()), 0));
}

#[test]
fn a_new_directory_of_the_brand_counts_at_once() {
    let brand = hierarchy();
    let chains = remembering();
    let mut holdings = Holdings::all();
    let newer = sign_crl(&crl_contents(7, Vec::new()), &brand.mca.crl_signing);
    holdings.bci = Some(sign_bci(2, std::slice::from_ref(&newer), brand));
    assert_asked_anew(&chains, &holdings, &Err(Rule::CrlMissing));
    let holdings = holdings.with_crl(newer);
    assert_asked_anew(&chains, &holdings, &Ok(()));
    assert_eq!(chains.merchant(&holdings), (Ok(()), 0));
    let mut without = Holdings::all();
    without.bci = None;
    assert_asked_anew(&chains, &without, &Err(Rule::BciMissing));
}

#[test]
fn a_crl_that_is_not_in_force_yet_counts_from_its_first_second() {
    let brand = hierarchy();
    let mut holdings = Holdings::all();
    let early = holdings.policy.freshness_seconds;
    let contents = CrlContents {
        this_update: noon().plus(early + 100),
        ..crl_contents(2, vec![(merchant().serial_number().clone(), noon())])
    };
    holdings
        .crls
        .push(sign_crl(&contents, &brand.mca.crl_signing));
    let chains = Remembering::with_capacity(8);
    assert_eq!(chains.merchant(&holdings).0, Ok(()));
    holdings.at = noon().plus(99);
    assert_eq!(chains.merchant(&holdings), (Ok(()), 0));
    holdings.at = noon().plus(100);
    assert_asked_anew(&chains, &holdings, &Err(Rule::Revoked(noon())));
}

#[test]
fn nothing_is_believed_past_the_earliest_end_of_what_it_stands_on() {
    let chains = remembering();
    let at = |at: Date| {
        let mut holdings = Holdings::all();
        holdings.at = at;
        holdings
    };
    // CRLs and BCI end before any certificate does.
    let end = noon().plus(30 * DAY);
    assert_eq!(chains.merchant(&at(end)), (Ok(()), 0));
    assert_asked_anew(&chains, &at(end.plus(1)), &Err(Rule::Stale(end)));
    // Nor before it was verified: a clock that was put back asks again.
    assert_asked_anew(&chains, &at(noon().minus(1)), &Ok(()));
}

#[test]
fn another_set_of_roots_or_policy_asks_anew() {
    let chains = remembering();
    let mut holdings = Holdings::all();
    holdings.roots = TrustStore::default();
    assert_asked_anew_or_missing(&chains, &holdings);
    let mut holdings = Holdings::all();
    holdings.policy.max_chain = 3;
    let (verdict, _) = chains.merchant(&holdings);
    assert_eq!(verdict, Err(Rule::TooLong(3)));
}

fn assert_asked_anew_or_missing(chains: &Remembering, holdings: &Holdings) {
    let (verdict, _) = chains.merchant(holdings);
    assert_eq!(verdict, Err(Rule::Missing));
}

#[test]
fn a_ca_that_is_no_longer_at_hand_is_missed() {
    let chains = remembering();
    let ca = &hierarchy().mca.cert_signing.certificate;
    let (verdict, _) = chains.merchant(&Holdings::all().without(ca));
    assert_eq!(verdict, Err(Rule::Missing));
}

#[test]
fn the_cache_is_bounded_and_forgets_what_was_not_asked_for_longest() {
    let brand = hierarchy();
    let chains = Remembering::with_capacity(2);
    let holdings = Holdings::all();
    let ask = |certificate, purpose| {
        let (verdict, cost) = chains.ask(&holdings, certificate, purpose);
        assert_eq!(verdict, Ok(()));
        cost
    };
    let first = || ask(merchant(), Purpose::MerchantSignature);
    let second = || {
        let certificate = &brand.merchant_encryption.certificate;
        ask(certificate, Purpose::MerchantEncryption)
    };
    let third = || {
        ask(
            &brand.gateway_signature.certificate,
            Purpose::GatewaySignature,
        )
    };
    assert!(first() > 0 && second() > 0);
    assert_eq!((first(), second(), first()), (0, 0, 0));
    assert!(third() > 0);
    assert_eq!(chains.memory.lock().unwrap().len(), 2);
    assert_eq!((first(), third()), (0, 0));
    assert!(second() > 0);
    let none = Remembering::with_capacity(0);
    assert_eq!(none.merchant(&holdings), (Ok(()), COLD));
    assert_eq!(none.merchant(&holdings), (Ok(()), COLD));
    assert!(none.memory.lock().unwrap().is_empty());
}

#[test]
fn clones_of_a_partys_trust_share_what_was_verified() {
    let tools = set_testkit::street::Tools::new(1, Arc::default());
    let brand = hierarchy();
    let roots = TrustStore::new(vec![brand.root.certificate.clone()]);
    let memory = Arc::new(Mutex::new(ChainCache::default()));
    let mut trust = set_core::party::Trust::new(roots).remembering(memory);
    for certificate in brand.certificates() {
        trust.hold(certificate);
    }
    for crl in &brand.crls {
        trust.hold_crl(&tools.context(), crl.clone());
    }
    trust.hold_bci(&tools.context(), brand.bci.clone());
    let ask = |trust: &set_core::party::Trust| {
        let before = tools.crypto.public_operations();
        let purpose = Purpose::MerchantSignature;
        trust
            .verify(&tools.context(), merchant(), purpose, None)
            .unwrap();
        tools.crypto.public_operations() - before
    };
    assert_eq!(ask(&trust.clone()), COLD);
    assert_eq!(ask(&trust.clone()), 0);
}
