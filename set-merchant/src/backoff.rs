//! How long is waited before something is tried again.

use set_core::crypto::{CryptoProvider, random_array};
use set_node::config::Period;

/// Seconds until the next attempt after `failures` of them: `first` doubled each time, at most
/// `longest`, and of that a random part between half and all, so that what failed together is
/// not tried again together.
pub(crate) fn delay(
    crypto: &dyn CryptoProvider,
    first: Period,
    longest: Period,
    failures: u64,
) -> u64 {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    let factor = 2_u64.saturating_pow(doublings);
    let grown = first.duration().as_secs().saturating_mul(factor);
    let whole = grown.min(longest.duration().as_secs());
    let half = whole / 2;
    // Without randomness it is only less well spread.
    let random = random_array(crypto).map_or(0, u64::from_be_bytes);
    half.saturating_add(random % whole.saturating_sub(half).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use set_core::crypto::RustCrypto;

    use super::*;

    #[test]
    fn it_grows_up_to_a_bound_and_is_spread_over_the_second_half() {
        let (first, longest) = (Period::seconds(30), Period::seconds(3600));
        for (failures, whole) in [
            (0, 30),
            (1, 30),
            (2, 60),
            (4, 240),
            (8, 3600),
            (u64::MAX, 3600),
        ] {
            for _ in 0..50 {
                let waited = delay(&RustCrypto, first, longest, failures);
                assert!(
                    (whole / 2..=whole).contains(&waited),
                    "{failures}: {waited}"
                );
            }
        }
    }
}
