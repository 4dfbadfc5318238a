//! What the merchant made of an order, for people and programs.

use std::fmt;

use serde::Serialize;
use set_core::cardholder::inquiry::Placed;
use set_core::cardholder::{Outcome, card_message};
use set_core::msg::payment::acq_card::{AcqCardCodeMsg, AcqCardMsgData};
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::cap::CapCode;
use set_core::msg::payment::p_res::{CompletionCode, PResPayload};
use set_core::secret::PanSecret;
use set_node::cli::Exit;
use set_node::money::Money;
use set_node::program::shown;

use crate::failure::Failure;
use crate::order::{Order, Progress};
use crate::wallet::Wallet;

/// The result of `pay` and `inquire`.
#[derive(Serialize)]
pub(crate) struct Told {
    xid: String,
    order: u64,
    merchant: String,
    merchant_id: String,
    amount: String,
    brand: String,
    completion: &'static str,
    parts: Vec<Part>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One part of the order.
#[derive(Serialize)]
struct Part {
    completion: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization: Option<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capture: Option<Step>,
    credits: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Words>,
}

/// What the acquirer has to say, past the merchant.
#[derive(Serialize)]
struct Words {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

/// One step done for it.
#[derive(Serialize)]
struct Step {
    code: &'static str,
    ratio: f64,
    date: String,
}

impl Told {
    /// `messages` are what the acquirer says about each part.
    pub(crate) fn new(
        order: &Order,
        outcome: &Outcome,
        messages: Vec<Option<AcqCardCodeMsg>>,
        next: Option<String>,
    ) -> Self {
        let placed = &order.placed;
        let mut parts: Vec<Part> = outcome.payloads().iter().map(Part::of).collect();
        for (part, message) in parts.iter_mut().zip(messages) {
            part.message = message.map(Words::of);
        }
        Self {
            xid: placed.trans_ids.xid.to_string(),
            order: order.number,
            merchant: order.merchant.to_string(),
            merchant_id: placed.merchant_id.to_string(),
            amount: Money(placed.purch_amt).to_string(),
            brand: placed.brand_id.to_string(),
            completion: parts.first().map_or("", |part| part.completion),
            parts,
            next,
        }
    }
}

impl Part {
    fn of(payload: &PResPayload) -> Self {
        let results = payload.results.as_ref();
        Self {
            completion: payload.completion_code.name(),
            authorization: results
                .and_then(|results| results.auth_status.as_ref())
                .map(|status| Step {
                    code: status.auth_code.name(),
                    ratio: status.auth_ratio.value(),
                    date: status.auth_date.to_string(),
                }),
            capture: results
                .and_then(|results| results.cap_status.as_ref())
                .map(|status| Step {
                    code: status.cap_code.name(),
                    ratio: status.cap_ratio.value(),
                    date: status.cap_date.to_string(),
                }),
            credits: results
                .and_then(|results| results.cred_status_seq.as_deref())
                .unwrap_or_default()
                .iter()
                .map(|status| Step {
                    code: status.credit_code.name(),
                    ratio: status.credit_ratio.value(),
                    date: status.credit_date.to_string(),
                })
                .collect(),
            message: None,
        }
    }
}

impl Words {
    fn of(message: AcqCardCodeMsg) -> Self {
        let AcqCardMsgData {
            acq_card_text,
            acq_card_url,
            acq_card_phone,
        } = message.acq_card_msg_data;
        Self {
            kind: message.acq_card_code.name(),
            text: acq_card_text.map(|text| shown(&text.to_string())),
            url: acq_card_url.map(|url| shown(url.as_str())),
            phone: acq_card_phone.map(|phone| shown(&phone.to_string())),
        }
    }
}

/// Reads what the acquirer says about each part of an order, as far as it can be read.
pub(crate) fn messages(
    wallet: &mut Wallet,
    placed: &Placed,
    secret: &PanSecret,
    outcome: &Outcome,
) -> Vec<Option<AcqCardCodeMsg>> {
    let context = wallet.station.context();
    let mut all = Vec::new();
    for payload in outcome.payloads() {
        let results = payload.results.as_ref();
        let sealed = results.and_then(|results| results.acq_card_msg.as_ref());
        let trust = &mut wallet.trust;
        let read = sealed.map(|sealed| card_message::read(&context, trust, placed, secret, sealed));
        all.push(match read.transpose() {
            Ok(message) => message,
            Err(fault) => {
                tracing::warn!(%fault, "the acquirer's message cannot be read");
                None
            }
        });
    }
    all
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Order {} at {}: {}",
            self.order,
            shown(&self.merchant),
            self.amount
        )?;
        write!(f, "  transaction {}", self.xid)?;
        for part in &self.parts {
            write!(f, "\n  {}", words(part.completion))?;
            if let Some(step) = &part.authorization {
                step.show(f, "authorization")?;
            }
            if let Some(step) = &part.capture {
                step.show(f, "capture")?;
            }
            for step in &part.credits {
                step.show(f, "credit")?;
            }
            if let Some(message) = &part.message {
                write!(f, "\n    your bank says ({})", words(message.kind))?;
                let words = [&message.text, &message.url, &message.phone];
                for words in words.into_iter().flatten() {
                    write!(f, ": {words}")?;
                }
            }
        }
        if let Some(next) = &self.next {
            write!(f, "\n  the shop continues at {}", shown(next))?;
        }
        Ok(())
    }
}

