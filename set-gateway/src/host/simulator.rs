//! A host that decides by the account number: for tests, demonstrations and the connection
//! of other products.
//!
//! It serves account numbers of 16 digits that begin with the made-up BIN 999901 and have a
//! correct check digit. The 12th digit chooses when captures and reversals are confirmed, the
//! 13th the result of the address verification, the 14th and 15th the decision, by the
//! response codes of ISO 8583. docs/TEST-CARDS.md has them all, and a test walks its tables.
//! Any other number is an invalid transaction.
//!
//! Approval codes and references come from a seed and the idempotency key alone. So the
//! simulator answers a repetition as it answered at first without remembering anything, and
//! two runs with one seed give the same codes.

mod test_card;

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

use set_core::gateway::batch::Batch;
use set_core::gateway::host::{
    Decision, HostAdvice, HostAnswer, HostEvent, HostRequest, IdempotencyKey,
};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::{ApprovalCode, LogRefId, MerchantId};
use set_core::msg::payment::acq_card::{AcqCardCode, AcqCardCodeMsg, AcqCardMsgData};
use set_core::msg::payment::auth_req::SpecialProcessing;
use set_core::msg::payment::auth_res::{AuthCharInd, CardType, RespReason};
use set_core::msg::payment::batch::AmountType;
use set_core::msg::payment::batch_admin::{SettlementInfo, TransmissionStatus};
use set_core::msg::payment::market::{MarketSpecAuthData, MarketSpecDataId};
use set_core::secret::Pan;

use self::test_card::{Advices, Confirmation, TestCard};
use super::response_code::{self, Meaning};
use super::{AcquirerHost, HostFuture, HostReversal, HostTrace, HostUnavailable, Settlement};

/// The BIN of all test cards.
pub const TEST_BIN: &str = "999901";

/// In place of a response code: the answer comes too late.
const LATE: &str = "80";

/// In place of a response code: the answer comes twice.
const TWICE: &str = "81";

/// The simulated host.
#[derive(Debug)]
pub struct Simulator {
    seed: u64,
    delay: Duration,
    captures: AtomicU64,
    reversals: AtomicU64,
    corrections: AtomicU64,
}

