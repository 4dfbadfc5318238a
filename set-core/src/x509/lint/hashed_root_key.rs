//! HashedRootKey.

use super::{Findings, Given, Lint};
use crate::asn1::oid::content::ROOT_KEY_THUMB;
use crate::asn1::oid::extension::HASHED_ROOT_KEY;
use crate::x509::ext::HashedRootKey;

pub(super) const RULE: Lint = Lint {
    id: "hashed-root-key",
    clause: "HashedRootKey is a SHA-1 digest, of content type set-rootKeyThumb, of another key than the root's own",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let hashed: HashedRootKey = match given.subject.decode(HASHED_ROOT_KEY) {
        None => return,
        Some(Err(fault)) => return found.error(fault.to_string()),
        Some(Ok(hashed)) => hashed,
    };
    let thumb = &hashed.root_key_thumb;
    if thumb.content_info.content_type != ROOT_KEY_THUMB || thumb.content_info.content.is_some() {
        found.error("its content is not that of set-rootKeyThumb");
    }
    let own = given.subject.public_key();
    if own.is_some_and(|own| hashed.announces(&own, given.provider)) {
        found.error("the root announces its own key as the next");
    }
}
