//! AuthRevReq → AuthRevRes: an authorization is lowered, or taken back.
//!
//! | step | what it needs from outside | what it gives |
//! |---|---|---|
//! | [`open`] | | [`Asked`]: the merchant is who it says |
//! | [`Asked::settle`] | the authorizations of the transaction | [`Answered`]: AuthRevRes and what to store |
//!
//! New tokens replace the old ones, which stop working. The host is told afterwards, as
//! advice: it cannot refuse to hold less.

use crate::asn1::{Raw, oid};
use crate::error::Error;
use crate::exchange::Context;
use crate::exchange::context::ids_of;
use crate::exchange::receive::{check_ids, check_rrpid};
use crate::gateway::host::{Account, HostAdvice, HostEvent, IdempotencyKey};
use crate::gateway::peer::Peer;
use crate::gateway::record::Authorization;
use crate::gateway::request::{self, Sealed};
use crate::gateway::token::TokenFault;
use crate::gateway::{Gateway, amounts, auth_token, pi, token};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{MerchantId, Rrpid};
use crate::msg::message::Message;
use crate::msg::payment::auth_res::{AuthHeader, AuthResPayload, AuthValCodes, ResponseData};
use crate::msg::payment::auth_rev::{
    AuthResDataNew, AuthRevCode, AuthRevReq, AuthRevReqBaggage, AuthRevReqData, AuthRevReqTbs,
    AuthRevRes, AuthRevResB, AuthRevResBaggage, AuthRevResData, AuthRevResTbs,
};
use crate::msg::tags::{RrTags, TransIds};
use crate::msg::wrapper::MessageHeader;
use crate::pkcs7::Digest;
use crate::proof::ChainVerified;
use crate::treatment::enc::Types;
use crate::treatment::{dd, enc, enc_b, h};

const REQUEST: Types = Types {
    tbe: oid::content::AUTH_REV_REQ_TBE,
    tbs: oid::content::AUTH_REV_REQ_TBS,
};
const WITH_TOKENS: Types = Types {
    tbe: oid::content::AUTH_REV_RES_TBEB,
    tbs: oid::content::AUTH_REV_RES_TBS,
};
const WITHOUT: Types = Types {
    tbe: oid::content::AUTH_REV_RES_TBE,
    tbs: oid::content::AUTH_REV_RES_DATA,
};

/// An AuthRevReq whose signature was verified.
#[derive(Debug)]
pub struct Asked {
    data: AuthRevReqData,
    baggage: AuthRevReqBaggage,
    /// Digest of the PI.
    instruction: Digest,
    merchant: Peer,
}

/// AuthRevRes, and what it leaves behind.
#[derive(Debug)]
pub struct Answered {
    /// The octets of AuthRevRes.
    pub octets: Vec<u8>,
    /// What came of it.
    pub auth_rev_code: AuthRevCode,
    /// The changed record, to be stored in one transaction with the octets.
    pub record: Option<Authorization>,
    /// To be passed to the host once stored.
    pub advice: Option<HostAdvice>,
}

/// Opens AuthRevReq and verifies the merchant's signature.
///
/// The payment instruction in the baggage must be the one that the authorization used; it is
/// not verified again.
///
/// # Errors
///
/// In the order of checking: decodingFailure when the request does not open or parse;
/// wrapperMsgMismatch; unrecognizedExtension; the certificate codes and signatureFailure;
/// signatureFailure when the baggage is not that which the merchant signed for; unknownRRPID;
/// unspecifiedFailure when `merTermIDs` names another merchant.
pub fn open(
    context: &Context<'_>,
    gateway: &mut Gateway,
    header: &MessageHeader,
    request: &AuthRevReq,
) -> Result<Asked, Error> {
    let check = |tbs: &AuthRevReqTbs| check_ids(header, &tbs.t1.auth_rev_tags.trans_ids);
    let sealed = Sealed::Plain(&request.enc, REQUEST);
    let opened = request::open::<AuthRevReqTbs>(context, gateway, &sealed, check)?;
    let AuthRevReqTbs { t1: data, t2 } = opened.content.into_value();
    let baggage_type = oid::content::AUTH_REV_REQ_BAGGAGE;
    dd::check(context.crypto, &t2, baggage_type, &request.baggage)?;
    let tags = &data.auth_rev_tags.auth_rev_rr_tags;
    check_rrpid(header, tags.rrpid)?;
    opened.merchant.check_tags(tags)?;
    let baggage = request.baggage.clone().into_value();
    Ok(Asked {
        data,
        instruction: h::of_octets(context.crypto, &crate::asn1::encode(&baggage.pi)?),
        baggage,
        merchant: opened.merchant,
    })
}

