//! AuthReq → AuthRes: may this payment be made?
//!
//! | step | what it needs from outside | what it gives |
//! |---|---|---|
//! | [`open`] | | [`Asked`]: both the merchant and the cardholder are who they say |
//! | [`Asked::judge`] | earlier authorizations of the transaction | [`Judgement`]: they agree with each other, or the refusal |
//! | [`AuthPending::complete`] | the host's answer, the open batches | [`Answered`]: AuthRes and what to store |
//!
//! A request that breaks the protocol, or whose signatures or certificates do not verify,
//! is answered with an Error. One on which cardholder, merchant and brand do not agree is
//! answered with AuthRes and an [`AuthCode`].

mod agreement;
mod card_message;
mod complete;
mod follow_up;
mod respond;

pub use self::complete::{Answered, AuthPending};

use crate::asn1::oid;
use crate::error::Error;
use crate::exchange::Context;
use crate::exchange::receive::{check_ids, check_rrpid};
use crate::gateway::Gateway;
use crate::gateway::auth_token::Terms;
use crate::gateway::peer::Peer;
use crate::gateway::pi::{self, Instruction, Reading};
use crate::gateway::record::Authorization;
use crate::gateway::request::{self, Sealed};
use crate::msg::ids::MerchantId;
use crate::msg::payment::auth_req::{AuthReq, AuthReqData, AuthReqTbs};
use crate::msg::payment::auth_res::AuthCode;
use crate::msg::tags::{RrTags, TransIds};
use crate::msg::wrapper::MessageHeader;
use crate::pkcs7::Digest;
use crate::proof::ChainVerified;
use crate::treatment::enc::Types;
use crate::treatment::{dd, h};

const TYPES: Types = Types {
    tbe: oid::content::AUTH_REQ_TBE,
    tbs: oid::content::AUTH_REQ_TBS,
};

/// An AuthReq whose signatures, the merchant's and the cardholder's, were verified.
#[derive(Debug)]
pub struct Asked {
    request: Request,
    reading: Reading,
}

/// The merchant's side of it.
#[derive(Debug)]
struct Request {
    data: AuthReqData,
    merchant: Peer,
    /// Digest of the PI.
    instruction: Digest,
}

/// Whether there is anything to ask the host.
#[derive(Debug)]
pub enum Judgement {
    /// Everything agrees: ask the host.
    Ask(Box<AuthPending>),
    /// Something does not: this is the answer.
    Refuse(Box<Answered>),
}

/// Opens AuthReq and PI and verifies both signatures.
///
/// # Errors
///
/// In the order of checking: decodingFailure when the request does not open or parse;
/// wrapperMsgMismatch; unrecognizedExtension; the certificate codes and signatureFailure
/// for the merchant; signatureFailure when the PI is not the one that the merchant signed
/// for; unknownRRPID; unspecifiedFailure when `merTermIDs` names another merchant; then
/// decodingFailure, unrecognizedExtension, the certificate codes and signatureFailure for
/// the cardholder.
pub fn open(
    context: &Context<'_>,
    gateway: &mut Gateway,
    header: &MessageHeader,
    request: &AuthReq,
) -> Result<Asked, Error> {
    let crypto = context.crypto;
    let check = |tbs: &AuthReqTbs| check_ids(header, &tbs.t1.auth_req_item.auth_tags.trans_ids);
    let sealed = Sealed::Plain(&request.enc, TYPES);
    let opened = request::open::<AuthReqTbs>(context, gateway, &sealed, check)?;
    let AuthReqTbs { t1: data, t2 } = opened.content.into_value();
    dd::check(crypto, &t2, oid::content::PI, &request.baggage)?;
    let item = &data.auth_req_item;
    check_rrpid(header, item.auth_tags.auth_rr_tags.rrpid)?;
    opened.merchant.check_tags(&item.auth_tags.auth_rr_tags)?;
    let reading = pi::read(
        context,
        gateway,
        &request.baggage,
        item.check_digests.as_ref(),
    )?;
    Ok(Asked {
        request: Request {
            data,
            merchant: opened.merchant,
            instruction: h::h(crypto, &request.baggage),
        },
        reading,
    })
}

impl Asked {
    /// The transaction: by its XID the earlier authorizations are found.
    #[must_use]
    pub fn trans_ids(&self) -> &TransIds {
        self.request.trans_ids()
    }

