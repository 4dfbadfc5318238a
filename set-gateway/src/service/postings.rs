//! The books of money: what the protocol decided is posted in the transaction that stores it,
//! to tables whose constraints hold the rules once more.
//!
//! Each authorization that the host approved has a payment; each item of a batch is a posting
//! to the account of its batch, brand and unit. What was stored before there were books, or
//! of which the record was gone, is carried over when it is first touched.

use set_core::gateway::host::{HostAdvice, HostEvent};
use set_core::gateway::record::Authorization;
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::{BatchId, Rrpid};
use set_node::store::{BatchAccount, Payment, PaymentKey, Posting, PostingKind, StoreError, Tx};

use super::ledger::{DAMAGED, ROLE};

/// The books while one request is stored.
pub(super) struct Books<'a> {
    pub(super) tx: &'a mut Tx,
    /// The request.
    pub(super) cause: Rrpid,
    /// The policy's margin.
    pub(super) margin_percent: u8,
}

/// Money that moves; `record` is its authorization as it is afterwards.
struct Movement<'a> {
    record: &'a Authorization,
    batch_id: BatchId,
    kind: PostingKind,
    amount: CurrencyAmount,
}

impl Books<'_> {
    /// Opens those of an authorization that is in force.
    pub(super) async fn open(&mut self, record: &Authorization) -> Result<(), StoreError> {
        if !record.in_force() {
            return Ok(());
        }
        let margin = record.margin(self.margin_percent);
        self.tx
            .open_payment(name(record), &record.auth_amt, margin)
            .await
    }

    /// Lowers an authorization to what it is now.
    pub(super) async fn lower(&mut self, record: &Authorization) -> Result<(), StoreError> {
        let key = name(record);
        let Some(held) = self.tx.payment(key).await? else {
            let carried = self.carried(record, &[])?;
            return self.tx.carry_payment(key, &carried).await;
        };
        // A reversal gives no wider margin, though the policy may by now.
        let margin = record.margin(self.margin_percent).min(held.margin);
        self.tx.lower_payment(key, &record.auth_amt, margin).await?;
        Ok(())
    }

    /// Posts the items of which the host is advised; `records` are those that they changed, as
    /// they are now.
    pub(super) async fn post(
        &mut self,
        records: &[Authorization],
        advices: impl IntoIterator<Item = &HostAdvice>,
    ) -> Result<(), StoreError> {
        let mut movements = Vec::new();
        for advice in advices {
            let (Some(kind), Some(slot)) = (kind(advice.event), advice.slot) else {
                continue;
            };
            let about = |record: &&Authorization| {
                record.auth_rrpid == advice.key.rrpid && record.trans_ids.xid == advice.key.xid
            };
            movements.push(Movement {
                record: records.iter().find(about).ok_or(DAMAGED)?,
                batch_id: slot.batch_id,
                kind,
                amount: advice.amount,
            });
        }
        self.book(&movements).await
    }

    /// Posts that the items of a batch were taken away, one movement of each kind for each
    /// authorization: the batch, and the record before and after.
    pub(super) async fn purge(
        &mut self,
        purged: &[(BatchId, &Authorization, &Authorization)],
    ) -> Result<(), StoreError> {
        let mut movements = Vec::new();
        for (batch_id, before, after) in purged {
            let changes = [
                // In this order no rule is broken on the way.
                (
                    PostingKind::CreditReversal,
                    before.credited(),
                    after.credited(),
                ),
                (
                    PostingKind::CaptureReversal,
                    before.captured(),
                    after.captured(),
                ),
                (PostingKind::Capture, after.captured(), before.captured()),
                (PostingKind::Credit, after.credited(), before.credited()),
            ];
            for (kind, more, less) in changes {
                let amount = u64::try_from(more.saturating_sub(less)).map_err(|_| DAMAGED)?;
                if amount > 0 {
                    movements.push(Movement {
                        record: after,
                        batch_id: *batch_id,
                        kind,
                        amount: CurrencyAmount {
                            amount,
                            ..after.auth_amt
                        },
                    });
                }
            }
        }
        self.book(&movements).await
    }

    async fn book(&mut self, movements: &[Movement<'_>]) -> Result<(), StoreError> {
        for movement in movements {
            self.prepare(movement.record, movements).await?;
        }
        let references: Vec<Vec<u8>> = (0_u64..)
            .take(movements.len())
            .map(|number| reference(self.cause, number))
            .collect();
        let postings: Vec<Posting<'_>> = movements
            .iter()
            .zip(&references)
            .map(|(movement, reference)| Posting {
                payment: name(movement.record),
                account: BatchAccount {
                    merchant_id: &movement.record.merchant_id,
                    batch_id: movement.batch_id,
                    brand_id: &movement.record.brand_id,
                },
                kind: movement.kind,
                amount: movement.amount,
                reference,
            })
            .collect();
        self.tx.post(&postings).await
    }

    /// Has an authorization in the books, with the margin that the policy gives by now.
    async fn prepare(
        &mut self,
        record: &Authorization,
        movements: &[Movement<'_>],
    ) -> Result<(), StoreError> {
        let key = name(record);
        let margin = record.margin(self.margin_percent);
        match self.tx.payment(key).await? {
            None => {
                let carried = self.carried(record, movements)?;
                self.tx.carry_payment(key, &carried).await
            }
            Some(held) if held.margin < margin => self.tx.widen_payment(key, margin).await,
            Some(_) => Ok(()),
        }
    }

    /// What was to be booked of an authorization before these movements.
    fn carried(
        &self,
        record: &Authorization,
        movements: &[Movement<'_>],
    ) -> Result<Payment, StoreError> {
        let (mut captured, mut credited) = (record.captured(), record.credited());
        for movement in movements
            .iter()
            .filter(|one| name(one.record) == name(record))
        {
            let amount = u128::from(movement.amount.amount);
            let sum = match movement.kind {
                PostingKind::Capture | PostingKind::CaptureReversal => &mut captured,
                PostingKind::Credit | PostingKind::CreditReversal => &mut credited,
            };
            *sum = match movement.kind {
                PostingKind::Capture | PostingKind::Credit => sum.checked_sub(amount),
                PostingKind::CaptureReversal | PostingKind::CreditReversal => {
                    sum.checked_add(amount)
                }
            }
            .ok_or(DAMAGED)?;
        }
        let captured = u64::try_from(captured).map_err(|_| DAMAGED)?;
        let above = captured.saturating_sub(record.auth_amt.amount);
        Ok(Payment {
            authorized: record.auth_amt,
            margin: record.margin(self.margin_percent).max(above),
            captured,
            credited: u64::try_from(credited).map_err(|_| DAMAGED)?,
        })
    }
}

/// Under which name the books have an authorization.
pub(crate) const fn name(record: &Authorization) -> PaymentKey<'static> {
    PaymentKey {
        role: ROLE,
        xid: record.trans_ids.xid,
        rrpid: record.auth_rrpid,
    }
}

/// Names a movement: a request that would be stored twice posts twice under one name.
fn reference(cause: Rrpid, number: u64) -> Vec<u8> {
    [cause.as_octets().as_slice(), &number.to_be_bytes()].concat()
}

const fn kind(event: HostEvent) -> Option<PostingKind> {
    match event {
        HostEvent::Capture => Some(PostingKind::Capture),
        HostEvent::CaptureReversal => Some(PostingKind::CaptureReversal),
        HostEvent::Credit => Some(PostingKind::Credit),
        HostEvent::CreditReversal => Some(PostingKind::CreditReversal),
        HostEvent::AuthorizationReversal => None,
    }
}

#[cfg(test)]
mod tests {
    use set_core::gateway::host::IdempotencyKey;
    use set_node::store::{MoneyRefusal, Store};
    use set_testkit::street::Street;

    use super::*;

    /// An authorization with two captures, the second as the host is advised of it.
    fn captured_twice() -> (Authorization, HostAdvice) {
        let mut street = Street::new();
        let sale = street.authorized();
        let (sale, _) = street.capture(sale, 5_000);
        street.capture(sale, 2_000);
        let record = street.acquirer.books.authorizations[0].clone();
        let advice = HostAdvice {
            event: HostEvent::Capture,
            key: IdempotencyKey {
                xid: record.trans_ids.xid,
                rrpid: record.auth_rrpid,
            },
            cause: record.captures[1].cap_rrpid,
            merchant_id: record.merchant_id.clone(),
            account: None,
            amount: record.captures[1].cap_amt,
            approval_code: None,
            slot: Some(record.captures[1].slot),
        };
        (record, advice)
    }

    fn books<'a>(tx: &'a mut Tx, cause: &HostAdvice, margin_percent: u8) -> Books<'a> {
        Books {
            tx,
            cause: cause.cause,
            margin_percent,
        }
    }

    #[tokio::test]
    async fn what_was_captured_before_there_were_books_is_carried_over_when_more_is() {
        let (record, advice) = captured_twice();
        let store = Store::in_memory().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let records = [record.clone()];
        let post = books(&mut tx, &advice, 0).post(&records, [&advice]).await;
        post.unwrap();
        let held = tx.payment(name(&record)).await.unwrap().unwrap();
        assert_eq!(held.authorized, record.auth_amt);
        assert_eq!((held.captured, held.credited), (7_000, 0));
        let batch_id = record.captures[1].slot.batch_id;
        let totals = tx.batch_totals(ROLE, &record.merchant_id, batch_id).await;
        assert_eq!(totals.unwrap()[0].captured, 2_000);

        let again = books(&mut tx, &advice, 0).post(&records, [&advice]).await;
        let refused = StoreError::Money(MoneyRefusal::Twice);
        assert_eq!(again.unwrap_err().to_string(), refused.to_string());
    }

    #[tokio::test]
    async fn a_wider_margin_holds_for_what_was_authorized_before_and_a_reversal_keeps_it() {
        let (mut record, advice) = captured_twice();
        let store = Store::in_memory().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        record.auth_amt.amount = 1_900;
        books(&mut tx, &advice, 0).open(&record).await.unwrap();
        let records = [record.clone()];
        let narrow = books(&mut tx, &advice, 5).post(&records, [&advice]).await;
        let refused = StoreError::Money(MoneyRefusal::AboveAuthorized);
        assert_eq!(narrow.unwrap_err().to_string(), refused.to_string());
        let wide = books(&mut tx, &advice, 10).post(&records, [&advice]).await;
        wide.unwrap();
        record.auth_amt.amount = 1_890;
        books(&mut tx, &advice, 20).lower(&record).await.unwrap();
        let held = tx.payment(name(&record)).await.unwrap().unwrap();
        assert_eq!((held.authorized.amount, held.margin), (1_890, 190));
    }
}
