//! The plan, over many cases.

use proptest::prelude::*;
use set_core::asn1::Date;
use set_node::upkeep::{Attempts, Draw, Lifetime, Plan, Terms, plan};

/// Long after the beginning of time, so that nothing is cut off there.
const BEGIN: u64 = 1_000_000_000;

fn date(after: u64) -> Date {
    Date::from_unix(BEGIN + after).unwrap()
}

fn lifetimes() -> impl Strategy<Value = Vec<Lifetime>> {
    let one = (0..1_000_000_u64, 0..1_000_000_u64).prop_map(|(from, length)| Lifetime {
        from: date(from),
        until: date(from + length),
    });
    prop::collection::vec(one, 0..4)
}

fn terms() -> impl Strategy<Value = Terms> {
    (
        0..1_000_000_u64,
        prop::option::of(1..1_000_000_u64),
        1..10_000_u64,
        1..100_000_u64,
    )
        .prop_map(|(ahead, every, retry, retry_most)| Terms {
            ahead,
            every,
            retry,
            retry_most,
        })
}

fn attempts() -> impl Strategy<Value = Attempts> {
    let moment = || (0..3_000_000_u64).prop_map(date);
    (moment(), prop::option::of(moment()), 0..100_u32, moment()).prop_map(
        |(started, succeeded, failed, tried)| Attempts {
            started,
            succeeded,
            failed,
            tried: (failed > 0).then_some(tried),
        },
    )
}

/// How long before its end something is renewed at the earliest.
fn ahead(lifetime: &Lifetime, terms: &Terms) -> u64 {
    terms
        .ahead
        .min((lifetime.until.unix() - lifetime.from.unix()) / 3)
}

proptest! {
    #[test]
    fn who_is_told_to_wait_is_told_exactly_how_long(
        now in 0..3_000_000_u64, held in lifetimes(), attempts in attempts(), draw: u32, terms in terms()
    ) {
        let at = |moment| plan(moment, &held, &attempts, Draw(draw), &terms);
        if let Plan::Wait(due) = at(date(now)) {
            prop_assert!(due > date(now));
            prop_assert_eq!(at(due.minus(1)), Plan::Wait(due));
            prop_assert_eq!(at(due), Plan::Now);
        }
    }

    #[test]
    fn nothing_is_to_be_done_only_where_nothing_runs_out(
        held in lifetimes(), attempts in attempts(), draw: u32, terms in terms()
    ) {
        let nothing = plan(date(0), &held, &attempts, Draw(draw), &terms) == Plan::Nothing;
        prop_assert_eq!(nothing, held.is_empty() && terms.every.is_none());
    }

    #[test]
    fn what_holds_is_due_in_the_first_quarter_of_the_time_ahead_of_its_end(
        held in lifetimes(), draw: u32, terms in terms()
    ) {
        let terms = Terms { every: None, ..terms };
        let at = |moment| plan(moment, &held, &Attempts::none(date(0)), Draw(draw), &terms);
        for lifetime in &held {
            let ahead = ahead(lifetime, &terms);
            prop_assert_eq!(at(lifetime.until.minus(ahead - ahead / 4)), Plan::Now);
        }
        let earliest = held.iter().map(|one| one.until.minus(ahead(one, &terms))).min();
        if let Some(earliest) = earliest {
            prop_assert_ne!(at(earliest.minus(1)), Plan::Now);
        }
    }

    #[test]
    fn a_greater_number_drawn_never_makes_the_end_of_something_due_sooner(
        held in lifetimes(), draws: (u32, u32), terms in terms()
    ) {
        let terms = Terms { every: None, ..terms };
        let due = |draw| match plan(date(0).minus(BEGIN), &held, &Attempts::none(date(0)), Draw(draw), &terms) {
            Plan::Wait(due) => Some(due),
            _ => None,
        };
        prop_assert!(due(draws.0.min(draws.1)) <= due(draws.0.max(draws.1)));
    }

    #[test]
    fn after_a_failure_the_pause_is_at_least_half_and_at_most_all_of_what_is_configured(
        held in lifetimes(), tried in 0..3_000_000_u64, failed in 1..100_u32, draw: u32, terms in terms()
    ) {
        prop_assume!(!held.is_empty());
        let attempts = Attempts { failed, tried: Some(date(tried)), ..Attempts::none(date(0)) };
        let doubled = 1_u64.checked_shl(failed - 1).unwrap_or(u64::MAX);
        let pause = terms.retry.saturating_mul(doubled).min(terms.retry_most);
        let at = |moment| plan(moment, &held, &attempts, Draw(draw), &terms);
        prop_assert_ne!(at(date(tried).plus(pause.div_ceil(2)).minus(1)), Plan::Now);
        let latest = held.iter().map(|one| one.until).max().unwrap();
        prop_assert_eq!(at(latest.max(date(tried).plus(pause))), Plan::Now);
    }

    #[test]
    fn what_is_asked_for_regularly_is_due_by_the_turn_at_the_latest(
        succeeded in 0..3_000_000_u64, draw: u32, terms in terms(), every in 1..1_000_000_u64
    ) {
        let terms = Terms { every: Some(every), ..terms };
        let started = Attempts::none(date(0));
        let mut later = started;
        later.succeed(date(succeeded));
        let at = |moment, attempts| plan(moment, &[], attempts, Draw(draw), &terms);
        prop_assert_eq!(at(date(every.div_ceil(12)), &started), Plan::Now);
        prop_assert_eq!(at(date(succeeded + every), &later), Plan::Now);
        prop_assert_ne!(at(date(succeeded + every - every / 4).minus(1), &later), Plan::Now);
    }
}
