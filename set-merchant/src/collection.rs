//! Asking the gateway about orders, and again after a crash.
//!
//! A request's octets are stored with the order before they are sent. Whoever finds an order
//! in such a state sends the same octets again, and the gateway answers as it did before.

use std::time::Duration;

use set_core::error::Error;
use set_core::exchange::{CapRevOrCred, Context};
use set_core::merchant::sale::Waiting;
use set_core::merchant::{
    Merchant, Order, Sale, authorize, batch_admin, capture, correct, evidence, reverse,
};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::{BrandId, LocalId, Rrpid};
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::auth_rev::AuthRevCode;
use set_core::msg::payment::batch_admin::BatchAdminResData;
use set_core::msg::payment::cap::CapCode;
use set_core::msg::payment::cap_rev_or_cred::CapRevOrCredCode;
use set_core::msg::recur::InstallRecurInd;
use set_node::proved::Proved;

use crate::api::Answer;
use crate::attempts;
use crate::backoff;
use crate::claims::{self, Claim};
use crate::config::CaptureWhen;
use crate::events::{self, Happened};
use crate::fault::Fault;
use crate::ledger::{self, Entry};
use crate::proof;
use crate::report::Report;
use crate::service::Till;
use crate::superseded;

/// A sale as it was loaded.
pub(crate) type Held = (Sale, u64);

/// What came of a request, for one order.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) sale: Sale,
    /// The gateway's code for each item.
    pub(crate) codes: Vec<&'static str>,
    /// Whether all is done that was asked for.
    pub(crate) success: bool,
}

/// Who asks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The server.
    Itself,
    /// An operator or a shop: attempts are counted from the beginning.
    Operator,
}

impl Till {
    /// Sees the authorization of an order through as far as the gateway lets, and stores the
    /// outcome: asks for it if that was not done, and asks again if no answer came. An order
    /// in another state is left as it is.
    pub(crate) async fn settle_authorization(
        &self,
        entry: Entry,
        patience: Duration,
    ) -> Result<Entry, Fault> {
        let Entry { order, version } = self.ask(entry.order, entry.version, None).await?;
        let Order::Placed(sale) = order else {
            return Ok(Entry { order, version });
        };
        if !matches!(sale.waiting, Some(Waiting::Authorization(_))) {
            let order = sale.into();
            return Ok(Entry { order, version });
        }
        let lid_m = sale.ordered.initiated.offer.lid_m.clone();
        self.send(vec![(sale, version)], patience).await?;
        let mut tx = self.store.begin().await?;
        let entry = ledger::load(&mut tx, &lid_m).await?;
        entry.ok_or(Fault::Damaged("an order"))
    }

    /// What is asked for when an order is authorized by itself: all of it, or the first
    /// instalment.
    pub(crate) fn first_authorization(&self, sale: &Sale) -> authorize::Wish {
        let offer = &sale.ordered.initiated.offer;
        let terms = offer.install_recur_data.as_ref();
        let amount = match terms.map(|terms| &terms.install_recur_ind) {
            Some(InstallRecurInd::InstallTotalTrans(total)) => {
                let each = offer.purch_amt.amount.div_ceil(total.value().max(1));
                let authorized = u64::try_from(sale.authorized()).unwrap_or(u64::MAX);
                // The last one is what rounding up has left of the price.
                let amount = match offer.purch_amt.amount.saturating_sub(authorized) {
                    0 => each,
                    left => each.min(left),
                };
                CurrencyAmount {
                    amount,
                    ..offer.purch_amt
                }
            }
            _ => offer.purch_amt,
        };
        authorize::Wish {
            capture_now: self.config.capture == CaptureWhen::Now,
            subsequent_auth_ind: terms.is_some(),
            ..authorize::Wish::of(amount)
        }
    }

    /// Authorizes an order, or the next part of it.
    pub(crate) async fn authorize(
        &self,
        (sale, version): Held,
        wish: authorize::Wish,
        claim: Option<&Claim>,
    ) -> Result<Vec<Done>, Fault> {
        let brand_id = sale.ordered.initiated.brand_id.clone();
        self.begin(&brand_id, vec![version], claim, move |context, merchant| {
            let (sale, _) = authorize::authorize(context, merchant, sale, wish)?;
            Ok(vec![sale])
        })
        .await
    }

    /// Lowers an authorization to `left`, or takes it back.
    pub(crate) async fn reverse(
        &self,
        (sale, version): Held,
        auth_rrpid: Rrpid,
        left: CurrencyAmount,
        claim: Option<&Claim>,
    ) -> Result<Vec<Done>, Fault> {
        let brand_id = sale.ordered.initiated.brand_id.clone();
        self.begin(&brand_id, vec![version], claim, move |context, merchant| {
            let (sale, _) = reverse::reverse(context, merchant, sale, auth_rrpid, left)?;
            Ok(vec![sale])
        })
        .await
    }

