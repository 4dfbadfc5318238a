//! What a RequestType asks for.

use core::fmt;

use crate::msg::cert::id_data::IdData;
use crate::msg::cert::request_type::RequestType;
use crate::path::Purpose;
use crate::x509::ext::CertificateType;

/// Who asks for certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndEntity {
    /// A cardholder, at a CCA.
    Cardholder,
    /// A merchant, at an MCA.
    Merchant,
    /// A payment gateway, at a PCA.
    Gateway,
}

/// What a RequestType says, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Who asks.
    pub entity: EndEntity,
    /// Whether a signature certificate is asked for.
    pub signature: bool,
    /// Whether an encryption certificate is asked for.
    pub encryption: bool,
    /// Whether an earlier certificate is to be renewed.
    pub renewal: bool,
}

impl Wanted {
    /// Whether the request is signed with a key that is certified already: the old one in a
    /// renewal, and the signature key where an encryption certificate alone is asked for.
    #[must_use]
    pub const fn stands_on_another(self) -> bool {
        self.renewal || !self.signature
    }
}

impl From<RequestType> for Wanted {
    fn from(request_type: RequestType) -> Self {
        use EndEntity::{Cardholder, Gateway, Merchant};
        let (entity, signature, encryption, renewal) = match request_type {
            RequestType::CardInitialSig => (Cardholder, true, false, false),
            RequestType::MerInitialSig => (Merchant, true, false, false),
            RequestType::MerInitialEnc => (Merchant, false, true, false),
            RequestType::MerInitialBoth => (Merchant, true, true, false),
            RequestType::PgwyInitialSig => (Gateway, true, false, false),
            RequestType::PgwyInitialEnc => (Gateway, false, true, false),
            RequestType::PgwyInitialBoth => (Gateway, true, true, false),
            RequestType::CardRenewalSig => (Cardholder, true, false, true),
            RequestType::MerRenewalSig => (Merchant, true, false, true),
            RequestType::MerRenewalEnc => (Merchant, false, true, true),
            RequestType::MerRenewalBoth => (Merchant, true, true, true),
            RequestType::PgwyRenewalSig => (Gateway, true, false, true),
            RequestType::PgwyRenewalEnc => (Gateway, false, true, true),
            RequestType::PgwyRenewalBoth => (Gateway, true, true, true),
        };
        Self {
            entity,
            signature,
            encryption,
            renewal,
        }
    }
}

impl EndEntity {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Cardholder, Self::Merchant, Self::Gateway];

    /// For what the entity signs.
    #[must_use]
    pub const fn signature(self) -> Purpose {
        match self {
            Self::Cardholder => Purpose::CardholderSignature,
            Self::Merchant => Purpose::MerchantSignature,
            Self::Gateway => Purpose::GatewaySignature,
        }
    }

    /// For what the entity receives; a cardholder has no key for that.
    #[must_use]
    pub const fn encryption(self) -> Option<Purpose> {
        match self {
            Self::Cardholder => None,
            Self::Merchant => Some(Purpose::MerchantEncryption),
            Self::Gateway => Some(Purpose::GatewayEncryption),
        }
    }

    /// For what the CA of this entity signs messages.
    #[must_use]
    pub const fn ca_signature(self) -> Purpose {
        match self {
            Self::Cardholder => Purpose::CardholderCaSignature,
            Self::Merchant => Purpose::MerchantCaSignature,
            Self::Gateway => Purpose::GatewayCaSignature,
        }
    }

    /// For what the CA of this entity receives messages.
    #[must_use]
    pub const fn ca_encryption(self) -> Purpose {
        match self {
            Self::Cardholder => Purpose::CardholderCaEncryption,
            Self::Merchant => Purpose::MerchantCaEncryption,
            Self::Gateway => Purpose::GatewayCaEncryption,
        }
    }

    /// The CertificateType of this entity's CA.
    #[must_use]
    pub const fn ca_type(self) -> CertificateType {
        match self {
            Self::Cardholder => CertificateType::CCA,
            Self::Merchant => CertificateType::MCA,
            Self::Gateway => CertificateType::PCA,
        }
    }

    /// Whether this is who `id_data` names.
    #[must_use]
    pub const fn is_named_by(self, id_data: &IdData) -> bool {
        matches!(
            (self, id_data),
            (Self::Merchant, IdData::MerchantAcquirerId(_))
                | (Self::Gateway, IdData::AcquirerId(_))
        )
    }
}

impl fmt::Display for EndEntity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cardholder => "cardholder",
            Self::Merchant => "merchant",
            Self::Gateway => "gateway",
        })
    }
}
