//! Customers, and the clerk who captures what they bought.

use std::ops::AddAssign;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::mall::stage::Stage;

/// What was done, and of that what went well at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bought {
    /// Orders that were offered.
    pub offered: u64,
    /// Of these: paid for, as the wallet saw it.
    pub paid: u64,
    /// Captures that the clerk asked for.
    pub captures: u64,
    /// Of these: confirmed.
    pub captured: u64,
    /// Credits and reversals that the clerk asked for.
    pub corrections: u64,
    /// Of these: confirmed.
    pub corrected: u64,
}

impl AddAssign for Bought {
    fn add_assign(&mut self, other: Self) {
        self.offered += other.offered;
        self.paid += other.paid;
        self.captures += other.captures;
        self.captured += other.captured;
        self.corrections += other.corrections;
        self.corrected += other.corrected;
    }
}

/// A customer with a wallet.
#[derive(Debug)]
pub struct Customer {
    /// The wallet's data folder is here, the merchant's elsewhere.
    pub(super) stage: Stage,
    /// For wake-up messages.
    pub(super) wake_up: PathBuf,
    /// What every command of the merchant is given.
    pub(super) merchant: Vec<String>,
    /// What every command of the wallet is given.
    pub(super) wallet: Vec<String>,
}

/// Attempts after closing time of who has bought nothing.
const LATE: u32 = 5;

impl Customer {
    /// Buys, and has captured and given back, until the shops close. What fails because
    /// somebody just died is left as it is: to finish it is the servers' business. Who could buy
    /// nothing between the deaths may do so after the last of them.
    #[must_use]
    pub fn shop_until(mut self, closing: &AtomicBool) -> Bought {
        let mut bought = Bought::default();
        let mut late = 0;
        loop {
            if closing.load(Ordering::SeqCst) {
                if bought.paid > 0 || late == LATE {
                    return bought;
                }
                late += 1;
            }
            let wake_up = self.wake_up.display().to_string();
            let offer = [
                "--description",
                "One teapot",
                "--amount",
                "12950",
                "--wake-up",
                &wake_up,
            ];
            let Some(offered) = self.merchant("offer", &offer) else {
                continue;
            };
            let Some(order) = offered.get("lid_m").and_then(|order| order.as_str()) else {
                continue;
            };
            bought.offered += 1;
            bought.paid += u64::from(self.pay(&wake_up));
            if bought.offered % 3 > 0 {
                bought.captures += 1;
                let captured = self.merchant("capture", &[order, "--amount", "10000"]);
                bought.captured += u64::from(captured.is_some());
            }
            match bought.offered % 5 {
                0 => {
                    bought.corrections += 1;
                    let done = self.merchant("credit", &[order, "--amount", "2500"]);
                    bought.corrected += u64::from(done.is_some());
                }
                1 => {
                    bought.corrections += 1;
                    let done = self.merchant("reverse", &[order]);
                    bought.corrected += u64::from(done.is_some());
                }
                _ => {}
            }
        }
    }

    fn merchant(&mut self, command: &str, args: &[&str]) -> Option<serde_json::Value> {
        let always = self.merchant.iter().map(String::as_str);
        let args: Vec<&str> = args.iter().copied().chain(always).collect();
        self.stage.run("merchant", command, &args, &[]).ok()
    }

    fn pay(&mut self, wake_up: &str) -> bool {
        let always = self.wallet.iter().map(String::as_str);
        let args: Vec<&str> = ["--wake-up", wake_up, "--yes"]
            .into_iter()
            .chain(always)
            .collect();
        self.stage.run("cardholder", "pay", &args, &[]).is_ok()
    }
}
