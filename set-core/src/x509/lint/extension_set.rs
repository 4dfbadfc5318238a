//! Which extensions a class of certificate has, and which it has not.

use std::collections::HashSet;

use der::asn1::ObjectIdentifier;

use super::class::Class;
use super::{Findings, Given, Lint};
use crate::asn1::oid::extension;

pub(super) const RULE: Lint = Lint {
    id: "extension-set",
    clause: "each class of certificate has the extensions that the profile's table gives it, each once",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let mut seen = HashSet::new();
    for extension in given.subject.extensions() {
        if !seen.insert(extension.id) {
            found.error(format!("{} is there twice", extension.id));
        }
        if !TABLE.iter().any(|row| row.id == extension.id) {
            found.warning(format!("the profile does not know {}", extension.id));
        }
    }
    let class = given.subject.class();
    for row in TABLE {
        let there = seen.contains(&row.id);
        let needed = match class {
            Some(class) => (row.needed)(class),
            // Of a certificate of no class only what all have is asked.
            None if !there && EVERYWHERE.contains(&row.id) => Needed::Always,
            None => Needed::Maybe,
        };
        let whose = class.map_or_else(|| "any".to_owned(), |class| class.to_string());
        match (needed, there) {
            (Needed::Always, false) => {
                found.error(format!(
                    "{} lacks in a certificate of class {whose}",
                    row.name
                ));
            }
            (Needed::Never, true) => {
                found.error(format!("{} in a certificate of class {whose}", row.name));
            }
            _ => {}
        }
    }
}

/// Whether a class of certificate has an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needed {
    Always,
    Maybe,
    Never,
}

/// A line of the profile's table.
pub(super) struct Row {
    pub(super) id: ObjectIdentifier,
    pub(super) name: &'static str,
    pub(super) critical: bool,
    needed: fn(Class) -> Needed,
}

const fn always(_: Class) -> Needed {
    Needed::Always
}

const fn maybe(_: Class) -> Needed {
    Needed::Maybe
}

const fn only_if(condition: bool) -> Needed {
    if condition {
        Needed::Always
    } else {
        Needed::Never
    }
}

const fn maybe_if(condition: bool) -> Needed {
    if condition {
        Needed::Maybe
    } else {
        Needed::Never
    }
}

const EVERYWHERE: [ObjectIdentifier; 4] = [
    extension::KEY_USAGE,
    extension::CERTIFICATE_POLICIES,
    extension::BASIC_CONSTRAINTS,
    extension::CERTIFICATE_TYPE,
];

pub(super) const TABLE: &[Row] = &[
    Row {
        id: extension::AUTHORITY_KEY_IDENTIFIER,
        name: "authorityKeyIdentifier",
        critical: false,
        needed: |class| only_if(!matches!(class, Class::Root)),
    },
    Row {
        id: extension::KEY_USAGE,
        name: "keyUsage",
        critical: true,
        needed: always,
    },
    Row {
        id: extension::PRIVATE_KEY_USAGE_PERIOD,
        name: "privateKeyUsagePeriod",
        critical: false,
        needed: |class| only_if(class.signs()),
    },
    Row {
        id: extension::CERTIFICATE_POLICIES,
        name: "certificatePolicies",
        critical: true,
        needed: always,
    },
    Row {
        id: extension::SUBJECT_ALT_NAME,
        name: "subjectAltName",
        critical: false,
        needed: maybe,
    },
    Row {
        id: extension::ISSUER_ALT_NAME,
        name: "issuerAltName",
        critical: false,
        needed: maybe,
    },
    Row {
        id: extension::BASIC_CONSTRAINTS,
        name: "basicConstraints",
        critical: true,
        needed: always,
    },
    Row {
        id: extension::HASHED_ROOT_KEY,
        name: "HashedRootKey",
        critical: true,
        needed: |class| only_if(matches!(class, Class::Root)),
    },
    Row {
        id: extension::CERTIFICATE_TYPE,
        name: "CertificateType",
        critical: true,
        needed: always,
    },
    Row {
        id: extension::MERCHANT_DATA,
        name: "MerchantData",
        critical: false,
        needed: |class| only_if(class.is_merchant()),
    },
    Row {
        id: extension::CARD_CERT_REQUIRED,
        name: "CardCertRequired",
        critical: false,
        needed: |class| only_if(matches!(class, Class::GatewayEncryption)),
    },
    Row {
        id: extension::TUNNELING,
        name: "Tunneling",
        critical: false,
        needed: |class| maybe_if(matches!(class, Class::GatewayEncryption)),
    },
    Row {
        id: extension::SET_EXTENSIONS,
        name: "SETExtensions",
        critical: false,
        needed: |class| maybe_if(class.is_gateway()),
    },
];
