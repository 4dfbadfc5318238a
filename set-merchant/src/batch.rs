//! `batch`: batches opened, closed, purged and shown.

use std::fmt;

use serde::Serialize;
use set_core::merchant::batch_admin::Wish;
use set_core::msg::ids::{BatchId, BrandId, Rrpid};
use set_core::msg::payment::batch::{
    AmountType, BatchTotals, CloseStatus, TransactionDetail, TransactionStatus,
};
use set_core::msg::payment::batch_admin::{
    BaStatus, BatchAdminResData, BatchOperation, MaximumItems, ReturnTransactionDetail,
    SettlementInfo,
};
use set_node::cli::Exit;
use set_node::money::Money;
use set_node::program::{Screen, value};

use crate::claims::Claim;
use crate::cli::BatchCommand;
use crate::errand::Answered;
use crate::failure::Failure;
use crate::pos::Pos;
use crate::service::Till;
use crate::wishes::BatchRequest;

/// Administers a batch at the gateway.
///
/// # Errors
///
/// There is no gateway; it cannot be reached or its answer is not good.
pub async fn batch(
    pos: &Pos,
    command: &BatchCommand,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let (request, at) = match command {
        BatchCommand::Open(args) => (BatchRequest::Open(args.wish.clone()), &args.at),
        BatchCommand::Close(args) => (BatchRequest::Close(args.wish.clone()), &args.at),
        BatchCommand::Purge(args) => (BatchRequest::Purge(args.wish.clone()), &args.at),
        BatchCommand::Show(args) => (BatchRequest::Show(args.wish.clone()), &args.at),
    };
    let till = pos.till(at.gateway.as_ref()).await?;
    let shown = till.batch(&request).await?;
    screen.result(&shown);
    Ok(match shown.is_done() {
        true => Exit::Success,
        false => Exit::Refused,
    })
}

impl Till {
    /// Administers a batch at the gateway of a brand, of the one enrolled first unless another is
    /// named.
    ///
    /// # Errors
    ///
    /// There is no such brand; the gateway cannot be reached or its answer is not good.
    pub async fn batch(&self, request: &BatchRequest) -> Result<ShownBatch, Failure> {
        let brand_id = self.enrolled(request.brand())?;
        let brand_id = brand_id.as_ref();
        let wish = self.batch_wish(brand_id, request).await?;
        let operation = wish.operation;
        let page = match request {
            BatchRequest::Show(wish) => wish.items.then_some(wish.errors_only),
            _ => None,
        };
        let shown = match page {
            None => ShownBatch::of(&self.administer(brand_id, wish).await?),
            Some(errors_only) => all_pages(self, brand_id, wish, errors_only).await?,
        };
        Ok(shown.after(operation))
    }

    /// What a shop asks for is done once for each claim: see [`errand`](crate::errand).
    pub(crate) async fn batch_once(
        &self,
        request: &BatchRequest,
        claim: &Claim,
    ) -> Result<(Rrpid, ShownBatch), Failure> {
        let brand_id = self.enrolled(request.brand())?;
        let brand_id = brand_id.as_ref();
        let wish = self.batch_wish(brand_id, request).await?;
        let answered = self.run_errand(brand_id, wish, claim).await?;
        Ok((answered.rrpid, ShownBatch::answered(&answered)))
    }

    /// As the protocol asks for it.
    async fn batch_wish(
        &self,
        brand_id: Option<&BrandId>,
        request: &BatchRequest,
    ) -> Result<Wish, Failure> {
        let (operation, batch) = match request {
            BatchRequest::Open(wish) => (Some(BatchOperation::Open), wish.batch),
            BatchRequest::Close(wish) => (Some(BatchOperation::Close), wish.batch),
            BatchRequest::Purge(wish) => (Some(BatchOperation::Purge), wish.batch),
            BatchRequest::Show(wish) => (None, wish.batch),
        };
        let batch_id = batch.map(BatchId::new).transpose();
        let mut wish = Wish {
            batch_id: batch_id.map_err(value("batch"))?,
            operation,
            summary: true,
            ..Wish::default()
        };
        if matches!(request, BatchRequest::Close(close) if !close.unbalanced) {
            wish.totals = balance(self, brand_id, &wish).await?;
        }
        Ok(wish)
    }

    /// The brand of this name, if one is named.
    fn enrolled(&self, name: Option<&str>) -> Result<Option<BrandId>, Failure> {
        let brand_id = name.map(BrandId::new).transpose();
        let brand_id = brand_id.map_err(value("brand"))?;
        self.counter(brand_id.as_ref())?;
        Ok(brand_id)
    }
}

/// The totals that the gateway shows us, sent back with the closing: so no item that comes
/// in between is closed unseen.
async fn balance(
    till: &Till,
    brand_id: Option<&BrandId>,
    wish: &Wish,
) -> Result<Option<set_core::msg::payment::batch::BatchStatus>, Failure> {
    let asked = Wish {
        operation: None,
        ..wish.clone()
    };
    Ok(till.administer(brand_id, asked).await?.batch_status)
}

async fn all_pages(
    till: &Till,
    brand_id: Option<&BrandId>,
    wish: Wish,
    errors_only: bool,
) -> Result<ShownBatch, Failure> {
    let mut start = 0;
    let mut shown: Option<ShownBatch> = None;
    loop {
        let wish = Wish {
            page: Some(ReturnTransactionDetail {
                starting_point: start,
                maximum_items: MaximumItems::new(PAGE).map_err(value("page"))?,
                errors_only_ind: errors_only,
                brand_id: None,
            }),
            ..wish.clone()
        };
        let data = till.administer(brand_id, wish).await?;
        let next = data.trans_details.as_ref();
        let next = next.map_or(0, |details| details.next_starting_point);
        let page = ShownBatch::of(&data);
        match &mut shown {
            None => shown = Some(page),
            Some(shown) => shown.items.extend(page.items),
        }
        // A gateway that goes in circles is not followed.
        if next <= start {
            return Ok(shown.unwrap_or_else(|| ShownBatch::of(&data)));
        }
        start = next;
    }
}

