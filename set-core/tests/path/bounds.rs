//! What a hostile bag of certificates costs.

use set_core::asn1::{SeqOf, oid};
use set_core::path::{Purpose, Rule, verify};
use set_core::pkcs7::SerialNumber;
use set_core::x509::build::{CaKey, Profile};
use set_core::x509::ext::CertificateType;
use set_core::x509::extension::Extension;
use set_core::x509::{Certificate, Crl};
use set_testkit::Deterministic;
use set_testkit::hierarchy::{altered, brand_name, crl_contents, forged, forged_crl, hierarchy};

use crate::rig::{Holdings, certify, merchant, merchant_profile, sign_crl, spare_key};

/// How many signatures are verified to judge the merchant's certificate.
fn signatures(holdings: &Holdings, certificate: &Certificate) -> (usize, Result<(), Rule>) {
    let provider = Deterministic::seeded(1);
    let question = holdings.question(certificate, Purpose::MerchantSignature, None);
    let verdict = verify(&provider, &holdings.policy, &holdings.material(), &question)
        .map(|_| ())
        .map_err(|error| error.rule);
    (provider.public_operations(), verdict)
}

/// Certificates like `model` with numbers of their own, under its signature.
fn forgeries(model: &Certificate, count: u32) -> Vec<Certificate> {
    (0..count)
        .map(|number| {
            forged(model, |tbs| {
                let mut octets = vec![3];
                octets.extend(number.to_be_bytes());
                tbs.serial_number = SerialNumber::new(&octets).unwrap();
            })
            .unwrap()
        })
        .collect()
}

#[test]
fn an_honest_chain_costs_a_signature_per_certificate_list_and_directory() {
    // Root, brand CA, merchant CA, its key for CRLs and the merchant; three CRLs; the BCI.
    assert_eq!(signatures(&Holdings::all(), merchant()), (9, Ok(())));
}

#[test]
fn a_bag_of_ten_thousand_forged_cas_costs_no_more_signatures_than_the_bound() {
    let brand = hierarchy();
    let ca = &brand.mca.cert_signing.certificate;
    let forged = forgeries(ca, 10_000);
    // In front of the true one, so that they are what the search comes upon first.
    let mut holdings = Holdings::all();
    holdings.certificates = [&forged[..], &holdings.certificates].concat();
    let (cost, verdict) = signatures(&holdings, merchant());
    assert_eq!(verdict, Err(Rule::TooManyCandidates(32)));
    assert_eq!(cost, 0);
    // As many as fit: each leads over the brand CA to the root and fails at the merchant.
    holdings.certificates = [&forged[..9], &Holdings::all().certificates].concat();
    let (cost, verdict) = signatures(&holdings, merchant());
    assert_eq!(verdict, Ok(()));
    assert!(cost <= 32 * holdings.policy.max_chain, "{cost}");
}

#[test]
fn a_bag_of_ten_thousand_forged_lists_and_their_signers_costs_no_more_signatures_than_the_bound() {
    let brand = hierarchy();
    let signer = &brand.mca.crl_signing.certificate;
    let list = sign_crl(&crl_contents(1, Vec::new()), &brand.mca.crl_signing);
    let forged_lists: Vec<Crl> = (2..10_002)
        .map(|number: u64| {
            forged_crl(&list, |contents| {
                let id = oid::extension::CRL_NUMBER;
                let mut extensions = contents.crl_extensions.clone().into_vec();
                extensions.retain(|extension| extension.extn_id != id);
                extensions.push(Extension::of(id, false, &number).unwrap());
                contents.crl_extensions = SeqOf::new(extensions).unwrap();
            })
            .unwrap()
        })
        .collect();
    let mut holdings = Holdings::all();
    holdings.certificates.extend(forgeries(signer, 10_000));
    let (cost, verdict) = signatures(&holdings, merchant());
    assert_eq!(verdict, Ok(()));
    let bound = holdings.policy.max_candidates;
    assert!(cost <= 9 + bound, "{cost}");
    // The newest numbers are looked at, so that lists with numbers made up hide the true
    // one; the chain is then refused, at a bounded cost.
    holdings.crls.extend(forged_lists);
    let (cost, verdict) = signatures(&holdings, merchant());
    assert_eq!(verdict, Err(Rule::RevocationSignature));
    assert!(cost <= 9 + 2 * bound, "{cost}");
}

#[test]
fn a_hostile_bag_is_given_up_on_in_bounded_steps() {
    let brand = hierarchy();
    let ca = &brand.mca.cert_signing.certificate;
    let mut holdings = Holdings::all().without(ca);
    for number in 0..40_u8 {
        let fake = altered(ca, &spare_key(1), |tbs| {
            tbs.serial_number = SerialNumber::new(&[3, number]).unwrap();
        })
        .unwrap();
        holdings.certificates.push(fake);
    }
    assert_eq!(holdings.rule(merchant()), Rule::TooManyCandidates(32));
}

#[test]
fn cas_that_certify_each_other_make_no_endless_chain() {
    let brand = hierarchy();
    let profile = || Profile::Ca {
        certificate_type: CertificateType::MCA,
        key: CaKey::CertAndCrlSigning { path_len: 9 },
    };
    let (one, two) = (
        brand_name(Some("one")).unwrap(),
        brand_name(Some("two")).unwrap(),
    );
    let first = certify(&brand.mca.cert_signing, 910, one.clone(), profile());
    let second = certify(&first, 911, two, profile());
    let again = certify(&second, 912, one, profile());
    let name = brand_name(Some("Shop")).unwrap();
    let shop = certify(&again, 913, name, merchant_profile());
    let mut holdings = Holdings::all();
    holdings.certificates = vec![again.certificate, second.certificate];
    assert!(
        holdings
            .verify(&shop.certificate, Purpose::MerchantSignature)
            .is_err()
    );
    holdings.certificates.push(first.certificate);
    holdings.policy.max_chain = 3;
    assert_eq!(holdings.rule(&shop.certificate), Rule::TooLong(3));
}
