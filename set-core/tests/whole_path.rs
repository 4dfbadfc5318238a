//! All four roles against each other in memory, from registration to the captured purchase.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

use set_core::asn1::{self, Limits, oid};
use set_core::cardholder::outcome::Outcome;
use set_core::cardholder::purchase::Card;
use set_core::cardholder::registration as cardholder;
use set_core::error::{Error, Refused};
use set_core::gateway::host::Decision;
use set_core::merchant::authorize;
use set_core::msg::error::{Error as ErrorMessage, ErrorCode, ErrorMsg, ErrorTbs};
use set_core::msg::ids::{Bin, Language, Rrpid};
use set_core::msg::message::Message;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::cap::CapCode;
use set_core::msg::payment::p_cert::PCertCode;
use set_core::msg::payment::p_res::CompletionCode;
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::{Identity, Trust};
use set_core::path::{Purpose, TrustStore};
use set_core::registration::{Answer, Certified, Initiating, Verdict};
use set_core::treatment::s;
use set_testkit::hierarchy::{BRAND, DAY, hierarchy};
use set_testkit::street::{Filing, Office, Refused as Answered, Server, Street, Tools, amount};

/// What the merchant says about an order, and how much of it is captured.
fn completion(outcome: &Outcome) -> CompletionCode {
    let [payload] = outcome.payloads() else {
        panic!("{outcome:?}");
    };
    payload.completion_code
}

fn inquire(street: &mut Street, placed: &set_core::cardholder::inquiry::Placed) -> Outcome {
    let (state, request) = street.inq_req(placed.clone());
    let answer = street.shop.answer(&request).unwrap();
    let wallet = &mut street.wallet;
    state
        .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
        .unwrap()
}

/// A merchant or gateway gets both its certificates from `office`.
fn enroll(office: &mut Office, tools: &Tools) -> (Identity, Identity, Trust) {
    let context = tools.context();
    let root = hierarchy().root.certificate.clone();
    let mut trust = Trust::new(TrustStore::new(vec![root]));
    let (state, request) = Initiating::start(&context, office.application(), &trust).unwrap();
    let answer = office.answer(&request).unwrap();
    let Answer::Form(offered) = state.handle(&context, &answer, &mut trust).unwrap() else {
        panic!("no form");
    };
    let (state, request) = offered
        .file(&context, Filing::keys(), Filing::answers(), None, &trust)
        .unwrap();
    let answer = office.answer(&request).unwrap();
    let Verdict::Certified(certified) = state.handle(&context, &answer, &mut trust).unwrap() else {
        panic!("not certified");
    };
    let Certified {
        signature,
        encryption,
        ..
    } = *certified;
    (signature, encryption.unwrap(), trust)
}

/// The cardholder gets a certificate for the card.
fn enroll_card(street: &mut Street) -> Card {
    let Street { wallet, cca, .. } = street;
    let (context, trust) = (wallet.tools.context(), &mut wallet.trust);
    let brand = BRAND.parse().unwrap();
    let (state, request) = cardholder::Initiating::start(&context, brand, trust).unwrap();
    let answer = cca.answer(&request).unwrap();
    let state = state.handle(&context, &answer, trust).unwrap();
    let language = Language::new("en").unwrap();
    let pan = wallet.card.pan.duplicate();
    let (state, request) = state.ask(&context, pan, language, trust).unwrap();
    let answer = cca.answer(&request).unwrap();
    let Answer::Form(offered) = state.handle(&context, &answer, trust).unwrap() else {
        panic!("no form");
    };
    let expiry = wallet.card.card_expiry.duplicate();
    let (state, request) = offered
        .file(&context, Filing::key(0), expiry, Filing::answers(), trust)
        .unwrap();
    let answer = cca.answer(&request).unwrap();
    let Verdict::Certified(card) = state.handle(&context, &answer, trust).unwrap() else {
        panic!("not certified");
    };
    *card
}