impl Simulator {
    /// A host that answers at once, its codes drawn from `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            delay: Duration::ZERO,
            captures: AtomicU64::new(0),
            reversals: AtomicU64::new(0),
            corrections: AtomicU64::new(0),
        }
    }

    /// The same host, taking `delay` for every answer.
    #[must_use]
    pub const fn with_delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Captures advised so far, repetitions included.
    #[must_use]
    pub fn captures(&self) -> u64 {
        self.captures.load(Ordering::Relaxed)
    }

    /// Credits and reversals of captures and credits advised so far, repetitions included.
    #[must_use]
    pub fn corrections(&self) -> u64 {
        self.corrections.load(Ordering::Relaxed)
    }

    /// Reversals taken so far, repetitions included.
    #[must_use]
    pub fn reversals(&self) -> u64 {
        self.reversals.load(Ordering::Relaxed)
    }

    /// The answer to a request: a function of the seed and the request alone.
    #[must_use]
    pub fn answer(&self, request: &HostRequest) -> HostAnswer {
        let Some(card) = TestCard::read(&request.pan) else {
            return Decision::InvalidTransaction.into();
        };
        let decision = self.decide(&card, request);
        let reached = !matches!(decision, Decision::NoReply | Decision::SystemError);
        HostAnswer {
            acq_card_msg: message_for(&decision),
            decision,
            resp_reason: reached.then_some(RespReason::Issuer),
            card_type: reached.then_some(CardType::Classic),
            avs_result: request
                .avs_data
                .as_ref()
                .filter(|_| reached)
                .map(|_| card.avs_result()),
            log_ref_id: self.log_ref_id(request.key).filter(|_| reached),
            auth_char_ind: auth_char_ind(request).filter(|_| reached),
            validation_code: None,
            market_spec: market_spec(request).filter(|_| reached),
            curr_conv: None,
        }
    }

    fn decide(&self, card: &TestCard, request: &HostRequest) -> Decision {
        match card.response_code.as_str() {
            LATE => return Decision::NoReply,
            TWICE => return self.approve(request, request.amount.amount),
            _ => {}
        }
        match response_code::meaning(card.response_code.as_str()) {
            Meaning::Approved => self.approve(request, request.amount.amount),
            Meaning::ApprovedInPart => self.approve(request, request.amount.amount.div_ceil(2)),
            Meaning::Refused(decision) => decision,
        }
    }

    fn approve(&self, request: &HostRequest, amount: u64) -> Decision {
        let code = format!("{:06}", self.draw(request.key) % 1_000_000);
        Decision::Approved {
            approval_code: ApprovalCode::new(code).ok(),
            amount: CurrencyAmount {
                amount,
                ..request.amount
            },
        }
    }

    fn log_ref_id(&self, key: IdempotencyKey) -> Option<LogRefId> {
        LogRefId::new(self.draw(key).to_string()).ok()
    }

    /// A number that the seed and the key fix (FNV-1a, finished as in SplitMix64).
    fn draw(&self, key: IdempotencyKey) -> u64 {
        let octets = key.xid.as_octets().iter().chain(key.rrpid.as_octets());
        let hash = octets.fold(self.seed ^ 0xCBF2_9CE4_8422_2325, |hash, octet| {
            (hash ^ u64::from(*octet)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        let hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        hash ^ (hash >> 31)
    }

    async fn pause(&self) {
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
    }
}

impl AcquirerHost for Simulator {
    fn authorize<'a>(
        &'a self,
        _: HostTrace,
        request: &'a HostRequest,
    ) -> HostFuture<'a, HostAnswer> {
        Box::pin(async move {
            self.pause().await;
            self.answer(request)
        })
    }

    fn advise<'a>(
        &'a self,
        trace: HostTrace,
        advice: &'a HostAdvice,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        Box::pin(async move {
            self.pause().await;
            let counter = match advice.event {
                HostEvent::Capture => &self.captures,
                HostEvent::AuthorizationReversal => &self.reversals,
                _ => &self.corrections,
            };
            if let Some(account) = &advice.account {
                let which = |advices: &Advices| match advice.event {
                    HostEvent::AuthorizationReversal => advices.reversal,
                    _ => advices.capture,
                };
                confirm(&account.pan, which, trace)?;
            }
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
    }

    fn settle<'a>(
        &'a self,
        merchant_id: &'a MerchantId,
        batch: &'a Batch,
    ) -> HostFuture<'a, Result<Settlement, HostUnavailable>> {
        Box::pin(async move {
            self.pause().await;
            Ok(Settlement {
                transmission: TransmissionStatus::CompletedSuccessfully,
                info: settlement(merchant_id, batch),
            })
        })
    }

    fn reverse<'a>(
        &'a self,
        trace: HostTrace,
        reversal: &'a HostReversal,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        Box::pin(async move {
            self.pause().await;
            confirm(&reversal.pan, |advices| advices.reversal, trace)?;
            self.reversals.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
    }
}

/// Debits less credits, paid to an account named after the merchant on the day after closing.
fn settlement(merchant_id: &MerchantId, batch: &Batch) -> Option<SettlementInfo> {
    let totals = batch.status().batch_details.batch_totals;
    let (debit, credit) = (
        totals.transaction_total_amt_debit,
        totals.transaction_total_amt_credit,
    );
    let settlement_type = match debit.amount >= credit.amount {
        true => AmountType::Credit,
        false => AmountType::Debit,
    };
    Some(SettlementInfo {
        settlement_amount: CurrencyAmount {
            amount: debit.amount.abs_diff(credit.amount),
            ..debit
        },
        settlement_type,
        settlement_account: merchant_id.as_str().parse().ok()?,
        settlement_deposit_date: batch.closed_when.as_ref()?.close_date_time.plus(86_400),
    })
}

/// Whether the host confirms an advice. What is no test card is confirmed: there is nothing
/// to wait for.
fn confirm(
    pan: &Pan,
    which: impl Fn(&Advices) -> Confirmation,
    trace: HostTrace,
) -> Result<(), HostUnavailable> {
    match TestCard::read(pan).map(|card| which(&card.advices())) {
        None | Some(Confirmation::Always) => Ok(()),
        Some(Confirmation::WhenRepeated) if trace.repeated => Ok(()),
        Some(Confirmation::WhenRepeated | Confirmation::Never) => Err(HostUnavailable),
    }
}

/// As what the authorization was made.
fn auth_char_ind(request: &HostRequest) -> Option<AuthCharInd> {
    match request.special_processing {
        Some(SpecialProcessing::DirectMarketing) => Some(AuthCharInd::DirectMarketing),
        Some(SpecialProcessing::PreferredCustomer) => Some(AuthCharInd::PreferredCustomer),
        None if request.install_recur_data.is_some() => Some(AuthCharInd::RecurringPayment),
        None if request.count > 1 => Some(AuthCharInd::IncrementalAuth),
        None if request.avs_data.is_some() => Some(AuthCharInd::AddressVerification),
        None => None,
    }
}

