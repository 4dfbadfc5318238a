use crate::error::PeerFault;
use crate::msg::ids::{Bin, Challenge, MerchantId};
use crate::x509::Certificate;
use crate::x509::name::Brand;

/// What the exhibits of one bundle have to agree in: any certified party of any brand can sign
/// something about a transaction whose number it has seen.
#[derive(Debug, Default)]
pub(super) struct Agreed {
    brand: Option<Brand>,
    merchant_id: Option<MerchantId>,
    acquirer: Option<Bin>,
    challenge: Option<Challenge>,
}

impl Agreed {
    pub(super) fn on_brand(&mut self, brand: Option<&Brand>) -> Result<(), PeerFault> {
        let brand = brand.ok_or(PeerFault::Unspecified("a chain without a brand"))?;
        agree(&mut self.brand, brand, "it is of another brand")
    }

    /// A merchant that a gateway's answer names.
    pub(super) fn on_merchant_id(&mut self, merchant_id: &MerchantId) -> Result<(), PeerFault> {
        let differs = "it is about another merchant";
        agree(&mut self.merchant_id, merchant_id, differs)
    }

    /// A merchant that signed; an id is of one acquirer's merchants.
    pub(super) fn on_merchant(
        &mut self,
        certificate: &Certificate,
    ) -> Result<(), crate::error::Error> {
        let data = certificate.merchant_data()?;
        self.on_merchant_id(&data.mer_id)?;
        let differs = "it is by a merchant of another acquirer";
        Ok(agree(&mut self.acquirer, &data.mer_acquirer_bin, differs)?)
    }

    pub(super) fn on_challenge(&mut self, challenge: Challenge) -> Result<(), PeerFault> {
        let differs = "it answers another order of this number";
        agree(&mut self.challenge, &challenge, differs)
    }
}

fn agree<T: Clone + PartialEq>(
    agreed: &mut Option<T>,
    found: &T,
    differs: &'static str,
) -> Result<(), PeerFault> {
    match agreed.get_or_insert_with(|| found.clone()) == found {
        true => Ok(()),
        false => Err(PeerFault::Unspecified(differs)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msg::ids::BrandId;

    #[test]
    fn exhibits_are_of_one_brand() {
        let brand = |id: &str| Brand::of(&BrandId::new(id).unwrap());
        let mut agreed = Agreed::default();
        assert!(agreed.on_brand(None).is_err());
        assert!(agreed.on_brand(Some(&brand("Orchard:Gold"))).is_ok());
        assert!(agreed.on_brand(Some(&brand("Orchard"))).is_ok());
        assert!(agreed.on_brand(Some(&brand("Meadow"))).is_err());
    }
}