#[test]
fn a_purchase_goes_from_the_wake_up_to_the_capture() {
    let mut street = Street::new();
    let placed = street.placed();
    assert_eq!(
        completion(&inquire(&mut street, &placed)),
        CompletionCode::OrderReceived
    );

    street.clock.advance(600);
    let (state, request) = street.auth_req(12_950, false);
    let answer = street.acquirer.answer(&request).unwrap();
    let shop = &mut street.shop;
    let context = shop.tools.context();
    let answer = authorize::handle(&context, &mut shop.merchant, state, &answer).unwrap();
    assert_eq!(answer.pan_token, None);
    assert_eq!(answer.auth_code, AuthCode::Approved);
    let authorized = answer.sale;
    assert_eq!(authorized.payments[0].amount, amount(12_950));
    assert!(authorized.payments[0].cap_token.is_some());
    shop.keep(authorized.clone().into());
    assert_eq!(
        completion(&inquire(&mut street, &placed)),
        CompletionCode::AuthorizationPerformed
    );

    street.clock.advance(DAY);
    let (_, code) = street.capture(authorized, 12_950);
    assert_eq!(code, CapCode::Success);
    let outcome = inquire(&mut street, &placed);
    assert_eq!(completion(&outcome), CompletionCode::CapturePerformed);
    let results = outcome.payloads()[0].results.as_ref().unwrap();
    let captured = results.cap_status.as_ref().unwrap();
    assert_eq!(captured.cap_code, CapCode::Success);
    assert_eq!(
        captured.cap_ratio,
        set_core::asn1::FloatingPoint::ratio(1, 1)
    );

    let books = street.acquirer.store();
    assert_eq!((books.questions, books.captures()), (1, 1));
    let [record] = &*books.authorizations else {
        panic!("{books:?}");
    };
    assert_eq!(record.captures[0].cap_amt, amount(12_950));
}

#[test]
fn a_wallet_that_forgot_all_but_its_orders_and_the_root_can_still_inquire() {
    let mut street = Street::new();
    let placed = street.placed();
    let root = hierarchy().root.certificate.clone();
    street.wallet.trust = Trust::new(TrustStore::new(vec![root]));
    let outcome = inquire(&mut street, &placed);
    assert_eq!(completion(&outcome), CompletionCode::OrderReceived);
}

#[test]
fn certificates_obtained_by_registration_carry_a_purchase() {
    let mut street = Street::new();
    street.wallet.card = enroll_card(&mut street);

    let (signature, encryption, _) = enroll(&mut street.mca, &street.shop.tools);
    for issued in [&signature, &encryption] {
        street.shop.merchant.trust.hold(issued.certificate.clone());
    }
    street.shop.merchant.signature = signature;
    street.shop.merchant.encryption = encryption;

    let (signature, encryption, _) = enroll(&mut street.pca, &street.acquirer.tools);
    for issued in [&signature, &encryption] {
        let certificate = issued.certificate.clone();
        street.acquirer.gateway.trust.hold(certificate);
    }
    street.acquirer.gateway.signature = signature;
    street.acquirer.gateway.encryption = encryption;
    // Both registered with this acquirer.
    street.acquirer.gateway.acquirer = Bin::new("411111").unwrap();
    // The merchant holds the certificate of another gateway, and asks for the new one.
    let mut trust = Trust::new(street.shop.merchant.trust.roots.clone());
    for held in street.shop.merchant.trust.certificates() {
        if *held != hierarchy().gateway_encryption.certificate {
            trust.hold(held.clone());
        }
    }
    let context = street.shop.tools.context();
    for crl in street.shop.merchant.trust.crls() {
        trust.hold_crl(&context, crl.clone());
    }
    trust.hold_bci(&context, street.shop.merchant.trust.bci().unwrap().clone());
    street.shop.merchant.trust = trust;
    let (state, request) = street.p_cert_req();
    let answer = street.acquirer.answer(&request).unwrap();
    let shop = &mut street.shop;
    let items = state
        .handle(
            &shop.tools.context(),
            std::slice::from_mut(&mut shop.merchant),
            &answer,
        )
        .unwrap();
    assert_eq!(items[0].1, PCertCode::Success);

    let authorized = street.authorized();
    let merchant_id = &street.acquirer.store().authorizations[0].merchant_id;
    assert_eq!(merchant_id.as_str(), "SHOP-7");
    assert_eq!(authorized.payments[0].amount, amount(12_950));
}

#[test]
fn what_the_host_does_not_approve_is_told_to_the_cardholder() {
    let mut street = Street::new();
    street.acquirer.decision = Some(Decision::CallIssuer);
    let placed = street.placed();
    let answer = street.authorize(authorize::Wish::of(amount(12_950)));
    assert_eq!(answer.auth_code, AuthCode::CallIssuer);
    let outcome = inquire(&mut street, &placed);
    assert_eq!(completion(&outcome), CompletionCode::OrderRejected);
}

