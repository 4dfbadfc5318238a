//! Parts of messages put into others.

use std::collections::BTreeMap;

use super::{Adversary, read, wrapper};
use crate::annotated::Element;

impl Adversary {
    /// The message with one part of another message, of the same type, in its place. The ids in
    /// the header are made to fit what is inside, as far as the message shows them.
    pub fn spliced(&mut self, octets: &[u8]) -> Option<Vec<u8>> {
        let whole = read(octets)?;
        let from = self.any(|_| true)?;
        let other = read(&from)?;
        // Certificates and CRLs have most of the parts, and are of least interest.
        let bags = self.prng.one_in(6);
        let (theirs, ours) = (by_type(&other, bags), by_type(&whole, bags));
        let both: Vec<&&str> = ours
            .keys()
            .filter(|name| theirs.contains_key(*name))
            .collect();
        let name = **self.prng.pick(&both)?;
        let index = *self.prng.pick(ours.get(name)?)?;
        let part = *self.prng.pick(theirs.get(name)?)?;
        let part = (*other.all().get(part)?).clone();
        let made = whole
            .with(index, |element| element.body = part.body)
            .write();
        (made != octets && wrapper(&made).is_some()).then_some(made)
    }
}

/// The elements of each type, by their places; those in `bags` of certificates and CRLs too.
fn by_type(whole: &Element, bags: bool) -> BTreeMap<&'static str, Vec<usize>> {
    let mut all: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    for (index, element) in whole.all().into_iter().enumerate().skip(1) {
        let bag = ["certificates[", "crls["];
        if !bags && bag.iter().any(|bag| element.path.contains(bag)) {
            continue;
        }
        if let Some(schema) = element.schema {
            all.entry(schema.name).or_default().push(index);
        }
    }
    all
}
