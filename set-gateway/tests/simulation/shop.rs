//! The merchant: orders that were placed, of which it asks the gateway this and that.

use set_core::exchange::CapRevOrCred;
use set_core::merchant::sale::{Captured, Payment};
use set_core::merchant::{Merchant, Sale, authorize, batch_admin, capture, correct, reverse};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::payment::batch_admin::BatchOperation;
use set_node::station::Station;
use set_testkit::prng::Prng;

use crate::town::price;

/// Who asks: the customer of an order, or whoever closes batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Order(usize),
    Clerk,
}

pub(crate) struct Shop {
    merchant: Merchant,
    station: Station,
    pub(crate) orders: Vec<Order>,
    clerk: Clerk,
    /// Every request that was answered, and the answer that it had first.
    pub(crate) answered: Vec<(Vec<u8>, Vec<u8>)>,
    /// Items that succeeded.
    pub(crate) captures: u64,
    pub(crate) corrections: u64,
    pub(crate) reversals: u64,
    pub(crate) closed: u64,
}

pub(crate) struct Order {
    pub(crate) sale: Sale,
    waiting: Option<(What, Vec<u8>)>,
    /// Requests that it may yet make.
    left: u32,
}

struct Clerk {
    waiting: Option<(batch_admin::Asking, Vec<u8>)>,
    left: u32,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Authorize,
    Reverse,
    Capture,
    Correct,
}

impl Shop {
    pub(crate) fn new(merchant: Merchant, station: Station, sales: Vec<Sale>) -> Self {
        Self {
            merchant,
            station,
            orders: sales
                .into_iter()
                .map(|sale| Order {
                    sale,
                    waiting: None,
                    left: 6,
                })
                .collect(),
            clerk: Clerk {
                waiting: None,
                left: 1,
            },
            answered: Vec::new(),
            captures: 0,
            corrections: 0,
            reversals: 0,
            closed: 0,
        }
    }

    pub(crate) fn everybody(&self) -> Vec<Who> {
        let orders = (0..self.orders.len()).map(Who::Order);
        orders.chain([Who::Clerk]).collect()
    }

    /// Whether an order will ask for nothing more.
    pub(crate) fn is_done(&self, number: usize) -> bool {
        self.orders[number].left == 0
    }

    /// What somebody waits for an answer to.
    pub(crate) fn waiting(&self, who: Who) -> Option<&[u8]> {
        Some(match who {
            Who::Order(number) => &self.orders[number].waiting.as_ref()?.1,
            Who::Clerk => &self.clerk.waiting.as_ref()?.1,
        })
    }

    /// The next thing that somebody asks for, if there is one.
    pub(crate) fn ask(&mut self, who: Who, prng: &mut Prng) -> Option<Vec<u8>> {
        match who {
            Who::Order(number) => self.ask_for(number, prng),
            Who::Clerk => self.close(),
        }
    }

    /// Drops what an order waits for, and asks for the same anew.
    pub(crate) fn ask_anew(&mut self, who: Who, prng: &mut Prng) {
        if let Who::Order(number) = who
            && let order = &mut self.orders[number]
            && matches!(order.waiting, Some((What::Authorize, _)))
        {
            order.sale.waiting = None;
            order.waiting = None;
            order.left += 1;
            self.ask_for(number, prng);
        }
    }

    fn close(&mut self) -> Option<Vec<u8>> {
        self.clerk.left = self.clerk.left.checked_sub(1)?;
        let wish = batch_admin::Wish {
            operation: Some(BatchOperation::Close),
            ..batch_admin::Wish::default()
        };
        let context = self.station.context();
        let (state, octets) = batch_admin::batch_admin(&context, &self.merchant, wish).unwrap();
        self.clerk.waiting = Some((state, octets.clone()));
        Some(octets)
    }

