//! Cardholder and merchant against their CAs.

use set_core::asn1::Raw;
use set_core::cardholder::registration::{Asking, Filed, Initiated, Initiating, Offered};
use set_core::exchange::Context;
use set_core::msg::ids::Language;
use set_core::party::Trust;
use set_core::registration::{self, Answer, Application, Verdict};
use set_testkit::hierarchy::BRAND;
use set_testkit::street::{Filing, Server, Street, Tools, Wallet};

use crate::{Exchange, Party, REFERRAL};

/// A merchant without certificates.
pub(crate) struct Newcomer {
    pub(crate) tools: Tools,
    pub(crate) trust: Trust,
}

impl Newcomer {
    pub(crate) fn of(street: &Street) -> Self {
        let clock = std::sync::Arc::clone(&street.clock);
        Self {
            tools: Tools::new(31, clock),
            trust: street.wallet.trust.clone(),
        }
    }
}

impl Party for Newcomer {
    fn again(&self) -> Self {
        let clock = std::sync::Arc::clone(&self.tools.clock);
        Self {
            tools: Tools::new(31, clock),
            trust: self.trust.clone(),
        }
    }

    fn context(&self) -> Context<'_> {
        self.tools.context()
    }
}

pub(crate) fn card_initiating(wallet: &Wallet) -> (Initiating, Vec<u8>) {
    let brand = BRAND.parse().unwrap();
    Initiating::start(&wallet.tools.context(), brand, &wallet.trust).unwrap()
}

pub(crate) fn asking(wallet: &mut Wallet, card_c_init_res: &[u8]) -> (Asking, Vec<u8>) {
    let context = wallet.tools.context();
    let initiated: Initiated = card_initiating(wallet)
        .0
        .handle(&context, card_c_init_res, &mut wallet.trust)
        .unwrap();
    let pan = wallet.card.pan.duplicate();
    let language = Language::new("en").unwrap();
    initiated
        .ask(&context, pan, language, &wallet.trust)
        .unwrap()
}

pub(crate) fn card_filed(
    wallet: &mut Wallet,
    card_c_init_res: &[u8],
    reg_form_res: &[u8],
) -> (Filed, Vec<u8>) {
    let (asking, _) = asking(wallet, card_c_init_res);
    let context = wallet.tools.context();
    let offered: Offered = match asking
        .handle(&context, reg_form_res, &mut wallet.trust)
        .unwrap()
    {
        Answer::Form(offered) => *offered,
        Answer::Referral(_) => panic!("no form"),
    };
    let expiry = wallet.card.card_expiry.duplicate();
    let (key, answers) = (Filing::key(0), Filing::answers());
    offered
        .file(&context, key, expiry, answers, &wallet.trust)
        .unwrap()
}

#[test]
fn card_c_init_altered_in_flight() {
    let street = Street::new();
    let (_, request) = card_initiating(&street.wallet.restarted());
    Exchange::new(
        &street.cca,
        request,
        &street.wallet,
        |wallet: &mut Wallet| card_initiating(wallet).0,
        |wallet, state, response| {
            let context = wallet.tools.context();
            let initiated = state.handle(&context, response, &mut wallet.trust)?;
            let ca = initiated.ca().certificate();
            Ok(format!("{:?}", ca.issuer_and_serial_number()))
        },
    )
    .check("CardCInitReq", "CardCInitRes");
}

#[test]
fn reg_form_altered_in_flight() {
    let mut street = Street::new();
    let (_, request) = card_initiating(&street.wallet.restarted());
    let card_c_init_res = street.cca.answer(&request).unwrap();
    let (_, request) = asking(&mut street.wallet.restarted(), &card_c_init_res);
    Exchange::new(
        &street.cca,
        request,
        &street.wallet,
        |wallet: &mut Wallet| asking(wallet, &card_c_init_res).0,
        |wallet, state, response| {
            let context = wallet.tools.context();
            Ok(match state.handle(&context, response, &mut wallet.trust)? {
                Answer::Form(offered) => format!("{:?}", Raw::new(offered.form().clone())),
                Answer::Referral(_) => REFERRAL.to_owned(),
            })
        },
    )
    .check("RegFormReq", "RegFormRes");
}

