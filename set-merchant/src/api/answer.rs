use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use set_node::transport::MediaType;

use crate::report::Report;

/// What a shop is answered when nothing went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    status: u16,
    media: &'static str,
    body: Vec<u8>,
}

impl Answer {
    /// JSON.
    pub(crate) const fn new(status: u16, body: Vec<u8>) -> Self {
        Self {
            status,
            media: "application/json",
            body,
        }
    }

    /// What came of orders.
    pub(crate) fn of(report: &Report) -> Self {
        Self::new(200, report.json())
    }

    /// A wake-up message.
    pub(super) const fn wake_up(body: Vec<u8>) -> Self {
        Self {
            status: 200,
            media: MediaType::PaymentInitiation.name(),
            body,
        }
    }

    pub(super) const fn status(&self) -> u16 {
        self.status
    }

    /// As it is kept: two octets of the status, and the body.
    pub(crate) fn octets(&self) -> Vec<u8> {
        [self.status.to_be_bytes().as_slice(), &self.body].concat()
    }

    /// From what was kept.
    pub(super) fn kept(octets: &[u8]) -> Option<Self> {
        let (status, body) = octets.split_first_chunk()?;
        Some(Self::new(u16::from_be_bytes(*status), body.to_vec()))
    }

    pub(super) fn response(self) -> Response<Body> {
        response(self.status, self.media, self.body)
    }
}

pub(super) fn response(status: u16, media: &'static str, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
