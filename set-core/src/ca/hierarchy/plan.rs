//! What hierarchy to make.

use crate::ca::Backdate;
use crate::msg::ids::BrandId;
use crate::registration::EndEntity;
use crate::x509::ext::{CertificateType, SetQualifier};

/// A root and the brands below it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the root's policy says.
    pub policy: SetQualifier,
    /// How long certificates and lists hold.
    pub validity: Validity,
    /// The brands.
    pub brands: Vec<BrandPlan>,
}

/// A brand CA and all below it.
#[derive(Clone, Debug)]
pub struct BrandPlan {
    /// The brand CA. Its name has no organizational unit.
    pub ca: CaPlan,
    /// The brand, `Brand` or `Brand:Product`.
    pub brand_id: BrandId,
    /// The geopolitical CAs.
    pub geopolitical: Vec<GeopoliticalPlan>,
    /// The CAs for end entities right below the brand CA.
    pub end_entity_cas: Vec<EndEntityCaPlan>,
}

/// A geopolitical CA and all below it.
#[derive(Clone, Debug)]
pub struct GeopoliticalPlan {
    /// The CA. Its unit is the region or institution.
    pub ca: CaPlan,
    /// The CAs for end entities below it.
    pub end_entity_cas: Vec<EndEntityCaPlan>,
}

/// A CA for one or several kinds of end entities.
#[derive(Clone, Debug)]
pub struct EndEntityCaPlan {
    /// The CA.
    pub ca: CaPlan,
    /// Whom it certifies; at least one kind.
    pub certifies: Vec<EndEntity>,
}

/// What all CAs below the root have.
#[derive(Clone, Debug)]
pub struct CaPlan {
    /// Its name for files, after that of the CA above: `a-z`, `0-9`, up to 14 characters.
    pub label: String,
    /// Its country, two capital letters (ISO 3166).
    pub country: String,
    /// Its organizational unit, up to 64 characters.
    pub unit: Option<String>,
    /// Its common name, up to 64 characters.
    pub common_name: Option<String>,
    /// Whether CRLs are signed with another key than certificates.
    pub separate_crl_key: bool,
    /// What it adds to the root's policy; none for nothing.
    pub policy: Option<SetQualifier>,
}

/// How long the CAs' certificates and lists hold, in seconds, and what share of that their
/// keys sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The root's certificate.
    pub root: u64,
    /// The brand CA's certificates.
    pub brand: u64,
    /// The geopolitical CAs' certificates.
    pub geopolitical: u64,
    /// The certificates of the CAs for end entities.
    pub ca: u64,
    /// CRLs and the BCI.
    pub lists: u64,
    /// For how long keys sign.
    pub signing: SigningShare,
    /// How far back certificates are dated.
    pub backdate: Backdate,
}

impl Default for Validity {
    /// 20, 10, 10 and 5 years; one year for the lists; dated back by 5 minutes.
    fn default() -> Self {
        Self {
            root: 20 * YEAR,
            brand: 10 * YEAR,
            geopolitical: 10 * YEAR,
            ca: 5 * YEAR,
            lists: YEAR,
            signing: SigningShare::default(),
            backdate: Backdate::default(),
        }
    }
}

/// For what share of a certificate's validity its key signs (privateKeyUsagePeriod), in
/// percent from 1 to 100; the rest is for those who verify what was signed last.
///
/// A key that signs CRLs, with or without certificates, signs for the whole validity: as
/// long as there are certificates below, there must be fresh CRLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningShare {
    /// Of a CA's key that signs certificates and nothing else.
    pub certificates: u8,
    /// Of a CA's key that signs messages.
    pub messages: u8,
}

impl Default for SigningShare {
    /// 60 percent for certificates: with CAs of five years, three to issue in, and two in
    /// which what was issued last still holds. 100 percent for messages.
    fn default() -> Self {
        Self {
            certificates: 60,
            messages: 100,
        }
    }
}

impl Plan {
    /// One brand with one CA for each kind of end entity, below a geopolitical CA if one is
    /// given; every CA for end entities has four keys.
    #[must_use]
    pub fn simple(
        brand_id: BrandId,
        country: &str,
        geopolitical: Option<&str>,
        policy: SetQualifier,
    ) -> Self {
        let ca = |label: &str, unit: Option<&str>, separate_crl_key| CaPlan {
            label: label.to_owned(),
            country: country.to_owned(),
            unit: unit.map(str::to_owned),
            common_name: None,
            separate_crl_key,
            policy: None,
        };
        let end_entity_cas = [
            (EndEntity::Cardholder, "cca", "Cardholder CA"),
            (EndEntity::Merchant, "mca", "Merchant CA"),
            (EndEntity::Gateway, "pca", "Payment Gateway CA"),
        ]
        .map(|(entity, label, unit)| EndEntityCaPlan {
            ca: ca(label, Some(unit), true),
            certifies: vec![entity],
        })
        .to_vec();
        let (geopolitical, direct) = match geopolitical {
            None => (Vec::new(), end_entity_cas),
            Some(region) => (
                vec![GeopoliticalPlan {
                    ca: ca(&label(region), Some(region), false),
                    end_entity_cas,
                }],
                Vec::new(),
            ),
        };
        Self {
            policy,
            validity: Validity::default(),
            brands: vec![BrandPlan {
                ca: ca(&label(brand_id.as_str()), None, false),
                brand_id,
                geopolitical,
                end_entity_cas: direct,
            }],
        }
    }
}

impl EndEntityCaPlan {
    /// The CertificateType of such a CA.
    #[must_use]
    pub fn certificate_type(&self) -> CertificateType {
        self.certifies
            .iter()
            .fold(CertificateType::empty(), |types, entity| {
                types.and(entity.ca_type())
            })
    }
}

/// A label made of a name: its letters and digits of ASCII in lower case, 14 at most; `ca`
/// when it has none.
#[must_use]
pub fn label(name: &str) -> String {
    let label: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .take(MAX_LABEL)
        .collect();
    if label.is_empty() {
        "ca".to_owned()
    } else {
        label
    }
}

/// Whether a label is one.
pub(super) fn is_label(label: &str) -> bool {
    (1..=MAX_LABEL).contains(&label.len())
        && label
            .bytes()
            .all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit())
}

const MAX_LABEL: usize = 14;

const YEAR: u64 = 365 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_what_a_file_may_be_called() {
        assert_eq!(label("Orchard:Gold"), "orchardgold");
        assert_eq!(label("銀行"), "ca");
        assert_eq!(label(&"Very Long Name ".repeat(4)).len(), 14);
        assert!(is_label(&label("Kansai 2")));
        assert!(!is_label("Kansai") && !is_label("") && !is_label("../x"));
    }
}
