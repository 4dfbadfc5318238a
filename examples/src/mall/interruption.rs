//! Ctrl-C and the request to terminate.

use std::io;

use set_node::service::Shutdown;
use tokio::runtime::{Builder, Runtime};

/// Hears SIGINT and SIGTERM. The first interrupts whatever waits for it, so that servers are
/// ended and keys are removed on the way out; the second ends the process at once.
#[derive(Debug)]
pub struct Interruption {
    shutdown: Shutdown,
    runtime: Runtime,
}

impl Interruption {
    /// Listens from now on, as long as the value lives.
    ///
    /// # Errors
    ///
    /// The system refuses a thread or the signals.
    pub fn listen() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let shutdown = runtime.block_on(async { Shutdown::on_signals() })?;
        Ok(Self { shutdown, runtime })
    }

    /// Does something, on another thread, at the first signal, also when that has come.
    pub fn then(&self, act: impl FnOnce() + Send + 'static) {
        let shutdown = self.shutdown.clone();
        self.runtime.spawn(async move {
            shutdown.requested().await;
            act();
        });
    }
}
