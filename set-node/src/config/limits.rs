use serde::{Deserialize, Serialize};

/// How much a node takes on at once; past it, it says so and grows no further.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Octets of the largest message, its own header included. Default 1048576 (1 MiB).
    pub message: usize,
    /// Connections open at once, over both bindings; more wait in the system's
    /// backlog until one closes. Default 1024.
    pub connections: usize,
    /// Requests in work at once. Default 64.
    pub requests: usize,
    /// Requests that wait for one in work to finish; more are told that the node
    /// is busy. Default 256.
    pub queue: usize,
    /// Threads for cryptography; 0 means as many as there are cores. Default 0.
    pub crypto_workers: usize,
    /// Pieces of cryptographic work that wait for a thread; more are refused.
    /// Default 256.
    pub crypto_queue: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: 1024 * 1024,
            connections: 1024,
            requests: 64,
            queue: 256,
            crypto_workers: 0,
            crypto_queue: 256,
        }
    }
}
