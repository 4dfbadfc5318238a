use set_gateway::AdviceForm;
use set_gateway::host::iso8583::codec::Encoding;
use set_gateway::host::iso8583::frame::Prefix;
use set_gateway::host::{AcquirerHost as _, HostUnavailable};

use crate::iso8583::bank::{Bank, again, capture, card, host, impatient, request, reversal, trace};

#[tokio::test(flavor = "multi_thread")]
async fn captures_and_reversals_are_repeated_until_acknowledged_and_booked_once_in_either_form() {
    for (form, types) in [
        (
            AdviceForm::Advice,
            ["0100", "0220", "0221", "0100", "0420", "0421"],
        ),
        (
            AdviceForm::Request,
            ["0100", "0200", "0201", "0100", "0400", "0401"],
        ),
    ] {
        let Some(mut bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
            return;
        };
        let mut config = bank.config();
        config.advices = form;
        let host = host(&config);
        let hurried = impatient(config).await;
        let captured = request(1, card("00", 1));
        host.authorize(trace(1), &captured).await;
        let advice = capture(&captured);
        let unconfirmed = hurried.advise(trace(2), &advice).await;
        assert_eq!(unconfirmed, Err(HostUnavailable));
        host.advise(again(trace(2)), &advice).await.unwrap();

        let reversed = request(2, card("68", 2));
        hurried.authorize(trace(3), &reversed).await;
        let advice = reversal(&reversed, trace(3));
        let unconfirmed = hurried.reverse(trace(4), &advice).await;
        assert_eq!(unconfirmed, Err(HostUnavailable));
        host.reverse(again(trace(4)), &advice).await.unwrap();

        assert_eq!(bank.types(), types);
        let book = bank.book();
        let entries: Vec<_> = book["book"].as_object().unwrap().values().collect();
        assert_eq!(entries.len(), 2, "{book}");
        assert!(entries.iter().any(|entry| entry["captured"] == 1_001));
        let reversed = entries.iter().find(|entry| entry["reversed"] == 2).unwrap();
        assert_eq!(reversed["authorized"], 0);
        // 0100, the number of the request, its time, the acquirer, and nobody in between.
        let original = reversed["original"].as_str().unwrap();
        assert!(original.starts_with("0100000003"), "{original}");
        assert!(original.ends_with("0000045555500000000000"), "{original}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_of_what_the_bank_never_heard_of_is_acknowledged() {
    let Some(mut bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
        return;
    };
    let host = bank.host();
    let request = request(1, card("00", 0));
    let advice = reversal(&request, trace(1));
    host.reverse(trace(2), &advice).await.unwrap();
    // The request comes after all: it is refused.
    let answer = host.authorize(trace(1), &request).await;
    assert!(!matches!(
        answer.decision,
        set_core::gateway::host::Decision::Approved { .. }
    ));
    assert_eq!(bank.only()["times"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_advice_is_acknowledged_and_not_said_again() {
    let Some(bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
        return;
    };
    let host = bank.host();
    let request = request(1, card("00", 3));
    host.advise(trace(1), &capture(&request)).await.unwrap();
}
