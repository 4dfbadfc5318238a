//! The plan of a hierarchy, as a TOML file.

use std::path::Path;

use serde::{Deserialize, Serialize};
use set_core::asn1::error::OutOfRange;
use set_core::ca::hierarchy::{
    self, BrandPlan, CaPlan, EndEntityCaPlan, GeopoliticalPlan, Plan, label,
};
use set_core::msg::ids::{BrandId, Url};
use set_core::registration::EndEntity;
use set_core::x509::ext::SetQualifier;
use set_node::config::{ConfigError, Layers};
use set_node::program::value;

use crate::failure::Failure;

/// A plan as its file has it; `fixtures/hierarchy.toml` shows every key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// What the root's policy says.
    #[serde(default)]
    pub root: PolicyWords,
    /// The brands.
    #[serde(default)]
    pub brand: Vec<BrandEntry>,
}

/// What somebody says of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyWords {
    /// In short, up to 2,048 characters.
    pub statement: Option<String>,
    /// Where all of it is to be read.
    pub url: Option<String>,
    /// Whom to ask.
    pub email: Option<String>,
}

/// A brand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrandEntry {
    /// The brand ID.
    pub id: String,
    /// The country of the CAs, unless they name another.
    pub country: String,
    /// The name for files.
    pub label: Option<String>,
    /// The common name of the brand CA.
    pub common_name: Option<String>,
    /// Whether CRLs have a key of their own. Default no.
    #[serde(default)]
    pub separate_crl_key: bool,
    /// What the brand adds to the root's policy.
    pub policy: Option<PolicyWords>,
    /// The CAs for end entities below the brand CA.
    #[serde(default)]
    pub ca: Vec<CaEntry>,
    /// The geopolitical CAs.
    #[serde(default)]
    pub geopolitical: Vec<GeopoliticalEntry>,
}

/// A geopolitical CA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeopoliticalEntry {
    /// The region or institution.
    pub unit: String,
    /// The country, unless it is the brand's.
    pub country: Option<String>,
    /// The name for files.
    pub label: Option<String>,
    /// The common name.
    pub common_name: Option<String>,
    /// Whether CRLs have a key of their own. Default no.
    #[serde(default)]
    pub separate_crl_key: bool,
    /// What it adds to the policy.
    pub policy: Option<PolicyWords>,
    /// The CAs for end entities below it.
    #[serde(default)]
    pub ca: Vec<CaEntry>,
}

/// A CA for end entities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaEntry {
    /// Whom it certifies.
    pub certifies: Vec<Kind>,
    /// The organizational unit.
    pub unit: String,
    /// The country, unless it is that of the CA above.
    pub country: Option<String>,
    /// The name for files.
    pub label: Option<String>,
    /// The common name.
    pub common_name: Option<String>,
    /// Whether CRLs have a key of their own. Default yes.
    #[serde(default = "yes")]
    pub separate_crl_key: bool,
    /// What it adds to the policy.
    pub policy: Option<PolicyWords>,
}

/// A kind of end entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A cardholder.
    Cardholder,
    /// A merchant.
    Merchant,
    /// A payment gateway.
    Gateway,
}

impl PlanFile {
    /// Reads a plan.
    pub(crate) fn read(file: &Path) -> Result<Self, ConfigError> {
        Layers::default().with_file(file).load()
    }

    /// The plan, its certificates to hold that long.
    pub(crate) fn plan(&self, validity: hierarchy::Validity) -> Result<Plan, Failure> {
        let mut brands = Vec::with_capacity(self.brand.len());
        for brand in &self.brand {
            let brand_id = BrandId::new(brand.id.as_str()).map_err(value("brand.id"))?;
            brands.push(brand.plan(brand_id).map_err(value("brand.policy"))?);
        }
        Ok(Plan {
            policy: self.root.qualifier().map_err(value("root"))?,
            validity,
            brands,
        })
    }
}

impl PolicyWords {
    pub(crate) fn qualifier(&self) -> Result<SetQualifier, OutOfRange> {
        let url = |text: &Option<String>| text.as_deref().map(Url::new).transpose();
        Ok(SetQualifier {
            terse_statement: self.statement.as_deref().map(str::parse).transpose()?,
            policy_url: url(&self.url)?,
            policy_email: url(&self.email)?,
        })
    }
}

