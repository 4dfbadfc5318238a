//! EnvelopedData and EncryptedData: opened where a key is at hand.

use der::asn1::ObjectIdentifier;
use set_core::asn1::{Asn1, Opaque, Schema, oid};
use set_core::crypto::CryptoProvider;
use set_core::crypto::oaep::ContentKind;
use set_core::msg::cert::cert_req::{AcctData, PanData0};
use set_core::msg::cert::reg_form::PanOnly;
use set_core::msg::content::schema_of_content;
use set_core::msg::payment::account::{PanData, PanToken};
use set_core::pkcs7::{EncryptedData, EnvelopedData};
use set_core::treatment::Extra;
use set_core::treatment::unseal::{self, Unsealed};
use zeroize::Zeroizing;

use super::Item;
use crate::evidence::{Evidence, Value, called};
use crate::finding::{Finding, Place, Verdict};
use crate::layer::{Layer, sequence};

/// Something encrypted and where it is.
#[derive(Debug)]
pub(super) struct Sealed {
    place: Place,
    name: String,
    data: Data,
    /// How many of the keys were tried.
    tried: usize,
}

#[derive(Debug)]
enum Data {
    Enveloped(Box<EnvelopedData>),
    Encrypted(Box<EncryptedData>),
}

/// What was in it.
pub(super) struct Opened {
    plaintext: Zeroizing<Vec<u8>>,
    block: Option<Unsealed>,
    by: String,
}

/// Everything encrypted in a layer.
pub(super) fn find(layer: &Layer, index: usize) -> Vec<Sealed> {
    let sealed = |offset, name: &str, data| Sealed {
        place: Place {
            layer: index,
            offset,
        },
        name: name.to_owned(),
        data,
        tried: 0,
    };
    let enveloped = layer.of_type("EnvelopedData").filter_map(|node| {
        let data = Data::Enveloped(Box::new(layer.decode(node)?));
        Some(sealed(node.offset, &node.name, data))
    });
    let encrypted = layer.of_type("EncryptedData").filter_map(|node| {
        let data = Data::Encrypted(Box::new(layer.decode(node)?));
        Some(sealed(node.offset, &node.name, data))
    });
    enveloped.chain(encrypted).collect()
}

impl Sealed {
    /// Opens it with whatever key fits of those that were not tried before.
    pub(super) fn open(
        &mut self,
        crypto: &dyn CryptoProvider,
        evidence: &Evidence,
    ) -> Option<Opened> {
        let known = match self.data {
            Data::Enveloped(_) => evidence.keys().len(),
            Data::Encrypted(_) => evidence.back_keys().len(),
        };
        let tried = core::mem::replace(&mut self.tried, known);
        match &self.data {
            Data::Enveloped(data) => evidence.keys().iter().skip(tried).find_map(|own| {
                let unsealed = unseal::envelope(crypto, &own.key, data).ok()?;
                Some(Opened {
                    plaintext: unsealed.plaintext.clone(),
                    block: Some(unsealed),
                    by: own.name.clone(),
                })
            }),
            Data::Encrypted(data) => evidence.back_keys().iter().skip(tried).find_map(|key| {
                let plaintext = unseal::encrypted(crypto, key, data).ok()?;
                Some(Opened {
                    plaintext,
                    block: None,
                    by: "a key that was sent before".into(),
                })
            }),
        }
    }

    /// Adds what was in it to the thing that it is of.
    pub(super) fn keep(
        &self,
        opened: Opened,
        evidence: &mut Evidence,
        crypto: &dyn CryptoProvider,
        number: usize,
        item: &mut Item,
    ) {
        let Opened {
            plaintext,
            block,
            by,
        } = opened;
        item.findings
            .push(self.finding(Verdict::Fits, format!("opens with {by}")));
        let (what, schema) = self.content();
        let index = item.layers.len();
        let name = format!("{what}, from the envelope");
        let layer = Layer::new(name, Some(self.place), schema, plaintext);
        if let Some(unsealed) = block {
            if unsealed.hash_fits == Some(false) {
                let found = "the hash in the OAEP block is not that of what is encrypted".into();
                item.findings.push(self.finding(Verdict::Misfit, found));
            }
            if let Some((schema, extra, signed)) = extra(&unsealed) {
                let here = Place {
                    layer: index,
                    offset: 0,
                };
                together(crypto, evidence, &layer, &extra, &signed, number, here);
                item.layers.push(layer);
                let name = format!("{}, from the OAEP block", schema.name);
                item.layers
                    .push(Layer::new(name, Some(self.place), schema, extra));
                return;
            }
        }
        item.layers.push(layer);
    }

