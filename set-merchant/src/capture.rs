//! `capture`: collecting what was authorized.

use std::collections::{BTreeMap, BTreeSet};

use set_core::merchant::sale::{Payment, Waiting, no_detail};
use set_core::merchant::{Order, Sale, capture as step};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::{BatchId, MerOrderNum, Rrpid};
use set_core::msg::payment::sale_detail::SaleDetail;
use set_node::cli::Exit;
use set_node::program::{self, Screen, value};

use crate::claims::Claim;
use crate::cli::CaptureArgs;
use crate::collection::{By, Held, PAGE};
use crate::failure::Failure;
use crate::ledger::{self, Entry};
use crate::pos::Pos;
use crate::report::Report;
use crate::service::Till;
use crate::wishes::CaptureWish;

/// Captures orders, those first whose capture was begun and not answered.
///
/// # Errors
///
/// There is no such order or no gateway; the gateway cannot be reached or its answer is not
/// good.
pub async fn capture(pos: &Pos, args: &CaptureArgs, screen: &mut Screen) -> Result<Exit, Failure> {
    let till = pos.till(args.gateway.as_ref()).await?;
    let outcome = if args.all {
        till.capture_all(&args.wish).await
    } else {
        till.capture_orders(&args.orders, &args.wish, None).await
    };
    match outcome {
        Ok(report) => {
            screen.result(&report);
            Ok(report.exit())
        }
        // What is captured is captured.
        Err(Failure::Midway { done, source }) => {
            screen.result(&done);
            Err(*source)
        }
        Err(failure) => Err(failure),
    }
}

impl Till {
    /// Captures these orders, those first whose capture was begun and not answered.
    ///
    /// With a `claim` no order may wait for an answer, and there may be
    /// 16 at most: they are captured in one message.
    ///
    /// # Errors
    ///
    /// There is no such order; the gateway cannot be reached or its answer is not good.
    /// [`Failure::Midway`] has what was captured before that.
    pub async fn capture_orders(
        &self,
        orders: &[String],
        wish: &CaptureWish,
        claim: Option<&Claim>,
    ) -> Result<Report, Failure> {
        if claim.is_some() && !(1..=MOST_TOGETHER).contains(&orders.len()) {
            return Err(program::Failure::Value {
                what: "orders",
                fault: "1 to 16 orders",
            }
            .into());
        }
        let mut chosen = Chosen::default();
        for name in orders {
            let entry = self.entry(name).await?;
            if claim.is_some()
                && entry
                    .order
                    .sale()
                    .is_some_and(|sale| sale.waiting.is_some())
            {
                return Err(Failure::Waits(name.clone()));
            }
            chosen.add(entry);
        }
        self.capture_chosen(chosen, wish, claim).await
    }

    /// Captures all that is authorized, and asks again for every capture that was begun and
    /// not answered.
    ///
    /// # Errors
    ///
    /// The gateway cannot be reached or its answer is not good. [`Failure::Midway`] has what
    /// was captured before that.
    pub async fn capture_all(&self, wish: &CaptureWish) -> Result<Report, Failure> {
        let mut chosen = Chosen::default();
        let mut after = Vec::new();
        loop {
            let mut tx = self.store.begin().await?;
            let page = ledger::page(&mut tx, &after, PAGE).await?;
            tx.roll_back().await?;
            let Some(last) = page.last() else {
                return self.capture_chosen(chosen, wish, None).await;
            };
            after = last.order.offer().lid_m.as_octets().to_vec();
            for entry in page {
                if entry.order.sale().is_some_and(is_capturable) {
                    chosen.add(entry);
                }
            }
        }
    }

