//! One case: what is sent, what may be answered, and which rule says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use set_core::msg::message::Message;

/// A case, as its file has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Stable, such as `SET-receiving-version-001`.
    pub id: String,
    /// What it is about, in a sentence.
    pub title: String,
    /// How much depends on it.
    pub level: Level,
    /// The rule that it checks.
    pub rule: String,
    /// Where the specification has that rule.
    pub place: String,
    /// The roles that it is for.
    pub subjects: Vec<Role>,
    /// For selection.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What is sent, one after another, over one connection or several.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// How much depends on a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Told, whatever it is.
    Info,
    /// Most should; not to is no failure.
    Should,
    /// All must.
    Must,
}

/// The part that a subject plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A cardholder CA, asked by a wallet.
    Cca,
    /// A merchant CA, asked by a merchant.
    Mca,
    /// A gateway CA, asked by a gateway.
    Pca,
    /// A merchant, asked by a wallet.
    Merchant,
    /// A payment gateway, asked by a merchant.
    Gateway,
}

/// One message to the subject and what may come back.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The message that the others change.
    pub send: Send,
    /// What it is about, where it is not as usual.
    #[serde(default)]
    pub with: With,
    /// What is changed in it, in this order.
    #[serde(default)]
    pub change: Vec<Change>,
    /// Whether signatures of the fakes are made anew over what was changed.
    #[serde(default = "yes")]
    pub sign: bool,
    /// What may be answered.
    pub allow: Vec<String>,
    /// What is a failure at any level.
    #[serde(default)]
    pub forbid: Vec<String>,
    /// What the answer says, by path: one of these, `present` or `absent`.
    #[serde(default)]
    pub expect: BTreeMap<String, OneOf>,
}

const fn yes() -> bool {
    true
}

/// One or several values of which any will do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOf {
    /// This one.
    One(String),
    /// Any of these.
    Any(Vec<String>),
}

impl OneOf {
    /// The values.
    #[must_use]
    pub fn values(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Any(values) => values,
        }
    }
}

/// Which message is sent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Send {
    /// A new request, the first that the role takes: CardCInitReq, Me-AqCInitReq, PInitReq or
    /// PCertReq.
    Opening,
    /// The octets of the step before.
    Again,
    /// `opening of ROLE`: a request for another role.
    OpeningOf(Role),
    /// `any NAME`: a message of this name, with made-up content.
    Any(String),
    /// A request by its name, after all that has to come before it.
    Request(Request),
}

impl TryFrom<String> for Send {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "opening" => return Ok(Self::Opening),
            "again" => return Ok(Self::Again),
            _ => {}
        }
        if let Some(role) = text.strip_prefix("opening of ") {
            let role = Role::ALL.into_iter().find(|known| known.name() == role);
            return role
                .map(Self::OpeningOf)
                .ok_or("there is no such role".into());
        }
        if let Some(name) = text.strip_prefix("any ") {
            return match Message::NAMES.contains(&name) {
                true => Ok(Self::Any(name.to_owned())),
                false => Err(format!("there is no message {name}")),
            };
        }
        let request = Request::ALL.into_iter().find(|known| known.name() == text);
        request
            .map(Self::Request)
            .ok_or_else(|| format!("there is no request {text}"))
    }
}

/// The requests of all roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are the messages of these names")]
pub enum Request {
    CardCInitReq,
    MeAqCInitReq,
    RegFormReq,
    CertReq,
    CertInqReq,
    PInitReq,
    PReq,
    InqReq,
    PCertReq,
    AuthReq,
    AuthRevReq,
    CapReq,
    CapRevReq,
    CredReq,
    CredRevReq,
    BatchAdminReq,
}

impl Request {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::CardCInitReq,
        Self::MeAqCInitReq,
        Self::RegFormReq,
        Self::CertReq,
        Self::CertInqReq,
        Self::PInitReq,
        Self::PReq,
        Self::InqReq,
        Self::PCertReq,
        Self::AuthReq,
        Self::AuthRevReq,
        Self::CapReq,
        Self::CapRevReq,
        Self::CredReq,
        Self::CredRevReq,
        Self::BatchAdminReq,
    ];

    /// The specification's name of the message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CardCInitReq => "CardCInitReq",
            Self::MeAqCInitReq => "Me-AqCInitReq",
            Self::RegFormReq => "RegFormReq",
            Self::CertReq => "CertReq",
            Self::CertInqReq => "CertInqReq",
            Self::PInitReq => "PInitReq",
            Self::PReq => "PReq",
            Self::InqReq => "InqReq",
            Self::PCertReq => "PCertReq",
            Self::AuthReq => "AuthReq",
            Self::AuthRevReq => "AuthRevReq",
            Self::CapReq => "CapReq",
            Self::CapRevReq => "CapRevReq",
            Self::CredReq => "CredReq",
            Self::CredRevReq => "CredRevReq",
            Self::BatchAdminReq => "BatchAdminReq",
        }
    }
}