    /// Captures parts of orders, all of one brand, in one message; gives what came of each order, in their order.
    ///
    /// # Errors
    ///
    /// The gateway cannot be reached or its answer is not good: the orders are being
    /// captured from then on, and [`resume`](Self::resume) asks again.
    pub(crate) async fn capture(
        &self,
        sales: Vec<(Held, Vec<capture::Wish>)>,
        claim: Option<&Claim>,
    ) -> Result<Vec<Done>, Fault> {
        let Some(((sale, _), _)) = sales.first() else {
            return Ok(Vec::new());
        };
        let brand_id = sale.ordered.initiated.brand_id.clone();
        let versions = sales.iter().map(|((_, version), _)| *version).collect();
        let wished = sales
            .into_iter()
            .map(|((sale, _), wishes)| (sale, wishes))
            .collect();
        self.begin(&brand_id, versions, claim, move |context, merchant| {
            Ok(capture::capture(context, merchant, wished, None)?.0)
        })
        .await
    }

    /// Reverses a capture, gives a credit, or reverses one.
    pub(crate) async fn correct(
        &self,
        what: CapRevOrCred,
        (sale, version): Held,
        wish: correct::Wish,
        claim: Option<&Claim>,
    ) -> Result<Vec<Done>, Fault> {
        let brand_id = sale.ordered.initiated.brand_id.clone();
        self.begin(&brand_id, vec![version], claim, move |context, merchant| {
            let wished = vec![(sale, vec![wish])];
            Ok(correct::correct(context, merchant, what, wished, None)?.0)
        })
        .await
    }

    /// Administers a batch of a brand. Nothing is stored: who gets no answer asks again.
    pub(crate) async fn administer(
        &self,
        brand_id: Option<&BrandId>,
        wish: batch_admin::Wish,
    ) -> Result<BatchAdminResData, Fault> {
        let (state, request) = self
            .compute(brand_id, move |context, merchant| {
                batch_admin::batch_admin(context, merchant, wish)
            })
            .await?;
        self.exchange_about_batch(brand_id, state, &request).await
    }

    /// Sends a request about a batch, and takes its answer.
    pub(crate) async fn exchange_about_batch(
        &self,
        brand_id: Option<&BrandId>,
        state: batch_admin::Asking,
        request: &[u8],
    ) -> Result<BatchAdminResData, Fault> {
        let patience = self.config.timeouts.message.duration();
        let gateway = &self.counter(brand_id)?.gateway;
        let response = gateway.exchange(request, patience).await?;
        self.compute_and_learn(brand_id, move |context, merchant| {
            state.handle(context, merchant, &response)
        })
        .await
    }

