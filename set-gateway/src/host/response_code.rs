//! The response codes of ISO 8583:1987, field 39, and what they mean to a merchant.
//!
//! | code | meaning | AuthCode |
//! |---|---|---|
//! | 00, 08, 11, 16 | approved | approved |
//! | 10 | approved for a part of the amount | approved |
//! | 01, 02, 60, 66, 70 | ask the issuer | callIssuer |
//! | 13, 64 | amount not possible | amountError |
//! | 33, 54 | expired card | expiredCard |
//! | 03, 12, 14, 15, 20, 31, 39, 40, 52, 53, 56, 57, 58, 92 | not possible with this card or merchant | invalidTransaction |
//! | 06, 19, 30, 90, 91, 96 | a system failed, and nothing was approved | systemError |
//! | 09, 68, 94 | what became of the request is not known: it is reversed | noReply |
//! | any other | the issuer refuses | declined |

use set_core::gateway::host::Decision;

/// What a response code means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The whole amount is approved.
    Approved,
    /// Field 4 says how much is approved.
    ApprovedInPart,
    /// Nothing is approved, or nobody knows.
    Refused(Decision),
}

/// What the code says.
pub(super) fn meaning(code: &str) -> Meaning {
    Meaning::Refused(match code {
        "00" | "08" | "11" | "16" => return Meaning::Approved,
        "10" => return Meaning::ApprovedInPart,
        "01" | "02" | "60" | "66" | "70" => Decision::CallIssuer,
        "13" | "64" => Decision::AmountError,
        "33" | "54" => Decision::ExpiredCard,
        "03" | "12" | "14" | "15" | "20" | "31" | "39" | "40" | "52" | "53" | "56" | "57"
        | "58" | "92" => Decision::InvalidTransaction,
        "06" | "19" | "30" | "90" | "91" | "96" => Decision::SystemError,
        "09" | "68" | "94" => Decision::NoReply,
        _ => Decision::Declined,
    })
}

/// Whether an advice that got this code is to be sent again later: the host could not take
/// it now.
pub(super) fn later(code: &str) -> bool {
    matches!(code, "06" | "09" | "19" | "68" | "90" | "91" | "96")
}
