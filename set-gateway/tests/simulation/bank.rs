//! The bank, and the way to it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use set_core::gateway::batch::Batch;
use set_core::gateway::host::{
    Decision, HostAdvice, HostAnswer, HostEvent, HostRequest, IdempotencyKey,
};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::MerchantId;
use set_core::msg::payment::batch_admin::TransmissionStatus;
use set_gateway::host::{
    AcquirerHost, HostFuture, HostReversal, HostTrace, HostUnavailable, Settlement,
};
use tokio::sync::Notify;

use crate::Planted;

/// An authorization's name: XID and RRPID.
pub(crate) type Name = [u8; 40];

#[derive(Debug)]
pub(crate) struct Bank {
    books: Mutex<Books>,
    /// The gateway died while it waited for an answer.
    pub(crate) died: Notify,
}

/// What the bank has, and the weather on the way to it. What happens to a message depends on
/// the seed, its name, and how often it came, not on what came between.
#[derive(Debug)]
pub(crate) struct Books {
    seed: u64,
    planted: Planted,
    pub(crate) calm: bool,
    pub(crate) accounts: BTreeMap<Name, Account>,
    /// How often each message came.
    attempts: BTreeMap<Vec<u8>, u64>,
    /// Requests that are still on their way.
    late: Vec<(IdempotencyKey, CurrencyAmount)>,
    /// What each number of a message is about: no two have one.
    numbers: BTreeMap<u64, Vec<u8>>,
}

/// What the bank knows of one authorization.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    decision: Option<Decision>,
    /// How often an amount was set aside.
    pub(crate) approvals: u32,
    /// What is set aside.
    pub(crate) held: u64,
    pub(crate) reversed: bool,
    /// It was asked and what became of it is not known to the gateway.
    pub(crate) open: bool,
    pub(crate) captured: i128,
    pub(crate) credited: i128,
    /// Advices booked, by number.
    booked: Vec<u64>,
}

impl Bank {
    pub(crate) fn new(seed: u64, planted: Planted) -> Self {
        Self {
            books: Mutex::new(Books {
                seed,
                planted,
                calm: false,
                accounts: BTreeMap::new(),
                attempts: BTreeMap::new(),
                late: Vec::new(),
                numbers: BTreeMap::new(),
            }),
            died: Notify::new(),
        }
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }
}

