//! An approver that asks an institution over HTTP.

use std::time::Duration;

use bytes::Bytes;
use hyper::{StatusCode, header};
use serde::Serialize;
use set_core::ca::{Applicant, ApprovalRequest, Decision};
use set_core::msg::cert::cert_req::FieldValue;
use set_core::msg::cert::id_data::IdData;
use set_core::registration::{EndEntity, Wanted};
use set_core::secret::AcctIdentification;
use set_node::service::BoxFuture;
use set_node::transport::{Endpoint, post_json};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::rules::Applying;
use super::{Approver, Case, Rules, Ruling};

/// Asks with a POST of JSON, and takes a [`Ruling`] as the answer.
///
/// The first question holds the account number: it is nowhere else, so the endpoint must be
/// reached over a network that nobody listens on, such as the machine's own or a tunnel. A
/// later question about a pended request holds its `id` with `"again": true` and no account.
/// Whatever goes wrong, the request is pended and asked about again at the next inquiry.
#[derive(Clone, Debug)]
pub struct Institution {
    endpoint: Endpoint,
    patience: Duration,
    token: Option<Token>,
    rules: Rules,
}

/// A bearer token.
#[derive(Clone)]
struct Token(Zeroizing<String>);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[derive(Serialize)]
struct Question<'a> {
    id: String,
    again: bool,
    request_type: &'a str,
    entity: &'a str,
    bin: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pan: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card_expiry: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    /// The subject of the certificate that is renewed or vouches.
    #[serde(skip_serializing_if = "Option::is_none")]
    stands_on: Option<String>,
    answers: Vec<Answer<'a>>,
}

#[derive(Serialize)]
struct Answer<'a> {
    name: &'a str,
    value: &'a str,
}

impl Institution {
    /// Asks at `endpoint` and waits so long at most; what a ruling leaves out comes from
    /// `rules`.
    #[must_use]
    pub const fn new(endpoint: Endpoint, patience: Duration, rules: Rules) -> Self {
        Self {
            endpoint,
            patience,
            token: None,
            rules,
        }
    }

    /// Shows this bearer token.
    #[must_use]
    pub fn with_token(mut self, token: Zeroizing<String>) -> Self {
        self.token = Some(Token(token));
        self
    }

    async fn decide(&self, question: Question<'_>, applying: Applying<'_>) -> Decision {
        match timeout(self.patience, self.ask(&question)).await {
            Ok(Ok(ruling)) => return ruling.decision_or_pended(&self.rules, &applying),
            Ok(Err(fault)) => {
                tracing::warn!(id = question.id, fault, "the institution did not decide");
            }
            Err(_) => tracing::warn!(id = question.id, "the institution did not answer in time"),
        }
        Decision::Pended { message: None }
    }

    /// What went wrong is told without what was asked or answered.
    async fn ask(&self, question: &Question<'_>) -> Result<Ruling, String> {
        // Room for all at once: growing would leave copies behind.
        let mut body = Zeroizing::new(Vec::with_capacity(QUESTION));
        serde_json::to_writer(&mut *body, question)
            .map_err(|_| "the question cannot be written".to_owned())?;
        let mut headers = Vec::new();
        if let Some(Token(token)) = &self.token {
            headers.push((header::AUTHORIZATION, format!("Bearer {}", **token)));
        }
        let body = Bytes::from_owner(body);
        let (status, answer) = post_json(&self.endpoint, &headers, body, ANSWER)
            .await
            .map_err(|fault| fault.to_string())?;
        if status != StatusCode::OK {
            return Err("its HTTP status is not 200".to_owned());
        }
        serde_json::from_slice(&answer).map_err(|_| "its answer is no ruling".to_owned())
    }
}

impl Approver for Institution {
    fn approve<'a>(&'a self, request: &'a ApprovalRequest) -> BoxFuture<'a, Decision> {
        let account = |account: &'a Option<AcctIdentification>| {
            account.as_ref().map(|account| account.expose().trim_end())
        };
        let mut question = Question {
            brand: Some(request.brand_id.as_str()),
            stands_on: request
                .standing
                .as_ref()
                .map(|old| old.subject().to_string()),
            answers: request
                .answers
                .iter()
                .filter_map(|item| match &item.field_value {
                    FieldValue::SetString(text) => Some(Answer {
                        name: item.field_name.as_str(),
                        value: text.as_str(),
                    }),
                    FieldValue::OctetString(_) => None,
                })
                .collect(),
            ..blank(&request.lid_ca, request.request_type, request.bin.as_str())
        };
        match &request.applicant {
            Applicant::Cardholder { pan, card_expiry } => {
                question.pan = Some(pan.expose());
                question.card_expiry = Some(card_expiry.expose());
            }
            Applicant::AccountHolder { account } => {
                question.account = Some(account.expose().trim_end());
            }
            Applicant::Merchant {
                merchant_id,
                account: told,
            } => {
                question.merchant_id = Some(merchant_id.as_str());
                question.account = account(told);
            }
            Applicant::Gateway {
                acquirer_business_id,
                account: told,
            } => {
                question.business_id = acquirer_business_id.as_ref().map(|id| id.as_str());
                question.account = account(told);
            }
        }
        Box::pin(self.decide(question, Applying::of(request)))
    }

    fn ask_again<'a>(&'a self, case: &'a Case) -> BoxFuture<'a, Decision> {
        let question = Question {
            again: true,
            merchant_id: match &case.id_data {
                Some(IdData::MerchantAcquirerId(id)) => Some(id.merchant_id.as_str()),
                _ => None,
            },
            stands_on: case.standing.as_ref().map(|old| old.subject().to_string()),
            ..blank(&case.lid_ca, case.request_type, case.bin.as_str())
        };
        Box::pin(self.decide(question, Applying::again(case)))
    }
}

fn blank<'a>(
    lid_ca: &set_core::msg::ids::LocalId,
    request_type: set_core::msg::cert::request_type::RequestType,
    bin: &'a str,
) -> Question<'a> {
    Question {
        id: lid_ca.to_string(),
        again: false,
        request_type: request_type.name(),
        entity: match Wanted::from(request_type).entity {
            EndEntity::Cardholder => "cardholder",
            EndEntity::Merchant => "merchant",
            EndEntity::Gateway => "gateway",
        },
        bin,
        brand: None,
        pan: None,
        card_expiry: None,
        merchant_id: None,
        business_id: None,
        account: None,
        stands_on: None,
        answers: Vec::new(),
    }
}

/// Octets that a question has at most: 50 answers of 128 characters with their names.
const QUESTION: usize = 64 * 1024;

/// Octets of the longest answer that is read.
const ANSWER: usize = 64 * 1024;
