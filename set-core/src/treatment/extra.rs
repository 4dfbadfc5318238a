//! The parameters that travel in an OAEP block, laid out as raw octets.

mod block;
mod pan_data;
mod pan_token;
mod registration;

use der::asn1::ObjectIdentifier;
use zeroize::Zeroizing;

use crate::asn1::{EncodeError, Wire};
use crate::crypto::oaep::ContentKind;

/// A value that goes into the OAEP block.
///
/// In the block it is the fixed-length concatenation of its fields, not DER; digests and
/// signatures run over its DER form.
pub trait Extra: Wire {
    /// What the block's BC octet says.
    const KIND: ContentKind;
    /// The octets for the block.
    fn to_block(&self) -> Zeroizing<Vec<u8>>;

    /// Reads the octets of a block; `None` when a field is malformed.
    fn from_block(octets: &[u8]) -> Option<Self>;

    /// The DER that signatures cover: its own, or that of the CHOICE that wraps it.
    ///
    /// # Errors
    ///
    /// [`EncodeError`], never in practice.
    fn to_be_signed(&self) -> Result<Vec<u8>, EncodeError> {
        crate::asn1::encode(self)
    }
}

/// A parameter that EX and EXH link to a value by digest.
pub trait LinkedExtra: Extra {
    /// Its content type in the digest.
    const CONTENT_TYPE: ObjectIdentifier;
}
