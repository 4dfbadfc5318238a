//! Plumbing for SET servers: sockets, HTTP, stores, key stores, configuration, logs and metrics.
#![forbid(unsafe_code)]
