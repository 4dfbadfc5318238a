//! One case: what is sent, what may be answered, and which rule says so.

use serde::{Deserialize, Serialize};

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
    /// What is changed in it, in this order.
    #[serde(default)]
    pub change: Vec<Change>,
    /// What may be answered.
    pub allow: Vec<String>,
    /// What is a failure at any level.
    #[serde(default)]
    pub forbid: Vec<String>,
}

/// Which message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Send {
    /// A new request, the first that the role takes: CardCInitReq, Me-AqCInitReq, PInitReq or
    /// PCertReq.
    Opening,
    /// The octets of the step before.
    Again,
}

/// One change of the octets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "do")]
pub enum Change {
    /// Another content for the element at `path`.
    Set {
        /// Names from the wrapper inwards; `*` stands for any one of them.
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

    /// The response to that.
    #[must_use]
    pub const fn response(self) -> &'static str {
        match self {
            Self::Cca => "CardCInitRes",
            Self::Mca | Self::Pca => "Me-AqCInitRes",
            Self::Merchant => "PInitRes",
            Self::Gateway => "PCertRes",
        }
    }
}
