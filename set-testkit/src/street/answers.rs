//! What all servers do alike.

use std::collections::BTreeMap;

use set_core::error::{Error, PeerFault};
use set_core::exchange::{ErrorSigner, Refusal, receive};
use set_core::msg::ids::Rrpid;
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageHeader;
use set_core::party::Identity;

use super::Tools;

/// A party that answers requests.
pub trait Server {
    /// What it keeps between messages, its answers aside.
    type Store: Clone + PartialEq + core::fmt::Debug;

    /// Answers a request.
    ///
    /// # Errors
    ///
    /// [`Refused`]; then nothing is stored.
    fn answer(&mut self, octets: &[u8]) -> Result<Vec<u8>, Refused>;

    /// What it has stored.
    fn store(&self) -> &Self::Store;

    /// The answers it has given.
    fn answers(&self) -> &Answers;

    /// The same party after a restart: its keys, certificates and store, and randomness
    /// from the start.
    #[must_use]
    fn restarted(&self) -> Self;
}

/// A request that was not processed.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Why.
    pub error: Error,
    /// The octets of the signed Error; none when the offender is not to be answered.
    pub answer: Option<Vec<u8>>,
}

/// The answers given, by RRPID, each with its request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<[u8; 20], (Vec<u8>, Vec<u8>)>);

impl Answers {
    fn recall(&self, rrpid: Rrpid, request: &[u8]) -> Result<Option<Vec<u8>>, PeerFault> {
        match self.0.get(rrpid.as_octets()) {
            Some((same, answer)) if same == request => Ok(Some(answer.clone())),
            Some(_) => Err(PeerFault::ReplayedRrpid),
            None => Ok(None),
        }
    }

    fn remember(&mut self, rrpid: Rrpid, request: &[u8], answer: &[u8]) {
        let both = (request.to_vec(), answer.to_vec());
        self.0.insert(*rrpid.as_octets(), both);
    }
}

/// The part of a server that is its own.
pub(super) trait Desk {
    fn tools(&self) -> &Tools;
    fn identity(&self) -> &Identity;
    fn serves(message: &Message) -> bool;
    fn answers_mut(&mut self) -> &mut Answers;
    fn treat(&mut self, header: &MessageHeader, message: &Message) -> Result<Vec<u8>, Error>;
}

pub(super) fn answer<D: Desk>(desk: &mut D, octets: &[u8]) -> Result<Vec<u8>, Refused> {
    let received = receive(&desk.tools().context(), octets, D::serves);
    let received = received.map_err(|refusal| refused(desk, &refusal))?;
    let (header, message) = (received.header, received.message);
    attempt(desk, &header, &message, octets)
        .map_err(|error| refused(desk, &Refusal::of(error, header, &message)))
}

fn attempt<D: Desk>(
    desk: &mut D,
    header: &MessageHeader,
    message: &Message,
    octets: &[u8],
) -> Result<Vec<u8>, Error> {
    let rrpid = header.rrpid.ok_or(PeerFault::UnknownRrpid)?;
    if let Some(answer) = desk.answers_mut().recall(rrpid, octets)? {
        return Ok(answer);
    }
    let answer = desk.treat(header, message)?;
    desk.answers_mut().remember(rrpid, octets, &answer);
    Ok(answer)
}

fn refused<D: Desk>(desk: &D, refusal: &Refusal) -> Refused {
    let identity = desk.identity();
    let signer = ErrorSigner {
        signer: identity.signer(),
        attached: identity.attached(),
    };
    let answer = refusal.answer(&desk.tools().context(), Some(&signer));
    Refused {
        error: (*refusal.error).clone(),
        answer: answer.expect("an Error can be signed"),
    }
}
