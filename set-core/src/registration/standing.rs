//! What a later request stands on: certificates held already.

use crate::crypto::CryptoProvider;
use crate::error::{CallerFault, Error};
use crate::msg::cert::request_type::RequestType;
use crate::msg::thumbs::CertThumb;
use crate::party::Identity;
use crate::registration::Wanted;
use crate::treatment::{Attached, Signer};
use crate::x509::Certificate;

/// The certificates that a renewal, or a request for an encryption certificate alone, stands
/// on.
///
/// A renewed signature key is vouched for by the old one, which signs the request as well;
/// an encryption key, new or renewed, by the signature key that stays in use.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Signs: with the old signature key where that is renewed, else with the one that stays.
    pub signature: Identity,
    /// The encryption certificate to be renewed; needed only where it is renewed alone.
    pub encryption: Option<Certificate>,
}

impl Standing {
    /// On a signature certificate alone.
    #[must_use]
    pub const fn of(signature: Identity) -> Self {
        Self {
            signature,
            encryption: None,
        }
    }

    /// With the encryption certificate that is to be renewed as well.
    #[must_use]
    pub fn with_encryption(mut self, certificate: Certificate) -> Self {
        self.encryption = Some(certificate);
        self
    }

    pub(super) fn signer(&self) -> Signer<'_> {
        self.signature.signer()
    }

    /// The signer's certificates, and the one to be renewed.
    pub(super) fn attached(&self) -> Attached {
        let mut attached = self.signature.attached();
        if let Some(encryption) = &self.encryption {
            attached.certificates.push(encryption.to_opaque());
        }
        attached
    }

    /// eeThumb: the signature certificate where that is renewed, else the encryption
    /// certificate; none in a first request.
    pub(super) fn renewed(
        &self,
        crypto: &dyn CryptoProvider,
        request_type: RequestType,
    ) -> Result<Option<CertThumb>, Error> {
        let wanted = Wanted::from(request_type);
        if !wanted.renewal {
            return Ok(None);
        }
        let certificate = if wanted.signature {
            &self.signature.certificate
        } else {
            self.encryption.as_ref().ok_or(CallerFault::State(
                "there is no encryption certificate to be renewed",
            ))?
        };
        Ok(Some(certificate.thumb(crypto)?))
    }
}
