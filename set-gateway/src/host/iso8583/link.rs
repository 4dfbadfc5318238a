//! The connection to the host: one, kept open, with many requests under way.
//!
//! ```text
//! connect ─▶ sign on ─▶ traffic, an echo test when idle ─▶ (lost) ─▶ wait ─▶ connect …
//! ```
//!
//! A task of its own has the socket. A response belongs to the request of its type with the
//! same system trace audit number and transmission time (fields 11 and 7); one that belongs
//! to none is late, or the second of its kind, and is dropped. A request of which an octet
//! may have left is [`Exchanged::Silent`] when its response does not come, never
//! [`Exchanged::Unsent`].

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use set_core::asn1::Date;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::codec::{self, DecodeError, Encoding};
use super::field::Field;
use super::frame::{FrameFault, Frames, Prefix};
use super::message::{Message, MessageType};
use super::requests::{self, NetworkCode};
use crate::host::HostMetrics;

/// How the link behaves.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub(super) address: String,
    pub(super) prefix: Prefix,
    pub(super) encoding: Encoding,
    pub(super) acquirer: String,
    pub(super) connect: Duration,
    pub(super) answer: Duration,
    pub(super) echo: Duration,
    pub(super) reconnect: Duration,
    pub(super) reconnect_most: Duration,
    pub(super) in_flight: usize,
}

/// What came of a request.
#[derive(Debug)]
pub(super) enum Exchanged {
    /// The response.
    Answer(Message),
    /// No response in time; the host may have taken the request.
    Silent,
    /// No octet of it has left.
    Unsent,
}

/// Why there is no connection.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LinkFault {
    /// The name is unknown, the port closed, the network down, or the connection broke.
    #[error("the acquirer host at {address} cannot be reached: {detail}")]
    Unreachable {
        /// Its address.
        address: String,
        /// What the system says.
        detail: String,
    },
    /// Nothing came in time.
    #[error("the acquirer host at {address} does not answer the {what}")]
    Silent {
        /// Its address.
        address: String,
        /// What it was asked.
        what: &'static str,
    },
    /// It does not want this gateway.
    #[error(
        "the acquirer host refuses to sign this gateway on with response code {code}: \
         are host.iso8583.acquirer and host.iso8583.terminal what it knows?"
    )]
    Refused {
        /// Field 39.
        code: String,
    },
    /// The host closed the connection.
    #[error("the acquirer host at {address} closed the connection")]
    Closed {
        /// Its address.
        address: String,
    },
    /// The octets are not framed.
    #[error("{0}: are host.iso8583.prefix and the address right?")]
    Framing(String),
    /// The octets are no message.
    #[error("{0}: is host.iso8583.bitmap right?")]
    Message(#[from] DecodeError),
}

#[derive(Clone, Debug)]
enum State {
    /// Being made.
    Connecting,
    /// Signed on, with this response code.
    Ready(String),
    /// Waiting for the next try.
    Down(LinkFault),
}

/// The way to the host; the connection ends with it.
#[derive(Debug)]
pub(super) struct Link {
    address: String,
    jobs: mpsc::Sender<Job>,
    state: watch::Receiver<State>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Job {
    message: Message,
    reply: oneshot::Sender<Exchanged>,
}

impl Link {
    /// Starts to connect.
    ///
    /// # Panics
    ///
    /// As `tokio::spawn`, outside of a runtime.
    pub(super) fn start(
        terms: Terms,
        clock: Arc<dyn Fn() -> Date + Send + Sync>,
        metrics: HostMetrics,
    ) -> Self {
        let (jobs, taken) = mpsc::channel(terms.in_flight.max(1));
        let (told, state) = watch::channel(State::Connecting);
        let address = terms.address.clone();
        let worker = Worker {
            terms,
            clock,
            metrics,
            jobs: taken,
            state: told,
            trace: 0,
        };
        Self {
            address,
            jobs,
            state,
            task: tokio::spawn(worker.run()),
        }
    }