    /// The merchant that asks.
    #[must_use]
    pub fn merchant_id(&self) -> &MerchantId {
        &self.request.merchant.merchant_id
    }

    /// The merchant's signature certificate, verified.
    #[must_use]
    pub fn merchant(&self) -> &ChainVerified {
        &self.request.merchant.signature
    }

    /// The certificate of the cardholder whose dual signature was verified; none when the
    /// instruction is unsigned or was not looked into.
    #[must_use]
    pub fn cardholder(&self) -> Option<&ChainVerified> {
        match &self.reading {
            Reading::Instruction(instruction) => instruction
                .cardholder
                .as_ref()
                .map(|cardholder| &cardholder.chain),
            Reading::OtherBrand(_) | Reading::FollowUp(_) | Reading::Unserved(_) => None,
        }
    }

    /// Compares what merchant and cardholder say, with each other and with the certificates.
    ///
    /// `previous` are all earlier authorizations of the transaction; those of other merchants
    /// count for nothing, as an XID is the merchant's choice and goes in clear. In this order, the first
    /// failure deciding: digests missing, or there beside an AuthToken (piAuthMismatch); XID,
    /// LID-C, LID-M and the digest of the order (piAuthMismatch); the brand of merchant, cardholder and gateway
    /// (cardMerchBrandMismatch); an unsigned PI where a signature is required
    /// (signatureRequired); HOD and the merchant's id (piAuthMismatch); the unique
    /// cardholder id and transStain (invalidTransaction); an earlier authorization in force
    /// (piPreviouslyUsed); instalments (installRecurMismatch), the end of a recurring payment
    /// (recurringExpired); the amount (amountError); the card's expiry (expiredCard);
    /// captureNow where there is no capture (captureNotSupported).
    ///
    /// With an AuthToken for a PI: the transaction and the merchant's id (piAuthMismatch);
    /// the merchant's brand (cardMerchBrandMismatch); the authorization that it was given with
    /// was replaced or is not known (invalidTransaction); another in force that used it
    /// (piPreviouslyUsed); other terms, or one instalment too many (installRecurMismatch);
    /// recurringExpired; recurringTooSoon; then as above, all authorizations in force counted
    /// together unless the payment recurs.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with our own keys and certificates.
    pub fn judge(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        previous: &[Authorization],
    ) -> Result<Judgement, Error> {
        let Self { request, reading } = self;
        let own = |record: &&Authorization| record.merchant_id == request.merchant.merchant_id;
        let previous: Vec<Authorization> = previous.iter().filter(own).cloned().collect();
        let previous = &*previous;
        let refusal = match reading {
            Reading::Unserved(code) => code,
            Reading::OtherBrand(instruction) => {
                if agreement::same_payment(&request.data, &instruction) {
                    AuthCode::CardMerchBrandMismatch
                } else {
                    AuthCode::PiAuthMismatch
                }
            }
            Reading::Instruction(instruction) => {
                match request.agrees(context, gateway, &instruction, previous)? {
                    Ok(()) => return request.ask(gateway, instruction.into_terms()),
                    Err(code) => code,
                }
            }
            Reading::FollowUp(follow_up) => {
                let (data, merchant) = (&request.data, &request.merchant);
                match follow_up::check(context, gateway, data, merchant, &follow_up, previous)? {
                    Ok(()) => return request.ask(gateway, follow_up.terms),
                    Err(code) => code,
                }
            }
        };
        let answered = request.refuse(context, gateway, refusal)?;
        Ok(Judgement::Refuse(Box::new(answered)))
    }
}

impl Request {
    fn tags(&self) -> &RrTags {
        &self.data.auth_req_item.auth_tags.auth_rr_tags
    }

    fn trans_ids(&self) -> &TransIds {
        &self.data.auth_req_item.auth_tags.trans_ids
    }

    fn agrees(
        &self,
        context: &Context<'_>,
        gateway: &Gateway,
        instruction: &Instruction,
        previous: &[Authorization],
    ) -> Result<Result<(), AuthCode>, Error> {
        agreement::check(
            context,
            gateway,
            &self.data,
            &self.merchant,
            instruction,
            previous,
        )
    }

    fn ask(self, gateway: &Gateway, terms: Terms) -> Result<Judgement, Error> {
        let pending = AuthPending::new(self, gateway, terms)?;
        Ok(Judgement::Ask(Box::new(pending)))
    }
}
