//! From the host's answer to AuthRes.

use super::{Request, card_message};
use crate::asn1::Raw;
use crate::error::{CallerFault, Error};
use crate::exchange::Context;
use crate::gateway::batch::Batches;
use crate::gateway::host::{Decision, HostAnswer, HostCapture, HostRequest, IdempotencyKey};
use crate::gateway::pi::Instruction;
use crate::gateway::record::Authorization;
use crate::gateway::{Gateway, amounts, token};
use crate::msg::amount::CurrencyAmount;
use crate::msg::back_key::BackKeyData;
use crate::msg::ids::ApprovalCode;
use crate::msg::payment::account::PanToken;
use crate::msg::payment::auth_res::{
    AuthCode, AuthHeader, AuthResBaggage, AuthResPayload, AuthValCodes, ResponseData,
};
use crate::msg::payment::cap::{CapCode, CapResPayload};

/// An authorization that waits for the host.
///
/// It holds the account number and is not stored: when it is lost, the merchant sends the
/// request again, and the host knows the key.
#[derive(Debug)]
pub struct AuthPending {
    request: Request,
    host_request: HostRequest,
    purch_amt: CurrencyAmount,
    back_key: Option<BackKeyData>,
}

/// AuthRes, and what the answer leaves behind.
#[derive(Debug)]
pub struct Answered {
    /// The octets of AuthRes.
    pub octets: Vec<u8>,
    /// What came of it.
    pub auth_code: AuthCode,
    /// To be stored in one transaction with the octets; none when the host was not asked.
    pub record: Option<Authorization>,
    /// To be passed to the host once stored, when captured at once.
    pub host_capture: Option<HostCapture>,
}

impl AuthPending {
    pub(super) fn new(
        request: Request,
        gateway: &Gateway,
        instruction: Instruction,
    ) -> Result<Self, Error> {
        let payload = &request.data.auth_req_item.auth_req_payload;
        let head = instruction.head.into_value();
        Ok(Self {
            host_request: HostRequest {
                key: IdempotencyKey {
                    xid: request.trans_ids().xid,
                    rrpid: request.tags().rrpid,
                },
                merchant_id: request.merchant.merchant_id.clone(),
                brand_id: gateway.brand_id()?,
                pan: instruction.pan,
                card_expiry: instruction.card_expiry,
                amount: payload.auth_req_amt,
                avs_data: payload.avs_data.clone(),
                merch_data: payload.merch_data.clone(),
                capture_now: request.data.capture_now,
            },
            purch_amt: head.inputs.purch_amt,
            back_key: head.acq_back_key_data,
            request,
        })
    }

