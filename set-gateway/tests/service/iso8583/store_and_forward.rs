use std::path::Path;
use std::sync::Arc;

use set_core::msg::payment::auth_res::AuthCode;
use set_gateway::host::Iso8583Host;
use set_gateway::host::iso8583::codec::Encoding;
use set_gateway::host::iso8583::frame::Prefix;
use set_gateway::service::GatewayService;
use set_node::config::Period;
use set_node::store::Store;

use crate::iso8583::bank::{Bank, host, within};
use crate::rig::{
    ask, auth_req, authorized, captured, code, merchant, order, price, service, takes,
};

/// A gateway on that folder, as after a start of the process.
async fn started(folder: &Path, host: &Arc<Iso8583Host>) -> GatewayService {
    let store = Store::open(folder, &Default::default()).await.unwrap();
    service(&store, host)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_request_is_reversed_by_the_next_run_if_this_one_does_not_come_to_it() {
    let Some(mut bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
        return;
    };
    // Authorizes and says nothing; the first telling of the reversal gets no answer either.
    bank.behave("68", '2');
    let folder = tempfile::tempdir().unwrap();
    let mut merchant = merchant();
    let first = started(folder.path(), &bank.impatient_host().await).await;
    let ordered = order(&mut merchant);
    let (state, request) = auth_req(&merchant, ordered, false);
    let response = ask(&first, &request).await;
    let answer = takes(&mut merchant, state, &response);
    assert_eq!(code(answer), AuthCode::NoReply);
    assert_eq!(bank.only()["authorized"], price().amount);
    assert_eq!(first.advise().await.unwrap(), 0);
    drop(first);

    let second = started(folder.path(), &bank.host()).await;
    assert_eq!(second.recover().await.unwrap(), 0);
    assert_eq!(second.advise().await.unwrap(), 1);
    assert_eq!(second.advise().await.unwrap(), 0);
    assert_eq!(bank.types(), ["0100", "0420", "0421"]);
    assert_eq!(bank.only()["authorized"], 0);
    assert_eq!(ask(&second, &request).await, response);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_dies_while_the_bank_is_silent_is_made_good_by_the_next_one() {
    for (repeats, expected) in [(true, AuthCode::Approved), (false, AuthCode::NoReply)] {
        let Some(mut bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
            return;
        };
        bank.behave("68", '0');
        let folder = tempfile::tempdir().unwrap();
        let mut merchant = merchant();
        let mut config = bank.config();
        config.repeats = repeats;
        config.answer = Period::seconds(3_600);
        let patient = host(&config);
        let first = started(folder.path(), &patient).await;
        let ordered = order(&mut merchant);
        let (state, request) = auth_req(&merchant, ordered, false);
        let work = tokio::spawn({
            let request = request.clone();
            async move { ask(&first, &request).await }
        });
        within(async {
            while bank.types().is_empty() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        work.abort();

        config.answer = bank.config().answer;
        let second = started(folder.path(), &host(&config)).await;
        assert_eq!(second.recover().await.unwrap(), 1);
        let response = ask(&second, &request).await;
        let answer = takes(&mut merchant, state, &response);
        assert_eq!(code(answer), expected);
        let entry = bank.only();
        assert_eq!(entry["times"], 1);
        if repeats {
            assert_eq!(second.advise().await.unwrap(), 0);
            assert_eq!(bank.types(), ["0100", "0101"]);
            assert_eq!(bank.only()["authorized"], price().amount);
        } else {
            assert_eq!(second.advise().await.unwrap(), 1);
            assert_eq!(bank.types(), ["0100", "0420"]);
            assert_eq!(bank.only()["authorized"], 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_is_told_to_the_bank_until_it_acknowledges_and_booked_once() {
    let Some(mut bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
        return;
    };
    bank.behave("00", '1');
    let folder = tempfile::tempdir().unwrap();
    let mut config = bank.config();
    // The authorization has to be answered in it, the first telling is waited for in vain.
    config.answer = Period::seconds(5);
    let mut merchant = merchant();
    let first = started(folder.path(), &host(&config)).await;
    let authorized = authorized(&first, &mut merchant).await;
    captured(&first, &mut merchant, authorized, price().amount).await;
    assert_eq!(first.advise().await.unwrap(), 0);
    drop(first);
    let second = started(folder.path(), &bank.host()).await;
    assert_eq!(second.advise().await.unwrap(), 1);
    assert_eq!(bank.types(), ["0100", "0220", "0221"]);
    assert_eq!(bank.only()["captured"], price().amount);
}
