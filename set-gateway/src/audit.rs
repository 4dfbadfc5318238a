//! `audit`: whether the records, the batches and the books of money agree.
//!
//! Nothing is read twice to be believed: sums are made anew from the items, the items from the
//! captures and credits of the authorizations, and both are held against the batches' totals
//! and the books.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::gateway::batch::{Batch, Item, Slot};
use set_core::gateway::record::Authorization;
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::MerchantId;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::batch::AmountType;
use set_node::cli::Exit;
use set_node::program::Screen;
use set_node::store::{Store, StoreError, Tx};

use crate::config::Config;
use crate::failure::Failure;
use crate::serve;
use crate::service::ledger::ROLE;
use crate::service::{batches, ledger, postings};

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// Authorizations, those that were declined included.
    pub authorizations: u64,
    /// Authorizations from the time before there were books of money, which nothing has touched
    /// since.
    pub without_books: u64,
    /// Batches, closed ones included.
    pub batches: u64,
    /// Items of all batches.
    pub items: u64,
    /// Requests about which the host is being asked, or was when a run ended.
    pub asking: u64,
    /// What the host is still to be told.
    pub untold: u64,
    /// What does not agree, each in a sentence.
    pub faults: Vec<String>,
}

/// Audits a gateway's store; captures may exceed an authorization by `margin_percent`.
///
/// # Errors
///
/// The store fails, or what it has cannot be read.
pub async fn audit(store: &Store, margin_percent: u8) -> Result<Audit, StoreError> {
    let mut tx = store.read().await?;
    let mut auditor = Auditor {
        tx: &mut tx,
        margin_percent,
        audit: Audit::default(),
        placed: 0,
    };
    auditor.authorizations().await?;
    auditor.batches().await?;
    auditor.waiting().await?;
    let audit = auditor.audit;
    tx.roll_back().await?;
    Ok(audit)
}

/// Audits the store of a data folder, and shows what was found.
pub(crate) async fn command(
    data: &Path,
    config: &Config,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let mut agrees = true;
    for folder in serve::folders(data)? {
        let store = serve::open_store(data, &folder, config).await?;
        let audit = audit(&store, config.gateway.amount_margin_percent).await?;
        agrees &= audit.faults.is_empty();
        screen.result(&audit);
    }
    Ok(if agrees { Exit::Success } else { Exit::Refused })
}

struct Auditor<'a> {
    tx: &'a mut Tx,
    margin_percent: u8,
    audit: Audit,
    /// Items that authorizations have.
    placed: u64,
}

/// Brand, currency and power of ten: what amounts are summed up under.
type Account = (String, u16, i32);

/// Counts and sums of debits and of credits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    debits: (u64, u128),
    credits: (u64, u128),
}

impl Sums {
    fn add(&mut self, amount_type: AmountType, count: u64, amount: u64) {
        let (counted, summed) = match amount_type {
            AmountType::Debit => &mut self.debits,
            AmountType::Credit => &mut self.credits,
        };
        *counted = counted.saturating_add(count);
        *summed = summed.saturating_add(u128::from(amount));
    }

    fn net(&self) -> Option<i128> {
        let (debits, credits) = (self.debits.1, self.credits.1);
        Some(i128::try_from(debits).ok()? - i128::try_from(credits).ok()?)
    }

    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl Auditor<'_> {
    fn fault(&mut self, fault: String) {
        self.audit.faults.push(fault);
    }

    async fn authorizations(&mut self) -> Result<(), StoreError> {
        let mut after = Vec::new();
        loop {
            let (records, last) = ledger::page(self.tx, &after).await?;
            let Some(last) = last else { return Ok(()) };
            after = last;
            for record in &records {
                self.audit.authorizations += 1;
                self.authorization(record).await?;
            }
        }
    }

    async fn authorization(&mut self, record: &Authorization) -> Result<(), StoreError> {
        let name = format!(
            "authorization {} of {}",
            record.auth_rrpid, record.trans_ids.xid
        );
        if !record.balanced(self.margin_percent) {
            self.fault(format!("{name} breaks a rule of money"));
        }
        match self.tx.payment(postings::name(record)).await? {
            Some(books) => {
                let same = books.authorized == record.auth_amt
                    && u128::from(books.captured) == record.captured()
                    && u128::from(books.credited) == record.credited();
                if !same {
                    self.fault(format!("{name} is not as the books have it"));
                }
            }
            None if record.auth_code == AuthCode::Approved => self.audit.without_books += 1,
            None => {}
        }
        for (slot, amount_type, amount) in placed(record) {
            self.placed += 1;
            let item = batches::item(self.tx, &record.merchant_id, &slot).await?;
            let there = item.is_some_and(|Item { detail, .. }| {
                detail.auth_rrpid == record.auth_rrpid
                    && detail.trans_ids.xid == record.trans_ids.xid
                    && detail.transaction_amt == amount
                    && detail.transaction_amt_type == amount_type
            });
            if !there {
                let number = slot.batch_sequence_num.value();
                let batch = slot.batch_id.value();
                self.fault(format!("{name} has no item {number} in batch {batch}"));
            }
        }
        Ok(())
    }

