//! Two gateways over one store.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use set_core::gateway::host::IdempotencyKey;
use set_core::msg::payment::auth_res::AuthCode;
use set_gateway::service::GatewayService;
use set_node::config::{StoreConfig, StoreUrl};
use set_node::service::{Binding, Handler, Reply, RequestContext};
use set_node::store::Store;
use set_testkit::externals::Postgres;
use tokio::task::JoinSet;

use crate::rig::{Host, agreed, auth_req, merchant, order, service, takes};

/// As a merchant does: comes again for as long as the gateway is busy.
async fn insist(service: GatewayService, request: Vec<u8>) -> Vec<u8> {
    for _ in 0..1000 {
        let context = RequestContext {
            peer: SocketAddr::from(([127, 0, 0, 1], 9)),
            binding: Binding::Tcp,
            deadline: tokio::time::Instant::now() + Duration::from_secs(60),
        };
        match service.handle(Bytes::from(request.clone()), context).await {
            Reply::Message(octets) => return octets.to_vec(),
            Reply::Busy => tokio::task::yield_now().await,
            other => panic!("{other:?}"),
        }
    }
    panic!("busy for ever");
}

async fn every_request_is_answered_once(config: &StoreConfig) {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::approving();
    let mut nodes = Vec::new();
    for _ in 0..2 {
        let store = Store::open(folder.path(), config).await.unwrap();
        nodes.push(service(&store, &host));
    }
    let mut merchant = merchant();
    for _ in 0..3 {
        let ordered = order(&mut merchant);
        // Two requests with one payment instruction, each sent to both nodes twice.
        let mut states = Vec::new();
        let mut work = JoinSet::new();
        for number in 0..2 {
            let ordered = ordered.clone();
            let (state, request) = auth_req(&merchant, ordered, true);
            states.push(state);
            for node in nodes.iter().chain(&nodes) {
                let (node, request) = (node.clone(), request.clone());
                work.spawn(async move { (number, insist(node, request).await) });
            }
        }
        let answers: HashSet<(usize, Vec<u8>)> = work.join_all().await.into_iter().collect();
        assert_eq!(answers.len(), 2, "a request has two answers");
        let mut captured = 0;
        for (number, state) in states.into_iter().enumerate() {
            let mut given = answers.iter().filter(|(asked, _)| *asked == number);
            let (_, response) = given.next().unwrap();
            let answer = takes(&mut merchant, state, response).unwrap();
            match answer.auth_code {
                AuthCode::Approved => captured += answer.sale.captured() / 12_950,
                other => assert_eq!(other, AuthCode::PiPreviouslyUsed),
            }
        }
        assert_eq!(captured, 1);
    }
    // The host may be asked twice about one authorization, under one key; not about others.
    assert_eq!(keys(host.asked.lock().unwrap().iter().copied()), 3);
    let store = Store::open(folder.path(), config).await.unwrap();
    assert_eq!(agreed(&store).await.items, 3);
    for node in &nodes {
        node.advise().await.unwrap();
    }
    let advised = host.told.lock().unwrap();
    assert_eq!(
        (advised.len(), keys(advised.iter().map(|(_, key, _)| *key))),
        (3, 3)
    );
}

fn keys(all: impl Iterator<Item = IdempotencyKey>) -> usize {
    all.map(|key| (key.xid, key.rrpid))
        .collect::<HashSet<_>>()
        .len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_gateways_on_one_file_authorize_and_capture_once() {
    every_request_is_answered_once(&StoreConfig::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_gateways_on_one_postgresql_authorize_and_capture_once() {
    let Some(server) = Postgres::require() else {
        return;
    };
    let config = StoreConfig {
        url: Some(StoreUrl::new(server.database())),
        ..StoreConfig::default()
    };
    every_request_is_answered_once(&config).await;
}