#[test]
fn a_cardholders_cert_req_altered_in_flight() {
    let mut street = Street::new();
    let (_, request) = card_initiating(&street.wallet.restarted());
    let card_c_init_res = street.cca.answer(&request).unwrap();
    let (_, request) = asking(&mut street.wallet.restarted(), &card_c_init_res);
    let reg_form_res = street.cca.answer(&request).unwrap();
    let (_, request) = card_filed(
        &mut street.wallet.restarted(),
        &card_c_init_res,
        &reg_form_res,
    );
    Exchange::new(
        &street.cca,
        request,
        &street.wallet,
        |wallet: &mut Wallet| card_filed(wallet, &card_c_init_res, &reg_form_res).0,
        |wallet, state, response| {
            let context = wallet.tools.context();
            let verdict = state.handle(&context, response, &mut wallet.trust)?;
            Ok(said(&verdict, |card| {
                format!("{:?}", card.identity.certificate.subject())
            }))
        },
    )
    .check("CertReq-cardholder", "CertRes-cardholder");
}

pub(crate) fn initiating(
    newcomer: &Newcomer,
    application: &Application,
) -> (registration::Initiating, Vec<u8>) {
    let context = newcomer.tools.context();
    registration::Initiating::start(&context, application.clone(), &newcomer.trust).unwrap()
}

pub(crate) fn filed(
    newcomer: &mut Newcomer,
    application: &Application,
    me_aq_c_init_res: &[u8],
) -> (registration::Filed, Vec<u8>) {
    let (state, _) = initiating(newcomer, application);
    let context = newcomer.tools.context();
    let offered = match state
        .handle(&context, me_aq_c_init_res, &mut newcomer.trust)
        .unwrap()
    {
        Answer::Form(offered) => *offered,
        Answer::Referral(_) => panic!("no form"),
    };
    offered
        .file(
            &context,
            Filing::keys(),
            Filing::answers(),
            None,
            &newcomer.trust,
        )
        .unwrap()
}

#[test]
fn me_aq_c_init_altered_in_flight() {
    let street = Street::new();
    let newcomer = Newcomer::of(&street);
    let application = street.mca.application();
    let (_, request) = initiating(&newcomer.again(), &application);
    Exchange::new(
        &street.mca,
        request,
        &newcomer,
        |newcomer: &mut Newcomer| initiating(newcomer, &application).0,
        |newcomer, state, response| {
            let context = newcomer.tools.context();
            Ok(
                match state.handle(&context, response, &mut newcomer.trust)? {
                    Answer::Form(offered) => format!("{:?}", Raw::new(offered.form().clone())),
                    Answer::Referral(_) => REFERRAL.to_owned(),
                },
            )
        },
    )
    .check("Me-AqCInitReq", "Me-AqCInitRes");
}

#[test]
fn a_merchants_cert_req_altered_in_flight() {
    let mut street = Street::new();
    let newcomer = Newcomer::of(&street);
    let application = street.mca.application();
    let (_, request) = initiating(&newcomer.again(), &application);
    let me_aq_c_init_res = street.mca.answer(&request).unwrap();
    let (_, request) = filed(&mut newcomer.again(), &application, &me_aq_c_init_res);
    Exchange::new(
        &street.mca,
        request,
        &newcomer,
        |newcomer: &mut Newcomer| filed(newcomer, &application, &me_aq_c_init_res).0,
        |newcomer, state, response| {
            let context = newcomer.tools.context();
            let verdict = state.handle(&context, response, &mut newcomer.trust)?;
            Ok(said(&verdict, |certified| {
                format!("{:?}", certified.signature.certificate.subject())
            }))
        },
    )
    .check("CertReq-merchant", "CertRes-merchant");
}

pub(crate) fn said<C, P>(verdict: &Verdict<C, P>, certified: impl FnOnce(&C) -> String) -> String {
    match verdict {
        Verdict::Certified(what) => certified(what),
        Verdict::Pended(_) => "pended".to_owned(),
        Verdict::Refused(refused) => format!("CertStatusCode {}", refused.code),
    }
}