    async fn capture_chosen(
        &self,
        chosen: Chosen,
        wish: &CaptureWish,
        claim: Option<&Claim>,
    ) -> Result<Report, Failure> {
        let mut report = Report::default();
        for order in &chosen.passed_over {
            report.pass_over(order);
        }
        // All of a claim is done, or none of it.
        if claim.is_some() && !chosen.passed_over.is_empty() {
            return Ok(report);
        }
        for rrpid in chosen.begun {
            match self.resume(rrpid, By::Operator).await {
                Ok(done) => report.add(&done),
                Err(fault) => return Err(Failure::from(fault).after(report)),
            }
        }
        // The order of lid-M, in which a capture that has to be resumed finds them again.
        let open: Vec<(Held, Vec<step::Wish>)> = chosen
            .open
            .into_values()
            .map(|held| {
                let wishes = wishes(&held.0, wish)?;
                Ok((held, wishes))
            })
            .collect::<Result<_, Failure>>()?;
        // Each brand has its own certificates and batches.
        let mut by_brand: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for one in open {
            let brand_id = &one.0.0.ordered.initiated.brand_id;
            let brand = brand_id.as_str().split(':').next().unwrap_or_default();
            by_brand.entry(brand.to_lowercase()).or_default().push(one);
        }
        if claim.is_some() && by_brand.len() > 1 {
            return Err(program::Failure::Value {
                what: "orders",
                fault: "orders of one brand",
            }
            .into());
        }
        for together in by_brand
            .values()
            .flat_map(|open| open.chunks(MOST_TOGETHER))
        {
            match self.capture(together.to_vec(), claim).await {
                Ok(done) => report.add(&done),
                Err(fault) => return Err(Failure::from(fault).after(report)),
            }
        }
        Ok(report)
    }
}

/// Orders by what is to be done about them.
#[derive(Default)]
struct Chosen {
    begun: BTreeSet<Rrpid>,
    open: BTreeMap<Vec<u8>, Held>,
    passed_over: Vec<Order>,
}

/// Whether there is something to capture, or a capture to be asked about again.
fn is_capturable(sale: &Sale) -> bool {
    match &sale.waiting {
        Some(waiting) => matches!(waiting, Waiting::Capture(_)),
        None => sale.payments.iter().any(|payment| left(payment) > 0),
    }
}

impl Chosen {
    fn add(&mut self, entry: Entry) {
        match entry.order {
            Order::Placed(sale) if is_capturable(&sale) => match &sale.waiting {
                Some(waiting) => {
                    self.begun.insert(waiting.rrpid());
                }
                None => {
                    let lid_m = sale.ordered.initiated.offer.lid_m.as_octets().to_vec();
                    self.open.insert(lid_m, (sale, entry.version));
                }
            },
            other => self.passed_over.push(other),
        }
    }
}

/// All that is left of every authorization, or `amount` of the first that has something left.
fn wishes(sale: &Sale, wish: &CaptureWish) -> Result<Vec<step::Wish>, Failure> {
    let open = sale.payments.iter().filter(|payment| left(payment) > 0);
    let all = open.map(|payment| {
        Ok(step::Wish {
            auth_rrpid: payment.auth_rrpid,
            amount: CurrencyAmount {
                amount: wish.amount.unwrap_or_else(|| left(payment)),
                ..payment.amount
            },
            sale_detail: detail(sale, payment, wish)?,
        })
    });
    match wish.amount {
        Some(_) => all.take(1).collect(),
        None => all.collect(),
    }
}

/// What is authorized and not captured.
fn left(payment: &Payment) -> u64 {
    let captured = u64::try_from(payment.captured()).unwrap_or(u64::MAX);
    payment.amount.amount.saturating_sub(captured)
}

fn detail(
    sale: &Sale,
    payment: &Payment,
    args: &CaptureWish,
) -> Result<Option<SaleDetail>, Failure> {
    let told = match &args.sale {
        Some(wish) => wish.detail(sale, Some(payment))?,
        None if args.shipment.is_none() && args.batch.is_none() => return Ok(None),
        None => no_detail(),
    };
    let number = args.shipment.as_deref().map(MerOrderNum::new).transpose();
    let batch = args.batch.map(BatchId::new).transpose();
    Ok(Some(SaleDetail {
        mer_order_num: number.map_err(value("shipment"))?,
        batch_id: batch.map_err(value("batch"))?,
        ..told
    }))
}

/// Orders in one CapReq, which is stored with each of them.
pub(crate) const MOST_TOGETHER: usize = 16;
