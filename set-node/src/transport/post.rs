use axum::http::{HeaderName, Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::Endpoint;

/// Why a POST has no answer. What was asked or answered is in none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostFault {
    /// The endpoint is one of DER over TCP.
    #[error("its address is not one of HTTP")]
    NotHttp,
    /// There is no connection.
    #[error("it cannot be reached")]
    Unreachable,
    /// The peer is no HTTP server.
    #[error("it does not speak HTTP")]
    NoHttp,
    /// A header field cannot be sent.
    #[error("the question cannot be sent")]
    Header,
    /// The connection was lost.
    #[error("the connection broke")]
    Broken,
    /// The answer broke off or is longer than the limit.
    #[error("its answer broke off or is too long")]
    Answer,
}

/// Sends JSON by POST on a connection of its own, and takes an answer of at most `limit`
/// octets; with a limit of 0, the body of the answer is not read.
///
/// There is no time-out: the caller has one.
///
/// # Errors
///
/// [`PostFault`].
pub async fn post_json(
    endpoint: &Endpoint,
    headers: &[(HeaderName, String)],
    body: Bytes,
    limit: usize,
) -> Result<(StatusCode, Bytes), PostFault> {
    let Endpoint::Http { path, .. } = endpoint else {
        return Err(PostFault::NotHttp);
    };
    let stream = TcpStream::connect((endpoint.host(), endpoint.port()))
        .await
        .map_err(|_| PostFault::Unreachable)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|_| PostFault::NoHttp)?;
    // It ends when the sender is dropped; faults reach the sender too.
    tokio::spawn(connection);
    let mut request = Request::post(path.as_str())
        .header(header::HOST, endpoint.authority())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request
        .body(Full::new(body))
        .map_err(|_| PostFault::Header)?;
    let response = sender
        .send_request(request)
        .await
        .map_err(|_| PostFault::Broken)?;
    let status = response.status();
    if limit == 0 {
        return Ok((status, Bytes::new()));
    }
    let answer = Limited::new(response.into_body(), limit)
        .collect()
        .await
        .map_err(|_| PostFault::Answer)?
        .to_bytes();
    Ok((status, answer))
}