/// What a request is about, where it is not as usual. Amounts are in cents of the order's
/// currency, US dollars.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct With {
    /// The price of the order; 12950 without it. Begins a new order.
    pub price: Option<u64>,
    /// How much to authorize, leave, capture or give back.
    pub amount: Option<u64>,
    /// Another order than that of the steps before.
    #[serde(default)]
    pub new_order: bool,
    /// A test card, by digits 12 to 15 of its account number, that pays without a certificate.
    pub card: Option<String>,
    /// The cardholder does not sign.
    #[serde(default)]
    pub unsigned: bool,
    /// To capture at once.
    #[serde(default)]
    pub capture_now: bool,
    /// Another authorization may follow.
    #[serde(default)]
    pub subsequent: bool,
    /// The cardholder's signature is taken off.
    #[serde(default)]
    pub stripped: bool,
    /// In how many instalments the order is paid.
    pub instalments: Option<u64>,
    /// Every how many days a recurring payment may be authorized.
    pub recurring: Option<u16>,
    /// Until when; days from now.
    pub recurring_days: Option<i64>,
    /// The payment instruction of the authorization before, again.
    #[serde(default)]
    pub reused: bool,
    /// The sale as it was before the last answer: former tokens.
    #[serde(default)]
    pub former: bool,
    /// The batch that is administered, or named as the new one.
    pub batch: Option<u64>,
    /// Batch: open, purge or close.
    pub operation: Option<String>,
    /// Batch: totals wanted.
    #[serde(default)]
    pub summary: bool,
    /// Batch: items wanted, from this one on.
    pub page: Option<u64>,
    /// Batch: how many items at most; 10 without it.
    pub at_most: Option<u64>,
    /// Batch or gateway certificate: of this brand.
    pub brand: Option<String>,
    /// Batch or gateway certificate: of this BIN.
    pub bin: Option<String>,
    /// Registration: in this language.
    pub language: Option<String>,
    /// Registration: the questions of the form stay without answers.
    #[serde(default)]
    pub unanswered: bool,
    /// Registration: this account number.
    pub pan: Option<String>,
    /// Purchase: the order description is another one than offered.
    pub od: Option<String>,
}

/// One change of the octets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "do")]
pub enum Change {
    /// Another value for the element at `path`, in the specification's words: a name of an
    /// ENUMERATED, a number, TRUE or FALSE, a text, a date.
    Put {
        /// As below.
        path: String,
        /// The value.
        value: String,
    },
    /// The last octet of the element at `path` altered, so that it stays what it is.
    Flip {
        /// As below.
        path: String,
    },
    /// The digest of the element at `of` as the content of the one at `path`.
    Digest {
        /// As below.
        path: String,
        /// As below.
        of: String,
    },
    /// The content of the element at `from` for the one at `path`.
    Copy {
        /// As below.
        path: String,
        /// As below.
        from: String,
    },
    /// Another content for the element at `path`.
    Set {
        /// Names from the wrapper inwards, into envelopes of the fakes too; `*` stands for any
        /// one of them, `**` for any number.
        path: String,
        /// The content, in hexadecimal.
        to: String,
    },
    /// No element at `path`.
    Remove {
        /// As above.
        path: String,
    },
    /// One more element at the end of the one at `path`.
    Append {
        /// As above; empty for the wrapper itself.
        #[serde(default)]
        path: String,
        /// The element, in hexadecimal.
        octets: String,
    },
    /// The date of the header moved, in seconds.
    MoveDate {
        /// Forwards, or backwards if negative.
        seconds: i64,
    },
    /// A length written with one octet more than needed.
    LongLength {
        /// As above; empty for the wrapper itself.
        #[serde(default)]
        path: String,
    },
    /// Octets after the end, in hexadecimal.
    Trail {
        /// The octets.
        octets: String,
    },
    /// All octets replaced, in hexadecimal.
    Replace {
        /// The octets.
        octets: String,
    },
    /// The message grown to so many octets by an extension that is not critical.
    Grow {
        /// Octets of the extension.
        octets: usize,
    },
}

impl Case {
    /// The chapter, which is also the folder of the case: the second part of its id.
    #[must_use]
    pub fn chapter(&self) -> &str {
        self.id.split('-').nth(1).unwrap_or_default()
    }
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Cca,
        Self::Mca,
        Self::Pca,
        Self::Merchant,
        Self::Gateway,
    ];

    /// As it is typed and reported.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cca => "cca",
            Self::Mca => "mca",
            Self::Pca => "pca",
            Self::Merchant => "merchant",
            Self::Gateway => "gateway",
        }
    }

    /// The request that opens a dialogue with it.
    #[must_use]
    pub const fn opening(self) -> &'static str {
        match self {
            Self::Cca => "CardCInitReq",
            Self::Mca | Self::Pca => "Me-AqCInitReq",
            Self::Merchant => "PInitReq",
            Self::Gateway => "PCertReq",
        }
    }
}
