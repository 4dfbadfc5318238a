//! Reversals, credits and batches, through the store.

use std::sync::atomic::Ordering;

use set_core::exchange::CapRevOrCred;
use set_core::gateway::host::HostEvent;
use set_core::merchant::{Merchant, Sale, batch_admin, correct, reverse};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::auth_rev::AuthRevCode;
use set_core::msg::payment::batch_admin::{
    BaStatus, BatchAdminResData, BatchOperation, MaximumItems, ReturnTransactionDetail,
    TransmissionStatus,
};
use set_core::msg::payment::cap::CapCode;
use set_core::msg::payment::cap_rev_or_cred::CapRevOrCredCode;
use set_gateway::service::GatewayService;
use set_node::store::Store;

use crate::rig::{
    Host, agreed, ask, auth_req, authorized, captured, merchant, price, service, station, takes,
};

fn cents(amount: u64) -> CurrencyAmount {
    CurrencyAmount { amount, ..price() }
}

async fn corrected(
    service: &GatewayService,
    merchant: &mut Merchant,
    what: CapRevOrCred,
    sale: Sale,
    amount: Option<u64>,
) -> (Sale, CapRevOrCredCode) {
    let station = station();
    let context = station.context();
    let wish = correct::Wish {
        auth_rrpid: sale.payments[0].auth_rrpid,
        capture: 0,
        credit: (what == CapRevOrCred::CredRev).then_some(0),
        amount: amount.map(cents),
        new_batch_id: None,
    };
    let asked = vec![(sale, vec![wish])];
    let (sales, request) = correct::correct(&context, merchant, what, asked, None).unwrap();
    let response = ask(service, &request).await;
    assert_eq!(ask(service, &request).await, response);
    let mut answers = correct::handle(&context, merchant, sales, &response).unwrap();
    let answer = answers.pop().unwrap();
    (answer.sale, answer.codes[0])
}

async fn administered(
    service: &GatewayService,
    merchant: &mut Merchant,
    operation: Option<BatchOperation>,
) -> BatchAdminResData {
    let station = station();
    let wish = batch_admin::Wish {
        operation,
        summary: true,
        page: Some(ReturnTransactionDetail {
            starting_point: 0,
            maximum_items: MaximumItems::new(9).unwrap(),
            errors_only_ind: false,
            brand_id: None,
        }),
        ..batch_admin::Wish::default()
    };
    let context = station.context();
    let (state, request) = batch_admin::batch_admin(&context, merchant, wish).unwrap();
    let response = ask(service, &request).await;
    state.handle(&context, merchant, &response).unwrap()
}

#[tokio::test]
async fn what_is_captured_is_credited_and_uncredited_and_uncaptured_and_the_host_hears_it_in_order()
{
    let (store, host) = (Store::in_memory().await.unwrap(), Host::approving());
    let (one, mut merchant) = (service(&store, &host), merchant());
    let sale = authorized(&one, &mut merchant).await;
    let (sale, code) = captured(&one, &mut merchant, sale, 10_000).await;
    assert_eq!(code, CapCode::Success);
    for (what, amount) in [
        (CapRevOrCred::Cred, Some(4_000)),
        (CapRevOrCred::CredRev, None),
        (CapRevOrCred::CapRev, None),
    ] {
        // Each time as after a restart.
        let two = service(&store, &host);
        let (_, code) = corrected(&two, &mut merchant, what, sale_now(&sale, what), amount).await;
        assert_eq!(code, CapRevOrCredCode::Success, "{what:?}");
    }
    host.deaf.store(true, Ordering::SeqCst);
    assert_eq!(one.advise().await.unwrap(), 0);
    host.deaf.store(false, Ordering::SeqCst);
    assert_eq!(one.advise().await.unwrap(), 4);
    let told = host.told.lock().unwrap().clone();
    let events: Vec<HostEvent> = told.iter().map(|(event, ..)| *event).collect();
    let expected = [
        HostEvent::Capture,
        HostEvent::Credit,
        HostEvent::CreditReversal,
        HostEvent::CaptureReversal,
    ];
    assert_eq!(events, expected);
    assert!(told.iter().all(|(_, _, pan)| pan == "4111111111111111"));
    let totals = administered(&one, &mut merchant, None).await.batch_status;
    let totals = totals.unwrap().batch_details.batch_totals;
    assert_eq!(totals.transaction_total_amt_debit.amount, 14_000);
    assert_eq!(totals.transaction_total_amt_credit.amount, 14_000);
    let audit = agreed(&store).await;
    assert_eq!((audit.authorizations, audit.items), (1, 4));
}

