//! Rules 4, 5, 7 and 9: what the extensions say.

use der::asn1::ObjectIdentifier;
use set_core::asn1::{Opaque, SeqOf, oid};
use set_core::path::Purpose;
use set_core::x509::ext::{BasicConstraints, KeyUsage, PolicyInformation};
use set_core::x509::extension::Extension;
use set_testkit::hierarchy::hierarchy;

use super::draft::Draft;
use super::line::{Level, Line, replace};
use crate::rig::without_extension;

const CAS: [Level; 3] = [Level::MerchantCa, Level::BrandCa, Level::Root];

pub(crate) fn basic_constraints() -> Vec<Draft> {
    let rule = "basicConstraints";
    let mut all = Vec::new();
    let with = |level, ca, path_len_constraint| {
        let value = BasicConstraints {
            ca,
            path_len_constraint,
        };
        let id = oid::extension::BASIC_CONSTRAINTS;
        Line::honest().extend(level, Extension::of(id, true, &value).unwrap())
    };
    for (needed, level) in (0_u32..).zip(CAS) {
        let name = level.name();
        let id = |what: &str| format!("path-len-{name}-{what}");
        all.push(with(level, true, Some(needed)).accept(
            &id("exact"),
            &format!("pathLen of the {name} is {needed}, just enough."),
        ));
        all.push(with(level, true, Some(u32::MAX)).accept(&id("largest"), "A very large pathLen."));
        if let Some(short) = needed.checked_sub(1) {
            all.push(with(level, true, Some(short)).refuse(
                &id("exceeded"),
                &format!("pathLen of the {name} is {short}, one less than needed."),
                rule,
                level,
            ));
            all.push(with(level, true, None).refuse(
                &id("absent"),
                "There is no pathLen, and a CA below.",
                rule,
                level,
            ));
        } else {
            all.push(
                with(level, true, None)
                    .accept(&id("absent"), "There is no pathLen, and no CA below."),
            );
        }
        all.push(with(level, false, None).refuse(
            &format!("no-ca-{name}"),
            &format!("cA of the {name} is FALSE."),
            rule,
            level,
        ));
    }
    all.push(with(Level::Merchant, true, Some(0)).refuse(
        "ca-merchant",
        "A merchant is a CA.",
        rule,
        Level::Merchant,
    ));
    all.push(with(Level::Merchant, false, Some(0)).refuse(
        "path-len-merchant",
        "A merchant has a pathLen without being a CA.",
        rule,
        Level::Merchant,
    ));
    let usual = Extension::of(
        oid::extension::BASIC_CONSTRAINTS,
        false,
        &BasicConstraints::END_ENTITY,
    );
    all.push(
        Line::honest()
            .extend(Level::Merchant, usual.unwrap())
            .malformed(
                "basic-constraints-not-critical",
                "basicConstraints is not critical.",
            ),
    );
    all
}

pub(crate) fn drafts() -> Vec<Draft> {
    let groups = [key_usage(), policies(), critical()];
    groups.into_iter().flatten().collect()
}

fn key_usage() -> Vec<Draft> {
    let rule = "keyUsage";
    let mut all = Vec::new();
    let encryption = KeyUsage::KEY_ENCIPHERMENT.and(KeyUsage::DATA_ENCIPHERMENT);
    let says = |line: Line, level, usage: KeyUsage| {
        line.extend(
            level,
            Extension::of(oid::extension::KEY_USAGE, true, &usage).unwrap(),
        )
    };
    for (id, usage) in [
        ("none", KeyUsage::empty()),
        ("encryption", encryption),
        (
            "cert-sign-too",
            KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_CERT_SIGN),
        ),
        ("both", KeyUsage::DIGITAL_SIGNATURE.and(encryption)),
        (
            "non-repudiation-too",
            KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION),
        ),
        ("non-repudiation", KeyUsage::NON_REPUDIATION),
    ] {
        all.push(says(Line::honest(), Level::Merchant, usage).refuse(
            &format!("key-usage-signature-{id}"),
            &format!("keyUsage of a key that should sign is {usage}."),
            rule,
            Level::Merchant,
        ));
    }
    let receiving = Line::of(
        &hierarchy().merchant_encryption.certificate,
        Purpose::MerchantEncryption,
    );
    for (id, usage) in [
        ("keys-only", KeyUsage::KEY_ENCIPHERMENT),
        ("data-only", KeyUsage::DATA_ENCIPHERMENT),
        ("signature-too", encryption.and(KeyUsage::DIGITAL_SIGNATURE)),
    ] {
        all.push(says(receiving.clone(), Level::Merchant, usage).refuse(
            &format!("key-usage-encryption-{id}"),
            &format!("keyUsage of a key that should receive is {usage}."),
            rule,
            Level::Merchant,
        ));
    }
    for level in CAS {
        let name = level.name();
        let more = KeyUsage::KEY_CERT_SIGN
            .and(KeyUsage::CRL_SIGN)
            .and(KeyUsage::DIGITAL_SIGNATURE);
        all.push(says(Line::honest(), level, more).accept(
            &format!("key-usage-{name}-more"),
            "A CA's key may have several uses.",
        ));
        all.push(says(Line::honest(), level, KeyUsage::CRL_SIGN).refuse(
            &format!("key-usage-{name}-no-cert-sign"),
            "A CA's key that signs no certificates signed one.",
            rule,
            level,
        ));
    }
    let loose = Extension::of(
        oid::extension::KEY_USAGE,
        false,
        &KeyUsage::DIGITAL_SIGNATURE,
    );
    all.push(
        Line::honest()
            .extend(Level::Merchant, loose.unwrap())
            .malformed("key-usage-not-critical", "keyUsage is not critical."),
    );
    all.push(
        Line::honest()
            .alter(Level::Merchant, |tbs| {
                without_extension(tbs, oid::extension::KEY_USAGE)
            })
            .malformed("key-usage-absent", "There is no keyUsage."),
    );
    all
}

