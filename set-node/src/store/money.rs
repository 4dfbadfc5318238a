//! Postings of money: what was authorized, captured and credited, and the sums per batch.
//!
//! The rules are constraints of the tables, so that no commit breaks them; here they are
//! looked at first, so that a refusal has a reason.

use set_core::msg::{
    amount::{Currency, CurrencyAmount},
    ids::{BatchId, BrandId, MerchantId, Rrpid, Xid},
};

use super::{StoreError, Tx, integer, number, tx::Value};

/// The name of a payment: one authorization of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PaymentKey<'a> {
    /// The role whose books these are, so that roles may share a store.
    pub role: &'a str,
    /// The transaction.
    pub xid: Xid,
    /// The RRPID of the AuthReq.
    pub rrpid: Rrpid,
}

/// What became of an authorization; all amounts are in its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// What is authorized now, after reversals.
    pub authorized: CurrencyAmount,
    /// By how much captures may exceed that.
    pub margin: u64,
    /// What is captured now, after reversals.
    pub captured: u64,
    /// What is credited now, after reversals.
    pub credited: u64,
}

/// The batch and brand to which something is posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchAccount<'a> {
    /// Whose batch.
    pub merchant_id: &'a MerchantId,
    /// Which.
    pub batch_id: BatchId,
    /// The brand, under which the batch has its totals.
    pub brand_id: &'a BrandId,
}

/// What a posting does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PostingKind {
    /// Takes money that was authorized.
    Capture,
    /// Undoes a capture, or a part of it.
    CaptureReversal,
    /// Gives back money that was captured.
    Credit,
    /// Undoes a credit, or a part of it.
    CreditReversal,
}

/// One movement of money.
#[derive(Clone, Copy, Debug)]
pub struct Posting<'a> {
    /// The authorization under which it moves.
    pub payment: PaymentKey<'a>,
    /// The batch that takes it.
    pub account: BatchAccount<'a>,
    /// What it does.
    pub kind: PostingKind,
    /// How much, more than nothing, in the unit of the authorization.
    pub amount: CurrencyAmount,
    /// What names the item of the request that asks for it, such as the request's RRPID
    /// and the item's number: it is posted once.
    pub reference: &'a [u8],
}

/// The sums of a batch for one brand in one unit of a currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchTotal {
    /// The brand, as [`BrandId`] writes it.
    pub brand_id: String,
    /// ISO 4217 number.
    pub currency: Currency,
    /// Power of ten of the unit.
    pub amt_exp10: i32,
    /// How many postings there are.
    pub postings: u64,
    /// Captures less their reversals; below zero when the batch holds reversals of what
    /// another holds.
    pub captured: i64,
    /// Credits less their reversals; likewise.
    pub credited: i64,
}

/// Why a posting is refused. Nothing of the transaction is to be committed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum MoneyRefusal {
    /// There is no such authorization.
    #[error("there is no such authorization")]
    NotAuthorized,
    /// There is one already.
    #[error("it is authorized already")]
    AuthorizedTwice,
    /// The amount is in another currency or unit than the authorization.
    #[error("the amount is in another unit than the authorization")]
    Unit,
    /// The amount is zero.
    #[error("the amount is zero")]
    Nothing,
    /// A reversal would raise the authorization.
    #[error("a reversal does not raise an authorization")]
    Raised,
    /// More would be captured than authorized and the margin.
    #[error("more would be captured than is authorized")]
    AboveAuthorized,
    /// More would be credited than captured.
    #[error("more would be credited than is captured")]
    AboveCaptured,
    /// More would be taken back than there is.
    #[error("more would be taken back than there is")]
    BelowZero,
    /// This item was posted before.
    #[error("this item was posted before")]
    Twice,
}

impl PostingKind {
    /// As the tables write it.
    const fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::CaptureReversal => "capture reversal",
            Self::Credit => "credit",
            Self::CreditReversal => "credit reversal",
        }
    }

    /// What `amount` adds to captured and to credited.
    const fn changes(self, amount: i64) -> (i64, i64) {
        match self {
            Self::Capture => (amount, 0),
            Self::CaptureReversal => (-amount, 0),
            Self::Credit => (0, amount),
            Self::CreditReversal => (0, -amount),
        }
    }
}

