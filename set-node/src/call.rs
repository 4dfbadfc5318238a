//! Calling a peer: one request, one response, and on demand a trace of both.

use std::io::Write as _;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use base64ct::{Base64, Encoding as _};
use serde::Serialize;
use set_core::asn1::{self, Limits};
use set_core::msg::wrapper::MessageWrapper;

use crate::transport::{Transport, TransportError};

/// A peer that is called, and who calls it.
#[derive(Debug)]
pub struct Caller {
    transport: Transport,
    from: &'static str,
    to: &'static str,
    trace: Trace,
}

/// Whether exchanges are told on standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trace {
    /// Nothing is told.
    #[default]
    Off,
    /// One JSON line for each exchange, with the octets of both messages.
    ///
    /// The octets are what goes over the wire: account numbers in them are encrypted.
    Lines,
}

impl Trace {
    /// What the flag `--trace-wire` asks for.
    #[must_use]
    pub const fn of_flag(given: bool) -> Self {
        if given { Self::Lines } else { Self::Off }
    }
}

impl Caller {
    /// Calls `to` over `transport` in the name of the role `from`.
    #[must_use]
    pub fn new(transport: Transport, from: &'static str, to: &'static str, trace: Trace) -> Self {
        Self {
            transport,
            from,
            to,
            trace,
        }
    }

    /// Sends a request and waits for its response.
    ///
    /// # Errors
    ///
    /// As [`Transport::exchange`].
    pub async fn exchange(&self, request: &[u8]) -> Result<Vec<u8>, TransportError> {
        let started = SystemTime::now();
        let clock = Instant::now();
        let response = self.transport.exchange(request).await?;
        if self.trace == Trace::Lines {
            let line = Line {
                event: "exchange",
                from: self.from,
                to: self.to,
                started_ms: started
                    .duration_since(UNIX_EPOCH)
                    .map_or(0, |elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(0)),
                ms: clock.elapsed().as_secs_f64() * 1_000.0,
                request: Told::of(request),
                response: Told::of(&response),
            };
            tell(&line);
        }
        Ok(response)
    }
}

/// Writes one JSON line to standard output, whole.
///
/// A parent that has gone away is no reason to fail: the event is lost.
pub fn tell(event: &impl Serialize) {
    if let Ok(mut line) = serde_json::to_vec(event) {
        line.push(b'\n');
        let mut out = std::io::stdout().lock();
        let _lost = out.write_all(&line).and_then(|()| out.flush());
    }
}

#[derive(Serialize)]
struct Line {
    event: &'static str,
    from: &'static str,
    to: &'static str,
    started_ms: u64,
    ms: f64,
    request: Told,
    response: Told,
}

#[derive(Serialize)]
struct Told {
    message: &'static str,
    octets: usize,
    rrpid: Option<String>,
    xid: Option<String>,
    der: String,
}

impl Told {
    fn of(octets: &[u8]) -> Self {
        let wrapper: Option<MessageWrapper> = asn1::decode(octets, &Limits::default()).ok();
        let header = wrapper.as_ref().map(|wrapper| &wrapper.message_header);
        Self {
            message: wrapper
                .as_ref()
                .map_or("?", |wrapper| wrapper.message.name()),
            octets: octets.len(),
            rrpid: header
                .and_then(|header| header.rrpid)
                .map(|id| id.to_string()),
            xid: header
                .and_then(|header| header.message_ids.as_ref())
                .and_then(|ids| ids.xid)
                .map(|xid| xid.to_string()),
            der: Base64::encode_string(octets),
        }
    }
}
