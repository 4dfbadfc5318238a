//! CertificateType.

use super::class::LEAF_CAS;
use super::{Findings, Given, Lint};
use crate::asn1::oid::extension::CERTIFICATE_TYPE;
use crate::x509::ext::CertificateType;

pub(super) const RULE: Lint = Lint {
    id: "certificate-type",
    clause: "CertificateType is one type, or several of cca, mca and pca, which the issuer's type may certify",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let types: CertificateType = match given.subject.decode(CERTIFICATE_TYPE) {
        None => return,
        Some(Err(fault)) => return found.error(fault.to_string()),
        Some(Ok(types)) => types,
    };
    if types.is_empty() {
        return found.error("it says nothing");
    }
    let gateways = CertificateType::PGWY.and(CertificateType::ACQ);
    let one = [
        CertificateType::CARD,
        CertificateType::MER,
        CertificateType::GCA,
        CertificateType::BCA,
        CertificateType::RCA,
    ];
    if !one.contains(&types) && !LEAF_CAS.contains(types) && !gateways.contains(types) {
        found.error(format!("nobody is {types}"));
    }
    if given.subject.is_self_issued() {
        if types != CertificateType::RCA {
            found.error("only a root is its own issuer");
        }
    } else if let Some(issuer) = given.issuer
        && !issuer.certificate_type().certifies().contains(types)
    {
        found.error(format!(
            "an issuer of type {} may not certify {types}",
            issuer.certificate_type()
        ));
    }
}