impl Payment {
    /// The payment after a movement of `amount`.
    ///
    /// # Errors
    ///
    /// The movement breaks a rule.
    pub fn moved(self, kind: PostingKind, amount: &CurrencyAmount) -> Result<Self, MoneyRefusal> {
        if !same_unit(amount, &self.authorized) {
            return Err(MoneyRefusal::Unit);
        }
        if amount.amount == 0 {
            return Err(MoneyRefusal::Nothing);
        }
        let add = |sum: u64, over| sum.checked_add(amount.amount).ok_or(over);
        let take = |sum: u64| {
            sum.checked_sub(amount.amount)
                .ok_or(MoneyRefusal::BelowZero)
        };
        let mut moved = self;
        match kind {
            PostingKind::Capture => {
                moved.captured = add(self.captured, MoneyRefusal::AboveAuthorized)?;
            }
            PostingKind::CaptureReversal => moved.captured = take(self.captured)?,
            PostingKind::Credit => {
                moved.credited = add(self.credited, MoneyRefusal::AboveCaptured)?;
            }
            PostingKind::CreditReversal => moved.credited = take(self.credited)?,
        }
        moved.checked()
    }

    /// The payment after its authorization was lowered, or voided by zero.
    ///
    /// # Errors
    ///
    /// More is captured already than would be authorized; or it would be raised.
    pub fn lowered(self, authorized: &CurrencyAmount, margin: u64) -> Result<Self, MoneyRefusal> {
        if !same_unit(authorized, &self.authorized) {
            return Err(MoneyRefusal::Unit);
        }
        if authorized.amount > self.authorized.amount || margin > self.margin {
            return Err(MoneyRefusal::Raised);
        }
        let lowered = Self {
            authorized: *authorized,
            margin,
            ..self
        };
        lowered.checked()
    }

    fn checked(self) -> Result<Self, MoneyRefusal> {
        if self.captured.saturating_sub(self.margin) > self.authorized.amount {
            Err(MoneyRefusal::AboveAuthorized)
        } else if self.credited > self.captured {
            Err(MoneyRefusal::AboveCaptured)
        } else {
            Ok(self)
        }
    }
}

impl Tx {
    /// Opens the books of an authorization; captures may exceed it by `margin`, in its unit.
    ///
    /// # Errors
    ///
    /// [`MoneyRefusal::AuthorizedTwice`]; a number is out of range; the engine fails.
    pub async fn open_payment(
        &mut self,
        key: PaymentKey<'_>,
        authorized: &CurrencyAmount,
        margin: u64,
    ) -> Result<(), StoreError> {
        let payment = Payment {
            authorized: *authorized,
            margin,
            captured: 0,
            credited: 0,
        };
        self.carry_payment(key, &payment).await
    }

    /// Opens the books of an authorization of which money was moved before it had books, or
    /// whose books are gone: with these sums, of which there are no postings.
    ///
    /// # Errors
    ///
    /// [`MoneyRefusal::AuthorizedTwice`]; the sums break a rule; a number is out of range; the
    /// engine fails.
    pub async fn carry_payment(
        &mut self,
        key: PaymentKey<'_>,
        payment: &Payment,
    ) -> Result<(), StoreError> {
        payment.checked()?;
        let [role, xid, rrpid] = payment_values(&key);
        let opened = self
            .execute(
                "INSERT INTO payment (role, xid, rrpid, currency, exponent, \
                 authorized, margin, captured, credited) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
                &[
                    role,
                    xid,
                    rrpid,
                    i64::from(payment.authorized.currency.value()).into(),
                    i64::from(payment.authorized.amt_exp10).into(),
                    integer(payment.authorized.amount, AMOUNT)?.into(),
                    integer(payment.margin, AMOUNT)?.into(),
                    integer(payment.captured, AMOUNT)?.into(),
                    integer(payment.credited, AMOUNT)?.into(),
                ],
            )
            .await?;
        match opened {
            0 => Err(MoneyRefusal::AuthorizedTwice.into()),
            _ => Ok(()),
        }
    }

    /// Lets captures exceed an authorization by `margin`, because the rules that the program
    /// was given have changed since; one that is there already is not narrowed.
    ///
    /// # Errors
    ///
    /// [`MoneyRefusal::NotAuthorized`]; the number is out of range; the engine fails.
    pub async fn widen_payment(
        &mut self,
        key: PaymentKey<'_>,
        margin: u64,
    ) -> Result<(), StoreError> {
        let held = self.payment(key).await?;
        let held = held.ok_or(MoneyRefusal::NotAuthorized)?;
        if margin > held.margin {
            self.keep_payment(key, &Payment { margin, ..held }).await?;
        }
        Ok(())
    }

    /// Lowers an authorization after a reversal, to zero when it is void.
    ///
    /// # Errors
    ///
    /// The reason for which it is refused; or the engine fails.
    pub async fn lower_payment(
        &mut self,
        key: PaymentKey<'_>,
        authorized: &CurrencyAmount,
        margin: u64,
    ) -> Result<Payment, StoreError> {
        let held = self.payment(key).await?;
        let lowered = held
            .ok_or(MoneyRefusal::NotAuthorized)?
            .lowered(authorized, margin)?;
        self.keep_payment(key, &lowered).await?;
        Ok(lowered)
    }

