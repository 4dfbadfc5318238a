//! Forms per institution and language, from a TOML file.

use std::path::Path;

use serde::Deserialize;
use set_core::asn1::SeqOf;
use set_core::asn1::error::OutOfRange;
use set_core::ca::{Form, Forms};
use set_core::msg::cert::reg_form::{FieldLen, FieldName, PolicyText, ReferralData, RegField};
use set_core::msg::ids::{Bin, Language, Url};
use set_core::registration::EndEntity;
use set_node::program::{self, value};

use crate::failure::Failure;

/// The forms of a file; `fixtures/forms.toml` shows every key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormsFile {
    /// Where those are sent for whom there is no form.
    #[serde(default)]
    pub referral: ReferralConfig,
    /// The forms, each with a number of its own.
    pub form: Vec<FormEntry>,
}

/// Where those are sent for whom there is no form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReferralConfig {
    /// Why, 1 to 1,000 characters.
    pub reason: Option<String>,
    /// Where to, as URLs.
    pub urls: Vec<String>,
}

/// One form in one language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormEntry {
    /// Its number, which no other form has. One that was changed gets a new number: whoever
    /// fills in the old one is told so.
    pub id: u64,
    /// Who fills it in.
    pub entity: EntityName,
    /// The issuers or acquirers whose form it is, by BIN; when empty, all that have none of
    /// their own.
    #[serde(default)]
    pub bins: Vec<String>,
    /// Its language, an RFC 1766 tag.
    pub language: String,
    /// Whether it is also sent to those who ask for a language that there is no form in.
    #[serde(default)]
    pub fallback: bool,
    /// What applicants agree to, 1 to 20,000 characters.
    pub policy: String,
    /// The brand's picture, a URL.
    pub brand_logo: Option<String>,
    /// The card's picture, a URL.
    pub card_logo: Option<String>,
    /// Asks a merchant or acquirer for its account, which travels in the OAEP block.
    pub account: Option<FieldEntry>,
    /// The questions, at most 50.
    #[serde(default)]
    pub field: Vec<FieldEntry>,
}

/// Who fills in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityName {
    /// A cardholder.
    Cardholder,
    /// A merchant.
    Merchant,
    /// A gateway's owner.
    Gateway,
}

/// One question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldEntry {
    /// What is asked, 1 to 128 characters.
    pub name: String,
    /// What is meant, 1 to 200 characters.
    pub description: Option<String>,
    /// Most characters of an answer, 1 to 127. Default 127.
    #[serde(default = "longest")]
    pub length: u8,
    /// Whether an answer must be given. Default no.
    #[serde(default)]
    pub required: bool,
    /// Whether the answer is not shown while it is typed. Default no.
    #[serde(default)]
    pub invisible: bool,
    /// An object identifier that names the question to programs.
    pub id: Option<String>,
}

impl FormsFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// It cannot be read, is not such a file, or has a value outside of its type.
    pub fn read(file: &Path) -> Result<Forms, Failure> {
        let text = std::fs::read_to_string(file).map_err(|source| program::Failure::File {
            file: file.to_owned(),
            source,
        })?;
        let parsed: Self = toml::from_str(&text).map_err(|fault| Failure::Forms {
            file: file.to_owned(),
            fault: Box::new(fault),
        })?;
        Ok(parsed.forms().map_err(value("the file of forms"))?)
    }

    /// The forms as the protocol has them.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for a value outside of its type, and for a number given twice.
    pub fn forms(&self) -> Result<Forms, OutOfRange> {
        let twice = self.form.iter().enumerate().any(|(place, form)| {
            let mut before = self.form.iter().take(place);
            before.any(|other| other.id == form.id)
        });
        if twice || self.form.is_empty() {
            return Err(OutOfRange {
                expected: "list of at least one form, each with a number of its own",
            });
        }
        let urls = self.referral.urls.iter().map(|url| Url::new(url.as_str()));
        let reason = self.referral.reason.as_deref();
        Ok(Forms {
            forms: self
                .form
                .iter()
                .map(FormEntry::form)
                .collect::<Result<_, _>>()?,
            referral: ReferralData {
                reason: reason.map(str::parse).transpose()?,
                referral_url_seq: SeqOf::new(urls.collect::<Result<Vec<_>, _>>()?).ok(),
            },
        })
    }
}

