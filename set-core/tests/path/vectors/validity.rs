//! Rule 2: validity and the private key usage period, to the second.

use set_core::asn1::{Date, oid};
use set_core::path::Purpose;
use set_core::x509::BrandCrlIdentifier;
use set_core::x509::bci::BciContents;
use set_core::x509::crl::CrlContents;
use set_core::x509::ext::PrivateKeyUsagePeriod;
use set_core::x509::extension::Extension;
use set_testkit::Deterministic;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{Issued, bci_contents, crl_contents, hierarchy};

use super::draft::Draft;
use super::line::{Level, Line};
use crate::rig::sign_crl;

pub(crate) fn drafts() -> Vec<Draft> {
    let mut all = Vec::new();
    for level in Level::ALL {
        let name = level.name();
        let spanning = |from: Date, until: Date| {
            Line::honest().alter(level, |tbs| {
                tbs.validity.not_before = from.into();
                tbs.validity.not_after = until.into();
            })
        };
        let (before, after) = (noon().minus(30 * 86_400), noon().plus(86_400));
        let id = |what: &str| format!("validity-{name}-{what}");
        all.push(spanning(noon(), after).accept(
            &id("first-second"),
            &format!("The {name}'s certificate begins to hold in this second."),
        ));
        all.push(spanning(noon().plus(1), after).refuse(
            &id("a-second-early"),
            &format!("The {name}'s certificate begins to hold in the next second."),
            "notYetValid",
            level,
        ));
        all.push(spanning(before, noon()).accept(
            &id("last-second"),
            &format!("This second is the last in which the {name}'s certificate holds."),
        ));
        all.push(spanning(before, noon().minus(1)).refuse(
            &id("a-second-late"),
            &format!("The {name}'s certificate held until a second ago."),
            "expired",
            level,
        ));
    }
    let far = Date::from_unix(4_102_444_800).unwrap();
    all.push(
        Line::honest()
            .alter(Level::Merchant, |tbs| tbs.validity.not_after = far.into())
            .accept(
                "validity-past-2050",
                "The certificate holds until 2100, which is a GeneralizedTime.",
            ),
    );
    all.push(
        Line::honest()
            .alter(Level::Merchant, |tbs| {
                tbs.validity.not_after = tbs.validity.not_before.date().minus(1).into();
            })
            .malformed(
                "validity-reversed",
                "The validity ends a second before it begins.",
            ),
    );
    all.extend(usage_period());
    all
}

fn period(from: Option<Date>, until: Option<Date>) -> Extension {
    let period = PrivateKeyUsagePeriod {
        not_before: from,
        not_after: until,
    };
    let id = oid::extension::PRIVATE_KEY_USAGE_PERIOD;
    Extension::of(id, false, &period).unwrap()
}

fn usage_period() -> Vec<Draft> {
    let mut all = Vec::new();
    let rule = "privateKeyUsagePeriod";
    let own = |from, until| Line::honest().extend(Level::Merchant, period(from, until));
    all.push(own(None, Some(noon())).accept(
        "usage-period-last-second",
        "This second is the last in which the merchant's key signs.",
    ));
    all.push(own(None, Some(noon().minus(1))).refuse(
        "usage-period-a-second-late",
        "The merchant's key signed until a second ago.",
        rule,
        Level::Merchant,
    ));
    all.push(own(Some(noon()), None).accept(
        "usage-period-first-second",
        "This second is the first in which the merchant's key signs.",
    ));
    all.push(own(Some(noon().plus(1)), None).refuse(
        "usage-period-a-second-early",
        "The merchant's key signs from the next second on.",
        rule,
        Level::Merchant,
    ));
    all.push(own(None, None).accept(
        "usage-period-empty",
        "The usage period has neither beginning nor end.",
    ));
    let encryption = &hierarchy().merchant_encryption.certificate;
    all.push(
        Line::of(encryption, Purpose::MerchantEncryption)
            .extend(Level::Merchant, period(None, Some(noon().minus(1))))
            .accept(
                "usage-period-of-encryption",
                "The usage period speaks of signatures; a key that receives is not asked for it.",
            ),
    );
    let issued = Level::Merchant.honest().certificate.not_before();
    for level in [Level::MerchantCa, Level::BrandCa, Level::Root] {
        let name = level.name();
        let ending = |end| Line::honest().extend(level, period(None, Some(end)));
        // Where the same key signs lists, these are as old.
        let mut in_time = ending(issued);
        let certificate = in_time.certificate(level);
        if level != Level::MerchantCa {
            let signer = Issued {
                key: level.honest().key.clone(),
                certificate,
            };
            let contents = CrlContents {
                this_update: issued,
                ..crl_contents(1, Vec::new())
            };
            in_time = in_time.crl(sign_crl(&contents, &signer));
            if level == Level::BrandCa {
                let contents = BciContents {
                    not_before: issued,
                    ..bci_contents(1, &hierarchy().crls).unwrap()
                };
                let (certificate, key) = (&signer.certificate, &signer.key);
                let provider = Deterministic::seeded(4);
                let bci = BrandCrlIdentifier::sign(contents, certificate, key, &provider);
                in_time = in_time.bci(Some(bci.unwrap()));
            }
            all.push(ending(issued).refuse(
                &format!("usage-period-{name}-signed-a-list-too-late"),
                "A list is younger than the last second in which its signer's key signed.",
                "revocationSignature",
                level,
            ));
        }
        all.push(in_time.accept(
            &format!("usage-period-{name}-signed-in-time"),
            "The issuer's key signed until the second in which what it signed begins to hold.",
        ));
        all.push(ending(issued.minus(1)).refuse(
            &format!("usage-period-{name}-signed-too-late"),
            "The issuer's key had stopped signing a second before what it signed begins to hold.",
            rule,
            level,
        ));
    }
    all.push(
        Line::honest()
            .extend(Level::MerchantCa, period(Some(noon()), None))
            .accept(
                "usage-period-of-a-younger-certificate",
                "After a change of roots a CA's certificate may be younger than what it issued.",
            ),
    );
    all
}