    fn ask_for(&mut self, number: usize, prng: &mut Prng) -> Option<Vec<u8>> {
        let order = &mut self.orders[number];
        order.left = order.left.checked_sub(1)?;
        let (context, merchant, sale) =
            (self.station.context(), &self.merchant, order.sale.clone());
        let payment = sale.payments.last().cloned();
        let (what, asked) = match payment.filter(|payment| payment.amount.amount > 0) {
            None => {
                let wish = authorize::Wish {
                    capture_now: prng.one_in(4),
                    ..authorize::Wish::of(price())
                };
                let asked = authorize::authorize(&context, merchant, sale, wish);
                (What::Authorize, asked)
            }
            Some(payment) => match prng.between(0, 9) {
                0 | 1 => {
                    let captured = u64::try_from(payment.captured()).unwrap();
                    let left = match payment.captures.is_empty() && prng.one_in(2) {
                        true => 0,
                        false => prng.between(captured, payment.amount.amount - 1),
                    };
                    let left = amount(left);
                    let asked =
                        reverse::reverse(&context, merchant, sale, payment.auth_rrpid, left);
                    (What::Reverse, asked)
                }
                2..=5 => {
                    let wish = capture::Wish {
                        auth_rrpid: payment.auth_rrpid,
                        amount: amount(prng.between(1, payment.amount.amount)),
                        sale_detail: None,
                    };
                    let sales = vec![(sale, vec![wish])];
                    let asked = capture::capture(&context, merchant, sales, None);
                    (What::Capture, asked.map(one))
                }
                _ => {
                    let (what, wish) = correction(&payment, prng)?;
                    let sales = vec![(sale, vec![wish])];
                    let asked = correct::correct(&context, merchant, what, sales, None);
                    (What::Correct, asked.map(one))
                }
            },
        };
        // The merchant itself sees that some wishes cannot be.
        let (sale, octets) = asked.ok()?;
        order.sale = sale;
        order.waiting = Some((what, octets.clone()));
        Some(octets)
    }

    /// Takes an answer; whether it was waited for.
    pub(crate) fn take(
        &mut self,
        who: Who,
        request: &[u8],
        response: &[u8],
    ) -> Result<bool, String> {
        if self.waiting(who) != Some(request) {
            let known = self.answered.iter().find(|(asked, _)| asked == request);
            return match known {
                Some((_, first)) if first != response => Err("a request has two answers".into()),
                _ => Ok(false),
            };
        }
        match who {
            Who::Order(number) => self.take_for(number, response),
            Who::Clerk => self.closed(response),
        }
        .map_err(|fault| format!("an answer is refused: {fault}"))?;
        self.answered.push((request.to_vec(), response.to_vec()));
        Ok(true)
    }

    fn take_for(&mut self, number: usize, response: &[u8]) -> Result<(), set_core::error::Error> {
        let (context, merchant) = (self.station.context(), &mut self.merchant);
        let order = &mut self.orders[number];
        let Some((what, _)) = order.waiting else {
            return Ok(());
        };
        let sale = order.sale.clone();
        let (before, after) = (
            sale.clone(),
            match what {
                What::Authorize => authorize::handle(&context, merchant, sale, response)?.sale,
                What::Reverse => reverse::handle(&context, merchant, sale, response)?.sale,
                What::Capture => {
                    let mut all = capture::handle(&context, merchant, vec![sale], response)?;
                    all.remove(0).sale
                }
                What::Correct => {
                    let mut all = correct::handle(&context, merchant, vec![sale], response)?;
                    all.remove(0).sale
                }
            },
        );
        let count = u64::from(before.payments != after.payments);
        match what {
            What::Authorize => {}
            What::Reverse => self.reversals += count,
            What::Capture => self.captures += count,
            What::Correct => self.corrections += count,
        }
        order.sale = after;
        order.waiting = None;
        Ok(())
    }

    fn closed(&mut self, response: &[u8]) -> Result<(), set_core::error::Error> {
        if let Some((state, _)) = self.clerk.waiting.take() {
            let context = self.station.context();
            let told = state.handle(&context, &mut self.merchant, response)?;
            self.closed += u64::from(told.transmission_status.is_some());
        }
        Ok(())
    }
}

fn amount(cents: u64) -> CurrencyAmount {
    CurrencyAmount {
        amount: cents,
        ..price()
    }
}

fn one((mut sales, octets): (Vec<Sale>, Vec<u8>)) -> (Sale, Vec<u8>) {
    (sales.remove(0), octets)
}

fn correction(payment: &Payment, prng: &mut Prng) -> Option<(CapRevOrCred, correct::Wish)> {
    let captures = payment.captures.len().checked_sub(1)?;
    let capture = usize::try_from(prng.between(0, captures.try_into().unwrap())).unwrap();
    let captured: &Captured = &payment.captures[capture];
    let wish = correct::Wish {
        auth_rrpid: payment.auth_rrpid,
        capture,
        credit: None,
        amount: None,
        new_batch_id: None,
    };
    let standing = captured.credits.iter().position(|credit| !credit.reversed);
    Some(match (prng.between(0, 2), standing) {
        (0, None) => (CapRevOrCred::CapRev, wish),
        (1, Some(credit)) => (
            CapRevOrCred::CredRev,
            correct::Wish {
                credit: Some(credit),
                ..wish
            },
        ),
        _ => {
            let most = captured.payload.cap_req_amt.amount;
            let wish = correct::Wish {
                amount: Some(amount(prng.between(1, most))),
                ..wish
            };
            (CapRevOrCred::Cred, wish)
        }
    })
}
