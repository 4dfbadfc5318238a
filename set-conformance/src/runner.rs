//! Runs cases against subjects.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use set_core::asn1::Date;
use set_core::dump;
use set_node::config::Timeouts;
use set_node::transport::{Endpoint, Transport, TransportError};
use set_testkit::annotated::Element;

use crate::answer::{Answer, is_signed};
use crate::case::{Case, Level, OneOf, Role, Send, Step};
use crate::known::Known;
use crate::layers;
use crate::play::{Made, Play, name_of};
use crate::player::{PlayError, Player};
use crate::values;

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
    /// The message sent; empty where it does not decode.
    pub message: String,
    /// Octets sent.
    pub sent: usize,
    /// What came back, in a word or two.
    pub answer: String,
    /// What was allowed.
    pub allowed: String,
    /// Whether the answer is one of these.
    pub fits: bool,
    /// Whether the Error is signed, and the signature fits; none if it is no Error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<bool>,
    /// What was sent as a tree, secrets left out; only with details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The answer as a tree, secrets left out; only with details.
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
    /// Whether to report the messages.
    pub details: bool,
    /// What a command that runs a case again has to say besides subject, case and seed; begins
    /// with a space.
    pub arguments: String,
}

/// Why a case did not come to its end.
struct Stopped(Verdict, String);

fn harness(reason: String) -> Stopped {
    Stopped(Verdict::Error, reason)
}

/// The response of the pair.
fn response_to(request: &str) -> String {
    let bare = request.strip_suffix("Req").unwrap_or(request);
    format!("{bare}Res")
}

/// What an answer does not say that it should.
fn unexpected(
    play: &Play<'_>,
    response: &[u8],
    expect: &BTreeMap<String, OneOf>,
) -> Option<String> {
    if expect.is_empty() {
        return None;
    }
    let Some(whole) = play.read(response) else {
        return Some("the answer cannot be read".into());
    };
    let all = whole.all();
    expect.iter().find_map(|(path, wanted)| {
        let named = |element: &&&Element| {
            layers::fits(&element.path, path) && !layers::in_a_bag(&element.path)
        };
        let mut found: Vec<String> = Vec::new();
        for element in all.iter().filter(named) {
            found.push(values::text(element).unwrap_or_else(|| "present".into()));
        }
        let fits = |wanted: &String| match wanted.as_str() {
            "absent" => found.is_empty(),
            "present" => !found.is_empty(),
            value => found.iter().any(|known| known == value),
        };
        if wanted.values().iter().any(fits) {
            return None;
        }
        let wanted = wanted.values().join(" or ");
        Some(match found.is_empty() {
            true => format!("the answer has no {path}; the rule has {wanted}"),
            false => format!(
                "the answer has {path} {} where the rule has {wanted}",
                found.join(", ")
            ),
        })
    })
}

