//! The CAs for end entities that are served, and which of them a request is for.

use std::sync::Arc;

use set_core::ca::{Ca, Registration};
use set_core::error::{Error, PeerFault};
use set_core::msg::ids::BrandId;
use set_core::party::Trust;
use set_core::pkcs7::EnvelopedData;
use set_core::registration::EndEntity;
use set_core::treatment::TreatmentError;
use set_core::x509::Brand;

/// A CA at work.
#[derive(Debug)]
pub(crate) struct Served {
    /// Its name for files and counters.
    pub(crate) name: String,
    pub(crate) ca: Ca,
}

/// The CAs for end entities that are served, in the order of their names.
#[derive(Debug)]
pub(crate) struct Cas(Vec<Arc<Served>>);

impl Cas {
    pub(crate) const fn new(served: Vec<Arc<Served>>) -> Self {
        Self(served)
    }

    /// The same CAs, each with what the members of its brand are given now; brands by their
    /// labels, which a CA's name begins with.
    pub(crate) fn with_trusts<'a>(
        &self,
        brands: impl Iterator<Item = (&'a str, &'a Trust)> + Clone,
    ) -> Self {
        let renew = |served: &Arc<Served>| {
            let label = served.name.split('.').next().unwrap_or(&served.name);
            match brands.clone().find(|(brand, _)| *brand == label) {
                Some((_, trust)) => Arc::new(Served {
                    name: served.name.clone(),
                    ca: Ca {
                        trust: trust.clone(),
                        ..served.ca.clone()
                    },
                }),
                None => Arc::clone(served),
            }
        };
        Self(self.0.iter().map(renew).collect())
    }

    /// Any of them.
    pub(crate) fn first(&self) -> Option<&Served> {
        self.0.first().map(Arc::as_ref)
    }

    /// The CA for a kind of entity of a brand: one of that very brand ID, product included,
    /// or else one of the brand; among several, the first by name.
    pub(crate) fn for_brand(
        &self,
        brand_id: &BrandId,
        entity: EndEntity,
    ) -> Result<&Arc<Served>, Error> {
        let brand = Brand::of(brand_id);
        let of_brand = || {
            self.0.iter().filter(|served| {
                let ours = &served.ca.certificate_signing.certificate;
                served.ca.certifies(entity) && ours.brand().is_ok_and(|ours| ours == brand)
            })
        };
        of_brand()
            .find(|served| served.ca.brand_id().is_ok_and(|ours| ours == *brand_id))
            .or_else(|| of_brand().next())
            .ok_or_else(|| {
                PeerFault::Unspecified("no CA for that brand and kind of entity here").into()
            })
    }

    /// The CA for whose key an envelope is. One for another's key opens no more than a
    /// damaged one.
    pub(crate) fn recipient(&self, envelope: &EnvelopedData) -> Result<&Arc<Served>, Error> {
        let recipient = &envelope.recipient_infos.first().issuer_and_serial_number;
        self.0
            .iter()
            .find(|served| served.ca.encryption.certificate.issuer_and_serial_number() == recipient)
            .ok_or(Error::Treatment(TreatmentError::Undecryptable))
    }

    /// The CA at which a registration began.
    pub(crate) fn of(&self, registration: &Registration) -> Result<&Arc<Served>, Error> {
        let name = &registration.offered().ca;
        self.0
            .iter()
            .find(|served| served.ca.name() == name)
            .ok_or(PeerFault::UnknownLid.into())
    }
}
