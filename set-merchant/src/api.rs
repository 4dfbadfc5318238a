//! The commands as an HTTP/JSON interface for shops, on an address of its own.
//!
//! `openapi.json` beside `Cargo.toml` describes it, and is served as `GET /v1/openapi.json`.
//! A shop shows an [API key](crate::api_keys) as bearer token. Whatever asks the gateway for
//! something, or makes an offer, carries an `Idempotency-Key`: the same request under the
//! same key is done once, whatever happens meanwhile, and gets the same answer. What went
//! wrong is told as `application/problem+json`: what, where, the likely cause, what to do.

mod answer;
mod operation;
mod problem;
mod treat;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Response, header};
use axum::routing::on;
use set_core::msg::ids::LocalId;
use set_node::station::Station;
use set_node::store::Store;
use tokio::time::timeout;

pub(crate) use self::answer::Answer;
pub use self::operation::Operation;
use self::problem::{Kind, Problem};
use crate::api_keys::{self, ApiKey};
use crate::config::{ApiConfig, ShopConfig};
use crate::failure::Failure;
use crate::pos::{self, Pos, Profile};
use crate::service::Till;

/// What the interface for shops needs.
#[derive(Debug)]
pub struct ApiDoor {
    till: Arc<Till>,
    config: ApiConfig,
    shop: ShopConfig,
    profile: Profile,
}

impl ApiDoor {
    /// The interface of a merchant that takes orders at `till`.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn open(pos: &Pos, till: Arc<Till>) -> Result<Self, Failure> {
        Ok(Self {
            till,
            config: pos.config.api.clone(),
            shop: pos.config.shop.clone(),
            profile: pos::profile(&pos.store).await?,
        })
    }

    fn store(&self) -> &Store {
        &self.till.store
    }

    fn station(&self) -> &Station {
        &self.till.station
    }
}

/// What the interface answers to.
pub fn api_routes(door: ApiDoor) -> Router {
    let mut router = Router::new();
    for operation in Operation::ALL {
        let handler = move |State(door): State<Arc<ApiDoor>>, request: Request| async move {
            respond(operation, &door, request).await
        };
        router = router.route(operation.path(), on(operation.filter(), handler));
    }
    router
        .fallback(async || Problem::of(Kind::NoSuchPath).response())
        .method_not_allowed_fallback(async || Problem::of(Kind::Method).response())
        .with_state(Arc::new(door))
}

async fn respond(operation: Operation, door: &ApiDoor, request: Request) -> Response<Body> {
    let name = operation.name();
    match answer(operation, door, request).await {
        Ok(answer) => {
            tracing::info!(operation = name, status = answer.status(), "shop answered");
            answer.response()
        }
        Err(problem) => {
            let (kind, detail) = (problem.kind(), problem.detail());
            tracing::info!(operation = name, %kind, detail, "shop refused");
            problem.response()
        }
    }
}

async fn answer(operation: Operation, door: &ApiDoor, request: Request) -> Result<Answer, Problem> {
    if operation == Operation::Describe {
        return Ok(Answer::new(200, OPENAPI.as_bytes().to_vec()));
    }
    let (parts, body) = request.into_parts();
    let key = authenticate(door, &parts.headers).await?;
    let writes = operation.method() != Method::GET;
    if writes && key.read_only {
        return Err(Problem::of(Kind::ReadOnly));
    }
    let body = if writes {
        read(door, &parts.headers, body).await?
    } else {
        Vec::new()
    };
    let asked = treat::Asked {
        operation,
        order: parts.uri.path().split('/').nth(3).unwrap_or_default(),
        query: parts.uri.query().unwrap_or_default(),
        key: &key,
        idempotency_key: idempotency_key(&parts.headers, writes)?,
        body: &body,
    };
    // Whatever is cut off here goes on from what is stored when it is asked for again.
    match timeout(door.config.request.duration(), treat::treat(door, &asked)).await {
        Ok(outcome) => outcome,
        Err(_) if operation.asks_the_gateway() => Err(Problem::of(Kind::Late)),
        Err(_) => Err(Problem::of(Kind::Busy)),
    }
}

async fn authenticate(door: &ApiDoor, headers: &HeaderMap) -> Result<ApiKey, Problem> {
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let Some(shown) = shown else {
        return Err(Problem::of(Kind::NoKey));
    };
    let key = api_keys::find(door.store(), shown).await?;
    key.ok_or_else(|| Problem::of(Kind::WrongKey))
}

/// The body of a request, within the limits of size and time; none is an empty object.
async fn read(door: &ApiDoor, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Problem> {
    let limit = door.config.body;
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|announced| announced > limit) {
        return Err(Problem::of(Kind::TooLarge).at(format!("more than {limit} octets")));
    }
    // Past the limit it ends as if broken; the announcement of a chunked body is not there.
    let patience: Duration = door.till.config.timeouts.between_octets.duration();
    let octets = match timeout(patience, axum::body::to_bytes(body, limit)).await {
        Err(_) => return Err(Problem::of(Kind::SlowBody)),
        Ok(Err(_)) => {
            return Err(
                Problem::of(Kind::TooLarge).at(format!("more than {limit} octets, or broken off"))
            );
        }
        Ok(Ok(octets)) => octets,
    };
    if octets.is_empty() {
        return Ok(b"{}".to_vec());
    }
    let media = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    match media {
        Some(media) if media.trim().eq_ignore_ascii_case("application/json") => Ok(octets.into()),
        _ => Err(Problem::of(Kind::MediaType)),
    }
}

/// The key that whatever changes something has to carry.
fn idempotency_key(headers: &HeaderMap, writes: bool) -> Result<&str, Problem> {
    if !writes {
        return Ok("");
    }
    let given = headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok());
    given
        .filter(|key| (1..=128).contains(&key.len()) && key.bytes().all(|octet| octet > b' '))
        .ok_or_else(|| Problem::of(Kind::IdempotencyKey))
}

/// The lid-M that hexadecimal digits name.
fn lid_m(hex: &str) -> Option<LocalId> {
    crate::ledger::octets(hex).and_then(|octets| LocalId::new(octets).ok())
}

/// The description that is served, of OpenAPI 3.1.
pub const OPENAPI: &str = include_str!("../openapi.json");
