//! What a certificate is wanted for.

use crate::x509::ext::{CertificateType, KeyUsage};

/// A role and a use of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A cardholder signs.
    CardholderSignature,
    /// A merchant signs.
    MerchantSignature,
    /// A merchant receives.
    MerchantEncryption,
    /// A payment gateway signs.
    GatewaySignature,
    /// A payment gateway signed, maybe before its key's usage period ended: what it wrote for
    /// itself, which it reads as long as the certificate is valid.
    GatewaySignatureMade,
    /// A payment gateway receives.
    GatewayEncryption,
    /// A cardholder CA signs messages.
    CardholderCaSignature,
    /// A cardholder CA receives.
    CardholderCaEncryption,
    /// A merchant CA signs messages.
    MerchantCaSignature,
    /// A merchant CA receives.
    MerchantCaEncryption,
    /// A gateway CA signs messages.
    GatewayCaSignature,
    /// A gateway CA receives.
    GatewayCaEncryption,
    /// A brand CA signs the BrandCRLIdentifier.
    BrandCaCrl,
    /// A CA of whatever kind signs its CRLs, and tells of them.
    CaCrl,
}

impl Purpose {
    /// Whether a certificate of these types is one for it.
    #[must_use]
    pub const fn admits(self, types: CertificateType) -> bool {
        types.contains(match self {
            Self::CardholderSignature => CertificateType::CARD,
            Self::MerchantSignature | Self::MerchantEncryption => CertificateType::MER,
            Self::GatewaySignature | Self::GatewaySignatureMade | Self::GatewayEncryption => {
                CertificateType::PGWY
            }
            Self::CardholderCaSignature | Self::CardholderCaEncryption => CertificateType::CCA,
            Self::MerchantCaSignature | Self::MerchantCaEncryption => CertificateType::MCA,
            Self::GatewayCaSignature | Self::GatewayCaEncryption => CertificateType::PCA,
            Self::BrandCaCrl => CertificateType::BCA,
            Self::CaCrl => return types.intersects(CertificateType::CAS),
        })
    }

    /// The keyUsage that it takes.
    #[must_use]
    pub const fn key_usage(self) -> KeyUsage {
        match self {
            Self::CardholderSignature
            | Self::MerchantSignature
            | Self::GatewaySignature
            | Self::GatewaySignatureMade
            | Self::CardholderCaSignature
            | Self::MerchantCaSignature
            | Self::GatewayCaSignature => KeyUsage::DIGITAL_SIGNATURE,
            Self::MerchantEncryption
            | Self::GatewayEncryption
            | Self::CardholderCaEncryption
            | Self::MerchantCaEncryption
            | Self::GatewayCaEncryption => {
                KeyUsage::KEY_ENCIPHERMENT.and(KeyUsage::DATA_ENCIPHERMENT)
            }
            Self::BrandCaCrl | Self::CaCrl => KeyUsage::CRL_SIGN,
        }
    }

    /// Whether the key makes signatures now, so that its usage period counts.
    #[must_use]
    pub const fn signs(self) -> bool {
        match self {
            Self::GatewaySignatureMade => false,
            _ => {
                self.key_usage().contains(KeyUsage::DIGITAL_SIGNATURE)
                    || self.key_usage().contains(KeyUsage::CRL_SIGN)
            }
        }
    }
}
