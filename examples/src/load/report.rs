//! What was measured, for people and for programs.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::speed::Speed;
use super::tally::{Kind, Tally};
use crate::mall::stage::StageError;

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Wallets that bought at once.
    pub wallets: u64,
    /// Purchases that were approved.
    pub purchases: usize,
    /// Purchases that were not.
    pub failed: usize,
    /// Seconds from the first to the last.
    pub seconds: f64,
    /// Purchases a second, with all roles on the cores of this machine.
    pub rate: f64,
    /// Cores of this machine.
    pub cores: usize,
    /// How long a wallet waits for a purchase, its own work included.
    pub latency_ms: Latency,
    /// What an RSA operation takes here.
    pub rsa: Vec<Measured>,
    /// What each role spent.
    pub roles: Vec<Role>,
    /// Purchases a second that the slower server gets through on one core.
    pub one_core: f64,
    /// Purchases a second that it would, if nothing but RSA took time.
    pub bound: f64,
    /// `one_core` over `bound`.
    pub ratio: f64,
}

/// Percentiles, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Latency {
    /// Half are at most so long.
    pub p50: f64,
    /// Nine of ten.
    pub p90: f64,
    /// 99 of 100.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

/// What one kind of RSA operation takes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Measured {
    /// Which.
    #[serde(flatten)]
    pub kind: Kind,
    /// Microseconds of processor time.
    pub us: f64,
}

/// What a role spent on a purchase, on average.
#[derive(Clone, Debug, Serialize)]
pub struct Role {
    /// `merchant`, `gateway`, or `wallets`.
    pub role: &'static str,
    /// RSA operations.
    pub operations: Vec<Counted>,
    /// Milliseconds that these take.
    pub rsa_ms: f64,
    /// Milliseconds of processor time, user and system, that the role took for everything.
    pub cpu_ms: f64,
    /// `rsa_ms` over `cpu_ms`.
    pub ratio: f64,
}

/// How often one kind of RSA operation was done.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Counted {
    /// Which.
    #[serde(flatten)]
    pub kind: Kind,
    /// Times in a purchase, on average.
    pub per_purchase: f64,
}

impl Role {
    /// From what a process counted and the seconds of processor time that it took.
    ///
    /// # Errors
    ///
    /// There are no purchases, or an operation was done that was not measured.
    pub fn of(
        role: &'static str,
        tally: &Tally,
        seconds: f64,
        speed: &Speed,
        purchases: usize,
    ) -> Result<Self, StageError> {
        let purchases = number(purchases);
        if purchases == 0.0 {
            return Err(StageError::Disproved("nothing was bought".to_owned()));
        }
        let mut operations = Vec::new();
        let mut rsa = 0.0;
        for (kind, count) in &tally.0 {
            let one = speed.seconds(*kind).ok_or_else(|| {
                StageError::Disproved(format!("RSA of {} bits was not measured", kind.bits))
            })?;
            let per_purchase = float(*count) / purchases;
            rsa += one * per_purchase;
            operations.push(Counted {
                kind: *kind,
                per_purchase,
            });
        }
        let spent = seconds / purchases;
        Ok(Self {
            role,
            operations,
            rsa_ms: rsa * 1e3,
            cpu_ms: spent * 1e3,
            ratio: rsa / spent,
        })
    }
}

impl Latency {
    /// Of what each purchase took.
    #[must_use]
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100).saturating_sub(1);
            times.get(rank).map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        Self {
            p50: at(50),
            p90: at(90),
            p99: at(99),
            max: at(100),
        }
    }
}

/// A count as a number to compute with.
#[must_use]
pub fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

fn float(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Latency { p50, p90, p99, max } = self.latency_ms;
        writeln!(
            f,
            "{} wallets, {} purchases ({} failed) in {:.1} s: {:.1} a second on {} cores",
            self.wallets, self.purchases, self.failed, self.seconds, self.rate, self.cores
        )?;
        writeln!(
            f,
            "a wallet waits: p50 {p50:.1} ms, p90 {p90:.1} ms, p99 {p99:.1} ms, max {max:.1} ms"
        )?;
        write!(f, "RSA here:")?;
        for Measured { kind, us } in &self.rsa {
            write!(f, " {kind} {us:.0} µs;")?;
        }
        writeln!(f)?;
        for role in &self.roles {
            let of: Vec<String> = role
                .operations
                .iter()
                .map(|counted| format!("{:.2} {}", counted.per_purchase, counted.kind))
                .collect();
            writeln!(
                f,
                "{:<9} {:.3} of {:.3} ms a purchase is RSA: ratio {:.2}  ({})",
                role.role,
                role.rsa_ms,
                role.cpu_ms,
                role.ratio,
                of.join(", ")
            )?;
        }
        write!(
            f,
            "one core for each server: {:.0} purchases a second; RSA alone: {:.0}; ratio {:.2}",
            self.one_core, self.bound, self.ratio
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = match self.half {
            super::tally::Half::Private => "private",
            super::tally::Half::Public => "public",
        };
        write!(f, "{half}-{}", self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_time_that_so_many_do_not_exceed() {
        let times = |count: u64| (1..=count).rev().map(Duration::from_millis).collect();
        let latency = Latency::of(times(200));
        assert_eq!((latency.p50, latency.p90), (100.0, 180.0));
        assert_eq!((latency.p99, latency.max), (198.0, 200.0));
        assert_eq!(Latency::of(times(1)).p50, 1.0);
        assert_eq!(Latency::of(Vec::new()), Latency::default());
    }
}
