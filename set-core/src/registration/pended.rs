//! Asking again: CertInqReq.

use super::Filed;
use super::filed::Asked;
use crate::asn1::{Raw, oid};
use crate::error::{CallerFault, Error};
use crate::exchange::Context;
use crate::msg::cert::cert_inq::CertInqReqTbs;
use crate::msg::ids::LocalId;
use crate::msg::message::Message;
use crate::party::Trust;
use crate::pkcs7::IssuerAndSerialNumber;
use crate::treatment::{Attached, Signer, s};

/// The CA has not decided.
#[derive(Debug)]
pub struct Pended {
    pub(super) asked: Asked,
    lid_ca: LocalId,
}

impl Pended {
    pub(super) const fn new(asked: Asked, lid_ca: LocalId) -> Self {
        Self { asked, lid_ca }
    }

    /// The CA's id of the registration.
    #[must_use]
    pub const fn lid_ca(&self) -> &LocalId {
        &self.lid_ca
    }

    /// Asks what became of the request: gives the state and the octets of CertInqReq,
    /// signed with the new key, which has no certificate yet; where encryption alone was
    /// asked for, with the signature key that vouched.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`].
    pub fn inquire(self, context: &Context<'_>, trust: &Trust) -> Result<(Filed, Vec<u8>), Error> {
        let state = Filed {
            rrpid: context.fresh_rrpid()?,
            chall_ee3: context.fresh_challenge()?,
            lid_ca: Some(self.lid_ca.clone()),
            thumbs: trust.thumbs(context)?,
            asked: self.asked,
        };
        let data = Raw::new(CertInqReqTbs {
            rrpid: state.rrpid,
            lid_ee: state.asked.lid_ee.clone(),
            chall_ee3: state.chall_ee3,
            lid_ca: self.lid_ca,
            id_data: state.asked.id_data.clone(),
            thumbs: state.thumbs.clone(),
        })?;
        let signer = match (&state.asked.keys.signature, &state.asked.standing) {
            (Some(key), _) => Signer {
                key,
                certificate: IssuerAndSerialNumber::none(),
            },
            (None, Some(standing)) => standing.signer(),
            (None, None) => {
                return Err(CallerFault::State("the inquiry has no key to sign with").into());
            }
        };
        let signed = s::s(
            context.crypto,
            &[signer],
            oid::content::CERT_INQ_REQ_TBS,
            &data,
            &Attached::none(),
        )?;
        let message = Message::CertInqReq(Box::new(signed));
        let octets = context.wrap(message, Some(state.rrpid), None)?;
        Ok((state, octets))
    }
}
