use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// Where a node listens; at least one binding has to be given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenConfig {
    /// Address for DER over TCP, as `0.0.0.0:257`; port 0 lets the system choose.
    /// Default: none.
    pub tcp: Option<SocketAddr>,
    /// Address for HTTP, as `0.0.0.0:8080`; port 0 lets the system choose.
    /// Default: none.
    pub http: Option<SocketAddr>,
    /// Path that takes SET messages over HTTP. Default `/set`.
    pub path: String,
    /// Address for `/healthz`, `/readyz` and `/metrics`; not for the public.
    /// Default: none.
    pub admin: Option<SocketAddr>,
}

impl Default for ListenConfig {
    fn default() -> Self {
        Self {
            tcp: None,
            http: None,
            path: "/set".to_owned(),
            admin: None,
        }
    }
}
