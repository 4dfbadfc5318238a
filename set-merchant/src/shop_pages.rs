//! What the server answers to browsers and the shop, beside SET messages.
//!
//! | request | answer |
//! |---|---|
//! | `GET /wake-up/{lid-M}` | the wake-up message of an order that is not placed yet |
//! | `POST /offers` | makes an offer from JSON; gives its lid-M and wake-up URL |

use std::fs;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::routing::{get, post};
use serde::Serialize;
use set_core::merchant::Order;
use set_core::msg::ids::LocalId;
use set_node::program;
use set_node::station::Station;
use set_node::store::Store;
use set_node::transport::MediaType;
use subtle::ConstantTimeEq as _;

use crate::config::ShopConfig;
use crate::failure::Failure;
use crate::ledger;
use crate::offering::{self, NewOffer};
use crate::pos::{self, Pos, Profile};

/// What the pages need.
#[derive(Debug)]
pub struct ShopDoor {
    station: Station,
    store: Store,
    /// What wallets and browsers are told.
    shop: ShopConfig,
    /// The brand, and where the server is.
    profile: Profile,
    /// What a shop shows to make offers; without it, none can be made here.
    token: Option<String>,
}

impl ShopDoor {
    /// The pages for the merchant of a data folder.
    ///
    /// # Errors
    ///
    /// The store fails, or the token cannot be read.
    pub async fn open(pos: &Pos) -> Result<Self, Failure> {
        Ok(Self {
            station: pos.station.clone(),
            store: pos.store.clone(),
            shop: pos.config.shop.clone(),
            profile: pos::profile(&pos.store).await?,
            token: token(pos)?,
        })
    }
}

/// The pages.
pub fn routes(door: ShopDoor) -> Router {
    Router::new()
        .route("/wake-up/{lid_m}", get(wake_up))
        .route("/offers", post(offers))
        .layer(DefaultBodyLimit::max(MOST_OCTETS))
        .with_state(Arc::new(door))
}

/// The shop's token, if there is a file of it.
fn token(pos: &Pos) -> Result<Option<String>, Failure> {
    let file = pos.data.join(&pos.config.shop.token_file);
    match fs::read_to_string(&file) {
        Ok(text) => Ok(text
            .lines()
            .next()
            .map(str::trim)
            .filter(|token| !token.is_empty())
            .map(str::to_owned)),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(program::Failure::File { file, source }.into()),
    }
}

async fn wake_up(State(door): State<Arc<ShopDoor>>, Path(name): Path<String>) -> Response<Body> {
    let lid_m = ledger::octets(&name).and_then(|octets| LocalId::new(octets).ok());
    let Some(lid_m) = lid_m else {
        return told(StatusCode::NOT_FOUND, "no such order");
    };
    let loaded = async {
        let mut tx = door.store.begin().await?;
        ledger::load(&mut tx, &lid_m).await
    };
    let offer = match loaded.await {
        Ok(Some(entry)) => match entry.order {
            Order::Offered(offer) => offer,
            Order::Initiated(state) => state.offer,
            _ => return told(StatusCode::GONE, "this order was placed already"),
        },
        Ok(None) => return told(StatusCode::NOT_FOUND, "no such order"),
        Err(fault) => return failed(&fault.into()),
    };
    let written = offering::wake_up(&offer, &door.shop, &door.profile)
        .and_then(|wake_up| wake_up.to_octets().map_err(Failure::WakeUp));
    match written {
        Ok(octets) => answer(StatusCode::OK, MediaType::PaymentInitiation.name(), octets),
        Err(failure) => failed(&failure),
    }
}

async fn offers(
    State(door): State<Arc<ShopDoor>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    if !is_shop(&door, &headers) {
        return told(
            StatusCode::UNAUTHORIZED,
            "offers are made with the shop's token: Authorization: Bearer ...",
        );
    }
    let new: NewOffer = match serde_json::from_slice(&body) {
        Ok(new) => new,
        Err(fault) => return told(StatusCode::BAD_REQUEST, &fault.to_string()),
    };
    let crypto = door.station.crypto();
    match offering::make(&door.store, crypto, &door.profile, new).await {
        Ok(offer) => {
            let offered = offering::told(&offer, &door.shop, &door.profile);
            json(StatusCode::CREATED, &offered)
        }
        Err(failure @ (Failure::Program(program::Failure::Value { .. }) | Failure::WakeUp(_))) => {
            told(StatusCode::BAD_REQUEST, &failure.to_string())
        }
        Err(failure) => failed(&failure),
    }
}

fn is_shop(door: &ShopDoor, headers: &HeaderMap) -> bool {
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    match (&door.token, shown) {
        (Some(token), Some(shown)) => token.as_bytes().ct_eq(shown.as_bytes()).into(),
        _ => false,
    }
}

/// Says that it is our fault; what exactly is for the log.
fn failed(failure: &Failure) -> Response<Body> {
    tracing::error!(%failure, "page failed");
    told(StatusCode::INTERNAL_SERVER_ERROR, "the shop failed")
}

fn told(status: StatusCode, error: &str) -> Response<Body> {
    #[derive(Serialize)]
    struct Told<'a> {
        error: &'a str,
    }
    json(status, &Told { error })
}

fn json(status: StatusCode, value: &impl Serialize) -> Response<Body> {
    let octets = serde_json::to_vec(value).unwrap_or_default();
    answer(status, "application/json", octets)
}

fn answer(status: StatusCode, media: &'static str, octets: Vec<u8>) -> Response<Body> {
    let mut answer = Response::new(Body::from(octets));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Octets of an offer in JSON.
const MOST_OCTETS: usize = 128 * 1024;
