use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use set_core::exchange::CapRevOrCred;
use set_core::merchant::Order;

use super::answer::Answer;
use super::operation::Operation;
use super::problem::{Kind, Problem};
use super::{ApiDoor, lid_m};
use crate::api_keys::ApiKey;
use crate::batch::ShownBatch;
use crate::claims::{Claim, Claimed};
use crate::collection::By;
use crate::errand;
use crate::failure::Failure;
use crate::ledger;
use crate::offering::{self, NewOffer};
use crate::orders::{self, Row};
use crate::report::Report;
use crate::sale::SaleWish;
use crate::show;
use crate::wishes::{BatchRequest, CaptureWish, ShowBatchWish};

/// A request whose sender is known.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) operation: Operation,
    /// The order that the path names, where it names one.
    pub(super) order: &'a str,
    pub(super) query: &'a str,
    pub(super) key: &'a ApiKey,
    pub(super) idempotency_key: &'a str,
    pub(super) body: &'a [u8],
}

/// A page of orders.
#[derive(Serialize)]
struct Page {
    orders: Vec<Row>,
    /// The `after` of the next page, unless this is the last.
    next: Option<String>,
}

/// Several orders, and how they are captured.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Together {
    orders: Vec<String>,
    amount: Option<u64>,
    shipment: Option<String>,
    batch: Option<u64>,
    sale: Option<SaleWish>,
}

pub(super) async fn treat(door: &ApiDoor, asked: &Asked<'_>) -> Result<Answer, Problem> {
    match asked.operation {
        Operation::Describe => Err(Problem::of(Kind::NoSuchPath)),
        Operation::ListOrders => list(door, asked).await,
        Operation::ShowOrder => {
            let shown = show::one(door.store(), asked.order).await?;
            json(200, &shown)
        }
        Operation::WakeUp => wake_up(door, asked).await,
        Operation::ShowBatch => {
            let wish = batch_wish(asked.query)?;
            let request = BatchRequest::Show(wish);
            require_brand(door, &request)?;
            json(200, &door.till.batch(&request).await?)
        }
        Operation::MakeOffer => make_offer(door, asked).await,
        Operation::OpenBatch | Operation::CloseBatch | Operation::PurgeBatch => {
            administer(door, asked).await
        }
        Operation::Authorize
        | Operation::Reverse
        | Operation::Capture
        | Operation::Uncapture
        | Operation::Credit
        | Operation::Uncredit
        | Operation::CaptureTogether => Box::pin(ask(door, asked)).await,
    }
}

/// Asks the gateway about orders, once for each claim.
async fn ask(door: &ApiDoor, asked: &Asked<'_>) -> Result<Answer, Problem> {
    let claim = asked.claim();
    match look_up(door, &claim).await? {
        Claimed::Answered(octets) => return kept(&octets),
        Claimed::Differs => return Err(Problem::of(Kind::Differs)),
        Claimed::Asked(rrpid) => {
            door.till.resume(rrpid, By::Operator).await?;
            // Another may have come before us with the gateway's answer; it is kept by now.
            return match look_up(door, &claim).await? {
                Claimed::Answered(octets) => kept(&octets),
                _ => Err(Problem::of(Kind::Changed)),
            };
        }
        Claimed::New => {}
    }
    let report = Box::pin(perform(door, asked, &claim)).await?;
    if report.is_idle() {
        let states = report.states().join(", ");
        return Err(Problem::of(Kind::State)
            .because(format!("state: {states}"))
            .at(asked.order));
    }
    Ok(Answer::of(&report))
}

