//! Servers for set-core's roles, and what all parties of the brand have.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use set_core::error::Error;
use set_core::exchange::{Context, Received, receive};
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::party::{Identity, Trust};
use set_core::path::TrustStore;
use set_node::config::{Limits, ListenConfig, Timeouts};
use set_node::node::Node;
use set_node::service::{BoxFuture, Handler, Reply, RequestContext, Shutdown, ShutdownTrigger};
use set_node::station::Station;
use set_node::telemetry::Metrics;
use set_node::transport::{Endpoint, FramingFault};
use set_testkit::clock::noon;
use set_testkit::hierarchy::{Issued, LeafCa, hierarchy};
use set_testkit::secrets::{Secrets, search};

/// A role as a function from request to response.
pub(crate) trait Role: Send + Sync + 'static {
    fn answer(&self, context: &Context<'_>, request: &Received<'_>) -> Result<Vec<u8>, Error>;
}

struct Served<R>(R);

impl<R: Role> Handler for Served<R> {
    fn handle(&self, request: Bytes, _: RequestContext) -> BoxFuture<'_, Reply> {
        Box::pin(async move {
            let station = station();
            let context = station.context();
            let received = receive(&context, &request, |_| true).unwrap();
            match self.0.answer(&context, &received) {
                Ok(octets) if octets.is_empty() => Reply::Nothing,
                Ok(octets) => Reply::from(octets),
                Err(error) => {
                    let refusal = received.refuse(error);
                    Reply::from(refusal.answer(&context, None).unwrap().unwrap())
                }
            }
        })
    }

    fn refuse(&self, _: FramingFault, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

/// A server on TCP and HTTP, in this order, that stops when this is dropped.
pub(crate) struct Server {
    pub(crate) endpoints: Vec<Endpoint>,
    trigger: ShutdownTrigger,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.trigger.stop();
    }
}

pub(crate) async fn serve(role: impl Role, routes: axum::Router) -> Server {
    let local = Some(([127, 0, 0, 1], 0).into());
    let listen = ListenConfig {
        tcp: local,
        http: local,
        ..ListenConfig::default()
    };
    let node = Node::bind(&listen, &Limits::default(), &Timeouts::default())
        .await
        .unwrap();
    let endpoints = node.endpoints();
    let (trigger, shutdown) = Shutdown::new();
    let ready = Arc::new(|| -> BoxFuture<'static, _> { Box::pin(async { Ok(()) }) });
    let handler = Arc::new(Served(role));
    tokio::spawn(node.serve(handler, routes, Metrics::default(), ready, shutdown));
    Server { endpoints, trigger }
}

pub(crate) fn station() -> Station {
    Station::new("test", "1").unwrap().with_clock(noon)
}

pub(crate) fn trust() -> Trust {
    let brand = hierarchy();
    let station = station();
    let context = station.context();
    let mut trust = Trust::new(TrustStore::new(vec![brand.root.certificate.clone()]));
    for certificate in brand.certificates() {
        trust.hold(certificate);
    }
    for crl in &brand.crls {
        trust.hold_crl(&context, crl.clone());
    }
    trust.hold_bci(&context, brand.bci.clone());
    trust
}

/// `issued` with the CAs above it; none above but the brand CA for a CA itself.
pub(crate) fn identity(issued: &Issued, ca: Option<&LeafCa>) -> Identity {
    let mut chain = Vec::new();
    chain.extend(ca.map(|ca| ca.cert_signing.certificate.clone()));
    chain.push(hierarchy().brand_ca.certificate.clone());
    Identity {
        key: issued.key.clone(),
        certificate: issued.certificate.clone(),
        chain,
    }
}

pub(crate) fn price() -> CurrencyAmount {
    CurrencyAmount {
        currency: Currency::new(840).unwrap(),
        amount: 12_950,
        amt_exp10: -2,
    }
}

pub(crate) const PAN: &str = "5500000000000004";

fn card() -> Secrets {
    let mut secrets = Secrets::default();
    secrets.add("the account number", PAN.as_bytes());
    secrets
}

pub(crate) fn shows_the_card(octets: &[u8]) -> bool {
    card().shown_by(octets).is_some()
}

/// Looks for the account number in every file; returns how many octets were looked at.
pub(crate) fn scan(folder: &Path) -> usize {
    let searched = search(folder, &card()).unwrap();
    assert_eq!(searched.found, None);
    searched.octets
}

/// A merchant that answers PInitReq and nothing else.
pub(crate) struct SilentAfterOffer<R>(pub(crate) R);

impl<R: Role> Role for SilentAfterOffer<R> {
    fn answer(&self, context: &Context<'_>, request: &Received<'_>) -> Result<Vec<u8>, Error> {
        match &request.message {
            set_core::msg::message::Message::PInitReq(_) => self.0.answer(context, request),
            _ => Ok(Vec::new()),
        }
    }
}