    /// The books of an authorization; others that ask for it wait for the end of this
    /// transaction.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn payment(&mut self, key: PaymentKey<'_>) -> Result<Option<Payment>, StoreError> {
        self.lock("payment", &payment_lock(&key)).await?;
        let row: Option<(i64, i64, i64, i64, i64, i64)> = self
            .row(
                "SELECT currency, exponent, authorized, margin, captured, credited \
                 FROM payment WHERE role = $1 AND xid = $2 AND rrpid = $3",
                &payment_values(&key),
            )
            .await?;
        let Some((currency, exponent, authorized, margin, captured, credited)) = row else {
            return Ok(None);
        };
        Ok(Some(Payment {
            authorized: CurrencyAmount {
                currency: stored_currency(currency)?,
                amount: number(authorized, AMOUNT)?,
                amt_exp10: stored_exponent(exponent)?,
            },
            margin: number(margin, AMOUNT)?,
            captured: number(captured, AMOUNT)?,
            credited: number(credited, AMOUNT)?,
        }))
    }

    /// Posts movements of money, all in this transaction.
    ///
    /// They may be in any order: what they need is locked in an order of its own first, so
    /// that two requests with the same items do not wait for each other in a circle.
    ///
    /// # Errors
    ///
    /// The reason for which one of them is refused, and then the transaction is to be rolled
    /// back; a number is out of range; the engine fails.
    pub async fn post(&mut self, postings: &[Posting<'_>]) -> Result<(), StoreError> {
        self.lock_for(postings).await?;
        for posting in postings {
            self.post_one(posting).await?;
        }
        Ok(())
    }

    /// The sums of a batch, in the order of brand, currency and unit.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn batch_totals(
        &mut self,
        role: &str,
        merchant_id: &MerchantId,
        batch_id: BatchId,
    ) -> Result<Vec<BatchTotal>, StoreError> {
        let rows: Vec<(String, i64, i64, i64, i64, i64)> = self
            .rows(
                "SELECT brand, currency, exponent, last, captured, credited \
                 FROM account JOIN account_total ON account_total.account = account.account \
                 WHERE role = $1 AND merchant = $2 AND batch = $3 \
                 ORDER BY brand, currency, exponent",
                &[
                    role.into(),
                    merchant_id.as_str().into(),
                    batch_id.value().to_be_bytes().as_slice().into(),
                ],
            )
            .await?;
        rows.into_iter()
            .map(|(brand_id, currency, exponent, last, captured, credited)| {
                Ok(BatchTotal {
                    brand_id,
                    currency: stored_currency(currency)?,
                    amt_exp10: stored_exponent(exponent)?,
                    postings: number(last, AMOUNT)?,
                    captured,
                    credited,
                })
            })
            .collect()
    }

    async fn lock_for(&mut self, postings: &[Posting<'_>]) -> Result<(), StoreError> {
        let mut locks: Vec<_> = postings
            .iter()
            .flat_map(|posting| {
                let batch = posting.account.batch_id.value().to_be_bytes();
                [
                    Self::stripe("payment", &payment_lock(&posting.payment)),
                    Self::stripe(
                        "account",
                        &[
                            posting.payment.role.as_bytes(),
                            posting.account.merchant_id.as_str().as_bytes(),
                            &batch,
                        ],
                    ),
                ]
            })
            .collect();
        locks.sort_unstable();
        locks.dedup();
        for lock in locks {
            self.lock_stripe(lock).await?;
        }
        Ok(())
    }

    async fn post_one(&mut self, posting: &Posting<'_>) -> Result<(), StoreError> {
        let key = posting.payment;
        let before: Option<(i64,)> = self
            .row(
                "SELECT account FROM posting WHERE role = $1 AND reference = $2",
                &[key.role.into(), posting.reference.into()],
            )
            .await?;
        if before.is_some() {
            return Err(MoneyRefusal::Twice.into());
        }
        let held = self.payment(key).await?;
        let moved = held
            .ok_or(MoneyRefusal::NotAuthorized)?
            .moved(posting.kind, &posting.amount)?;
        self.keep_payment(key, &moved).await?;

        let account = self.account(posting).await?;
        let total: Option<(i64, i64, i64)> = self
            .row(
                "SELECT last, captured, credited FROM account_total WHERE account = $1",
                &[account.into()],
            )
            .await?;
        let (last, captured_before, credited_before) = total.unwrap_or_default();
        let (captured, credited) = posting
            .kind
            .changes(integer(posting.amount.amount, AMOUNT)?);
        let sum = |one: i64, other| one.checked_add(other).ok_or(RANGE);
        let ordinal = sum(last, 1)?;
        let captured_after = sum(captured_before, captured)?;
        let credited_after = sum(credited_before, credited)?;
        let [role, xid, rrpid] = payment_values(&key);
        let added = self
            .execute(
                "INSERT INTO posting (account, ordinal, role, xid, rrpid, currency, exponent, \
                 reference, kind, captured, credited, previous, captured_before, \
                 credited_before, captured_after, credited_after) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, \
                 nullif($2 - 1, 0), $12, $13, $14, $15) \
                 ON CONFLICT (role, reference) DO NOTHING",
                &[
                    account.into(),
                    ordinal.into(),
                    role,
                    xid,
                    rrpid,
                    i64::from(posting.amount.currency.value()).into(),
                    i64::from(posting.amount.amt_exp10).into(),
                    posting.reference.into(),
                    posting.kind.name().into(),
                    captured.into(),
                    credited.into(),
                    captured_before.into(),
                    credited_before.into(),
                    captured_after.into(),
                    credited_after.into(),
                ],
            )
            .await?;
        if added == 0 {
            return Err(MoneyRefusal::Twice.into());
        }
        self.execute(
            "INSERT INTO account_total (account, last, captured, credited) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (account) DO UPDATE \
             SET last = excluded.last, captured = excluded.captured, credited = excluded.credited",
            &[
                account.into(),
                ordinal.into(),
                captured_after.into(),
                credited_after.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// The number of the account to which something is posted; a new one if need be.
    async fn account(&mut self, posting: &Posting<'_>) -> Result<i64, StoreError> {
        let batch = posting.account.batch_id.value().to_be_bytes();
        let names: [Value<'_>; 6] = [
            posting.payment.role.into(),
            posting.account.merchant_id.as_str().into(),
            batch.as_slice().into(),
            posting.account.brand_id.as_str().into(),
            i64::from(posting.amount.currency.value()).into(),
            i64::from(posting.amount.amt_exp10).into(),
        ];
        let known: Option<(i64,)> = self
            .row(
                "SELECT account FROM account WHERE role = $1 AND merchant = $2 AND batch = $3 \
                 AND brand = $4 AND currency = $5 AND exponent = $6",
                &names,
            )
            .await?;
        if let Some((account,)) = known {
            return Ok(account);
        }
        let account = integer(self.next("account").await?, "account")?;
        let [role, merchant, batch, brand, currency, exponent] = names;
        self.execute(
            "INSERT INTO account (account, role, merchant, batch, brand, currency, exponent) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &[
                account.into(),
                role,
                merchant,
                batch,
                brand,
                currency,
                exponent,
            ],
        )
        .await?;
        Ok(account)
    }

    async fn keep_payment(
        &mut self,
        key: PaymentKey<'_>,
        payment: &Payment,
    ) -> Result<(), StoreError> {
        let [role, xid, rrpid] = payment_values(&key);
        self.execute(
            "UPDATE payment SET authorized = $4, margin = $5, captured = $6, credited = $7 \
             WHERE role = $1 AND xid = $2 AND rrpid = $3",
            &[
                role,
                xid,
                rrpid,
                integer(payment.authorized.amount, AMOUNT)?.into(),
                integer(payment.margin, AMOUNT)?.into(),
                integer(payment.captured, AMOUNT)?.into(),
                integer(payment.credited, AMOUNT)?.into(),
            ],
        )
        .await?;
        Ok(())
    }
}

fn payment_lock<'a>(key: &'a PaymentKey<'_>) -> [&'a [u8]; 3] {
    [
        key.role.as_bytes(),
        key.xid.as_octets(),
        key.rrpid.as_octets(),
    ]
}

fn payment_values<'a>(key: &'a PaymentKey<'_>) -> [Value<'a>; 3] {
    [
        key.role.into(),
        key.xid.as_octets().as_slice().into(),
        key.rrpid.as_octets().as_slice().into(),
    ]
}

fn same_unit(one: &CurrencyAmount, other: &CurrencyAmount) -> bool {
    one.currency == other.currency && one.amt_exp10 == other.amt_exp10
}

fn stored_currency(stored: i64) -> Result<Currency, StoreError> {
    u16::try_from(stored)
        .ok()
        .and_then(|number| Currency::new(number).ok())
        .ok_or(StoreError::Range { what: "currency" })
}

fn stored_exponent(stored: i64) -> Result<i32, StoreError> {
    i32::try_from(stored).map_err(|_| StoreError::Range { what: "exponent" })
}

const AMOUNT: &str = "amount";

const RANGE: StoreError = StoreError::Range { what: AMOUNT };