    /// Makes a request, stores it with its orders and under its claim, and sends it.
    async fn begin(
        &self,
        brand_id: &BrandId,
        versions: Vec<u64>,
        claim: Option<&Claim>,
        step: impl FnOnce(&Context<'_>, &mut Merchant) -> Result<Vec<Sale>, Error> + Send + 'static,
    ) -> Result<Vec<Done>, Fault> {
        let sales = self.compute(Some(brand_id), step).await?;
        let waiting = sales.first().and_then(|sale| sale.waiting.as_ref());
        let rrpid = waiting.map(Waiting::rrpid);
        let mut tx = self.store.begin().await?;
        if let (Some(claim), Some(rrpid)) = (claim, rrpid) {
            claim.ask(&mut tx, rrpid).await?;
        }
        let mut asked = Vec::new();
        for (sale, version) in sales.into_iter().zip(versions) {
            let order = sale.clone().into();
            asked.push((sale, ledger::save(&mut tx, &order, version).await?));
        }
        tx.commit().await?;
        let patience = self.config.timeouts.message.duration();
        self.send(asked, patience).await
    }

    /// Sends the request `rrpid` again and stores what came of its orders.
    pub(crate) async fn resume(&self, rrpid: Rrpid, by: By) -> Result<Vec<Done>, Fault> {
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
                let waiting = waiting(&mut tx, name, rrpid).await?;
                if waiting.is_some() && by == By::Operator {
                    attempts::clear(&mut tx, name).await?;
                }
                asked.extend(waiting);
            }
            tx.commit().await?;
        }
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let patience = self.config.timeouts.message.duration();
        self.send(asked, patience).await
    }

    /// Sends the request that these orders wait for, and stores what the gateway says, or
    /// that it says nothing good.
    async fn send(&self, asked: Vec<Held>, patience: Duration) -> Result<Vec<Done>, Fault> {
        let orders: Vec<Order> = asked.iter().map(|(sale, _)| sale.clone().into()).collect();
        // Sales are large, and futures hold several: not on the stack.
        let outcome = Box::pin(self.exchange(asked, patience)).await;
        if let Err(fault) = &outcome
            && let Err(worse) = Box::pin(self.note(&orders, fault)).await
        {
            tracing::warn!(fault = %worse, "the attempt could not be noted");
        }
        outcome
    }

    /// Notes that there is no good answer about these orders.
    async fn note(&self, orders: &[Order], fault: &Fault) -> Result<(), Fault> {
        let (now, crypto) = (self.station.now(), self.station.crypto());
        let config = &self.config;
        let delay = |failures| backoff::delay(crypto, config.retry, config.longest_retry, failures);
        let mut tx = self.store.begin().await?;
        for order in orders {
            let lid_m = &order.offer().lid_m;
            let most = config.most_refused;
            if !attempts::note(&mut tx, lid_m, fault, now, delay, most).await? {
                continue;
            }
            tracing::error!(order = %lid_m, %fault, "the order needs the operator's attention");
            let entry = ledger::load(&mut tx, lid_m).await?;
            if let Some(entry) = entry {
                let happened = Happened {
                    what: "attention",
                    order: &entry.order,
                    version: entry.version,
                    codes: &[],
                    attention: true,
                };
                self.raise(&mut tx, &happened).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// Stores an event for the shop, if it wants to be told.
    pub(crate) async fn raise(
        &self,
        tx: &mut set_node::store::Tx,
        happened: &Happened<'_>,
    ) -> Result<(), Fault> {
        if self.config.callback.url.is_none() {
            return Ok(());
        }
        events::raise(tx, self.station.crypto(), self.station.now(), happened).await
    }

    async fn exchange(&self, asked: Vec<Held>, patience: Duration) -> Result<Vec<Done>, Fault> {
        let (sales, versions): (Vec<Sale>, Vec<u64>) = asked.into_iter().unzip();
        let waiting = sales.first().and_then(|sale| sale.waiting.clone());
        let Some(waiting) = waiting else {
            return Ok(Vec::new());
        };
        let request = waiting.request();
        let rrpid = waiting.rrpid();
        let first = sales.first();
        let brand_id = first.map(|sale| sale.ordered.initiated.brand_id.clone());
        let gateway = &self.counter(brand_id.as_ref())?.gateway;
        let response = gateway.exchange(request.as_bytes(), patience).await?;
        let xid = match sales.as_slice() {
            [sale] => Some(sale.trans_ids().xid),
            _ => None,
        };
        let held = sales.first().cloned().zip(versions.first().copied());
        let (done, waiting, exhibit) = self
            .compute_and_learn(brand_id.as_ref(), move |context, merchant| {
                let done = handle(context, merchant, sales, &waiting, &response)?;
                let exhibit = evidence::answer(context, merchant, &response)?;
                Ok((done, waiting, exhibit))
            })
            .await?;
        if let (Waiting::Authorization(_), [one], Some((sale, version))) =
            (&waiting, done.as_slice(), held)
            && one.codes.first() == Some(&AuthCode::PiPreviouslyUsed.name())
            && let Some(former) = Box::pin(self.reinstate(sale, version)).await?
        {
            tracing::warn!(%rrpid, %former, "the gateway knows a former request; asked for its answer");
            return Box::pin(self.resume(former, By::Itself)).await;
        }
        for one in &done {
            let xid = xid.or(Some(one.sale.trans_ids().xid));
            Proved::new("merchant", "the gateway's answer", xid)
                .fact("gateway's chain and signature verified")
                .fact("it answers our request: RRPID, transaction and amounts are as asked for")
                .fact(format!("the order is {}", one.sale.state()))
                .tell(self.trace);
        }
        match Box::pin(self.store_done(&done, &versions, &waiting, exhibit.as_ref())).await {
            // Server and command sent the same request, and the other was quicker.
            Err(fault) if fault.is_stale() && self.is_settled(&done, rrpid).await? => {
                tracing::info!(%rrpid, "the answer is stored already");
            }
            stored => stored?,
        }
        Ok(done)
    }

    /// Whether none of these orders waits for the answer to `rrpid` any more.
    async fn is_settled(&self, done: &[Done], rrpid: Rrpid) -> Result<bool, Fault> {
        let mut tx = self.store.begin().await?;
        for one in done {
            let order = Order::from(one.sale.clone());
            if waiting(&mut tx, &order.offer().lid_m, rrpid)
                .await?
                .is_some()
            {
                return Ok(false);
            }
        }
        tx.roll_back().await?;
        Ok(true)
    }

    /// Stores what came of the request that these orders waited for.
    async fn store_done(
        &self,
        done: &[Done],
        versions: &[u64],
        waiting: &Waiting,
        exhibit: Option<&set_core::evidence::Exhibit>,
    ) -> Result<(), Fault> {
        let mut tx = self.store.begin().await?;
        for (one, version) in done.iter().zip(versions.iter().copied()) {
            let order = one.sale.clone().into();
            let version = ledger::save(&mut tx, &order, version).await?;
            attempts::clear(&mut tx, &order.offer().lid_m).await?;
            superseded::clear(&mut tx, &order.offer().lid_m).await?;
            if let Some(exhibit) = exhibit {
                let xid = one.sale.trans_ids().xid;
                proof::keep(&mut tx, self.station.crypto(), &xid, exhibit).await?;
            }
            let mut happened = Happened {
                what: events::outcome(waiting, one.success),
                order: &order,
                version,
                codes: &one.codes,
                attention: false,
            };
            self.raise(&mut tx, &happened).await?;
            if matches!(waiting, Waiting::Authorization(_)) && one.codes.len() > 1 {
                happened.what = match one.sale.state() {
                    "captured" => "captured",
                    _ => "capture-refused",
                };
                self.raise(&mut tx, &happened).await?;
            }
        }
        let answer = || Answer::of(&Report::of(done)).octets();
        claims::settle(&mut tx, waiting.rrpid(), answer, self.unix_now()).await?;
        Ok(tx.commit().await?)
    }
}

/// Takes the answer to the request that these sales wait for.
fn handle(
    context: &Context<'_>,
    merchant: &mut Merchant,
    mut sales: Vec<Sale>,
    waiting: &Waiting,
    response: &[u8],
) -> Result<Vec<Done>, Error> {
    match (waiting, sales.pop()) {
        (Waiting::Authorization(_), Some(sale)) => {
            // An account number that came along is not kept.
            let answer = authorize::handle(context, merchant, sale, response)?;
            Ok(vec![Done {
                success: answer.auth_code == AuthCode::Approved,
                codes: [
                    Some(answer.auth_code.name()),
                    answer.cap_code.map(CapCode::name),
                ]
                .into_iter()
                .flatten()
                .collect(),
                sale: answer.sale,
            }])
        }
        (Waiting::Reversal(_), Some(sale)) => {
            let answer = reverse::handle(context, merchant, sale, response)?;
            Ok(vec![Done {
                success: answer.auth_rev_code == AuthRevCode::Approved,
                codes: vec![answer.auth_rev_code.name()],
                sale: answer.sale,
            }])
        }
        (Waiting::Capture(_), Some(last)) => {
            sales.push(last);
            let answers = capture::handle(context, merchant, sales, response)?;
            let done = answers.into_iter().map(|answer| Done {
                success: answer
                    .cap_codes
                    .iter()
                    .all(|code| *code == CapCode::Success),
                codes: answer.cap_codes.into_iter().map(CapCode::name).collect(),
                sale: answer.sale,
            });
            Ok(done.collect())
        }
        (Waiting::Correction(_), Some(last)) => {
            sales.push(last);
            let answers = correct::handle(context, merchant, sales, response)?;
            let good = |code: &CapRevOrCredCode| *code == CapRevOrCredCode::Success;
            let done = answers.into_iter().map(|answer| Done {
                success: answer.codes.iter().all(good),
                codes: answer
                    .codes
                    .into_iter()
                    .map(CapRevOrCredCode::name)
                    .collect(),
                sale: answer.sale,
            });
            Ok(done.collect())
        }
        (_, None) => Ok(Vec::new()),
    }
}

/// The sale of that lid-M, if it waits for the answer to that request.
async fn waiting(
    tx: &mut set_node::store::Tx,
    name: &LocalId,
    rrpid: Rrpid,
) -> Result<Option<Held>, Fault> {
    Ok(match ledger::load(tx, name).await? {
        Some(Entry {
            order: Order::Placed(sale),
            version,
        }) => {
            let waits = sale
                .waiting
                .as_ref()
                .is_some_and(|one| one.rrpid() == rrpid);
            waits.then_some((sale, version))
        }
        _ => None,
    })
}

/// Orders looked at in one transaction.
pub(crate) const PAGE: u32 = 100;