    /// Waits while the connection is being made; the response code of the sign-on.
    pub(super) async fn ready(&self) -> Result<String, LinkFault> {
        let mut state = self.state.clone();
        let known = state
            .wait_for(|state| !matches!(state, State::Connecting))
            .await;
        match known.as_deref() {
            Ok(State::Ready(code)) => Ok(code.clone()),
            Ok(State::Down(fault)) => Err(fault.clone()),
            _ => Err(LinkFault::Closed {
                address: self.address.clone(),
            }),
        }
    }

    /// The fault of a host that was asked something and said nothing.
    pub(super) fn silent(&self, what: &'static str) -> LinkFault {
        LinkFault::Silent {
            address: self.address.clone(),
            what,
        }
    }

    /// Sends a request and waits for its response.
    pub(super) async fn exchange(&self, message: Message) -> Exchanged {
        if self.ready().await.is_err() {
            return Exchanged::Unsent;
        }
        let (reply, answer) = oneshot::channel();
        if self.jobs.try_send(Job { message, reply }).is_err() {
            tracing::warn!("more requests are under way to the host than host.iso8583.in_flight");
            return Exchanged::Unsent;
        }
        answer.await.unwrap_or(Exchanged::Silent)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Worker {
    terms: Terms,
    clock: Arc<dyn Fn() -> Date + Send + Sync>,
    metrics: HostMetrics,
    jobs: mpsc::Receiver<Job>,
    state: watch::Sender<State>,
    /// Numbers the network management messages.
    trace: u64,
}

impl Worker {
    async fn run(mut self) {
        let mut pause = self.terms.reconnect;
        loop {
            self.state.send_replace(State::Connecting);
            let started = Instant::now();
            let mut waiting = Waiting::default();
            let ended = self.connection(&mut waiting).await;
            self.metrics.connected(false);
            for (_, pending) in waiting.pending.drain() {
                pending.waiter.tell(Exchanged::Silent);
            }
            let Some(fault) = ended else { return };
            tracing::warn!(%fault, "no connection to the acquirer host");
            self.state.send_replace(State::Down(fault));
            // One that was good for a while is tried again at once, and patience starts anew.
            if started.elapsed() > self.terms.reconnect_most {
                pause = self.terms.reconnect;
            }
            let until = Instant::now() + pause;
            pause = pause.saturating_mul(2).min(self.terms.reconnect_most);
            loop {
                match timeout_at(until, self.jobs.recv()).await {
                    Ok(Some(job)) => drop(job.reply.send(Exchanged::Unsent)),
                    Ok(None) => return,
                    Err(_) => break,
                }
            }
        }
    }

    /// One connection from beginning to end; nothing when nobody needs it any more.
    async fn connection(&mut self, waiting: &mut Waiting) -> Option<LinkFault> {
        let connecting = TcpStream::connect(&self.terms.address);
        let mut stream = match timeout(self.terms.connect, connecting).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(fault)) => return Some(self.unreachable(&fault)),
            Err(_) => return Some(self.silent("connection")),
        };
        // Requests are small and somebody waits for each.
        if let Err(fault) = stream.set_nodelay(true) {
            return Some(self.unreachable(&fault));
        }
        let mut frames = Frames::new(self.terms.prefix);
        let sign_on = self.network(NetworkCode::SignOn);
        if let Err(fault) = self
            .send(&mut stream, waiting, &sign_on, Waiter::SignOn)
            .await
        {
            return Some(fault);
        }
        let mut signed_on = false;
        let mut heard = Instant::now();
        let mut echoing = false;
        loop {
            let due = waiting.next().unwrap_or(heard + FOREVER);
            let idle = if echoing {
                heard + FOREVER
            } else {
                heard + self.terms.echo
            };
            tokio::select! {
                read = stream.read(frames.space()) => {
                    match read {
                        Ok(0) => return Some(LinkFault::Closed { address: self.terms.address.clone() }),
                        Ok(count) => frames.filled(count),
                        Err(fault) => return Some(self.unreachable(&fault)),
                    }
                    loop {
                        let octets = match frames.next() {
                            Ok(Some(octets)) => octets,
                            Ok(None) => break,
                            Err(FrameFault) => return Some(LinkFault::Framing(FrameFault.to_string())),
                        };
                        heard = Instant::now();
                        if octets.is_empty() {
                            continue;
                        }
                        let message = match codec::decode(&octets, self.terms.encoding) {
                            Ok(message) => message,
                            Err(fault) => return Some(fault.into()),
                        };
                        match self.received(&mut stream, waiting, message).await {
                            Ok(Heard::SignedOn(code)) => {
                                signed_on = true;
                                self.metrics.connected(true);
                                tracing::info!(address = self.terms.address, "signed on to the acquirer host");
                                self.state.send_replace(State::Ready(code));
                            }
                            Ok(Heard::Echo) => echoing = false,
                            Ok(Heard::Other) => {}
                            Err(fault) => return Some(fault),
                        }
                    }
                }
                job = self.jobs.recv(), if signed_on => {
                    let job = job?;
                    let waiter = Waiter::Request(job.reply);
                    if let Err(fault) = self.send(&mut stream, waiting, &job.message, waiter).await {
                        return Some(fault);
                    }
                }
                () = sleep_until(due) => {
                    for waiter in waiting.overdue(Instant::now()) {
                        match waiter {
                            Waiter::SignOn => return Some(self.silent("sign-on")),
                            Waiter::Echo => return Some(self.silent("echo test")),
                            Waiter::Request(reply) => drop(reply.send(Exchanged::Silent)),
                        }
                    }
                }
                () = sleep_until(idle), if signed_on => {
                    echoing = true;
                    let echo = self.network(NetworkCode::Echo);
                    if let Err(fault) = self.send(&mut stream, waiting, &echo, Waiter::Echo).await {
                        return Some(fault);
                    }
                }
            }
        }
    }

