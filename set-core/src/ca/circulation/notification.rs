//! CRLNotification → CRLNotificationRes: a CA tells the brand CA of its new CRL.

use crate::asn1::{self, Raw, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::receive::check_date;
use crate::exchange::{Context, receive_error};
use crate::msg::cert::crl_notification::{CrlNotificationResTbs, CrlNotificationTbs};
use crate::msg::thumbs::CertThumb;
use crate::party::{Identity, Purpose, Trust};
use crate::pkcs7::{AlgorithmIdentifier, SignedData};
use crate::treatment::s;
use crate::x509::Crl;

/// CRLNotification was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notified {
    crl_thumbprint: CertThumb,
}

/// Tells the brand CA of `crl`, which `trust` holds; `signer` is the identity that signed it.
///
/// # Errors
///
/// Whatever is wrong with our own key and certificates.
pub fn notify(
    context: &Context<'_>,
    trust: &Trust,
    signer: &Identity,
    crl: &Crl,
) -> Result<(Notified, Vec<u8>), Error> {
    let crl_thumbprint = thumb(context, crl)?;
    let tbs = Raw::new(CrlNotificationTbs {
        date: context.now,
        crl_thumbprint: crl_thumbprint.clone(),
    })?;
    let (mut attached, _) = trust.attach(context, &[&signer.certificate], None)?;
    attached.crls = vec![crl.to_opaque()];
    let signed = s::s(
        context.crypto,
        &[signer.signer()],
        oid::content::CRL_NOTIFICATION_TBS,
        &tbs,
        &attached,
    )?;
    Ok((Notified { crl_thumbprint }, asn1::encode(&signed)?))
}

impl Notified {
    /// Takes the brand CA's receipt.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with it, another CRL's receipt included; [`Error::Refused`] when it
    /// is an Error.
    pub fn handle(
        self,
        context: &Context<'_>,
        trust: &mut Trust,
        octets: &[u8],
    ) -> Result<(), Error> {
        let signed: SignedData = asn1::decode(octets, &context.policy.limits)
            .map_err(|fault| receive_error(context, octets).unwrap_or(fault.into()))?;
        let content = oid::content::CRL_NOTIFICATION_RES_TBS;
        let date = s::unverified::<CrlNotificationResTbs>(&signed, content)?.date;
        check_date(context, date)?;
        trust.learn(context, &signed, None)?;
        let brand_ca = trust.signer(context, &signed, Purpose::BrandCaCrl)?;
        let verified =
            s::verify::<CrlNotificationResTbs>(context.crypto, &signed, content, &brand_ca)?;
        if verified.content().crl_thumbprint == self.crl_thumbprint {
            Ok(())
        } else {
            Err(PeerFault::ThumbsMismatch.into())
        }
    }
}

/// A notice that the brand CA has taken: the CRL is held from now on.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The CRL.
    pub crl: Crl,
    /// Whether it was not held before, so that the BCI has to name it.
    pub is_new: bool,
    crl_thumbprint: CertThumb,
}

/// Takes CRLNotification at the brand CA, whose identity is `brand_ca`.
///
/// # Errors
///
/// In the order of checking: malformed content; messageTooOld and messageTooNew; the
/// certificate codes, for a signer that signs no CRLs of a CA; signatureFailure;
/// unspecifiedFailure for a CA of another brand, when the CRL named does not come along, is
/// not the signer's, or is older than the one held.
pub fn take(
    context: &Context<'_>,
    trust: &mut Trust,
    brand_ca: &Identity,
    request: &SignedData,
) -> Result<Taken, Error> {
    let content = oid::content::CRL_NOTIFICATION_TBS;
    let date = s::unverified::<CrlNotificationTbs>(request, content)?.date;
    check_date(context, date)?;
    let before = trust.clone();
    trust.learn(context, request, None)?;
    let signer = trust.signer(context, request, Purpose::CaCrl)?;
    let taken = judge(context, brand_ca, request, &signer, trust, &before);
    if taken.is_err() {
        *trust = before;
    }
    taken
}

fn judge(
    context: &Context<'_>,
    brand_ca: &Identity,
    request: &SignedData,
    signer: &crate::proof::ChainVerified,
    trust: &Trust,
    before: &Trust,
) -> Result<Taken, Error> {
    let content = oid::content::CRL_NOTIFICATION_TBS;
    let verified = s::verify::<CrlNotificationTbs>(context.crypto, request, content, signer)?;
    let ours = brand_ca.certificate.brand()?;
    if signer.brand().is_some_and(|theirs| *theirs != ours) {
        return Err(PeerFault::Unspecified("a CA of another brand").into());
    }
    let crl_thumbprint = verified.content().crl_thumbprint.clone();
    let crl = request
        .crls
        .iter()
        .flatten()
        .filter_map(|octets| Crl::parse(octets.as_octets()).ok())
        .find(|crl| crl.thumbprint(context.crypto) == crl_thumbprint.thumbprint)
        .ok_or(PeerFault::Unspecified("the CRL named does not come along"))?;
    let certificate = signer.certificate();
    if crl.issuer() != certificate.subject() {
        return Err(PeerFault::Unspecified("the CRL is not the signer's").into());
    }
    crl.verify_signature(certificate.public_key(), context.crypto)?;
    if !trust.crls().contains(&crl) {
        return Err(PeerFault::Unspecified(
            "a newer CRL of this CA is known: its records are older than its last CRL",
        )
        .into());
    }
    Ok(Taken {
        is_new: !before.crls().contains(&crl),
        crl,
        crl_thumbprint,
    })
}

impl Taken {
    /// The receipt.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with our own key and certificates.
    pub fn receipt(
        &self,
        context: &Context<'_>,
        trust: &Trust,
        brand_ca: &Identity,
    ) -> Result<Vec<u8>, Error> {
        let tbs = Raw::new(CrlNotificationResTbs {
            date: context.now,
            crl_thumbprint: self.crl_thumbprint.clone(),
        })?;
        let (attached, _) = trust.attach(context, &[&brand_ca.certificate], None)?;
        let signed = s::s(
            context.crypto,
            &[brand_ca.signer()],
            oid::content::CRL_NOTIFICATION_RES_TBS,
            &tbs,
            &attached,
        )?;
        Ok(asn1::encode(&signed)?)
    }
}

fn thumb(context: &Context<'_>, crl: &Crl) -> Result<CertThumb, Error> {
    Ok(CertThumb {
        digest_algorithm: AlgorithmIdentifier::sha1()?,
        thumbprint: crl.thumbprint(context.crypto),
    })
}
