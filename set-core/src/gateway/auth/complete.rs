//! From the host's answer to AuthRes.

use super::{Request, card_message};
use crate::asn1::{Raw, SeqOf};
use crate::error::{CallerFault, Error};
use crate::exchange::Context;
use crate::gateway::auth_token::{self, Terms};
use crate::gateway::batch::{Batches, Entry};
use crate::gateway::host::{
    Account, Decision, HostAdvice, HostAnswer, HostEvent, HostRequest, IdempotencyKey,
};
use crate::gateway::record::{Authorization, Original};
use crate::gateway::{Gateway, amounts, token};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{ApprovalCode, BatchId};
use crate::msg::payment::account::PanToken;
use crate::msg::payment::auth_res::{
    AuthCode, AuthHeader, AuthResBaggage, AuthResPayload, AuthValCodes, ResponseData,
};
use crate::msg::payment::batch::AmountType;
use crate::msg::payment::cap::{CapCode, CapResPayload};
use crate::secret::ExNonce;

/// An authorization that waits for the host.
///
/// It holds the account number and is not stored: when it is lost, the merchant sends the
/// request again, and the host knows the key.
#[derive(Debug)]
pub struct AuthPending {
    request: Request,
    host_request: HostRequest,
    terms: Terms,
}

/// AuthRes, and what the answer leaves behind; what a capture put into a batch is in
/// [`Batches::items`].
#[derive(Debug)]
pub struct Answered {
    /// The octets of AuthRes.
    pub octets: Vec<u8>,
    /// What came of it.
    pub auth_code: AuthCode,
    /// To be stored in one transaction with the octets; none when the host was not asked.
    pub record: Option<Authorization>,
    /// To be passed to the host once stored, when captured at once.
    pub advice: Option<HostAdvice>,
}

impl AuthPending {
    pub(super) fn new(request: Request, gateway: &Gateway, terms: Terms) -> Result<Self, Error> {
        let payload = &request.data.auth_req_item.auth_req_payload;
        let Account { pan, card_expiry } = terms.account.duplicate();
        Ok(Self {
            host_request: HostRequest {
                key: IdempotencyKey {
                    xid: request.trans_ids().xid,
                    rrpid: request.tags().rrpid,
                },
                merchant_id: request.merchant.merchant_id.clone(),
                brand_id: gateway.brand_id()?,
                pan,
                card_expiry,
                amount: payload.auth_req_amt,
                avs_data: payload.avs_data.clone(),
                merch_data: payload.merch_data.clone(),
                capture_now: request.data.capture_now,
                special_processing: payload.special_processing,
                card_suspect: payload.card_suspect,
                market_spec_auth_data: payload.market_spec_auth_data.clone(),
                install_recur_data: terms.install_recur_data.clone(),
                count: terms
                    .so_far
                    .as_ref()
                    .map_or(1, |so_far| so_far.count.saturating_add(1)),
            },
            terms,
            request,
        })
    }

    /// What to ask the host.
    #[must_use]
    pub fn host_request(&self) -> &HostRequest {
        &self.host_request
    }

    /// The batch that the merchant names for a capture at once.
    #[must_use]
    pub fn batch_id(&self) -> Option<BatchId> {
        self.request.data.sale_detail.as_ref()?.batch_id
    }

    /// Answers without asking the host, for a reason that only the store could know, such
    /// as another request with the same payment instruction that still waits.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with our own keys and certificates.
    pub fn refuse(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        auth_code: AuthCode,
    ) -> Result<Answered, Error> {
        self.request.refuse(context, gateway, auth_code)
    }

    /// Answers the merchant.
    ///
    /// `batches` are looked at when the merchant wants the amount captured at once. A
    /// capture that finds no batch leaves the authorization standing, to be captured by
    /// CapReq.
    ///
    /// # Errors
    ///
    /// [`Error::Caller`] when the host approved more than it was asked, or another
    /// currency: reverse it there. Whatever is wrong with our own keys and certificates.
    pub fn complete(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        answer: &HostAnswer,
        batches: &mut Batches,
    ) -> Result<Answered, Error> {
        let (auth_amt, approval_code) = self.approved(&answer.decision)?;
        let follows = self
            .request
            .data
            .auth_req_item
            .auth_req_payload
            .subsequent_auth_ind;
        let auth_code = answer.decision.auth_code();
        let mut record = Authorization {
            auth_rrpid: self.request.tags().rrpid,
            trans_ids: self.request.trans_ids().clone(),
            merchant_id: self.request.merchant.merchant_id.clone(),
            brand_id: self.host_request.brand_id.clone(),
            purch_amt: self.terms.purch_amt,
            auth_amt,
            auth_code,
            date: context.now,
            captures: SeqOf::default(),
            instruction: self.request.instruction,
            approval_code,
            after: self
                .terms
                .so_far
                .as_ref()
                .map(|so_far| so_far.after.auth_rrpid),
            generation: 0,
            kept: None,
            subsequent: follows && auth_code == AuthCode::Approved,
            recalled: false,
        };
        let capture = if self.host_request.capture_now && record.in_force() {
            Some(self.capture(context, &mut record, batches))
        } else {
            None
        };
        let Self { request, terms, .. } = self;
        let advice = advice(&record, &terms.account);
        let pan_token = request.pan_for_merchant(context, &record, &terms.account)?;
        let payload = AuthResPayload {
            auth_header: AuthHeader {
                auth_amt,
                auth_code,
                response_data: request.response_data(answer, &record),
                batch_status: None,
                curr_conv: answer.curr_conv.clone(),
            },
            cap_res_payload: capture,
            a_rs_extensions: None,
        };
        let baggage = baggage(context, gateway, answer, &mut record, terms)?;
        Ok(Answered {
            octets: request.respond(context, gateway, payload, baggage, pan_token)?,
            auth_code,
            advice,
            record: Some(record),
        })
    }

