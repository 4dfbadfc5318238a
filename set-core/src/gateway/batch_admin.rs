//! BatchAdminReq → BatchAdminRes: batches are opened, closed, purged and asked about.
//!
//! | step | what it needs from outside | what it gives |
//! |---|---|---|
//! | [`open`] | | [`Asked`]: the merchant is who it says |
//! | [`Asked::choose`] | the merchant's open batches, and the one that is named | [`Chosen`]: what is to be done with which, or why not |
//! | [`Chosen::settle`] | the items of the batch, as far as [`Chosen::wants`] says | [`Administered`]: BatchAdminRes and what to store |

mod page;

pub use self::page::Page;

use crate::asn1::{Raw, oid};
use crate::error::Error;
use crate::exchange::Context;
use crate::exchange::receive::check_rrpid;
use crate::gateway::Gateway;
use crate::gateway::batch::{Batch, Batches, Item, Slot};
use crate::gateway::host::{HostAdvice, HostEvent, IdempotencyKey};
use crate::gateway::peer::Peer;
use crate::gateway::record::Authorization;
use crate::gateway::request::{self, Sealed};
use crate::msg::ids::{BatchId, MerchantId};
use crate::msg::message::Message;
use crate::msg::payment::batch::{
    AmountType, CloseStatus, ClosedWhen, TransDetails, TransactionDetail,
};
use crate::msg::payment::batch_admin::{
    BaStatus, BatchAdminReq, BatchAdminReqData, BatchAdminResData, BatchOperation,
    ReturnTransactionDetail, TransmissionStatus,
};
use crate::msg::tags::RrTags;
use crate::msg::wrapper::MessageHeader;
use crate::proof::ChainVerified;
use crate::treatment::enc::Types;
use crate::x509::name::Brand;

const REQUEST: Types = Types {
    tbe: oid::content::BATCH_ADMIN_REQ_TBE,
    tbs: oid::content::BATCH_ADMIN_REQ_DATA,
};
const RESPONSE: Types = Types {
    tbe: oid::content::BATCH_ADMIN_RES_TBE,
    tbs: oid::content::BATCH_ADMIN_RES_DATA,
};

/// A BatchAdminReq whose signature was verified.
#[derive(Debug)]
pub struct Asked {
    data: BatchAdminReqData,
    merchant: Peer,
}

/// A request of which it is known what it is about.
#[derive(Debug)]
pub struct Chosen {
    asked: Asked,
    choice: Result<Batch, BaStatus>,
}

/// Which items of a batch a step needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wants {
    /// None.
    Nothing,
    /// One page.
    Page(ReturnTransactionDetail),
    /// All, and the records of the authorizations that they are about.
    All,
}

/// The items of a batch, as far as they were wanted.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// The page asked for.
    pub page: Option<TransDetails>,
    /// All items.
    pub items: Vec<Item>,
    /// The authorizations that they are about.
    pub records: Vec<Authorization>,
}

/// BatchAdminRes, and what it leaves behind.
#[derive(Debug)]
pub struct Administered {
    /// The octets of BatchAdminRes.
    pub octets: Vec<u8>,
    /// What came of it.
    pub ba_status: BaStatus,
    /// The batch, when it changed; to be stored in one transaction with the octets.
    pub batch: Option<Batch>,
    /// Whether all its items are to be removed.
    pub purged: bool,
    /// The records that changed.
    pub records: Vec<Authorization>,
    /// To be passed to the host once stored.
    pub advices: Vec<HostAdvice>,
}

