//! What a verifier holds, to be spoilt by each test.

use set_core::asn1::{Date, SeqOf};
use set_core::crypto::PrivateKey;
use set_core::path::{ChainError, Material, Purpose, Question, Rule, TrustStore, verify};
use set_core::pkcs7::SerialNumber;
use set_core::policy::Policy;
use set_core::proof::ChainVerified;
use set_core::x509::build::{EntityKey, Profile, issue};
use set_core::x509::certificate::TbsCertificate;
use set_core::x509::crl::CrlContents;
use set_core::x509::extension::Extension;
use set_core::x509::{Brand, BrandCrlIdentifier, Certificate, Crl, SetName};
use set_testkit::Deterministic;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{
    Hierarchy, Issued, altered, bci_contents, contents, hierarchy, merchant_data,
};
use set_testkit::keys::rsa_1024;

/// What a verifier holds.
#[derive(Clone)]
pub(crate) struct Holdings {
    pub(crate) roots: TrustStore,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) crls: Vec<Crl>,
    pub(crate) bci: Option<BrandCrlIdentifier>,
    pub(crate) policy: Policy,
    pub(crate) at: Date,
}

impl Holdings {
    pub(crate) fn all() -> Self {
        let brand = hierarchy();
        Self {
            roots: TrustStore::new(vec![brand.root.certificate.clone()]),
            certificates: brand.certificates(),
            crls: brand.crls.clone(),
            bci: Some(brand.bci.clone()),
            policy: Policy::default(),
            at: noon(),
        }
    }

    pub(crate) fn with(mut self, certificate: &Certificate) -> Self {
        self.certificates.push(certificate.clone());
        self
    }

    pub(crate) fn without(mut self, certificate: &Certificate) -> Self {
        self.certificates.retain(|held| held != certificate);
        self
    }

    /// The same with `crl` in place of its issuer's others.
    pub(crate) fn with_crl(mut self, crl: Crl) -> Self {
        self.crls.retain(|held| held.issuer() != crl.issuer());
        self.crls.push(crl);
        self
    }

    pub(crate) fn verify(
        &self,
        certificate: &Certificate,
        purpose: Purpose,
    ) -> Result<ChainVerified, ChainError> {
        self.verify_brand(certificate, purpose, None)
    }

    pub(crate) fn verify_brand(
        &self,
        certificate: &Certificate,
        purpose: Purpose,
        brand: Option<&Brand>,
    ) -> Result<ChainVerified, ChainError> {
        let provider = Deterministic::seeded(1);
        let question = self.question(certificate, purpose, brand);
        verify(&provider, &self.policy, &self.material(), &question)
    }

    pub(crate) fn material(&self) -> Material<'_> {
        Material {
            roots: &self.roots,
            certificates: &self.certificates,
            crls: &self.crls,
            bci: self.bci.as_ref(),
        }
    }

    pub(crate) fn question<'a>(
        &self,
        certificate: &'a Certificate,
        purpose: Purpose,
        brand: Option<&'a Brand>,
    ) -> Question<'a> {
        Question {
            certificate,
            purpose,
            brand,
            at: self.at,
        }
    }

    /// The rule that a merchant's signature certificate breaks, and whose certificate does.
    pub(crate) fn refused(&self, certificate: &Certificate) -> (Rule, SerialNumber) {
        let error = self
            .verify(certificate, Purpose::MerchantSignature)
            .unwrap_err();
        (error.rule, error.certificate.pointer.serial_number)
    }

    pub(crate) fn rule(&self, certificate: &Certificate) -> Rule {
        self.refused(certificate).0
    }
}

pub(crate) fn merchant() -> &'static Certificate {
    &hierarchy().merchant_signature.certificate
}

/// The merchant's certificate with something altered and signed anew by the merchant CA.
pub(crate) fn altered_merchant(alter: impl FnOnce(&mut TbsCertificate)) -> Certificate {
    altered(merchant(), &hierarchy().mca.cert_signing.key, alter).unwrap()
}

pub(crate) fn without_extension(tbs: &mut TbsCertificate, extn_id: der::asn1::ObjectIdentifier) {
    let kept = tbs
        .extensions
        .iter()
        .filter(|extension| extension.extn_id != extn_id)
        .cloned()
        .collect();
    tbs.extensions = SeqOf::new(kept).unwrap();
}

pub(crate) fn with_extension(tbs: &mut TbsCertificate, extension: Extension) {
    without_extension(tbs, extension.extn_id);
    let mut extensions = tbs.extensions.clone().into_vec();
    extensions.push(extension);
    tbs.extensions = SeqOf::new(extensions).unwrap();
}

/// A key that no certificate of the hierarchy has.
pub(crate) fn spare_key(number: usize) -> PrivateKey {
    rsa_1024(31 - number).unwrap()
}

pub(crate) fn certify(issuer: &Issued, serial: u32, subject: SetName, profile: Profile) -> Issued {
    let key = spare_key(usize::try_from(serial % 10).unwrap());
    let contents = contents(serial, subject, &key, profile).unwrap();
    let provider = Deterministic::seeded(2);
    Issued {
        certificate: issue(&contents, &issuer.certificate, &issuer.key, &provider).unwrap(),
        key,
    }
}

pub(crate) fn merchant_profile() -> Profile {
    Profile::Merchant {
        key: EntityKey::Signature,
        data: merchant_data().unwrap(),
    }
}

pub(crate) fn sign_crl(contents: &CrlContents, signer: &Issued) -> Crl {
    let provider = Deterministic::seeded(3);
    Crl::sign(contents, &signer.certificate, &signer.key, &provider).unwrap()
}

pub(crate) fn sign_bci(sequence_num: u64, crls: &[Crl], brand: &Hierarchy) -> BrandCrlIdentifier {
    BrandCrlIdentifier::sign(
        bci_contents(sequence_num, crls).unwrap(),
        &brand.brand_ca.certificate,
        &brand.brand_ca.key,
        &Deterministic::seeded(4),
    )
    .unwrap()
}
