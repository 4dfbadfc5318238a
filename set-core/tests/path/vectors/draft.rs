//! One case, with what is expected of it.

use set_core::asn1::{self, Limits};
use set_core::crypto::KeyRules;
use set_core::path::{Purpose, verify};
use set_core::x509::{Brand, BrandCrlIdentifier, Certificate};
use set_testkit::Deterministic;

use super::file;
use crate::rig::Holdings;

/// A case as it is written and read.
pub(crate) struct Draft {
    pub(crate) id: String,
    pub(crate) description: String,
    /// Roots, lists, policy and moment. Its certificates are in `certificates`.
    pub(crate) holdings: Holdings,
    /// Certificates at hand that may not parse.
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) end_entity: Vec<u8>,
    pub(crate) purpose: Purpose,
    pub(crate) brand: Option<String>,
    pub(crate) expected: Verdict,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accept,
    Refuse {
        /// One of [`file::RULES`].
        rule: String,
        /// Issuer and number of the certificate at fault; none if it does not parse.
        culprit: Option<(String, String)>,
        /// What the peer is told.
        code: String,
    },
}

impl Verdict {
    pub(crate) fn refuse(rule: &str, culprit: Option<(String, String)>) -> Self {
        let code = match rule {
            "missing" => "missingCertificate",
            "expired" => "expiredCertificate",
            "revoked" => "revokedCertificate",
            _ => "invalidCertificate",
        };
        Self::Refuse {
            rule: rule.to_owned(),
            culprit,
            code: code.to_owned(),
        }
    }

    /// Names the certificate at fault.
    pub(crate) fn blame(rule: &str, culprit: &Certificate) -> Self {
        let pointer = culprit.issuer_and_serial_number();
        let named = (
            pointer.issuer.to_string(),
            pointer.serial_number.to_string(),
        );
        Self::refuse(rule, Some(named))
    }
}

impl Draft {
    /// What the library says. Certificates at hand that do not parse are left out, as a party
    /// does with what a message brings.
    pub(crate) fn judge(&self) -> Verdict {
        let rules = KeyRules::default();
        let Ok(end_entity) = Certificate::parse(&self.end_entity, &rules) else {
            return Verdict::refuse("malformed", None);
        };
        let mut holdings = self.holdings.clone();
        holdings.certificates = self
            .certificates
            .iter()
            .filter_map(|octets| Certificate::parse(octets, &rules).ok())
            .collect();
        let wanted = self
            .brand
            .as_ref()
            .map(|brand| Brand::of(&set_core::msg::ids::BrandId::new(brand.as_str()).unwrap()));
        let question = holdings.question(&end_entity, self.purpose, wanted.as_ref());
        let provider = Deterministic::seeded(1);
        match verify(&provider, &holdings.policy, &holdings.material(), &question) {
            Ok(_) => Verdict::Accept,
            Err(error) => Verdict::Refuse {
                rule: file::rule_name(&error.rule).to_owned(),
                culprit: Some((
                    error.certificate.pointer.issuer.to_string(),
                    error.certificate.pointer.serial_number.to_string(),
                )),
                code: error.code().to_string(),
            },
        }
    }
}

pub(crate) fn read_bci(octets: &[u8]) -> BrandCrlIdentifier {
    asn1::decode(octets, &Limits::default()).unwrap()
}
