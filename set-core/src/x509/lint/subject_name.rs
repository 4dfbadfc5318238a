//! The subject's name, by class.

use der::asn1::Any;
use der::{Decode, Encode, Tag, Tagged};

use super::class::Class;
use super::examined::set_name;
use super::{Findings, Given, Lint};
use crate::x509::SetName;
use crate::x509::ext::CertificateType;

pub(super) const RULE: Lint = Lint {
    id: "subject-name",
    clause: "a name is countryName, organizationName, organizationalUnitName, commonName, as many as the entity has, PrintableString where it fits",
    check,
};

fn check(given: &Given<'_>, found: &mut Findings<'_>) {
    let subject = given.subject;
    let name = match set_name(&subject.tbs.subject) {
        Ok(name) => name,
        Err(fault) => return found.error(fault),
    };
    if subject.tbs.subject != in_profile(&name).unwrap_or_else(Any::null) {
        found.error("an attribute is a BMPString that a PrintableString could hold");
    }
    let units = name.organizational_units().len();
    let mut expect = |good: bool, what: &str| {
        if !good {
            found.error(what);
        }
    };
    let named = name.common_name().is_some();
    match subject.class() {
        Some(Class::Root) => {
            let own = (name.country(), name.organization()) == ("US", "SET Root");
            expect(own && units == 0 && !named, "the root is C=US, O=SET Root");
        }
        Some(Class::CaCertificates | Class::CaCrls | Class::CaMessages | Class::CaEncryption) => {
            let of_brand = subject.certificate_type() == CertificateType::BCA;
            let expected = usize::from(!of_brand);
            expect(
                units == expected,
                "a CA has one organizational unit, a brand CA none",
            );
        }
        Some(Class::Cardholder) => {
            expect(named, "a cardholder has a commonName, the unique id");
            expect(
                (1..=2).contains(&units),
                "a cardholder has the issuer as unit, and maybe the name of the card",
            );
        }
        Some(class) if class.is_merchant() || class.is_gateway() => {
            expect(named, "a merchant or gateway has a commonName");
            expect(units == 1, "a merchant or gateway has the acquirer as unit");
        }
        _ => {}
    }
    let country = given.issuer.and_then(|issuer| issuer.subject_name());
    let cardholder = subject.class() == Some(Class::Cardholder);
    if cardholder && country.is_some_and(|issuer| issuer.country() != name.country()) {
        found.error("a cardholder's country is that of the issuer");
    }
}

/// The name as the profile writes it.
fn in_profile(name: &SetName) -> Option<Any> {
    let octets = name.to_name().ok()?.0.to_der().ok()?;
    let any = Any::from_der(&octets).ok()?;
    (any.tag() == Tag::Sequence).then_some(any)
}
