//! Who signed a CertReq: the new key, and for a renewal the old one as well.

use super::{Opened, Unfit};
use crate::ca::Ca;
use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::msg::cert::cert_res::CertStatusCode;
use crate::msg::cert::id_data::IdData;
use crate::party::Trust;
use crate::path::{ChainError, Culprit, Purpose, Rule};
use crate::pkcs7::IssuerAndSerialNumber;
use crate::proof::ChainVerified;
use crate::treatment::{TreatmentError, so};
use crate::x509::{Certificate, thumbs};

/// Why a request does not go on.
pub(super) enum Fault {
    /// An outcome in a CertRes.
    Unfit(Unfit),
    /// An Error.
    Error(Error),
}

impl From<Unfit> for Fault {
    fn from(unfit: Unfit) -> Self {
        Self::Unfit(unfit)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Opened {
    /// Verifies the signatures: there is one of the new signature key, if there is such a
    /// key, one of the key that the request stands on, if it stands on another, and no other.
    ///
    /// Gives the certificate that the request stands on.
    pub(super) fn check_signatures(
        &self,
        context: &Context<'_>,
        ca: &Ca,
    ) -> Result<Option<Certificate>, Fault> {
        let wanted = self.wanted();
        let due = usize::from(wanted.signature) + usize::from(wanted.stands_on_another());
        if self.signature.signer_infos.len() != due {
            return Err(unverified().into());
        }
        if wanted.signature && !self.possession_is_proved(context)? {
            return Err(unverified().into());
        }
        if !wanted.stands_on_another() {
            return match self.data.ee_thumb {
                None => Ok(None),
                Some(_) => Err(rejected("eeThumb belongs into a renewal").into()),
            };
        }
        let mut trust = ca.trust.clone();
        trust.learn(context, &self.signature, None)?;
        let signer = self.certified_signer(context, ca, &trust)?;
        let key = signer.certificate().public_key();
        if !self.is_signed(
            context,
            signer.certificate().issuer_and_serial_number(),
            key,
        )? {
            return Err(unverified().into());
        }
        if wanted.renewal {
            self.check_renewed(context, ca, &trust, signer.certificate())?;
        }
        self.check_owner(signer.certificate())?;
        Ok(Some(signer.certificate().clone()))
    }

    /// Whether the new signature key signed the request, in a SignerInfo that names no
    /// certificate.
    fn possession_is_proved(&self, context: &Context<'_>) -> Result<bool, Error> {
        let info = self.data.public_key_s_or_e.public_key_s.as_ref();
        let Some(Ok(key)) = info.map(|info| info.key(&context.policy.key_rules)) else {
            return Ok(false);
        };
        self.is_signed(context, &IssuerAndSerialNumber::none(), &key)
    }

    fn is_signed(
        &self,
        context: &Context<'_>,
        signer: &IssuerAndSerialNumber,
        key: &crate::crypto::PublicKey,
    ) -> Result<bool, Error> {
        let verified = so::verify_with_key(
            context.crypto,
            &self.signature,
            self.content_type,
            &self.to_be_signed,
            signer,
            key,
        );
        match verified {
            Ok(()) => Ok(true),
            // Our own provider failed, which is not the entity's fault.
            Err(fault @ TreatmentError::Provider(_)) => Err(fault.into()),
            Err(_) => Ok(false),
        }
    }

    /// The certificate that a SignerInfo names, its chain verified.
    fn certified_signer(
        &self,
        context: &Context<'_>,
        ca: &Ca,
        trust: &Trust,
    ) -> Result<ChainVerified, Fault> {
        let mut pointers = self
            .signature
            .signer_infos
            .iter()
            .map(|info| &info.issuer_and_serial_number);
        let pointer = pointers
            .find(|pointer| **pointer != IssuerAndSerialNumber::none())
            .ok_or_else(unverified)?;
        let pointed_at =
            trust.candidates(context, |held| held.issuer_and_serial_number() == pointer);
        let purpose = self.wanted().entity.signature();
        let verified = verified(context, ca, trust, &pointed_at, purpose)?;
        Ok(verified.ok_or_else(|| {
            Error::from(ChainError {
                certificate: Box::new(Culprit::pointed_at(pointer)),
                rule: Rule::Missing,
            })
        })?)
    }

    /// That eeThumb names a certificate of the signer's that is of the kind to be renewed.
    fn check_renewed(
        &self,
        context: &Context<'_>,
        ca: &Ca,
        trust: &Trust,
        signer: &Certificate,
    ) -> Result<(), Fault> {
        let thumb =
            self.data.ee_thumb.as_ref().ok_or_else(|| {
                rejected("a renewal names the certificate to be renewed in eeThumb")
            })?;
        let wanted = self.wanted();
        let is_named = |held: &Certificate| thumbs::names(thumb, held, context.crypto);
        if wanted.signature {
            return match is_named(signer) {
                true => Ok(()),
                false => {
                    Err(rejected("eeThumb names another certificate than the signer's").into())
                }
            };
        }
        let named = trust.candidates(context, is_named);
        if named.is_empty() {
            return Err(Error::from(PeerFault::MissingCertificate("eeThumb")).into());
        }
        let purpose = wanted
            .entity
            .encryption()
            .ok_or_else(|| rejected("a cardholder has no encryption certificate"))?;
        match verified(context, ca, trust, &named, purpose)? {
            Some(renewed) if renewed.certificate().subject() == signer.subject() => Ok(()),
            _ => Err(rejected("eeThumb names a certificate of somebody else's").into()),
        }
    }

    /// That a merchant's certificate is of the merchant and acquirer that idData names. The
    /// other certificates do not hold what idData does.
    fn check_owner(&self, signer: &Certificate) -> Result<(), Fault> {
        let Some(IdData::MerchantAcquirerId(id)) = &self.data.id_data else {
            return Ok(());
        };
        let data = signer.merchant_data().map_err(Error::from)?;
        if data.mer_id == id.merchant_id && data.mer_acquirer_bin == id.merchant_bin {
            Ok(())
        } else {
            Err(rejected("the certificate is another merchant's or acquirer's").into())
        }
    }
}

fn verified(
    context: &Context<'_>,
    ca: &Ca,
    trust: &Trust,
    certificates: &[Certificate],
    purpose: Purpose,
) -> Result<Option<ChainVerified>, Fault> {
    let brand = ca
        .certificate_signing
        .certificate
        .brand()
        .map_err(Error::from)?;
    Ok(trust.first_believed(context, certificates, purpose, Some(&brand))?)
}

fn unverified() -> Unfit {
    Unfit::new(CertStatusCode::SigValidationFail, super::Words::default())
}

fn rejected(message: &str) -> Unfit {
    Unfit::because(CertStatusCode::RejectedByCa, message)
}