impl Runner<'_> {
    /// Runs a case with a subject.
    pub async fn run(&self, case: &Case, subject: &Subject) -> Outcome {
        let mut steps = Vec::new();
        let stopped = if case.subjects.contains(&subject.role) {
            self.steps(case, subject, &mut steps).await
        } else {
            Err(Stopped(Verdict::Skip, "not for this role".to_owned()))
        };
        let (verdict, reason) = match stopped {
            Ok(()) => (Verdict::Pass, None),
            Err(Stopped(verdict, reason)) => (verdict, Some(reason)),
        };
        let (expected, note) = self
            .known
            .judge(case, subject.role, verdict, (self.clock)());
        let reproduce = format!(
            "set-conformance run --subject {}={} --id {} --seed {}{}",
            subject.role.name(),
            subject.endpoint,
            case.id,
            self.seed,
            self.arguments
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
    ) -> Result<(), Stopped> {
        let seed = self.player.seed_of(case, subject);
        let mut play = Play::new(self.player, subject.role, seed);
        let mut before: Option<(Vec<u8>, Answer)> = None;
        for step in &case.steps {
            let octets = match (&step.send, &before) {
                (Send::Again, Some((octets, _))) => octets.clone(),
                _ => self.made(&mut play, step, subject, done).await?,
            };
            let octets = play
                .change(octets, &step.change, step.sign)
                .map_err(|error| Stopped(Verdict::Error, error.to_string()))?;
            let answer = self.exchange(subject, &octets).await.map_err(harness)?;
            self.judge(
                case,
                step,
                &mut play,
                before.as_ref(),
                (&octets, &answer),
                done,
            )?;
            before = Some((octets, answer));
        }
        Ok(())
    }

    /// The message that a step sends, after those that have to come before it.
    async fn made(
        &self,
        play: &mut Play<'_>,
        step: &Step,
        subject: &Subject,
        done: &mut Vec<Done>,
    ) -> Result<Vec<u8>, Stopped> {
        for _ in 0..MOST_BEFORE {
            let made = play.make(&step.send, &step.with, (self.clock)());
            let octets = match made.map_err(|error| match error {
                PlayError::Needs(_) => Stopped(Verdict::Skip, error.to_string()),
                error => harness(error.to_string()),
            })? {
                Made::Ready(octets) => return Ok(octets),
                Made::First(octets) => octets,
            };
            let answer = self.exchange(subject, &octets).await.map_err(harness)?;
            let name = name_of(&octets).unwrap_or_default();
            let word = answer.word(&response_to(name));
            done.push(self.done(
                name,
                &octets,
                &answer,
                (&word, "response", word == "response"),
            ));
            let Answer::Octets(response) = &answer else {
                return Err(Stopped(
                    Verdict::Fail,
                    format!("on the way, {name} was answered by {word}"),
                ));
            };
            if word == "Error messageNotSupported" {
                return Err(Stopped(
                    Verdict::Unimplemented,
                    format!("on the way, {name} was answered by {word}"),
                ));
            }
            if word != "response" {
                return Err(Stopped(
                    Verdict::Fail,
                    format!("on the way, {name} was answered by {word}"),
                ));
            }
            play.take(response, (self.clock)()).map_err(|error| {
                Stopped(
                    Verdict::Fail,
                    format!("on the way, the response to {name} does not hold: {error}"),
                )
            })?;
        }
        Err(harness(
            "the message that the case asks for is never reached".to_owned(),
        ))
    }

    fn judge(
        &self,
        case: &Case,
        step: &Step,
        play: &mut Play<'_>,
        before: Option<&(Vec<u8>, Answer)>,
        (octets, answer): (&[u8], &Answer),
        done: &mut Vec<Done>,
    ) -> Result<(), Stopped> {
        let name = name_of(octets).unwrap_or_default();
        let word = answer.word(&response_to(name));
        let same = before.is_some_and(|(_, earlier)| {
            matches!((earlier, answer), (Answer::Octets(a), Answer::Octets(b)) if a == b)
        });
        let matches = |pattern: &String| {
            *pattern == word
                || (pattern == "Error" && word.starts_with("Error "))
                || (pattern == "same" && same)
        };
        let allowed = step.allow.iter().any(matches);
        let broken = answer.broken_rules(octets, (self.clock)());
        done.push(self.done(
            name,
            octets,
            answer,
            (&word, &step.allow.join(" or "), allowed),
        ));
        if step.forbid.iter().any(matches) {
            let reason = format!("answered {word}, which is forbidden");
            return Err(Stopped(Verdict::Fail, reason));
        }
        if let Answer::Silence = answer {
            return Err(Stopped(Verdict::Timeout, "no answer came in time".into()));
        }
        let against = |reason: String| {
            let verdict = match case.level {
                Level::Must => Verdict::Fail,
                Level::Should => Verdict::NonStrict,
                Level::Info => Verdict::Info,
            };
            Stopped(verdict, reason)
        };
        if !allowed {
            let wanted = step.allow.join(" or ");
            let reason = format!("answered {word} where the rule has {wanted}");
            let unknown = word == "Error messageNotSupported"
                && step.change.is_empty()
                && step.allow.iter().any(|word| word == "response");
            return Err(match unknown {
                true => Stopped(Verdict::Unimplemented, reason),
                false => against(reason),
            });
        }
        if !broken.is_empty() {
            let reason = format!("answered {word}, but {}", broken.join("; "));
            return Err(Stopped(Verdict::Fail, reason));
        }
        let Answer::Octets(response) = answer else {
            return Ok(());
        };
        if let Some(reason) = unexpected(play, response, &step.expect) {
            return Err(against(reason));
        }
        if word == "response" && !same {
            let taken = play.take(response, (self.clock)());
            // What was changed may well not be answered as the fake expects.
            if let (Err(error), true) = (taken, step.change.is_empty()) {
                let reason = format!("answered response, which does not hold: {error}");
                return Err(Stopped(Verdict::Fail, reason));
            }
        }
        Ok(())
    }

    fn done(
        &self,
        name: &str,
        octets: &[u8],
        answer: &Answer,
        (word, allowed, fits): (&str, &str, bool),
    ) -> Done {
        Done {
            message: name.to_owned(),
            sent: octets.len(),
            answer: word.to_owned(),
            allowed: allowed.to_owned(),
            fits,
            signed: is_signed(answer),
            request: self.details.then(|| dump::wrapper(octets)),
            shown: match answer {
                Answer::Octets(octets) if self.details => Some(dump::wrapper(octets)),
                _ => None,
            },
        }
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

/// So many messages at most have to come before another one.
const MOST_BEFORE: usize = 8;