fn policies() -> Vec<Draft> {
    let rule = "policies";
    let of = |ids: &[&str]| {
        let policies: Vec<PolicyInformation> = ids
            .iter()
            .map(|id| PolicyInformation {
                policy_identifier: id.parse().unwrap(),
                policy_qualifiers: None,
            })
            .collect();
        let value = SeqOf::<_, 1>::new(policies).unwrap();
        Extension::of(oid::extension::CERTIFICATE_POLICIES, true, &value).unwrap()
    };
    let (root, other) = ("2.23.42.5.0", "2.23.42.5.99");
    let mut all = Vec::new();
    for level in [Level::Merchant, Level::MerchantCa, Level::BrandCa] {
        let name = level.name();
        all.push(Line::honest().extend(level, of(&[root])).accept(
            &format!("policy-{name}-unqualified"),
            "The root's policy without qualifiers.",
        ));
        all.push(Line::honest().extend(level, of(&[other])).refuse(
            &format!("policy-{name}-unknown"),
            "A policy that the root does not have.",
            rule,
            level,
        ));
        all.push(Line::honest().extend(level, of(&[root, other])).refuse(
            &format!("policy-{name}-one-unknown"),
            "One policy is the root's, the other is not.",
            rule,
            level,
        ));
    }
    let both = of(&[root, other]);
    let wide = Level::ALL.iter().fold(Line::honest(), |line, level| {
        line.extend(*level, both.clone())
    });
    all.push(wide.clone().accept(
        "policies-two-all-the-way",
        "Two policies, from the root down.",
    ));
    all.push(wide.clone().extend(Level::Merchant, of(&[other])).accept(
        "policies-one-of-two",
        "The merchant has one of the chain's two policies.",
    ));
    all.push(wide.extend(Level::MerchantCa, of(&[root])).refuse(
        "policies-lost-on-the-way",
        "The merchant has a policy of the root's that its CA does not have.",
        rule,
        Level::Merchant,
    ));
    let nothing = SeqOf::<Opaque, 0>::new(Vec::new()).unwrap();
    for level in Level::ALL {
        for critical in [false, true] {
            let id = oid::extension::POLICY_MAPPINGS;
            let mapping = Extension::of(id, critical, &nothing).unwrap();
            all.push(Line::honest().extend(level, mapping).refuse(
                &format!("policy-mappings-{}-{critical}", level.name()),
                "There is a policyMappings, which SET does not have.",
                rule,
                level,
            ));
        }
    }
    all
}

fn critical() -> Vec<Draft> {
    let mut all = Vec::new();
    let unknown: ObjectIdentifier = "1.2.3.4".parse().unwrap();
    for level in Level::ALL {
        let name = level.name();
        let with = |critical| {
            Line::honest().extend(level, Extension::of(unknown, critical, &true).unwrap())
        };
        all.push(with(true).refuse(
            &format!("unknown-critical-{name}"),
            "A critical extension that nobody knows.",
            "criticalExtension",
            level,
        ));
        all.push(with(false).accept(
            &format!("unknown-{name}"),
            "An extension that nobody knows and nobody needs to.",
        ));
    }
    for (id, name) in [
        ("2.5.29.30", "nameConstraints"),
        ("2.5.29.36", "policyConstraints"),
        ("2.5.29.37", "extKeyUsage"),
    ] {
        let extension = Extension::of(id.parse().unwrap(), true, &true).unwrap();
        all.push(Line::honest().extend(Level::MerchantCa, extension).refuse(
            &format!("critical-{name}"),
            &format!("A critical {name}: X.509 has it, SET has not."),
            "criticalExtension",
            Level::MerchantCa,
        ));
    }
    let doubled = Line::honest().alter(Level::Merchant, |tbs| {
        let mut extensions = tbs.extensions.clone().into_vec();
        extensions.push(extensions[0].clone());
        replace(tbs, extensions);
    });
    all.push(doubled.malformed("extension-twice", "An extension occurs twice."));
    let stricter = Line::honest().alter(Level::Merchant, |tbs| {
        let mut extensions = tbs.extensions.clone().into_vec();
        for extension in &mut extensions {
            extension.critical = true;
        }
        replace(tbs, extensions);
    });
    all.push(stricter.accept(
        "everything-critical",
        "Extensions of SET are critical that need not be.",
    ));
    all
}
