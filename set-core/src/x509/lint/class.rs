//! The classes of certificates that the profile knows.

use core::fmt;

use crate::x509::ext::{CertificateType, KeyUsage};

/// Whose certificate, and for what key: by CertificateType and keyUsage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The root.
    Root,
    /// A CA's key that signs certificates, and CRLs maybe.
    CaCertificates,
    /// A CA's key that signs CRLs alone.
    CaCrls,
    /// A CA's key that signs messages.
    CaMessages,
    /// A CA's key for envelopes.
    CaEncryption,
    /// A cardholder's signature key.
    Cardholder,
    /// A merchant's signature key.
    MerchantSignature,
    /// A merchant's key for envelopes.
    MerchantEncryption,
    /// A gateway's signature key.
    GatewaySignature,
    /// A gateway's key for envelopes.
    GatewayEncryption,
}

impl Class {
    /// The class of a certificate that says this; none when no class of the profile does.
    #[must_use]
    pub fn of(types: CertificateType, usage: KeyUsage) -> Option<Self> {
        let encryption = usage == ENCRYPTION;
        let signature = usage == KeyUsage::DIGITAL_SIGNATURE;
        let certificates = usage == KeyUsage::KEY_CERT_SIGN;
        let both = usage == KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN);
        let gateways = CertificateType::PGWY.and(CertificateType::ACQ);
        if types.is_empty() {
            None
        } else if types == CertificateType::RCA {
            both.then_some(Self::Root)
        } else if types == CertificateType::BCA
            || types == CertificateType::GCA
            || LEAF_CAS.contains(types)
        {
            let leaf = LEAF_CAS.contains(types);
            match () {
                () if certificates || both => Some(Self::CaCertificates),
                () if usage == KeyUsage::CRL_SIGN => Some(Self::CaCrls),
                () if signature && leaf => Some(Self::CaMessages),
                () if encryption && leaf => Some(Self::CaEncryption),
                () => None,
            }
        } else if types == CertificateType::CARD {
            signature.then_some(Self::Cardholder)
        } else if types == CertificateType::MER {
            Self::either(
                signature,
                encryption,
                Self::MerchantSignature,
                Self::MerchantEncryption,
            )
        } else if gateways.contains(types) {
            Self::either(
                signature,
                encryption,
                Self::GatewaySignature,
                Self::GatewayEncryption,
            )
        } else {
            None
        }
    }

    const fn either(signature: bool, encryption: bool, one: Self, other: Self) -> Option<Self> {
        match (signature, encryption) {
            (true, _) => Some(one),
            (_, true) => Some(other),
            _ => None,
        }
    }

    /// Whether the key signs anything.
    #[must_use]
    pub const fn signs(self) -> bool {
        !matches!(
            self,
            Self::CaEncryption | Self::MerchantEncryption | Self::GatewayEncryption
        )
    }

    /// Whether the key signs certificates.
    #[must_use]
    pub const fn certifies(self) -> bool {
        matches!(self, Self::Root | Self::CaCertificates)
    }

    /// Whether it is a merchant's.
    #[must_use]
    pub const fn is_merchant(self) -> bool {
        matches!(self, Self::MerchantSignature | Self::MerchantEncryption)
    }

    /// Whether it is a gateway's.
    #[must_use]
    pub const fn is_gateway(self) -> bool {
        matches!(self, Self::GatewaySignature | Self::GatewayEncryption)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Root => "root",
            Self::CaCertificates => "CA certificate signing",
            Self::CaCrls => "CA CRL signing",
            Self::CaMessages => "CA message signing",
            Self::CaEncryption => "CA encryption",
            Self::Cardholder => "cardholder",
            Self::MerchantSignature => "merchant signature",
            Self::MerchantEncryption => "merchant encryption",
            Self::GatewaySignature => "gateway signature",
            Self::GatewayEncryption => "gateway encryption",
        })
    }
}

/// CAs for end entities, which may be one.
pub(super) const LEAF_CAS: CertificateType = CertificateType::CCA
    .and(CertificateType::MCA)
    .and(CertificateType::PCA);

/// What a key for envelopes may be used for.
pub(super) const ENCRYPTION: KeyUsage = KeyUsage::KEY_ENCIPHERMENT.and(KeyUsage::DATA_ENCIPHERMENT);