    async fn batches(&mut self) -> Result<(), StoreError> {
        let mut after = Vec::new();
        loop {
            let (found, last) = batches::page(self.tx, &after).await?;
            let Some(last) = last else { break };
            after = last;
            for (merchant_id, batch) in &found {
                self.audit.batches += 1;
                self.batch(merchant_id, batch).await?;
            }
        }
        if self.placed != self.audit.items {
            let (placed, items) = (self.placed, self.audit.items);
            self.fault(format!(
                "batches have {items} items, authorizations {placed}"
            ));
        }
        Ok(())
    }

    async fn batch(&mut self, merchant_id: &MerchantId, batch: &Batch) -> Result<(), StoreError> {
        let name = format!("batch {} of {merchant_id}", batch.batch_id.value());
        let mut items: BTreeMap<Account, Sums> = BTreeMap::new();
        let mut after = batches::before_items(merchant_id, batch.batch_id);
        loop {
            let (page, last) = batches::next(self.tx, merchant_id, batch.batch_id, &after).await?;
            let Some(last) = last else { break };
            after = last;
            for Item { detail, .. } in page {
                self.audit.items += 1;
                let account = account(detail.brand_id.as_str(), &detail.transaction_amt);
                let sums = items.entry(account).or_default();
                let amount = detail.transaction_amt.amount;
                sums.add(detail.transaction_amt_type, 1, amount);
            }
        }
        if items != totals(batch) {
            self.fault(format!(
                "the totals of {name} are not the sums of its items"
            ));
        }
        let mut books: BTreeMap<Account, i128> = BTreeMap::new();
        for total in self
            .tx
            .batch_totals(ROLE, merchant_id, batch.batch_id)
            .await?
        {
            let net = i128::from(total.captured) - i128::from(total.credited);
            let account = (total.brand_id, total.currency.value(), total.amt_exp10);
            books.insert(account, net);
        }
        // What was emptied by a purge is nothing in both.
        books.retain(|_, net| *net != 0);
        let net: BTreeMap<Account, i128> = items
            .into_iter()
            .filter_map(|(account, sums)| Some((account, sums.net()?)))
            .filter(|(_, net)| *net != 0)
            .collect();
        if self.audit.without_books == 0 && net != books {
            self.fault(format!(
                "the books have other sums of {name} than its items"
            ));
        }
        Ok(())
    }

    async fn waiting(&mut self) -> Result<(), StoreError> {
        let asking = ledger::reserved(self.tx).await?.len();
        self.audit.asking = u64::try_from(asking).unwrap_or(u64::MAX);
        let mut after = None;
        loop {
            let page = ledger::notices(self.tx, after).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.number);
            self.audit.untold += u64::try_from(page.len()).unwrap_or(u64::MAX);
        }
    }
}

/// The items that an authorization has in batches.
fn placed(record: &Authorization) -> Vec<(Slot, AmountType, CurrencyAmount)> {
    let mut all = Vec::new();
    for capture in &record.captures {
        if capture.purged.is_none() {
            all.push((capture.slot, AmountType::Debit, capture.cap_amt));
        }
        if let Some(undone) = &capture.reversed {
            all.push((undone.slot, AmountType::Credit, capture.cap_amt));
        }
        for credit in &capture.credits {
            if credit.purged.is_none() {
                all.push((credit.slot, AmountType::Credit, credit.amount));
            }
            if let Some(undone) = &credit.reversed {
                all.push((undone.slot, AmountType::Debit, credit.amount));
            }
        }
    }
    all
}

/// A batch's totals as it has them.
fn totals(batch: &Batch) -> BTreeMap<Account, Sums> {
    let mut all: BTreeMap<Account, Sums> = BTreeMap::new();
    for one in &batch.totals {
        let totals = &one.batch_totals;
        let (debit, credit) = (
            &totals.transaction_total_amt_debit,
            &totals.transaction_total_amt_credit,
        );
        let sums = all
            .entry(account(one.brand_id.as_str(), debit))
            .or_default();
        let count = totals.transaction_count_debit;
        sums.add(AmountType::Debit, count, debit.amount);
        let count = totals.transaction_count_credit;
        sums.add(AmountType::Credit, count, credit.amount);
    }
    all.retain(|_, sums| !sums.is_nothing());
    all
}

fn account(brand_id: &str, unit: &CurrencyAmount) -> Account {
    (brand_id.to_owned(), unit.currency.value(), unit.amt_exp10)
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        write!(
            f,
            "{} authorizations, {} items in {} batches; {} being asked, {} to be told: {}",
            self.authorizations,
            self.items,
            self.batches,
            self.asking,
            self.untold,
            match self.faults.len() {
                0 => "all agrees".to_owned(),
                faults => format!("{faults} do not agree"),
            }
        )?;
        if self.without_books > 0 {
            write!(f, "; {} from before the books", self.without_books)?;
        }
        Ok(())
    }
}
