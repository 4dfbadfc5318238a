//! An approver that follows the rules of the configuration.

use set_core::asn1::SeqOf;
use set_core::asn1::error::OutOfRange;
use set_core::asn1::oid;
use set_core::asn1::strings::SetString;
use set_core::ca::{Applicant, ApprovalRequest, Decision, Grant, Rejecter};
use set_core::msg::cert::cert_req::{FieldValue, RegFormItem};
use set_core::msg::cert::id_data::IdData;
use set_core::msg::ids::{Bin, CountryCode, MerchantId};
use set_core::registration::{EndEntity, Wanted};
use set_core::x509::ext::{MerNames, Tunneling};
use set_node::service::BoxFuture;

use super::{Approver, Case};
use crate::config::ApprovalConfig;

/// Decides by lists of issuers, acquirers and merchants.
#[derive(Clone, Debug)]
pub struct Rules {
    config: ApprovalConfig,
}

impl Rules {
    /// Takes rules whose values fit a certificate.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for a name that is too long, or a country that is none.
    pub fn new(config: ApprovalConfig) -> Result<Self, OutOfRange> {
        for merchant in &config.merchants {
            Bin::new(merchant.bin.as_str())?;
            MerchantId::new(merchant.id.as_str())?;
            CountryCode::new(merchant.country)?;
            names(&merchant.name, &merchant.city, &merchant.country_name)?;
        }
        let institutions = config
            .issuers
            .iter()
            .map(|rule| (&rule.bin, &rule.name))
            .chain(config.acquirers.iter().map(|rule| (&rule.bin, &rule.name)));
        for (bin, name) in institutions {
            Bin::new(bin.as_str())?;
            SetString::<1, 64>::new(name.as_str())?;
        }
        for acquirer in &config.acquirers {
            SetString::<1, 64>::new(acquirer.gateway_id.as_str())?;
        }
        Ok(Self { config })
    }

    fn decide(
        &self,
        entity: EndEntity,
        bin: &Bin,
        merchant_id: Option<&MerchantId>,
        answers: &[RegFormItem],
    ) -> Decision {
        if self.config.hold {
            return Decision::Pended {
                message: SetString::new("Your request waits for approval.").ok(),
            };
        }
        let grant = match entity {
            EndEntity::Cardholder => self.cardholder(bin),
            EndEntity::Merchant => merchant_id.and_then(|id| self.merchant(bin, id, answers)),
            EndEntity::Gateway => self.gateway(bin),
        };
        grant.map_or(
            Decision::Rejected {
                by: Rejecter::Institution,
                message: None,
            },
            |grant| Decision::Approved(Box::new(grant)),
        )
    }

    fn cardholder(&self, bin: &Bin) -> Option<Grant> {
        let rule = self
            .config
            .issuers
            .iter()
            .find(|rule| rule.bin == bin.as_str());
        let issuer = match rule {
            Some(rule) => rule.name.clone(),
            None => self.automatic(|| format!("Issuer {bin}"))?,
        };
        Some(Grant::Cardholder {
            issuer,
            card_name: rule.and_then(|rule| rule.card_name.clone()),
            ca_msg: None,
        })
    }

    fn merchant(&self, bin: &Bin, id: &MerchantId, answers: &[RegFormItem]) -> Option<Grant> {
        let rule = self
            .config
            .merchants
            .iter()
            .find(|rule| rule.bin == bin.as_str() && rule.id == id.as_str());
        let (name, city, country_name, country, auth_flag) = match rule {
            Some(rule) => (
                rule.name.clone(),
                rule.city.clone(),
                rule.country_name.clone(),
                rule.country,
                rule.auth_flag,
            ),
            None => self.automatic(|| {
                let told = |field, otherwise: &str| {
                    answer(answers, field).unwrap_or_else(|| otherwise.to_owned())
                };
                (
                    told("Name", id.as_str()),
                    told("City", "-"),
                    told("Country", "-"),
                    UNITED_STATES,
                    false,
                )
            })?,
        };
        Some(Grant::Merchant {
            acquirer: self.acquirer_name(bin),
            names: SeqOf::<_, 1, 32>::one(names(&name, &city, &country_name).ok()?),
            country: CountryCode::new(country).ok()?,
            auth_flag,
        })
    }

    fn gateway(&self, bin: &Bin) -> Option<Grant> {
        let rule = self
            .config
            .acquirers
            .iter()
            .find(|rule| rule.bin == bin.as_str());
        let (gateway_id, card_cert_required) = match rule {
            Some(rule) => (rule.gateway_id.clone(), rule.card_cert_required),
            None => self.automatic(|| (format!("Gateway {bin}"), true))?,
        };
        let ciphers = vec![oid::algorithm::DES_CBC, oid::algorithm::CDMF_CBC];
        Some(Grant::Gateway {
            acquirer: self.acquirer_name(bin),
            gateway_id,
            card_cert_required,
            tunneling: SeqOf::new(ciphers).ok().map(|tunnel_alg_ids| Tunneling {
                tunneling: true,
                tunnel_alg_ids,
            }),
            set_extensions: Vec::new(),
        })
    }