async fn perform(door: &ApiDoor, asked: &Asked<'_>, claim: &Claim) -> Result<Report, Problem> {
    let (till, order, claim) = (&door.till, asked.order, Some(claim));
    let report = match asked.operation {
        Operation::Authorize => till.authorize_order(order, &body(asked)?, claim).await,
        Operation::Reverse => till.reverse_order(order, body(asked)?, claim).await,
        Operation::Uncapture => {
            let wish = body(asked)?;
            let what = CapRevOrCred::CapRev;
            till.correct_order(what, order, wish, claim).await
        }
        Operation::Credit => {
            let wish = body(asked)?;
            let what = CapRevOrCred::Cred;
            till.correct_order(what, order, wish, claim).await
        }
        Operation::Uncredit => {
            let wish = body(asked)?;
            let what = CapRevOrCred::CredRev;
            till.correct_order(what, order, wish, claim).await
        }
        Operation::CaptureTogether => {
            let together: Together = body(asked)?;
            let wish = CaptureWish {
                amount: together.amount,
                shipment: together.shipment,
                batch: together.batch,
                sale: together.sale,
            };
            till.capture_orders(&together.orders, &wish, claim).await
        }
        _ => {
            let orders = [order.to_owned()];
            till.capture_orders(&orders, &body(asked)?, claim).await
        }
    };
    Ok(report?)
}

/// Opens, closes or purges a batch, once for each claim.
async fn administer(door: &ApiDoor, asked: &Asked<'_>) -> Result<Answer, Problem> {
    let claim = asked.claim();
    let resumed = match look_up(door, &claim).await? {
        Claimed::Answered(octets) => return kept(&octets),
        Claimed::Differs => return Err(Problem::of(Kind::Differs)),
        Claimed::Asked(rrpid) => {
            let resumed = door.till.resume_errand(rrpid).await;
            resumed.map_err(Failure::from)?
        }
        Claimed::New => None,
    };
    let (rrpid, shown) = match resumed {
        Some(answered) => (answered.rrpid, ShownBatch::answered(&answered)),
        None => {
            let request = match asked.operation {
                Operation::OpenBatch => BatchRequest::Open(body(asked)?),
                Operation::CloseBatch => BatchRequest::Close(body(asked)?),
                _ => BatchRequest::Purge(body(asked)?),
            };
            require_brand(door, &request)?;
            door.till.batch_once(&request, &claim).await?
        }
    };
    let answer = json(200, &shown)?;
    let mut tx = begin(door).await?;
    if let Claimed::Answered(octets) = claim.look_up(&mut tx).await? {
        return kept(&octets);
    }
    errand::settle(&mut tx, rrpid, answer.octets(), door.till.unix_now()).await?;
    tx.commit().await.map_err(Failure::from)?;
    Ok(answer)
}

/// A shop says of which brand the batch is, where there are several.
fn require_brand(door: &ApiDoor, request: &BatchRequest) -> Result<(), Problem> {
    if request.brand().is_none() && door.till.counters().count() > 1 {
        return Err(Problem::of(Kind::Value)
            .because("missing: the merchant takes several brands")
            .at("brand"));
    }
    Ok(())
}

async fn make_offer(door: &ApiDoor, asked: &Asked<'_>) -> Result<Answer, Problem> {
    let claim = asked.claim();
    let new: NewOffer = body(asked)?;
    let offer = offering::draft(door.station().crypto(), &door.profile, new)?;
    let answer = json(201, &offering::told(&offer, &door.shop, &door.profile))?;
    let mut tx = begin(door).await?;
    match claim.look_up(&mut tx).await? {
        Claimed::Answered(octets) => return kept(&octets),
        Claimed::Differs => return Err(Problem::of(Kind::Differs)),
        Claimed::Asked(_) | Claimed::New => {}
    }
    ledger::save(&mut tx, &Order::Offered(offer), 0).await?;
    claim
        .answer(&mut tx, &answer.octets(), door.till.unix_now())
        .await?;
    tx.commit().await.map_err(Failure::from)?;
    Ok(answer)
}

async fn wake_up(door: &ApiDoor, asked: &Asked<'_>) -> Result<Answer, Problem> {
    let entry = ledger::entry(door.store(), asked.order).await?;
    let offer = match entry.order {
        Order::Offered(offer) => offer,
        Order::Initiated(state) => state.offer,
        _ => return Err(Problem::of(Kind::Placed).at(asked.order)),
    };
    let wake_up = offering::wake_up(&offer, &door.shop, &door.profile)?;
    let octets = wake_up.to_octets().map_err(Failure::WakeUp)?;
    Ok(Answer::wake_up(octets))
}

