//! What enrolling at a CA takes beside the protocol: the root to believe, the answers to
//! the CA's form, and the calls one after another.

mod certify;
mod form;
mod root;

pub use certify::Applicant;
pub use form::{FieldArg, FieldArgError, FormFault, answers, prompt};
pub use root::{RootArgs, RootFault, Thumbprint, ThumbprintError};