    /// Sends a message; its waiter is told whatever comes of it.
    async fn send(
        &mut self,
        stream: &mut TcpStream,
        waiting: &mut Waiting,
        message: &Message,
        waiter: Waiter,
    ) -> Result<(), LinkFault> {
        let octets = codec::encode(message, self.terms.encoding);
        let (Some(key), Some(framed)) =
            (Key::of_request(message), self.terms.prefix.frame(&octets))
        else {
            waiter.tell(Exchanged::Unsent);
            return Ok(());
        };
        let reference = message.text(Field::REFERENCE).map(str::to_owned);
        let deadline = Instant::now() + self.terms.answer;
        if let Err(waiter) = waiting.add(key, deadline, reference, waiter) {
            // Two requests with one number within a second would get each other's responses.
            waiter.tell(Exchanged::Unsent);
            return Ok(());
        }
        // From here on the host may have it.
        self.write(stream, &framed).await
    }

    async fn write(&self, stream: &mut TcpStream, framed: &[u8]) -> Result<(), LinkFault> {
        match timeout(self.terms.answer, stream.write_all(framed)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(fault)) => Err(self.unreachable(&fault)),
            Err(_) => Err(self.silent("octets sent: it does not take them")),
        }
    }

    async fn received(
        &mut self,
        stream: &mut TcpStream,
        waiting: &mut Waiting,
        message: Message,
    ) -> Result<Heard, LinkFault> {
        if !message.message_type().is_response() {
            self.asked(stream, &message).await?;
            return Ok(Heard::Other);
        }
        let reference = message.text(Field::REFERENCE);
        let waiter = Key::of_response(&message).and_then(|key| waiting.take(&key, reference));
        let code = message.text(Field::RESPONSE_CODE).unwrap_or("none");
        match waiter {
            Some(Waiter::Request(reply)) => {
                drop(reply.send(Exchanged::Answer(message)));
                Ok(Heard::Other)
            }
            Some(Waiter::Echo) => Ok(Heard::Echo),
            Some(Waiter::SignOn) if code == "00" => Ok(Heard::SignedOn(code.to_owned())),
            Some(Waiter::SignOn) => Err(LinkFault::Refused {
                code: code.to_owned(),
            }),
            None => {
                self.metrics.unmatched();
                tracing::warn!(?message, "a late or second response of the host is dropped");
                Ok(Heard::Other)
            }
        }
    }