    /// What to ask the host.
    #[must_use]
    pub fn host_request(&self) -> &HostRequest {
        &self.host_request
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
        let mut record = Authorization {
            auth_rrpid: self.request.tags().rrpid,
            trans_ids: self.request.trans_ids().clone(),
            merchant_id: self.request.merchant.merchant_id.clone(),
            brand_id: self.host_request.brand_id.clone(),
            purch_amt: self.purch_amt,
            auth_amt,
            auth_code: answer.decision.auth_code(),
            date: context.now,
            approval_code: approval_code.clone(),
            capture: None,
        };
        let capture = if self.host_request.capture_now && record.in_force() {
            let (updated, payload) = self.capture(context, record, batches);
            record = updated;
            Some(payload)
        } else {
            None
        };
        let baggage = self.baggage(context, gateway, answer, &record)?;
        let payload = AuthResPayload {
            auth_header: AuthHeader {
                auth_amt,
                auth_code: record.auth_code,
                response_data: self.response_data(answer, approval_code),
                batch_status: None,
                curr_conv: None,
            },
            cap_res_payload: capture,
            a_rs_extensions: None,
        };
        let octets = self.request.respond(
            context,
            gateway,
            payload,
            baggage,
            self.pan_for_merchant(context, &record)?,
        )?;
        Ok(Answered {
            octets,
            auth_code: record.auth_code,
            host_capture: self.host_capture(&record),
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
        record: Authorization,
        batches: &mut Batches,
    ) -> (Authorization, CapResPayload) {
        let named = self
            .request
            .data
            .sale_detail
            .as_ref()
            .and_then(|detail| detail.batch_id);
        let amount = record.auth_amt;
        let rrpid = self.request.tags().rrpid;
        let captured = batches.take(named).and_then(|slot| {
            let record = record
                .clone()
                .captured(amount, 0, rrpid, context.now, slot)?;
            Ok((slot, record))
        });
        match captured {
            Ok((slot, record)) => (
                record,
                CapResPayload {
                    cap_code: CapCode::Success,
                    cap_amt: amount,
                    batch_id: Some(slot.batch_id),
                    batch_sequence_num: Some(slot.batch_sequence_num),
                    c_rs_pay_extensions: None,
                },
            ),
            Err(cap_code) => (
                record,
                CapResPayload {
                    cap_code,
                    cap_amt: amounts::zero(&amount),
                    batch_id: None,
                    batch_sequence_num: None,
                    c_rs_pay_extensions: None,
                },
            ),
        }
    }

    fn baggage(
        &self,
        context: &Context<'_>,
        gateway: &Gateway,
        answer: &HostAnswer,
        record: &Authorization,
    ) -> Result<Raw<AuthResBaggage>, Error> {
        let cap_token = if record.in_force() {
            let pan_token = self.pan_token(context)?;
            Some(token::seal(context, gateway, record, &pan_token)?)
        } else {
            None
        };
        let acq_card_msg = match (&self.back_key, &answer.acq_card_msg) {
            (Some(back_key), Some(message)) => {
                card_message::seal(context, gateway, back_key, message)?
            }
            _ => None,
        };
        Ok(Raw::new(AuthResBaggage {
            cap_token,
            acq_card_msg,
            auth_token: None,
        })?)
    }

    fn response_data(
        &self,
        answer: &HostAnswer,
        approval_code: Option<ApprovalCode>,
    ) -> ResponseData {
        let wanted = &self.request.data.auth_req_item.auth_req_payload;
        ResponseData {
            auth_val_codes: approval_code.map(|approval_code| AuthValCodes {
                approval_code: Some(approval_code),
                auth_char_ind: None,
                validation_code: None,
                market_spec: None,
            }),
            resp_reason: answer.resp_reason,
            card_type: answer.card_type.filter(|_| wanted.request_card_type_ind),
            avs_result: answer.avs_result.filter(|_| wanted.avs_data.is_some()),
            log_ref_id: answer.log_ref_id.clone(),
        }
    }

    fn pan_token(&self, context: &Context<'_>) -> Result<PanToken, Error> {
        Ok(PanToken {
            pan: self.host_request.pan.duplicate(),
            card_expiry: self.host_request.card_expiry.duplicate(),
            ex_nonce: context.fresh_nonce()?,
        })
    }

    /// The account number, for a merchant whose certificate asks for it, where the policy
    /// allows that and there is something to be paid.
    fn pan_for_merchant(
        &self,
        context: &Context<'_>,
        record: &Authorization,
    ) -> Result<Option<PanToken>, Error> {
        if !context.policy.return_pan_to_merchant || !record.in_force() {
            return Ok(None);
        }
        let certificate = self.request.merchant.signature.certificate();
        if certificate.merchant_data()?.mer_auth_flag {
            Ok(Some(self.pan_token(context)?))
        } else {
            Ok(None)
        }
    }

    fn host_capture(&self, record: &Authorization) -> Option<HostCapture> {
        let capture = record.capture.as_ref()?;
        Some(HostCapture {
            key: self.host_request.key,
            merchant_id: record.merchant_id.clone(),
            pan: self.host_request.pan.duplicate(),
            card_expiry: self.host_request.card_expiry.duplicate(),
            amount: capture.cap_amt,
            approval_code: record.approval_code.clone(),
            batch_id: capture.batch_id,
            batch_sequence_num: capture.batch_sequence_num,
        })
    }
}
