//! A whole brand for tests: root, CAs, one of each end entity, CRLs and BCI.
//!
//! Made once per process with fixed keys and a fixed clock, so its octets are the same in
//! every run.

use std::sync::OnceLock;

use set_core::asn1::{self, Date, Raw, SeqOf};
use set_core::crypto::{CryptoError, CryptoProvider, KeyRules, PrivateKey};
use set_core::msg::ids::{Bin, BrandId, CountryCode, MerchantId};
use set_core::pkcs7::SerialNumber;
use set_core::secret::{CardExpiry, CardSecret, Pan, PanSecret};
use set_core::x509::bci::{BciContents, CrlIdentifier};
use set_core::x509::build::{
    CaKey, CertificateContents, EntityKey, Profile, issue, root_policy, self_sign,
};
use set_core::x509::certificate::{SignedCertificate, TbsCertificate};
use set_core::x509::crl::{CrlContents, CrlReason, Revoked, SignedCrl, TbsCertList};
use set_core::x509::ext::{CertificateType, MerNames, MerchantData, SetQualifier, Tunneling};
use set_core::x509::name::unique_cardholder_id;
use set_core::x509::{BrandCrlIdentifier, Certificate, Crl, SetName, X509Error};

use crate::clock::noon;
use crate::{Deterministic, Quick};

/// A certificate and its private key.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The certificate.
    pub certificate: Certificate,
    /// The key.
    pub key: PrivateKey,
}

/// A CA for end entities.
#[derive(Clone, Debug)]
pub struct LeafCa {
    /// Signs certificates.
    pub cert_signing: Issued,
    /// Signs CRLs; the merchant CA has a key of its own for that, the others do not.
    pub crl_signing: Issued,
    /// Signs messages.
    pub message_signing: Issued,
    /// Receives envelopes.
    pub encryption: Issued,
    /// Its CRL, number 1, on which nothing is.
    pub crl: Crl,
}

/// The brand `Orchard`.
#[derive(Debug)]
pub struct Hierarchy {
    /// 2048 bits.
    pub root: Issued,
    /// The next root's key, which the root announces. 2048 bits.
    pub next_root_key: PrivateKey,
    /// The brand CA; signs certificates, CRLs and the BCI.
    pub brand_ca: Issued,
    /// The cardholder CA.
    pub cca: LeafCa,
    /// The merchant CA.
    pub mca: LeafCa,
    /// The gateway CA.
    pub pca: LeafCa,
    /// A cardholder, whose account is that of [`Card`].
    pub cardholder: Issued,
    /// The cardholder's account.
    pub card: Card,
    /// A merchant's signature key.
    pub merchant_signature: Issued,
    /// The merchant's encryption key.
    pub merchant_encryption: Issued,
    /// A gateway's signature key.
    pub gateway_signature: Issued,
    /// The gateway's encryption key.
    pub gateway_encryption: Issued,
    /// The CRLs of root, brand CA, merchant CA and gateway CA, number 1 each.
    pub crls: Vec<Crl>,
    /// The BCI, sequence number 1, which names those CRLs.
    pub bci: BrandCrlIdentifier,
}

/// The account behind the cardholder's certificate.
#[derive(Debug)]
pub struct Card {
    /// 4111111111111111
    pub pan: Pan,
    /// December 1999
    pub expiry: CardExpiry,
    /// The secret that the certificate's common name depends on.
    pub pan_secret: PanSecret,
}

/// The one hierarchy of this process.
///
/// # Panics
///
/// When it cannot be made, which is a bug of this crate or of set-core.
#[must_use]
#[expect(clippy::expect_used, reason = "a test kit may stop the test")]
pub fn hierarchy() -> &'static Hierarchy {
    static HIERARCHY: OnceLock<Hierarchy> = OnceLock::new();
    HIERARCHY
        .get_or_init(|| make(&Deterministic::seeded(1997)).expect("the test hierarchy can be made"))
}

impl Hierarchy {
    /// The same brand with keys of [`Quick`], which a provider of that kind verifies.
    ///
    /// # Panics
    ///
    /// As [`hierarchy`].
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test kit may stop the test")]
    pub fn quick() -> Self {
        make(&Quick::seeded(1997)).expect("the test hierarchy can be made")
    }