impl Books {
    /// A number below `below` for the next attempt of a message.
    fn draw(&mut self, name: &[u8], below: u64) -> u64 {
        let attempt = self.attempts.entry(name.to_vec()).or_default();
        *attempt += 1;
        let octets = name.iter().copied().chain(attempt.to_be_bytes());
        // FNV-1a, finished as in SplitMix64.
        let hash = octets.fold(self.seed ^ 0xcbf2_9ce4_8422_2325, |hash, octet| {
            (hash ^ u64::from(octet)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (hash ^ (hash >> 31)) % below
    }

    fn number(&mut self, trace: HostTrace, about: &[u8]) {
        let known = self.numbers.entry(trace.number).or_insert(about.to_vec());
        assert_eq!(known, about, "two messages have number {}", trace.number);
    }

    fn account(&mut self, key: IdempotencyKey) -> &mut Account {
        self.accounts.entry(name(key)).or_default()
    }

    /// The bank's decision, the same for the same authorization.
    fn decide(&mut self, key: IdempotencyKey, asked: CurrencyAmount) -> Decision {
        let account = self.account(key);
        if account.reversed {
            return Decision::Declined;
        }
        if let Some(decision) = &account.decision {
            return decision.clone();
        }
        let granted = match self.draw(&[b"decision", name(key).as_slice()].concat(), 8) {
            0 => None,
            1 => Some(asked.amount.div_ceil(2)),
            _ => Some(asked.amount),
        };
        let account = self.account(key);
        let decision = match granted {
            None => Decision::Declined,
            Some(amount) => {
                account.approvals += 1;
                account.held = amount;
                Decision::Approved {
                    approval_code: None,
                    amount: CurrencyAmount { amount, ..asked },
                }
            }
        };
        account.decision = Some(decision.clone());
        decision
    }

    /// What was on its way arrives.
    pub(crate) fn deliver_late(&mut self) {
        for (key, amount) in std::mem::take(&mut self.late) {
            if self.calm || self.draw(&name(key), 2) == 0 {
                self.decide(key, amount);
            } else {
                self.late.push((key, amount));
            }
        }
    }

    /// An advice, by way of the line: whether the bank acknowledges it.
    fn advised(
        &mut self,
        trace: HostTrace,
        key: IdempotencyKey,
        book: impl Fn(&mut Account),
    ) -> Result<(), HostUnavailable> {
        let weather = match self.calm {
            true => 9,
            false => self.draw(
                &[b"advice", trace.number.to_be_bytes().as_slice()].concat(),
                6,
            ),
        };
        let twice = self.planted == Planted::BankBooksTwice;
        let account = self.account(key);
        if weather > 0 && (twice || !account.booked.contains(&trace.number)) {
            account.booked.push(trace.number);
            book(account);
        }
        match weather {
            0 | 1 => Err(HostUnavailable),
            _ => Ok(()),
        }
    }

    fn authorize(&mut self, trace: HostTrace, request: &HostRequest) -> Option<Decision> {
        let (key, amount) = (request.key, request.amount);
        self.deliver_late();
        self.number(trace, &[b"authorization", name(key).as_slice()].concat());
        let weather = match self.calm {
            true => 99,
            false => self.draw(&[b"request", name(key).as_slice()].concat(), 16),
        };
        let answer = match weather {
            // The request is lost, or its answer, or it is late.
            0 => Some(Decision::NoReply),
            1 => {
                self.decide(key, amount);
                Some(Decision::NoReply)
            }
            2 => {
                self.late.push((key, amount));
                Some(Decision::NoReply)
            }
            // There is no connection.
            3 => Some(Decision::SystemError),
            // The gateway dies while it waits.
            4 => None,
            5 => {
                self.decide(key, amount);
                None
            }
            _ => Some(self.decide(key, amount)),
        };
        // Where there is no connection it is as open as before.
        if answer != Some(Decision::SystemError) {
            let unheard = matches!(answer, None | Some(Decision::NoReply));
            self.account(key).open = unheard;
        }
        answer
    }
}

impl AcquirerHost for Bank {
    fn authorize<'a>(
        &'a self,
        trace: HostTrace,
        request: &'a HostRequest,
    ) -> HostFuture<'a, HostAnswer> {
        Box::pin(async move {
            let answer = self.books().authorize(trace, request);
            match answer {
                Some(decision) => decision.into(),
                None => {
                    self.died.notify_one();
                    std::future::pending().await
                }
            }
        })
    }

    fn advise<'a>(
        &'a self,
        trace: HostTrace,
        advice: &'a HostAdvice,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        Box::pin(async move {
            let mut books = self.books();
            let amount = advice.amount.amount;
            let about = format!("{:?} {:?} {:?}", advice.event, advice.key, advice.cause);
            books.number(trace, about.as_bytes());
            books.advised(trace, advice.key, |account| match advice.event {
                HostEvent::Capture => account.captured += i128::from(amount),
                HostEvent::CaptureReversal => account.captured -= i128::from(amount),
                HostEvent::Credit => account.credited += i128::from(amount),
                HostEvent::CreditReversal => account.credited -= i128::from(amount),
                HostEvent::AuthorizationReversal => account.held = amount,
            })
        })
    }

    fn settle<'a>(
        &'a self,
        _: &'a MerchantId,
        batch: &'a Batch,
    ) -> HostFuture<'a, Result<Settlement, HostUnavailable>> {
        Box::pin(async move {
            let mut books = self.books();
            let name = [b"batch", batch.batch_id.value().to_be_bytes().as_slice()].concat();
            if !books.calm && books.draw(&name, 3) == 0 {
                return Err(HostUnavailable);
            }
            Ok(Settlement {
                transmission: TransmissionStatus::CompletedSuccessfully,
                info: None,
            })
        })
    }

    fn reverse<'a>(
        &'a self,
        trace: HostTrace,
        reversal: &'a HostReversal,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        Box::pin(async move {
            let mut books = self.books();
            let key = reversal.key;
            books.number(trace, &[b"reversal", name(key).as_slice()].concat());
            if books.planted == Planted::DroppedReversals {
                return Ok(());
            }
            books.advised(trace, key, |account| {
                account.reversed = true;
                account.held = 0;
            })
        })
    }
}

pub(crate) fn name(key: IdempotencyKey) -> Name {
    let octets = [key.xid.as_octets().as_slice(), key.rrpid.as_octets()].concat();
    octets.try_into().unwrap()
}