/// Opens BatchAdminReq and verifies the merchant's signature.
///
/// # Errors
///
/// In the order of checking: decodingFailure when the request does not open or parse;
/// unrecognizedExtension; the certificate codes and signatureFailure; unknownRRPID;
/// unspecifiedFailure when `merTermIDs` names another merchant.
pub fn open(
    context: &Context<'_>,
    gateway: &mut Gateway,
    header: &MessageHeader,
    request: &BatchAdminReq,
) -> Result<Asked, Error> {
    let sealed = Sealed::Plain(request, REQUEST);
    // It is about no transaction, so that there are no ids to compare.
    let opened = request::open::<BatchAdminReqData>(context, gateway, &sealed, |_| Ok(()))?;
    let data = opened.content.into_value();
    check_rrpid(header, data.batch_admin_rr_tags.rrpid)?;
    opened.merchant.check_tags(&data.batch_admin_rr_tags)?;
    Ok(Asked {
        data,
        merchant: opened.merchant,
    })
}

impl Asked {
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

    /// The batch that is named, to be looked up beside the open ones.
    #[must_use]
    pub const fn batch_id(&self) -> Option<BatchId> {
        self.data.batch_id
    }

    /// What is to be done.
    #[must_use]
    pub const fn operation(&self) -> Option<BatchOperation> {
        self.data.batch_operation
    }

    /// Finds the batch that it is about, or makes the one to be opened.
    ///
    /// `batches` are the merchant's open ones and the one named. In this order:
    /// unspecifiedFailure for more brands and BINs than a batch may name; brandNotSupported,
    /// unknownBIN for what the gateway does not take; for an opening
    /// batchAlreadyOpen, batchIDUnavailable when the id was used, is not the merchant's to
    /// choose, or as many are open as may be; otherwise unknownBatchID, brandBatchMismatch, and unknownBatchOperation for
    /// closing or purging a closed batch.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with our own certificates.
    pub fn choose(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        batches: &Batches,
    ) -> Result<Chosen, Error> {
        let choice = match self.check_brands(gateway)? {
            Err(status) => Err(status),
            Ok(()) if self.operation() == Some(BatchOperation::Open) => {
                self.batch_to_open(context, batches)
            }
            Ok(()) => self.existing(batches),
        };
        Ok(Chosen {
            asked: self,
            choice,
        })
    }

    fn check_brands(&self, gateway: &Gateway) -> Result<Result<(), BaStatus>, Error> {
        let named = self.data.brand_and_bin_seq.as_ref();
        if named.is_some_and(|named| named.len() > MOST_BINS) {
            return Ok(Err(BaStatus::UnspecifiedFailure));
        }
        let ours = gateway.encryption.certificate.brand()?;
        for wanted in self.data.brand_and_bin_seq.iter().flatten() {
            if Brand::of(&wanted.brand_id) != ours {
                return Ok(Err(BaStatus::BrandNotSupported));
            }
            if !gateway.serves(wanted.bin.as_ref()) {
                return Ok(Err(BaStatus::UnknownBin));
            }
        }
        Ok(Ok(()))
    }

    fn batch_to_open(&self, context: &Context<'_>, batches: &Batches) -> Result<Batch, BaStatus> {
        let takes = self.data.brand_and_bin_seq.clone();
        let batch_id = match (self.data.batch_id, batches.spare) {
            (Some(named), spare) => match batches.find(named) {
                Some(batch) if batch.is_open() => return Err(BaStatus::BatchAlreadyOpen),
                Some(_) => return Err(BaStatus::BatchIdUnavailable),
                None if spare.is_some() => return Err(BaStatus::BatchIdUnavailable),
                None => named,
            },
            (None, None) => return Err(BaStatus::BatchIdUnavailable),
            (None, Some(spare)) => spare,
        };
        let open = batches.known.iter().filter(|batch| batch.is_open());
        if open.count() >= MOST_OPEN {
            return Err(BaStatus::BatchIdUnavailable);
        }
        let same = |batch: &Batch| batch.is_open() && batch.takes == takes;
        if self.data.batch_id.is_none() && batches.known.iter().any(same) {
            return Err(BaStatus::BatchAlreadyOpen);
        }
        Ok(Batch::open(batch_id, context.now, takes))
    }