#[test]
fn an_authorization_and_its_capture_can_be_one_message() {
    let mut street = Street::new();
    street.placed();
    let answer = street.authorize(authorize::Wish {
        capture_now: true,
        ..authorize::Wish::of(amount(12_950))
    });
    assert_eq!(answer.cap_code, Some(CapCode::Success));
    assert_eq!(answer.sale.captured(), 12_950);
    assert_eq!(street.acquirer.store().captures(), 1);
}

#[test]
fn a_payment_instruction_is_authorized_once_and_an_authorization_captured_once() {
    let mut street = Street::new();
    let authorized = street.authorized();
    // The merchant forgets the answer and asks anew, with another RRPID.
    street.shop.keep(authorized.ordered.clone().into());
    let answer = street.authorize(authorize::Wish::of(amount(12_950)));
    assert_eq!(answer.auth_code, AuthCode::PiPreviouslyUsed);

    let mut codes = Vec::new();
    for cents in [12_951, 12_950, 12_950] {
        codes.push(street.capture(authorized.clone(), cents).1);
    }
    assert_eq!(
        codes,
        [
            CapCode::InvalidAuthData,
            CapCode::Success,
            CapCode::DuplicateRequest
        ]
    );
    assert_eq!(street.acquirer.store().captures(), 1);
}

#[test]
fn the_same_request_gets_the_same_answer_however_often_and_after_a_restart() {
    let mut street = Street::new();
    let (_, p_init_req) = street.p_init_req();
    let first = street.shop.answer(&p_init_req).unwrap();
    street.clock.advance(60);
    assert_eq!(street.shop.answer(&p_init_req).unwrap(), first);
    street.shop = street.shop.restarted();
    assert_eq!(street.shop.answer(&p_init_req).unwrap(), first);

    let mut street = Street::new();
    street.placed();
    let (_, auth_req) = street.auth_req(12_950, true);
    let first = street.acquirer.answer(&auth_req).unwrap();
    let books = street.acquirer.store().clone();
    street.acquirer = street.acquirer.restarted();
    street.clock.advance(60);
    assert_eq!(street.acquirer.answer(&auth_req).unwrap(), first);
    assert_eq!(*street.acquirer.store(), books);
}

#[test]
fn an_rrpid_used_again_with_other_octets_is_refused_and_changes_nothing() {
    let mut street = Street::new();
    street.placed();
    let (state, auth_req) = street.auth_req(12_950, false);
    street.acquirer.answer(&auth_req).unwrap();
    let books = street.acquirer.store().clone();
    // The same AuthReq under another date.
    let mut wrapper: MessageWrapper = asn1::decode(&auth_req, &Limits::default()).unwrap();
    wrapper.message_header.date = wrapper.message_header.date.plus(1);
    let other = asn1::encode(&wrapper).unwrap();
    let refused = street.acquirer.answer(&other).unwrap_err();
    assert_eq!(refused.error.code(), ErrorCode::UnspecifiedFailure);
    assert_eq!(*street.acquirer.store(), books);
    // The merchant takes the Error for what it is.
    let shop = &mut street.shop;
    let context = shop.tools.context();
    let error = refused.answer.unwrap();
    let fault = authorize::handle(&context, &mut shop.merchant, state, &error).unwrap_err();
    assert!(matches!(fault, Error::Refused(_)), "{fault}");
}

#[test]
fn a_request_kept_back_past_the_window_is_too_old() {
    let mut street = Street::new();
    let (_, request) = street.p_init_req();
    street.clock.advance(3_600);
    assert!(street.shop.restarted().answer(&request).is_ok());
    street.clock.advance(1);
    let refused = street.shop.answer(&request).unwrap_err();
    assert_eq!(refused.error.code(), ErrorCode::MessageTooOld);
}

/// The error message of a refusal, its signature verified.
fn signed_error(refused: &Answered, trust: &mut Trust, tools: &Tools) -> ErrorTbs {
    let octets = refused.answer.as_ref().unwrap();
    let wrapper: MessageWrapper = asn1::decode(octets, &Limits::default()).unwrap();
    let Message::Error(message) = wrapper.message else {
        panic!("{}", wrapper.message.name());
    };
    let ErrorMessage::SignedError(signed) = *message else {
        panic!("unsigned");
    };
    let context = tools.context();
    trust.learn(&context, &signed, None).unwrap();
    let signer = trust
        .signer(&context, &signed, Purpose::MerchantSignature)
        .unwrap();
    let verified =
        s::verify::<ErrorTbs>(&tools.crypto, &signed, oid::content::ERROR_TBS, &signer).unwrap();
    (**verified.content()).clone()
}

