//! Every type of the contract: what was decoded encodes to the same octets.

use set_core::asn1::{Limits, Schema};
use set_core::dump;
use set_core::msg::registry;
use set_testkit::annotated::{Body, Element};
use set_testkit::generate::{Fullness, Generator};
use set_testkit::{alter, corrupt};

#[test]
fn every_value_of_every_type_comes_back_octet_for_octet() {
    let limits = Limits::default();
    for entry in registry::ALL {
        for (seed, fullness) in [
            (1, Fullness::Least),
            (2, Fullness::Most),
            (3, Fullness::Some),
            (4, Fullness::Some),
            (5, Fullness::Some),
        ] {
            let octets = Generator::new(seed, fullness).value(entry.schema);
            let again = entry.reencode(&octets, &limits).unwrap_or_else(|error| {
                panic!("{} from seed {seed}: {error}: {octets:02x?}", entry.name)
            });
            assert_eq!(again, octets, "{} from seed {seed}", entry.name);
        }
    }
}

#[test]
fn every_fault_in_every_type_is_refused_with_its_place() {
    let limits = Limits::default();
    let mut refused = 0;
    for entry in registry::ALL {
        for (seed, fullness) in [(6, Fullness::Most), (7, Fullness::Some)] {
            let octets = Generator::new(seed, fullness).value(entry.schema);
            // Large types have thousands of elements.
            for fault in corrupt::some(&octets, entry.schema, 12) {
                let Err(error) = entry.reencode(&fault.octets, &limits) else {
                    panic!("{}: {} at {} was taken", entry.name, fault.what, fault.path);
                };
                assert!(!error.path().is_empty());
                assert!(error.offset() <= fault.octets.len());
                refused += 1;
            }
        }
    }
    assert!(refused > 10_000, "{refused} faults");
}

#[test]
fn altered_fields_are_valid_and_differ() {
    let limits = Limits::default();
    let mut taken = 0;
    let mut all = 0;
    for entry in registry::ALL {
        let octets = Generator::new(8, Fullness::Some).value(entry.schema);
        for altered in alter::fields(&octets, entry.schema) {
            assert_ne!(altered.octets, octets, "{}", altered.path);
            all += 1;
            taken += usize::from(entry.reencode(&altered.octets, &limits).is_ok());
        }
    }
    // A version that can only be one number cannot be altered into a valid one.
    assert!(taken * 10 > all * 8, "{taken} of {all}");
}

#[test]
fn no_fault_makes_a_dump_panic_or_show_a_secret() {
    for entry in registry::ALL {
        let octets = Generator::new(9, Fullness::Most).value(entry.schema);
        let whole = Element::read(&octets, entry.schema).unwrap();
        let shown = shown(&octets, entry.schema);
        assert_eq!(secret_in(&shown, &whole, true), None, "{}", entry.name);
        for fault in corrupt::some(&octets, entry.schema, 3) {
            let shown = self::shown(&fault.octets, entry.schema);
            let seen = secret_in(&shown, &whole, false);
            assert_eq!(
                seen, None,
                "{}: {} at {}",
                entry.name, fault.what, fault.path
            );
        }
    }
}

fn shown(octets: &[u8], schema: &'static Schema) -> String {
    let mut shown = dump::json(octets, schema);
    // Writing to a String does not fail.
    let _ = dump::text(octets, schema, &mut shown);
    shown
}

/// The path of a secret of `whole` that can be read in `shown`. What is inside an ANY is
/// known to be secret only as long as the content type before it can be read.
fn secret_in(shown: &str, whole: &Element, inside_any: bool) -> Option<String> {
    let secret = |element: &&Element| {
        let Body::Primitive(content) = &element.body else {
            return false;
        };
        let hex: String = content
            .iter()
            .take(8)
            .map(|octet| format!("{octet:02x}"))
            .collect();
        element.schema.is_some_and(|schema| schema.secret)
            && (inside_any || !element.opaque)
            && content.len() > 8
            && (shown.contains(&*String::from_utf8_lossy(content)) || shown.contains(&hex))
    };
    whole
        .all()
        .into_iter()
        .find(secret)
        .map(|element| element.path.clone())
}
