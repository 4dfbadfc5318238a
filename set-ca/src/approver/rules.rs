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
use set_core::x509::{Certificate, SetName};
use set_node::service::BoxFuture;

use super::{Approver, Case, Terms};
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

    fn decide(&self, applying: &Applying<'_>) -> Decision {
        if self.config.hold {
            return Decision::Pended {
                message: SetString::new("Your request waits for approval.").ok(),
            };
        }
        self.suggested(applying, self.config.automatic).map_or(
            Decision::Rejected {
                by: Rejecter::Institution,
                message: None,
            },
            |grant| Decision::Approved(Box::new(grant)),
        )
    }

    /// The grant for somebody who is approved: as the rules, the certificate that is renewed,
    /// or the form have it, where `terms` do not say otherwise.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] when a text does not fit a certificate.
    pub(crate) fn grant(
        &self,
        applying: &Applying<'_>,
        terms: &Terms,
    ) -> Result<Grant, OutOfRange> {
        let suggested = self.suggested(applying, true).ok_or(OutOfRange {
            expected: "name and place of a merchant",
        })?;
        let fits = |text: &Option<String>| -> Result<Option<String>, OutOfRange> {
            if let Some(text) = text {
                SetString::<1, 64>::new(text.as_str())?;
            }
            Ok(text.clone())
        };
        let institution = fits(&terms.institution)?;
        Ok(match suggested {
            Grant::Cardholder {
                issuer,
                card_name,
                ca_msg,
            } => Grant::Cardholder {
                issuer: institution.unwrap_or(issuer),
                card_name: fits(&terms.card_name)?.or(card_name),
                ca_msg,
            },
            Grant::Merchant {
                acquirer,
                names,
                country,
                auth_flag,
            } => {
                let mut first = names.first().clone();
                let told = terms.name.is_some() || terms.city.is_some();
                if let Some(name) = &terms.name {
                    first.name = SetString::new(name.as_str())?;
                }
                if let Some(city) = &terms.city {
                    first.city = SetString::new(city.as_str())?;
                }
                if let Some(country_name) = &terms.country_name {
                    first.country_name = SetString::new(country_name.as_str())?;
                }
                Grant::Merchant {
                    acquirer: institution.unwrap_or(acquirer),
                    names: match told || terms.country_name.is_some() {
                        true => SeqOf::<_, 1, 32>::one(first),
                        false => names,
                    },
                    country: terms.country.map_or(Ok(country), CountryCode::new)?,
                    auth_flag: terms.auth_flag.unwrap_or(auth_flag),
                }
            }
            Grant::Gateway {
                acquirer,
                gateway_id,
                card_cert_required,
                tunneling,
                set_extensions,
            } => Grant::Gateway {
                acquirer: institution.unwrap_or(acquirer),
                gateway_id: fits(&terms.gateway_id)?.unwrap_or(gateway_id),
                card_cert_required: terms.card_cert_required.unwrap_or(card_cert_required),
                tunneling,
                set_extensions,
            },
        })
    }

    /// What the rules say; for whom none does, what can be made up if `automatic`.
    fn suggested(&self, applying: &Applying<'_>, automatic: bool) -> Option<Grant> {
        match applying.entity {
            EndEntity::Cardholder => self.cardholder(applying, automatic),
            EndEntity::Merchant => self.merchant(applying, automatic),
            EndEntity::Gateway => self.gateway(applying, automatic),
        }
    }

    fn cardholder(&self, applying: &Applying<'_>, automatic: bool) -> Option<Grant> {
        let bin = applying.bin;
        let rule = self
            .config
            .issuers
            .iter()
            .find(|rule| rule.bin == bin.as_str());
        let (issuer, card_name) = match rule {
            Some(rule) => (rule.name.clone(), rule.card_name.clone()),
            None if automatic => (
                applying.unit(0).unwrap_or_else(|| format!("Issuer {bin}")),
                applying.unit(1),
            ),
            None => return None,
        };
        Some(Grant::Cardholder {
            issuer,
            card_name,
            ca_msg: None,
        })
    }

    fn merchant(&self, applying: &Applying<'_>, automatic: bool) -> Option<Grant> {
        let (bin, id) = (applying.bin, applying.merchant_id?);
        let rule = self
            .config
            .merchants
            .iter()
            .find(|rule| rule.bin == bin.as_str() && rule.id == id.as_str());
        let held = applying
            .standing
            .and_then(|standing| standing.merchant_data().ok());
        let (names, country, auth_flag) = match (rule, held) {
            (Some(rule), _) => (
                SeqOf::one(names(&rule.name, &rule.city, &rule.country_name).ok()?),
                CountryCode::new(rule.country).ok()?,
                rule.auth_flag,
            ),
            (None, Some(held)) if automatic => (
                held.mer_name_seq.clone(),
                held.mer_country,
                held.mer_auth_flag,
            ),
            (None, None) if automatic => {
                let told = |field, otherwise: &str| {
                    answer(applying.answers, field).unwrap_or_else(|| otherwise.to_owned())
                };
                let (name, city) = (told("Name", id.as_str()), told("City", "-"));
                (
                    SeqOf::one(names(&name, &city, &told("Country", "-")).ok()?),
                    CountryCode::new(UNITED_STATES).ok()?,
                    false,
                )
            }
            (None, _) => return None,
        };
        Some(Grant::Merchant {
            acquirer: self.acquirer_name(applying),
            names,
            country,
            auth_flag,
        })
    }

    fn gateway(&self, applying: &Applying<'_>, automatic: bool) -> Option<Grant> {
        let bin = applying.bin;
        let rule = self
            .config
            .acquirers
            .iter()
            .find(|rule| rule.bin == bin.as_str());
        let (gateway_id, card_cert_required) = match rule {
            Some(rule) => (rule.gateway_id.clone(), rule.card_cert_required),
            None if automatic => {
                let held = applying.standing_name();
                let held = held.and_then(|name| name.common_name().map(str::to_owned));
                (held.unwrap_or_else(|| format!("Gateway {bin}")), true)
            }
            None => return None,
        };
        let ciphers = vec![oid::algorithm::DES_CBC, oid::algorithm::CDMF_CBC];
        Some(Grant::Gateway {
            acquirer: self.acquirer_name(applying),
            gateway_id,
            card_cert_required,
            tunneling: SeqOf::new(ciphers).ok().map(|tunnel_alg_ids| Tunneling {
                tunneling: true,
                tunnel_alg_ids,
            }),
            set_extensions: Vec::new(),
        })
    }

    fn acquirer_name(&self, applying: &Applying<'_>) -> String {
        let bin = applying.bin;
        self.config
            .acquirers
            .iter()
            .find(|rule| rule.bin == bin.as_str())
            .map(|rule| rule.name.clone())
            .or_else(|| applying.unit(0))
            .unwrap_or_else(|| format!("Acquirer {bin}"))
    }
}

