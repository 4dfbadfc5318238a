//! The cardholder.

use std::sync::Arc;

use set_core::cardholder::purchase::Card;
use set_core::party::Trust;

use super::tools::{Tools, identity, stranger};
use crate::clock::Clock;
use crate::hierarchy::hierarchy;

/// A cardholder with a card and its certificate.
#[derive(Debug)]
pub struct Wallet {
    /// Provider, clock and policy.
    pub tools: Tools,
    /// Whom it believes; at first the root alone.
    pub trust: Trust,
    /// The card of the test hierarchy.
    pub card: Card,
}

impl Wallet {
    pub(super) fn new(clock: Arc<Clock>) -> Self {
        Self {
            tools: Tools::new(11, clock),
            trust: stranger(),
            card: card(),
        }
    }

    /// The same wallet after a restart: with what it believes, and randomness from the
    /// start.
    #[must_use]
    pub fn restarted(&self) -> Self {
        Self {
            tools: self.tools.restarted(),
            trust: self.trust.clone(),
            card: Card {
                pan: self.card.pan.duplicate(),
                card_expiry: self.card.card_expiry.duplicate(),
                pan_secret: self.card.pan_secret.duplicate(),
                identity: self.card.identity.clone(),
            },
        }
    }
}

fn card() -> Card {
    let all = hierarchy();
    Card {
        pan: all.card.pan.duplicate(),
        card_expiry: all.card.expiry.duplicate(),
        pan_secret: all.card.pan_secret.duplicate(),
        identity: identity(&all.cardholder, &all.cca),
    }
}
