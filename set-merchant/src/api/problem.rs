use std::fmt;

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use serde::Serialize;
use set_core::error::Error;
use set_node::program;
use set_node::service::PoolFault;

use super::answer;
use crate::failure::Failure;
use crate::fault::Fault;

/// What can go wrong; each has a name, a status, a title, a likely cause and a remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    NoKey,
    WrongKey,
    ReadOnly,
    NoSuchPath,
    Method,
    NoOrder,
    Placed,
    State,
    NotAllowed,
    Waits,
    Changed,
    SlowBody,
    TooLarge,
    MediaType,
    Malformed,
    Value,
    IdempotencyKey,
    Differs,
    NoGateway,
    Unreachable,
    Late,
    Refused,
    BadAnswer,
    Busy,
    Internal,
}

/// What went wrong, as a shop is told (RFC 9457).
#[derive(Debug)]
pub(super) struct Problem {
    kind: Kind,
    detail: Option<String>,
    place: Option<String>,
}

#[derive(Serialize)]
struct Told<'a> {
    #[serde(rename = "type")]
    name: String,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    place: Option<&'a str>,
    cause: &'static str,
    remedy: &'static str,
}

impl Problem {
    pub(super) const fn of(kind: Kind) -> Self {
        Self {
            kind,
            detail: None,
            place: None,
        }
    }

    /// With what exactly is wrong.
    pub(super) fn because(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(without_numbers(&detail.to_string()));
        self
    }

    /// With the place of it: an order, a member of the body, a parameter.
    pub(super) fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(without_numbers(&place.into()));
        self
    }

    pub(super) const fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn detail(&self) -> &str {
        self.detail.as_deref().unwrap_or_default()
    }

    pub(super) fn response(&self) -> Response<Body> {
        let (status, title, cause, remedy) = self.kind.words();
        let told = Told {
            name: format!("urn:set-merchant:problem:{}", self.kind),
            title,
            status,
            detail: self.detail.as_deref(),
            place: self.place.as_deref(),
            cause,
            remedy,
        };
        let body = serde_json::to_vec(&told).unwrap_or_default();
        let mut response = answer::response(status, "application/problem+json", body);
        let headers = response.headers_mut();
        match status {
            401 => {
                headers.insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"set-merchant\""),
                );
            }
            503 => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}

impl fmt::Display for Kind {
    /// The last part of the problem's type.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoKey => "no-key",
            Self::WrongKey => "wrong-key",
            Self::ReadOnly => "read-only",
            Self::NoSuchPath => "no-such-path",
            Self::Method => "method",
            Self::NoOrder => "no-order",
            Self::Placed => "order-placed",
            Self::State => "order-state",
            Self::NotAllowed => "not-allowed",
            Self::Waits => "order-waits",
            Self::Changed => "changed-meanwhile",
            Self::SlowBody => "slow-body",
            Self::TooLarge => "too-large",
            Self::MediaType => "media-type",
            Self::Malformed => "malformed",
            Self::Value => "value",
            Self::IdempotencyKey => "idempotency-key",
            Self::Differs => "idempotency-differs",
            Self::NoGateway => "no-gateway",
            Self::Unreachable => "gateway-unreachable",
            Self::Late => "gateway-late",
            Self::Refused => "gateway-refused",
            Self::BadAnswer => "gateway-answer",
            Self::Busy => "busy",
            Self::Internal => "internal",
        })
    }
}