    /// Every certificate that is not a root's, in no particular order.
    #[must_use]
    pub fn certificates(&self) -> Vec<Certificate> {
        let cas = [&self.cca, &self.mca, &self.pca]
            .into_iter()
            .flat_map(|ca| {
                [
                    &ca.cert_signing,
                    &ca.crl_signing,
                    &ca.message_signing,
                    &ca.encryption,
                ]
            });
        let entities = [
            &self.brand_ca,
            &self.cardholder,
            &self.merchant_signature,
            &self.merchant_encryption,
            &self.gateway_signature,
            &self.gateway_encryption,
        ];
        let mut all: Vec<Certificate> = Vec::new();
        for issued in cas.chain(entities) {
            if !all.contains(&issued.certificate) {
                all.push(issued.certificate.clone());
            }
        }
        all
    }
}

/// Contents for a certificate of the brand that holds from a month before [`noon`] until a
/// year after.
///
/// # Errors
///
/// [`X509Error`] when `serial` or `profile` cannot be.
pub fn contents(
    serial: u32,
    subject: SetName,
    key: &PrivateKey,
    profile: Profile,
) -> Result<CertificateContents, X509Error> {
    Ok(CertificateContents {
        serial_number: SerialNumber::new(&serial.to_be_bytes())?,
        subject,
        public_key: key.public_key().clone(),
        not_before: noon().minus(30 * DAY),
        not_after: noon().plus(365 * DAY),
        private_key_not_before: None,
        private_key_not_after: None,
        policies: root_policy(SetQualifier::default())?,
        profile,
    })
}

/// The certificate with its contents altered and signed anew with `issuer_key`: for
/// certificates that no honest builder makes.
///
/// # Errors
///
/// [`X509Error`] when the result does not parse.
pub fn altered(
    certificate: &Certificate,
    issuer_key: &PrivateKey,
    alter: impl FnOnce(&mut TbsCertificate),
) -> Result<Certificate, X509Error> {
    let octets = altered_octets(certificate, issuer_key, alter)?;
    Certificate::parse(&octets, &KeyRules::default())
}

/// As [`altered`], whether the result parses or not.
///
/// # Errors
///
/// [`X509Error::Encode`] when the contents have no DER.
pub fn altered_octets(
    certificate: &Certificate,
    issuer_key: &PrivateKey,
    alter: impl FnOnce(&mut TbsCertificate),
) -> Result<Vec<u8>, X509Error> {
    let provider = Deterministic::seeded(0);
    let mut tbs = certificate.wire().to_be_signed.clone().into_value();
    alter(&mut tbs);
    let to_be_signed = Raw::new(tbs)?;
    let digest = provider.sha1(&[to_be_signed.octets()]);
    let signature = issuer_key
        .sign_sha1(&provider, &digest)
        .map_err(X509Error::Provider)?;
    Ok(asn1::encode(&SignedCertificate {
        to_be_signed,
        signature_algorithm: certificate.wire().signature_algorithm.clone(),
        signature: der::asn1::BitString::from_bytes(&signature).map_err(asn1::EncodeError::from)?,
    })?)
}

/// The certificate with its contents altered under the signature that it has, which no
/// longer fits.
///
/// # Errors
///
/// [`X509Error`] when the result does not parse.
pub fn forged(
    certificate: &Certificate,
    alter: impl FnOnce(&mut TbsCertificate),
) -> Result<Certificate, X509Error> {
    let mut tbs = certificate.wire().to_be_signed.clone().into_value();
    alter(&mut tbs);
    let octets = asn1::encode(&SignedCertificate {
        to_be_signed: Raw::new(tbs)?,
        ..certificate.wire().clone()
    })?;
    Certificate::parse(&octets, &KeyRules::default())
}

/// The certificate with the last octet of its signature altered.
///
/// # Errors
///
/// [`X509Error`] when the result does not parse.
pub fn forged_signature(certificate: &Certificate) -> Result<Certificate, X509Error> {
    let mut octets = certificate.octets().to_vec();
    if let Some(last) = octets.last_mut() {
        *last ^= 1;
    }
    Certificate::parse(&octets, &KeyRules::default())
}

/// The CRL with its contents altered under the signature that it has, which no longer fits.
///
/// # Errors
///
/// [`X509Error`] when the result does not parse.
pub fn forged_crl(crl: &Crl, alter: impl FnOnce(&mut TbsCertList)) -> Result<Crl, X509Error> {
    let mut list = crl.wire().to_be_signed.clone().into_value();
    alter(&mut list);
    let octets = asn1::encode(&SignedCrl {
        to_be_signed: Raw::new(list)?,
        ..crl.wire().clone()
    })?;
    Crl::parse(&octets)
}