impl BrandEntry {
    fn plan(&self, brand_id: BrandId) -> Result<BrandPlan, OutOfRange> {
        let country = &self.country;
        Ok(BrandPlan {
            ca: CaPlan {
                label: self.label.clone().unwrap_or_else(|| label(&self.id)),
                country: country.clone(),
                unit: None,
                common_name: self.common_name.clone(),
                separate_crl_key: self.separate_crl_key,
                policy: qualifier(self.policy.as_ref())?,
            },
            brand_id,
            geopolitical: self
                .geopolitical
                .iter()
                .map(|entry| entry.plan(country))
                .collect::<Result<_, _>>()?,
            end_entity_cas: end_entity_cas(&self.ca, country)?,
        })
    }
}

impl GeopoliticalEntry {
    fn plan(&self, brand_country: &str) -> Result<GeopoliticalPlan, OutOfRange> {
        let country = self.country.as_deref().unwrap_or(brand_country);
        Ok(GeopoliticalPlan {
            ca: CaPlan {
                label: self.label.clone().unwrap_or_else(|| label(&self.unit)),
                country: country.to_owned(),
                unit: Some(self.unit.clone()),
                common_name: self.common_name.clone(),
                separate_crl_key: self.separate_crl_key,
                policy: qualifier(self.policy.as_ref())?,
            },
            end_entity_cas: end_entity_cas(&self.ca, country)?,
        })
    }
}

impl CaEntry {
    fn plan(&self, country_above: &str) -> Result<EndEntityCaPlan, OutOfRange> {
        let certifies: Vec<EndEntity> = self.certifies.iter().map(|kind| (*kind).into()).collect();
        Ok(EndEntityCaPlan {
            ca: CaPlan {
                label: self
                    .label
                    .clone()
                    .unwrap_or_else(|| short_name(&certifies).to_owned()),
                country: self.country.as_deref().unwrap_or(country_above).to_owned(),
                unit: Some(self.unit.clone()),
                common_name: self.common_name.clone(),
                separate_crl_key: self.separate_crl_key,
                policy: qualifier(self.policy.as_ref())?,
            },
            certifies,
        })
    }
}

impl From<Kind> for EndEntity {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Cardholder => Self::Cardholder,
            Kind::Merchant => Self::Merchant,
            Kind::Gateway => Self::Gateway,
        }
    }
}

fn qualifier(words: Option<&PolicyWords>) -> Result<Option<SetQualifier>, OutOfRange> {
    words.map(PolicyWords::qualifier).transpose()
}

fn end_entity_cas(entries: &[CaEntry], country: &str) -> Result<Vec<EndEntityCaPlan>, OutOfRange> {
    entries.iter().map(|entry| entry.plan(country)).collect()
}

/// What a CA for these is called for short.
const fn short_name(certifies: &[EndEntity]) -> &'static str {
    match certifies {
        [EndEntity::Cardholder] => "cca",
        [EndEntity::Merchant] => "mca",
        [EndEntity::Gateway] => "pca",
        _ => "ca",
    }
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../fixtures/hierarchy.toml");

    #[test]
    fn the_example_is_a_plan_with_and_without_what_it_only_shows() {
        for text in [EXAMPLE.to_owned(), EXAMPLE.replace("#: ", "")] {
            let file: PlanFile = toml::from_str(&text).unwrap();
            let plan = file.plan(hierarchy::Validity::default()).unwrap();
            assert_eq!(plan.brands.len(), 2);
            let orchard = &plan.brands[0];
            assert_eq!(orchard.ca.label, "orchard");
            let kansai = &orchard.geopolitical[0];
            assert_eq!(kansai.ca.label, "kansai");
            assert_eq!(kansai.end_entity_cas[0].ca.country, "JP");
            assert_eq!(kansai.end_entity_cas[1].ca.label, "mca");
            assert!(kansai.end_entity_cas[1].ca.separate_crl_key);
            let shared = &orchard.geopolitical[1].end_entity_cas[0];
            assert_eq!(shared.certificate_type().to_string(), "cca+mca+pca");
            assert!(!shared.ca.separate_crl_key);
        }
    }

    #[test]
    fn an_unknown_key_or_kind_is_refused() {
        let parse = |text: &str| toml::from_str::<PlanFile>(text);
        let good = "[[brand]]\nid = \"Orchard\"\ncountry = \"US\"\n";
        assert!(parse(good).is_ok());
        assert!(parse(&format!("{good}colour = \"red\"\n")).is_err());
        let bank = "[[brand.ca]]\ncertifies = [\"bank\"]\nunit = \"x\"\n";
        assert!(parse(&format!("{good}{bank}")).is_err());
    }
}