impl Kind {
    /// Status, what, the likely cause, and what to do.
    const fn words(self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Self::NoKey => (
                401,
                "No API key was shown",
                "the request has no Authorization header with a bearer token",
                "send `Authorization: Bearer` and the key that `set-merchant api-key create` showed",
            ),
            Self::WrongKey => (
                401,
                "The API key is not known",
                "it was revoked, cut off in copying, or is one of another merchant",
                "look at `set-merchant api-key list`, and create another",
            ),
            Self::ReadOnly => (
                403,
                "The API key may only read",
                "it was created with --read-only",
                "use another key for what changes orders",
            ),
            Self::NoSuchPath => (
                404,
                "There is nothing at this path",
                "a misspelt path, or an interface of another version",
                "see /v1/openapi.json",
            ),
            Self::Method => (
                405,
                "This path takes another method",
                "a GET where something is changed, or a POST where something is read",
                "see /v1/openapi.json",
            ),
            Self::NoOrder => (
                404,
                "There is no such order",
                "a misspelt order, or one of another merchant",
                "name it by its lid-M or XID, in hexadecimal, as GET /v1/orders lists it",
            ),
            Self::Placed => (
                410,
                "The order was placed already",
                "the wallet has ordered since",
                "make another offer if another purchase is meant",
            ),
            Self::State => (
                409,
                "The order is not in a state for this; the gateway was not asked",
                "it was done before, or something else has to be done first",
                "look at the order, and ask for what its state allows",
            ),
            Self::NotAllowed => (
                409,
                "The rules of payment do not allow this; the gateway was not asked",
                "an amount above what is left, or a step out of order",
                "look at the order, and ask for what is left",
            ),
            Self::Waits => (
                409,
                "The order waits for the gateway's answer to an earlier request",
                "the gateway was not reached when that was asked; it is asked again by itself",
                "repeat the earlier request with its own key, or come again later",
            ),
            Self::Changed => (
                409,
                "The order was changed by somebody else at the same time",
                "two requests about one order at once",
                "send the same request again, with the same key",
            ),
            Self::SlowBody => (
                408,
                "The body did not arrive in time",
                "a slow or broken connection",
                "send the same request again, with the same key",
            ),
            Self::TooLarge => (
                413,
                "The body is too large",
                "a description that is too long",
                "send less; the limit is api.body of the configuration",
            ),
            Self::MediaType => (
                415,
                "The body is not announced as JSON",
                "the Content-Type header is missing or another",
                "send `Content-Type: application/json`",
            ),
            Self::Malformed => (
                400,
                "The body or query is not what this operation takes",
                "a member is missing, unknown or of another type",
                "see /v1/openapi.json",
            ),
            Self::Value => (
                422,
                "A value is outside of its range",
                "a value that SET cannot carry",
                "correct it; `where` names it and `detail` says what it has to be",
            ),
            Self::IdempotencyKey => (
                400,
                "There is no Idempotency-Key",
                "the header is missing, or not 1 to 128 visible ASCII characters",
                "make up a random one for each purpose, and repeat it when the request is repeated",
            ),
            Self::Differs => (
                422,
                "This Idempotency-Key was used for something else",
                "one key for two different requests",
                "take another key, unless the first request was meant",
            ),
            Self::NoGateway => (
                503,
                "No payment gateway is known",
                "the merchant is not set up completely",
                "enroll with --gateway, or set `gateway` in config.toml",
            ),
            Self::Unreachable => (
                502,
                "The payment gateway cannot be reached",
                "the network or the gateway is down; it may have done what was asked",
                "send the same request again, with the same key: it is done once",
            ),
            Self::Late => (
                504,
                "The payment gateway has not answered in time",
                "the gateway is slow, or down; it may have done what was asked",
                "send the same request again, with the same key: it is done once",
            ),
            Self::Refused => (
                502,
                "The payment gateway answered with an Error",
                "the gateway finds a fault in the merchant's message",
                "look up the ErrorCode in `detail`; certificates, CRLs or the clock may be out of date",
            ),
            Self::BadAnswer => (
                502,
                "The payment gateway's answer is not good",
                "its certificate or signature does not hold, or it answers something else",
                "run `set-merchant refresh`, and tell the acquirer if that does not help",
            ),
            Self::Busy => (
                503,
                "The merchant is busy",
                "more requests at once than it takes",
                "send the same request again in a second, with the same key",
            ),
            Self::Internal => (
                500,
                "The merchant failed",
                "a fault of the store or of the program, which the log tells of",
                "tell the operator; the same request may be sent again, with the same key",
            ),
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        // What was done before is told by the orders.
        let failure = match failure {
            Failure::Midway { source, .. } => *source,
            other => other,
        };
        let kind = match &failure {
            Failure::NoOrder(_) => Kind::NoOrder,
            Failure::Waits(_) => Kind::Waits,
            Failure::NotEnrolled | Failure::NoGatewayCertificate { .. } => Kind::NoGateway,
            Failure::WakeUp(_) => Kind::Value,
            Failure::Program(failure) => return Self::from_program(failure),
            Failure::Step(fault) => step(fault),
            Failure::Address { .. }
            | Failure::NoAddress
            | Failure::Midway { .. }
            | Failure::Enrolled
            | Failure::NoKey(_)
            | Failure::NoEvidence(_)
            | Failure::Evidence(_)
            | Failure::LargeEvidence(_)
            | Failure::NoSecret
            | Failure::NoEvent(_) => Kind::Internal,
        };
        Self::of(kind).because(&failure)
    }
}

