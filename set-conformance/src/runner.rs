//! Runs cases against subjects.

use std::time::Duration;

use serde::Serialize;
use set_core::asn1::Date;
use set_core::dump;
use set_node::config::Timeouts;
use set_node::transport::{Endpoint, Transport, TransportError};

use crate::answer::{Answer, is_signed};
use crate::case::{Case, Level, Role, Send, Step};
use crate::known::Known;
use crate::player::{PlayError, Player};
use crate::stimulus;

/// A program under test.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The role that it plays.
    pub role: Role,
    /// Where it listens.
    pub endpoint: Endpoint,
}

/// How a case came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Verdict {
    /// As the rule has it.
    Pass,
    /// Against the rule, which is a MUST.
    Fail,
    /// Against the rule, which is a SHOULD.
    NonStrict,
    /// Otherwise than described, where nothing is demanded.
    Info,
    /// Not run, for a reason.
    Skip,
    /// The subject does not know the message at all.
    Unimplemented,
    /// No answer came in time.
    Timeout,
    /// The runner could not do what the case asks for.
    Error,
}

/// What came of one case with one subject.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The case.
    pub case: String,
    /// What it is about.
    pub title: String,
    /// How much depends on it.
    pub level: Level,
    /// The role of the subject.
    pub subject: Role,
    /// Where it listens.
    pub address: String,
    /// How it came out.
    pub verdict: Verdict,
    /// Whether that is as expected: passed, or known not to.
    pub expected: bool,
    /// Why it is not a pass, or why it should not be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where the specification has the rule.
    pub place: String,
    /// The rule.
    pub rule: String,
    /// What was sent and answered.
    pub steps: Vec<Done>,
    /// The command that runs it again.
    pub reproduce: String,
}

/// A step that was done.
#[derive(Clone, Debug, Serialize)]
pub struct Done {
    /// Octets sent.
    pub sent: usize,
    /// What came back, in a word or two.
    pub answer: String,
    /// What was allowed.
    pub allowed: Vec<String>,
    /// Whether the Error is signed, and the signature fits; none if it is no Error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<bool>,
    /// The answer as a tree, secrets left out; only where it was not allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
}

/// How to run.
#[derive(Debug)]
pub struct Runner<'a> {
    /// Who plays the fakes.
    pub player: &'a Player,
    /// What is known not to pass.
    pub known: &'a Known,
    /// How long to wait for an answer.
    pub timeout: Duration,
    /// Of what the randomness began.
    pub seed: u64,
    /// The time.
    pub clock: fn() -> Date,
}

