//! Somebody who owns the network: hears every message, and delivers what they like.
//!
//! The model is that of Dolev and Yao. The adversary hears all that is sent, forgets nothing,
//! and may replay, reorder and drop. They take messages apart, and put them together again from
//! parts of others. They have keys of their own with certificates of the brand's CAs (a
//! dishonest cardholder, merchant or gateway), and what was encrypted for those, they read; what
//! they sign with them is well signed. What they do not have a key for they can only pass on.
//!
//! [`Knowledge`] is what the adversary has heard and could derive from it: a test asks it
//! whether a secret is in there. [`Adversary`] makes messages: altered by one part of another
//! one, or signed anew. All that they do follows from one seed.
//!
//! ```
//! use set_testkit::adversary::Adversary;
//! use set_testkit::street::{Server, Street};
//!
//! let mut street = Street::new();
//! let mut adversary = Adversary::new(1, Vec::new());
//! let (_, request) = street.p_req();
//! adversary.hear(&request);
//! assert!(!adversary.knowledge().knows(b"4111111111111111"));
//! // Whoever has the gateway's key does read the account number.
//! let stolen = street.acquirer.gateway.encryption.clone();
//! let mut thief = Adversary::new(1, vec![stolen]);
//! thief.hear(&request);
//! assert!(thief.knowledge().knows(b"4111111111111111"));
//! ```

mod knowledge;
mod parts;
mod sign;

pub use self::knowledge::Knowledge;

use set_core::asn1::{Asn1 as _, Limits};
use set_core::msg::ids::Rrpid;
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::Identity;

use crate::Deterministic;
use crate::annotated::Element;
use crate::prng::Prng;

/// The owner of the network.
#[derive(Debug)]
pub struct Adversary {
    /// What they draw from.
    pub prng: Prng,
    crypto: Deterministic,
    knowledge: Knowledge,
}

/// What was done to a message before it was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Nothing: it is as it was sent.
    Genuine,
    /// A part of it is one of another message.
    Spliced,
    /// A signature in it was made anew, with a key of the adversary's.
    Resigned,
}

impl Adversary {
    /// An adversary who has the keys of `identities` and draws from `seed`.
    #[must_use]
    pub fn new(seed: u64, identities: Vec<Identity>) -> Self {
        Self {
            prng: Prng::new(seed),
            crypto: Deterministic::seeded(seed),
            knowledge: Knowledge::new(identities),
        }
    }

    /// What they know.
    #[must_use]
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// Hears a message.
    pub fn hear(&mut self, octets: &[u8]) {
        self.knowledge.hear(octets);
    }

    /// One of the messages heard that `fits`.
    pub fn any(&mut self, fits: impl Fn(&MessageWrapper) -> bool) -> Option<Vec<u8>> {
        let fitting: Vec<&Heard> = self
            .knowledge
            .messages()
            .iter()
            .filter(|heard| fits(&heard.wrapper))
            .collect();
        let heard = self.prng.pick(&fitting)?;
        Some(heard.octets.clone())
    }

    /// A message heard that answers `rrpid`.
    pub fn answer_to(&mut self, rrpid: Rrpid, name: &str) -> Option<Vec<u8>> {
        self.any(|wrapper| {
            wrapper.message_header.rrpid == Some(rrpid) && wrapper.message.name() == name
        })
    }

    /// The message, or more rarely something made of it.
    pub fn tamper(&mut self, octets: &[u8]) -> (Vec<u8>, Treatment) {
        let made = match self.prng.between(0, 9) {
            0..=5 => None,
            6 | 7 => self.spliced(octets).map(|made| (made, Treatment::Spliced)),
            8 => self
                .resigned(octets)
                .map(|made| (made, Treatment::Resigned)),
            _ => self
                .resigned(octets)
                .and_then(|made| self.spliced(&made))
                .map(|made| (made, Treatment::Spliced)),
        };
        made.unwrap_or_else(|| (octets.to_vec(), Treatment::Genuine))
    }
}

/// A message heard.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Its octets.
    pub octets: Vec<u8>,
    /// The same, decoded.
    pub wrapper: MessageWrapper,
}

fn read(octets: &[u8]) -> Option<Element> {
    Element::read(octets, MessageWrapper::SCHEMA)
}

fn wrapper(octets: &[u8]) -> Option<MessageWrapper> {
    set_core::asn1::decode(octets, &Limits::default()).ok()
}
