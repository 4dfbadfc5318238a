//! CapRevReq, CredReq and CredRevReq: captures undone, money given back, and that undone,
//! each item with a code of its own.
//!
//! | step | what it needs from outside | what it gives |
//! |---|---|---|
//! | [`open`] | | [`Asked`]: the merchant is who it says |
//! | [`Asked::settle`] | the records of the items, their batches | [`Settled`]: the response and what to store |
//!
//! As with captures, one bad item does not sink the others, and the host is told afterwards.

mod item;

use crate::asn1::{Raw, SeqOf, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::exchange::cap_rev_or_cred::{CapRevOrCred, CapRevOrCredReq};
use crate::exchange::context::ids_of_all;
use crate::exchange::receive::{check_ids_of_all, check_rrpid};
use crate::gateway::Gateway;
use crate::gateway::batch::Batches;
use crate::gateway::books::Books;
use crate::gateway::cap::Settled;
use crate::gateway::peer::Peer;
use crate::gateway::record::Authorization;
use crate::gateway::request::{self, Sealed};
use crate::msg::ids::{BatchId, MerchantId, Rrpid, Xid};
use crate::msg::payment::account::PanToken;
use crate::msg::payment::cap::CapTokenSeq;
use crate::msg::payment::cap_rev_or_cred::{
    CapRevOrCredReqData, CapRevOrCredReqTbs, CapRevOrCredResData, CapRevOrCredResItem,
};
use crate::msg::wrapper::MessageHeader;
use crate::proof::ChainVerified;
use crate::treatment::dd;

/// A request of the three whose signature was verified.
#[derive(Debug)]
pub struct Asked {
    what: CapRevOrCred,
    data: CapRevOrCredReqData,
    tokens: CapTokenSeq,
    merchant: Peer,
    /// The account that the merchant sent.
    pan_token: Option<PanToken>,
}

/// Opens a request and verifies the merchant's signature.
///
/// # Errors
///
/// As [`cap::open`](super::cap::open).
pub fn open(
    context: &Context<'_>,
    gateway: &mut Gateway,
    header: &MessageHeader,
    what: CapRevOrCred,
    request: CapRevOrCredReq<'_>,
) -> Result<Asked, Error> {
    let tokens = request.tokens();
    let sealed = match request {
        CapRevOrCredReq::EncB(request) => Sealed::Plain(&request.enc, what.plain()),
        CapRevOrCredReq::EncBx(request) => Sealed::WithAccount(&request.enc_x, what.with_account()),
    };
    let check = |tbs: &CapRevOrCredReqTbs| {
        let items = tbs.t1.cap_rev_or_cred_req_item_seq.iter();
        check_ids_of_all(header, items.map(|item| &item.trans_ids))
    };
    let opened = request::open::<CapRevOrCredReqTbs>(context, gateway, &sealed, check)?;
    let CapRevOrCredReqTbs { t1: data, t2 } = opened.content.into_value();
    dd::check(context.crypto, &t2, oid::content::CAP_TOKEN_SEQ, tokens)?;
    check_rrpid(header, data.cap_rev_or_cred_rr_tags.rrpid)?;
    opened.merchant.check_tags(&data.cap_rev_or_cred_rr_tags)?;
    if tokens.len() > data.cap_rev_or_cred_req_item_seq.len() {
        return Err(PeerFault::Unspecified("the request has more tokens than items").into());
    }
    Ok(Asked {
        what,
        data,
        tokens: tokens.clone().into_value(),
        merchant: opened.merchant,
        pan_token: opened.pan_token,
    })
}

impl Asked {
    /// What is asked.
    #[must_use]
    pub const fn what(&self) -> CapRevOrCred {
        self.what
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

    /// The authorizations concerned, by the RRPID of their AuthReq and their XID: their
    /// records are to be looked up, and the batches of their captures and credits.
    pub fn authorizations(&self) -> impl Iterator<Item = (Rrpid, Xid)> + '_ {
        let items = self.data.cap_rev_or_cred_req_item_seq.iter();
        items.map(|item| (item.auth_rrpid, item.trans_ids.xid))
    }

    /// The batches that items name, to be looked up beside the open ones.
    pub fn batches(&self) -> impl Iterator<Item = BatchId> + '_ {
        let items = self.data.cap_rev_or_cred_req_item_seq.iter();
        items.flat_map(|item| {
            let detail = item.cap_payload.sale_detail.as_ref();
            [item.new_batch_id, detail.and_then(|detail| detail.batch_id)]
                .into_iter()
                .flatten()
        })
    }

    /// Does what can be done, and answers.
    ///
    /// `records` are those found for [`authorizations`](Self::authorizations); `batches`
    /// give places and are to be stored with what comes back. The codes of an item, the
    /// first failure deciding: originalNotFound when there is no such authorization of this
    /// merchant, or no such capture or credit of it; capPurged when it went with its batch;
    /// duplicateRequest when it was done already; originalProcessed for a capture of which
    /// money was given back; missingCapToken, invalidCapToken; unspecifiedFailure for an
    /// amount that is not covered; batchUnknown, batchClosed.
    ///
    /// A credit of a capture of which nothing is known here any more is given on the token
    /// alone where [`Policy::credit_without_record`](crate::policy::Policy) allows; it needs
    /// the request and answer of the authorization, else missingCapData.
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
            self.data.cap_rev_or_cred_rr_tags.rrpid,
            records,
            batches,
        );
        let items: Vec<CapRevOrCredResItem> = self
            .data
            .cap_rev_or_cred_req_item_seq
            .iter()
            .enumerate()
            .map(|(index, item)| item::answer(&mut books, self.what, item, self.tokens.get(index)))
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
        items: Vec<CapRevOrCredResItem>,
    ) -> Result<Vec<u8>, Error> {
        let enclosed = gateway.enclose(context, self.data.m_thumbs.as_ref())?;
        let items_asked = self.data.cap_rev_or_cred_req_item_seq.iter();
        let ids = ids_of_all(items_asked.map(|item| &item.trans_ids));
        let tags = &self.data.cap_rev_or_cred_rr_tags;
        let data = Raw::new(CapRevOrCredResData {
            cap_rev_or_cred_rr_tags: tags.clone(),
            brand_crl_identifier: enclosed.brand_crl_identifier,
            pe_thumb: enclosed.pe_thumb,
            batch_status_seq: None,
            cap_rev_or_cred_res_item_seq: SeqOf::new(items)?,
            c_rv_rs_extensions: None,
        })?;
        request::respond(
            context,
            gateway,
            &self.merchant,
            self.what.response(),
            &data,
            &enclosed.attached,
            tags,
            ids,
            |response| self.what.response_message(response),
        )
    }
}
