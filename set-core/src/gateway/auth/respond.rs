//! AuthRes, signed and encrypted for the merchant.

use super::{Answered, Request};
use crate::asn1::{Raw, oid};
use crate::error::Error;
use crate::exchange::Context;
use crate::exchange::context::ids_of;
use crate::gateway::{Gateway, amounts};
use crate::msg::message::Message;
use crate::msg::payment::account::PanToken;
use crate::msg::payment::auth_res::{
    AuthCode, AuthHeader, AuthRes, AuthResB, AuthResBaggage, AuthResBx, AuthResData,
    AuthResPayload, AuthResTbs, ResponseData,
};
use crate::treatment::enc::Types;
use crate::treatment::{enc_b, enc_bx};

const PLAIN: Types = Types {
    tbe: oid::content::AUTH_RES_TBE,
    tbs: oid::content::AUTH_RES_TBS,
};
const WITH_PAN: Types = Types {
    tbe: oid::content::AUTH_RES_TBEX,
    tbs: oid::content::AUTH_RES_TBSX,
};

impl Request {
    /// Answers without having asked the host.
    pub(super) fn refuse(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        auth_code: AuthCode,
    ) -> Result<Answered, Error> {
        let asked = &self.data.auth_req_item.auth_req_payload.auth_req_amt;
        let payload = AuthResPayload {
            auth_header: AuthHeader {
                auth_amt: amounts::zero(asked),
                auth_code,
                response_data: ResponseData {
                    auth_val_codes: None,
                    resp_reason: None,
                    card_type: None,
                    avs_result: None,
                    log_ref_id: None,
                },
                batch_status: None,
                curr_conv: None,
            },
            cap_res_payload: None,
            a_rs_extensions: None,
        };
        let baggage = Raw::new(AuthResBaggage {
            cap_token: None,
            acq_card_msg: None,
            auth_token: None,
        })?;
        Ok(Answered {
            octets: self.respond(context, gateway, payload, baggage, None)?,
            auth_code,
            record: None,
            advice: None,
        })
    }

    /// Signs, encrypts and wraps; with the account number inside of the OAEP block when
    /// there is one.
    pub(super) fn respond(
        &self,
        context: &Context<'_>,
        gateway: &Gateway,
        payload: AuthResPayload,
        baggage: Raw<AuthResBaggage>,
        pan_token: Option<PanToken>,
    ) -> Result<Vec<u8>, Error> {
        let enclosed = gateway.enclose(context, self.data.m_thumbs.as_ref())?;
        let data = Raw::new(AuthResData {
            auth_tags: self.data.auth_req_item.auth_tags.clone(),
            brand_crl_identifier: enclosed.brand_crl_identifier,
            pe_thumb: enclosed.pe_thumb,
            auth_res_payload: payload,
        })?;
        let signers = [gateway.signature.signer()];
        let recipient = self.merchant.recipient();
        let baggage_type = oid::content::AUTH_RES_BAGGAGE;
        let response = match pan_token {
            None => AuthRes::EncB(AuthResB {
                enc: enc_b::enc_b::<AuthResTbs, _, _>(
                    context.crypto,
                    &signers,
                    &recipient,
                    PLAIN,
                    &data,
                    baggage_type,
                    &baggage,
                    &enclosed.attached,
                )?,
                baggage,
            }),
            Some(pan_token) => AuthRes::EncBx(AuthResBx {
                enc_x: enc_bx::enc_bx::<AuthResTbs, _, _, _>(
                    context.crypto,
                    &signers,
                    &recipient,
                    WITH_PAN,
                    &data,
                    baggage_type,
                    &baggage,
                    &pan_token,
                    &enclosed.attached,
                )?,
                baggage,
            }),
        };
        context.wrap(
            Message::AuthRes(Box::new(response)),
            Some(self.tags().rrpid),
            Some(ids_of(self.trans_ids())),
        )
    }
}
