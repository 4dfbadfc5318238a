//! What the CA made of a request.

use crate::asn1::strings::SetString;
use crate::msg::cert::cert_res::{CaMsg, CertStatus, CertStatusCode, FailedItem};
use crate::party::Identity;
use crate::secret::Secret;

/// What the CA made of a request.
#[derive(Debug)]
pub enum Verdict<Certified, Pended> {
    /// It certified the keys.
    Certified(Box<Certified>),
    /// It has not decided; ask again later.
    Pended(Box<Pended>),
    /// It refused.
    Refused(Box<Refused>),
}

/// The keys with their certificates, chains verified.
#[derive(Debug)]
pub struct Certified {
    /// For signatures: the new one, or, where encryption alone was asked for, the one that
    /// vouched for it.
    pub signature: Identity,
    /// For encryption, if it was asked for.
    pub encryption: Option<Identity>,
    /// The CCA's half of the PANSecret.
    pub(crate) nonce_cca: Option<Secret>,
    /// What to show to the cardholder.
    pub ca_msg: Option<CaMsg>,
}

/// Why the CA refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the CA refused the request: {code}{}", text(.message.as_ref(), .failed_items))]
pub struct Refused {
    /// The reason.
    pub code: CertStatusCode,
    /// A word from the CA.
    pub message: Option<SetString>,
    /// The answers to correct.
    pub failed_items: Vec<FailedItem>,
}

impl From<&CertStatus> for Refused {
    fn from(status: &CertStatus) -> Self {
        Self {
            code: status.cert_status_code,
            message: status.ee_message.clone(),
            failed_items: status
                .failed_item_seq
                .as_deref()
                .unwrap_or_default()
                .to_vec(),
        }
    }
}

fn text(message: Option<&SetString>, failed_items: &[FailedItem]) -> String {
    let mut text = message.map_or_else(String::new, |message| format!(" ({message})"));
    for item in failed_items {
        text.push_str(&format!(
            "; item {}: {}",
            item.item_number, item.item_reason
        ));
    }
    text
}
