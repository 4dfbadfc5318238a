//! What the digits of a test card's number say.

use set_core::msg::payment::auth_res::AvsResult;
use set_core::secret::Pan;

use super::TEST_BIN;

/// When the host confirms advices about a card.
pub(super) struct Advices {
    /// About captures and what is like them.
    pub(super) capture: Confirmation,
    /// About reversals.
    pub(super) reversal: Confirmation,
}

/// When the host confirms an advice.
#[derive(Clone, Copy)]
pub(super) enum Confirmation {
    Always,
    WhenRepeated,
    Never,
}

/// What a test card's number says.
pub(super) struct TestCard {
    advices: u8,
    avs: u8,
    /// The response code of ISO 8583 that decides.
    pub(super) response_code: String,
}

impl TestCard {
    pub(super) fn read(pan: &Pan) -> Option<Self> {
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

    pub(super) const fn advices(&self) -> Advices {
        let (capture, reversal) = match self.advices {
            1 => (Confirmation::WhenRepeated, Confirmation::Always),
            2 => (Confirmation::Always, Confirmation::WhenRepeated),
            3 => (Confirmation::Never, Confirmation::Never),
            _ => (Confirmation::Always, Confirmation::Always),
        };
        Advices { capture, reversal }
    }

    pub(super) const fn avs_result(&self) -> AvsResult {
        match self.avs {
            0 => AvsResult::FullMatch,
            1 => AvsResult::NoMatch,
            2 => AvsResult::AddressMatchOnly,
            3 => AvsResult::PostalCodeMatchOnly,
            _ => AvsResult::ResultUnavailable,
        }
    }
}