    fn existing(&self, batches: &Batches) -> Result<Batch, BaStatus> {
        let batch = match self.data.batch_id {
            Some(batch_id) => batches.find(batch_id),
            None => batches
                .known
                .iter()
                .find(|batch| batch.is_open() && self.fits(batch)),
        };
        let batch = batch.ok_or(BaStatus::UnknownBatchId)?;
        if !self.fits(batch) {
            return Err(BaStatus::BrandBatchMismatch);
        }
        if self.operation().is_some() && !batch.is_open() {
            return Err(BaStatus::UnknownBatchOperation);
        }
        Ok(batch.clone())
    }

    fn fits(&self, batch: &Batch) -> bool {
        let mut wanted = self.data.brand_and_bin_seq.iter().flatten();
        wanted.all(|wanted| batch.admits(&wanted.brand_id, wanted.bin.as_ref()))
    }
}

impl Chosen {
    /// The batch, unless the request is refused.
    #[must_use]
    pub fn batch_id(&self) -> Option<BatchId> {
        self.choice.as_ref().ok().map(|batch| batch.batch_id)
    }

    /// Which items of the batch [`settle`](Self::settle) needs.
    #[must_use]
    pub fn wants(&self) -> Wants {
        let data = &self.asked.data;
        match (self.asked.operation(), &data.return_transaction_detail) {
            _ if self.choice.is_err() => Wants::Nothing,
            (Some(BatchOperation::Open), _) => Wants::Nothing,
            (Some(BatchOperation::Purge), _) => Wants::All,
            _ if data.trans_details.is_some() => Wants::All,
            (_, Some(page)) => Wants::Page(page.clone()),
            (_, None) => Wants::Nothing,
        }
    }

    /// Answers without doing it, for a reason that only the store could know, such as more
    /// items than can be looked at.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with our own keys and certificates.
    pub fn refuse(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        ba_status: BaStatus,
    ) -> Result<Administered, Error> {
        match self.choice {
            Ok(batch) => self.asked.show(context, gateway, ba_status, &batch, None),
            Err(status) => self.asked.refuse(context, gateway, status),
        }
    }

    /// Does it, and answers.
    ///
    /// unknownStartingPoint for a page behind the last item; totalsOutOfBalance when totals
    /// or items that the merchant sent are not ours, and the batch is then not closed;
    /// unspecifiedFailure for a purge that would leave more credited than captured, or more
    /// captured than authorized, since other batches hold what belongs to these items.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with our own keys and certificates.
    pub fn settle(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        mut contents: Contents,
    ) -> Result<Administered, Error> {
        let Self { asked, choice } = self;
        let batch = match choice {
            Ok(batch) => batch,
            Err(status) => return asked.refuse(context, gateway, status),
        };
        match asked.operation() {
            Some(BatchOperation::Open) => {
                let octets = asked.respond(context, gateway, BaStatus::Success, &batch, None)?;
                Ok(Administered {
                    batch: Some(batch),
                    ..Administered::nothing(octets, BaStatus::Success)
                })
            }
            Some(BatchOperation::Purge) => asked.purge(context, gateway, batch, contents),
            Some(BatchOperation::Close) => match asked.check(&batch, &contents) {
                Ok(()) => {
                    let page = asked.page(&mut contents);
                    asked.close(context, gateway, batch, page)
                }
                Err(status) => asked.show(context, gateway, status, &batch, None),
            },
            None => match asked.check(&batch, &contents) {
                Ok(()) => {
                    let page = asked.page(&mut contents);
                    asked.show(context, gateway, BaStatus::Success, &batch, page)
                }
                Err(status) => asked.show(context, gateway, status, &batch, None),
            },
        }
    }
}

