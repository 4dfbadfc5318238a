//! BCIDistribution: the brand CA hands out the BCI with the CRLs that it names.

use crate::asn1::{self, Raw, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::exchange::receive::check_date;
use crate::msg::cert::bci_distribution::BciDistributionTbs;
use crate::party::{Identity, Purpose, Trust};
use crate::pkcs7::SignedData;
use crate::treatment::s;
use crate::x509::Brand;

/// Makes BCIDistribution with all that `trust` holds.
///
/// # Errors
///
/// Whatever is wrong with our own key and certificates.
pub fn distribute(
    context: &Context<'_>,
    trust: &Trust,
    brand_ca: &Identity,
) -> Result<Vec<u8>, Error> {
    let (attached, brand_crl_identifier) = trust.attach(context, &[&brand_ca.certificate], None)?;
    let tbs = Raw::new(BciDistributionTbs {
        date: context.now,
        brand_crl_identifier,
    })?;
    let signed = s::s(
        context.crypto,
        &[brand_ca.signer()],
        oid::content::BCI_DISTRIBUTION_TBS,
        &tbs,
        &attached,
    )?;
    Ok(asn1::encode(&signed)?)
}

/// Takes BCIDistribution at a party of `brand`: what is newer is held from now on. Says
/// whether anything was.
///
/// # Errors
///
/// In the order of checking: malformed content; messageTooOld and messageTooNew; the
/// certificate codes, for a signer that is no brand CA; signatureFailure;
/// unspecifiedFailure for another brand.
pub fn take(
    context: &Context<'_>,
    trust: &mut Trust,
    brand: &Brand,
    message: &SignedData,
) -> Result<bool, Error> {
    let content = oid::content::BCI_DISTRIBUTION_TBS;
    let tbs = s::unverified::<BciDistributionTbs>(message, content)?;
    check_date(context, tbs.date)?;
    let before = trust.clone();
    trust.learn(context, message, tbs.brand_crl_identifier.as_ref())?;
    let brand_ca = trust.signer(context, message, Purpose::BrandCaCrl)?;
    let believed = s::verify::<BciDistributionTbs>(context.crypto, message, content, &brand_ca)
        .map_err(Error::from)
        .and_then(|_| match brand_ca.brand() == Some(brand) {
            true => Ok(()),
            false => Err(PeerFault::Unspecified("the BCI of another brand").into()),
        });
    if let Err(error) = believed {
        *trust = before;
        return Err(error);
    }
    Ok(trust.bci() != before.bci() || trust.crls() != before.crls())
}
