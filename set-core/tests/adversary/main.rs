//! The theorems that were proved of SET's Purchase and Cardholder Registration phases in the
//! Isabelle model, asked of this implementation: an adversary owns the network, has keys with
//! good certificates, and plays random games with honest parties, several at once.
//!
//! After every step it is asked whether an honest party accepted what no honest party said, and
//! at the end whether the adversary knows what nobody told them. A game follows from its seed,
//! which a failure names. That the questions can be answered with yes is tested as well: with
//! parties that leave a check out, the games must find it.
//!
//! | theorem | asked in |
//! |---|---|
//! | the PAN stays secret, signed and unsigned | `purchase::World::secrets` |
//! | cardholder verifies PInitRes, PRes | `purchase::World::{offered, outcome}` |
//! | merchant verifies the signed PReq, AuthRes | `purchase::World::{ordered, authorized}` |
//! | gateway verifies AuthReq: cardholder and merchant agree | `purchase::World::asked` |
//! | CardSecret, NonceCCA, PAN and session keys stay secret | `registration::World::secrets` |
//! | a certified key identifies one cardholder | `registration::World::certified` |
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

mod purchase;
mod registration;

use set_core::asn1::{self, Limits};
use set_core::msg::ids::Rrpid;
use set_core::msg::wrapper::MessageWrapper;

/// What should never have happened.
#[derive(Debug)]
pub(crate) struct Violation(pub(crate) String);

impl Violation {
    pub(crate) fn of(what: &str, more: impl core::fmt::Debug) -> Self {
        Self(format!("{what}: {more:?}"))
    }
}

/// Plays games with the seeds from `first` on; the violation of the first in which there is one.
pub(crate) fn games(
    first: u64,
    count: u64,
    mut play: impl FnMut(u64) -> Result<(), Violation>,
) -> Option<(u64, Violation)> {
    (first..first + count).find_map(|seed| play(seed).err().map(|found| (seed, found)))
}

/// None of the games may violate anything.
pub(crate) fn none_violates(
    first: u64,
    count: u64,
    play: impl FnMut(u64) -> Result<(), Violation>,
) {
    if let Some((seed, Violation(what))) = games(first, count, play) {
        panic!("seed {seed}: {what}");
    }
}

/// One of ten games must find the planted fault.
pub(crate) fn one_finds(
    expected: &str,
    first: u64,
    play: impl FnMut(u64) -> Result<(), Violation>,
) {
    match games(first, 10, play) {
        Some((seed, Violation(what))) => {
            println!("seed {seed}: {what}");
            assert!(what.starts_with(expected), "seed {seed}: {what}");
        }
        None => panic!("no game found it: {expected}"),
    }
}

pub(crate) fn decoded(octets: &[u8]) -> MessageWrapper {
    asn1::decode(octets, &Limits::default()).unwrap()
}

/// The same message with a header for `rrpid`, as anybody can write one.
pub(crate) fn readdressed(octets: &[u8], rrpid: Rrpid) -> Vec<u8> {
    let mut wrapper = decoded(octets);
    wrapper.message_header.rrpid = Some(rrpid);
    asn1::encode(&wrapper).unwrap()
}
