//! Typed configuration from TOML, environment and flags.

mod keystore;
mod limits;
mod listen;
mod period;
mod store;
mod timeouts;

pub use keystore::KeyStoreConfig;
pub use limits::Limits;
pub use listen::ListenConfig;
pub use period::{Period, PeriodError};
pub use store::StoreConfig;
pub use timeouts::Timeouts;
