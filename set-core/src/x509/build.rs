//! Making certificates according to SET's profile.

use crate::asn1::{self, Date, Raw, SeqOf, oid};
use crate::crypto::{CryptoProvider, KeyRules, PrivateKey, PublicKey};
use crate::pkcs7::SerialNumber;

use super::certificate::{
    Certificate, CertificateVersion, SignedCertificate, TbsCertificate, Validity,
};
use super::ext::{
    AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies, CertificateType, HashedRootKey,
    KeyUsage, MerchantData, PolicyInformation, PrivateKeyUsagePeriod, SetExtensions,
    SetPolicyQualifier, SetQualifier, Tunneling,
};
use super::extension::Extension;
use super::spki::SubjectPublicKeyInfo;
use super::{SetName, X509Error, signed};

/// What a certificate is to say, apart from who issues it.
#[derive(Clone, Debug)]
pub struct CertificateContents {
    /// Its number, unique at the issuer.
    pub serial_number: SerialNumber,
    /// Whose it is.
    pub subject: SetName,
    /// The subject's key.
    pub public_key: PublicKey,
    /// From when it holds.
    pub not_before: Date,
    /// Until when it holds.
    pub not_after: Date,
    /// From when a signing key signs, if not from when the certificate holds: a CA that is
    /// certified anew for the same key signed with it before.
    pub private_key_not_before: Option<Date>,
    /// Until when a signing key signs, if less long than the certificate holds.
    pub private_key_not_after: Option<Date>,
    /// Under which policies; see [`root_policy`].
    pub policies: CertificatePolicies,
    /// What the subject is and what the key is for.
    pub profile: Profile,
}

/// What a subject is and what its key is for: everything that the profile derives from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Profile {
    /// The root: signs certificates and CRLs, announces the next root's key.
    Root {
        /// The next root's key.
        next: PublicKey,
        /// CA certificates that may follow, at most; 2, or 3 with geopolitical CAs.
        path_len: u32,
    },
    /// One key of a CA below the root.
    Ca {
        /// What kind of CA; may be several.
        certificate_type: CertificateType,
        /// What the key is for.
        key: CaKey,
    },
    /// A cardholder's signature key.
    Cardholder,
    /// A merchant's key.
    Merchant {
        /// What the key is for.
        key: EntityKey,
        /// Who the merchant is.
        data: MerchantData,
    },
    /// A gateway's signature key.
    GatewaySignature {
        /// Message extensions that the gateway understands.
        set_extensions: Option<SetExtensions>,
    },
    /// A gateway's encryption key.
    GatewayEncryption {
        /// Whether payments must be signed under a cardholder certificate.
        card_cert_required: bool,
        /// Words to the cardholder through the merchant.
        tunneling: Option<Tunneling>,
        /// Message extensions that the gateway understands.
        set_extensions: Option<SetExtensions>,
    },
}

/// The keys of a CA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaKey {
    /// Signs certificates.
    CertSigning {
        /// CA certificates that may follow, at most.
        path_len: u32,
    },
    /// Signs certificates and CRLs.
    CertAndCrlSigning {
        /// CA certificates that may follow, at most.
        path_len: u32,
    },
    /// Signs CRLs, and the brand CA's signs BCIs.
    CrlSigning,
    /// Signs messages.
    MessageSigning,
    /// Receives envelopes.
    Encryption,
}

/// The keys of an end entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntityKey {
    /// Signs messages.
    Signature,
    /// Receives envelopes.
    Encryption,
}

/// Issues a certificate for the owner of `issuer`, whose private key is `issuer_key`.
///
/// What comes out is parsed before it is handed over, so nothing leaves that a receiver
/// would find malformed. Whether the certificate keeps the profile is not asked here; a CA uses
/// [`lint::issue`](super::lint::issue), which does.
///
/// # Errors
///
/// [`X509Error::SignerUsage`] and [`X509Error::WrongKey`] when the issuer's certificate or
/// key is not for that, [`X509Error::Provider`] when the key fails, and whatever
/// [`Certificate::parse`] finds.
pub fn issue(
    contents: &CertificateContents,
    issuer: &Certificate,
    issuer_key: &PrivateKey,
    provider: &dyn CryptoProvider,
) -> Result<Certificate, X509Error> {
    draft(contents, issuer, issuer_key, provider)?.sign(issuer_key, provider)
}

