//! A party that is looked after, by a clock that stands still until it is told to go.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use set_core::asn1::Date;
use set_node::config::UpkeepConfig;
use set_node::service::BoxFuture;
use set_node::station::Station;
use set_node::upkeep::{Kind, Lifetime, Task, Thing, Upkeep, UpkeepMetrics, Upkept};
use set_testkit::clock::{Clock, noon};

const DAY: u64 = 86_400;

/// Whose certificate and list hold for 100 days after they are had.
#[derive(Clone, Debug)]
struct Party {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    clock: Arc<Clock>,
    /// In service, and in the data folder.
    certificate: Mutex<(Date, Date)>,
    list: Mutex<(Date, Date)>,
    refuses: AtomicBool,
    stands_still: AtomicBool,
    asked: AtomicU32,
}

impl Upkept for Party {
    type Failure = &'static str;

    fn held(&self) -> Vec<Thing> {
        let thing = |kind, from: Date| Thing {
            kind,
            name: "CN=Party".to_owned(),
            lifetime: Lifetime {
                from,
                until: from.plus(100 * DAY),
            },
        };
        let inner = &self.inner;
        vec![
            thing(Kind::Signature, inner.certificate.lock().unwrap().0),
            thing(Kind::Bci, inner.list.lock().unwrap().0),
        ]
    }

    fn attend(&self, task: Task) -> BoxFuture<'_, Result<(), &'static str>> {
        Box::pin(async move {
            let inner = &self.inner;
            inner.asked.fetch_add(1, Ordering::SeqCst);
            if inner.refuses.load(Ordering::SeqCst) {
                return Err("no");
            }
            if !inner.stands_still.load(Ordering::SeqCst) {
                let place = match task {
                    Task::Renew => &inner.certificate,
                    _ => &inner.list,
                };
                place.lock().unwrap().1 = inner.clock.now();
            }
            Ok(())
        })
    }

    fn take_up(&self) -> BoxFuture<'_, Result<bool, &'static str>> {
        Box::pin(async {
            let mut changed = false;
            for place in [&self.inner.certificate, &self.inner.list] {
                let mut place = place.lock().unwrap();
                changed |= place.0 != place.1;
                place.0 = place.1;
            }
            Ok(changed)
        })
    }
}

struct Rig {
    clock: Arc<Clock>,
    party: Party,
    upkeep: Upkeep<Party>,
    registry: Registry,
}

fn rig(change: impl FnOnce(&mut UpkeepConfig)) -> Rig {
    let clock = Arc::new(Clock::default());
    let party = Party {
        inner: Arc::new(Inner {
            clock: Arc::clone(&clock),
            certificate: Mutex::new((noon(), noon())),
            list: Mutex::new((noon(), noon())),
            refuses: AtomicBool::new(false),
            stands_still: AtomicBool::new(false),
            asked: AtomicU32::new(0),
        }),
    };
    let shown = Arc::clone(&clock);
    let station = Station::new("test", "1")
        .unwrap()
        .with_clock(move || shown.now());
    let mut config = UpkeepConfig::default();
    change(&mut config);
    let mut registry = Registry::default();
    let metrics = UpkeepMetrics::register(&mut registry);
    let upkeep = Upkeep::new(party.clone(), station, config, metrics);
    Rig {
        clock,
        party,
        upkeep,
        registry,
    }
}

impl Rig {
    /// Looks every hour for so many days; gives the hours in which something was tried.
    async fn pass(&self, days: u64, task: Task) -> Vec<u64> {
        let mut tried = Vec::new();
        for hour in 0..days * 24 {
            self.clock.advance(3_600);
            let done = self.upkeep.look().await;
            if done.iter().any(|(one, _)| *one == task) {
                tried.push(hour);
            }
        }
        tried
    }
}

#[tokio::test]
async fn certificates_are_renewed_ahead_of_their_end_again_and_again() {
    let rig = rig(|config| config.refresh = false);
    let tried = rig.pass(400, Task::Renew).await;
    // Between a third and a quarter of 100 days are left each time.
    let days: Vec<u64> = tried.iter().map(|hour| hour / 24).collect();
    let mut last = 0;
    assert!(!days.is_empty());
    for day in days {
        let lived = day - last;
        assert!((66..=75).contains(&lived), "renewed after {lived} days");
        last = day;
    }
}

#[tokio::test]
async fn lists_are_asked_for_every_day_and_soon_after_the_start() {
    let rig = rig(|config| config.renew = false);
    let tried = rig.pass(30, Task::Refresh).await;
    assert!((1..=2).contains(tried.first().unwrap()), "{tried:?}");
    assert!((29..=41).contains(&tried.len()), "{tried:?}");
}

#[tokio::test]
async fn after_failures_the_pauses_grow_and_success_ends_them() {
    let rig = rig(|config| {
        config.refresh = false;
        config.retry = "1h".parse().unwrap();
        config.retry_most = "24h".parse().unwrap();
    });
    rig.party.inner.refuses.store(true, Ordering::SeqCst);
    let tried = rig.pass(90, Task::Renew).await;
    let pauses: Vec<u64> = tried.windows(2).map(|two| two[1] - two[0]).collect();
    for (place, pause) in pauses.iter().enumerate() {
        let most = 24.min(1 << place.min(10));
        assert!((most / 2..=most + 1).contains(pause), "{pauses:?}");
    }
    assert!(pauses.len() >= 10, "{pauses:?}");
    rig.party.inner.refuses.store(false, Ordering::SeqCst);
    // The certificate has not ended yet; at the next attempt it is renewed, and then not again
    // for long.
    assert_eq!(rig.pass(30, Task::Renew).await.len(), 1);
    let mut text = String::new();
    encode(&mut text, &rig.registry).unwrap();
    let failed = format!(
        "set_upkeep_total{{task=\"renew\",outcome=\"failed\"}} {}\n",
        tried.len()
    );
    assert!(text.contains(&failed), "{text}");
    let done = "set_upkeep_total{task=\"renew\",outcome=\"done\"} 1\n";
    assert!(text.contains(done), "{text}");
}

#[tokio::test]
async fn a_ca_that_has_nothing_newer_is_not_asked_without_end() {
    let rig = rig(|config| config.renew = false);
    rig.party.inner.stands_still.store(true, Ordering::SeqCst);
    rig.pass(99, Task::Refresh).await;
    let before = rig.party.inner.asked.load(Ordering::SeqCst);
    for _ in 0..60 {
        rig.clock.advance(60);
        rig.upkeep.look().await;
    }
    let asked = rig.party.inner.asked.load(Ordering::SeqCst) - before;
    // Pauses of at most half an hour, up to half of it less.
    assert!((1..=5).contains(&asked), "{asked}");
}

#[tokio::test]
async fn what_a_command_renewed_is_taken_up_and_not_renewed_again() {
    let rig = rig(|config| config.refresh = false);
    rig.clock.advance(60 * DAY);
    rig.party.inner.certificate.lock().unwrap().1 = rig.clock.now();
    assert!(rig.upkeep.look().await.is_empty());
    assert_eq!(
        rig.party.inner.certificate.lock().unwrap().0,
        rig.clock.now()
    );
    assert!(rig.pass(60, Task::Renew).await.is_empty());
}

#[tokio::test]
async fn nothing_is_done_by_whom_it_was_forbidden() {
    let rig = rig(|config| {
        config.renew = false;
        config.refresh = false;
    });
    assert!(rig.pass(99, Task::Renew).await.is_empty());
    assert_eq!(rig.party.inner.asked.load(Ordering::SeqCst), 0);
}
