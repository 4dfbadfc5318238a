//! Asking the gateway for authorizations and captures, and again after a crash.
//!
//! A request's octets are stored with the order before they are sent. Whoever finds an order
//! in such a state sends the same octets again, and the gateway answers as it did before.

use std::time::Duration;

use set_core::merchant::authorize::Outcome as Authorization;
use set_core::merchant::capture::{self, Outcome as Capture};
use set_core::merchant::order::{Authorized, Capturing, Order};
use set_core::msg::ids::{LocalId, Rrpid};
use set_core::msg::payment::cap::CapCode;
use set_node::proved::Proved;

use crate::fault::Fault;
use crate::ledger::{self, Entry};
use crate::service::Till;

/// What came of the capture of one order.
#[derive(Clone, Debug)]
pub(crate) struct Collected {
    pub(crate) order: Order,
    /// The gateway's code.
    pub(crate) code: CapCode,
}

impl Till {
    /// Sends AuthReq of an order that waits for its authorization, and stores the outcome.
    /// An order in another state is left as it is.
    pub(crate) async fn settle_authorization(
        &self,
        entry: Entry,
        patience: Duration,
    ) -> Result<Entry, Fault> {
        let Entry { order, version } = self.ask(entry.order, entry.version, None).await?;
        let Order::Authorizing(state) = order else {
            return Ok(Entry { order, version });
        };
        let response = self
            .gateway
            .exchange(state.request.as_bytes(), patience)
            .await?;
        let outcome: Authorization = self
            .compute_and_learn(move |context, merchant| {
                // An account number that came along is not kept.
                Ok(state.handle(context, merchant, &response)?.outcome)
            })
            .await?;
        let order = Order::from(outcome);
        let xid = order.trans_ids().map(|trans_ids| trans_ids.xid);
        Proved::new("merchant", "AuthRes", xid)
            .fact("gateway's chain and signature verified")
            .fact("it answers our AuthReq: RRPID, transaction and amount are those asked for")
            .fact(format!("the order is {}", order.state()))
            .tell(self.trace);
        let mut tx = self.store.begin().await?;
        let version = ledger::save(&mut tx, &order, version).await?;
        tx.commit().await?;
        Ok(Entry { order, version })
    }

    /// Captures authorized orders together; gives what came of each, in their order.
    ///
    /// # Errors
    ///
    /// The gateway cannot be reached or its answer is not good: the orders are being
    /// captured from then on, and [`resume_capture`](Self::resume_capture) asks again.
    pub(crate) async fn capture(
        &self,
        orders: Vec<(Authorized, u64)>,
    ) -> Result<Vec<Collected>, Fault> {
        let (orders, versions): (Vec<Authorized>, Vec<u64>) = orders.into_iter().unzip();
        let (states, _) = self
            .compute(move |context, merchant| {
                let orders = orders
                    .into_iter()
                    .map(|order| {
                        let amount = order.amount;
                        (order, amount)
                    })
                    .collect();
                capture::capture(context, merchant, orders)
            })
            .await?;
        let mut tx = self.store.begin().await?;
        let mut asked = Vec::new();
        for (state, version) in states.into_iter().zip(versions) {
            let order = Order::Capturing(state.clone());
            asked.push((state, ledger::save(&mut tx, &order, version).await?));
        }
        tx.commit().await?;
        self.send_capture(asked).await
    }

    /// Sends the CapReq `rrpid` again and stores what came of its orders.
    pub(crate) async fn resume_capture(&self, rrpid: Rrpid) -> Result<Vec<Collected>, Fault> {
        let mut asked = Vec::new();
        let mut after = Vec::new();
        loop {
            let mut tx = self.store.begin().await?;
            let names = ledger::unsettled(&mut tx, &after, PAGE).await?;
            let Some(last) = names.last() else {
                break;
            };
            after = last.as_octets().to_vec();
            for name in &names {
                if let Some((state, version)) = capturing(&mut tx, name).await?
                    && state.rrpid == rrpid
                {
                    asked.push((state, version));
                }
            }
        }
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        self.send_capture(asked).await
    }

    async fn send_capture(&self, asked: Vec<(Capturing, u64)>) -> Result<Vec<Collected>, Fault> {
        let (states, versions): (Vec<Capturing>, Vec<u64>) = asked.into_iter().unzip();
        let Some(request) = states.first().map(|state| state.request.clone()) else {
            return Ok(Vec::new());
        };
        let patience = self.config.timeouts.message.duration();
        let response = self.gateway.exchange(request.as_bytes(), patience).await?;
        let outcomes = self
            .compute_and_learn(move |context, merchant| {
                capture::handle(context, merchant, states, &response)
            })
            .await?;
        Proved::new("merchant", "CapRes", None)
            .fact("gateway's chain and signature verified")
            .fact(format!(
                "every item asked for is answered once, of {}",
                outcomes.len()
            ))
            .tell(self.trace);
        let mut tx = self.store.begin().await?;
        let mut collected = Vec::new();
        for (outcome, version) in outcomes.into_iter().zip(versions) {
            let code = match &outcome {
                Capture::Captured(state) => state.cap_code,
                Capture::NotCaptured(_, code) => *code,
            };
            let order = Order::from(outcome);
            ledger::save(&mut tx, &order, version).await?;
            collected.push(Collected { order, code });
        }
        tx.commit().await?;
        Ok(collected)
    }
}

async fn capturing(
    tx: &mut set_node::store::Tx,
    name: &LocalId,
) -> Result<Option<(Capturing, u64)>, Fault> {
    Ok(match ledger::load(tx, name).await? {
        Some(Entry {
            order: Order::Capturing(state),
            version,
        }) => Some((state, version)),
        _ => None,
    })
}

/// Orders looked at in one transaction.
pub(crate) const PAGE: u32 = 100;
