use std::{
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout},
};

use super::{
    endpoint::Endpoint,
    frame::{FrameReader, FramingFault, ReadFault, Wait},
    guard::WriteGuard,
    http::{self, BodyFault},
    media::MediaType,
    tcp,
};
use crate::config::{Limits, Period, Timeouts};

/// A client's way to one server.
///
/// Exchanges may go on at the same time; each has a connection of its own, and
/// connections are kept for the next exchange. When a kept connection turns out
/// to be closed, the request is sent once more on a new one: a server answers the
/// same octets with the same octets.
///
/// ```no_run
/// # async fn example(request: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
/// use set_node::transport::Transport;
///
/// let merchant = Transport::connect("set://merchant.example:257".parse()?).await?;
/// let answer = merchant.exchange(&request).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Transport {
    endpoint: Endpoint,
    media: MediaType,
    limit: usize,
    timeouts: Timeouts,
    kept: Mutex<Vec<Kept>>,
}

/// Why a server has no answer for a client.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// No connection: the name is unknown, the port closed, the network down.
    #[error("{endpoint} cannot be reached: {source}")]
    Unreachable {
        /// The server.
        endpoint: Endpoint,
        /// What the system says.
        source: io::Error,
    },
    /// No connection was made in time.
    #[error("{endpoint} cannot be reached: no connection within {}", Period::from(*.after))]
    ConnectTimedOut {
        /// The server.
        endpoint: Endpoint,
        /// How long was waited.
        after: Duration,
    },
    /// The server fell silent before its answer was complete.
    #[error("{endpoint} sent no complete answer within {}", Period::from(*.after))]
    TimedOut {
        /// The server.
        endpoint: Endpoint,
        /// How long was waited.
        after: Duration,
    },
    /// The connection was closed or broke before an answer.
    #[error("{endpoint} closed the connection without an answer")]
    Closed {
        /// The server.
        endpoint: Endpoint,
        /// What the socket says, if it failed.
        #[source]
        source: Option<io::Error>,
    },
    /// The answer is no DER message, or too big.
    #[error("{endpoint} sent an answer that cannot be taken: {fault}")]
    Framing {
        /// The server.
        endpoint: Endpoint,
        /// What is wrong.
        fault: FramingFault,
    },
    /// HTTP 503: the server is busy; the same request may be sent again later.
    #[error("{endpoint} is busy")]
    Busy {
        /// The server.
        endpoint: Endpoint,
        /// When it wants to be asked again, if it says so in seconds.
        retry_after: Option<Duration>,
    },
    /// Another HTTP status than 200.
    #[error("{endpoint} answered with HTTP status {status}")]
    Status {
        /// The server.
        endpoint: Endpoint,
        /// The status code.
        status: u16,
    },
    /// The answer has another media type than the request.
    #[error("{endpoint} answered with another media type than {expected}")]
    MediaType {
        /// The server.
        endpoint: Endpoint,
        /// The media type of the request.
        expected: MediaType,
    },
    /// The server does not speak HTTP correctly.
    #[error("{endpoint} broke the rules of HTTP: {source}")]
    Http {
        /// The server.
        endpoint: Endpoint,
        /// What is wrong.
        source: hyper::Error,
    },
}

impl TransportError {
    /// Whether the request cannot have reached the server.
    pub fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::ConnectTimedOut { .. }
        )
    }
}

