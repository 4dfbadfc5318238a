//! What the roles tell on standard output, one JSON line each.

use serde::Deserialize;

/// One line.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event {
    /// A server has bound its ports.
    Listening(Listening),
    /// A request was sent and answered.
    Exchange(Box<Exchange>),
    /// A role checked something.
    Proved(Proved),
}

/// The addresses of a server.
#[derive(Clone, Debug, Deserialize)]
pub struct Listening {
    /// Which.
    pub role: String,
    /// `address:port` of DER over TCP.
    pub tcp: Option<String>,
    /// `address:port` of HTTP.
    pub http: Option<String>,
    /// `address:port` for operators.
    pub admin: Option<String>,
}

/// A request and its response, as the client saw them.
#[derive(Clone, Debug, Deserialize)]
pub struct Exchange {
    /// The client's role.
    pub from: String,
    /// The server's role.
    pub to: String,
    /// When the request was sent, in milliseconds since 1970.
    pub started_ms: u64,
    /// Milliseconds until the response was there.
    pub ms: f64,
    /// The request.
    pub request: Told,
    /// The response.
    pub response: Told,
}

/// One message.
#[derive(Clone, Debug, Deserialize)]
pub struct Told {
    /// Its name.
    pub message: String,
    /// Its size.
    pub octets: usize,
    /// The RRPID in its header.
    pub rrpid: Option<String>,
    /// The XID in its header.
    pub xid: Option<String>,
    /// The wrapper, in base64.
    pub der: String,
}

/// What a role checked before it went on.
#[derive(Clone, Debug, Deserialize)]
pub struct Proved {
    /// Which.
    pub role: String,
    /// The message that it checked.
    pub message: String,
    /// The facts.
    pub facts: Vec<String>,
}
