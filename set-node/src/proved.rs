//! Telling what a step proved, for a timeline.

use serde::Serialize;
use set_core::{msg::ids::Xid, proof::ChainVerified};

use crate::call::{self, Trace};

/// What a role proved when it took a message: one JSON line on standard output, told when
/// exchanges are.
///
/// The facts are made from evidence values, so each of them was checked; none holds a
/// secret.
#[derive(Clone, Debug, Serialize)]
pub struct Proved {
    event: &'static str,
    role: &'static str,
    message: &'static str,
    xid: Option<String>,
    facts: Vec<String>,
}

impl Proved {
    /// What `role` proved by `message`.
    #[must_use]
    pub fn new(role: &'static str, message: &'static str, xid: Option<Xid>) -> Self {
        Self {
            event: "proved",
            role,
            message,
            xid: xid.map(|xid| xid.to_string()),
            facts: Vec::new(),
        }
    }

    /// That something was proved.
    #[must_use]
    pub fn fact(mut self, fact: impl Into<String>) -> Self {
        self.facts.push(fact.into());
        self
    }

    /// That the certificate of `who` was verified up to a root.
    #[must_use]
    pub fn chain(self, who: &str, chain: &ChainVerified) -> Self {
        let names: Vec<String> = chain
            .chain()
            .iter()
            .map(|certificate| match certificate.subject_name() {
                Ok(name) => name
                    .common_name()
                    .or(name.organizational_units().first().map(String::as_str))
                    .unwrap_or(name.organization())
                    .to_owned(),
                Err(_) => certificate.subject().to_string(),
            })
            .collect();
        self.fact(format!("{who} chain verified: {}", names.join(" < ")))
    }

    /// Tells it, if exchanges are told.
    pub fn tell(&self, trace: Trace) {
        if trace == Trace::Lines {
            call::tell(self);
        }
    }
}