/// The sale with the credit that is to be undone, whatever the merchant remembers.
fn sale_now(sale: &Sale, what: CapRevOrCred) -> Sale {
    let mut sale = sale.clone();
    if what == CapRevOrCred::CredRev {
        let payment = &mut sale.payments.as_mut_slice()[0];
        payment.captures.as_mut_slice()[0]
            .credits
            .push(set_core::merchant::sale::Credited {
                asked: station().now(),
                amount: cents(4_000),
                date: station().now(),
                reversed: false,
                slot: None,
            });
    }
    sale
}

#[tokio::test]
async fn an_authorization_taken_back_frees_its_instruction_and_the_host_is_told() {
    let (store, host) = (Store::in_memory().await.unwrap(), Host::approving());
    let (service, mut merchant, station) = (service(&store, &host), merchant(), station());
    let sale = authorized(&service, &mut merchant).await;
    let again = sale.ordered.clone();
    let rrpid = sale.payments[0].auth_rrpid;
    let context = station.context();
    let (sale, request) = reverse::reverse(&context, &merchant, sale, rrpid, cents(0)).unwrap();
    let response = ask(&service, &request).await;
    assert_eq!(ask(&service, &request).await, response);
    let answer = reverse::handle(&context, &mut merchant, sale, &response).unwrap();
    assert_eq!(answer.auth_rev_code, AuthRevCode::Approved);
    let (sale, request) = auth_req(&merchant, again, false);
    let response = ask(&service, &request).await;
    let answer = takes(&mut merchant, sale, &response).unwrap();
    assert_eq!(answer.auth_code, AuthCode::Approved);
    assert_eq!(service.advise().await.unwrap(), 1);
    let told = host.told.lock().unwrap().clone();
    assert_eq!(told[0].0, HostEvent::AuthorizationReversal);
    assert_eq!(agreed(&store).await.authorizations, 2);
}

#[tokio::test]
async fn a_closed_batch_is_handed_over_and_a_purged_one_is_empty() {
    let (store, host) = (Store::in_memory().await.unwrap(), Host::approving());
    let (service, mut merchant) = (service(&store, &host), merchant());
    let sale = authorized(&service, &mut merchant).await;
    captured(&service, &mut merchant, sale, 10_000).await;
    let closed = administered(&service, &mut merchant, Some(BatchOperation::Close)).await;
    assert_eq!(closed.ba_status, Some(BaStatus::Success));
    assert_eq!(
        closed.transmission_status,
        Some(TransmissionStatus::Pending)
    );
    assert_eq!(service.advise().await.unwrap(), 2);
    assert_eq!(host.settled.lock().unwrap().len(), 1);

    let sale = authorized(&service, &mut merchant).await;
    captured(&service, &mut merchant, sale.clone(), 5_000).await;
    let shown = administered(&service, &mut merchant, None).await;
    assert_ne!(shown.batch_id, closed.batch_id);
    let items = shown.trans_details.unwrap().transaction_detail_seq;
    assert_eq!(items.len(), 1);
    let purged = administered(&service, &mut merchant, Some(BatchOperation::Purge)).await;
    assert_eq!(purged.ba_status, Some(BaStatus::Success));
    let shown = administered(&service, &mut merchant, None).await;
    assert_eq!(shown.trans_details, None);
    assert_eq!(agreed(&store).await.items, 1);
    // What was purged can be captured again.
    let (_, code) = captured(&service, &mut merchant, sale, 5_000).await;
    assert_eq!(code, CapCode::Success);
    let audit = agreed(&store).await;
    assert_eq!((audit.batches, audit.items), (2, 2));
}
