//! What must be true when everything is finished.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Orders that the merchant has.
    pub orders: usize,
    /// Authorizations that the gateway has.
    pub authorizations: usize,
    /// Of these: approved.
    pub approved: usize,
    /// Requests that the host was asked about.
    pub asked: usize,
    /// Of these: reversed because no answer came.
    pub reversed: usize,
    /// Messages that the host had before.
    pub repeated: usize,
    /// What does not agree.
    pub faults: Vec<String>,
}

/// What is still under way, in words; empty when nothing is.
#[must_use]
pub fn under_way(audit: &Value, orders: &Value) -> String {
    let count = |what: &str| audit.get(what).and_then(Value::as_u64).unwrap_or(u64::MAX);
    let (asking, untold) = (count("asking"), count("untold"));
    let waiting: BTreeSet<&str> = rows(orders, "orders")
        .filter_map(|row| row.get("state")?.as_str())
        .filter(|state| !FINISHED.contains(state))
        .collect();
    if asking == 0 && untold == 0 && waiting.is_empty() {
        return String::new();
    }
    format!("{asking} being asked, {untold} to be told, orders that are {waiting:?}")
}

/// A line of the host's journal.
#[derive(Debug, Deserialize)]
struct Line {
    what: String,
    xid: String,
    rrpid: String,
    number: u64,
    repeated: bool,
    amount: u64,
    said: String,
}

/// What the host has of one authorization.
#[derive(Debug, Default)]
struct Account {
    /// What it said, each time that it was asked.
    said: Vec<(String, u64)>,
    reversed: bool,
    held: Option<u64>,
    /// Numbers of the messages that were booked.
    booked: BTreeSet<u64>,
    captured: i128,
    credited: i128,
}

/// Authorized, captured and credited.
type Amounts = [i128; 3];

impl Verdict {
    /// Compares what merchant, gateway and host have.
    #[must_use]
    pub fn find(audit: &Value, orders: &Value, transactions: &Value, journal: &str) -> Self {
        let mut verdict = Self::default();
        for fault in rows(audit, "faults") {
            verdict.faults.push(fault.to_string());
        }
        let accounts = verdict.read(journal);
        verdict.asked = accounts.len();
        let mut gateway: BTreeMap<String, Amounts> = BTreeMap::new();
        let mut known = BTreeSet::new();
        for row in rows(transactions, "transactions") {
            verdict.authorizations += 1;
            let name = (text(row, "xid"), text(row, "rrpid"));
            let amounts = amounts(row);
            let account = accounts.get(&name);
            let approved = text(row, "auth_code") == "approved";
            verdict.approved += usize::from(approved);
            verdict.compare_with_host(&name, approved, amounts, account);
            let sums = gateway.entry(name.0.clone()).or_default();
            for (sum, amount) in sums.iter_mut().zip(amounts) {
                *sum += amount;
            }
            known.insert(name);
        }
        for (name, account) in &accounts {
            let approved = account.said.iter().any(|(said, _)| said == "approved");
            if !known.contains(name) && approved && !account.reversed {
                verdict.fault(name, "is approved, and neither answered nor reversed");
            }
        }
        verdict.compare_with_merchant(orders, &gateway);
        verdict
    }

    fn fault(&mut self, (xid, rrpid): &(String, String), what: &str) {
        self.faults
            .push(format!("authorization {rrpid} of {xid} {what}"));
    }

    fn read(&mut self, journal: &str) -> BTreeMap<(String, String), Account> {
        let mut accounts: BTreeMap<(String, String), Account> = BTreeMap::new();
        for line in journal.lines() {
            let Ok(line) = serde_json::from_str::<Line>(line) else {
                self.faults.push("the journal has a broken line".to_owned());
                continue;
            };
            let account = accounts.entry((line.xid, line.rrpid)).or_default();
            self.repeated += usize::from(line.repeated);
            if line.what == "authorization" {
                account.said.push((line.said, line.amount));
                continue;
            }
            if line.said != "confirmed" || !account.booked.insert(line.number) {
                continue;
            }
            let amount = i128::from(line.amount);
            match line.what.as_str() {
                "capture" => account.captured += amount,
                "captureReversal" => account.captured -= amount,
                "credit" => account.credited += amount,
                "creditReversal" => account.credited -= amount,
                "authorizationReversal" => account.held = Some(line.amount),
                _ => {
                    account.reversed = true;
                    self.reversed += 1;
                }
            }
        }
        accounts
    }

    fn compare_with_host(
        &mut self,
        name: &(String, String),
        approved: bool,
        [authorized, captured, credited]: Amounts,
        account: Option<&Account>,
    ) {
        let Some(account) = account else {
            self.fault(name, "is unknown at the host");
            return;
        };
        if account
            .said
            .windows(2)
            .any(|pair| pair.first() != pair.last())
        {
            self.fault(name, "has two answers of the host");
        }
        if (account.captured, account.credited) != (captured, credited) {
            self.fault(name, "has other captures or credits at the host");
        }
        let Some((said, amount)) = account.said.last() else {
            self.fault(name, "was never asked for at the host");
            return;
        };
        let held = account.held.unwrap_or(*amount);
        if approved && (said != "approved" || account.reversed || i128::from(held) != authorized) {
            self.fault(name, "is approved, but not at the host");
        }
        if !approved && said == "approved" && !account.reversed {
            self.fault(name, "is approved at the host only");
        }
        if said == "noReply" && !account.reversed {
            self.fault(name, "is not reversed, although the host did not answer");
        }
    }

