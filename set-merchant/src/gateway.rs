//! The gateway as the server sees it.

use std::time::Duration;

use set_node::call::Caller;
use tokio::time::timeout;

use crate::fault::Fault;

/// A gateway that may be called, with a limit to the patience of whoever waits for it.
#[derive(Debug)]
pub struct Gateway {
    caller: Option<Caller>,
}

impl Gateway {
    /// Calls the gateway by `caller`; without one, every call fails.
    #[must_use]
    pub const fn new(caller: Option<Caller>) -> Self {
        Self { caller }
    }

    /// Whether a gateway is known.
    pub(crate) const fn is_known(&self) -> bool {
        self.caller.is_some()
    }

    /// Sends a request and waits for its response, at most for `patience`.
    ///
    /// # Errors
    ///
    /// [`Fault::NoGateway`], [`Fault::Gateway`], [`Fault::Patience`].
    pub(crate) async fn exchange(
        &self,
        request: &[u8],
        patience: Duration,
    ) -> Result<Vec<u8>, Fault> {
        let caller = self.caller.as_ref().ok_or(Fault::NoGateway)?;
        match timeout(patience, caller.exchange(request)).await {
            Ok(response) => Ok(response?),
            Err(_) => Err(Fault::Patience),
        }
    }
}