async fn list(door: &ApiDoor, asked: &Asked<'_>) -> Result<Answer, Problem> {
    let (mut after, mut limit) = (Vec::new(), MOST_LISTED);
    for (name, value) in parameters(asked.query) {
        match name {
            "after" => {
                let lid_m = lid_m(value);
                let lid_m = lid_m.ok_or_else(|| parameter(name, "an order in hexadecimal"))?;
                after = lid_m.as_octets().to_vec();
            }
            "limit" => {
                limit = number(name, value)?;
                if !(1..=MOST_LISTED).contains(&limit) {
                    return Err(parameter(name, "1 to 100"));
                }
            }
            _ => return Err(parameter(name, "after or limit")),
        }
    }
    let page = orders::list(door.store(), &after, limit).await?;
    let full = u32::try_from(page.orders.len()).is_ok_and(|listed| listed == limit);
    let next = page.orders.last().filter(|_| full);
    json(
        200,
        &Page {
            next: next.map(|row| row.lid_m.clone()),
            orders: page.orders,
        },
    )
}

fn batch_wish(query: &str) -> Result<ShowBatchWish, Problem> {
    let mut wish = ShowBatchWish::default();
    for (name, value) in parameters(query) {
        match name {
            "batch" => wish.batch = Some(number(name, value)?),
            "brand" => wish.brand = Some(value.to_owned()),
            "items" => wish.items = flag(name, value)?,
            "errors_only" => wish.errors_only = flag(name, value)?,
            _ => return Err(parameter(name, "batch, brand, items or errors_only")),
        }
    }
    if wish.errors_only && !wish.items {
        return Err(parameter("errors_only", "given together with items"));
    }
    Ok(wish)
}

impl Asked<'_> {
    fn claim(&self) -> Claim {
        let request: [&[u8]; 3] = [
            self.operation.name().as_bytes(),
            self.order.as_bytes(),
            self.body,
        ];
        Claim::new(self.key.id.as_bytes(), self.idempotency_key, &request)
    }
}

async fn look_up(door: &ApiDoor, claim: &Claim) -> Result<Claimed, Problem> {
    let mut tx = begin(door).await?;
    let claimed = claim.look_up(&mut tx).await?;
    tx.roll_back().await.map_err(Failure::from)?;
    Ok(claimed)
}

async fn begin(door: &ApiDoor) -> Result<set_node::store::Tx, Problem> {
    Ok(door.store().begin().await.map_err(Failure::from)?)
}

fn kept(octets: &[u8]) -> Result<Answer, Problem> {
    Answer::kept(octets).ok_or_else(|| Problem::of(Kind::Internal))
}

fn json(status: u16, value: &impl Serialize) -> Result<Answer, Problem> {
    let body = serde_json::to_vec(value).map_err(|_| Problem::of(Kind::Internal))?;
    Ok(Answer::new(status, body))
}

fn body<T: DeserializeOwned>(asked: &Asked<'_>) -> Result<T, Problem> {
    serde_json::from_slice(asked.body).map_err(|fault| {
        let place = format!("line {}, column {}", fault.line(), fault.column());
        Problem::of(Kind::Malformed).because(fault).at(place)
    })
}

/// The parameters of a query; none needs an escape.
fn parameters(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Problem> {
    value.parse().map_err(|_| parameter(name, "a number"))
}

fn flag(name: &str, value: &str) -> Result<bool, Problem> {
    value.parse().map_err(|_| parameter(name, "true or false"))
}

fn parameter(name: &str, expected: &str) -> Problem {
    Problem::of(Kind::Malformed)
        .because(format!("expected: {expected}"))
        .at(name)
}

/// Orders in a page.
const MOST_LISTED: u32 = 100;
