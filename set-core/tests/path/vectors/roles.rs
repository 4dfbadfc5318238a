//! Rule 6: who may be what, and who may certify whom.

use set_core::asn1::oid;
use set_core::path::Purpose;
use set_core::x509::Certificate;
use set_core::x509::ext::CertificateType;
use set_core::x509::extension::Extension;
use set_testkit::hierarchy::{altered, hierarchy};

use super::draft::{Draft, Verdict};
use super::line::{Level, Line};
use crate::rig::with_extension;

fn says(value: CertificateType) -> Extension {
    Extension::of(oid::extension::CERTIFICATE_TYPE, true, &value).unwrap()
}

pub(crate) fn drafts() -> Vec<Draft> {
    let mut all = every_role();
    let rule = "certificateType";
    type T = CertificateType;
    for (id, merchant) in [
        ("none", T::empty()),
        ("cardholder", T::CARD),
        ("gateway", T::PGWY),
        ("acquirer", T::ACQ),
        ("merchant-and-gateway", T::MER.and(T::PGWY)),
        ("ca", T::MCA),
    ] {
        all.push(
            Line::honest()
                .extend(Level::Merchant, says(merchant))
                .refuse(
                    &format!("merchant-ca-certifies-{id}"),
                    &format!("A merchant CA certified the type \"{merchant}\"."),
                    rule,
                    Level::Merchant,
                ),
        );
    }
    let shared = T::CCA.and(T::MCA).and(T::PCA);
    // Its key for CRLs is certified as what the CA is.
    let brand = hierarchy();
    let signer = altered(
        &brand.mca.crl_signing.certificate,
        &brand.brand_ca.key,
        |tbs| {
            with_extension(tbs, says(shared));
        },
    );
    let mut line = Line::honest().extend(Level::MerchantCa, says(shared));
    line.others = vec![signer.unwrap()];
    all.push(line.accept(
        "shared-ca",
        "One CA for cardholders, merchants and gateways.",
    ));
    all.push(
        Line::honest()
            .extend(Level::MerchantCa, says(shared))
            .refuse(
                "shared-ca-crl-signer",
                "The key that signed the CRL is certified as another kind of CA.",
                "revocationSignature",
                Level::MerchantCa,
            ),
    );
    all.push(
        Line::honest()
            .extend(Level::MerchantCa, says(shared))
            .extend(Level::Merchant, says(T::MER.and(T::PGWY)))
            .refuse(
                "shared-ca-certifies-two-in-one",
                "A CA that may certify both made one certificate of them.",
                rule,
                Level::Merchant,
            ),
    );
    for (id, ca) in [("cca", T::CCA), ("pca", T::PCA), ("gca", T::GCA)] {
        all.push(Line::honest().extend(Level::MerchantCa, says(ca)).refuse(
            &format!("{id}-certifies-merchant"),
            &format!("A CA of type {ca} certified a merchant."),
            rule,
            Level::Merchant,
        ));
    }
    for (id, ca) in [("bca", T::BCA), ("rca", T::RCA), ("none", T::empty())] {
        all.push(Line::honest().extend(Level::MerchantCa, says(ca)).refuse(
            &format!("brand-ca-certifies-{id}"),
            &format!("A brand CA certified the type \"{ca}\"."),
            rule,
            Level::MerchantCa,
        ));
    }
    for (id, ca) in [
        ("gca", T::GCA),
        ("mca", T::MCA),
        ("rca", T::RCA),
        ("bca-and-mca", T::BCA.and(T::MCA)),
    ] {
        all.push(Line::honest().extend(Level::BrandCa, says(ca)).refuse(
            &format!("root-certifies-{id}"),
            &format!("The root certified the type \"{ca}\"."),
            rule,
            Level::BrandCa,
        ));
    }
    for (id, root) in [("bca", T::BCA), ("rca-and-bca", T::RCA.and(T::BCA))] {
        all.push(Line::honest().extend(Level::Root, says(root)).refuse(
            &format!("root-is-{id}"),
            &format!("A self-signed certificate has the type \"{root}\"."),
            rule,
            Level::Root,
        ));
    }
    all
}

/// Every role with its own certificate, and with that of each other role of the same use.
fn every_role() -> Vec<Draft> {
    let all = hierarchy();
    let signing: [(&str, &Certificate, Purpose); 6] = [
        (
            "cardholder",
            &all.cardholder.certificate,
            Purpose::CardholderSignature,
        ),
        (
            "merchant",
            &all.merchant_signature.certificate,
            Purpose::MerchantSignature,
        ),
        (
            "gateway",
            &all.gateway_signature.certificate,
            Purpose::GatewaySignature,
        ),
        (
            "cca",
            &all.cca.message_signing.certificate,
            Purpose::CardholderCaSignature,
        ),
        (
            "mca",
            &all.mca.message_signing.certificate,
            Purpose::MerchantCaSignature,
        ),
        (
            "pca",
            &all.pca.message_signing.certificate,
            Purpose::GatewayCaSignature,
        ),
    ];
    let receiving: [(&str, &Certificate, Purpose); 5] = [
        (
            "merchant",
            &all.merchant_encryption.certificate,
            Purpose::MerchantEncryption,
        ),
        (
            "gateway",
            &all.gateway_encryption.certificate,
            Purpose::GatewayEncryption,
        ),
        (
            "cca",
            &all.cca.encryption.certificate,
            Purpose::CardholderCaEncryption,
        ),
        (
            "mca",
            &all.mca.encryption.certificate,
            Purpose::MerchantCaEncryption,
        ),
        (
            "pca",
            &all.pca.encryption.certificate,
            Purpose::GatewayCaEncryption,
        ),
    ];
    let mut drafts = Vec::new();
    for (what, roles) in [("signs", &signing[..]), ("receives", &receiving[..])] {
        for (held, certificate, own) in roles {
            for (wanted, _, purpose) in roles {
                let mut line = Line::of(certificate, *purpose).with(&[
                    &all.cca.cert_signing.certificate,
                    &all.pca.cert_signing.certificate,
                ]);
                line.crls = all.crls.clone();
                let id = format!("{what}-{held}-as-{wanted}");
                let description = format!("The {held}'s certificate where a {wanted} {what}.");
                let expected = match purpose == own {
                    true => Verdict::Accept,
                    false => Verdict::blame("certificateType", certificate),
                };
                drafts.push(line.draft(&id, &description, expected));
            }
        }
    }
    drafts
}
