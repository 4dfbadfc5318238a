//! Registration forms: which one goes to whom, and whether it was filled in.

use der::asn1::OctetString;

use crate::asn1::SeqOf;
use crate::asn1::error::OutOfRange;
use crate::asn1::strings::SetString;
use crate::msg::cert::cert_req::{FieldValue, RegFormItem};
use crate::msg::cert::cert_res::{CertStatusCode, FailedItem, ItemNumber};
use crate::msg::cert::reg_form::{
    FieldLen, FieldName, PolicyText, ReferralData, RegField, RegFormData, RegFormOrReferral,
    RegTemplate,
};
use crate::msg::ids::{Bin, Language, Url};
use crate::registration::EndEntity;

/// The forms of one CA.
#[derive(Clone, Debug)]
pub struct Forms {
    /// In order of preference, where two fit equally well.
    pub forms: Vec<Form>,
    /// Where those go for whom there is none.
    pub referral: ReferralData,
}

/// One form in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Names the form in the CertReq.
    pub id: u64,
    /// Who fills it in.
    pub entity: EndEntity,
    /// The issuers or acquirers whose form it is; when empty, all.
    pub bins: Vec<Bin>,
    /// Its language. A form in `en` also serves those who ask for `en-US`.
    pub language: Language,
    /// Whether it is also sent to those who ask for a language that there is no form in.
    pub fallback: bool,
    /// The policy that the applicant reads and agrees to.
    pub policy: PolicyText,
    /// The questions; those past the 50th are neither sent nor expected to be answered.
    pub fields: Vec<RegField>,
    /// Asks a merchant or acquirer for its account, which then comes in the OAEP block.
    pub acct_data_field: Option<RegField>,
    /// The brand's picture.
    pub brand_logo_url: Option<Url>,
    /// The card's picture.
    pub card_logo_url: Option<Url>,
}

/// Why there is no form for an applicant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unserved {
    /// Not at this issuer or acquirer.
    Bin,
    /// Not in this language.
    Language,
}

impl Unserved {
    /// What a CertReq is answered with that comes all the same.
    #[must_use]
    pub const fn code(self) -> CertStatusCode {
        match self {
            Self::Bin => CertStatusCode::InvalidBin,
            Self::Language => CertStatusCode::InvalidLanguage,
        }
    }
}

impl Forms {
    /// The form for an applicant: of the institution's own forms, or else of those for all
    /// institutions, the one whose language comes closest to the one asked for, or else the
    /// [fallback](Form::fallback).
    ///
    /// # Errors
    ///
    /// [`Unserved`] when there is none.
    pub fn find(
        &self,
        entity: EndEntity,
        bin: &Bin,
        language: &Language,
    ) -> Result<&Form, Unserved> {
        let served = |own: bool| {
            self.forms
                .iter()
                .filter(move |form| form.serves(entity, bin) && form.bins.is_empty() != own)
        };
        let spoken = |own| {
            let fitting = served(own).filter(|form| speaks(&form.language, language));
            // Of equally long ones the first.
            fitting
                .rev()
                .max_by_key(|form| form.language.as_str().len())
        };
        let fallback = |own| served(own).find(|form| form.fallback);
        spoken(true)
            .or_else(|| fallback(true))
            .or_else(|| spoken(false))
            .or_else(|| fallback(false))
            .ok_or_else(|| match self.serves(entity, bin) {
                true => Unserved::Language,
                false => Unserved::Bin,
            })
    }

    /// The form with this number, for whom it serves.
    #[must_use]
    pub fn by_id(&self, id: u64, entity: EndEntity, bin: &Bin) -> Option<&Form> {
        self.forms
            .iter()
            .find(|form| form.id == id && form.serves(entity, bin))
    }

    /// Whether the CA serves this issuer or acquirer at all.
    #[must_use]
    pub fn serves(&self, entity: EndEntity, bin: &Bin) -> bool {
        self.forms.iter().any(|form| form.serves(entity, bin))
    }
}

impl Form {
    /// A plain form: a policy and fields.
    #[must_use]
    pub const fn new(
        id: u64,
        entity: EndEntity,
        language: Language,
        policy: PolicyText,
        fields: Vec<RegField>,
    ) -> Self {
        Self {
            id,
            entity,
            bins: Vec::new(),
            language,
            fallback: false,
            policy,
            fields,
            acct_data_field: None,
            brand_logo_url: None,
            card_logo_url: None,
        }
    }