    /// What is said of one that does not open.
    pub(super) fn closed(&self, evidence: &Evidence) -> Finding {
        let (verdict, found) = match &self.data {
            Data::Encrypted(_) => (
                Verdict::Open,
                "is under a key that the request has sent; inspect the two together".to_owned(),
            ),
            Data::Enveloped(data) => {
                let recipient = &data.recipient_infos.first().issuer_and_serial_number;
                match evidence.named(recipient).next() {
                    None => (
                        Verdict::Open,
                        format!(
                            "is for the key of certificate {} of {}, which is not at hand",
                            recipient.serial_number, recipient.issuer
                        ),
                    ),
                    Some(certificate) => match evidence.key_of(certificate.public_key()) {
                        None => (
                            Verdict::Open,
                            format!("is for {}, whose key is not at hand", called(certificate)),
                        ),
                        Some(own) => (
                            Verdict::Misfit,
                            format!(
                                "is for {}, but does not open with its key {}: it was altered, or made for another key",
                                called(certificate),
                                own.name
                            ),
                        ),
                    },
                }
            }
        };
        self.finding(verdict, found)
    }

    fn finding(&self, verdict: Verdict, found: String) -> Finding {
        let (content, _) = self.content();
        let what = match self.name.as_str() {
            "" => format!("envelope of {content}"),
            name => format!("envelope {name} of {content}"),
        };
        Finding {
            verdict,
            place: self.place,
            what,
            found,
        }
    }

    /// The name and type of what is inside, by its content type.
    fn content(&self) -> (String, &'static Schema) {
        let id: ObjectIdentifier = match &self.data {
            Data::Enveloped(data) => data.encrypted_content_info.content_type,
            Data::Encrypted(data) => data.encrypted_content_info.content_type,
        };
        let name = oid::name(&id).map_or_else(|| id.to_string(), str::to_owned);
        (name, schema_of_content(&id).unwrap_or(Opaque::SCHEMA))
    }
}

type Der = Zeroizing<Vec<u8>>;

/// The extra data of a block: its type, its DER, and the DER that signatures cover.
fn extra(unsealed: &Unsealed) -> Option<(&'static Schema, Der, Der)> {
    fn of<P: Extra>(octets: &[u8]) -> Option<(&'static Schema, Der, Der)> {
        let data = P::from_block(octets)?;
        let der = Zeroizing::new(set_core::asn1::encode(&data).ok()?);
        let signed = Zeroizing::new(data.to_be_signed().ok()?);
        Some((P::SCHEMA, der, signed))
    }
    let octets = unsealed
        .extra
        .get(..unsealed.kind.extra_len())
        .unwrap_or_default();
    match unsealed.kind {
        ContentKind::None => None,
        ContentKind::PanData => of::<PanData>(octets),
        ContentKind::PanData0 => of::<PanData0>(octets),
        ContentKind::PanToken => of::<PanToken>(octets),
        ContentKind::PanOnly => of::<PanOnly>(octets),
        ContentKind::AcctData => of::<AcctData>(octets),
    }
}

/// Adds the values that are made of both parts and never sent as such: PIData, and what the
/// signature of an EncX is over.
fn together(
    crypto: &dyn CryptoProvider,
    evidence: &mut Evidence,
    layer: &Layer,
    extra: &[u8],
    signed: &[u8],
    item: usize,
    place: Place,
) {
    let head = layer.of_type("PIHead").find_map(|node| layer.der_of(node));
    let type_name = match layer.schema.name {
        "PIDualSignedTBE" => "PIData",
        _ => "PIDataUnsigned",
    };
    if let Some(whole) = head.and_then(|head| sequence(&[&head, extra])) {
        let value = Value {
            type_name,
            item,
            place,
        };
        let digest = crypto.sha1(&[&whole]);
        evidence.add_value(digest, value);
        evidence.add_instruction(item, digest);
    }
    let first = layer.elements().nth(1).and_then(|node| layer.der_of(node));
    if let Some(whole) = first.and_then(|first| sequence(&[&first, signed])) {
        evidence.add_signed(crypto.sha1(&[&whole]), whole);
    }
}