    /// The host asks: it gets its echo, and anything else is not for a gateway.
    async fn asked(&self, stream: &mut TcpStream, request: &Message) -> Result<(), LinkFault> {
        let Some(response) = requests::network_response(request) else {
            tracing::warn!(message = ?request, "a message of the host that is no response is dropped");
            return Ok(());
        };
        let octets = codec::encode(&response, self.terms.encoding);
        match self.terms.prefix.frame(&octets) {
            Some(framed) => self.write(stream, &framed).await,
            None => Ok(()),
        }
    }

    fn network(&mut self, code: NetworkCode) -> Message {
        self.trace = self.trace.saturating_add(1);
        requests::network(code, self.trace, (self.clock)(), &self.terms.acquirer)
    }

    fn unreachable(&self, fault: &std::io::Error) -> LinkFault {
        LinkFault::Unreachable {
            address: self.terms.address.clone(),
            detail: fault.to_string(),
        }
    }

    fn silent(&self, what: &'static str) -> LinkFault {
        LinkFault::Silent {
            address: self.terms.address.clone(),
            what,
        }
    }
}

/// What a message of the host was.
enum Heard {
    SignedOn(String),
    Echo,
    Other,
}

/// Who waits for a response.
#[derive(Debug)]
enum Waiter {
    SignOn,
    Echo,
    Request(oneshot::Sender<Exchanged>),
}

impl Waiter {
    fn tell(self, outcome: Exchanged) {
        if let Self::Request(reply) = self {
            // Nobody may be waiting any more.
            drop(reply.send(outcome));
        }
    }
}

/// By what a response is known: its type, and fields 11 and 7.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    response: MessageType,
    trace: String,
    transmission: String,
}

impl Key {
    fn of_request(request: &Message) -> Option<Self> {
        Self::new(request.message_type().response(), request)
    }

    fn of_response(response: &Message) -> Option<Self> {
        Self::new(response.message_type(), response)
    }

    fn new(response: MessageType, message: &Message) -> Option<Self> {
        Some(Self {
            response,
            trace: message.text(Field::TRACE)?.to_owned(),
            transmission: message.text(Field::TRANSMISSION)?.to_owned(),
        })
    }
}

#[derive(Debug)]
struct Pending {
    waiter: Waiter,
    reference: Option<String>,
}

/// The requests under way.
#[derive(Debug, Default)]
struct Waiting {
    pending: HashMap<Key, Pending>,
    /// All wait equally long, so the first to come is the first to be overdue.
    deadlines: VecDeque<(Instant, Key)>,
}

impl Waiting {
    fn add(
        &mut self,
        key: Key,
        deadline: Instant,
        reference: Option<String>,
        waiter: Waiter,
    ) -> Result<(), Waiter> {
        if self.pending.contains_key(&key) {
            return Err(waiter);
        }
        self.deadlines.push_back((deadline, key.clone()));
        self.pending.insert(key, Pending { waiter, reference });
        Ok(())
    }

    /// Whose response it is. A reference, where the host repeats one, must be that of the
    /// request.
    fn take(&mut self, key: &Key, reference: Option<&str>) -> Option<Waiter> {
        let pending = self.pending.get(key)?;
        if reference.is_some() && pending.reference.as_deref() != reference {
            return None;
        }
        self.deadlines.retain(|(_, waiting)| waiting != key);
        self.pending.remove(key).map(|pending| pending.waiter)
    }

    fn next(&self) -> Option<Instant> {
        self.deadlines.front().map(|(deadline, _)| *deadline)
    }

    fn overdue(&mut self, now: Instant) -> Vec<Waiter> {
        let mut overdue = Vec::new();
        while let Some((deadline, key)) = self.deadlines.pop_front() {
            if deadline > now {
                self.deadlines.push_front((deadline, key));
                break;
            }
            overdue.extend(self.pending.remove(&key).map(|pending| pending.waiter));
        }
        overdue
    }
}

/// Longer than anything waits.
const FOREVER: Duration = Duration::from_secs(86_400);
