//! What roles ask of a certificate.

use super::Certificate;
use crate::crypto::CryptoProvider;
use crate::msg::ids::MerchantId;
use crate::msg::thumbs::CertThumb;
use crate::x509::ext::MerchantData;
use crate::x509::name::Brand;
use crate::x509::{X509Error, thumbs};

impl Certificate {
    /// The brand that the subject's organization names.
    ///
    /// # Errors
    ///
    /// [`X509Error::Name`] when the subject is not in SET's form.
    pub fn brand(&self) -> Result<Brand, X509Error> {
        Ok(self.subject_name()?.brand())
    }

    /// The data of a merchant's certificate.
    ///
    /// # Errors
    ///
    /// [`X509Error::MissingExtension`] when it has none.
    pub fn merchant_data(&self) -> Result<&MerchantData, X509Error> {
        self.extensions()
            .merchant_data
            .as_ref()
            .ok_or(X509Error::MissingExtension("MerchantData"))
    }

    /// The merchant's id in a merchant's certificate.
    ///
    /// # Errors
    ///
    /// [`X509Error::MissingExtension`] when it is no merchant's.
    pub fn merchant_id(&self) -> Result<MerchantId, X509Error> {
        Ok(self.merchant_data()?.mer_id.clone())
    }

    /// Whether a gateway takes only payment instructions that a cardholder certificate
    /// signed. Without the extension it does.
    #[must_use]
    pub fn card_cert_required(&self) -> bool {
        self.extensions().card_cert_required.unwrap_or(true)
    }

    /// The thumbprint, as messages carry it.
    ///
    /// # Errors
    ///
    /// [`X509Error::Encode`], never in practice.
    pub fn thumb(&self, provider: &dyn CryptoProvider) -> Result<CertThumb, X509Error> {
        thumbs::cert_thumb(self, provider)
    }
}
