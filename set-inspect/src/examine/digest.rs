//! Detached digests and thumbprints: of what they are.

use set_core::asn1::oid;
use set_core::msg::content::schema_of_content;
use set_core::msg::thumbs::CertThumb;
use set_core::pkcs7::DetachedDigest;

use super::Check;
use crate::finding::{Finding, Place, Verdict};
use crate::layer::Layer;

/// Checks all of a layer.
pub(super) fn check(check: &Check<'_>, layer: &Layer, index: usize, findings: &mut Vec<Finding>) {
    for node in layer.of_type("DetachedDigest") {
        if let Some(digest) = layer.decode::<DetachedDigest>(node) {
            let place = Place {
                layer: index,
                offset: node.offset,
            };
            findings.push(detached(check, &digest, &node.name, place));
        }
    }
    for node in layer.of_type("CertThumb") {
        if let Some(thumb) = layer.decode::<CertThumb>(node) {
            let (verdict, found) = match check.evidence.thumb(&thumb.thumbprint) {
                Some(name) => (Verdict::Fits, format!("names {name}")),
                None => (
                    Verdict::Open,
                    "names a certificate that is not at hand".to_owned(),
                ),
            };
            findings.push(Finding {
                verdict,
                place: Place {
                    layer: index,
                    offset: node.offset,
                },
                what: format!("thumbprint {}", node.name),
                found,
            });
        }
    }
}

fn detached(check: &Check<'_>, digest: &DetachedDigest, name: &str, place: Place) -> Finding {
    let id = digest.content_info.content_type;
    let expected = schema_of_content(&id).map(|schema| schema.name);
    let named = oid::name(&id).map_or_else(|| id.to_string(), str::to_owned);
    let what = match name {
        "" => format!("digest of {named}"),
        name => format!("digest {name} of {named}"),
    };
    let values = check.evidence.values(&digest.digest);
    let here = values.iter().find(|value| value.item == check.number);
    let (verdict, found) = match (here.or_else(|| values.first()), expected) {
        (Some(value), Some(expected)) if value.type_name != expected => (
            Verdict::Misfit,
            format!("is that of a {} instead", value.type_name),
        ),
        (Some(value), _) if value.item == check.number => {
            let Place { layer, offset } = value.place;
            let found = format!("is that of the {named} in layer {layer} at octet {offset}");
            (Verdict::Fits, found)
        }
        (Some(_), _) => (
            Verdict::Fits,
            format!("is that of the {named} in another of the messages"),
        ),
        (None, Some(expected)) if check.evidence.has_value(check.number, expected) => (
            Verdict::Misfit,
            format!(
                "is not that of the {named} here: the two were not sent together, or one was altered"
            ),
        ),
        (None, _) => (Verdict::Open, format!("the {named} is not at hand")),
    };
    Finding {
        verdict,
        place,
        what,
        found,
    }
}
