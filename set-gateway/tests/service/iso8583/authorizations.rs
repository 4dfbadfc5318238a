use serde_json::Value;
use set_core::gateway::host::Decision;
use set_core::msg::payment::auth_res::{AuthCode, AvsResult};
use set_gateway::host::iso8583::codec::Encoding;
use set_gateway::host::iso8583::frame::Prefix;
use set_gateway::host::{AcquirerHost as _, HostTrace};

use crate::iso8583::bank::{Bank, again, card, host, later, pan, price, request, trace, within};

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_answer_of_the_bank_becomes_its_auth_code_in_every_framing() {
    for (prefix, bitmap) in [
        (Prefix::Binary, Encoding::Binary),
        (Prefix::Binary, Encoding::Hex),
        (Prefix::Ascii, Encoding::Binary),
        (Prefix::Ascii, Encoding::Hex),
    ] {
        let Some(bank) = Bank::start(prefix, bitmap) else {
            return;
        };
        let host = bank.host();
        for (number, (code, expected)) in (1..).zip([
            ("00", AuthCode::Approved),
            ("01", AuthCode::CallIssuer),
            ("05", AuthCode::Declined),
            ("10", AuthCode::Approved),
            ("12", AuthCode::InvalidTransaction),
            ("13", AuthCode::AmountError),
            ("51", AuthCode::Declined),
            ("54", AuthCode::ExpiredCard),
            ("81", AuthCode::Approved),
            ("86", AuthCode::NoReply),
            ("87", AuthCode::NoReply),
            ("88", AuthCode::Approved),
            ("91", AuthCode::SystemError),
            ("94", AuthCode::NoReply),
        ]) {
            let request = request(number, card(code, 0));
            let answer = host.authorize(trace(number), &request).await;
            assert_eq!(answer.decision.auth_code(), expected, "{code}: {answer:?}");
            let Decision::Approved {
                approval_code,
                amount,
            } = answer.decision
            else {
                continue;
            };
            assert_eq!(approval_code.unwrap().as_str(), "123456");
            let wanted = if code == "10" { 501 } else { 1_001 };
            assert_eq!(amount, price(wanted));
            assert_eq!(answer.avs_result, Some(AvsResult::FullMatch));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_garbage_and_broken_connections_are_no_reply_and_the_next_request_is_answered() {
    let Some(mut bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
        return;
    };
    let host = bank.impatient_host().await;
    let mut number = 0;
    for code in ["68", "80", "82", "83", "84", "85", "89"] {
        number += 1;
        let unanswered = request(number, card(code, 0));
        let answer = host.authorize(trace(number), &unanswered).await;
        assert_eq!(answer.decision, Decision::NoReply, "{code}");
        if code == "85" {
            // The half answer blocks the connection until the host is found to be silent.
            continue;
        }
        // A connection that is being made again is waited for; one that was refused is not,
        // and a bank that this machine has no time for is as silent as one that is down.
        let answered = async {
            loop {
                number += 1;
                let good = request(number, card("00", 0));
                let decision = host.authorize(trace(number), &good).await.decision;
                if !matches!(decision, Decision::SystemError | Decision::NoReply) {
                    break decision;
                }
            }
        };
        let decision = within(answered).await;
        assert_eq!(decision.auth_code(), AuthCode::Approved, "after {code}");
    }
    // Each was authorized at the bank and has to be reversed there.
    let book = bank.book();
    let held = book["book"].as_object().unwrap().values();
    assert!(
        held.filter(|entry| entry["times"] == 1).count() >= 12,
        "{book}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_is_told_as_one_and_gets_the_first_answer() {
    let Some(mut bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
        return;
    };
    let request = request(1, card("68", 0));
    assert_eq!(
        bank.impatient_host()
            .await
            .authorize(trace(1), &request)
            .await
            .decision,
        Decision::NoReply
    );
    let answer = bank.host().authorize(again(trace(1)), &request).await;
    assert_eq!(answer.decision.auth_code(), AuthCode::Approved);
    let entry = bank.only();
    assert_eq!((&entry["times"], &entry["asked"]), (&1.into(), &2.into()));
    assert_eq!(bank.types(), ["0100", "0101"]);
    for field in ["7", "11", "37"] {
        let about = |message: &&Value| message["t"].as_str().unwrap().starts_with("01");
        let told: Vec<_> = bank.received.iter().filter(about).collect();
        assert_eq!(told[0][field], told[1][field], "field {field}");
        assert!(!told[0][field].is_null(), "field {field}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_takes_no_repetitions_is_not_asked_again() {
    let Some(mut bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
        return;
    };
    let mut config = bank.config();
    config.repeats = false;
    let host = host(&config);
    let request = request(1, card("00", 0));
    let answer = host.authorize(again(trace(1)), &request).await;
    assert_eq!(answer.decision, Decision::NoReply);
    assert!(bank.types().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_at_once_get_each_its_own_answer() {
    let Some(mut bank) = Bank::start(Prefix::Ascii, Encoding::Hex) else {
        return;
    };
    let host = bank.host();
    let mut asking = tokio::task::JoinSet::new();
    for number in 1..=100 {
        let host = std::sync::Arc::clone(&host);
        asking.spawn(async move {
            let code = if number % 3 == 0 { "05" } else { "00" };
            let mut request = request(number, card(code, 0));
            request.amount = price(number);
            let trace = HostTrace {
                date: later(number % 7),
                ..trace(number)
            };
            (number, host.authorize(trace, &request).await.decision)
        });
    }
    while let Some(done) = asking.join_next().await {
        match done.unwrap() {
            (number, Decision::Approved { amount, .. }) => {
                assert_eq!(amount, price(number));
                assert_ne!(number % 3, 0);
            }
            (number, other) => assert_eq!((number % 3, other), (0, Decision::Declined)),
        }
    }
    assert_eq!(bank.book()["book"].as_object().unwrap().len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_iso_8583_cannot_say_is_not_sent() {
    let Some(mut bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
        return;
    };
    let host = bank.host();
    let mut too_fine = request(1, card("00", 0));
    too_fine.amount.amt_exp10 = -3;
    let answer = host.authorize(trace(1), &too_fine).await;
    assert_eq!(answer.decision, Decision::AmountError);
    let mut too_long = request(2, card("00", 0));
    too_long.merchant_id = "A merchant with a long id".parse().unwrap();
    let answer = host.authorize(trace(2), &too_long).await;
    assert_eq!(answer.decision, Decision::SystemError);
    assert!(bank.types().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_verification_comes_from_field_44() {
    let Some(bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
        return;
    };
    let host = bank.host();
    for (number, expected) in (0..).zip([
        AvsResult::FullMatch,
        AvsResult::NoMatch,
        AvsResult::AddressMatchOnly,
        AvsResult::PostalCodeMatchOnly,
        AvsResult::ResultUnavailable,
    ]) {
        let mut request = request(number, pan(&format!("999901000000{number}00")));
        let answer = host.authorize(trace(number + 1), &request).await;
        assert_eq!(answer.avs_result, Some(expected));
        request.avs_data = None;
        let answer = host.authorize(trace(number + 1), &request).await;
        assert_eq!(answer.avs_result, None);
    }
}
