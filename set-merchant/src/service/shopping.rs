//! What a wallet asks: PInitReq, PReq, InqReq.

use std::sync::Arc;

use set_core::error::PeerFault;
use set_core::evidence::Exhibit;
use set_core::merchant::order::{Order, Ordered};
use set_core::merchant::{evidence, inq, p_init, p_req, p_res};
use set_core::msg::message::Message;
use set_core::msg::payment::p_req::Pi;
use set_node::call::Trace;
use set_node::proved::Proved;

use super::{Request, Till, brand_of};
use crate::config::AuthorizeWhen;
use crate::fault::Fault;
use crate::ledger::{self, Entry};

impl Till {
    pub(super) async fn p_init(
        &self,
        request: &Arc<Request>,
        entry: Entry,
    ) -> Result<Vec<u8>, Fault> {
        let Entry { order, version } = entry;
        let offer = match order {
            Order::Offered(offer) => offer,
            // A wallet may begin anew as long as nothing was ordered.
            Order::Initiated(state) => state.offer,
            _ => return Err(PLACED.into()),
        };
        let asked = Arc::clone(request);
        let brand_id = match &request.message {
            Message::PInitReq(message) => Some(message.brand_id.clone()),
            _ => None,
        };
        // A brand that nobody serves is refused by whoever is asked.
        let brand_id = brand_id.filter(|brand_id| self.counter(Some(brand_id)).is_ok());
        let (state, response) = self
            .compute(brand_id.as_ref(), move |context, merchant| {
                match &asked.message {
                    Message::PInitReq(message) => {
                        p_init::p_init(context, merchant, &asked.header, message, offer)
                    }
                    other => Err(PeerFault::MessageNotSupported(other.name()).into()),
                }
            })
            .await?;
        let order = Order::Initiated(state);
        self.commit(request, Some((&order, version)), response, Vec::new())
            .await
    }

    pub(super) async fn p_req(
        &self,
        request: &Arc<Request>,
        entry: Entry,
        begun: bool,
    ) -> Result<Vec<u8>, Fault> {
        let Entry { order, version } = entry;
        match order {
            Order::Offered(_) => Err(PeerFault::UnknownXid.into()),
            Order::Initiated(state) => {
                let asked = Arc::clone(request);
                let brand_id = state.brand_id.clone();
                let (ordered, exhibit) = self
                    .compute(Some(&brand_id), move |context, merchant| {
                        match &asked.message {
                            Message::PReq(message) => {
                                let ordered =
                                    p_req::p_req(context, merchant, &asked.header, message, state)?;
                                let offer = &ordered.initiated.offer;
                                let exhibit = evidence::order(context, merchant, message, offer);
                                Ok((ordered, exhibit))
                            }
                            other => Err(PeerFault::MessageNotSupported(other.name()).into()),
                        }
                    })
                    .await?;
                prove_order(self.trace, &ordered);
                let order = Order::from(ordered);
                let asks = self.counter(Some(&brand_id))?.gateway.is_known();
                if self.config.authorize != AuthorizeWhen::AtOnce || !asks {
                    let (response, acceptance) = self.p_res(order.clone()).await?;
                    let kept = exhibit.into_iter().chain(acceptance).collect();
                    let response = self
                        .commit(request, Some((&order, version)), response, kept)
                        .await?;
                    self.unsettled.notify_one();
                    return Ok(response);
                }
                let entry = Box::pin(self.ask(order, version, Some((request, exhibit)))).await?;
                Box::pin(self.finish(request, entry)).await
            }
            // The answer was lost on the way here, in a crash or because the wallet had no
            // patience: it is made from the state that the order has now.
            order if begun => Box::pin(self.finish(request, Entry { order, version })).await,
            _ => Err(PLACED.into()),
        }
    }

    /// Sees the authorization through as far as the gateway lets, and answers PReq.
    async fn finish(&self, request: &Arc<Request>, entry: Entry) -> Result<Vec<u8>, Fault> {
        let lid_m = entry.order.offer().lid_m.clone();
        let patience = self.config.gateway_patience.duration();
        let order = match self.settle_authorization(entry, patience).await {
            Ok(entry) => entry.order,
            Err(fault) if fault.is_busy() => return Err(fault),
            Err(fault) => {
                tracing::warn!(order = %lid_m, %fault, "not authorized yet; asked again later");
                let mut tx = self.store.begin().await?;
                let entry = ledger::load(&mut tx, &lid_m).await?;
                entry.ok_or(PeerFault::UnknownXid)?.order
            }
        };
        let (response, acceptance) = self.p_res(order).await?;
        let kept = acceptance.into_iter().collect();
        self.commit(request, None, response, kept).await
    }

    pub(super) async fn inq(&self, request: &Arc<Request>, entry: Entry) -> Result<Vec<u8>, Fault> {
        let asked = Arc::clone(request);
        let brand_id = brand_of(&entry.order).cloned();
        let response = self
            .compute(brand_id.as_ref(), move |context, merchant| {
                match &asked.message {
                    Message::InqReq(message) => {
                        inq::inq(context, merchant, &asked.header, message, &entry.order)
                    }
                    other => Err(PeerFault::MessageNotSupported(other.name()).into()),
                }
            })
            .await?;
        self.commit(request, None, response, Vec::new()).await
    }

    /// PRes about an order, and what is kept of it.
    async fn p_res(&self, order: Order) -> Result<(Vec<u8>, Option<Exhibit>), Fault> {
        let brand_id = brand_of(&order).cloned();
        self.compute(brand_id.as_ref(), move |context, merchant| {
            let ordered = order.ordered().ok_or(PeerFault::UnknownXid)?;
            let trans_ids = &ordered.initiated.trans_ids;
            let response = p_res::p_res(
                context,
                merchant,
                trans_ids,
                ordered.rrpid,
                ordered.chall_c,
                &order,
            )?;
            let acceptance = evidence::acceptance(context, merchant, &response)?;
            Ok((response, acceptance))
        })
        .await
    }
}

/// What PReq proved; each of it was checked on the way to [`Ordered`].
fn prove_order(trace: Trace, ordered: &Ordered) {
    let xid = ordered.initiated.trans_ids.xid;
    let proved = Proved::new("merchant", "PReq", Some(xid))
        .fact("order description and amount are what the shop offered: HOD computed anew");
    let proved = match &*ordered.pi {
        Pi::PiDualSigned(_) => proved
            .fact("cardholder's chain verified up to the root")
            .fact("one signature of the cardholder ties this order to its payment instruction")
            .fact("the payment instruction is under the gateway's key: passed on unread"),
        Pi::PiUnsigned(_) | Pi::AuthToken(_) => {
            proved.fact("the gateway's certificate asks for no signature of the cardholder")
        }
    };
    proved.tell(trace);
}

const PLACED: PeerFault = PeerFault::Unspecified("this order was placed already");
