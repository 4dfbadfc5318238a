//! The games.

use super::{Fault, Reached, Rules, play};
use crate::{Violation, none_violates, one_finds};

/// Steps of a game.
const STEPS: usize = 160;

#[test]
fn signed_purchases_keep_every_theorem() {
    let mut reached = Reached::default();
    let rules = Rules::default();
    none_violates(0, 10, |seed| play(seed, STEPS, rules, &mut reached));
    assert!(reached.offered > 20 && reached.ordered > 10, "{reached:?}");
    assert!(reached.asked > 5 && reached.authorized > 2, "{reached:?}");
    assert!(reached.told > 2 && reached.opened > 0, "{reached:?}");
}

#[test]
fn signed_purchases_keep_every_theorem_beside_a_dishonest_gateway() {
    let mut reached = Reached::default();
    let rules = Rules {
        rogue_gateway: true,
        ..Rules::default()
    };
    none_violates(1_000, 8, |seed| play(seed, STEPS, rules, &mut reached));
    assert!(reached.asked > 2 && reached.opened > 0, "{reached:?}");
}

#[test]
fn unsigned_purchases_keep_the_account_secret_and_all_that_is_signed_true() {
    let mut reached = Reached::default();
    let rules = Rules {
        unsigned: true,
        ..Rules::default()
    };
    none_violates(2_000, 6, |seed| play(seed, STEPS, rules, &mut reached));
    assert!(reached.ordered > 5 && reached.asked > 2, "{reached:?}");
}

fn with(fault: Fault) -> impl FnMut(u64) -> Result<(), Violation> {
    move |seed| {
        let rules = Rules {
            fault: Some(fault),
            ..Rules::default()
        };
        play(seed, STEPS, rules, &mut Reached::default())
    }
}

#[test]
fn a_wallet_that_takes_old_offers_is_found_out() {
    one_finds(
        "wallet: never offered",
        0,
        with(Fault::WalletTakesOldOffers),
    );
}

#[test]
fn a_gateway_that_tells_its_key_is_found_out() {
    one_finds("secrecy: the PAN", 0, with(Fault::GatewayTellsItsKey));
}

#[test]
fn a_merchant_that_takes_any_signature_is_found_out() {
    one_finds(
        "merchant: never ordered",
        20,
        with(Fault::MerchantTakesAnySignature),
    );
}

#[test]
fn a_gateway_that_compares_nothing_is_found_out() {
    one_finds(
        "gateway: never agreed",
        0,
        with(Fault::GatewayComparesNothing),
    );
}
