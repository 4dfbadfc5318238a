//! A host that decides by the account number: for tests, demonstrations and the connection
//! of other products.
//!
//! It serves account numbers of 16 digits that begin with the made-up BIN 999901 and have a
//! correct check digit. The 13th digit chooses the result of the address verification, the
//! 14th and 15th the decision, by the response codes of ISO 8583:
//!
//! | account number | digits 14–15 | decision | AuthCode |
//! |---|---|---|---|
//! | 9999010000000003 | 00 | approved | approved |
//! | 9999010000000011 | 01 | refer to the issuer | callIssuer |
//! | 9999010000000052 | 05 | do not honour | declined |
//! | 9999010000000102 | 10 | approved for half of the amount, rounded up | approved |
//! | 9999010000000128 | 12 | invalid transaction | invalidTransaction |
//! | 9999010000000136 | 13 | invalid amount | amountError |
//! | 9999010000000516 | 51 | not sufficient funds | declined |
//! | 9999010000000540 | 54 | expired card | expiredCard |
//! | 9999010000000680 | 68 | no answer in time | noReply |
//! | 9999010000000912 | 91 | issuer inoperative | systemError |
//!
//! | account number | digit 13 | address verification |
//! |---|---|---|
//! | 9999010000000003 | 0 | full match |
//! | 9999010000001001 | 1 | no match |
//! | 9999010000002009 | 2 | only the street matches |
//! | 9999010000003007 | 3 | only the postal code matches |
//! | 9999010000004005 | 4 | not available |
//!
//! The digits in between, 7 to 12, are free: a million cards of each kind. Any other
//! response code is declined; any other number is an invalid transaction.
//!
//! Approval codes and references come from a seed and the idempotency key alone. So the
//! simulator answers a repetition as it answered at first without remembering anything, and
//! two runs with one seed give the same codes.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

use set_core::gateway::host::{Decision, HostAnswer, HostCapture, HostRequest, IdempotencyKey};
use set_core::msg::amount::CurrencyAmount;
use set_core::msg::ids::{ApprovalCode, LogRefId};
use set_core::msg::payment::acq_card::{AcqCardCode, AcqCardCodeMsg, AcqCardMsgData};
use set_core::msg::payment::auth_res::{AvsResult, CardType, RespReason};
use set_core::secret::Pan;

use super::response_code::{self, Meaning};
use super::{AcquirerHost, HostFuture, HostReversal, HostTrace, HostUnavailable};

/// The BIN of all test cards.
pub const TEST_BIN: &str = "999901";

/// The simulated host.
#[derive(Debug)]
pub struct Simulator {
    seed: u64,
    delay: Duration,
    captures: AtomicU64,
    reversals: AtomicU64,
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
        }
    }

    fn decide(&self, card: &TestCard, request: &HostRequest) -> Decision {
        match response_code::meaning(&card.response_code) {
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

    fn capture<'a>(
        &'a self,
        trace: HostTrace,
        capture: &'a HostCapture,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        Box::pin(async move {
            self.pause().await;
            confirm(&capture.pan, |advices| advices.capture, trace)?;
            self.captures.fetch_add(1, Ordering::Relaxed);
            Ok(())
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

/// When the host confirms advices about a card.
struct Advices {
    capture: Confirmation,
    reversal: Confirmation,
}

/// When the host confirms an advice.
#[derive(Clone, Copy)]
enum Confirmation {
    Always,
    WhenRepeated,
    Never,
}

/// What a test card's number says.
struct TestCard {
    advices: u8,
    avs: u8,
    response_code: String,
}

impl TestCard {
    fn read(pan: &Pan) -> Option<Self> {
        let digits = pan.expose();
        if digits.len() != 16 || !digits.starts_with(TEST_BIN) || !pan.luhn_valid() {
            return None;
        }
        Some(Self {
            advices: digits.get(11..12)?.parse().ok()?,
            avs: digits.get(12..13)?.parse().ok()?,
            response_code: digits.get(13..15)?.to_owned(),
        })
    }

    const fn advices(&self) -> Advices {
        let (capture, reversal) = match self.advices {
            1 => (Confirmation::WhenRepeated, Confirmation::Always),
            2 => (Confirmation::Always, Confirmation::WhenRepeated),
            3 => (Confirmation::Never, Confirmation::Never),
            _ => (Confirmation::Always, Confirmation::Always),
        };
        Advices { capture, reversal }
    }

    const fn avs_result(&self) -> AvsResult {
        match self.avs {
            0 => AvsResult::FullMatch,
            1 => AvsResult::NoMatch,
            2 => AvsResult::AddressMatchOnly,
            3 => AvsResult::PostalCodeMatchOnly,
            _ => AvsResult::ResultUnavailable,
        }
    }
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
    use set_core::gateway::host::Decision;
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
        }
    }

    #[test]
    fn every_documented_test_card_has_a_correct_check_digit_and_gets_its_auth_code() {
        for (pan, code) in [
            ("9999010000000003", AuthCode::Approved),
            ("9999010000000011", AuthCode::CallIssuer),
            ("9999010000000052", AuthCode::Declined),
            ("9999010000000102", AuthCode::Approved),
            ("9999010000000128", AuthCode::InvalidTransaction),
            ("9999010000000136", AuthCode::AmountError),
            ("9999010000000516", AuthCode::Declined),
            ("9999010000000540", AuthCode::ExpiredCard),
            ("9999010000000680", AuthCode::NoReply),
            ("9999010000000912", AuthCode::SystemError),
        ] {
            assert!(Pan::new(pan).unwrap().luhn_valid(), "{pan}");
            let answer = Simulator::new(7).answer(&request(pan));
            assert_eq!(answer.decision.auth_code(), code, "{pan}");
        }
    }

    #[test]
    fn every_documented_avs_card_is_approved_with_its_avs_result() {
        for (pan, result) in [
            ("9999010000000003", AvsResult::FullMatch),
            ("9999010000001001", AvsResult::NoMatch),
            ("9999010000002009", AvsResult::AddressMatchOnly),
            ("9999010000003007", AvsResult::PostalCodeMatchOnly),
            ("9999010000004005", AvsResult::ResultUnavailable),
        ] {
            let answer = Simulator::new(7).answer(&request(pan));
            assert_eq!(answer.decision.auth_code(), AuthCode::Approved, "{pan}");
            assert_eq!(answer.avs_result, Some(result), "{pan}");
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
        let answer = host.authorize(&first).await;
        assert_eq!(host.authorize(&again).await, answer);
        assert_ne!(host.authorize(&other).await, answer);
        assert_eq!(Simulator::new(7).authorize(&first).await, answer);
        assert_ne!(Simulator::new(8).authorize(&first).await, answer);
    }

    #[tokio::test(start_paused = true)]
    async fn a_delayed_host_takes_its_time_for_every_answer() {
        let host = Simulator::new(7).with_delay(Duration::from_secs(3));
        let start = tokio::time::Instant::now();
        host.authorize(&request("9999010000000003")).await;
        host.reverse(request("9999010000000003").key).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_secs(6));
    }

    #[tokio::test]
    async fn captures_and_reversals_are_counted() {
        let host = Simulator::new(7);
        let key = request("9999010000000003").key;
        host.reverse(key).await.unwrap();
        host.reverse(key).await.unwrap();
        assert_eq!((host.captures(), host.reversals()), (0, 2));
    }

    #[test]
    fn a_request_prints_without_the_account_number() {
        let shown = format!("{:?}", request("9999010000000003"));
        assert!(!shown.contains("9999010000000003"), "{shown}");
        assert!(!shown.contains("203012"), "{shown}");
    }
}
