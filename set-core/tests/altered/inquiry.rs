//! An applicant who asks what became of a request that waited.

use set_core::ca::Decision;
use set_core::cardholder;
use set_core::registration::{self, Application, Verdict};
use set_testkit::street::{Office, Server, Street, Wallet};

use crate::registration::{Newcomer, asking, card_filed, card_initiating, filed, initiating, said};
use crate::{Exchange, Party as _};

/// The answer of a CA that has not decided yet; it has when this returns.
fn pended(office: &mut Office, cert_req: &[u8]) -> Vec<u8> {
    let decision = std::mem::replace(&mut office.decision, Decision::Pended { message: None });
    let answer = office.answer(cert_req).unwrap();
    office.decision = decision;
    answer
}

fn waiting<C, P>(verdict: Verdict<C, P>) -> P {
    match verdict {
        Verdict::Pended(pended) => *pended,
        Verdict::Certified(_) | Verdict::Refused(_) => panic!("the CA has decided"),
    }
}

fn inquiring(
    newcomer: &mut Newcomer,
    application: &Application,
    me_aq_c_init_res: &[u8],
    cert_res: &[u8],
) -> (registration::Filed, Vec<u8>) {
    let (state, _) = filed(newcomer, application, me_aq_c_init_res);
    let context = newcomer.tools.context();
    let verdict = state.handle(&context, cert_res, &mut newcomer.trust);
    waiting(verdict.unwrap())
        .inquire(&context, &newcomer.trust)
        .unwrap()
}

#[test]
fn a_merchants_cert_inq_altered_in_flight() {
    let mut street = Street::new();
    let newcomer = Newcomer::of(&street);
    let application = street.mca.application();
    let (_, request) = initiating(&newcomer.again(), &application);
    let me_aq_c_init_res = street.mca.answer(&request).unwrap();
    let (_, request) = filed(&mut newcomer.again(), &application, &me_aq_c_init_res);
    let cert_res = pended(&mut street.mca, &request);
    let inquiring =
        |newcomer: &mut Newcomer| inquiring(newcomer, &application, &me_aq_c_init_res, &cert_res);
    let (_, request) = inquiring(&mut newcomer.again());
    Exchange::new(
        &street.mca,
        request,
        &newcomer,
        |newcomer: &mut Newcomer| inquiring(newcomer).0,
        |newcomer, state, response| {
            let context = newcomer.tools.context();
            let verdict = state.handle(&context, response, &mut newcomer.trust)?;
            Ok(said(&verdict, |certified| {
                format!("{:?}", certified.signature.certificate.subject())
            }))
        },
    )
    .check("CertInqReq-merchant", "CertInqRes-merchant");
}

fn card_inquiring(
    wallet: &mut Wallet,
    card_c_init_res: &[u8],
    reg_form_res: &[u8],
    cert_res: &[u8],
) -> (cardholder::registration::Filed, Vec<u8>) {
    let (state, _) = card_filed(wallet, card_c_init_res, reg_form_res);
    let context = wallet.tools.context();
    let verdict = state.handle(&context, cert_res, &mut wallet.trust);
    waiting(verdict.unwrap())
        .inquire(&context, &wallet.trust)
        .unwrap()
}

#[test]
fn a_cardholders_cert_inq_altered_in_flight() {
    let mut street = Street::new();
    let (_, request) = card_initiating(&street.wallet.restarted());
    let card_c_init_res = street.cca.answer(&request).unwrap();
    let (_, request) = asking(&mut street.wallet.restarted(), &card_c_init_res);
    let reg_form_res = street.cca.answer(&request).unwrap();
    let mut wallet = street.wallet.restarted();
    let (_, request) = card_filed(&mut wallet, &card_c_init_res, &reg_form_res);
    let cert_res = pended(&mut street.cca, &request);
    let inquiring =
        |wallet: &mut Wallet| card_inquiring(wallet, &card_c_init_res, &reg_form_res, &cert_res);
    let (_, request) = inquiring(&mut street.wallet.restarted());
    Exchange::new(
        &street.cca,
        request,
        &street.wallet,
        |wallet: &mut Wallet| inquiring(wallet).0,
        |wallet, state, response| {
            let context = wallet.tools.context();
            let verdict = state.handle(&context, response, &mut wallet.trust)?;
            Ok(said(&verdict, |card| {
                format!("{:?}", card.identity.certificate.subject())
            }))
        },
    )
    .check("CertInqReq-cardholder", "CertInqRes-cardholder");
}
