//! Plumbing for SET servers: sockets, HTTP, stores, key stores, configuration, logs and metrics.
//!
//! To the transport a SET message is a run of octets: one DER value, a MessageWrapper.
//! What the octets mean is the business of the role that implements
//! [`service::Handler`].
//!
//! | module | what lives there |
//! |---|---|
//! | [`transport`] | DER over TCP, HTTP with SET media types, one client and one listener for both |
//! | [`service`] | the handler trait, bounded work, time-outs, the crypto pool, shutdown |
//! | [`store`] | state, answers, certificates in an SQLite file or a PostgreSQL database, one transaction per request |
//! | [`keystore`] | private keys and other secrets in encrypted files |
//! | [`durable`] | files that are whole or absent |
//! | [`config`] | typed configuration from TOML, environment and flags |
//! | [`telemetry`] | logs, metrics, health |
//! | [`node`] | a server put together |
//! | [`party`] | keys, certificates, CRLs and BCI of a party in its data folder |
//! | [`call`] | requests to a peer, traced on demand |
//! | [`enroll`] | the root to believe and the answers to a CA's form |
//! | [`upkeep`] | renewal and refreshing ahead of expiry, and warnings |
//! | [`station`] | provider, clock, policy and name of a program |
//! | [`proved`] | what a step proved, told on demand |
//! | [`money`] | amounts as people read them |
//! | [`cli`] | flags and exit codes that all roles share |
//! | [`program`] | a role as a program: what all four do alike, and what they fail with |
#![forbid(unsafe_code)]

pub mod branches;
pub mod call;
pub mod cli;
pub mod clock;
pub mod config;
pub mod durable;
pub mod enroll;
pub mod keystore;
pub mod money;
pub mod node;
pub mod party;
pub mod pem;
pub mod program;
pub mod proved;
pub mod service;
pub mod station;
pub mod store;
pub mod telemetry;
pub mod transport;
pub mod upkeep;
