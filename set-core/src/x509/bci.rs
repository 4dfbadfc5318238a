//! BrandCRLIdentifier (BCI): the list of every CRL in force in a brand.

use der::asn1::BitString;

use crate::asn1::{Date, Raw, SeqOf, oid};
use crate::crypto::{CryptoProvider, PrivateKey};
use crate::msg::ids::BrandId;
use crate::pkcs7::{AlgorithmIdentifier, Digest, Name};
use crate::sequence;

use super::certificate::Certificate;
use super::crl::{authority_key_identifier, check_signer};
use super::ext::{AuthorityKeyIdentifier, CertificateType, KeyUsage};
use super::extension::Extensions;
use super::{Brand, X509Error, signed};

sequence! {
    /// The list, signed by the brand CA.
    ///
    /// ```text
    /// BrandCRLIdentifier ::= SEQUENCE {
    ///   toBeSigned           UnsignedBrandCRLIdentifier,
    ///   signatureAlgorithm   AlgorithmIdentifier,
    ///   signature            BIT STRING
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BrandCrlIdentifier = "BrandCRLIdentifier" {
        /// The list.
        to_be_signed: Raw<UnsignedBrandCrlIdentifier> = "toBeSigned",
        /// sha1WithRSAEncryption.
        signature_algorithm: AlgorithmIdentifier = "signatureAlgorithm",
        /// Over the DER of the list.
        signature: BitString = "signature",
    }
}

sequence! {
    /// The list itself.
    ///
    /// ```text
    /// UnsignedBrandCRLIdentifier ::= SEQUENCE {
    ///   version            INTEGER { bVer1(0) },
    ///   sequenceNum        INTEGER (0..MAX),
    ///   brandID            BrandID,
    ///   bciNotBefore       Date,
    ///   bciNotAfter        Date,
    ///   crlIdentifierSeq   [0] SEQUENCE SIZE(1..MAX) OF CRLIdentifier OPTIONAL,
    ///   bCRLExtensions     [1] Extensions
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct UnsignedBrandCrlIdentifier = "UnsignedBrandCRLIdentifier" {
        /// 0.
        version: BciVersion = "version",
        /// Grows with every new list of the brand.
        sequence_num: u64 = "sequenceNum",
        /// The brand.
        brand_id: BrandId = "brandID",
        /// From when the list holds.
        bci_not_before: Date = "bciNotBefore",
        /// Until when it holds.
        bci_not_after: Date = "bciNotAfter",
        /// The CRLs in force.
        crl_identifier_seq: Option<SeqOf<CrlIdentifier>> = "crlIdentifierSeq" [implicit 0 optional],
        /// authorityKeyIdentifier of the signing key, at least.
        b_crl_extensions: Extensions = "bCRLExtensions" [implicit 1],
    }
}

crate::integer! {
    /// ```text
    /// INTEGER { bVer1(0) }
    /// ```
    pub struct BciVersion(u8) = "version", 0..=0, "version 0";
}

impl BciVersion {
    /// Version 1, whose number is 0.
    pub const VER1: Self = Self(0);
}

sequence! {
    /// Names one CRL in force.
    ///
    /// ```text
    /// CRLIdentifier ::= SEQUENCE {
    ///   issuerName  Name,
    ///   crlNumber   INTEGER (0..MAX)
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CrlIdentifier = "CRLIdentifier" {
        /// Whose.
        issuer_name: Name = "issuerName",
        /// Its CRLNumber.
        crl_number: u64 = "crlNumber",
    }
}

/// What goes into a new list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BciContents {
    /// Its number, higher than that of the one before.
    pub sequence_num: u64,
    /// The brand.
    pub brand_id: BrandId,
    /// From when it holds.
    pub not_before: Date,
    /// Until when it holds.
    pub not_after: Date,
    /// Every CRL in force in the brand.
    pub crls: Vec<CrlIdentifier>,
}