impl Asked {
    /// The transaction: by its XID the authorizations are found.
    #[must_use]
    pub fn trans_ids(&self) -> &TransIds {
        &self.data.auth_rev_tags.trans_ids
    }

    /// The merchant that asks.
    #[must_use]
    pub fn merchant_id(&self) -> &MerchantId {
        &self.merchant.merchant_id
    }

    /// The merchant's signature certificate, verified.
    #[must_use]
    pub fn merchant(&self) -> &ChainVerified {
        &self.merchant.signature
    }

    fn tags(&self) -> &RrTags {
        &self.data.auth_rev_tags.auth_rev_rr_tags
    }

    /// The authorization that the merchant repeats the request of, if it does.
    fn named(&self) -> Option<Rrpid> {
        let data = self.data.auth_req_data.as_ref()?;
        Some(data.auth_req_item.auth_tags.auth_rr_tags.rrpid)
    }

    /// Lowers the authorization, and answers.
    ///
    /// `records` are all of the transaction. The codes, the first failure deciding:
    /// invalidTransaction when none of them is in force, this merchant's, and made with the
    /// payment instruction that came along;
    /// expiredTransaction; missingCapToken, unless all of an authorization is taken back
    /// whose request the merchant repeats; invalidCapToken; amountError for another currency
    /// or unit; invalidAmount for one that is not less than authorized or less than captured.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with our own keys and certificates.
    pub fn settle(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        records: &[Authorization],
    ) -> Result<Answered, Error> {
        let own = gateway.own_signature(context)?;
        match self.judge(context, gateway, &own, records) {
            Ok((record, account)) => self.reverse(context, gateway, record, account),
            Err((code, left)) => self.refuse(context, gateway, code, left),
        }
    }

    /// The authorization to be lowered and its account, or why not and what is authorized.
    fn judge(
        &self,
        context: &Context<'_>,
        gateway: &Gateway,
        own: &ChainVerified,
        records: &[Authorization],
    ) -> Result<(Authorization, Option<Account>), (AuthRevCode, CurrencyAmount)> {
        let new = &self.data.auth_new_amt;
        let mut refusal = (AuthRevCode::InvalidTransaction, amounts::zero(new));
        for record in records.iter().filter(|record| self.concerns(record)) {
            if record.expired(context.now, context.policy.authorization_seconds) {
                refusal = (AuthRevCode::ExpiredTransaction, record.auth_amt);
                continue;
            }
            let token = self.baggage.cap_token.as_ref();
            let account = match token::account(context, gateway, own, token, record) {
                Ok(account) => Some(account),
                Err(TokenFault::Missing) if new.amount == 0 && self.named().is_some() => None,
                Err(fault) => {
                    refusal = (fault.into(), record.auth_amt);
                    continue;
                }
            };
            return match check_amount(record, new) {
                Ok(()) => Ok((record.clone(), account)),
                Err(code) => Err((code, record.auth_amt)),
            };
        }
        Err(refusal)
    }

    fn concerns(&self, record: &Authorization) -> bool {
        let ids = self.trans_ids();
        record.in_force()
            && record.merchant_id == self.merchant.merchant_id
            && record.trans_ids.xid == ids.xid
            && record.trans_ids.lid_c == ids.lid_c
            && record.trans_ids.lid_m == ids.lid_m
            && record.instruction == self.instruction
            && self.named().is_none_or(|rrpid| rrpid == record.auth_rrpid)
    }

