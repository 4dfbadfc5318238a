//! Reads octets, opens what can be opened, and checks what can be checked.

mod chain;
mod digest;
mod envelope;
mod learn;
mod signature;

use set_core::asn1::{Asn1, Date, DecodeError, Opaque};
use set_core::crypto::CryptoProvider;
use set_core::dump::{self, Showing};
use set_core::msg::MessageWrapper;
use set_core::x509::lint::{self, Severity};
use zeroize::Zeroizing;

use crate::evidence::Evidence;
use crate::finding::{Finding, Place, Verdict};
use crate::kind::Kind;
use crate::layer::Layer;

/// What is inspected together: one thing may hold the key or the certificate that another
/// needs.
///
/// ```
/// use set_core::asn1::Date;
/// use set_core::crypto::RustCrypto;
/// use set_core::dump::Showing;
/// use set_inspect::{Desk, Evidence};
///
/// let mut desk = Desk::new(&RustCrypto, Evidence::default(), Date::EPOCH);
/// desk.add("a cut message".into(), vec![0x30, 0x82, 0x01], None);
/// let inspected = desk.conclude(Showing::default());
/// let fault = inspected[0].fault.as_ref().unwrap();
/// assert_eq!(fault.offset, 0);
/// assert!(fault.cause.contains("the end is missing"));
/// ```
#[derive(Debug)]
pub struct Desk<'a> {
    crypto: &'a dyn CryptoProvider,
    evidence: Evidence,
    now: Date,
    items: Vec<Item>,
}

/// One inspected thing.
#[derive(Debug)]
pub struct Inspection {
    /// Where it came from.
    pub source: String,
    /// Its type.
    pub kind: &'static str,
    /// In a few words, if it can be read: a message's name, date and program.
    pub title: Option<String>,
    /// What is wrong with the octets; none if they are strict DER of their type.
    pub fault: Option<Flaw>,
    /// What was given, and then what the envelopes held.
    pub layers: Vec<Layer>,
    /// What was checked, in the order of the places.
    pub findings: Vec<Finding>,
    /// What of it is to be shown.
    pub showing: Showing,
}

/// What is wrong with octets.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Flaw {
    /// The names from the outermost type to the faulty element.
    pub path: String,
    /// Octets from the start.
    pub offset: usize,
    /// What is wrong.
    pub what: String,
    /// What usually lies behind it.
    pub cause: &'static str,
}

impl Inspection {
    /// Whether nothing is wrong with the octets or with what they say.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let misfit = |finding: &Finding| finding.verdict == Verdict::Misfit;
        self.fault.is_none() && !self.findings.iter().any(misfit)
    }
}

/// One thing while it is examined.
#[derive(Debug)]
struct Item {
    source: String,
    kind: Kind,
    fault: Option<Flaw>,
    title: Option<String>,
    /// The date of the message, or the present.
    at: Date,
    layers: Vec<Layer>,
    /// How many of the layers were read.
    read: usize,
    /// Envelopes and encrypted data that are not open yet.
    sealed: Vec<envelope::Sealed>,
    findings: Vec<Finding>,
}

impl<'a> Desk<'a> {
    /// A desk with what is known beforehand; `now` is when chains are judged that have no
    /// date of their own.
    #[must_use]
    pub fn new(crypto: &'a dyn CryptoProvider, evidence: Evidence, now: Date) -> Self {
        Self {
            crypto,
            evidence,
            now,
            items: Vec::new(),
        }
    }

    /// Lays octets of one value on the desk; the type is told by them if it is not given.
    pub fn add(&mut self, source: String, octets: Vec<u8>, kind: Option<Kind>) {
        let kind = kind.unwrap_or_else(|| Kind::guess(&octets));
        let fault = kind.check(&octets).err().map(|error| flaw(&error));
        let octets = Zeroizing::new(octets);
        let layer = Layer::new(source.clone(), None, kind.schema, octets);
        let wrapper = layer
            .of_type("MessageWrapper")
            .find_map(|node| layer.decode::<MessageWrapper>(node));
        let header = wrapper.as_ref().map(|wrapper| &wrapper.message_header);
        let title = wrapper.as_ref().map(|wrapper| {
            let header = &wrapper.message_header;
            let name = wrapper.message.name();
            format!("{name} of {} by {}", header.date, header.sw_ident)
        });
        self.items.push(Item {
            at: header.map_or(self.now, |header| header.date),
            source,
            kind,
            fault,
            title,
            layers: vec![layer],
            read: 0,
            sealed: Vec::new(),
            findings: Vec::new(),
        });
    }

