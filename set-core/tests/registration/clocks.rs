//! Clocks that are not quite the CA's.

use set_core::ca::Backdate;
use set_core::ca::hierarchy::{self, Hierarchy, Validity};
use set_core::error::Error;
use set_core::path::Rule;
use set_core::registration::{EndEntity, Verdict};
use set_core::x509::build::CaKey;
use set_core::x509::ext::CertificateType;
use set_core::x509::pkcs10::CaRequest;
use set_core::x509::{Certificate, X509Error};
use set_testkit::clock::Clock;

use crate::rig::{Applying, Office, Tools, both_keys, good_answers, key, merchant, plan};

/// A merchant whose clock is so many seconds behind the CA's registers.
fn certified(office: &Office, behind: u64) -> Result<Certificate, Error> {
    let mut shop = Applying::new(70);
    let offered = shop.offered(office, merchant());
    shop.tools.clock = Clock::at(office.tools.clock.now().minus(behind));
    let (state, request) = offered
        .file(
            &shop.tools.context(),
            both_keys(),
            good_answers(),
            None,
            &shop.trust,
        )
        .unwrap();
    let answer = office.answer(&request).unwrap();
    match state.handle(&shop.tools.context(), &answer, &mut shop.trust)? {
        Verdict::Certified(certified) => Ok(certified.signature.certificate),
        other => panic!("{other:?}"),
    }
}

fn office(backdate: Backdate) -> Office {
    let mut office = Office::of(EndEntity::Merchant);
    office.tools.clock.advance(1_000);
    office.ca.validity.backdate = backdate;
    office
}

#[test]
fn a_merchant_whose_clock_is_behind_takes_the_certificates_made_for_it() {
    let office = office(Backdate::default());
    let certificate = certified(&office, 240).unwrap();
    let begin = office.tools.clock.now().minus(300);
    assert_eq!(certificate.not_before(), begin);
    // Its key may sign from then on, and the end is reckoned from when it was made.
    let period = certificate.extensions().private_key_usage_period.unwrap();
    assert_eq!(period.not_before, Some(begin));
    assert_eq!(
        certificate.not_after(),
        office.tools.clock.now().plus(office.ca.validity.merchant)
    );
}

#[test]
fn without_a_date_further_back_that_merchant_refuses_its_own_certificates() {
    let office = office(Backdate::NONE);
    certified(&office, 0).unwrap();
    let Err(Error::Certificate(error)) = certified(&office, 1) else {
        panic!("it was taken")
    };
    assert_eq!(error.rule, Rule::NotYetValid(office.tools.clock.now()));
}

#[test]
fn no_certificate_begins_before_its_issuers() {
    let office = office(Backdate::seconds(3_600).unwrap());
    let certificate = certified(&office, 0).unwrap();
    let issuer = &office.ca.certificate_signing.certificate;
    assert_eq!(certificate.not_before(), issuer.not_before());
    assert!(issuer.not_before() > office.tools.clock.now().minus(3_600));
    assert!(Backdate::seconds(3_601).is_err());
}

#[test]
fn a_key_past_its_usage_period_does_not_certify_at_an_earlier_date() {
    let tools = Tools::new(71);
    let mut plan = plan();
    plan.brands[0].geopolitical[0].ca.separate_crl_key = true;
    let made = Hierarchy::make(&tools.context(), &plan).unwrap();
    let region = &made.brands[0].geopolitical[0].certificate_signing;
    let period = region.certificate.extensions().private_key_usage_period;
    let end = period.unwrap().not_after.unwrap();
    let asked = CaRequest {
        subject: made.brands[0].end_entity_cas[0]
            .certificate_signing
            .certificate
            .subject_name()
            .unwrap(),
        public_key: key(3).public_key().clone(),
        certificate_type: CertificateType::CCA,
        key: CaKey::MessageSigning,
    };
    let draft_key = key(11).into();
    let certify = || {
        let context = tools.context();
        let validity = Validity::default();
        hierarchy::certify(&context, region, &draft_key, &asked, None, &validity)
    };
    tools.clock.advance(end.unix() - tools.clock.now().unix());
    assert_eq!(certify().unwrap().not_before(), end.minus(300));
    tools.clock.advance(1);
    assert!(matches!(certify(), Err(Error::X509(X509Error::Refused(_)))));
}
