//! CardCertRequired, Tunneling and SETExtensions.

use super::{Findings, Given, Lint};
use crate::asn1::DecodeError;
use crate::asn1::oid::extension::{CARD_CERT_REQUIRED, SET_EXTENSIONS, TUNNELING};
use crate::x509::ext::{CardCertRequired, SetExtensions, Tunneling};

pub(super) const RULE: Lint = Lint {
    id: "gateway-extensions",
    clause: "CardCertRequired, Tunneling and SETExtensions are what their types say",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let subject = given.subject;
    let fault = |name: &str, fault: DecodeError| format!("{name}: {fault}");
    if let Some(Err(error)) = subject.decode::<CardCertRequired>(CARD_CERT_REQUIRED) {
        found.error(fault("CardCertRequired", error));
    }
    match subject.decode::<Tunneling>(TUNNELING) {
        Some(Err(error)) => found.error(fault("Tunneling", error)),
        Some(Ok(tunneling)) if tunneling.tunneling && tunneling.tunnel_alg_ids.is_empty() => {
            found.error("Tunneling names no algorithm");
        }
        _ => {}
    }
    match subject.decode::<SetExtensions>(SET_EXTENSIONS) {
        Some(Err(error)) => found.error(fault("SETExtensions", error)),
        Some(Ok(list)) => {
            let mut seen = std::collections::HashSet::new();
            if let Some(twice) = list.iter().find(|oid| !seen.insert(**oid)) {
                found.error(format!("SETExtensions has {twice} twice"));
            }
        }
        None => {}
    }
}