/// Who applies, as far as it is known also when the applicant asks again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Applying<'a> {
    entity: EndEntity,
    bin: &'a Bin,
    merchant_id: Option<&'a MerchantId>,
    answers: &'a [RegFormItem],
    standing: Option<&'a Certificate>,
}

impl<'a> Applying<'a> {
    /// With a new request.
    pub(crate) fn of(request: &'a ApprovalRequest) -> Self {
        Self {
            entity: Wanted::from(request.request_type).entity,
            bin: &request.bin,
            merchant_id: match &request.applicant {
                Applicant::Merchant { merchant_id, .. } => Some(merchant_id),
                Applicant::Cardholder { .. }
                | Applicant::AccountHolder { .. }
                | Applicant::Gateway { .. } => None,
            },
            answers: &request.answers,
            standing: request.standing.as_ref(),
        }
    }

    /// With a request that was put aside. The answers of the form are not remembered: a
    /// merchant that no rule names gets its id as its name.
    pub(crate) fn again(case: &'a Case) -> Self {
        Self {
            entity: Wanted::from(case.request_type).entity,
            bin: &case.bin,
            merchant_id: match &case.id_data {
                Some(IdData::MerchantAcquirerId(id)) => Some(&id.merchant_id),
                _ => None,
            },
            answers: &[],
            standing: case.standing.as_ref(),
        }
    }

    fn standing_name(&self) -> Option<SetName> {
        self.standing.and_then(|held| held.subject_name().ok())
    }

    /// An organizational unit of the certificate that the request stands on.
    fn unit(&self, number: usize) -> Option<String> {
        let name = self.standing_name()?;
        name.organizational_units().get(number).cloned()
    }
}

impl Approver for Rules {
    fn approve<'a>(&'a self, request: &'a ApprovalRequest) -> BoxFuture<'a, Decision> {
        let decision = self.decide(&Applying::of(request));
        Box::pin(std::future::ready(decision))
    }

    fn ask_again<'a>(&'a self, case: &'a Case) -> BoxFuture<'a, Decision> {
        let decision = self.decide(&Applying::again(case));
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
        rules.decide(&Applying {
            entity,
            bin: &Bin::new(bin).unwrap(),
            merchant_id: id.as_ref(),
            answers: &[],
            standing: None,
        })
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