impl Transport {
    /// A way to `endpoint` that connects when it is first used: payment messages,
    /// the default limit and the default time-outs.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            media: MediaType::Payment,
            limit: Limits::default().message,
            timeouts: Timeouts::default(),
            kept: Mutex::new(Vec::new()),
        }
    }

    /// A way to `endpoint`, tried at once.
    ///
    /// # Errors
    ///
    /// The server cannot be reached.
    pub async fn connect(endpoint: Endpoint) -> Result<Self, TransportError> {
        let transport = Self::new(endpoint);
        transport.reach().await?;
        Ok(transport)
    }

    /// Sends requests over HTTP under this media type.
    #[must_use]
    pub fn with_media_type(mut self, media: MediaType) -> Self {
        self.media = media;
        self
    }

    /// Takes answers of at most `limit` octets.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Waits as long as `timeouts` say.
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// The server.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Makes a connection and keeps it for the next exchange.
    ///
    /// # Errors
    ///
    /// The server cannot be reached.
    pub async fn reach(&self) -> Result<(), TransportError> {
        let connection = self.dial().await?;
        self.keep(connection);
        Ok(())
    }

    /// Sends one message and returns the answer's octets.
    ///
    /// # Errors
    ///
    /// The server cannot be reached, or sends no answer that can be taken. The
    /// server may have treated the request all the same.
    pub async fn exchange(&self, request: &[u8]) -> Result<Vec<u8>, TransportError> {
        let request = Bytes::copy_from_slice(request);
        if let Some(connection) = self.take_kept() {
            match self.exchange_on(connection, request.clone()).await {
                Err(TransportError::Closed { .. }) => {}
                answered => return answered,
            }
        }
        let connection = self.dial().await?;
        self.exchange_on(connection, request).await
    }

    /// Sends one message that has no answer: an Error.
    ///
    /// # Errors
    ///
    /// The server cannot be reached or does not take the message.
    pub async fn send(&self, message: &[u8]) -> Result<(), TransportError> {
        match self.dial().await? {
            Connection::Tcp(mut reader) => tcp::send(reader.stream(), message)
                .await
                .map_err(|fault| self.closed(fault)),
            Connection::Http(mut sender) => {
                let request = self.request(Bytes::copy_from_slice(message))?;
                let response = self.response(&mut sender, request).await?;
                if response.status().is_success() {
                    Ok(())
                } else {
                    Err(self.refused(&response))
                }
            }
        }
    }

    async fn exchange_on(
        &self,
        connection: Connection,
        request: Bytes,
    ) -> Result<Vec<u8>, TransportError> {
        match connection {
            Connection::Tcp(mut reader) => {
                // A server that refuses a request may stop reading it, so a failed
                // write does not mean that there is no answer.
                let sent = tcp::send(reader.stream(), &request).await;
                match (reader.begun(Wait::FirstOctet).await, sent) {
                    (Ok(true), _) => {}
                    (_, Err(fault)) => return Err(self.closed(fault)),
                    (Ok(false), Ok(())) => {
                        let endpoint = self.endpoint.clone();
                        return Err(TransportError::Closed {
                            endpoint,
                            source: None,
                        });
                    }
                    (Err(fault), Ok(())) => return Err(self.read_fault(fault)),
                }
                let answer = reader
                    .message()
                    .await
                    .map_err(|fault| self.read_fault(fault))?;
                // Octets that nobody asked for would be taken for the next answer.
                if reader.pending().is_empty() {
                    self.keep(Connection::Tcp(reader));
                }
                Ok(answer.into())
            }
            Connection::Http(mut sender) => {
                let request = self.request(request)?;
                let response = self.response(&mut sender, request).await?;
                if response.status() != StatusCode::OK {
                    return Err(self.refused(&response));
                }
                if http::media_type(response.headers()) != Some(self.media) {
                    let endpoint = self.endpoint.clone();
                    return Err(TransportError::MediaType {
                        endpoint,
                        expected: self.media,
                    });
                }
                let announced = hyper::body::Body::size_hint(response.body()).lower();
                let answer = http::body(response.into_body(), self.limit, &self.timeouts)
                    .await
                    .map_err(|fault| self.body_fault(fault, announced))?;
                self.keep(Connection::Http(sender));
                Ok(answer.into())
            }
        }
    }

    async fn dial(&self) -> Result<Connection, TransportError> {
        let endpoint = || self.endpoint.clone();
        let after = self.timeouts.connect.duration();
        let address = (self.endpoint.host(), self.endpoint.port());
        let stream = timeout(after, TcpStream::connect(address))
            .await
            .map_err(|_| TransportError::ConnectTimedOut {
                endpoint: endpoint(),
                after,
            })?
            .map_err(|source| TransportError::Unreachable {
                endpoint: endpoint(),
                source,
            })?;
        // The connection works, only slower, if the system cannot do it.
        let _ = stream.set_nodelay(true);
        let stream = WriteGuard::new(stream, self.timeouts.between_octets.duration());
        match self.endpoint {
            Endpoint::Tcp { .. } => {
                let reader = FrameReader::new(stream, self.limit, self.timeouts.clone());
                Ok(Connection::Tcp(Box::new(reader)))
            }
            Endpoint::Http { .. } => {
                let (sender, connection) =
                    http1::handshake(TokioIo::new(stream))
                        .await
                        .map_err(|source| TransportError::Http {
                            endpoint: endpoint(),
                            source,
                        })?;
                // It ends when the sender is dropped; faults reach the sender too.
                tokio::spawn(connection);
                Ok(Connection::Http(sender))
            }
        }
    }

    fn request(&self, message: Bytes) -> Result<Request<Full<Bytes>>, TransportError> {
        let path = match &self.endpoint {
            Endpoint::Http { path, .. } => path.as_str(),
            Endpoint::Tcp { .. } => "/",
        };
        Request::post(path)
            .header(header::HOST, self.endpoint.authority())
            .header(
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.media.name()),
            )
            .body(Full::new(message))
            .map_err(|fault| TransportError::Unreachable {
                endpoint: self.endpoint.clone(),
                source: io::Error::new(io::ErrorKind::InvalidInput, fault),
            })
    }

    async fn response(
        &self,
        sender: &mut http1::SendRequest<Full<Bytes>>,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<hyper::body::Incoming>, TransportError> {
        let after = self.timeouts.first_octet.duration();
        match timeout(after, sender.send_request(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(fault)) => Err(self.http_fault(fault)),
            Err(_) => Err(TransportError::TimedOut {
                endpoint: self.endpoint.clone(),
                after,
            }),
        }
    }

    fn take_kept(&self) -> Option<Connection> {
        let idle = self.timeouts.idle.duration();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.since.elapsed() < idle && kept.connection.is_open());
        kept.pop().map(|kept| kept.connection)
    }

    fn keep(&self, connection: Connection) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST_KEPT {
            kept.push(Kept {
                connection,
                since: Instant::now(),
            });
        }
    }

    fn closed(&self, fault: io::Error) -> TransportError {
        TransportError::Closed {
            endpoint: self.endpoint.clone(),
            source: Some(fault),
        }
    }

    fn refused<B>(&self, response: &Response<B>) -> TransportError {
        let endpoint = self.endpoint.clone();
        match response.status() {
            StatusCode::SERVICE_UNAVAILABLE => {
                let wanted = response.headers().get(header::RETRY_AFTER);
                let seconds = wanted.and_then(|value| value.to_str().ok()?.parse().ok());
                TransportError::Busy {
                    endpoint,
                    retry_after: seconds.map(Duration::from_secs),
                }
            }
            status => TransportError::Status {
                endpoint,
                status: status.as_u16(),
            },
        }
    }

    fn read_fault(&self, fault: ReadFault) -> TransportError {
        let endpoint = self.endpoint.clone();
        match fault {
            ReadFault::Framing(fault) => TransportError::Framing { endpoint, fault },
            ReadFault::Stalled { after, .. } => TransportError::TimedOut { endpoint, after },
            ReadFault::Io(fault) => self.closed(fault),
        }
    }

    fn body_fault(&self, fault: BodyFault, length: u64) -> TransportError {
        let endpoint = self.endpoint.clone();
        match fault {
            BodyFault::TooBig => {
                let fault = FramingFault::TooBig {
                    length,
                    limit: self.limit,
                };
                TransportError::Framing { endpoint, fault }
            }
            BodyFault::Stalled(after) => TransportError::TimedOut { endpoint, after },
            BodyFault::Broken(source) => TransportError::Http { endpoint, source },
        }
    }

    fn http_fault(&self, source: hyper::Error) -> TransportError {
        let endpoint = self.endpoint.clone();
        if source.is_parse() || source.is_user() {
            return TransportError::Http { endpoint, source };
        }
        TransportError::Closed {
            endpoint,
            source: Some(io::Error::other(source)),
        }
    }
}

#[derive(Debug)]
enum Connection {
    Tcp(Box<FrameReader<WriteGuard<TcpStream>>>),
    Http(http1::SendRequest<Full<Bytes>>),
}

impl Connection {
    fn is_open(&self) -> bool {
        match self {
            Self::Tcp(_) => true,
            Self::Http(sender) => !sender.is_closed(),
        }
    }
}

#[derive(Debug)]
struct Kept {
    connection: Connection,
    since: Instant,
}

/// Connections kept for later exchanges, per server.
const MOST_KEPT: usize = 32;