    /// The form as it is sent.
    #[must_use]
    pub fn to_wire(&self) -> RegFormOrReferral {
        RegFormOrReferral::RegFormData(RegFormData {
            reg_template: Some(RegTemplate {
                reg_form_id: self.id,
                brand_logo_url: self.brand_logo_url.clone(),
                card_logo_url: self.card_logo_url.clone(),
                reg_field_seq: SeqOf::new(self.questions().cloned().collect()).ok(),
            }),
            policy: self.policy.clone(),
        })
    }

    /// What is wrong with the answers: required ones that are missing, too long ones, ones
    /// that nobody asked for, and repeated ones.
    ///
    /// An item is numbered by its place in the form, or, when the form does not ask for it,
    /// by its place among the answers.
    #[must_use]
    pub fn check(&self, answers: &[RegFormItem]) -> Vec<FailedItem> {
        let mut failed = Vec::new();
        for (number, field) in (1_u8..).zip(self.questions()) {
            let mut given = answers
                .iter()
                .filter(|answer| answer.field_name.as_str() == field.field_name.as_str());
            match (given.next(), given.next()) {
                (None, _) if field.field_required => failed.extend(item(number, "required")),
                (Some(_), Some(_)) => failed.extend(item(number, "answered more than once")),
                (Some(answer), None) => {
                    let length = length(&answer.field_value);
                    if length > usize::from(field.field_len.value()) {
                        failed.extend(item(number, "too long"));
                    } else if length == 0 && field.field_required {
                        failed.extend(item(number, "required"));
                    }
                }
                (None, _) => {}
            }
        }
        for (number, answer) in (1_u8..=50).zip(answers) {
            let asked = self
                .questions()
                .any(|field| field.field_name.as_str() == answer.field_name.as_str());
            if !asked {
                failed.extend(item(number, "not asked for"));
            }
        }
        failed
    }

    /// What is asked: no more than failed items can name.
    fn questions(&self) -> impl Iterator<Item = &RegField> {
        self.fields.iter().take(MOST_QUESTIONS)
    }

    /// Whether the account has to be told.
    pub(super) fn demands_account(&self) -> bool {
        self.acct_data_field
            .as_ref()
            .is_some_and(|field| field.field_required)
    }

    fn serves(&self, entity: EndEntity, bin: &Bin) -> bool {
        self.entity == entity && (self.bins.is_empty() || self.bins.contains(bin))
    }
}

/// A question that is answered with text.
///
/// # Errors
///
/// [`OutOfRange`] for a name of more than 128 characters.
pub fn field(name: &str, required: bool) -> Result<RegField, OutOfRange> {
    Ok(RegField {
        field_id: None,
        field_name: FieldName::new(name)?,
        field_desc: None,
        field_len: FieldLen::MAX,
        field_required: required,
        field_invisible: false,
    })
}

/// An answer in text.
///
/// # Errors
///
/// [`OutOfRange`] for a name of more than 128 characters.
pub fn answer(name: &str, text: &str) -> Result<RegFormItem, OutOfRange> {
    Ok(RegFormItem {
        field_name: FieldName::new(name)?,
        field_value: FieldValue::SetString(SetString::new(text)?),
    })
}

/// The highest number of a failed item.
const MOST_QUESTIONS: usize = 50;

/// A failed item; none when the place is past the 50 that can be named.
fn item(number: u8, reason: &str) -> Option<FailedItem> {
    Some(FailedItem {
        item_number: ItemNumber::new(number).ok()?,
        item_reason: SetString::new(reason).ok()?,
    })
}

/// Characters of a text, octets of anything else.
fn length(value: &FieldValue) -> usize {
    match value {
        FieldValue::SetString(text) => text.as_str().chars().count(),
        FieldValue::OctetString(octets) => OctetString::as_bytes(octets).len(),
    }
}

