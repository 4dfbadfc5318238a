//! Message extensions: what is critical must be known.

use crate::error::PeerFault;
use crate::msg::tags::MsgExtensions;
use crate::policy::Policy;

/// Refuses a critical extension that the policy does not list.
///
/// # Errors
///
/// [`PeerFault::UnrecognizedExtension`] with its object identifier.
pub fn check(extensions: Option<&MsgExtensions>, policy: &Policy) -> Result<(), PeerFault> {
    let unknown = extensions.into_iter().flatten().find(|extension| {
        extension.critical && !policy.message_extensions.contains(&extension.extn_id)
    });
    match unknown {
        Some(extension) => Err(PeerFault::UnrecognizedExtension(extension.extn_id)),
        None => Ok(()),
    }
}
