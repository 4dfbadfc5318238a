//! `capture`: collecting what was authorized.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use set_core::merchant::Order;
use set_core::merchant::order::Authorized;
use set_core::msg::ids::Rrpid;
use set_core::msg::payment::cap::CapCode;
use set_node::cli::Exit;
use set_node::money::Money;
use set_node::program::Screen;
use set_node::transport::MediaType;

use crate::cli::CaptureArgs;
use crate::collection::{Collected, PAGE};
use crate::failure::Failure;
use crate::fault::Fault;
use crate::gateway::Gateway;
use crate::ledger::{self, Entry};
use crate::pos::Pos;
use crate::service::Till;

/// Captures orders, those first whose capture was begun and not answered.
///
/// # Errors
///
/// There is no such order or no gateway; the gateway cannot be reached or its answer is not
/// good.
pub async fn capture(pos: &Pos, args: &CaptureArgs, screen: &mut Screen) -> Result<Exit, Failure> {
    let gateway = pos
        .gateway(args.gateway.as_ref())
        .await?
        .ok_or(Fault::NoGateway)?;
    let caller = pos.caller(gateway, "gateway", MediaType::Payment);
    let chosen = choose(pos, args).await?;
    let till = Till::open(pos, Gateway::new(Some(caller)))?;
    let mut report = Report { orders: Vec::new() };
    report.orders.extend(chosen.passed_over);
    for rrpid in chosen.begun {
        let collected = till.resume_capture(rrpid).await?;
        report.orders.extend(collected.iter().map(Line::of));
    }
    // The order of lid-M, in which a capture that has to be resumed finds them again.
    let authorized: Vec<(Authorized, u64)> = chosen.authorized.into_values().collect();
    for together in authorized.chunks(MOST_TOGETHER) {
        let collected = till.capture(together.to_vec()).await?;
        report.orders.extend(collected.iter().map(Line::of));
    }
    let all = report.orders.iter().all(|line| line.captured.is_some());
    screen.result(&report);
    Ok(if all { Exit::Success } else { Exit::Refused })
}

/// Orders by what is to be done about them.
#[derive(Default)]
struct Chosen {
    begun: BTreeSet<Rrpid>,
    authorized: BTreeMap<Vec<u8>, (Authorized, u64)>,
    passed_over: Vec<Line>,
}

async fn choose(pos: &Pos, args: &CaptureArgs) -> Result<Chosen, Failure> {
    let mut chosen = Chosen::default();
    if args.all {
        let mut after = Vec::new();
        loop {
            let mut tx = pos.store.begin().await?;
            let page = ledger::page(&mut tx, &after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(chosen);
            };
            after = last.order.offer().lid_m.as_octets().to_vec();
            for entry in page {
                if matches!(entry.order, Order::Authorized(_) | Order::Capturing(_)) {
                    chosen.add(entry);
                }
            }
        }
    }
    for name in &args.orders {
        let mut tx = pos.store.begin().await?;
        let entry = ledger::named(&mut tx, name)
            .await?
            .ok_or_else(|| Failure::NoOrder(name.clone()))?;
        chosen.add(entry);
    }
    Ok(chosen)
}

impl Chosen {
    fn add(&mut self, entry: Entry) {
        match entry.order {
            Order::Capturing(state) => {
                self.begun.insert(state.rrpid);
            }
            Order::Authorized(state) => {
                let lid_m = &state.ordered.initiated.offer.lid_m;
                self.authorized
                    .insert(lid_m.as_octets().to_vec(), (state, entry.version));
            }
            other => self.passed_over.push(Line {
                lid_m: other.offer().lid_m.to_string(),
                state: other.state(),
                code: None,
                captured: None,
            }),
        }
    }
}

#[derive(Serialize)]
struct Report {
    orders: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    lid_m: String,
    state: &'static str,
    /// The gateway's code; none when it was not asked.
    code: Option<&'static str>,
    captured: Option<String>,
}

impl Line {
    fn of(collected: &Collected) -> Self {
        let order = &collected.order;
        Self {
            lid_m: order.offer().lid_m.to_string(),
            state: order.state(),
            code: Some(CapCode::name(collected.code)),
            captured: match order {
                Order::Captured(state) => Some(Money(state.amount).to_string()),
                _ => None,
            },
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.orders.is_empty() {
            return f.write_str("nothing to capture");
        }
        for (number, line) in self.orders.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            match (&line.captured, line.code) {
                (Some(amount), _) => write!(f, "{}  captured {amount}", line.lid_m)?,
                (None, Some(code)) => write!(f, "{}  not captured: {code}", line.lid_m)?,
                (None, None) => write!(f, "{}  not captured: it is {}", line.lid_m, line.state)?,
            }
        }
        Ok(())
    }
}

/// Orders in one CapReq, which is stored with each of them.
const MOST_TOGETHER: usize = 16;
