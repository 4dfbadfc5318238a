use std::fmt;
use std::sync::Arc;

use set_core::asn1::Date;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, oneshot};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use super::{Attempts, Draw, Kind, Lifetime, Plan, Terms, Thing, UpkeepMetrics, Watch, plan};
use crate::config::UpkeepConfig;
use crate::service::{BoxFuture, Shutdown};
use crate::station::Station;

/// What is done by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// The party's own certificates are renewed.
    Renew,
    /// CRLs and BCI are asked for.
    Refresh,
    /// Certificates of those whom the party deals with are asked for.
    Peers,
}

/// A party that keeps itself in order while it serves.
pub trait Upkept: Send + Sync + 'static {
    /// Why something could not be done.
    type Failure: fmt::Display + Send + 'static;

    /// What is in service now.
    fn held(&self) -> Vec<Thing>;

    /// Does what is due, and leaves the outcome in the data folder.
    fn attend(&self, task: Task) -> BoxFuture<'_, Result<(), Self::Failure>>;

    /// Takes into service what is in the data folder, if it has changed since the last time;
    /// says whether it has. Requests in work go on with what they began with.
    fn take_up(&self) -> BoxFuture<'_, Result<bool, Self::Failure>>;
}

/// The upkeep of a party.
#[derive(Debug)]
pub struct Upkeep<P> {
    party: Arc<P>,
    station: Station,
    config: UpkeepConfig,
    metrics: UpkeepMetrics,
    watch: Watch,
    /// One look at a time.
    state: Mutex<Vec<Progress>>,
}

/// Where the party stands with a task.
#[derive(Clone, Copy, Debug)]
struct Progress {
    task: Task,
    attempts: Attempts,
    draw: Draw,
    /// For what the number was drawn.
    drawn_for: Option<(Option<Date>, Option<Date>)>,
}

impl Task {
    /// All.
    pub const ALL: [Self; 3] = [Self::Renew, Self::Refresh, Self::Peers];

    /// Its name in logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Renew => "renew",
            Self::Refresh => "refresh",
            Self::Peers => "peers",
        }
    }

    /// Whether it is for things of this kind.
    #[must_use]
    pub const fn is_for(self, kind: Kind) -> bool {
        match kind {
            Kind::Signature | Kind::Encryption => matches!(self, Self::Renew),
            Kind::Crl | Kind::Bci => matches!(self, Self::Refresh),
            Kind::Peer => matches!(self, Self::Peers),
            Kind::Ca | Kind::Root => false,
        }
    }

    const fn is_on(self, config: &UpkeepConfig) -> bool {
        match self {
            Self::Renew => config.renew,
            Self::Refresh | Self::Peers => config.refresh,
        }
    }

    fn terms(self, config: &UpkeepConfig) -> Terms {
        let seconds = |period: crate::config::Period| period.duration().as_secs();
        Terms {
            ahead: seconds(match self {
                Self::Renew => config.renew_ahead,
                Self::Refresh | Self::Peers => config.refresh_ahead,
            }),
            every: match self {
                Self::Refresh => Some(seconds(config.refresh_every)),
                Self::Renew | Self::Peers => None,
            },
            retry: seconds(config.retry).max(1),
            retry_most: seconds(config.retry_most).max(1),
        }
    }
}

impl<P: Upkept> Upkeep<P> {
    /// Keeps `party` in order by the clock of `station`.
    #[must_use]
    pub fn new(party: P, station: Station, config: UpkeepConfig, metrics: UpkeepMetrics) -> Self {
        let started = station.now();
        let progress = Task::ALL.map(|task| Progress {
            task,
            attempts: Attempts::none(started),
            draw: Draw(u32::MAX),
            drawn_for: None,
        });
        Self {
            watch: Watch::new(&config.warn, metrics.clone()),
            state: Mutex::new(progress.to_vec()),
            party: Arc::new(party),
            station,
            config,
            metrics,
        }
    }

