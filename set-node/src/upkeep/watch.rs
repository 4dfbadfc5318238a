use core::sync::atomic::AtomicI64;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use set_core::asn1::Date;

use super::{Kind, Task, Thing};
use crate::config::Period;

/// What is told of upkeep; clones tell the same. No label holds more than certificates and
/// lists say to anybody.
///
/// | metric | labels | what |
/// |---|---|---|
/// | `set_expiry_timestamp_seconds` | `kind`, `name` | when a certificate, CRL or BCI ends, in Unix seconds |
/// | `set_upkeep_total` | `task`, `outcome` | attempts of `renew`, `refresh` and `peers` that were `done` or `failed` |
/// | `set_upkeep_success_timestamp_seconds` | `task` | when an attempt last succeeded, in Unix seconds |
#[derive(Clone, Debug, Default)]
pub struct UpkeepMetrics {
    expiry: Family<ThingLabels, Gauge<i64, AtomicI64>>,
    attempts: Family<AttemptLabels, Counter>,
    success: Family<TaskLabels, Gauge<i64, AtomicI64>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ThingLabels {
    kind: &'static str,
    name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AttemptLabels {
    task: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TaskLabels {
    task: &'static str,
}

/// Warns, once for each threshold, of what comes near its end.
#[derive(Debug)]
pub struct Watch {
    /// In seconds.
    thresholds: Vec<u64>,
    metrics: UpkeepMetrics,
    warned: Mutex<HashMap<(Kind, String), Warned>>,
}

/// What was warned of last.
#[derive(Clone, Copy, Debug)]
struct Warned {
    until: Date,
    passed: usize,
}

impl UpkeepMetrics {
    /// Metrics that `registry` tells.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register_with_unit(
            "set_expiry_timestamp",
            "When a certificate, CRL or BCI ends, in Unix time",
            Unit::Seconds,
            metrics.expiry.clone(),
        );
        registry.register(
            "set_upkeep",
            "Attempts to renew certificates and to refresh lists, by outcome",
            metrics.attempts.clone(),
        );
        registry.register_with_unit(
            "set_upkeep_success_timestamp",
            "When such an attempt last succeeded, in Unix time",
            Unit::Seconds,
            metrics.success.clone(),
        );
        metrics
    }

    pub(super) fn done(&self, task: Task, now: Date) {
        let task = task.name();
        self.attempts
            .get_or_create(&AttemptLabels {
                task,
                outcome: "done",
            })
            .inc();
        self.success
            .get_or_create(&TaskLabels { task })
            .set(seconds(now));
    }

    pub(super) fn failed(&self, task: Task) {
        let (task, outcome) = (task.name(), "failed");
        self.attempts
            .get_or_create(&AttemptLabels { task, outcome })
            .inc();
    }
}

impl Watch {
    /// Warns so long before the end of things, and tells `metrics`.
    #[must_use]
    pub fn new(warn: &[Period], metrics: UpkeepMetrics) -> Self {
        Self {
            thresholds: warn
                .iter()
                .map(|period| period.duration().as_secs())
                .collect(),
            metrics,
            warned: Mutex::default(),
        }
    }

    /// Looks at all that is held, and gives what was warned of now.
    ///
    /// Of several things of one kind and name the one that ends last counts.
    pub fn look(&self, now: Date, held: &[Thing]) -> Vec<Thing> {
        let mut latest: HashMap<(Kind, &str), &Thing> = HashMap::new();
        for thing in held {
            let kept = latest.entry((thing.kind, &thing.name)).or_insert(thing);
            if kept.lifetime.until < thing.lifetime.until {
                *kept = thing;
            }
        }
        let mut things: Vec<&Thing> = latest.into_values().collect();
        things.sort_by_key(|thing| (thing.lifetime.until, thing.kind));
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, name) in warned.keys() {
            if !things
                .iter()
                .any(|one| one.kind == *kind && one.name == *name)
            {
                self.metrics.expiry.remove(&labels(*kind, name));
            }
        }
        let mut next = HashMap::new();
        let mut told = Vec::new();
        for thing in things {
            let until = thing.lifetime.until;
            self.metrics
                .expiry
                .get_or_create(&labels(thing.kind, &thing.name))
                .set(seconds(until));
            let key = (thing.kind, thing.name.clone());
            let passed = self.passed(now, thing);
            let before = warned.get(&key).filter(|before| before.until == until);
            if before.map_or(0, |before| before.passed) < passed {
                warn(now, thing);
                told.push(thing.clone());
            }
            next.insert(key, Warned { until, passed });
        }
        *warned = next;
        told
    }

    /// How many thresholds are behind; its end is one as well.
    fn passed(&self, now: Date, thing: &Thing) -> usize {
        let until = thing.lifetime.until;
        let thresholds = self
            .thresholds
            .iter()
            .filter(|seconds| until.minus(thing.lifetime.at_most_a_share(**seconds, 4)) <= now);
        thresholds.count() + usize::from(until < now)
    }
}

fn warn(now: Date, thing: &Thing) {
    let (kind, name, until) = (thing.kind.name(), &thing.name, thing.lifetime.until);
    let left = until.unix().saturating_sub(now.unix());
    if until < now {
        tracing::error!(kind, name, %until, "expired");
    } else {
        tracing::warn!(kind, name, %until, days = left / DAY, hours = left % DAY / HOUR, "expires soon");
    }
}

fn labels(kind: Kind, name: &str) -> ThingLabels {
    ThingLabels {
        kind: kind.name(),
        name: name.to_owned(),
    }
}

fn seconds(date: Date) -> i64 {
    i64::try_from(date.unix()).unwrap_or(i64::MAX)
}

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
