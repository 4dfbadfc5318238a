//! What every step of a role is given, and how it dresses what it sends.

use crate::asn1::Date;
use crate::crypto::{CryptoProvider, random_array};
use crate::error::Error;
use crate::msg::ids::{Challenge, Nonce, Rrpid, SwIdent, Xid};
use crate::msg::message::Message;
use crate::msg::tags::TransIds;
use crate::msg::wrapper::{MessageHeader, MessageIds, MessageWrapper, Version};
use crate::policy::Policy;

/// Time, randomness and rules for one step of a role.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Cryptography and randomness.
    pub crypto: &'a dyn CryptoProvider,
    /// The time of this step.
    pub now: Date,
    /// What to accept.
    pub policy: &'a Policy,
    /// The name of the program, for `swIdent`.
    pub sw_ident: &'a SwIdent,
}

impl Context<'_> {
    /// Puts a message into its wrapper and encodes it.
    ///
    /// # Errors
    ///
    /// [`Error::Treatment`] when it is too long to encode.
    pub fn wrap(
        &self,
        message: Message,
        rrpid: Option<Rrpid>,
        message_ids: Option<MessageIds>,
    ) -> Result<Vec<u8>, Error> {
        let wrapper = MessageWrapper {
            message_header: MessageHeader {
                version: Version::VER1,
                revision: 0,
                date: self.now,
                message_ids,
                rrpid,
                sw_ident: self.sw_ident.clone(),
            },
            message,
            mw_extensions: None,
        };
        Ok(crate::asn1::encode(&wrapper)?)
    }

    /// A fresh RRPID.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`] when there is no randomness.
    pub fn fresh_rrpid(&self) -> Result<Rrpid, Error> {
        Ok(Rrpid::new(random_array(self.crypto)?))
    }

    /// A fresh XID.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`] when there is no randomness.
    pub fn fresh_xid(&self) -> Result<Xid, Error> {
        Ok(Xid::new(random_array(self.crypto)?))
    }

    /// A fresh challenge.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`] when there is no randomness.
    pub fn fresh_challenge(&self) -> Result<Challenge, Error> {
        Ok(Challenge::new(random_array(self.crypto)?))
    }

    /// A fresh nonce.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`] when there is no randomness.
    pub fn fresh_nonce(&self) -> Result<Nonce, Error> {
        Ok(Nonce::new(random_array(self.crypto)?))
    }
}

/// The ids of the one transaction that all items of a message are about; none when they are
/// about several.
#[must_use]
pub fn ids_of_all<'a>(mut all: impl Iterator<Item = &'a TransIds>) -> Option<MessageIds> {
    let first = ids_of(all.next()?);
    all.all(|other| ids_of(other) == first).then_some(first)
}

/// The ids of a transaction, as the header repeats them.
#[must_use]
pub fn ids_of(trans_ids: &TransIds) -> MessageIds {
    MessageIds {
        lid_c: Some(trans_ids.lid_c.clone()),
        lid_m: trans_ids.lid_m.clone(),
        xid: Some(trans_ids.xid),
    }
}
