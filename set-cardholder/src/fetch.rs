//! Where a wake-up message comes from: a file, standard input, or a web shop.

use std::io::{self, Read};
use std::path::PathBuf;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use set_core::wake_up::MAX_OCTETS;
use set_node::config::Timeouts;
use set_node::transport::{Endpoint, EndpointError, MediaType};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Why there is no wake-up message.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The file or standard input cannot be read.
    #[error("cannot read the wake-up message from {place}: {source}")]
    Read {
        /// Where from.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// There is more than a wake-up message may have.
    #[error("the wake-up message is longer than {MAX_OCTETS} octets")]
    TooLong,
    /// The URL is not one that can be fetched.
    #[error("cannot fetch the wake-up message: {0}")]
    Url(#[from] EndpointError),
    /// The shop cannot be reached, or falls silent.
    #[error("cannot fetch the wake-up message from {endpoint}: {detail}")]
    Shop {
        /// The shop.
        endpoint: Endpoint,
        /// What happened.
        detail: String,
    },
    /// The shop answered with something else.
    #[error("{endpoint} sent no wake-up message: {detail}")]
    Answer {
        /// The shop.
        endpoint: Endpoint,
        /// What instead.
        detail: String,
    },
}

/// Reads a wake-up message from a file, from standard input (`-`), or over HTTP.
pub(crate) async fn wake_up(place: &str, timeouts: &Timeouts) -> Result<Vec<u8>, FetchError> {
    let is_url = place
        .get(..7)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"));
    if is_url {
        let endpoint: Endpoint = place.parse()?;
        let whole = timeouts.message.duration();
        return match timeout(whole, shop(&endpoint, timeouts)).await {
            Ok(fetched) => fetched,
            Err(_) => Err(FetchError::Shop {
                endpoint,
                detail: "no complete answer in time".to_owned(),
            }),
        };
    }
    let read = if place == "-" {
        bounded(io::stdin().lock())
    } else {
        std::fs::File::open(PathBuf::from(place)).and_then(bounded)
    };
    let octets = read.map_err(|source| FetchError::Read {
        place: place.to_owned(),
        source,
    })?;
    if octets.len() > MAX_OCTETS {
        return Err(FetchError::TooLong);
    }
    Ok(octets)
}

/// Reads one octet more than is allowed at most.
fn bounded(from: impl Read) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    let most = u64::try_from(MAX_OCTETS).unwrap_or(u64::MAX);
    from.take(most.saturating_add(1)).read_to_end(&mut octets)?;
    Ok(octets)
}

async fn shop(endpoint: &Endpoint, timeouts: &Timeouts) -> Result<Vec<u8>, FetchError> {
    let lost = |detail: String| FetchError::Shop {
        endpoint: endpoint.clone(),
        detail,
    };
    let other = |detail: String| FetchError::Answer {
        endpoint: endpoint.clone(),
        detail,
    };
    let path = match endpoint {
        Endpoint::Http { path, .. } => path.as_str(),
        Endpoint::Tcp { .. } => "/",
    };
    let dial = TcpStream::connect((endpoint.host(), endpoint.port()));
    let stream = timeout(timeouts.connect.duration(), dial)
        .await
        .map_err(|_| lost("no connection in time".to_owned()))?
        .map_err(|fault| lost(fault.to_string()))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|fault| lost(fault.to_string()))?;
    // It ends when the sender is dropped; faults reach the sender too.
    tokio::spawn(connection);
    let request = Request::get(path)
        .header(header::HOST, endpoint.authority())
        .header(header::ACCEPT, MediaType::PaymentInitiation.name())
        .body(Empty::<Bytes>::new())
        .map_err(|fault| lost(fault.to_string()))?;
    let response = sender
        .send_request(request)
        .await
        .map_err(|fault| lost(fault.to_string()))?;
    if response.status() != StatusCode::OK {
        return Err(other(format!("HTTP status {}", response.status())));
    }
    let media = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|field| field.to_str().ok())
        .and_then(|field| field.parse::<MediaType>().ok());
    if media != Some(MediaType::PaymentInitiation) {
        return Err(other(format!(
            "its media type is not {}",
            MediaType::PaymentInitiation
        )));
    }
    let body = Limited::new(response.into_body(), MAX_OCTETS);
    match body.collect().await {
        Ok(body) => Ok(body.to_bytes().to_vec()),
        Err(fault) if fault.is::<http_body_util::LengthLimitError>() => Err(FetchError::TooLong),
        Err(fault) => Err(lost(fault.to_string())),
    }
}
