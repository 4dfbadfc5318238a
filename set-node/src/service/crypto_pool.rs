use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use tokio::sync::oneshot;

use crate::config::Limits;

/// Threads of their own for work that keeps a core busy, such as RSA, behind a
/// bounded queue. Clones share the threads, which end with the last clone.
#[derive(Clone, Debug)]
pub struct CryptoPool {
    queue: SyncSender<Job>,
}

/// Why the pool has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoolFault {
    /// The queue is full; the work was not begun.
    #[error("the queue for cryptographic work is full")]
    Busy,
    /// The work panicked.
    #[error("cryptographic work panicked")]
    Panicked,
}

type Job = Box<dyn FnOnce() + Send>;

impl CryptoPool {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// The system refuses a thread.
    pub fn new(limits: &Limits) -> io::Result<Self> {
        let workers = match limits.crypto_workers {
            0 => thread::available_parallelism().map_or(1, usize::from),
            workers => workers.min(MOST_WORKERS),
        };
        // A queue of no places would refuse work while every thread is idle.
        let (queue, jobs) = sync_channel(limits.crypto_queue.clamp(1, MOST_JOBS));
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..workers {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new()
                .name(format!("set-crypto-{number}"))
                .spawn(move || work(&jobs))?;
        }
        Ok(Self { queue })
    }

    /// Runs `job` on one of the threads and waits for its result without
    /// holding an async thread.
    ///
    /// Work whose caller has gone away before it was begun is skipped.
    ///
    /// # Errors
    ///
    /// The queue is full, or the job panicked.
    pub async fn spawn_crypto<T, F>(&self, job: F) -> Result<T, PoolFault>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (give, take) = oneshot::channel();
        let job = Box::new(move || {
            if !give.is_closed()
                && let Ok(result) = catch_unwind(AssertUnwindSafe(job))
            {
                // A caller that has gone away meanwhile needs no result.
                let _ = give.send(result);
            }
        });
        self.queue.try_send(job).map_err(|_| PoolFault::Busy)?;
        take.await.map_err(|_| PoolFault::Panicked)
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        // The lock is held while waiting, so that one idle thread waits for a job
        // and the others for the lock; never while working.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}

/// The most threads that a configuration can ask for.
const MOST_WORKERS: usize = 1024;

/// The most work that a configuration can let wait.
const MOST_JOBS: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn pool(crypto_workers: usize, crypto_queue: usize) -> CryptoPool {
        CryptoPool::new(&Limits {
            crypto_workers,
            crypto_queue,
            ..Limits::default()
        })
        .unwrap()
    }

    #[tokio::test]
    async fn results_come_back_from_threads_that_are_not_the_callers() {
        let caller = thread::current().id();
        let worker = pool(2, 4)
            .spawn_crypto(|| thread::current().id())
            .await
            .unwrap();
        assert_ne!(caller, worker);
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_takes_work_again_later() {
        let pool = pool(1, 1);
        let (begun, wait_begun) = mpsc::channel();
        let (release, held) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let pool = pool.clone();
            async move {
                pool.spawn_crypto(move || {
                    begun.send(()).unwrap();
                    held.recv().unwrap();
                    1
                })
                .await
            }
        });
        tokio::task::spawn_blocking(move || wait_begun.recv().unwrap())
            .await
            .unwrap();
        let mut second = Box::pin(pool.spawn_crypto(|| 2));
        assert!(futures_poll(&mut second).await.is_none());
        assert_eq!(pool.spawn_crypto(|| 3).await, Err(PoolFault::Busy));
        release.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(1));
        assert_eq!(second.await, Ok(2));
        assert_eq!(pool.spawn_crypto(|| 4).await, Ok(4));
    }

    /// Polls once.
    async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|cx| match std::pin::Pin::new(&mut *future).poll(cx) {
            std::task::Poll::Ready(output) => std::task::Poll::Ready(Some(output)),
            std::task::Poll::Pending => std::task::Poll::Ready(None),
        })
        .await
    }

    #[tokio::test]
    async fn a_panic_is_reported_and_its_thread_goes_on() {
        let pool = pool(1, 4);
        let panicked: Result<(), _> = pool.spawn_crypto(|| panic!("asked to")).await;
        assert_eq!(panicked, Err(PoolFault::Panicked));
        assert_eq!(pool.spawn_crypto(|| 5).await, Ok(5));
    }
}