impl Asked {
    fn check(&self, batch: &Batch, contents: &Contents) -> Result<(), BaStatus> {
        if let Some(wanted) = &self.data.return_transaction_detail
            && wanted.starting_point > 0
            && wanted.starting_point >= batch.next.value()
        {
            return Err(BaStatus::UnknownStartingPoint);
        }
        let totals = self.data.batch_status.as_ref();
        let listed = self.data.trans_details.as_ref();
        let known = |theirs: &TransactionDetail| {
            let mut ours = contents.items.iter().map(|item| &item.detail);
            ours.any(|ours| is_same(ours, theirs))
        };
        let balanced = totals.is_none_or(|theirs| batch.agrees(theirs))
            && listed.is_none_or(|listed| listed.transaction_detail_seq.iter().all(known));
        if balanced {
            Ok(())
        } else {
            Err(BaStatus::TotalsOutOfBalance)
        }
    }

    /// The page that is wanted; made here where all items had to be loaded.
    fn page(&self, contents: &mut Contents) -> Option<TransDetails> {
        let (Some(wanted), Some(_)) = (
            &self.data.return_transaction_detail,
            &self.data.trans_details,
        ) else {
            return contents.page.take();
        };
        let mut page = Page::new(wanted.clone());
        for item in std::mem::take(&mut contents.items) {
            if !page.offer(item) {
                break;
            }
        }
        page.finish()
    }

    fn close(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        mut batch: Batch,
        page: Option<TransDetails>,
    ) -> Result<Administered, Error> {
        batch.closed_when = Some(ClosedWhen {
            close_status: CloseStatus::ClosedbyMerchant,
            close_date_time: context.now,
        });
        batch.transmission = Some(TransmissionStatus::Pending);
        let octets = self.respond(context, gateway, BaStatus::Success, &batch, page)?;
        Ok(Administered {
            batch: Some(batch),
            ..Administered::nothing(octets, BaStatus::Success)
        })
    }

    fn purge(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        mut batch: Batch,
        contents: Contents,
    ) -> Result<Administered, Error> {
        let margin = context.policy.amount_margin_percent;
        let advices = self.advices(&contents);
        let purged: Vec<Authorization> = contents
            .records
            .iter()
            .map(|record| record.clone().purged(batch.batch_id, context.now))
            .collect();
        // A purge that takes nothing more is not to blame for a margin that has become narrower.
        let sound = |(before, after): (&Authorization, &Authorization)| {
            let more = after.captured() > before.captured();
            after.covers_credits() && (!more || after.balanced(margin))
        };
        if !contents.records.iter().zip(&purged).all(sound) {
            let status = BaStatus::UnspecifiedFailure;
            return self.show(context, gateway, status, &batch, None);
        }
        batch.purge();
        let octets = self.respond(context, gateway, BaStatus::Success, &batch, None)?;
        Ok(Administered {
            batch: Some(batch),
            purged: true,
            records: purged,
            advices,
            ..Administered::nothing(octets, BaStatus::Success)
        })
    }

    /// What the host is told of a purge: the opposite of each item.
    fn advices(&self, contents: &Contents) -> Vec<HostAdvice> {
        let advice = |item: &Item| {
            let detail = &item.detail;
            let slot = Slot {
                batch_id: item.batch_id,
                batch_sequence_num: detail.batch_sequence_num,
            };
            let record = contents.records.iter().find(|record| {
                record.auth_rrpid == detail.auth_rrpid
                    && record.trans_ids.xid == detail.trans_ids.xid
            });
            HostAdvice {
                event: opposite(detail.transaction_amt_type, record, slot),
                key: IdempotencyKey {
                    xid: detail.trans_ids.xid,
                    rrpid: detail.auth_rrpid,
                },
                cause: self.data.batch_admin_rr_tags.rrpid,
                merchant_id: self.merchant.merchant_id.clone(),
                account: None,
                amount: detail.transaction_amt,
                approval_code: record.and_then(|record| record.approval_code.clone()),
                slot: Some(slot),
            }
        };
        contents.items.iter().map(advice).collect()
    }

    fn show(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        ba_status: BaStatus,
        batch: &Batch,
        page: Option<TransDetails>,
    ) -> Result<Administered, Error> {
        let octets = self.respond(context, gateway, ba_status, batch, page)?;
        Ok(Administered::nothing(octets, ba_status))
    }

