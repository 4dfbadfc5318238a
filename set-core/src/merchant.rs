//! The merchant: the shop's side of the protocol, towards the wallet and the gateway.
//!
//! Requests from the wallet: [`p_init`], [`p_req`], [`inq`]. Requests to the gateway:
//! [`p_cert`], [`authorize`], [`reverse`], [`capture`], [`correct`], [`batch_admin`]. [`order`]
//! and [`sale`] have the states in between.

pub mod authorize;
pub mod batch_admin;
pub mod capture;
pub mod correct;
pub mod evidence;
mod gateway_response;
pub mod gateways;
pub mod inq;
pub mod order;
pub mod p_cert;
pub mod p_init;
pub mod p_req;
pub mod p_res;
pub mod reverse;
pub mod sale;

pub use self::gateways::GatewayFor;
pub use self::order::{Offer, Order};
pub use self::sale::Sale;

use crate::crypto::PrivateKey;
use crate::error::Error;
use crate::exchange::Context;
use crate::msg::ids::{BrandId, MerchantId};
use crate::party::{Identity, Purpose, Trust, former};
use crate::pkcs7::EnvelopedData;
use crate::x509::Brand;

/// A merchant's keys for one brand, and whom it believes. Who takes several brands is several
/// of these.
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
    /// Which gateway takes which cards, as PCertRes said.
    pub gateways: Vec<GatewayFor>,
}

impl Merchant {
    /// The one of `merchants` that takes a brand.
    #[must_use]
    pub fn of_brand<'a>(merchants: &'a [Self], brand_id: &BrandId) -> Option<&'a Self> {
        let wanted = Brand::of(brand_id);
        merchants.iter().find(|merchant| merchant.is_of(&wanted))
    }

    /// Whether this is its brand.
    fn is_of(&self, brand: &Brand) -> bool {
        let ours = self.signature.certificate.brand();
        ours.is_ok_and(|ours| ours == *brand)
    }

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
}