/// What [`issue`] signs.
pub(super) fn draft(
    contents: &CertificateContents,
    issuer: &Certificate,
    issuer_key: &PrivateKey,
    provider: &dyn CryptoProvider,
) -> Result<Draft, X509Error> {
    if !issuer
        .extensions()
        .key_usage
        .contains(KeyUsage::KEY_CERT_SIGN)
    {
        return Err(X509Error::SignerUsage("certificate"));
    }
    if issuer.public_key() != issuer_key.public_key() {
        return Err(X509Error::WrongKey);
    }
    let named = AuthorityKeyIdentifier::of(issuer.issuer_and_serial_number());
    Draft::new(contents, issuer.subject(), Some(&named), provider)
}

/// Makes a root: a certificate signed with the subject's own key.
///
/// # Errors
///
/// As [`issue`].
pub fn self_sign(
    contents: &CertificateContents,
    key: &PrivateKey,
    provider: &dyn CryptoProvider,
) -> Result<Certificate, X509Error> {
    self_draft(contents, key, provider)?.sign(key, provider)
}

/// What [`self_sign`] signs.
pub(super) fn self_draft(
    contents: &CertificateContents,
    key: &PrivateKey,
    provider: &dyn CryptoProvider,
) -> Result<Draft, X509Error> {
    if contents.public_key != *key.public_key() {
        return Err(X509Error::WrongKey);
    }
    Draft::new(contents, &contents.subject.to_name()?, None, provider)
}

/// The policy of the SET root, `2.23.42.5.0`, with what the root says of it.
///
/// # Errors
///
/// [`X509Error::Encode`], never in practice.
pub fn root_policy(root_qualifier: SetQualifier) -> Result<CertificatePolicies, X509Error> {
    let qualifier = SetPolicyQualifier {
        root_qualifier,
        additional_policies: None,
    };
    Ok(SeqOf::<_, 1>::one(PolicyInformation::qualified(
        oid::policy::ROOT,
        &qualifier,
    )?))
}

/// A certificate that nobody has signed yet.
pub(super) struct Draft(Raw<TbsCertificate>);

impl Draft {
    fn new(
        contents: &CertificateContents,
        issuer: &crate::pkcs7::Name,
        authority: Option<&AuthorityKeyIdentifier>,
        provider: &dyn CryptoProvider,
    ) -> Result<Self, X509Error> {
        Ok(Self(Raw::new(TbsCertificate {
            version: CertificateVersion::V3,
            serial_number: contents.serial_number.clone(),
            signature: signed::algorithm()?,
            issuer: issuer.clone(),
            validity: Validity {
                not_before: contents.not_before.into(),
                not_after: contents.not_after.into(),
            },
            subject: contents.subject.to_name()?,
            subject_public_key_info: SubjectPublicKeyInfo::of(&contents.public_key)?,
            extensions: SeqOf::new(extensions(contents, authority, provider)?)?,
        })?))
    }

    /// The certificate as `key` signs it.
    pub(super) fn sign(
        &self,
        key: &PrivateKey,
        provider: &dyn CryptoProvider,
    ) -> Result<Certificate, X509Error> {
        Certificate::parse(&self.signed_octets(key, provider)?, &KeyRules::default())
    }

    /// The same, not parsed again.
    pub(super) fn signed_octets(
        &self,
        key: &PrivateKey,
        provider: &dyn CryptoProvider,
    ) -> Result<Vec<u8>, X509Error> {
        let signature = signed::sign(self.0.octets(), key, provider)?;
        Ok(asn1::encode(&SignedCertificate {
            to_be_signed: self.0.clone(),
            signature_algorithm: signed::algorithm()?,
            signature,
        })?)
    }
}

