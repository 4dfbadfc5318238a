//! What a party has (keys with certificates) and whom it believes.

pub(crate) mod former;
pub mod identity;
pub mod trust;

pub use self::identity::Identity;
pub use self::trust::Trust;
pub use crate::path::Purpose;