impl Problem {
    fn from_program(failure: &program::Failure) -> Self {
        use program::Failure as Shared;
        let kind = match failure {
            Shared::Value { what, fault } => {
                return Self::of(Kind::Value).because(fault).at(*what);
            }
            Shared::Store(fault) => step_of_store(fault),
            Shared::Pool(PoolFault::Busy) => Kind::Busy,
            Shared::Transport(_) => Kind::Unreachable,
            Shared::Protocol { source, .. } | Shared::Own(source) => protocol(source),
            _ => Kind::Internal,
        };
        if kind == Kind::Internal {
            tracing::error!(%failure, "a shop's request failed");
            return Self::of(kind);
        }
        Self::of(kind).because(failure)
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Failure::from(fault).into()
    }
}

fn step(fault: &Fault) -> Kind {
    match fault {
        Fault::Protocol(source) => protocol(source),
        Fault::Store(fault) => step_of_store(fault),
        Fault::Pool(PoolFault::Busy) => Kind::Busy,
        Fault::Pool(PoolFault::Panicked) | Fault::Damaged(_) => Kind::Internal,
        Fault::Gateway(_) => Kind::Unreachable,
        Fault::Patience => Kind::Late,
        Fault::NoGateway => Kind::NoGateway,
        Fault::NoSuchBrand(_) => Kind::Value,
    }
}

fn step_of_store(fault: &set_node::store::StoreError) -> Kind {
    use set_node::store::StoreError;
    match fault {
        StoreError::Stale { .. } | StoreError::Conflict { .. } => Kind::Changed,
        fault if fault.is_passing() => Kind::Busy,
        _ => Kind::Internal,
    }
}

const fn protocol(source: &Error) -> Kind {
    match source {
        Error::Caller(_) => Kind::NotAllowed,
        Error::Refused(_) => Kind::Refused,
        Error::Provider(_) => Kind::Internal,
        Error::Octets(_)
        | Error::Peer(_)
        | Error::Certificate(_)
        | Error::X509(_)
        | Error::Treatment(_) => Kind::BadAnswer,
    }
}

/// The text with every run of digits that could be an account number left out, whoever
/// wrote it there.
fn without_numbers(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(Some('\n')) {
        if c.is_ascii_digit() {
            run.push(c);
            continue;
        }
        if run.len() < SHORTEST_PAN {
            kept.push_str(&run);
        } else {
            kept.push('…');
        }
        run.clear();
        kept.push(c);
    }
    kept.pop();
    kept
}

/// Digits of the shortest account number.
const SHORTEST_PAN: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_could_be_an_account_is_not_repeated() {
        let text = "invalid type: string \"4111111111111111\", expected u64 at line 1 column 30";
        let told = Problem::of(Kind::Malformed).because(text);
        assert_eq!(
            told.detail(),
            "invalid type: string \"…\", expected u64 at line 1 column 30"
        );
    }
}