    /// How many things lie on the desk.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether nothing lies on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Opens and checks everything.
    #[must_use]
    pub fn conclude(mut self, showing: Showing) -> Vec<Inspection> {
        // What one envelope holds may open the next, in this thing or in another.
        for _ in 0..MOST_ROUNDS {
            let mut news = false;
            for number in 0..self.items.len() {
                news |= self.read(number);
            }
            if !news {
                break;
            }
        }
        let Self {
            crypto,
            evidence,
            items,
            ..
        } = self;
        let concluded = items.into_iter().enumerate();
        concluded
            .map(|(number, mut item)| {
                let check = Check {
                    crypto,
                    evidence: &evidence,
                    number,
                };
                check.all(&mut item);
                item.findings.sort_by_key(|finding| finding.place);
                item.findings.dedup();
                if !showing.secrets {
                    for finding in &mut item.findings {
                        finding.found = dump::masked(&finding.found);
                    }
                    item.title = item.title.as_deref().map(dump::masked);
                }
                Inspection {
                    source: item.source,
                    kind: item.kind.schema.name,
                    title: item.title,
                    fault: item.fault,
                    layers: item.layers,
                    findings: item.findings,
                    showing,
                }
            })
            .collect()
    }

    /// Reads the new layers of a thing and tries its envelopes. Says whether it found more.
    fn read(&mut self, number: usize) -> bool {
        let Some(item) = self.items.get_mut(number) else {
            return false;
        };
        let mut news = false;
        while let Some(layer) = item.layers.get(item.read) {
            news = true;
            learn::from(self.crypto, &mut self.evidence, layer, number, item.read);
            let found = envelope::find(layer, item.read);
            item.sealed.extend(found);
            item.read += 1;
        }
        let sealed = core::mem::take(&mut item.sealed);
        for mut envelope in sealed {
            let room = item.layers.len() < MOST_LAYERS;
            match envelope.open(self.crypto, &self.evidence) {
                Some(opened) if room => {
                    news = true;
                    envelope.keep(opened, &mut self.evidence, self.crypto, number, item);
                }
                _ => item.sealed.push(envelope),
            }
        }
        news
    }
}

/// The checks of one thing, when all is known that can be.
struct Check<'a> {
    crypto: &'a dyn CryptoProvider,
    evidence: &'a Evidence,
    number: usize,
}

impl Check<'_> {
    fn all(&self, item: &mut Item) {
        let mut findings = Vec::new();
        for envelope in &item.sealed {
            findings.push(envelope.closed(self.evidence));
        }
        for (index, layer) in item.layers.iter().enumerate() {
            let place = Place {
                layer: index,
                offset: 0,
            };
            if index > 0
                && layer.schema.name != Opaque::SCHEMA.name
                && let Some(Err(error)) =
                    Kind::named(layer.schema.name).map(|kind| kind.check(layer.octets()))
            {
                findings.push(Finding {
                    verdict: Verdict::Misfit,
                    place,
                    what: layer.schema.name.into(),
                    found: format!("{error}: {}", crate::cause::likely(error.fault())),
                });
            }
            digest::check(self, layer, index, &mut findings);
            signature::check(self, item, layer, index, &mut findings);
            chain::enclosed(self, layer, index, &mut findings);
            chain::lists(self, layer, index, &mut findings);
        }
        if item.kind.schema.name == "Certificate"
            && let Some(layer) = item.layers.first()
        {
            chain::certificate(self, item, layer, &mut findings);
            self.profile(layer, &mut findings);
        }
        item.findings.append(&mut findings);
    }

    /// What the rules of the profile say of a certificate.
    fn profile(&self, layer: &Layer, findings: &mut Vec<Finding>) {
        let issuer = chain::issuer_of(self, layer.octets());
        let issuer = issuer.map(|issuer| issuer.octets());
        for fault in lint::lint(layer.octets(), issuer, self.crypto) {
            findings.push(Finding {
                verdict: match fault.severity {
                    Severity::Error => Verdict::Misfit,
                    _ => Verdict::Open,
                },
                place: Place {
                    layer: 0,
                    offset: 0,
                },
                what: format!("profile, {}", fault.rule),
                found: fault.what,
            });
        }
    }
}

fn flaw(error: &DecodeError) -> Flaw {
    Flaw {
        path: error.path(),
        offset: error.offset(),
        what: error.fault().to_string(),
        cause: crate::cause::likely(error.fault()),
    }
}

/// How often everything is gone through for what was learnt since.
const MOST_ROUNDS: usize = 16;
/// Layers that one thing may have.
const MOST_LAYERS: usize = 256;
