//! What the commands that ask the gateway tell about orders.

use std::fmt;

use serde::Serialize;
use set_core::merchant::{Order, Sale};
use set_core::msg::amount::CurrencyAmount;
use set_node::cli::Exit;
use set_node::money::Money;

use crate::collection::Done;

/// One line for each order.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    orders: Vec<Line>,
}

/// What came of one order.
#[derive(Clone, Debug, Serialize)]
struct Line {
    lid_m: String,
    state: &'static str,
    /// The gateway's codes; none when it was not asked.
    codes: Vec<&'static str>,
    success: bool,
    authorized: Option<String>,
    captured: Option<String>,
    credited: Option<String>,
}

impl Report {
    /// What came of a request.
    pub(crate) fn of(done: &[Done]) -> Self {
        let mut report = Self::default();
        report.add(done);
        report
    }

    /// Adds what came of a request.
    pub(crate) fn add(&mut self, done: &[Done]) {
        self.orders.extend(done.iter().map(|one| Line {
            codes: one.codes.clone(),
            success: one.success,
            ..Line::of(&one.sale)
        }));
    }

    /// Adds an order about which the gateway was not asked, because of its state.
    pub(crate) fn pass_over(&mut self, order: &Order) {
        self.orders.push(match order {
            Order::Placed(sale) => Line::of(sale),
            other => Line {
                lid_m: other.offer().lid_m.to_string(),
                state: other.state(),
                codes: Vec::new(),
                success: false,
                authorized: None,
                captured: None,
                credited: None,
            },
        });
    }

    /// Whether the gateway was asked about none of the orders, and there are some.
    pub(crate) fn is_idle(&self) -> bool {
        !self.orders.is_empty() && self.orders.iter().all(|line| line.codes.is_empty())
    }

    /// Whether the gateway answered for any of the orders.
    pub(crate) fn has_answers(&self) -> bool {
        self.orders.iter().any(|line| !line.codes.is_empty())
    }

    /// The states that the orders are in.
    pub(crate) fn states(&self) -> Vec<&'static str> {
        self.orders.iter().map(|line| line.state).collect()
    }

    /// As it is told to programs.
    pub(crate) fn json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Refused unless all is done that was asked for.
    pub(crate) fn exit(&self) -> Exit {
        match self.orders.iter().all(|line| line.success) {
            true => Exit::Success,
            false => Exit::Refused,
        }
    }
}

impl Line {
    fn of(sale: &Sale) -> Self {
        let unit = *sale.purch_amt();
        Self {
            lid_m: sale.ordered.initiated.offer.lid_m.to_string(),
            state: sale.state(),
            codes: Vec::new(),
            success: false,
            authorized: sum(sale.authorized(), unit),
            captured: sum(sale.captured(), unit),
            credited: sum(sale.credited(), unit),
        }
    }
}

/// A sum for people, in the unit of `unit`; none when it is nothing.
pub(crate) fn sum(sum: u128, unit: CurrencyAmount) -> Option<String> {
    let amount = u64::try_from(sum).ok().filter(|sum| *sum > 0)?;
    Some(Money(CurrencyAmount { amount, ..unit }).to_string())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.orders.is_empty() {
            return f.write_str("nothing to do");
        }
        for (number, line) in self.orders.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}  {}", line.lid_m, line.state)?;
            for (name, amount) in [
                ("authorized", &line.authorized),
                ("captured", &line.captured),
                ("credited", &line.credited),
            ] {
                if let Some(amount) = amount {
                    write!(f, ", {name} {amount}")?;
                }
            }
            if line.codes.is_empty() {
                write!(f, "; the gateway was not asked")?;
            } else {
                write!(f, "; {}", line.codes.join(", "))?;
            }
        }
        Ok(())
    }
}