#[test]
fn an_error_is_signed_names_the_header_at_fault_and_is_understood() {
    let mut street = Street::new();
    let (state, request) = street.p_init_req();
    let mut wrapper: MessageWrapper = asn1::decode(&request, &Limits::default()).unwrap();
    wrapper.message_header.date = wrapper.message_header.date.plus(DAY);
    let header = wrapper.message_header.clone();
    let refused = street
        .shop
        .answer(&asn1::encode(&wrapper).unwrap())
        .unwrap_err();
    let mut insider = street.shop.merchant.trust.clone();
    let tbs = signed_error(&refused, &mut insider, &street.shop.tools);
    assert_eq!(tbs.error_code, ErrorCode::MessageTooNew);
    assert_eq!(tbs.error_msg, ErrorMsg::MessageHeader(header));
    let wallet = &mut street.wallet;
    let answer = refused.answer.unwrap();
    let fault = state
        .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
        .unwrap_err();
    let Error::Refused(Refused { code, .. }) = fault else {
        panic!("{fault}");
    };
    assert_eq!(code, ErrorCode::MessageTooNew);
}

#[test]
fn octets_that_are_no_message_come_back_in_the_error() {
    let mut street = Street::new();
    let mut octets = street.p_init_req().1;
    // No length: not even the header can be found.
    octets[1] = 0xff;
    octets.extend([0; 30_000]);
    let refused = street.shop.answer(&octets).unwrap_err();
    let mut insider = street.shop.merchant.trust.clone();
    let tbs = signed_error(&refused, &mut insider, &street.shop.tools);
    assert_eq!(tbs.error_code, ErrorCode::DecodingFailure);
    let ErrorMsg::BadWrapper(quoted) = tbs.error_msg else {
        panic!("no octets");
    };
    assert_eq!(quoted.as_octets(), &octets[..20_000]);
}

#[test]
fn errors_and_responses_sent_to_a_server_are_not_answered() {
    let mut street = Street::new();
    let (_, request) = street.p_init_req();
    let response = street.shop.answer(&request).unwrap();
    let error = street.shop.answer(b"no message").unwrap_err().answer;
    for octets in [response, error.unwrap()] {
        for refused in [
            street.shop.answer(&octets).unwrap_err(),
            street.acquirer.answer(&octets).unwrap_err(),
            street.cca.answer(&octets).unwrap_err(),
        ] {
            assert_eq!(refused.error.code(), ErrorCode::MessageNotSupported);
            assert_eq!(refused.answer, None);
        }
    }
}

#[test]
fn a_request_sent_to_another_role_is_not_supported_and_the_error_says_so() {
    let mut street = Street::new();
    let (_, request) = street.p_init_req();
    for refused in [
        street.acquirer.answer(&request).unwrap_err(),
        street.mca.answer(&request).unwrap_err(),
    ] {
        assert_eq!(refused.error.code(), ErrorCode::MessageNotSupported);
        assert!(refused.answer.is_some());
    }
}

#[test]
fn a_response_to_another_request_is_dropped() {
    let mut street = Street::new();
    let (first, request) = street.p_init_req();
    let (second, _) = street.p_init_req();
    let answer = street.shop.answer(&request).unwrap();
    let wallet = &mut street.wallet;
    let context = wallet.tools.context();
    let fault = second
        .handle(&context, &answer, &mut wallet.trust)
        .unwrap_err();
    assert_eq!(fault.code(), ErrorCode::UnknownRrpid);
    assert!(first.handle(&context, &answer, &mut wallet.trust).is_ok());
}

#[test]
fn a_request_without_an_rrpid_in_its_header_is_refused() {
    let mut street = Street::new();
    let (_, request) = street.p_init_req();
    let mut wrapper: MessageWrapper = asn1::decode(&request, &Limits::default()).unwrap();
    for rrpid in [None, Some(Rrpid::new([7; 20]))] {
        wrapper.message_header.rrpid = rrpid;
        let octets = asn1::encode(&wrapper).unwrap();
        let refused = street.shop.answer(&octets).unwrap_err();
        assert_eq!(refused.error.code(), ErrorCode::UnknownRrpid);
    }
}
