//! Authorizations of one order that overtake each other.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use set_core::gateway::host::Decision;
use set_core::merchant::{authorize, reverse};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::ApprovalCode;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::auth_rev::AuthRevCode;
use set_gateway::service::{GatewayService, Parts};
use set_node::call::Trace;
use set_node::config::Limits;
use set_node::service::CryptoPool;
use set_node::store::Store;
use set_testkit::clock::noon;
use tokio::runtime::Handle;

use crate::rig::{
    Host, agreed, ask, auth_req, code, gateway, merchant, order, price, station, takes,
};

/// Holds a thread for cryptography at the reading of the clock that was asked for.
#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Readings to come until one waits; none waits at 0.
    left: usize,
    waits: bool,
    open: bool,
}

impl Gate {
    fn pass(&self) {
        // Steps of the service itself may hold a transaction.
        if Handle::try_current().is_ok() {
            return;
        }
        let mut state = self.state.lock().unwrap();
        if state.left == 0 {
            return;
        }
        state.left -= 1;
        if state.left > 0 {
            return;
        }
        state.waits = true;
        let _open = self.changed.wait_while(state, |state| !state.open).unwrap();
    }

    fn close_at(&self, reading: usize) {
        self.state.lock().unwrap().left = reading;
    }

    fn waits(&self) -> bool {
        self.state.lock().unwrap().waits
    }

    fn open(&self) {
        let mut state = self.state.lock().unwrap();
        (state.left, state.open) = (0, true);
        self.changed.notify_all();
    }
}

fn cents(amount: u64) -> CurrencyAmount {
    CurrencyAmount { amount, ..price() }
}

fn approve(host: &Host, amount: u64) {
    *host.decision.lock().unwrap() = Decision::Approved {
        approval_code: ApprovalCode::new("123456").ok(),
        amount: cents(amount),
    };
}

/// Half of an order is authorized, the other half by token, for which the host is being asked;
/// then the first half is taken back, which frees the payment instruction, and all of the order
/// is asked for with it. That request waits at one of its readings of the clock until the other
/// half is approved. Gives whether it waited.
async fn overtaken_at(reading: usize) -> bool {
    let gate = Arc::new(Gate::default());
    let (store, host) = (Store::in_memory().await.unwrap(), Host::approving());
    let clock = Arc::clone(&gate);
    let limits = Limits {
        crypto_workers: 4,
        ..Limits::default()
    };
    let service = GatewayService::new(Parts {
        station: station().with_clock(move || {
            clock.pass();
            noon()
        }),
        gateway: gateway().into(),
        store: store.clone(),
        pool: CryptoPool::new(&limits).unwrap(),
        host: host.clone(),
        places: 16,
        assigns_batches: true,
        keep_answers: Duration::from_secs(3600),
        trace: Trace::Off,
    });
    let mut merchant = merchant();
    let ordered = order(&mut merchant);
    let (station, half) = (station(), price().amount / 2);
    let context = station.context();

    approve(&host, half);
    let wish = authorize::Wish {
        subsequent_auth_ind: true,
        ..authorize::Wish::of(cents(half))
    };
    let sale = ordered.clone().into();
    let (sale, request) = authorize::authorize(&context, &merchant, sale, wish).unwrap();
    let first = takes(&mut merchant, sale, &ask(&service, &request).await);
    let first = first.unwrap().sale;

    host.hangs.send_replace(true);
    let wish = authorize::Wish::of(cents(half));
    let (second_sale, request) =
        authorize::authorize(&context, &merchant, first.clone(), wish).unwrap();
    let second = asking(&service, request);
    while host.asked.lock().unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }

    let auth_rrpid = first.payments[0].auth_rrpid;
    let (sale, request) =
        reverse::reverse(&context, &merchant, first, auth_rrpid, cents(0)).unwrap();
    let response = ask(&service, &request).await;
    let reversed = reverse::handle(&context, &mut merchant, sale, &response).unwrap();
    assert_eq!(reversed.auth_rev_code, AuthRevCode::Approved);

    gate.close_at(reading);
    let (whole_sale, request) = auth_req(&merchant, ordered, false);
    let whole = asking(&service, request);
    while !gate.waits() && !whole.is_finished() {
        tokio::task::yield_now().await;
    }
    let waited = gate.waits();
    if !waited {
        // It was answered before that many readings.
        gate.open();
    }
    host.hangs.send_replace(false);
    let second = takes(&mut merchant, second_sale, &second.await.unwrap());
    assert_eq!(code(second), AuthCode::Approved);
    approve(&host, price().amount);
    gate.open();
    let whole = takes(&mut merchant, whole_sale, &whole.await.unwrap());
    assert_eq!(code(whole), AuthCode::PiPreviouslyUsed, "{reading}");
    agreed(&store).await;
    waited
}

fn asking(service: &GatewayService, request: Vec<u8>) -> tokio::task::JoinHandle<Vec<u8>> {
    let service = service.clone();
    tokio::spawn(async move { ask(&service, &request).await })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_than_the_purchase_is_authorized_however_requests_overtake_each_other() {
    let mut waited = 0;
    while overtaken_at(waited + 1).await {
        waited += 1;
    }
    // At least once each: receiving, opening, judging, preparing.
    assert!(waited >= 4, "{waited}");
}
