//! What enrolling at a CA takes beside the protocol: the root to believe, the answers to
//! the CA's form.

mod form;
mod root;

pub use form::{FieldArg, FieldArgError, FormFault, answers, prompt};
pub use root::{RootArgs, RootFault, Thumbprint, ThumbprintError};
