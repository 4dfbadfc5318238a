//! CapReq → CapRes: authorized amounts are collected, each item with a code of its own.
//!
//! | step | what it needs from outside | what it gives |
//! |---|---|---|
//! | [`open`] | | [`CapAsked`]: the merchant is who it says |
//! | [`CapAsked::settle`] | the records of the items, the open batches | [`Settled`]: CapRes and what to store |
//!
//! One bad item does not sink the others. The host is told afterwards, as advice: it
//! authorized already.

mod item;

use crate::asn1::{Raw, SeqOf, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::exchange::context::ids_of_all;
use crate::exchange::receive::{check_ids_of_all, check_rrpid};
use crate::gateway::Gateway;
use crate::gateway::batch::Batches;
use crate::gateway::books::Books;
use crate::gateway::host::HostAdvice;
use crate::gateway::peer::Peer;
use crate::gateway::record::Authorization;
use crate::gateway::request::{self, Sealed};
use crate::msg::ids::{BatchId, MerchantId, Rrpid, Xid};
use crate::msg::message::Message;
use crate::msg::payment::account::PanToken;
use crate::msg::payment::cap::{
    CapReq, CapReqData, CapReqTbs, CapResData, CapResItem, CapTokenSeq,
};
use crate::msg::wrapper::MessageHeader;
use crate::proof::ChainVerified;
use crate::treatment::dd;
use crate::treatment::enc::Types;

const PLAIN: Types = Types {
    tbe: oid::content::CAP_REQ_TBE,
    tbs: oid::content::CAP_REQ_TBS,
};
const WITH_PAN: Types = Types {
    tbe: oid::content::CAP_REQ_TBEX,
    tbs: oid::content::CAP_REQ_TBSX,
};
const RESPONSE: Types = Types {
    tbe: oid::content::CAP_RES_TBE,
    tbs: oid::content::CAP_RES_DATA,
};

/// A CapReq whose signature was verified.
#[derive(Debug)]
pub struct CapAsked {
    data: CapReqData,
    tokens: CapTokenSeq,
    merchant: Peer,
    /// The account as the merchant has it, when it sent one.
    pan_token: Option<PanToken>,
}

/// A response, and what the items of its request leave behind; what they put into batches is
/// in [`Batches::items`].
#[derive(Debug)]
pub struct Settled {
    /// The octets of the response.
    pub octets: Vec<u8>,
    /// The records that changed, to be stored in one transaction with the octets.
    pub records: Vec<Authorization>,
    /// To be passed to the host once stored.
    pub advices: Vec<HostAdvice>,
}

/// Opens CapReq and verifies the merchant's signature.
///
/// # Errors
///
/// In the order of checking: decodingFailure when the request does not open or parse;
/// wrapperMsgMismatch, by every item; unrecognizedExtension; the certificate
/// codes and signatureFailure; signatureFailure when the tokens are not those that the
/// merchant signed for; unknownRRPID; unspecifiedFailure when `merTermIDs` names another
/// merchant or there are more tokens than items.
pub fn open(
    context: &Context<'_>,
    gateway: &mut Gateway,
    header: &MessageHeader,
    request: &CapReq,
) -> Result<CapAsked, Error> {
    let (sealed, tokens) = match request {
        CapReq::EncB(request) => (Sealed::Plain(&request.enc, PLAIN), &request.baggage),
        CapReq::EncBx(request) => (
            Sealed::WithAccount(&request.enc_x, WITH_PAN),
            &request.baggage,
        ),
    };
    let check = |tbs: &CapReqTbs| {
        let items = tbs.t1.cap_item_seq.iter();
        check_ids_of_all(header, items.map(|item| &item.trans_ids))
    };
    let opened = request::open::<CapReqTbs>(context, gateway, &sealed, check)?;
    let CapReqTbs { t1: data, t2 } = opened.content.into_value();
    dd::check(context.crypto, &t2, oid::content::CAP_TOKEN_SEQ, tokens)?;
    check_rrpid(header, data.cap_rr_tags.rrpid)?;
    opened.merchant.check_tags(&data.cap_rr_tags)?;
    if tokens.len() > data.cap_item_seq.len() {
        return Err(PeerFault::Unspecified("CapReq has more tokens than items").into());
    }
    Ok(CapAsked {
        data,
        tokens: tokens.clone().into_value(),
        merchant: opened.merchant,
        pan_token: opened.pan_token,
    })
}

impl CapAsked {
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

    /// The authorizations to be captured, by the RRPID of their AuthReq and their XID: their
    /// records are to be looked up.
    pub fn authorizations(&self) -> impl Iterator<Item = (Rrpid, Xid)> + '_ {
        self.data
            .cap_item_seq
            .iter()
            .map(|item| (item.auth_rrpid, item.trans_ids.xid))
    }

    /// The batches that items name, to be looked up beside the open ones.
    pub fn batches(&self) -> impl Iterator<Item = BatchId> + '_ {
        let details = self.data.cap_item_seq.iter();
        details.filter_map(|item| item.cap_payload.sale_detail.as_ref()?.batch_id)
    }

    /// Captures what can be captured, and answers.
    ///
    /// `records` are those found for [`authorizations`](Self::authorizations); `batches`
    /// give places and are to be stored with what comes back. The codes of an item, the
    /// first failure deciding: unknownXID when there is no such authorization of this
    /// merchant; unknownLID; invalidAuthData when it is not in force; duplicateRequest when
    /// this item was captured; authExpired; where the gateway keeps the account and no token
    /// came, authDataMissing without the request and answer of the authorization,
    /// invalidAuthData when they are not as they were; capTokenMissing; invalidCapToken when
    /// the token is not the one given with the authorization as it is now; invalidAuthData
    /// when the amount is not covered by what is left, duplicateRequest when nothing is;
    /// batchUnknown, batchClosed.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with our own keys and certificates.
    pub fn settle(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        records: Vec<Authorization>,
        batches: &mut Batches,
    ) -> Result<Settled, Error> {
        let own = gateway.own_signature(context)?;
        let mut books = Books::new(
            context,
            gateway,
            &own,
            (&self.merchant, self.pan_token.as_ref()),
            self.data.cap_rr_tags.rrpid,
            records,
            batches,
        );
        let items: Vec<CapResItem> = self
            .data
            .cap_item_seq
            .iter()
            .enumerate()
            .map(|(index, item)| item::answer(&mut books, item, self.tokens.get(index)))
            .collect();
        let (records, advices) = books.finish();
        let octets = self.respond(context, gateway, items)?;
        Ok(Settled {
            octets,
            records,
            advices,
        })
    }

    fn respond(
        &self,
        context: &Context<'_>,
        gateway: &Gateway,
        items: Vec<CapResItem>,
    ) -> Result<Vec<u8>, Error> {
        let enclosed = gateway.enclose(context, self.data.m_thumbs.as_ref())?;
        let items_asked = self.data.cap_item_seq.iter();
        let ids = ids_of_all(items_asked.map(|item| &item.trans_ids));
        let data = Raw::new(CapResData {
            cap_rr_tags: self.data.cap_rr_tags.clone(),
            brand_crl_identifier: enclosed.brand_crl_identifier,
            pe_thumb: enclosed.pe_thumb,
            batch_status_seq: None,
            cap_res_item_seq: SeqOf::new(items)?,
            c_rs_extensions: None,
        })?;
        request::respond(
            context,
            gateway,
            &self.merchant,
            RESPONSE,
            &data,
            &enclosed.attached,
            &self.data.cap_rr_tags,
            ids,
            |response| Message::CapRes(Box::new(response)),
        )
    }
}