    fn reverse(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        record: Authorization,
        account: Option<Account>,
    ) -> Result<Answered, Error> {
        // The token for what may follow is made anew from the instruction that was used.
        let terms = match record.subsequent && self.data.auth_new_amt.amount > 0 {
            true => Some(pi::again(context, gateway, &self.baggage.pi)?),
            false => None,
        };
        let new = self.data.auth_new_amt;
        let mut record = record.lowered(new);
        let cap_token_new = match &account {
            Some(account) if new.amount > 0 => {
                Some(token::give(context, gateway, &mut record, account)?)
            }
            _ => None,
        };
        let auth_token_new = match terms {
            Some(terms) if record.subsequent && new.amount > 0 => {
                Some(auth_token::give(context, gateway, &record, terms)?)
            }
            _ => None,
        };
        let payload = AuthResPayload {
            auth_header: AuthHeader {
                auth_amt: new,
                auth_code: record.auth_code,
                response_data: ResponseData {
                    auth_val_codes: record.approval_code.clone().map(|code| AuthValCodes {
                        approval_code: Some(code),
                        auth_char_ind: None,
                        validation_code: None,
                        market_spec: None,
                    }),
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
        let baggage = AuthRevResBaggage {
            cap_token_new,
            auth_token_new,
        };
        let code = AuthRevCode::Approved;
        let advice = HostAdvice {
            event: HostEvent::AuthorizationReversal,
            key: IdempotencyKey {
                xid: record.trans_ids.xid,
                rrpid: record.auth_rrpid,
            },
            cause: self.tags().rrpid,
            merchant_id: record.merchant_id.clone(),
            account,
            amount: new,
            approval_code: record.approval_code.clone(),
            slot: None,
        };
        Ok(Answered {
            octets: self.respond(context, gateway, code, new, Some(payload), baggage)?,
            auth_rev_code: code,
            record: Some(record),
            advice: Some(advice),
        })
    }

    fn refuse(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        auth_rev_code: AuthRevCode,
        left: CurrencyAmount,
    ) -> Result<Answered, Error> {
        let nothing = AuthRevResBaggage {
            cap_token_new: None,
            auth_token_new: None,
        };
        Ok(Answered {
            octets: self.respond(context, gateway, auth_rev_code, left, None, nothing)?,
            auth_rev_code,
            record: None,
            advice: None,
        })
    }

    fn respond(
        &self,
        context: &Context<'_>,
        gateway: &Gateway,
        auth_rev_code: AuthRevCode,
        auth_new_amt: CurrencyAmount,
        payload: Option<AuthResPayload>,
        baggage: AuthRevResBaggage,
    ) -> Result<Vec<u8>, Error> {
        let enclosed = gateway.enclose(context, self.data.m_thumbs.as_ref())?;
        let data = Raw::new(AuthRevResData {
            auth_rev_code,
            auth_rev_tags: self.data.auth_rev_tags.clone(),
            brand_crl_identifier: enclosed.brand_crl_identifier,
            pe_thumb: enclosed.pe_thumb,
            auth_new_amt,
            auth_res_data_new: AuthResDataNew {
                trans_ids: self.trans_ids().clone(),
                auth_res_payload_new: payload,
            },
            a_rv_rs_extensions: None,
        })?;
        let signers = [gateway.signature.signer()];
        let recipient = self.merchant.recipient();
        let attached = &enclosed.attached;
        let bare = baggage.cap_token_new.is_none() && baggage.auth_token_new.is_none();
        let response = if bare {
            AuthRevRes::Enc(enc::enc(
                context.crypto,
                &signers,
                &recipient,
                WITHOUT,
                &data,
                attached,
            )?)
        } else {
            let baggage = Raw::new(baggage)?;
            AuthRevRes::EncB(AuthRevResB {
                enc: enc_b::enc_b::<AuthRevResTbs, _, _>(
                    context.crypto,
                    &signers,
                    &recipient,
                    WITH_TOKENS,
                    &data,
                    oid::content::AUTH_REV_RES_BAGGAGE,
                    &baggage,
                    attached,
                )?,
                baggage,
            })
        };
        context.wrap(
            Message::AuthRevRes(Box::new(response)),
            Some(self.tags().rrpid),
            Some(ids_of(self.trans_ids())),
        )
    }
}

fn check_amount(record: &Authorization, new: &CurrencyAmount) -> Result<(), AuthRevCode> {
    if !amounts::same_unit(new, &record.auth_amt) {
        Err(AuthRevCode::AmountError)
    } else if new.amount >= record.auth_amt.amount || u128::from(new.amount) < record.captured() {
        Err(AuthRevCode::InvalidAmount)
    } else {
        Ok(())
    }
}