    /// Looks every [`check`](UpkeepConfig::check) until `shutdown`, for the first time at once.
    pub async fn keep(self, shutdown: Shutdown) {
        let mut clock = interval(self.config.check.duration().max(SHORTEST));
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.requested() => return,
                _ = clock.tick() => {}
            }
            tokio::select! {
                // What the CA was asked is kept before it is sent; the next start goes on.
                () = shutdown.requested() => return,
                _ = self.look() => {}
            }
        }
    }

    /// Takes up what a command has changed, warns of what comes near its end, and does what is
    /// due. Gives what was tried, and whether it worked.
    pub async fn look(&self) -> Vec<(Task, bool)> {
        let mut state = self.state.lock().await;
        self.take_up().await;
        self.watch.look(self.station.now(), &self.party.held());
        let mut tried = Vec::new();
        for progress in state.iter_mut() {
            if progress.task.is_on(&self.config) && self.is_due(progress) {
                tried.push((progress.task, self.attend(progress).await));
            }
        }
        if !tried.is_empty() {
            self.watch.look(self.station.now(), &self.party.held());
        }
        tried
    }

    /// Whether a task is due now.
    fn is_due(&self, progress: &mut Progress) -> bool {
        let held = self.held(progress.task);
        let first = held.iter().map(|lifetime| lifetime.until).min();
        // A number holds for as long as it is about the same things and the same turn.
        let about = Some((first, progress.attempts.succeeded));
        if progress.drawn_for != about
            && let Ok(draw) = Draw::new(self.station.crypto())
        {
            progress.draw = draw;
            progress.drawn_for = about;
        }
        let terms = progress.task.terms(&self.config);
        let now = self.station.now();
        plan(now, &held, &progress.attempts, progress.draw, &terms) == Plan::Now
    }

    /// Whether the end of something held is near, whatever was tried.
    fn is_late(&self, progress: &Progress) -> bool {
        let (now, held) = (self.station.now(), self.held(progress.task));
        let terms = Terms {
            every: None,
            ..progress.task.terms(&self.config)
        };
        plan(now, &held, &Attempts::none(now), progress.draw, &terms) == Plan::Now
    }

    async fn attend(&self, progress: &mut Progress) -> bool {
        let task = progress.task;
        let outcome = self.attend_apart(task).await;
        let taken = self.take_up().await;
        let now = self.station.now();
        let failure = match outcome {
            Err(failure) => failure,
            Ok(()) if !taken => "the data folder cannot be read".to_owned(),
            Ok(()) => {
                self.metrics.done(task, now);
                if self.is_late(progress) {
                    // It was answered, but what is held ends as soon as before.
                    progress.attempts.fail(now);
                    tracing::info!(task = task.name(), "nothing newer to be had; asked again");
                } else {
                    progress.attempts.succeed(now);
                    tracing::info!(task = task.name(), "done");
                }
                return true;
            }
        };
        progress.attempts.fail(now);
        self.metrics.failed(task);
        let attempt = progress.attempts.failed;
        tracing::warn!(task = task.name(), attempt, %failure, "failed; tried again");
        false
    }

    /// Has the party attend to a task on a thread of its own: keys are made for it, and opened
    /// with a passphrase that is protected well, both of which take long. When nobody waits for it
    /// any more, it is given up.
    async fn attend_apart(&self, task: Task) -> Result<(), String> {
        let (party, runtime) = (Arc::clone(&self.party), Handle::current());
        let (waited_for, given_up) = oneshot::channel::<()>();
        let work = spawn_blocking(move || {
            runtime.block_on(async {
                tokio::select! {
                    outcome = party.attend(task) => outcome.map_err(|failure| failure.to_string()),
                    _ = given_up => Err("given up".to_owned()),
                }
            })
        });
        let outcome = work.await;
        drop(waited_for);
        outcome.unwrap_or_else(|fault| Err(fault.to_string()))
    }

    /// Whether the data folder could be read.
    async fn take_up(&self) -> bool {
        match self.party.take_up().await {
            Ok(changed) => {
                if changed {
                    tracing::info!("certificates and lists of the data folder are in service");
                }
                true
            }
            Err(failure) => {
                tracing::error!(%failure, "the data folder cannot be read; what is in service stays");
                false
            }
        }
    }

    fn held(&self, task: Task) -> Vec<Lifetime> {
        let held = self.party.held().into_iter();
        held.filter(|thing| task.is_for(thing.kind))
            .map(|thing| thing.lifetime)
            .collect()
    }
}

const SHORTEST: std::time::Duration = std::time::Duration::from_millis(100);