impl BrandCrlIdentifier {
    /// Makes and signs a list. `signer` is the brand CA's certificate for CRL signing.
    ///
    /// # Errors
    ///
    /// [`X509Error::WrongKey`] and [`X509Error::SignerUsage`] when key or certificate are
    /// not for that, [`X509Error::Provider`] when the key fails.
    pub fn sign(
        contents: BciContents,
        signer: &Certificate,
        key: &PrivateKey,
        provider: &dyn CryptoProvider,
    ) -> Result<Self, X509Error> {
        check_signer(signer, key, "BrandCRLIdentifier")?;
        let to_be_signed = Raw::new(UnsignedBrandCrlIdentifier {
            version: BciVersion::VER1,
            sequence_num: contents.sequence_num,
            brand_id: contents.brand_id,
            bci_not_before: contents.not_before,
            bci_not_after: contents.not_after,
            crl_identifier_seq: match contents.crls.is_empty() {
                true => None,
                false => Some(SeqOf::new(contents.crls)?),
            },
            b_crl_extensions: SeqOf::<_, 1>::one(authority_key_identifier(signer)?),
        })?;
        let signature = signed::sign(to_be_signed.octets(), key, provider)?;
        Ok(Self {
            to_be_signed,
            signature_algorithm: signed::algorithm()?,
            signature,
        })
    }

    /// The brand whose CRLs it lists.
    #[must_use]
    pub fn brand(&self) -> Brand {
        Brand::of(&self.to_be_signed.brand_id)
    }

    /// Whether a party that holds `held` should hold this instead: it is newer and of the same
    /// brand, or the first.
    #[must_use]
    pub fn supersedes(&self, held: Option<&Self>) -> bool {
        held.is_none_or(|held| {
            held.brand() == self.brand()
                && held.to_be_signed.sequence_num < self.to_be_signed.sequence_num
        })
    }

    /// SHA-1 of the unsigned list: by this number SET speaks of BCIs.
    #[must_use]
    pub fn thumbprint(&self, provider: &dyn CryptoProvider) -> Digest {
        Digest::new(provider.sha1(&[self.to_be_signed.octets()]))
    }

    /// Checks that `signer` is a brand CA's certificate for CRL signing, of the same brand,
    /// and that its key signed this list. Whether to believe `signer` is for the caller.
    ///
    /// # Errors
    ///
    /// [`X509Error::SignerUsage`], [`X509Error::Signature`], [`X509Error::Algorithm`].
    pub fn verify_signature(
        &self,
        signer: &Certificate,
        provider: &dyn CryptoProvider,
    ) -> Result<(), X509Error> {
        let extensions = signer.extensions();
        let fits = extensions.certificate_type.contains(CertificateType::BCA)
            && extensions.key_usage.contains(KeyUsage::CRL_SIGN)
            && signer
                .subject_name()
                .is_ok_and(|name| name.brand() == self.brand());
        if !fits {
            return Err(X509Error::SignerUsage("BrandCRLIdentifier"));
        }
        signed::check_algorithm(&self.signature_algorithm)?;
        signed::verify(
            self.to_be_signed.octets(),
            &self.signature,
            signer.public_key(),
            provider,
        )
    }

    /// The certificate that signed it, as far as it says.
    #[must_use]
    pub fn authority_key_identifier(&self) -> Option<AuthorityKeyIdentifier> {
        self.to_be_signed
            .b_crl_extensions
            .iter()
            .find(|extension| extension.extn_id == oid::extension::AUTHORITY_KEY_IDENTIFIER)
            .and_then(|extension| {
                super::certificate::value(extension, "authorityKeyIdentifier").ok()
            })
    }

    /// Whether it has a critical extension that SET does not know.
    #[must_use]
    pub fn has_unknown_critical(&self) -> bool {
        self.to_be_signed.b_crl_extensions.iter().any(|extension| {
            extension.critical && extension.extn_id != oid::extension::AUTHORITY_KEY_IDENTIFIER
        })
    }

    /// The CRLs in force.
    pub fn crls(&self) -> impl Iterator<Item = &CrlIdentifier> {
        self.to_be_signed.crl_identifier_seq.iter().flatten()
    }

    /// The number of an issuer's CRL in force; none if it has none.
    #[must_use]
    pub fn number_of(&self, issuer: &Name) -> Option<u64> {
        self.crls()
            .filter(|listed| listed.issuer_name == *issuer)
            .map(|listed| listed.crl_number)
            .max()
    }
}
