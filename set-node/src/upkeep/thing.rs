use std::collections::HashSet;

use set_core::asn1::Date;
use set_core::party::{Identity, Trust};
use set_core::pkcs7::Name;
use set_core::x509::ext::KeyUsage;
use set_core::x509::{Certificate, Crl};

/// From when to when something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// Its first second.
    pub from: Date,
    /// Its last.
    pub until: Date,
}

/// Something that runs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// What it is.
    pub kind: Kind,
    /// Whose: a certificate's subject, a CRL's issuer, a BCI's brand.
    pub name: String,
    /// From when to when it holds.
    pub lifetime: Lifetime,
}

/// The kinds of things that run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A signature certificate of the party's own.
    Signature,
    /// An encryption certificate of the party's own.
    Encryption,
    /// A CA's certificate above one of the party's own.
    Ca,
    /// A root certificate.
    Root,
    /// A CRL that the BCI names.
    Crl,
    /// A BrandCRLIdentifier.
    Bci,
    /// A certificate of somebody whom the party deals with.
    Peer,
}

impl Lifetime {
    /// A certificate's.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        Self {
            from: certificate.not_before(),
            until: certificate.not_after(),
        }
    }

    /// `seconds`, but at most one `parts`th of the lifetime.
    #[must_use]
    pub fn at_most_a_share(&self, seconds: u64, parts: u64) -> u64 {
        let length = self.until.unix().saturating_sub(self.from.unix());
        seconds.min(length.checked_div(parts).unwrap_or(length))
    }
}

impl Kind {
    /// Its name in logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Encryption => "encryption",
            Self::Ca => "ca",
            Self::Root => "root",
            Self::Crl => "crl",
            Self::Bci => "bci",
            Self::Peer => "peer",
        }
    }
}

impl Thing {
    /// A certificate.
    #[must_use]
    pub fn certificate(kind: Kind, certificate: &Certificate) -> Self {
        Self {
            kind,
            name: certificate.subject().to_string(),
            lifetime: Lifetime::of(certificate),
        }
    }

    /// What a party with these identities holds: its certificates, those of the CAs above
    /// them, and the lists that it needs.
    #[must_use]
    pub fn of_party(identities: &[&Identity], trust: &Trust) -> Vec<Self> {
        let mut things: Vec<Self> = identities
            .iter()
            .map(|identity| {
                let usage = identity.certificate.extensions().key_usage;
                let kind = match usage.contains(KeyUsage::DIGITAL_SIGNATURE) {
                    true => Kind::Signature,
                    false => Kind::Encryption,
                };
                Self::certificate(kind, &identity.certificate)
            })
            .collect();
        let issuers = identities.iter().flat_map(|identity| &identity.chain);
        let at_hand: Vec<&Certificate> = issuers.chain(trust.certificates()).collect();
        let own = identities.iter().map(|identity| &identity.certificate);
        things.extend(Self::above(own, &at_hand, trust.roots.roots()));
        things.extend(Self::lists(trust));
        if trust.bci().is_none() {
            let brand = identities
                .iter()
                .find_map(|one| one.certificate.brand().ok());
            things.extend(brand.map(|brand| Self::missing(Kind::Bci, brand.to_string())));
        }
        things
    }

    /// The BCI and the CRLs that it names, of which each that is missing has ended long ago. A
    /// CRL that it does not name is not needed; without a BCI all are.
    #[must_use]
    pub fn lists(trust: &Trust) -> Vec<Self> {
        let Some(bci) = trust.bci().map(|bci| &bci.to_be_signed) else {
            return trust.crls().iter().map(Self::crl).collect();
        };
        let named = bci.crl_identifier_seq.iter().flat_map(|named| named.iter());
        let crls = named.map(|named| {
            let held = trust
                .crls()
                .iter()
                .find(|crl| *crl.issuer() == named.issuer_name);
            held.map_or_else(
                || Self::missing(Kind::Crl, named.issuer_name.to_string()),
                Self::crl,
            )
        });
        let own = Self {
            kind: Kind::Bci,
            name: bci.brand_id.to_string(),
            lifetime: Lifetime {
                from: bci.bci_not_before,
                until: bci.bci_not_after,
            },
        };
        std::iter::once(own).chain(crls).collect()
    }

    fn crl(crl: &Crl) -> Self {
        Self {
            kind: Kind::Crl,
            name: crl.issuer().to_string(),
            lifetime: Lifetime {
                from: crl.this_update(),
                until: crl.next_update(),
            },
        }
    }

    /// Something that is needed and not there.
    const fn missing(kind: Kind, name: String) -> Self {
        Self {
            kind,
            name,
            lifetime: Lifetime {
                from: Date::EPOCH,
                until: Date::EPOCH,
            },
        }
    }

    /// The CAs above certificates, each once. Of a CA with several certificates the one that
    /// holds longest counts: a chain needs one of them.
    fn above<'a>(
        certificates: impl Iterator<Item = &'a Certificate>,
        at_hand: &[&'a Certificate],
        roots: &'a [Certificate],
    ) -> Vec<Self> {
        let mut above = Vec::new();
        let mut seen = HashSet::new();
        let mut names: Vec<&Name> = certificates.map(Certificate::issuer).collect();
        while let Some(name) = names.pop() {
            if !seen.insert(name.to_string()) {
                continue;
            }
            let of = |kind, among: &mut dyn Iterator<Item = &'a Certificate>| {
                let longest = among
                    .filter(|certificate| certificate.subject() == name)
                    .filter(|certificate| certificate.extensions().basic_constraints.ca)
                    .max_by_key(|certificate| certificate.not_after())?;
                Some((Self::certificate(kind, longest), longest.issuer()))
            };
            let found = of(Kind::Root, &mut roots.iter())
                .or_else(|| of(Kind::Ca, &mut at_hand.iter().copied()));
            if let Some((thing, issuer)) = found {
                above.push(thing);
                names.push(issuer);
            }
        }
        above
    }
}
