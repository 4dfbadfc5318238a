//! How lists go from CA to CA.
//!
//! ```text
//! CA ── CRLNotification ──▶ brand CA        here is my new CRL
//! CA ◀─ CRLNotificationRes ─ brand CA       I have it
//! CA ◀─ BCIDistribution ──── brand CA       this is in force in the brand from now on
//! ```
//!
//! [`notification`] has both ends of the first two, [`distribution`] of the third, which is
//! not answered. These messages are none of Message's alternatives: they go without a
//! wrapper. They are signed with the key that signs the CA's CRLs, since root, brand and
//! geopolitical CA have no other.

pub mod distribution;
pub mod notification;

use crate::asn1::{self, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::pkcs7::SignedData;

/// A message between CAs, as it came.
#[derive(Clone, Debug)]
pub enum Circulated {
    /// A CA tells of its new CRL.
    CrlNotification(Box<SignedData>),
    /// The brand CA hands out the BCI.
    BciDistribution(Box<SignedData>),
}

impl Circulated {
    /// Whether these octets begin as a message between CAs does, and not as a wrapper: with
    /// an INTEGER, sdVersion, instead of a SEQUENCE, messageHeader.
    #[must_use]
    pub fn is_one(octets: &[u8]) -> bool {
        let content = match octets {
            [0x30, length, rest @ ..] if *length < 0x80 => rest,
            [0x30, length, rest @ ..] => {
                let more = usize::from(length & 0x7f);
                rest.get(more..).unwrap_or_default()
            }
            _ => return false,
        };
        content.first() == Some(&0x02)
    }

    /// Reads a message between CAs; nothing of it is verified yet.
    ///
    /// # Errors
    ///
    /// decodingFailure; messageNotSupported for other signed data.
    pub fn read(context: &Context<'_>, octets: &[u8]) -> Result<Self, Error> {
        let signed: SignedData = asn1::decode(octets, &context.policy.limits)?;
        match signed.content_info.content_type {
            oid::content::CRL_NOTIFICATION_TBS => Ok(Self::CrlNotification(Box::new(signed))),
            oid::content::BCI_DISTRIBUTION_TBS => Ok(Self::BciDistribution(Box::new(signed))),
            _ => Err(PeerFault::MessageNotSupported("signed data of this content").into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_between_cas_is_known_by_its_first_element() {
        assert!(Circulated::is_one(&[0x30, 3, 2, 1, 2]));
        assert!(Circulated::is_one(&[0x30, 0x82, 1, 0, 2, 1, 2]));
        assert!(!Circulated::is_one(&[0x30, 0x82, 1, 0, 0x30, 1, 2]));
        assert!(!Circulated::is_one(&[0x31, 3, 2, 1, 2]));
        assert!(!Circulated::is_one(&[0x30, 0xff, 2]));
        assert!(!Circulated::is_one(&[0x30]));
    }
}