/// What the merchant of the hierarchy is.
///
/// # Errors
///
/// Never in practice.
pub fn merchant_data() -> Result<MerchantData, X509Error> {
    Ok(MerchantData {
        mer_id: MerchantId::new("MER-0001")?,
        mer_acquirer_bin: Bin::new("455555")?,
        mer_name_seq: SeqOf::<_, 1, 32>::one(MerNames {
            language: None,
            name: "Corner Books".parse()?,
            city: "Springfield".parse()?,
            state_province: None,
            postal_code: None,
            country_name: "USA".parse()?,
        }),
        mer_country: CountryCode::new(840)?,
        mer_auth_flag: false,
    })
}

/// Contents of a CRL of the brand: in force since a day before [`noon`], for 30 days more.
#[must_use]
pub fn crl_contents(number: u64, revoked: Vec<(SerialNumber, Date)>) -> CrlContents {
    CrlContents {
        number,
        this_update: noon().minus(DAY),
        next_update: noon().plus(30 * DAY),
        revoked: revoked
            .into_iter()
            .map(|(serial_number, since)| Revoked {
                serial_number,
                since,
                reason: CrlReason::Unspecified,
            })
            .collect(),
    }
}

/// Contents of a BCI of the brand that names `crls`, with validity as [`crl_contents`] has.
///
/// # Errors
///
/// Never in practice.
pub fn bci_contents(sequence_num: u64, crls: &[Crl]) -> Result<BciContents, X509Error> {
    Ok(BciContents {
        sequence_num,
        brand_id: BrandId::new(BRAND)?,
        not_before: noon().minus(DAY),
        not_after: noon().plus(30 * DAY),
        crls: crls
            .iter()
            .map(|crl| CrlIdentifier {
                issuer_name: crl.issuer().clone(),
                crl_number: crl.number(),
            })
            .collect(),
    })
}

/// The CRL with which a CA takes these certificates back at [`noon`], and the BCI that names it.
///
/// # Errors
///
/// [`X509Error`] never, as long as the hierarchy is good.
pub fn taken_back(
    ca: &LeafCa,
    serials: Vec<SerialNumber>,
) -> Result<(Crl, BrandCrlIdentifier), X509Error> {
    let all = hierarchy();
    let provider = Deterministic::seeded(5);
    let revoked = serials.into_iter().map(|serial| (serial, noon())).collect();
    let issuer = &ca.crl_signing;
    let contents = crl_contents(2, revoked);
    let crl = Crl::sign(&contents, &issuer.certificate, &issuer.key, &provider)?;
    let mut crls = all.crls.clone();
    crls.retain(|held| held.issuer() != crl.issuer());
    crls.push(crl.clone());
    let brand_ca = &all.brand_ca;
    let contents = bci_contents(2, &crls)?;
    let bci = BrandCrlIdentifier::sign(contents, &brand_ca.certificate, &brand_ca.key, &provider)?;
    Ok((crl, bci))
}

/// A name of the brand with an organizational unit.
///
/// # Errors
///
/// [`X509Error::Name`] when the unit is too long.
pub fn brand_name(unit: Option<&str>) -> Result<SetName, X509Error> {
    let name = SetName::new("US", BRAND)?;
    match unit {
        Some(unit) => name.with_unit(unit),
        None => Ok(name),
    }
}