    /// The amount that the host lets us promise: nothing unless it approved.
    fn approved(
        &self,
        decision: &Decision,
    ) -> Result<(CurrencyAmount, Option<ApprovalCode>), Error> {
        let asked = &self.host_request.amount;
        match decision {
            Decision::Approved {
                approval_code,
                amount,
            } if amounts::within(amount, asked, 0) => Ok((*amount, approval_code.clone())),
            Decision::Approved { .. } => Err(CallerFault::State(
                "the host approved an amount that it was not asked for; it must be reversed there",
            )
            .into()),
            _ => Ok((amounts::zero(asked), None)),
        }
    }

    fn capture(
        &self,
        context: &Context<'_>,
        record: &mut Authorization,
        batches: &mut Batches,
    ) -> CapResPayload {
        let detail = self.request.data.sale_detail.as_ref();
        let named = detail.and_then(|detail| detail.batch_id);
        let amount = record.auth_amt;
        let entry = Entry {
            trans_ids: record.trans_ids.clone(),
            auth_rrpid: record.auth_rrpid,
            brand_id: record.brand_id.clone(),
            bin: self.terms.account.bin(),
            amount,
            amount_type: AmountType::Debit,
        };
        let (cap_code, cap_amt, slot) = match batches.take(named, entry, context.now) {
            Ok(slot) => (CapCode::Success, amount, Some(slot)),
            Err(reason) => (reason.into(), amounts::zero(&amount), None),
        };
        if let Some(slot) = slot {
            let item = Original {
                cap_date: self.request.tags().current_date,
                cap_req_amt: amount,
                mer_order_num: detail.and_then(|detail| detail.mer_order_num.clone()),
                slot: None,
            };
            record.capture(item, record.auth_rrpid, context.now, slot);
        }
        CapResPayload {
            cap_code,
            cap_amt,
            batch_id: slot.map(|slot| slot.batch_id),
            batch_sequence_num: slot.map(|slot| slot.batch_sequence_num),
            c_rs_pay_extensions: None,
        }
    }
}

impl Request {
    fn response_data(&self, answer: &HostAnswer, record: &Authorization) -> ResponseData {
        let wanted = &self.data.auth_req_item.auth_req_payload;
        let market_spec = answer
            .market_spec
            .filter(|_| wanted.market_spec_auth_data.is_some());
        let codes = AuthValCodes {
            approval_code: record.approval_code.clone(),
            auth_char_ind: answer.auth_char_ind,
            validation_code: answer.validation_code.clone(),
            market_spec,
        };
        let any = codes.approval_code.is_some()
            || codes.auth_char_ind.is_some()
            || codes.validation_code.is_some()
            || codes.market_spec.is_some();
        ResponseData {
            auth_val_codes: any.then_some(codes),
            resp_reason: answer.resp_reason,
            card_type: answer.card_type.filter(|_| wanted.request_card_type_ind),
            avs_result: answer.avs_result.filter(|_| wanted.avs_data.is_some()),
            log_ref_id: answer.log_ref_id.clone(),
        }
    }

    /// The account number, for a merchant whose certificate asks for it, where the policy
    /// allows that and there is something to be paid.
    fn pan_for_merchant(
        &self,
        context: &Context<'_>,
        record: &Authorization,
        account: &Account,
    ) -> Result<Option<PanToken>, Error> {
        if !context.policy.return_pan_to_merchant || !record.in_force() {
            return Ok(None);
        }
        let certificate = self.merchant.signature.certificate();
        if !certificate.merchant_data()?.mer_auth_flag {
            return Ok(None);
        }
        let Account { pan, card_expiry } = account.duplicate();
        Ok(Some(PanToken {
            pan,
            card_expiry,
            ex_nonce: ExNonce::random(context.crypto)?,
        }))
    }
}

/// Tokens, and the message for the cardholder.
fn baggage(
    context: &Context<'_>,
    gateway: &Gateway,
    answer: &HostAnswer,
    record: &mut Authorization,
    terms: Terms,
) -> Result<Raw<AuthResBaggage>, Error> {
    let cap_token = if record.in_force() {
        Some(token::give(context, gateway, record, &terms.account)?)
    } else {
        None
    };
    let acq_card_msg = match (&terms.back_key, &answer.acq_card_msg) {
        (Some(back_key), Some(message)) => card_message::seal(context, gateway, back_key, message)?,
        _ => None,
    };
    let auth_token = if record.subsequent {
        Some(auth_token::give(context, gateway, record, terms)?)
    } else {
        None
    };
    Ok(Raw::new(AuthResBaggage {
        cap_token,
        acq_card_msg,
        auth_token,
    })?)
}

/// What the host is told of a capture at once.
fn advice(record: &Authorization, account: &Account) -> Option<HostAdvice> {
    let capture = record.captures.first()?;
    Some(HostAdvice {
        event: HostEvent::Capture,
        key: IdempotencyKey {
            xid: record.trans_ids.xid,
            rrpid: record.auth_rrpid,
        },
        cause: record.auth_rrpid,
        merchant_id: record.merchant_id.clone(),
        account: Some(account.duplicate()),
        amount: capture.cap_amt,
        approval_code: record.approval_code.clone(),
        slot: Some(capture.slot),
    })
}
