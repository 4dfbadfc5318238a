use std::io;

use tokio::sync::watch;

use crate::cli::Exit;

/// Tells that the node is to stop; clones are told together.
#[derive(Clone, Debug)]
pub struct Shutdown {
    stopped: watch::Receiver<bool>,
}

/// Stops the node; so does dropping it.
#[derive(Debug)]
pub struct ShutdownTrigger {
    stop: watch::Sender<bool>,
}

impl Shutdown {
    /// A trigger and what it triggers.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// use set_node::service::Shutdown;
    ///
    /// let (trigger, shutdown) = Shutdown::new();
    /// trigger.stop();
    /// shutdown.requested().await;
    /// # });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new() -> (ShutdownTrigger, Self) {
        let (stop, stopped) = watch::channel(false);
        (ShutdownTrigger { stop }, Self { stopped })
    }

    /// Stops on the first SIGINT or SIGTERM. The second ends the process at once, with exit
    /// code 1: what is in work then is cut off.
    ///
    /// # Errors
    ///
    /// The signals cannot be listened to.
    pub fn on_signals() -> io::Result<Self> {
        let (trigger, shutdown) = Self::new();
        let mut signals = Signals::new()?;
        tokio::spawn(async move {
            let name = signals.received().await;
            tracing::info!(signal = name, "stopping");
            trigger.stop();
            let name = signals.received().await;
            tracing::warn!(signal = name, "stopping at once");
            std::process::exit(Exit::Refused.code().into());
        });
        Ok(shutdown)
    }

    /// Returns once the node is to stop.
    pub async fn requested(&self) {
        // An error means that the trigger is gone, which stops the node too.
        let _ = self.stopped.clone().wait_for(|stopped| *stopped).await;
    }

    /// Whether the node is to stop.
    pub fn is_requested(&self) -> bool {
        *self.stopped.borrow() || self.stopped.has_changed().is_err()
    }
}

impl ShutdownTrigger {
    /// Tells all that the node is to stop.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn received(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn received(&mut self) -> &'static str {
        let _ = tokio::signal::ctrl_c().await;
        "Ctrl-C"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_clones_are_told_now_and_later() {
        let (trigger, shutdown) = Shutdown::new();
        let other = shutdown.clone();
        let waiting = tokio::spawn(async move { other.requested().await });
        assert!(!shutdown.is_requested());
        trigger.stop();
        waiting.await.unwrap();
        shutdown.requested().await;
        assert!(shutdown.is_requested());
    }

    #[tokio::test]
    async fn a_lost_trigger_stops_the_node() {
        let (trigger, shutdown) = Shutdown::new();
        drop(trigger);
        shutdown.requested().await;
        assert!(shutdown.is_requested());
    }
}