/// Whether a form in `offered` serves who asks for `wanted` (RFC 1766: a tag and its
/// subtags, compared without case).
fn speaks(offered: &Language, wanted: &Language) -> bool {
    let (offered, wanted) = (
        offered.as_str().to_ascii_lowercase(),
        wanted.as_str().to_ascii_lowercase(),
    );
    wanted
        .strip_prefix(&offered)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms() -> Forms {
        let policy = PolicyText::new("Use it honestly.").unwrap();
        let mut german = Form::new(
            2,
            EndEntity::Cardholder,
            Language::new("de").unwrap(),
            policy.clone(),
            Vec::new(),
        );
        german.bins = vec![Bin::new("411111").unwrap()];
        let mut english = Form::new(
            1,
            EndEntity::Cardholder,
            Language::new("en").unwrap(),
            policy,
            vec![
                field("name", true).unwrap(),
                field("e-mail", false).unwrap(),
            ],
        );
        english.bins = vec![Bin::new("411111").unwrap(), Bin::new("550000").unwrap()];
        Forms {
            forms: vec![german, english],
            referral: ReferralData {
                reason: None,
                referral_url_seq: None,
            },
        }
    }

    #[test]
    fn the_first_form_of_the_bank_in_the_language_is_found() {
        let forms = forms();
        let find = |bin: &str, language: &str| {
            forms
                .find(
                    EndEntity::Cardholder,
                    &Bin::new(bin).unwrap(),
                    &Language::new(language).unwrap(),
                )
                .map(|form| form.id)
        };
        assert_eq!(find("411111", "de-AT"), Ok(2));
        assert_eq!(find("411111", "EN"), Ok(1));
        assert_eq!(find("550000", "de"), Err(Unserved::Language));
        assert_eq!(find("411111", "eng"), Err(Unserved::Language));
        assert_eq!(find("666666", "en"), Err(Unserved::Bin));
    }

    #[test]
    fn the_closest_language_wins_and_then_the_fallback_of_the_bank() {
        let form = |id, language: &str, bins: &[&str], fallback| Form {
            bins: bins.iter().map(|bin| Bin::new(*bin).unwrap()).collect(),
            fallback,
            ..Form::new(
                id,
                EndEntity::Cardholder,
                Language::new(language).unwrap(),
                PolicyText::new("Use it honestly.").unwrap(),
                Vec::new(),
            )
        };
        let forms = Forms {
            forms: vec![
                form(1, "en", &[], false),
                form(2, "fr", &[], true),
                form(3, "de", &["411111"], true),
                form(4, "de-AT", &["411111"], false),
                form(5, "de", &["550000"], false),
            ],
            ..forms()
        };
        let find = |bin: &str, language: &str| {
            let (bin, language) = (Bin::new(bin).unwrap(), Language::new(language).unwrap());
            forms
                .find(EndEntity::Cardholder, &bin, &language)
                .map(|form| form.id)
        };
        assert_eq!(find("411111", "de-AT"), Ok(4));
        assert_eq!(find("411111", "de-CH"), Ok(3));
        // The bank's own fallback comes before what serves everybody.
        assert_eq!(find("411111", "en"), Ok(3));
        assert_eq!(find("550000", "de"), Ok(5));
        assert_eq!(find("550000", "en-US"), Ok(1));
        assert_eq!(find("550000", "ja"), Ok(2));
        let merchant = forms.find(
            EndEntity::Merchant,
            &Bin::new("411111").unwrap(),
            &Language::new("en").unwrap(),
        );
        assert_eq!(merchant, Err(Unserved::Bin));
    }

    #[test]
    fn every_fault_of_the_answers_names_its_item() {
        let forms = forms();
        let form = &forms.forms[1];
        let faults = |answers: &[RegFormItem]| -> Vec<(u8, String)> {
            form.check(answers)
                .into_iter()
                .map(|item| (item.item_number.value(), item.item_reason.to_string()))
                .collect()
        };
        let good = answer("name", "A. Holder").unwrap();
        assert_eq!(faults(std::slice::from_ref(&good)), []);
        assert_eq!(faults(&[]), [(1, "required".to_owned())]);
        assert_eq!(
            faults(&[answer("name", "").unwrap()]),
            [(1, "required".to_owned())]
        );
        assert_eq!(
            faults(&[good.clone(), answer("e-mail", &"x".repeat(128)).unwrap()]),
            [(2, "too long".to_owned())]
        );
        assert_eq!(
            faults(&[good.clone(), good.clone()]),
            [(1, "answered more than once".to_owned())]
        );
        assert_eq!(
            faults(&[good, answer("age", "40").unwrap()]),
            [(2, "not asked for".to_owned())]
        );
    }
}
