//! Several gateways behind one address, one for each brand and acquirer.
//!
//! Each has a folder with its own keys, certificates and store; they share the listeners, the
//! workers and the acquirer's host. Which one a request is for, its envelope says; PCertReq is
//! answered for all.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use set_core::asn1::{self, Limits};
use set_core::gateway::envelope;
use set_core::msg::wrapper::MessageWrapper;
use set_node::keystore::KeyStore;
use set_node::service::{BoxFuture, Handler, Reply, RequestContext};
use set_node::store::Store;
use set_node::transport::{FramingFault, MediaType};

use crate::service::GatewayService;

/// One gateway of several.
#[derive(Clone, Debug)]
pub(crate) struct House {
    pub(crate) folder: PathBuf,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) store: Store,
    pub(crate) service: GatewayService,
}

/// The gateways; those that have no other to ask are asked first.
#[derive(Debug)]
pub(crate) struct Houses {
    first: GatewayService,
    further: Vec<GatewayService>,
    limits: Limits,
}

impl Houses {
    /// The gateways of `houses`; nothing when there are none.
    pub(crate) fn new(houses: &[House], limits: Limits) -> Option<Self> {
        for house in houses {
            let others = houses.iter().filter(|other| other.folder != house.folder);
            house.service.beside(others.map(|other| &other.service));
        }
        let (first, further) = houses.split_first()?;
        Some(Self {
            first: first.service.clone(),
            further: further.iter().map(|house| house.service.clone()).collect(),
            limits,
        })
    }

    /// The gateway that a request is for; the first where the request does not say.
    fn meant(&self, request: &[u8]) -> &GatewayService {
        if self.further.is_empty() {
            return &self.first;
        }
        let wrapper = asn1::decode::<MessageWrapper>(request, &self.limits);
        let meant = wrapper.ok().and_then(|wrapper| {
            let envelope = envelope(&wrapper.message)?;
            let mut further = self.further.iter();
            further.find(|service| service.gateway().now().is_meant(envelope))
        });
        meant.unwrap_or(&self.first)
    }
}

impl Handler for Houses {
    fn handle(&self, request: Bytes, context: RequestContext) -> BoxFuture<'_, Reply> {
        self.meant(&request).handle(request, context)
    }

    fn refuse(&self, reason: FramingFault, head: &[u8]) -> Option<Vec<u8>> {
        self.first.refuse(reason, head)
    }

    fn accepts(&self) -> &'static [MediaType] {
        self.first.accepts()
    }
}
