//! `uncapture`, `credit` and `uncredit`.

use set_core::exchange::CapRevOrCred;
use set_core::merchant::correct::Wish;
use set_core::merchant::sale::{Payment, Waiting};
use set_core::merchant::{Order, Sale};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::BatchId;
use set_node::cli::Exit;
use set_node::program::{Screen, value};

use crate::claims::Claim;
use crate::cli::CorrectArgs;
use crate::collection::By;
use crate::failure::Failure;
use crate::pos::Pos;
use crate::report::Report;
use crate::service::Till;
use crate::wishes::CorrectWish;

/// Reverses a capture, gives a credit, or reverses one; asks again when an answer is awaited.
///
/// # Errors
///
/// There is no such order, no gateway, or no such capture or credit; the gateway cannot be
/// reached or its answer is not good.
pub async fn correct(
    pos: &Pos,
    what: CapRevOrCred,
    args: &CorrectArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let till = pos.till(args.gateway.as_ref()).await?;
    let report = till
        .correct_order(what, &args.order, args.wish, None)
        .await?;
    screen.result(&report);
    Ok(report.exit())
}

impl Till {
    /// Reverses a capture of an order, gives a credit, or reverses one.
    ///
    /// When the same is awaited already, it is asked for again; with a `claim` it is refused
    /// instead.
    ///
    /// # Errors
    ///
    /// There is no such order, or no such capture or credit; the gateway cannot be reached or
    /// its answer is not good.
    pub async fn correct_order(
        &self,
        what: CapRevOrCred,
        order: &str,
        wish: CorrectWish,
        claim: Option<&Claim>,
    ) -> Result<Report, Failure> {
        let entry = self.entry(order).await?;
        let mut report = Report::default();
        match entry.order {
            Order::Placed(sale) => match (&sale.waiting, claim) {
                (Some(_), Some(_)) => return Err(Failure::Waits(order.to_owned())),
                (Some(Waiting::Correction(state)), None)
                    if CapRevOrCred::from(state.what) == what =>
                {
                    report.add(&self.resume(state.rrpid, By::Operator).await?);
                }
                _ => match step(what, &sale, wish)? {
                    Some(wish) => {
                        let held = (sale, entry.version);
                        report.add(&self.correct(what, held, wish, claim).await?);
                    }
                    None => report.pass_over(&sale.into()),
                },
            },
            other => report.pass_over(&other),
        }
        Ok(report)
    }
}

/// What is to be corrected: what the wish names, else the last that may be.
fn step(what: CapRevOrCred, sale: &Sale, args: CorrectWish) -> Result<Option<Wish>, Failure> {
    let new_batch_id = args.new_batch.map(BatchId::new).transpose();
    let new_batch_id = new_batch_id.map_err(value("batch"))?;
    let all = sale.payments.iter().flat_map(|payment| {
        let captures = 0..payment.captures.len();
        captures.map(move |capture| (payment, capture))
    });
    let all: Vec<(&Payment, usize)> = all.collect();
    let chosen = match args.capture {
        Some(number) => all.get(number.get().saturating_sub(1)).copied(),
        None => all
            .iter()
            .rev()
            .find(|(payment, capture)| may(what, payment, *capture))
            .copied(),
    };
    let Some((payment, capture)) = chosen else {
        return Ok(None);
    };
    let Some(captured) = payment.captures.get(capture) else {
        return Ok(None);
    };
    let credit = match (what, args.credit) {
        (CapRevOrCred::CredRev, Some(number)) => Some(number.get().saturating_sub(1)),
        (CapRevOrCred::CredRev, None) => {
            let standing = captured.credits.iter().rposition(|credit| !credit.reversed);
            match standing {
                None => return Ok(None),
                standing => standing,
            }
        }
        (CapRevOrCred::CapRev | CapRevOrCred::Cred, _) => None,
    };
    Ok(Some(Wish {
        auth_rrpid: payment.auth_rrpid,
        capture,
        credit,
        amount: args.amount.map(|amount| CurrencyAmount {
            amount,
            ..captured.payload.cap_req_amt
        }),
        new_batch_id,
    }))
}

/// Whether a capture is one to which this may be done.
fn may(what: CapRevOrCred, payment: &Payment, capture: usize) -> bool {
    payment.captures.get(capture).is_some_and(|captured| {
        let credited = captured.credited();
        let whole = u128::from(captured.payload.cap_req_amt.amount);
        !captured.reversed
            && match what {
                CapRevOrCred::CapRev => credited == 0,
                CapRevOrCred::Cred => credited < whole,
                CapRevOrCred::CredRev => credited > 0,
            }
    })
}
