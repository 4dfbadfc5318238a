use serde::{Deserialize, Serialize};

use super::Period;

/// How long the two bindings wait, and for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timeouts {
    /// For a TCP connection to be made. Default `10s`.
    pub connect: Period,
    /// For the first octet: of the first request after a connection was
    /// accepted, and of a response after its request was sent. Over HTTP also
    /// for the whole head of a request, and for the next request of a
    /// connection kept open. Default `30s`.
    pub first_octet: Period,
    /// Between two arrivals of octets of one message, and for a peer to take
    /// what is sent to it. Default `10s`.
    pub between_octets: Period,
    /// For a whole message to arrive, so that a peer that sends an octet now and
    /// then does not hold a connection for days. Default `2min`.
    pub message: Period,
    /// For the next request on a TCP connection that has had one. Default `5min`.
    pub idle: Period,
    /// For the role to answer a request, waiting in the queue included; less than
    /// `first_octet`, or a peer gives up before it is told. Default `25s`.
    pub request: Period,
    /// For requests in work to finish when the node stops. Default `30s`.
    pub drain: Period,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Period::seconds(10),
            first_octet: Period::seconds(30),
            between_octets: Period::seconds(10),
            message: Period::seconds(120),
            idle: Period::seconds(300),
            request: Period::seconds(25),
            drain: Period::seconds(30),
        }
    }
}