    fn refuse(
        self,
        context: &Context<'_>,
        gateway: &Gateway,
        ba_status: BaStatus,
    ) -> Result<Administered, Error> {
        let batch_id = self.data.batch_id.unwrap_or(BatchId::NONE);
        let data = BatchAdminResData {
            batch_admin_rr_tags: self.data.batch_admin_rr_tags.clone(),
            batch_id,
            ba_status: Some(ba_status),
            batch_status: None,
            transmission_status: None,
            settlement_info: None,
            trans_details: None,
            ba_rs_extensions: None,
        };
        let octets = self.send(context, gateway, data)?;
        Ok(Administered::nothing(octets, ba_status))
    }

    fn respond(
        &self,
        context: &Context<'_>,
        gateway: &Gateway,
        ba_status: BaStatus,
        batch: &Batch,
        trans_details: Option<TransDetails>,
    ) -> Result<Vec<u8>, Error> {
        let told = self.data.return_batch_summary_ind
            || self.operation().is_some()
            || self.data.batch_status.is_some();
        let data = BatchAdminResData {
            batch_admin_rr_tags: self.data.batch_admin_rr_tags.clone(),
            batch_id: batch.batch_id,
            ba_status: Some(ba_status),
            batch_status: told.then(|| batch.status()),
            transmission_status: batch.transmission,
            settlement_info: batch.settlement.clone(),
            trans_details,
            ba_rs_extensions: None,
        };
        self.send(context, gateway, data)
    }

    fn send(
        &self,
        context: &Context<'_>,
        gateway: &Gateway,
        data: BatchAdminResData,
    ) -> Result<Vec<u8>, Error> {
        // BatchAdminReq has no thumbs, and the merchant knows us from earlier answers; but it
        // may ask when what it holds is out of date. The encryption certificate does not go along,
        // as there is no peThumb to vouch for it.
        let certificate = &gateway.signature.certificate;
        let (attached, _) = gateway.trust.attach(context, &[certificate], None)?;
        let tags: &RrTags = &self.data.batch_admin_rr_tags;
        request::respond(
            context,
            gateway,
            &self.merchant,
            RESPONSE,
            &Raw::new(data)?,
            &attached,
            tags,
            None,
            |response| Message::BatchAdminRes(Box::new(response)),
        )
    }
}

impl Administered {
    fn nothing(octets: Vec<u8>, ba_status: BaStatus) -> Self {
        Self {
            octets,
            ba_status,
            batch: None,
            purged: false,
            records: Vec::new(),
            advices: Vec::new(),
        }
    }
}

/// Batches of one merchant that may be open at once: all of them are looked at with each request.
const MOST_OPEN: usize = 32;

/// Brands and BINs that a request may name, and a batch be for.
const MOST_BINS: usize = 256;

fn is_same(ours: &TransactionDetail, theirs: &TransactionDetail) -> bool {
    ours.trans_ids.xid == theirs.trans_ids.xid
        && ours.auth_rrpid == theirs.auth_rrpid
        && ours.batch_sequence_num == theirs.batch_sequence_num
        && ours.transaction_amt == theirs.transaction_amt
        && ours.transaction_amt_type == theirs.transaction_amt_type
}

/// What undoes an item: of debits, captures and reversed credits; of credits, credits and
/// reversed captures.
fn opposite(direction: AmountType, record: Option<&Authorization>, slot: Slot) -> HostEvent {
    let mut captures = record.iter().flat_map(|record| record.captures.iter());
    match direction {
        AmountType::Debit => {
            if captures.any(|capture| capture.slot == slot) {
                HostEvent::CaptureReversal
            } else {
                HostEvent::Credit
            }
        }
        AmountType::Credit => {
            let reversal = |capture: &crate::gateway::record::Capture| {
                let undone = capture.reversed.as_ref();
                undone.is_some_and(|undone| undone.slot == slot)
            };
            if captures.any(reversal) {
                HostEvent::Capture
            } else {
                HostEvent::CreditReversal
            }
        }
    }
}