    fn acquirer_name(&self, bin: &Bin) -> String {
        self.config
            .acquirers
            .iter()
            .find(|rule| rule.bin == bin.as_str())
            .map_or_else(|| format!("Acquirer {bin}"), |rule| rule.name.clone())
    }

    fn automatic<T>(&self, grant: impl FnOnce() -> T) -> Option<T> {
        self.config.automatic.then(grant)
    }
}

impl Approver for Rules {
    fn approve<'a>(&'a self, request: &'a ApprovalRequest) -> BoxFuture<'a, Decision> {
        let entity = Wanted::from(request.request_type).entity;
        let merchant_id = match &request.applicant {
            Applicant::Merchant { merchant_id, .. } => Some(merchant_id),
            Applicant::Cardholder { .. } | Applicant::Gateway { .. } => None,
        };
        let decision = self.decide(entity, &request.bin, merchant_id, &request.answers);
        Box::pin(std::future::ready(decision))
    }

    /// The answers of the form are not remembered: a merchant that no rule names gets its
    /// id as its name.
    fn ask_again<'a>(&'a self, case: &'a Case) -> BoxFuture<'a, Decision> {
        let entity = Wanted::from(case.request_type).entity;
        let merchant_id = match &case.id_data {
            Some(IdData::MerchantAcquirerId(id)) => Some(&id.merchant_id),
            _ => None,
        };
        let decision = self.decide(entity, &case.bin, merchant_id, &[]);
        Box::pin(std::future::ready(decision))
    }
}

/// Names of a merchant, each cut to what a certificate holds.
fn names(name: &str, city: &str, country_name: &str) -> Result<MerNames, OutOfRange> {
    fn cut<const MAX: usize>(text: &str) -> Result<SetString<1, MAX>, OutOfRange> {
        SetString::new(text.chars().take(MAX).collect::<String>())
    }
    Ok(MerNames {
        language: None,
        name: cut(name)?,
        city: cut(city)?,
        state_province: None,
        postal_code: None,
        country_name: cut(country_name)?,
    })
}

/// The answer to a question, if it was given in text.
fn answer(answers: &[RegFormItem], field: &str) -> Option<String> {
    answers
        .iter()
        .filter(|item| item.field_name.as_str() == field)
        .find_map(|item| match &item.field_value {
            FieldValue::SetString(text) => Some(text.as_str().to_owned()),
            FieldValue::OctetString(_) => None,
        })
        .filter(|text| !text.is_empty())
}

/// ISO 3166.
const UNITED_STATES: u16 = 840;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{AcquirerRule, MerchantRule};

    fn rules(automatic: bool) -> Rules {
        Rules::new(ApprovalConfig {
            automatic,
            acquirers: vec![AcquirerRule {
                bin: "422222".to_owned(),
                name: "First Acquirer".to_owned(),
                gateway_id: "GW-1".to_owned(),
                card_cert_required: false,
            }],
            merchants: vec![MerchantRule {
                bin: "422222".to_owned(),
                id: "SHOP-1".to_owned(),
                name: "Tea House".to_owned(),
                city: "Springfield".to_owned(),
                country_name: "USA".to_owned(),
                country: 840,
                auth_flag: false,
            }],
            ..ApprovalConfig::default()
        })
        .unwrap()
    }

    fn decide(rules: &Rules, entity: EndEntity, bin: &str, merchant: Option<&str>) -> Decision {
        let id = merchant.map(|id| MerchantId::new(id).unwrap());
        rules.decide(entity, &Bin::new(bin).unwrap(), id.as_ref(), &[])
    }

    #[test]
    fn only_whom_a_rule_names_is_approved() {
        let rules = rules(false);
        let approved = |entity, bin, merchant| {
            matches!(decide(&rules, entity, bin, merchant), Decision::Approved(_))
        };
        assert!(approved(EndEntity::Gateway, "422222", None));
        assert!(approved(EndEntity::Merchant, "422222", Some("SHOP-1")));
        assert!(!approved(EndEntity::Merchant, "422222", Some("SHOP-2")));
        assert!(!approved(EndEntity::Gateway, "433333", None));
        assert!(!approved(EndEntity::Cardholder, "422222", None));
    }

    #[test]
    fn automatic_approval_prefers_the_rule_and_takes_all_others() {
        let rules = rules(true);
        let Decision::Approved(grant) = decide(&rules, EndEntity::Gateway, "422222", None) else {
            panic!("not approved");
        };
        assert!(matches!(*grant, Grant::Gateway { gateway_id, .. } if gateway_id == "GW-1"));
        let Decision::Approved(grant) = decide(
            &rules,
            EndEntity::Merchant,
            "433333",
            Some("A shop with a name of 30 chrs"),
        ) else {
            panic!("not approved");
        };
        assert!(
            matches!(*grant, Grant::Merchant { names, .. } if names.first().name.as_str().len() == 25)
        );
    }

    #[test]
    fn everything_is_put_aside_on_hold() {
        let held = Rules::new(ApprovalConfig {
            automatic: true,
            hold: true,
            ..ApprovalConfig::default()
        })
        .unwrap();
        assert!(matches!(
            decide(&held, EndEntity::Cardholder, "422222", None),
            Decision::Pended { .. }
        ));
    }
}
