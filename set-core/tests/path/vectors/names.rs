//! Rules 3 and 8: names, key identifiers and brands.

use der::asn1::OctetString;
use set_core::asn1::oid;
use set_core::pkcs7::{IssuerAndSerialNumber, Name, SerialNumber};
use set_core::x509::SetName;
use set_core::x509::ext::AuthorityKeyIdentifier;
use set_core::x509::extension::Extension;

use super::draft::{Draft, Verdict};
use super::line::{Level, Line};
use crate::rig::without_extension;

fn identifier(value: &AuthorityKeyIdentifier) -> Extension {
    let id = oid::extension::AUTHORITY_KEY_IDENTIFIER;
    Extension::of(id, false, value).unwrap()
}

fn above(level: Level) -> IssuerAndSerialNumber {
    let issuer = match level {
        Level::Merchant => Level::MerchantCa,
        Level::MerchantCa => Level::BrandCa,
        Level::BrandCa | Level::Root => Level::Root,
    };
    issuer
        .honest()
        .certificate
        .issuer_and_serial_number()
        .clone()
}

pub(crate) fn chaining() -> Vec<Draft> {
    let rule = "nameChaining";
    let mut all = Vec::new();
    for level in [Level::Merchant, Level::MerchantCa, Level::BrandCa] {
        let name = level.name();
        let with = |value: &AuthorityKeyIdentifier| Line::honest().extend(level, identifier(value));
        let right = AuthorityKeyIdentifier::of(&above(level));
        let mut refuse = |id: &str, what: &str, value: &AuthorityKeyIdentifier| {
            let id = format!("key-identifier-{name}-{id}");
            let what = format!("The {name}'s authorityKeyIdentifier {what}");
            all.push(with(value).refuse(&id, &what, rule, level));
        };
        let other_serial = AuthorityKeyIdentifier::of(&IssuerAndSerialNumber {
            serial_number: SerialNumber::new(&[0x7f, 1]).unwrap(),
            ..above(level)
        });
        refuse("other-serial", "names another number only.", &other_serial);
        let other_issuer = AuthorityKeyIdentifier::of(&IssuerAndSerialNumber {
            issuer: SetName::new("US", "Vineyard").unwrap().to_name().unwrap(),
            ..above(level)
        });
        refuse("other-issuer", "names another issuer only.", &other_issuer);
        let no_serial = AuthorityKeyIdentifier {
            authority_cert_serial_number: None,
            ..right.clone()
        };
        refuse("no-serial", "leaves the number out.", &no_serial);
        let no_issuer = AuthorityKeyIdentifier {
            authority_cert_issuer: None,
            ..right.clone()
        };
        refuse("no-issuer", "leaves the issuer out.", &no_issuer);
        let line = Line::honest().alter(level, |tbs| {
            without_extension(tbs, oid::extension::AUTHORITY_KEY_IDENTIFIER);
        });
        let id = format!("key-identifier-{name}-absent");
        all.push(line.refuse(
            &id,
            "There is no authorityKeyIdentifier below the root.",
            rule,
            level,
        ));
        let with_hash = AuthorityKeyIdentifier {
            key_identifier: Some(OctetString::new([7; 20]).unwrap()),
            ..right
        };
        all.push(with(&with_hash).accept(
            &format!("key-identifier-{name}-with-hash"),
            "A keyIdentifier besides issuer and number is left aside.",
        ));
    }
    let own = AuthorityKeyIdentifier::of(&above(Level::Root));
    all.push(
        Line::honest()
            .extend(Level::Root, identifier(&own))
            .accept("key-identifier-root-itself", "A root may point at itself."),
    );
    let elsewhere = AuthorityKeyIdentifier::of(
        Level::BrandCa
            .honest()
            .certificate
            .issuer_and_serial_number(),
    );
    all.push(
        Line::honest()
            .extend(Level::Root, identifier(&elsewhere))
            .refuse(
                "key-identifier-root-elsewhere",
                "A root points at another certificate.",
                rule,
                Level::Root,
            ),
    );
    let lower = SetName::new("US", "orchard")
        .unwrap()
        .with_unit("Orchard Merchant CA")
        .unwrap();
    let line = Line::honest().alter(Level::Merchant, |tbs| tbs.issuer = lower.to_name().unwrap());
    let pointer = above(Level::Merchant);
    all.push(line.draft(
        "issuer-name-in-lower-case",
        "The issuer's name is that of the CA but for upper and lower case.",
        Verdict::refuse(
            "missing",
            Some((
                pointer.issuer.to_string(),
                pointer.serial_number.to_string(),
            )),
        ),
    ));
    all
}

pub(crate) fn brand() -> Vec<Draft> {
    let rule = "brand";
    let mut all = Vec::new();
    for (number, wanted) in ["Orchard", "ORCHARD", "orchard:Gold", "Orchard:"]
        .iter()
        .enumerate()
    {
        all.push(Line::honest().brand(wanted).accept(
            &format!("brand-wanted-{number}"),
            &format!("Wanted: {wanted}. Case and product do not count."),
        ));
    }
    for (number, wanted) in ["Vineyard", "Orchards", "Orch"].iter().enumerate() {
        all.push(Line::honest().brand(wanted).refuse(
            &format!("brand-not-wanted-{number}"),
            &format!("Wanted: {wanted}."),
            rule,
            Level::BrandCa,
        ));
    }
    let merchant_of = |organization: &str| {
        let name = SetName::new("US", organization).unwrap().to_name().unwrap();
        Line::honest().alter(Level::Merchant, |tbs| tbs.subject = name)
    };
    for (number, organization) in ["ORCHARD:Silver", "orchard", "Orchard:a:b"]
        .iter()
        .enumerate()
    {
        all.push(merchant_of(organization).brand("Orchard").accept(
            &format!("brand-merchant-{number}"),
            &format!("The merchant's organization is {organization}."),
        ));
    }
    for (number, organization) in ["Vineyard", "Orchard Gold", ":Orchard", "Orchard "]
        .iter()
        .enumerate()
    {
        all.push(merchant_of(organization).refuse(
            &format!("brand-other-merchant-{number}"),
            &format!("The merchant's organization is \"{organization}\"."),
            rule,
            Level::Merchant,
        ));
    }
    for (number, text) in ["C=US", "O=Orchard,C=US", "CN=x,O=Orchard,L=Here,C=US"]
        .iter()
        .enumerate()
    {
        let line = Line::honest().alter(Level::Merchant, |tbs| {
            tbs.subject = Name(text.parse().unwrap());
        });
        all.push(line.refuse(
            &format!("brand-name-form-{number}"),
            &format!("The subject, {text} from its end, is no name in SET's form."),
            "malformed",
            Level::Merchant,
        ));
    }
    all
}
