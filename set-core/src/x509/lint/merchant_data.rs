//! MerchantData.

use super::{Findings, Given, Lint};
use crate::asn1::oid::extension::MERCHANT_DATA;
use crate::x509::ext::MerchantData;

pub(super) const RULE: Lint = Lint {
    id: "merchant-data",
    clause: "MerchantData has id, acquirer BIN, country, and names of which one is the commonName",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let data: MerchantData = match given.subject.decode(MERCHANT_DATA) {
        None => return,
        Some(Err(fault)) => return found.error(fault.to_string()),
        Some(Ok(data)) => data,
    };
    let subject = given.subject.subject_name();
    let Some(common_name) = subject.as_ref().and_then(|name| name.common_name()) else {
        return;
    };
    let same = data
        .mer_name_seq
        .iter()
        .any(|names| names.name.to_string() == common_name);
    if !same {
        found.error("none of its names is the commonName");
    }
}
