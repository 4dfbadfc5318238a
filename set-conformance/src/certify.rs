//! A card for the fakes, certified by the brand's own cardholder CA.

use std::time::Duration;

use set_core::asn1::Date;
use set_core::cardholder::Card;
use set_core::cardholder::registration::Initiating;
use set_core::error::Error;
use set_core::exchange::Context;
use set_core::msg::ids::SwIdent;
use set_core::policy::Policy;
use set_core::registration::{Answer, Verdict};
use set_core::secret::CardExpiry;
use set_node::config::Timeouts;
use set_node::transport::{Endpoint, Transport, TransportError};

use crate::play::filled;
use crate::player::{Persona, PlayError};
use crate::recorder::Recorder;

/// Why the CA has not certified the fake's card.
#[derive(Debug, thiserror::Error)]
pub enum CertifyError {
    /// The CA was not reached, or gave no answer.
    #[error("the cardholder CA: {0}")]
    Transport(#[from] TransportError),
    /// Its answer, or ours, is not in order.
    #[error("the cardholder CA: {0}")]
    Protocol(#[from] Error),
    /// Something is needed that was not given.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// It refuses, or has not decided.
    #[error("the cardholder CA certifies no card of this account number: {0}")]
    Refused(&'static str),
}

/// Registers the persona's account number at a cardholder CA.
///
/// # Errors
///
/// [`CertifyError`].
pub async fn certify(
    persona: &Persona,
    ca: &Endpoint,
    seed: u64,
    sw_ident: &SwIdent,
    timeout: Duration,
    clock: fn() -> Date,
) -> Result<Card, CertifyError> {
    let crypto = Recorder::seeded(seed);
    let policy = Policy::default();
    let context = Context {
        crypto: &crypto,
        now: clock(),
        policy: &policy,
        sw_ident,
    };
    let timeouts = Timeouts {
        first_octet: timeout.into(),
        ..Timeouts::default()
    };
    let peer = Transport::new(ca.clone()).with_timeouts(timeouts);
    let needs = PlayError::Needs("--root: the root of the brand's certificates");
    let mut trust = persona.trust.clone().ok_or(needs)?;

    let (state, request) = Initiating::start(&context, persona.brand.clone(), &trust)?;
    let state = state.handle(&context, &peer.exchange(&request).await?, &mut trust)?;
    let (pan, language) = (persona.pan.duplicate(), persona.language.clone());
    let (state, request) = state.ask(&context, pan, language, &trust)?;
    let answer = state.handle(&context, &peer.exchange(&request).await?, &mut trust)?;
    let Answer::Form(form) = answer else {
        return Err(CertifyError::Refused("it refers to somebody else"));
    };
    let key =
        set_core::crypto::CryptoProvider::generate_rsa(&crypto, 1_024).map_err(Error::from)?;
    let expiry = CardExpiry::new("203012").map_err(PlayError::value)?;
    let answers = filled(form.form())?;
    let (state, request) = form.file(&context, key, expiry, answers, &trust)?;
    match state.handle(&context, &peer.exchange(&request).await?, &mut trust)? {
        Verdict::Certified(card) => Ok(*card),
        Verdict::Pended(_) => Err(CertifyError::Refused("it has not decided")),
        Verdict::Refused(_) => Err(CertifyError::Refused("it refuses")),
    }
}