impl FormEntry {
    fn form(&self) -> Result<Form, OutOfRange> {
        if self.field.len() > MOST_FIELDS {
            return Err(OutOfRange {
                expected: "form of at most 50 questions",
            });
        }
        let url = |url: &Option<String>| url.as_deref().map(Url::new).transpose();
        let bins = self.bins.iter().map(|bin| Bin::new(bin.as_str()));
        let fields = self.field.iter().map(FieldEntry::field);
        Ok(Form {
            bins: bins.collect::<Result<_, _>>()?,
            fallback: self.fallback,
            acct_data_field: self.account.as_ref().map(FieldEntry::field).transpose()?,
            brand_logo_url: url(&self.brand_logo)?,
            card_logo_url: url(&self.card_logo)?,
            ..Form::new(
                self.id,
                match self.entity {
                    EntityName::Cardholder => EndEntity::Cardholder,
                    EntityName::Merchant => EndEntity::Merchant,
                    EntityName::Gateway => EndEntity::Gateway,
                },
                Language::new(self.language.as_str())?,
                PolicyText::new(self.policy.as_str())?,
                fields.collect::<Result<_, _>>()?,
            )
        })
    }
}

impl FieldEntry {
    fn field(&self) -> Result<RegField, OutOfRange> {
        let id = self.id.as_deref().map(str::parse);
        Ok(RegField {
            field_id: id.transpose().map_err(|_| OutOfRange {
                expected: "object identifier",
            })?,
            field_name: FieldName::new(self.name.as_str())?,
            field_desc: self.description.as_deref().map(str::parse).transpose()?,
            field_len: FieldLen::new(self.length)?,
            field_required: self.required,
            field_invisible: self.invisible,
        })
    }
}

const fn longest() -> u8 {
    127
}

/// Questions that a CertRes can point at.
const MOST_FIELDS: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../fixtures/forms.toml");

    fn forms(text: &str) -> Result<Forms, OutOfRange> {
        toml::from_str::<FormsFile>(text).unwrap().forms()
    }

    #[test]
    fn the_example_has_forms_in_two_languages_and_what_a_message_allows() {
        let forms = forms(EXAMPLE).unwrap();
        let find = |entity, bin: &str, language: &str| {
            let (bin, language) = (Bin::new(bin).unwrap(), Language::new(language).unwrap());
            forms.find(entity, &bin, &language).map(|form| form.id).ok()
        };
        assert_eq!(find(EndEntity::Cardholder, "411111", "ja"), Some(12));
        assert_eq!(find(EndEntity::Cardholder, "411111", "fr"), Some(11));
        assert_eq!(find(EndEntity::Cardholder, "433333", "en"), None);
        assert_eq!(find(EndEntity::Merchant, "422222", "en-US"), Some(21));
        assert_eq!(find(EndEntity::Gateway, "422222", "en"), Some(31));
        let card = forms.forms.iter().find(|form| form.id == 11).unwrap();
        assert!(card.brand_logo_url.is_some() && card.card_logo_url.is_some());
        let field = |name: &str| {
            let mut fields = card.fields.iter();
            fields
                .find(|field| field.field_name.as_str() == name)
                .unwrap()
        };
        assert!(field("Name").field_required && !field("Name").field_invisible);
        assert!(field("Mother's maiden name").field_invisible);
        assert_eq!(field("Post code").field_len.value(), 10);
        let merchant = forms.forms.iter().find(|form| form.id == 21).unwrap();
        assert!(merchant.acct_data_field.is_some());
        assert!(forms.referral.reason.is_some());
        assert_eq!(forms.referral.referral_url_seq.unwrap().len(), 1);
    }

    #[test]
    fn a_number_given_twice_and_values_outside_of_their_types_are_refused() {
        assert!(forms(&EXAMPLE.replace("id = 12", "id = 11")).is_err());
        assert!(forms(&EXAMPLE.replace("length = 10", "length = 128")).is_err());
        assert!(forms(&EXAMPLE.replace("\"411111\"", "\"41111\"")).is_err());
        assert!(forms(&EXAMPLE.replace("2.5.4.17", "two")).is_err());
        assert!(toml::from_str::<FormsFile>("form = []\nmore = 1").is_err());
        assert!(forms("form = []").is_err());
    }
}
