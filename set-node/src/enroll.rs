//! What enrolling at a CA takes beside the protocol: the root to believe, the answers to
//! the CA's form, a request that waits for the CA's decision, the renewal of what the CA
//! certified, and the calls one after another.
//!
//! Merchants and gateways enroll and renew by an [`Applicant`]; the wallet of a cardholder
//! has steps of its own, with the same [`Waiting`] and [`Enrollment`].

mod applicant;
mod enrollment;
mod form;
mod root;
mod waiting;

pub use applicant::{Applicant, Renewed};
pub use enrollment::Enrollment;
pub use form::{FieldArg, FieldArgError, FormFault, answers, prompt};
pub use root::{RootArgs, RootFault, Thumbprint, ThumbprintError};
pub use waiting::Waiting;