/// That the details of the line of business were taken.
fn market_spec(request: &HostRequest) -> Option<MarketSpecDataId> {
    Some(match request.market_spec_auth_data.as_ref()? {
        MarketSpecAuthData::AutoRental(_) => MarketSpecDataId::Auto,
        MarketSpecAuthData::Hotel(_) => MarketSpecDataId::Hotel,
        MarketSpecAuthData::Transport(_) => MarketSpecDataId::Transport,
    })
}

/// What the acquirer tells the cardholder past the merchant.
fn message_for(decision: &Decision) -> Option<AcqCardCodeMsg> {
    let (acq_card_code, text) = match decision {
        Decision::CallIssuer => (
            AcqCardCode::CallCustomerService,
            "Please call your bank before you try again.",
        ),
        Decision::Declined => (
            AcqCardCode::AccountInfo,
            "Your bank has declined this payment.",
        ),
        Decision::ExpiredCard => (AcqCardCode::AccountInfo, "Your card has expired."),
        _ => return None,
    };
    Some(AcqCardCodeMsg {
        acq_card_code,
        acq_card_msg_data: AcqCardMsgData {
            acq_card_text: text.parse().ok(),
            acq_card_url: None,
            acq_card_phone: None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use set_core::asn1::Date;
    use set_core::gateway::host::Account;
    use set_core::msg::amount::Currency;
    use set_core::msg::ids::{BrandId, CountryCode, MerchantId, Rrpid, Xid};
    use set_core::msg::payment::auth_req::{AvsData, MerchData};
    use set_core::msg::payment::auth_res::AuthCode;
    use set_core::msg::recur::Location;
    use set_core::secret::CardExpiry;

    fn request(pan: &str) -> HostRequest {
        HostRequest {
            key: IdempotencyKey {
                xid: Xid::new([1; 20]),
                rrpid: Rrpid::new([2; 20]),
            },
            merchant_id: MerchantId::new("M-1").unwrap(),
            brand_id: BrandId::new("Orchard").unwrap(),
            pan: Pan::new(pan).unwrap(),
            card_expiry: CardExpiry::new("203012").unwrap(),
            amount: CurrencyAmount {
                currency: Currency::new(840).unwrap(),
                amount: 1_001,
                amt_exp10: -2,
            },
            avs_data: Some(AvsData {
                street_address: None,
                location: Location {
                    country_code: CountryCode::new(840).unwrap(),
                    city: None,
                    state_province: None,
                    postal_code: None,
                    location_id: None,
                },
            }),
            merch_data: MerchData {
                merch_cat_code: None,
                merch_group: None,
            },
            capture_now: false,
            special_processing: None,
            card_suspect: None,
            market_spec_auth_data: None,
            install_recur_data: None,
            count: 1,
        }
    }

    fn trace(repeated: bool) -> HostTrace {
        HostTrace {
            number: 1,
            date: Date::EPOCH,
            repeated,
        }
    }

    fn capture(pan: &str) -> HostAdvice {
        let request = request(pan);
        HostAdvice {
            event: HostEvent::Capture,
            key: request.key,
            cause: request.key.rrpid,
            merchant_id: request.merchant_id,
            account: Some(Account {
                pan: request.pan,
                card_expiry: request.card_expiry,
            }),
            amount: request.amount,
            approval_code: None,
            slot: None,
        }
    }

    fn reversal(pan: &str) -> HostReversal {
        let request = request(pan);
        HostReversal {
            key: request.key,
            original: trace(false),
            merchant_id: request.merchant_id,
            pan: request.pan,
            card_expiry: request.card_expiry,
            amount: request.amount,
        }
    }

    /// The rows of the tables of docs/TEST-CARDS.md whose header has `column`: the account
    /// number and what is in that column.
    fn documented(column: &str) -> Vec<(String, String)> {
        let crate_folder = std::env::var_os("CARGO_MANIFEST_DIR").unwrap();
        let file = std::path::Path::new(&crate_folder).join("../docs/TEST-CARDS.md");
        let text = std::fs::read_to_string(file).unwrap();
        let mut wanted = None;
        let mut rows = Vec::new();
        for line in text.lines() {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            if cells.len() < 3 {
                wanted = None;
            } else if cells[1] == "account number" {
                wanted = cells.iter().position(|cell| *cell == column);
            } else if let (Some(place), false) = (wanted, cells[1].starts_with('-')) {
                let pan: String = cells[1].split(' ').collect();
                rows.push((pan, cells[place].to_owned()));
            }
        }
        rows
    }

    #[test]
    fn every_documented_test_card_has_a_correct_check_digit_and_gets_its_auth_code() {
        let rows = documented("AuthCode");
        assert_eq!(rows.len(), 13);
        for (pan, code) in rows {
            assert!(Pan::new(&pan).unwrap().luhn_valid(), "{pan}");
            let answer = Simulator::new(7).answer(&request(&pan));
            assert_eq!(answer.decision.auth_code().to_string(), code, "{pan}");
        }
    }

    #[test]
    fn every_documented_avs_card_is_approved_with_its_avs_result() {
        let rows = documented("AVSResult");
        assert_eq!(rows.len(), 5);
        for (pan, result) in rows {
            let answer = Simulator::new(7).answer(&request(&pan));
            assert_eq!(answer.decision.auth_code(), AuthCode::Approved, "{pan}");
            assert_eq!(answer.avs_result.unwrap().to_string(), result, "{pan}");
        }
    }

    #[tokio::test]
    async fn every_documented_card_has_its_captures_and_reversals_confirmed_as_it_says() {
        let rows = documented("capture")
            .into_iter()
            .zip(documented("reversal"));
        assert_eq!(rows.len(), 4);
        for ((pan, captured), (_, reversed)) in rows {
            assert!(Pan::new(&pan).unwrap().luhn_valid(), "{pan}");
            let host = Simulator::new(7);
            let (capture, reversal) = (capture(&pan), reversal(&pan));
            for (said, telling) in [(captured, 0), (reversed, 1)] {
                let mut confirmed = Vec::new();
                for repeated in [false, true] {
                    let done = match telling {
                        0 => host.advise(trace(repeated), &capture).await,
                        _ => host.reverse(trace(repeated), &reversal).await,
                    };
                    confirmed.push(done.is_ok());
                }
                let meant = match said.as_str() {
                    "confirmed" => [true, true],
                    "confirmed when repeated" => [false, true],
                    "never confirmed" => [false, false],
                    other => panic!("{other}"),
                };
                assert_eq!(confirmed, meant, "{pan}");
            }
        }
    }

    #[test]
    fn no_avs_result_comes_without_an_address() {
        let request = HostRequest {
            avs_data: None,
            ..request("9999010000001001")
        };
        assert_eq!(Simulator::new(7).answer(&request).avs_result, None);
    }

    #[test]
    fn the_partial_card_gets_half_rounded_up() {
        let answer = Simulator::new(7).answer(&request("9999010000000102"));
        let Decision::Approved { amount, .. } = answer.decision else {
            panic!("{answer:?}");
        };
        assert_eq!(amount.amount, 501);
    }

    #[test]
    fn numbers_that_are_no_test_cards_are_invalid_transactions() {
        for pan in [
            "9999010000000004",
            "4111111111111111",
            "999901",
            "99990100000000003",
        ] {
            let answer = Simulator::new(7).answer(&request(pan));
            assert_eq!(answer.decision, Decision::InvalidTransaction, "{pan}");
        }
    }

    #[tokio::test]
    async fn a_repeated_request_gets_the_same_answer_and_another_key_another_code() {
        let (first, again) = (request("9999010000000003"), request("9999010000000003"));
        let mut other = request("9999010000000003");
        other.key.rrpid = Rrpid::new([3; 20]);
        let host = Simulator::new(7);
        let answer = host.authorize(trace(false), &first).await;
        assert_eq!(host.authorize(trace(true), &again).await, answer);
        assert_ne!(host.authorize(trace(false), &other).await, answer);
        assert_eq!(
            Simulator::new(7).authorize(trace(false), &first).await,
            answer
        );
        assert_ne!(
            Simulator::new(8).authorize(trace(false), &first).await,
            answer
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_delayed_host_takes_its_time_for_every_answer() {
        let host = Simulator::new(7).with_delay(Duration::from_secs(3));
        let start = tokio::time::Instant::now();
        host.authorize(trace(false), &request("9999010000000003"))
            .await;
        let reversal = reversal("9999010000000003");
        host.reverse(trace(false), &reversal).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_secs(6));
    }

    #[tokio::test]
    async fn confirmed_captures_and_reversals_are_counted() {
        let host = Simulator::new(7);
        let pan = "9999010000000003";
        let (capture, reversal) = (capture(pan), reversal(pan));
        host.advise(trace(false), &capture).await.unwrap();
        host.reverse(trace(false), &reversal).await.unwrap();
        host.reverse(trace(true), &reversal).await.unwrap();
        assert_eq!((host.captures(), host.reversals()), (1, 2));
    }

    #[test]
    fn a_request_prints_without_the_account_number() {
        let shown = format!("{:?}", request("9999010000000003"));
        assert!(!shown.contains("9999010000000003"), "{shown}");
        assert!(!shown.contains("203012"), "{shown}");
    }
}