impl Runner<'_> {
    /// Runs a case with a subject.
    pub async fn run(&self, case: &Case, subject: &Subject) -> Outcome {
        let mut steps = Vec::new();
        let (verdict, reason) = if case.subjects.contains(&subject.role) {
            self.steps(case, subject, &mut steps).await
        } else {
            (Verdict::Skip, Some("not for this role".to_owned()))
        };
        let (expected, note) = self
            .known
            .judge(case, subject.role, verdict, (self.clock)());
        let reproduce = format!(
            "set-conformance run --subject {}={} --id {} --seed {}",
            subject.role.name(),
            subject.endpoint,
            case.id,
            self.seed
        );
        Outcome {
            case: case.id.clone(),
            title: case.title.clone(),
            level: case.level,
            subject: subject.role,
            address: subject.endpoint.to_string(),
            verdict,
            expected,
            reason: match (reason, note) {
                (Some(reason), Some(note)) => Some(format!("{reason} ({note})")),
                (reason, note) => reason.or(note),
            },
            place: case.place.clone(),
            rule: case.rule.clone(),
            steps,
            reproduce,
        }
    }

    async fn steps(
        &self,
        case: &Case,
        subject: &Subject,
        done: &mut Vec<Done>,
    ) -> (Verdict, Option<String>) {
        let mut before: Option<(Vec<u8>, Answer)> = None;
        for step in &case.steps {
            let octets = match self.octets(step, subject, before.as_ref()) {
                Ok(octets) => octets,
                Err((verdict, reason)) => return (verdict, Some(reason)),
            };
            let answer = match self.exchange(subject, &octets).await {
                Ok(answer) => answer,
                Err(reason) => return (Verdict::Error, Some(reason)),
            };
            let word = answer.word(subject.role);
            let same = before.as_ref().is_some_and(|(_, earlier)| {
                matches!((earlier, &answer), (Answer::Octets(a), Answer::Octets(b)) if a == b)
            });
            let matches = |pattern: &String| {
                *pattern == word
                    || (pattern == "Error" && word.starts_with("Error "))
                    || (pattern == "same" && same)
            };
            let allowed = step.allow.iter().any(matches);
            let broken = answer.broken_rules(&octets, (self.clock)());
            done.push(Done {
                sent: octets.len(),
                answer: word.clone(),
                allowed: step.allow.clone(),
                signed: is_signed(&answer),
                shown: match &answer {
                    Answer::Octets(octets) if !allowed || !broken.is_empty() => {
                        Some(dump::wrapper(octets))
                    }
                    _ => None,
                },
            });
            if step.forbid.iter().any(matches) {
                return (
                    Verdict::Fail,
                    Some(format!("answered {word}, which is forbidden")),
                );
            }
            if let Answer::Silence = answer {
                return (Verdict::Timeout, Some("no answer came in time".into()));
            }
            if !allowed {
                let wanted = step.allow.join(" or ");
                let reason = format!("answered {word} where the rule has {wanted}");
                let unknown = word == "Error messageNotSupported"
                    && step.change.is_empty()
                    && step.allow.iter().any(|word| word == "response");
                return match (unknown, case.level) {
                    (true, _) => (Verdict::Unimplemented, Some(reason)),
                    (_, Level::Must) => (Verdict::Fail, Some(reason)),
                    (_, Level::Should) => (Verdict::NonStrict, Some(reason)),
                    (_, Level::Info) => (Verdict::Info, Some(reason)),
                };
            }
            if !broken.is_empty() {
                let reason = format!("answered {word}, but {}", broken.join("; "));
                return (Verdict::Fail, Some(reason));
            }
            before = Some((octets, answer));
        }
        (Verdict::Pass, None)
    }

    fn octets(
        &self,
        step: &Step,
        subject: &Subject,
        before: Option<&(Vec<u8>, Answer)>,
    ) -> Result<Vec<u8>, (Verdict, String)> {
        let base = match (step.send, before) {
            (Send::Again, Some((octets, _))) => octets.clone(),
            (Send::Again, None) => {
                return Err((Verdict::Error, "nothing was sent before".into()));
            }
            (Send::Opening, _) => {
                let made = self.player.opening(subject.role, (self.clock)());
                made.map_err(|error| match error {
                    PlayError::Needs(_) => (Verdict::Skip, error.to_string()),
                    error => (Verdict::Error, error.to_string()),
                })?
            }
        };
        stimulus::change(base, &step.change).map_err(|error| (Verdict::Error, error.to_string()))
    }

    async fn exchange(&self, subject: &Subject, octets: &[u8]) -> Result<Answer, String> {
        let timeouts = Timeouts {
            first_octet: self.timeout.into(),
            ..Timeouts::default()
        };
        let transport = Transport::new(subject.endpoint.clone()).with_timeouts(timeouts);
        match transport.exchange(octets).await {
            Ok(answer) => Ok(Answer::Octets(answer)),
            Err(TransportError::Closed { .. } | TransportError::Status { status: 204, .. }) => {
                Ok(Answer::Nothing)
            }
            Err(TransportError::Status { status, .. }) => Ok(Answer::Status(status)),
            Err(TransportError::TimedOut { .. }) => Ok(Answer::Silence),
            Err(error) if error.is_unreachable() => Err(error.to_string()),
            Err(error) => Ok(Answer::Broken(error.to_string())),
        }
    }
}
