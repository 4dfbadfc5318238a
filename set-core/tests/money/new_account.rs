//! Credits to another account than the one that paid.

use set_core::asn1::{self, Limits};
use set_core::exchange::CapRevOrCred;
use set_core::exchange::cap_rev_or_cred::CapRevOrCredReq;
use set_core::gateway::batch::Batches;
use set_core::gateway::cap_rev_or_cred;
use set_core::gateway::host::{HostAdvice, HostEvent};
use set_core::merchant::{Sale, correct};
use set_core::msg::ids::BatchId;
use set_core::msg::message::Message;
use set_core::msg::payment::account::PanToken;
use set_core::msg::payment::cap_rev_or_cred::{
    CapRevOrCredCode as Code, CapRevOrCredReqB, CapRevOrCredReqTbs,
};
use set_core::msg::wrapper::MessageWrapper;
use set_core::secret::{CardExpiry, ExNonce, Pan};
use set_core::treatment::{Attached, enc, enc_x};
use set_testkit::street::{Server, Street, amount};

use crate::first;

const OTHER: &str = "4222222222222220";

fn captured() -> (Street, Sale) {
    let mut street = Street::new();
    let sale = street.authorized();
    let (sale, _) = street.capture(sale, 10_000);
    (street, sale)
}

/// A credit, to another account if `pan` is one; `spoil` is done to the request on its way.
fn credited(
    street: &mut Street,
    sale: Sale,
    pan: Option<&str>,
    spoil: impl FnOnce(&Street, &mut Message),
) -> (Code, Vec<HostAdvice>) {
    let what = CapRevOrCred::Cred;
    let shop = &street.shop;
    let context = shop.tools.context();
    let wish = correct::Wish {
        amount: Some(amount(4_000)),
        ..first(&sale)
    };
    let account = pan.map(|pan| PanToken {
        pan: Pan::new(pan).unwrap(),
        card_expiry: CardExpiry::new("203012").unwrap(),
        ex_nonce: ExNonce::random(context.crypto).unwrap(),
    });
    let asked = vec![(sale, vec![wish])];
    let asked = correct::correct(&context, &shop.merchant, what, asked, account.as_ref());
    let (sales, request) = asked.unwrap();
    let mut wrapper: MessageWrapper = asn1::decode(&request, &Limits::default()).unwrap();
    let (_, body) = CapRevOrCred::request_in(&wrapper.message).unwrap();
    assert_eq!(matches!(body, CapRevOrCredReq::EncBx(_)), pan.is_some());
    spoil(street, &mut wrapper.message);
    let mut gateway = street.acquirer.gateway.clone();
    let (_, body) = CapRevOrCred::request_in(&wrapper.message).unwrap();
    let header = &wrapper.message_header;
    let asked = cap_rev_or_cred::open(&context, &mut gateway, header, what, body).unwrap();
    let mut batches = Batches::open(BatchId::new(1).unwrap(), context.now);
    let records = street.acquirer.store().authorizations.clone();
    let settled = asked
        .settle(&context, &gateway, records, &mut batches)
        .unwrap();
    let mut merchant = street.shop.merchant.clone();
    let taken = correct::handle(&context, &mut merchant, sales, &settled.octets).unwrap();
    (taken[0].codes[0], settled.advices)
}

fn paid_to(advices: &[HostAdvice]) -> (HostEvent, &str) {
    let [advice] = advices else {
        panic!("{} advices", advices.len());
    };
    let account = advice.account.as_ref().unwrap();
    (advice.event, account.pan.expose())
}

#[test]
fn a_credit_goes_to_the_account_that_paid_unless_the_merchant_sends_another() {
    let (mut street, sale) = captured();
    let (code, advices) = credited(&mut street, sale.clone(), None, |_, _| {});
    let paid = street.wallet.card.pan.expose().to_owned();
    assert_ne!(paid, OTHER);
    assert_eq!(code, Code::Success);
    assert_eq!(paid_to(&advices), (HostEvent::Credit, paid.as_str()));
    let (code, advices) = credited(&mut street, sale, Some(OTHER), |_, _| {});
    assert_eq!(code, Code::Success);
    assert_eq!(paid_to(&advices), (HostEvent::Credit, OTHER));
}

/// Seals what asks for another account without sending one.
fn withhold(street: &Street, message: &mut Message) {
    let what = CapRevOrCred::Cred;
    let Some((_, CapRevOrCredReq::EncBx(request))) = CapRevOrCred::request_in(message) else {
        panic!("no account in {}", message.name());
    };
    let crypto = &street.shop.tools.crypto;
    let to = &street.acquirer.gateway.encryption;
    let opened = enc_x::open::<CapRevOrCredReqTbs, PanToken>(
        crypto,
        &to.key,
        what.with_account(),
        &request.enc_x,
    )
    .unwrap();
    let attached = Attached {
        certificates: opened
            .signature
            .certificates
            .iter()
            .flatten()
            .cloned()
            .collect(),
        crls: Vec::new(),
    };
    let merchant = &street.shop.merchant.signature;
    let (signers, recipient) = ([merchant.signer()], to.recipient());
    let plain = what.plain();
    let request = CapRevOrCredReqB {
        enc: enc::enc(crypto, &signers, &recipient, plain, &opened.t, &attached).unwrap(),
        baggage: request.baggage.clone(),
    };
    *message = what.request_message(request);
}

#[test]
fn a_credit_to_another_account_that_did_not_come_along_is_refused() {
    let (mut street, sale) = captured();
    let (code, advices) = credited(&mut street, sale, Some(OTHER), withhold);
    assert_eq!(code, Code::MissingCapData);
    assert!(advices.is_empty());
}
