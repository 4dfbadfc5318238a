//! A decision as institutions and operators write it: JSON or TOML.

use serde::{Deserialize, Serialize};
use set_core::asn1::SeqOf;
use set_core::asn1::error::OutOfRange;
use set_core::asn1::strings::SetString;
use set_core::ca::{Decision, Rejecter};
use set_core::msg::cert::cert_res::{FailedItem, ItemNumber};

use super::Rules;
use super::rules::Applying;

/// A decision on a request.
///
/// ```json
/// {"decision": "approved", "terms": {"institution": "First Bank"}}
/// {"decision": "pended", "message": "We call you back."}
/// {"decision": "rejected", "by": "institution", "reason": "Come in person."}
/// {"decision": "malformed", "items": [{"item": 1, "reason": "not as on our books"}]}
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ruling {
    /// Yes.
    Approved {
        /// What goes into the certificates; what is left out comes from the rules of the
        /// configuration, from the certificate that is renewed, and from the form.
        #[serde(default)]
        terms: Terms,
    },
    /// Not yet.
    Pended {
        /// A word to the applicant, up to 1,024 characters.
        message: Option<String>,
    },
    /// No.
    Rejected {
        /// Who says so. Default the institution.
        #[serde(default)]
        by: RejectedBy,
        /// A word to the applicant, up to 1,024 characters.
        reason: Option<String>,
    },
    /// The answers to the form have to be corrected.
    Malformed {
        /// Which, at least one.
        items: Vec<MalformedItem>,
    },
}

/// Who rejects a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectedBy {
    /// The issuer or acquirer.
    #[default]
    Institution,
    /// The CA.
    Ca,
}

/// An answer to be corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MalformedItem {
    /// Its place in the form, from 1 to 50.
    pub item: u8,
    /// What is wrong with it.
    pub reason: String,
}

/// What an institution vouches for in the certificates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    /// The issuer's or acquirer's name, 1 to 64 characters.
    pub institution: Option<String>,
    /// The promotional name of a cardholder's card, 1 to 64 characters.
    pub card_name: Option<String>,
    /// A merchant's name as on statements, 1 to 25 characters.
    pub name: Option<String>,
    /// Where a merchant is.
    pub city: Option<String>,
    /// The name of a merchant's country.
    pub country_name: Option<String>,
    /// A merchant's country, as an ISO 3166 number.
    pub country: Option<u16>,
    /// Whether a merchant may be told account numbers.
    pub auth_flag: Option<bool>,
    /// A gateway's id, 1 to 64 characters.
    pub gateway_id: Option<String>,
    /// Whether a gateway takes payments of cardholders with a certificate only.
    pub card_cert_required: Option<bool>,
}

impl Ruling {
    /// What the protocol does with it.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] when a text does not fit a message or certificate.
    pub(crate) fn decision(
        &self,
        rules: &Rules,
        applying: &Applying<'_>,
    ) -> Result<Decision, OutOfRange> {
        Ok(match self {
            Self::Approved { terms } => Decision::Approved(Box::new(rules.grant(applying, terms)?)),
            Self::Pended { message } => Decision::Pended {
                message: words(message.as_deref())?,
            },
            Self::Rejected { by, reason } => Decision::Rejected {
                by: match by {
                    RejectedBy::Institution => Rejecter::Institution,
                    RejectedBy::Ca => Rejecter::Ca,
                },
                message: words(reason.as_deref())?,
            },
            Self::Malformed { items } => {
                let items = items
                    .iter()
                    .map(|item| {
                        Ok(FailedItem {
                            item_number: ItemNumber::new(item.item)?,
                            item_reason: SetString::new(item.reason.as_str())?,
                        })
                    })
                    .collect::<Result<Vec<_>, OutOfRange>>()?;
                Decision::Malformed(SeqOf::new(items).map_err(|_| OutOfRange {
                    expected: "list of at least one malformed item",
                })?)
            }
        })
    }

    /// As [`decision`](Self::decision); a ruling that cannot be carried out is logged, and
    /// the request stays pended.
    pub(crate) fn decision_or_pended(&self, rules: &Rules, applying: &Applying<'_>) -> Decision {
        self.decision(rules, applying).unwrap_or_else(|fault| {
            tracing::error!(%fault, "a ruling cannot be carried out; the request stays pended");
            Decision::Pended { message: None }
        })
    }
}

fn words(text: Option<&str>) -> Result<Option<SetString>, OutOfRange> {
    text.map(SetString::new).transpose()
}