impl Step {
    fn show(&self, f: &mut fmt::Formatter<'_>, what: &str) -> fmt::Result {
        let percent = self.ratio * 100.0;
        write!(
            f,
            "\n    {what}: {} ({percent:.0} % of the amount, {})",
            words(self.code),
            self.date
        )
    }
}

/// A name of the specification, apart: `capturePerformed` is "capture performed".
pub(crate) fn words(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}

/// Whether the order stands: the exit code of `pay` and `inquire`.
pub(crate) fn exit(progress: &Progress) -> Exit {
    let completion_good = !matches!(
        progress.completion_code,
        CompletionCode::OrderRejected | CompletionCode::OrderNotReceived
    );
    let auth_good = matches!(progress.auth_code, None | Some(AuthCode::Approved));
    let cap_good = matches!(progress.cap_code, None | Some(CapCode::Success));
    if completion_good && auth_good && cap_good {
        Exit::Success
    } else {
        Exit::Refused
    }
}

/// An answer of the merchant that is about no part of the order.
pub(crate) const NOTHING_SAID: Failure =
    Failure::Peer("the merchant's answer does not say what became of the order");

#[cfg(test)]
mod tests {
    use set_core::asn1::Date;

    use super::*;

    #[test]
    fn names_are_taken_apart_at_capitals() {
        assert_eq!(words("capturePerformed"), "capture performed");
        assert_eq!(words("approved"), "approved");
    }

    #[test]
    fn an_order_stands_unless_some_step_failed() {
        let progress = |completion_code, auth_code, cap_code| Progress {
            date: Date::EPOCH,
            completion_code,
            auth_code,
            cap_code,
        };
        use CompletionCode::{
            AuthorizationPerformed, CapturePerformed, OrderReceived, OrderRejected,
        };
        let approved = Some(AuthCode::Approved);
        for (progress, expected) in [
            (progress(OrderReceived, None, None), Exit::Success),
            (progress(OrderRejected, None, None), Exit::Refused),
            (
                progress(AuthorizationPerformed, approved, None),
                Exit::Success,
            ),
            (
                progress(AuthorizationPerformed, Some(AuthCode::Declined), None),
                Exit::Refused,
            ),
            (
                progress(CapturePerformed, approved, Some(CapCode::BatchClosed)),
                Exit::Refused,
            ),
        ] {
            assert_eq!(exit(&progress), expected, "{progress:?}");
        }
    }
}