fn make(provider: &dyn CryptoProvider) -> Result<Hierarchy, X509Error> {
    let key = |bits| generate(provider, bits);
    let (root_key, next_root_key) = (key(2048)?, key(2048)?);
    let root_profile = Profile::Root {
        next: next_root_key.public_key().clone(),
        path_len: 3,
    };
    let mut root_contents = contents(1, SetName::new("US", "SET Root")?, &root_key, root_profile)?;
    root_contents.policies = root_policy(SetQualifier::terse("For tests only.")?)?;
    root_contents.not_after = noon().plus(10 * 365 * DAY);
    let root = Issued {
        certificate: self_sign(&root_contents, &root_key, provider)?,
        key: root_key,
    };
    let mut serials = 100..;
    let mut certify = |issuer: &Issued, subject: SetName, profile: Profile| {
        let key = generate(provider, 1024)?;
        let serial = serials.next().unwrap_or_default();
        let contents = contents(serial, subject, &key, profile)?;
        let certificate = issue(&contents, &issuer.certificate, &issuer.key, provider)?;
        Ok::<_, X509Error>(Issued { certificate, key })
    };
    let ca = |certificate_type, key| Profile::Ca {
        certificate_type,
        key,
    };
    let brand_ca = certify(
        &root,
        brand_name(None)?,
        ca(
            CertificateType::BCA,
            CaKey::CertAndCrlSigning { path_len: 2 },
        ),
    )?;
    let mut leaf_ca = |kind, unit: &str, separate| {
        let name = brand_name(Some(unit))?;
        let mut certify = |key| certify(&brand_ca, name.clone(), ca(kind, key));
        let (cert_signing, crl_signing) = if separate {
            (
                certify(CaKey::CertSigning { path_len: 0 })?,
                certify(CaKey::CrlSigning)?,
            )
        } else {
            let both = certify(CaKey::CertAndCrlSigning { path_len: 0 })?;
            (both.clone(), both)
        };
        let crl = Crl::sign(
            &crl_contents(1, Vec::new()),
            &crl_signing.certificate,
            &crl_signing.key,
            provider,
        )?;
        Ok::<_, X509Error>(LeafCa {
            cert_signing,
            crl_signing,
            message_signing: certify(CaKey::MessageSigning)?,
            encryption: certify(CaKey::Encryption)?,
            crl,
        })
    };
    let cca = leaf_ca(CertificateType::CCA, "Orchard Cardholder CA", false)?;
    let mca = leaf_ca(CertificateType::MCA, "Orchard Merchant CA", true)?;
    let pca = leaf_ca(CertificateType::PCA, "Orchard Gateway CA", false)?;

    let card = card()?;
    let id = unique_cardholder_id(&card.pan, &card.expiry, &card.pan_secret, provider)?;
    let cardholder = certify(
        &cca.cert_signing,
        brand_name(Some("First Bank"))?.with_common_name(id)?,
        Profile::Cardholder,
    )?;
    let shop = brand_name(Some("Merchant Bank"))?.with_common_name("Corner Books")?;
    let mut merchant = |key| {
        let data = merchant_data()?;
        let profile = Profile::Merchant { key, data };
        certify(&mca.cert_signing, shop.clone(), profile)
    };
    let merchant_signature = merchant(EntityKey::Signature)?;
    let merchant_encryption = merchant(EntityKey::Encryption)?;
    let gateway = brand_name(Some("Merchant Bank"))?.with_common_name("gateway-1")?;
    let gateway_signature = certify(
        &pca.cert_signing,
        gateway.clone(),
        Profile::GatewaySignature {
            set_extensions: None,
        },
    )?;
    let gateway_encryption = certify(
        &pca.cert_signing,
        gateway,
        Profile::GatewayEncryption {
            card_cert_required: true,
            tunneling: Some(Tunneling {
                tunneling: true,
                tunnel_alg_ids: SeqOf::<_, 1>::one(asn1::oid::algorithm::DES_CBC),
            }),
            set_extensions: None,
        },
    )?;

    let crl = |issuer: &Issued| {
        let contents = crl_contents(1, Vec::new());
        Crl::sign(&contents, &issuer.certificate, &issuer.key, provider)
    };
    let crls = vec![
        crl(&root)?,
        crl(&brand_ca)?,
        mca.crl.clone(),
        pca.crl.clone(),
    ];
    let bci = BrandCrlIdentifier::sign(
        bci_contents(1, &crls)?,
        &brand_ca.certificate,
        &brand_ca.key,
        provider,
    )?;
    Ok(Hierarchy {
        root,
        next_root_key,
        brand_ca,
        cca,
        mca,
        pca,
        cardholder,
        card,
        merchant_signature,
        merchant_encryption,
        gateway_signature,
        gateway_encryption,
        crls,
        bci,
    })
}

fn generate(provider: &dyn CryptoProvider, bits: usize) -> Result<PrivateKey, X509Error> {
    provider.generate_rsa(bits).map_err(X509Error::Provider)
}

fn card() -> Result<Card, X509Error> {
    let bad = |_| {
        X509Error::Provider(CryptoError::Provider {
            operation: "make the test card",
            reason: "its digits are refused".to_owned(),
        })
    };
    let half = CardSecret::from_octets([0x5c; 20]);
    Ok(Card {
        pan: Pan::new("4111111111111111").map_err(bad)?,
        expiry: CardExpiry::new("199912").map_err(bad)?,
        pan_secret: PanSecret::combine(&half, &[0xa3; 20]),
    })
}

/// The brand's name.
pub const BRAND: &str = "Orchard";

/// Seconds of a day.
pub const DAY: u64 = 86_400;
