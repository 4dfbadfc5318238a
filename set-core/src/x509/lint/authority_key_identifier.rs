//! authorityKeyIdentifier.

use der::Encode;

use super::{Findings, Given, Lint};
use crate::asn1::oid::extension::AUTHORITY_KEY_IDENTIFIER;
use crate::x509::ext::AuthorityKeyIdentifier;

pub(super) const RULE: Lint = Lint {
    id: "authority-key-identifier",
    clause: "authorityKeyIdentifier names the issuer's certificate by its issuer and serial number",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let identifier: AuthorityKeyIdentifier = match given.subject.decode(AUTHORITY_KEY_IDENTIFIER) {
        None => return,
        Some(Err(fault)) => return found.error(fault.to_string()),
        Some(Ok(identifier)) => identifier,
    };
    let Some(named) = identifier.signer() else {
        return found.error("it does not say both issuer and serial number");
    };
    let Some(issuer) = given.issuer else { return };
    let fits = named.issuer.0.to_der().ok() == issuer.tbs.issuer.to_der().ok()
        && named.serial_number.as_octets() == issuer.tbs.serial_number.as_bytes();
    if !fits {
        found.error("it names another certificate than the issuer's");
    }
}
