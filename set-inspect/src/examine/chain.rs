//! Chains of certificates, and the signatures of CRLs and BCIs.

use set_core::asn1::Date;
use set_core::crypto::KeyRules;
use set_core::path::{self, Material, Purpose, Question, Rule};
use set_core::policy::Policy;
use set_core::x509::ext::{CertificateType, KeyUsage};
use set_core::x509::{BrandCrlIdentifier, Certificate, Crl, X509Error};

use super::{Check, Item};
use crate::evidence::called;
use crate::finding::{Finding, Place, Verdict};
use crate::layer::Layer;

/// The chain of somebody who signed a message.
pub(super) fn signer(
    check: &Check<'_>,
    item: &Item,
    certificate: &Certificate,
    place: Place,
) -> Finding {
    judge(check, certificate, place, item.at)
}

/// The chain of a certificate that is looked at for itself.
pub(super) fn certificate(
    check: &Check<'_>,
    item: &Item,
    layer: &Layer,
    findings: &mut Vec<Finding>,
) {
    let place = Place {
        layer: 0,
        offset: 0,
    };
    if let Ok(certificate) = Certificate::parse(layer.octets(), &KeyRules::default()) {
        findings.push(judge(check, &certificate, place, item.at));
    }
}

/// The certificate above one: whose key verifies it, or else one of its issuer's name.
pub(super) fn issuer_of<'a>(check: &'a Check<'_>, octets: &[u8]) -> Option<&'a Certificate> {
    let certificate = Certificate::parse(octets, &KeyRules::default()).ok()?;
    let all = || {
        let evidence = check.evidence;
        let all = evidence.certificates().iter();
        all.chain(evidence.roots().roots())
            .filter(|one| one.subject() == certificate.issuer())
    };
    all()
        .find(|one| {
            certificate
                .verify_signature(one.public_key(), check.crypto)
                .is_ok()
        })
        .or_else(|| all().next())
}

/// The signatures of the certificates that a message encloses. Whether their chains hold is
/// judged for those who sign.
pub(super) fn enclosed(
    check: &Check<'_>,
    layer: &Layer,
    index: usize,
    findings: &mut Vec<Finding>,
) {
    for node in layer
        .of_type("Certificate")
        .filter(|node| node.name.starts_with('['))
    {
        let Some(der) = layer.der_of(node) else {
            continue;
        };
        let place = Place {
            layer: index,
            offset: node.offset,
        };
        let (what, outcome) = match Certificate::parse(&der, &KeyRules::default()) {
            Err(error) => (
                "certificate".to_owned(),
                (Verdict::Misfit, format!("is refused: {error}")),
            ),
            Ok(certificate) => {
                let issuers = signers(check, |one| one.subject() == certificate.issuer());
                let outcome = verdict(&issuers, |one| {
                    certificate.verify_signature(one.public_key(), check.crypto)
                });
                (format!("certificate {}", called(&certificate)), outcome)
            }
        };
        findings.push(list(what, place, outcome));
    }
}

/// The signatures of the CRLs and BCIs of a layer.
pub(super) fn lists(check: &Check<'_>, layer: &Layer, index: usize, findings: &mut Vec<Finding>) {
    let place = |offset| Place {
        layer: index,
        offset,
    };
    for node in layer.of_type("CertificateList") {
        let Some(der) = layer.der_of(node) else {
            continue;
        };
        let crl = match Crl::parse(&der) {
            Ok(crl) => crl,
            Err(error) => {
                let outcome = (Verdict::Misfit, format!("is refused: {error}"));
                findings.push(list("CRL".into(), place(node.offset), outcome));
                continue;
            }
        };
        let named = crl
            .authority_key_identifier()
            .and_then(|identifier| identifier.signer());
        let signers = signers(check, |one| match &named {
            Some(named) => one.issuer_and_serial_number() == named,
            None => one.subject() == crl.issuer(),
        });
        let what = format!("CRL {} by {}", crl.number(), crl.issuer());
        let outcome = verdict(&signers, |one| {
            crl.verify_signature(one.public_key(), check.crypto)
        });
        findings.push(list(what, place(node.offset), outcome));
    }
    for node in layer.of_type("BrandCRLIdentifier") {
        let Some(bci) = layer.decode::<BrandCrlIdentifier>(node) else {
            continue;
        };
        let named = bci
            .authority_key_identifier()
            .and_then(|identifier| identifier.signer());
        let signers = signers(check, |one| match &named {
            Some(named) => one.issuer_and_serial_number() == named,
            None => one
                .extensions()
                .certificate_type
                .contains(CertificateType::BCA),
        });
        let list_of = &bci.to_be_signed;
        let what = format!(
            "BrandCRLIdentifier {} of {}",
            list_of.sequence_num, list_of.brand_id
        );
        let outcome = verdict(&signers, |one| bci.verify_signature(one, check.crypto));
        findings.push(list(what, place(node.offset), outcome));
    }
}

