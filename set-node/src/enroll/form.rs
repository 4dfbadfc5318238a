use std::{
    fmt, io,
    io::{IsTerminal as _, Write as _},
    str::FromStr,
};

use set_core::{
    asn1::{error::OutOfRange, strings::SetString},
    msg::cert::{
        cert_req::{FieldValue, RegFormItem},
        reg_form::{RegField, RegFormData},
    },
};
use zeroize::Zeroizing;

/// One answer given on the command line: `name=value`. The value is not shown.
#[derive(Clone)]
pub struct FieldArg {
    name: String,
    value: Zeroizing<String>,
}

/// A text that is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write an answer to the CA's form as name=value")]
pub struct FieldArgError;

/// Why a form cannot be filled in. No answer is part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormFault {
    /// An answer to a question that the form does not ask.
    #[error("the form has no field \"{name}\"; it has: {fields}")]
    Unknown {
        /// The name given.
        name: String,
        /// The names that there are.
        fields: String,
    },
    /// A question that must be answered was not.
    #[error("the form asks for \"{name}\": answer with --field \"{name}=...\"")]
    Missing {
        /// The name.
        name: String,
    },
    /// The account must be told and was not.
    #[error("the form asks for the account, \"{name}\": give it in the variable SET_ACCOUNT")]
    Account {
        /// The name.
        name: String,
    },
    /// An answer is longer than the form allows, or is none that SET can carry.
    #[error("the answer to \"{name}\" has 1 to {most} characters")]
    Length {
        /// The name.
        name: String,
        /// Most characters.
        most: u8,
    },
}

impl FieldArg {
    /// An answer.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: Zeroizing::new(value.into()),
        }
    }
}

impl FieldArg {
    /// Whether it answers the question of that name.
    pub(super) fn answers(&self, name: &str) -> bool {
        self.name.to_lowercase() == name.to_lowercase()
    }
}

impl FromStr for FieldArg {
    type Err = FieldArgError;

    fn from_str(text: &str) -> Result<Self, FieldArgError> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => Ok(Self::new(name.trim(), value)),
            _ => Err(FieldArgError),
        }
    }
}

impl fmt::Debug for FieldArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldArg")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Fills a form in: from `given` first, and then, for what is required and lacks, from `ask`.
///
/// Names compare without regard to case.
///
/// # Errors
///
/// [`FormFault`].
pub fn answers(
    form: &RegFormData,
    given: &[FieldArg],
    mut ask: impl FnMut(&RegField) -> Option<Zeroizing<String>>,
) -> Result<Vec<RegFormItem>, FormFault> {
    let fields: &[RegField] = form
        .reg_template
        .as_ref()
        .and_then(|template| template.reg_field_seq.as_deref())
        .unwrap_or_default();
    let is = |field: &RegField, name: &str| {
        field.field_name.as_str().to_lowercase() == name.to_lowercase()
    };
    let unknown = given
        .iter()
        .find(|answer| !fields.iter().any(|field| is(field, &answer.name)));
    if let Some(unknown) = unknown {
        let names: Vec<&str> = fields
            .iter()
            .map(|field| field.field_name.as_str())
            .collect();
        return Err(FormFault::Unknown {
            name: unknown.name.clone(),
            fields: names.join(", "),
        });
    }
    let mut items = Vec::new();
    for field in fields {
        let answer = given.iter().find(|answer| is(field, &answer.name));
        let value = match answer {
            Some(answer) => Some(answer.value.clone()),
            None if field.field_required => ask(field),
            None => None,
        };
        match value {
            Some(value) => items.push(item(field, &value)?),
            None if field.field_required => {
                return Err(FormFault::Missing {
                    name: field.field_name.to_string(),
                });
            }
            None => {}
        }
    }
    Ok(items)
}

/// Asks at the terminal; without one there is no answer. What the form says must not be
/// seen is not shown while it is typed.
pub fn prompt(field: &RegField) -> Option<Zeroizing<String>> {
    if !io::stdin().is_terminal() {
        return None;
    }
    let name = &field.field_name;
    let question = match &field.field_desc {
        Some(explained) => format!("{name} ({explained}): "),
        None => format!("{name}: "),
    };
    let answer = if field.field_invisible {
        rpassword::prompt_password(question).ok()?
    } else {
        eprint!("{question}");
        io::stderr().flush().ok()?;
        let mut line = String::new();
        io::stdin().read_line(&mut line).ok()?;
        line
    };
    Some(Zeroizing::new(
        answer.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

fn item(field: &RegField, value: &str) -> Result<RegFormItem, FormFault> {
    let most = field.field_len.value();
    let length = || FormFault::Length {
        name: field.field_name.to_string(),
        most,
    };
    if value.chars().count() > usize::from(most) {
        return Err(length());
    }
    let text = SetString::new(value).map_err(|OutOfRange { .. }| length())?;
    Ok(RegFormItem {
        field_name: field.field_name.clone(),
        field_value: FieldValue::SetString(text),
    })
}

#[cfg(test)]
mod tests {
    use set_core::asn1::SeqOf;
    use set_core::msg::cert::reg_form::{FieldLen, RegTemplate};

    use super::*;

    fn field(name: &str, field_required: bool) -> RegField {
        RegField {
            field_id: None,
            field_name: name.parse().unwrap(),
            field_desc: None,
            field_len: FieldLen::new(10).unwrap(),
            field_required,
            field_invisible: false,
        }
    }

    fn form() -> RegFormData {
        RegFormData {
            reg_template: Some(RegTemplate {
                reg_form_id: 7,
                brand_logo_url: None,
                card_logo_url: None,
                reg_field_seq: SeqOf::new(vec![field("Name", true), field("Town", false)]).ok(),
            }),
            policy: "Behave.".parse().unwrap(),
        }
    }

    fn nobody(_: &RegField) -> Option<Zeroizing<String>> {
        None
    }

    #[test]
    fn answers_are_found_by_name_and_optional_ones_may_lack() {
        let given = ["name=A = B".parse().unwrap()];
        let items = answers(&form(), &given, nobody).unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].field_name.as_str(), "Name");
        let expected = FieldValue::SetString("A = B".parse().unwrap());
        assert!(items[0].field_value == expected);
    }

    #[test]
    fn a_required_answer_that_lacks_is_asked_for_and_then_missed() {
        let asked = answers(&form(), &[], |_| Some(Zeroizing::new("typed".into())));
        assert_eq!(asked.unwrap().len(), 1);
        let fault = answers(&form(), &[], nobody).unwrap_err();
        assert_eq!(
            fault,
            FormFault::Missing {
                name: "Name".into()
            }
        );
    }

    #[test]
    fn unknown_names_and_long_answers_are_refused_without_showing_the_answer() {
        let unknown = [FieldArg::new("Pet", "Rex-the-dog")];
        let fault = answers(&form(), &unknown, nobody).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "the form has no field \"Pet\"; it has: Name, Town"
        );
        let long = [FieldArg::new("Name", "Rex-the-dog")];
        let fault = answers(&form(), &long, nobody).unwrap_err();
        assert!(matches!(fault, FormFault::Length { most: 10, .. }));
        assert!(!format!("{fault} {fault:?} {long:?}").contains("Rex"));
        assert!("no answer".parse::<FieldArg>().is_err());
    }
}
