//! How merchants and gateways obtain their certificates, and what they share with
//! cardholders in it.
//!
//! ```text
//! Application ──start──▶ Initiating ──Me-AqCInitRes──▶ Offered ──file──▶ Filed ──CertRes──▶ Verdict
//!                                                                          ▲                  │ Pended
//!                                                                     CertInqRes ◀──inquire───┘
//! ```
//!
//! What waits for the CA's decision can be [`Kept`] and resumed by another run of the program.
//! A renewal goes the same way; [`Standing`] holds the certificates that it stands on.
//!
//! A cardholder's registration begins in [`cardholder::registration`](crate::cardholder::registration)
//! and joins at [`Filed`]. The other side is [`ca`](crate::ca).

pub mod filed;
pub mod filing;
pub mod initiation;
pub mod kept;
pub mod kind;
pub mod pended;
pub mod standing;
pub mod verdict;

pub use self::filed::Filed;
pub use self::filing::NewKeys;
pub use self::initiation::{Answer, Application, Initiating, Offered};
pub use self::kept::Kept;
pub use self::kind::{EndEntity, Wanted};
pub use self::pended::Pended;
pub use self::standing::Standing;
pub use self::verdict::{Certified, Refused, Verdict};