/// The extensions in the order of the profile's table, with its criticality.
fn extensions(
    contents: &CertificateContents,
    authority: Option<&AuthorityKeyIdentifier>,
    provider: &dyn CryptoProvider,
) -> Result<Vec<Extension>, X509Error> {
    let profile = &contents.profile;
    let mut extensions = Vec::new();
    if let Some(authority) = authority {
        extensions.push(Extension::of(
            oid::extension::AUTHORITY_KEY_IDENTIFIER,
            false,
            authority,
        )?);
    }
    let usage = profile.key_usage();
    extensions.push(Extension::of(oid::extension::KEY_USAGE, true, &usage)?);
    if usage.intersects(SIGNING) {
        let period = PrivateKeyUsagePeriod {
            not_before: Some(
                contents
                    .private_key_not_before
                    .unwrap_or(contents.not_before),
            ),
            not_after: Some(contents.private_key_not_after.unwrap_or(contents.not_after)),
        };
        extensions.push(Extension::of(
            oid::extension::PRIVATE_KEY_USAGE_PERIOD,
            false,
            &period,
        )?);
    }
    extensions.push(Extension::of(
        oid::extension::CERTIFICATE_POLICIES,
        true,
        &contents.policies,
    )?);
    extensions.push(Extension::of(
        oid::extension::BASIC_CONSTRAINTS,
        true,
        &profile.basic_constraints(),
    )?);
    if let Profile::Root { next, .. } = profile {
        let hashed = HashedRootKey::announcing(next, provider)?;
        extensions.push(Extension::of(
            oid::extension::HASHED_ROOT_KEY,
            true,
            &hashed,
        )?);
    }
    extensions.push(Extension::of(
        oid::extension::CERTIFICATE_TYPE,
        true,
        &profile.certificate_type(),
    )?);
    match profile {
        Profile::Merchant { data, .. } => {
            extensions.push(Extension::of(oid::extension::MERCHANT_DATA, false, data)?);
        }
        Profile::GatewayEncryption {
            card_cert_required,
            tunneling,
            ..
        } => {
            extensions.push(Extension::of(
                oid::extension::CARD_CERT_REQUIRED,
                false,
                card_cert_required,
            )?);
            if let Some(tunneling) = tunneling {
                extensions.push(Extension::of(oid::extension::TUNNELING, false, tunneling)?);
            }
        }
        _ => {}
    }
    if let Profile::GatewaySignature { set_extensions }
    | Profile::GatewayEncryption { set_extensions, .. } = profile
        && let Some(list) = set_extensions
    {
        extensions.push(Extension::of(oid::extension::SET_EXTENSIONS, false, list)?);
    }
    Ok(extensions)
}

impl Profile {
    /// The CertificateType.
    #[must_use]
    pub fn certificate_type(&self) -> CertificateType {
        match self {
            Self::Root { .. } => CertificateType::RCA,
            Self::Ca {
                certificate_type, ..
            } => *certificate_type,
            Self::Cardholder => CertificateType::CARD,
            Self::Merchant { .. } => CertificateType::MER,
            Self::GatewaySignature { .. } | Self::GatewayEncryption { .. } => CertificateType::PGWY,
        }
    }

    /// The keyUsage.
    #[must_use]
    pub fn key_usage(&self) -> KeyUsage {
        match self {
            Self::Root { .. }
            | Self::Ca {
                key: CaKey::CertAndCrlSigning { .. },
                ..
            } => KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN),
            Self::Ca { key, .. } => match key {
                CaKey::CertSigning { .. } | CaKey::CertAndCrlSigning { .. } => {
                    KeyUsage::KEY_CERT_SIGN
                }
                CaKey::CrlSigning => KeyUsage::CRL_SIGN,
                CaKey::MessageSigning => KeyUsage::DIGITAL_SIGNATURE,
                CaKey::Encryption => ENCRYPTION,
            },
            Self::Cardholder
            | Self::GatewaySignature { .. }
            | Self::Merchant {
                key: EntityKey::Signature,
                ..
            } => KeyUsage::DIGITAL_SIGNATURE,
            Self::GatewayEncryption { .. }
            | Self::Merchant {
                key: EntityKey::Encryption,
                ..
            } => ENCRYPTION,
        }
    }

    /// The basicConstraints: cA is TRUE exactly for keys that sign certificates.
    #[must_use]
    pub fn basic_constraints(&self) -> BasicConstraints {
        match self {
            Self::Root { path_len, .. }
            | Self::Ca {
                key: CaKey::CertSigning { path_len } | CaKey::CertAndCrlSigning { path_len },
                ..
            } => BasicConstraints::ca(*path_len),
            _ => BasicConstraints::END_ENTITY,
        }
    }
}

const SIGNING: KeyUsage = KeyUsage::DIGITAL_SIGNATURE
    .and(KeyUsage::KEY_CERT_SIGN)
    .and(KeyUsage::CRL_SIGN);

const ENCRYPTION: KeyUsage = KeyUsage::KEY_ENCIPHERMENT.and(KeyUsage::DATA_ENCIPHERMENT);
