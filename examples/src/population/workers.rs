//! The same work on all cores.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use super::fault::PopulationFault;

/// Does `work` for each number below `count`, each once, on `threads` threads; gives the
/// results in the order of their numbers. The first fault stops all of them.
pub(super) fn spread<T: Send>(
    count: u32,
    threads: usize,
    work: impl Fn(u32) -> Result<T, PopulationFault> + Sync,
) -> Result<Vec<T>, PopulationFault> {
    let next = AtomicU32::new(0);
    let worker = || -> Result<Vec<(u32, T)>, PopulationFault> {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(done);
            }
            match work(number) {
                Ok(result) => done.push((number, result)),
                Err(fault) => {
                    next.store(count, Ordering::Relaxed);
                    return Err(fault);
                }
            }
        }
    };
    let mut all = Vec::new();
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        for thread in running {
            match thread.join() {
                Ok(done) => all.extend(done?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok::<(), PopulationFault>(())
    })?;
    all.sort_by_key(|(number, _)| *number);
    Ok(all.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_once_and_comes_back_in_order() {
        for threads in [1, 7] {
            let squares = spread(100, threads, |number| Ok(number * number));
            let expected: Vec<u32> = (0..100).map(|number| number * number).collect();
            assert_eq!(squares.ok(), Some(expected));
        }
    }

    #[test]
    fn a_fault_ends_the_work() {
        let done = spread(1000, 4, |number| match number {
            3 => Err(PopulationFault::NotEmpty("x".into())),
            number => Ok(number),
        });
        assert!(matches!(done, Err(PopulationFault::NotEmpty(_))));
    }
}
