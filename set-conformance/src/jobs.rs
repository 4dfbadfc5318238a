//! Several cases at once.

use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use tokio::runtime::Runtime;

use crate::case::Case;
use crate::runner::{Outcome, Runner, Subject};

/// Runs all cases with all subjects that they are for, up to `jobs` at once.
///
/// Cases tagged `alone` change what others see; they come last, one after another. The outcomes
/// are in the order of subjects and cases, whatever ended first.
///
/// # Errors
///
/// The system gives no runtime.
pub fn run_all(
    runner: &Runner<'_>,
    cases: &[Case],
    subjects: &[Subject],
    jobs: NonZeroUsize,
) -> io::Result<Vec<Outcome>> {
    let pairs: Vec<(&Subject, &Case)> = subjects
        .iter()
        .flat_map(|subject| cases.iter().map(move |case| (subject, case)))
        .filter(|(subject, case)| case.subjects.contains(&subject.role))
        .collect();
    let alone = |case: &Case| case.tags.iter().any(|tag| tag == "alone");
    let (last, first): (Vec<usize>, Vec<usize>) =
        (0..pairs.len()).partition(|index| pairs.get(*index).is_some_and(|(_, case)| alone(case)));
    let done = Mutex::new(Vec::with_capacity(pairs.len()));
    for (indices, jobs) in [(first, jobs.get()), (last, 1)] {
        let next = AtomicUsize::new(0);
        let runtimes: Vec<Runtime> = (0..jobs.min(indices.len()))
            .map(|_| runtime())
            .collect::<io::Result<_>>()?;
        thread::scope(|scope| {
            for runtime in runtimes {
                let (indices, pairs, next, done) = (&indices, &pairs, &next, &done);
                scope.spawn(move || {
                    while let Some(index) = indices.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let Some((subject, case)) = pairs.get(*index) else {
                            return;
                        };
                        let outcome = runtime.block_on(runner.run(case, subject));
                        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                        done.push((*index, outcome));
                    }
                });
            }
        });
    }
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
}

/// A runtime for one thread.
pub(crate) fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