/// A batch as the gateway shows it.
#[derive(Clone, Debug, Serialize)]
pub struct ShownBatch {
    operation: Option<&'static str>,
    batch: u64,
    status: Option<&'static str>,
    opened: Option<String>,
    closed: Option<String>,
    closed_by: Option<&'static str>,
    totals: Option<Totals>,
    brands: Vec<BrandTotals>,
    transmission: Option<&'static str>,
    settlement: Option<Settlement>,
    items: Vec<Item>,
}

#[derive(Clone, Debug, Serialize)]
struct Totals {
    debits: u64,
    debit: String,
    credits: u64,
    credit: String,
}

#[derive(Clone, Debug, Serialize)]
struct BrandTotals {
    brand: String,
    #[serde(flatten)]
    totals: Totals,
}

#[derive(Clone, Debug, Serialize)]
struct Settlement {
    amount: String,
    direction: &'static str,
    account: String,
    deposited: String,
}

#[derive(Clone, Debug, Serialize)]
struct Item {
    sequence: u64,
    xid: String,
    amount: String,
    direction: &'static str,
    status: Option<&'static str>,
}

impl ShownBatch {
    /// What came of an errand.
    pub(crate) fn answered(answered: &Answered) -> Self {
        Self::of(&answered.data).after(answered.operation)
    }

    fn after(mut self, operation: Option<BatchOperation>) -> Self {
        self.operation = operation.map(BatchOperation::name);
        self
    }

    /// Whether the gateway did what was asked for.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.status
            .is_some_and(|name| name == BaStatus::Success.name())
    }

    fn of(data: &BatchAdminResData) -> Self {
        let status = data.batch_status.as_ref();
        let closed = status.and_then(|status| status.closed_when.as_ref());
        let details = status.map(|status| &status.batch_details);
        let brands = details.and_then(|details| details.brand_batch_details_seq.as_ref());
        let items = data.trans_details.as_ref();
        Self {
            operation: None,
            batch: data.batch_id.value(),
            status: data.ba_status.map(BaStatus::name),
            opened: status.map(|status| status.open_date_time.to_string()),
            closed: closed.map(|closed| closed.close_date_time.to_string()),
            closed_by: closed.map(|closed| match closed.close_status {
                CloseStatus::ClosedbyMerchant => "merchant",
                CloseStatus::ClosedbyAcquirer => "acquirer",
            }),
            totals: details.map(|details| Totals::of(&details.batch_totals)),
            brands: brands
                .into_iter()
                .flatten()
                .map(|brand| BrandTotals {
                    brand: brand.brand_id.to_string(),
                    totals: Totals::of(&brand.batch_totals),
                })
                .collect(),
            transmission: data.transmission_status.map(|status| status.name()),
            settlement: data.settlement_info.as_ref().map(Settlement::of),
            items: items
                .iter()
                .flat_map(|details| details.transaction_detail_seq.iter())
                .map(Item::of)
                .collect(),
        }
    }
}

impl Totals {
    fn of(totals: &BatchTotals) -> Self {
        Self {
            debits: totals.transaction_count_debit,
            debit: Money(totals.transaction_total_amt_debit).to_string(),
            credits: totals.transaction_count_credit,
            credit: Money(totals.transaction_total_amt_credit).to_string(),
        }
    }
}

impl Settlement {
    fn of(info: &SettlementInfo) -> Self {
        Self {
            amount: Money(info.settlement_amount).to_string(),
            direction: info.settlement_type.name(),
            account: info.settlement_account.to_string(),
            deposited: info.settlement_deposit_date.to_string(),
        }
    }
}

impl Item {
    fn of(detail: &TransactionDetail) -> Self {
        Self {
            sequence: detail.batch_sequence_num.value(),
            xid: detail.trans_ids.xid.to_string(),
            amount: Money(detail.transaction_amt).to_string(),
            direction: AmountType::name(detail.transaction_amt_type),
            status: detail.transaction_status.map(TransactionStatus::name),
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} debits of {}, {} credits of {}",
            self.debits, self.debit, self.credits, self.credit
        )
    }
}

impl fmt::Display for ShownBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "batch {}", self.batch)?;
        if let Some(status) = self.status {
            write!(f, "  {status}")?;
        }
        for (name, value) in [
            ("opened", self.opened.as_deref()),
            ("closed", self.closed.as_deref()),
            ("transmission", self.transmission),
        ] {
            if let Some(value) = value {
                write!(f, "\n{name:<14}{value}")?;
            }
        }
        if let Some(totals) = &self.totals {
            write!(f, "\n{:<14}{totals}", "totals")?;
        }
        for brand in &self.brands {
            write!(f, "\n{:<14}{}: {}", "", brand.brand, brand.totals)?;
        }
        if let Some(settled) = &self.settlement {
            write!(
                f,
                "\n{:<14}{} {} to {} on {}",
                "settlement", settled.amount, settled.direction, settled.account, settled.deposited
            )?;
        }
        for item in &self.items {
            write!(
                f,
                "\n{:>8}  {:>16} {:<6}  {}",
                item.sequence, item.amount, item.direction, item.xid
            )?;
        }
        Ok(())
    }
}

/// Items asked for at once.
const PAGE: u64 = 100;