fn signers<'a>(check: &'a Check<'_>, fits: impl Fn(&Certificate) -> bool) -> Vec<&'a Certificate> {
    let all = check.evidence.certificates().iter();
    let all = all.chain(check.evidence.roots().roots());
    all.filter(|one| fits(one)).collect()
}

fn verdict(
    signers: &[&Certificate],
    verify: impl Fn(&Certificate) -> Result<(), X509Error>,
) -> (Verdict, String) {
    if signers.is_empty() {
        return (
            Verdict::Open,
            "the certificate of its signer is not at hand".into(),
        );
    }
    match signers.iter().find(|one| verify(one).is_ok()) {
        Some(signer) => (Verdict::Fits, format!("signed by {}", called(signer))),
        None => (Verdict::Misfit, "is not signed by whom it names".into()),
    }
}

fn list(what: String, place: Place, (verdict, found): (Verdict, String)) -> Finding {
    Finding {
        verdict,
        place,
        what,
        found,
    }
}

fn judge(check: &Check<'_>, certificate: &Certificate, place: Place, at: Date) -> Finding {
    let evidence = check.evidence;
    let brand = certificate
        .subject_name()
        .map(|name| name.organization().to_owned())
        .unwrap_or_default();
    let material = Material {
        roots: evidence.roots(),
        certificates: evidence.certificates(),
        crls: evidence.crls(),
        bci: evidence.bci_of(&brand),
    };
    let question = Question {
        certificate,
        purpose: purpose(certificate),
        brand: None,
        at,
    };
    let outcome = path::verify(check.crypto, &Policy::default(), &material, &question);
    let (verdict, found) = match outcome {
        Ok(proof) => {
            let root = proof.chain().last().map_or_else(String::new, called);
            let found = format!("{} certificates up to {root}, at {at}", proof.chain().len());
            (Verdict::Fits, found)
        }
        Err(_) if evidence.roots().roots().is_empty() => (
            Verdict::Open,
            "no root is believed here: name one with --root".into(),
        ),
        Err(error) => {
            let verdict = match error.rule {
                Rule::Missing | Rule::CrlMissing | Rule::BciMissing => Verdict::Open,
                _ => Verdict::Misfit,
            };
            (verdict, format!("at {at}: {error}"))
        }
    };
    Finding {
        verdict,
        place,
        what: format!("chain of {}", called(certificate)),
        found,
    }
}

/// What a certificate is for, as its type and its key's usage say.
fn purpose(certificate: &Certificate) -> Purpose {
    let extensions = certificate.extensions();
    let signs = extensions.key_usage.contains(KeyUsage::DIGITAL_SIGNATURE);
    let table = [
        (
            CertificateType::CARD,
            Purpose::CardholderSignature,
            Purpose::CardholderSignature,
        ),
        (
            CertificateType::MER,
            Purpose::MerchantSignature,
            Purpose::MerchantEncryption,
        ),
        (
            CertificateType::PGWY,
            Purpose::GatewaySignature,
            Purpose::GatewayEncryption,
        ),
        (
            CertificateType::CCA,
            Purpose::CardholderCaSignature,
            Purpose::CardholderCaEncryption,
        ),
        (
            CertificateType::MCA,
            Purpose::MerchantCaSignature,
            Purpose::MerchantCaEncryption,
        ),
        (
            CertificateType::PCA,
            Purpose::GatewayCaSignature,
            Purpose::GatewayCaEncryption,
        ),
    ];
    let encrypts = extensions.key_usage.contains(KeyUsage::KEY_ENCIPHERMENT);
    table
        .iter()
        .find(|(one, ..)| extensions.certificate_type.contains(*one))
        .filter(|_| signs || encrypts)
        .map_or(Purpose::CaCrl, |(_, signature, encryption)| match signs {
            true => *signature,
            false => *encryption,
        })
}