    fn compare_with_merchant(&mut self, orders: &Value, gateway: &BTreeMap<String, Amounts>) {
        let mut seen = BTreeSet::new();
        for row in rows(orders, "orders") {
            self.orders += 1;
            let xid = text(row, "xid");
            let theirs = gateway.get(&xid).copied().unwrap_or_default();
            let ours = amounts(row);
            if ours != theirs {
                self.faults.push(format!(
                    "order {xid}: merchant {ours:?}, gateway {theirs:?}"
                ));
            }
            seen.insert(xid);
        }
        for xid in gateway.keys().filter(|xid| !seen.contains(*xid)) {
            self.faults
                .push(format!("order {xid} is unknown at the merchant"));
        }
    }
}

fn rows<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    let rows = value.get(key).and_then(Value::as_array);
    rows.into_iter().flatten()
}

fn text(row: &Value, key: &str) -> String {
    let text = row.get(key).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// Authorized, captured and credited, in cents.
fn amounts(row: &Value) -> Amounts {
    ["authorized", "captured", "credited"].map(|key| {
        let digits: String = text(row, key)
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        digits.parse().unwrap_or(0)
    })
}

/// States of an order in which the merchant waits for nothing.
const FINISHED: [&str; 7] = [
    "offered",
    "initiated",
    "authorized",
    "captured",
    "credited",
    "declined",
    "reversed",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const JOURNAL: &str = r#"
{"what":"authorization","xid":"01","rrpid":"a","number":1,"repeated":false,"amount":100,"said":"approved"}
{"what":"authorization","xid":"01","rrpid":"a","number":1,"repeated":true,"amount":100,"said":"approved"}
{"what":"capture","xid":"01","rrpid":"a","number":2,"repeated":false,"amount":60,"said":"unconfirmed"}
{"what":"capture","xid":"01","rrpid":"a","number":2,"repeated":true,"amount":60,"said":"confirmed"}
{"what":"capture","xid":"01","rrpid":"a","number":2,"repeated":true,"amount":60,"said":"confirmed"}
{"what":"authorization","xid":"02","rrpid":"b","number":3,"repeated":false,"amount":100,"said":"noReply"}
{"what":"reversal","xid":"02","rrpid":"b","number":4,"repeated":false,"amount":100,"said":"confirmed"}"#;

    /// The verdict about what is right but for what `alter` does to the journal, and to what the
    /// merchant has captured.
    fn verdict(alter: impl Fn(&str) -> String, captured: &str) -> Verdict {
        let transactions = json!({ "transactions": [
            { "xid": "01", "rrpid": "a", "auth_code": "approved",
              "authorized": "1.00 USD", "captured": "0.60 USD", "credited": null },
            { "xid": "02", "rrpid": "b", "auth_code": "noReply", "authorized": "0.00 USD" },
        ]});
        let orders = json!({ "orders": [
            { "xid": "01", "authorized": "1.00 USD", "captured": captured },
            { "xid": "02" },
            { "xid": null },
        ]});
        let audit = json!({ "faults": [] });
        Verdict::find(&audit, &orders, &transactions, &alter(JOURNAL.trim()))
    }

    fn without(number: usize) -> impl Fn(&str) -> String {
        move |journal| {
            let lines = journal.lines().enumerate();
            let left: Vec<&str> = lines
                .filter(|(place, _)| *place != number)
                .map(|(_, line)| line)
                .collect();
            left.join("\n")
        }
    }

    #[test]
    fn what_agrees_is_found_to_agree_and_repetitions_count_once() {
        let found = verdict(str::to_owned, "0.60 USD");
        assert_eq!(found.faults, Vec::<String>::new());
        assert_eq!((found.asked, found.reversed, found.repeated), (2, 1, 3));
    }

    #[test]
    fn whatever_is_lost_or_doubled_is_found() {
        for (journal, fault) in [
            (without(6)(JOURNAL.trim()), "not reversed"),
            (
                JOURNAL
                    .replace(
                        r#""number":2,"repeated":true"#,
                        r#""number":9,"repeated":true"#,
                    )
                    .replacen(r#""number":9"#, r#""number":8"#, 1),
                "other captures",
            ),
            (JOURNAL.replacen("approved", "declined", 1), "two answers"),
            (JOURNAL.replace("approved", "declined"), "not at the host"),
            (
                JOURNAL.replace(r#""xid":"01""#, r#""xid":"03""#),
                "unknown at the host",
            ),
            (
                format!(
                    "{}\n{}",
                    JOURNAL.trim(),
                    r#"{"what":"authorization","xid":"04","rrpid":"d","number":7,"repeated":false,"amount":1,"said":"approved"}"#
                ),
                "neither answered nor reversed",
            ),
            (format!("{}\n{{", JOURNAL.trim()), "broken line"),
        ] {
            let found = verdict(|_| journal.trim().to_owned(), "0.60 USD");
            assert!(
                found.faults.iter().any(|one| one.contains(fault)),
                "{fault}: {found:?}"
            );
        }
        let found = verdict(str::to_owned, "1.00 USD");
        assert!(
            found.faults.iter().any(|one| one.starts_with("order 01")),
            "{found:?}"
        );
    }

    #[test]
    fn what_waits_for_an_answer_is_under_way() {
        let audit = |asking: u64| json!({ "asking": asking, "untold": 0 });
        let orders = |state: &str| json!({ "orders": [{ "state": state }] });
        assert_eq!(under_way(&audit(0), &orders("captured")), "");
        assert!(under_way(&audit(1), &orders("captured")).contains("1 being asked"));
        assert!(under_way(&audit(0), &orders("capturing")).contains("capturing"));
        assert_ne!(under_way(&json!({}), &orders("captured")), "");
    }
}
