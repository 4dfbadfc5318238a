//! The merchant: the shop's side of the protocol, towards the wallet and the gateway.
//!
//! Requests from the wallet: [`p_init`], [`p_req`], [`inq`]. Requests to the gateway:
//! [`p_cert`], [`authorize`], [`reverse`], [`capture`], [`correct`], [`batch_admin`]. [`order`]
//! and [`sale`] have the states in between.

pub mod authorize;
pub mod batch_admin;
pub mod capture;
pub mod correct;
mod gateway_response;
pub mod inq;
pub mod order;
pub mod p_cert;
pub mod p_init;
pub mod p_req;
pub mod p_res;
pub mod reverse;
pub mod sale;

pub use self::order::{Offer, Order};
pub use self::sale::Sale;

use crate::crypto::PrivateKey;
use crate::error::Error;
use crate::exchange::Context;
use crate::msg::ids::MerchantId;
use crate::party::{Identity, Purpose, Trust, former};
use crate::pkcs7::EnvelopedData;
use crate::proof::ChainVerified;

/// A merchant's keys for one brand, and whom it believes.
#[derive(Clone, Debug)]
pub struct Merchant {
    /// The signature key and certificate.
    pub signature: Identity,
    /// The encryption key and certificate.
    pub encryption: Identity,
    /// Those that it replaced: answers under way are still encrypted for them.
    pub former: Vec<Identity>,
    /// Roots, certificates, CRLs and BCI held, the gateway's certificates among them.
    pub trust: Trust,
}

impl Merchant {
    /// The merchant's id, as its certificate has it.
    ///
    /// # Errors
    ///
    /// [`Error::Caller`] when the certificate is not a merchant's.
    pub fn merchant_id(&self) -> Result<MerchantId, Error> {
        Ok(self.signature.certificate.merchant_id()?)
    }

    /// The key that opens a gateway's answer: of the former certificate that the envelope
    /// names, otherwise the one in use.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] when the former certificate does not hold any more.
    fn opener(
        &self,
        context: &Context<'_>,
        envelope: &EnvelopedData,
    ) -> Result<&PrivateKey, Error> {
        let keys = (&self.encryption, &*self.former);
        let purpose = Purpose::MerchantEncryption;
        former::opener(context, &self.trust, keys, purpose, envelope)
    }

    /// The gateway's encryption certificate, its chain verified now.
    ///
    /// # Errors
    ///
    /// [`Error::Caller`] when none is held; [`Error::Certificate`].
    pub fn gateway(&self, context: &Context<'_>) -> Result<ChainVerified, Error> {
        let brand = self.signature.certificate.brand()?;
        self.trust
            .held_for(context, Purpose::GatewayEncryption, &brand)
    }
}
