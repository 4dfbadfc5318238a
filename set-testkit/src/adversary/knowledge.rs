//! What the adversary has heard, and all that follows from it.

use std::collections::HashSet;

use set_core::asn1::{self, Limits, Schema};
use set_core::crypto::oaep::{self, ContentKind, Expected};
use set_core::crypto::{CryptoProvider as _, PrivateKey, RustCrypto};
use set_core::msg::content::schema_of_content;
use set_core::party::Identity;
use set_core::pkcs7::{EncryptedData, EnvelopedData};
use set_core::secret::BackKey;

use super::{Heard, read, wrapper};
use crate::annotated::{Body, Element};

/// Everything that the adversary can derive.
#[derive(Debug, Default)]
pub struct Knowledge {
    identities: Vec<Identity>,
    messages: Vec<Heard>,
    /// All octets in clear, each once.
    clear: HashSet<Vec<u8>>,
    /// What may be a key under which an answer comes back.
    back_keys: Vec<[u8; 20]>,
    /// What no back key has opened yet.
    closed: Vec<EncryptedData>,
    opened: usize,
}

impl Knowledge {
    pub(super) fn new(identities: Vec<Identity>) -> Self {
        Self {
            identities,
            ..Self::default()
        }
    }

    /// The keys that they have, with their certificates.
    #[must_use]
    pub fn identities(&self) -> &[Identity] {
        &self.identities
    }

    /// The messages heard, in their order, each once.
    #[must_use]
    pub fn messages(&self) -> &[Heard] {
        &self.messages
    }

    /// How many envelopes they could open.
    #[must_use]
    pub fn opened(&self) -> usize {
        self.opened
    }

    /// Whether these octets are anywhere in what they know.
    #[must_use]
    pub fn knows(&self, secret: &[u8]) -> bool {
        let holds = |octets: &Vec<u8>| octets.windows(secret.len()).any(|part| part == secret);
        !secret.is_empty() && self.clear.iter().any(holds)
    }

    /// The DES keys of all envelopes heard that are for `recipient`, for whoever has its key:
    /// the test, not the adversary.
    #[must_use]
    pub fn session_keys(&self, recipient: &Identity) -> Vec<Vec<u8>> {
        let pointer = recipient.certificate.issuer_and_serial_number();
        let envelopes = self.messages.iter().filter_map(|heard| read(&heard.octets));
        let envelopes = envelopes.flat_map(|whole| envelopes_in(&whole));
        envelopes
            .filter(|envelope| {
                envelope.recipient_infos.first().issuer_and_serial_number == *pointer
            })
            .filter_map(|envelope| open_block(&recipient.key, &envelope))
            .map(|opened| opened.key.expose().to_vec())
            .collect()
    }

    pub(super) fn hear(&mut self, octets: &[u8]) {
        if !self.clear.insert(octets.to_vec()) {
            return;
        }
        let (Some(element), Some(wrapper)) = (read(octets), wrapper(octets)) else {
            return;
        };
        self.messages.push(Heard {
            octets: octets.to_vec(),
            wrapper,
        });
        self.take_apart(&element);
        self.try_back_keys();
    }

    /// Opens all envelopes inside that are for a key of theirs.
    fn take_apart(&mut self, whole: &Element) {
        for element in whole.all() {
            match element.schema.map(|schema| schema.name) {
                Some("EnvelopedData") => {
                    if let Ok(envelope) = decode::<EnvelopedData>(element) {
                        self.open(&envelope);
                    }
                }
                Some("EncryptedData") => self.closed.extend(decode(element)),
                Some("Secret" | "BackKey") => self.back_keys.extend(twenty(element)),
                _ => {}
            }
        }
    }

    fn open(&mut self, envelope: &EnvelopedData) {
        let recipient = envelope.recipient_infos.first();
        let named = |identity: &&Identity| {
            *identity.certificate.issuer_and_serial_number() == recipient.issuer_and_serial_number
        };
        let Some(identity) = self.identities.iter().find(named) else {
            return;
        };
        let key = identity.key.clone();
        let Some((session_key, plaintext, extra)) = unseal(&key, envelope) else {
            return;
        };
        self.opened += 1;
        self.clear.extend([session_key, extra]);
        let content_type = envelope.encrypted_content_info.content_type;
        self.learn(plaintext, schema_of_content(&content_type));
    }

    fn learn(&mut self, plaintext: Vec<u8>, schema: Option<&'static Schema>) {
        let inside = schema.and_then(|schema| Element::read(&plaintext, schema));
        self.clear.insert(plaintext);
        if let Some(inside) = inside {
            self.take_apart(&inside);
        }
    }

    fn try_back_keys(&mut self) {
        let keys = self.back_keys.clone();
        let closed = std::mem::take(&mut self.closed);
        for encrypted in closed {
            match keys.iter().find_map(|key| decrypt(key, &encrypted)) {
                Some((plaintext, schema)) => {
                    self.opened += 1;
                    self.learn(plaintext, Some(schema));
                }
                None => self.closed.push(encrypted),
            }
        }
    }
}

fn decode<T: asn1::Wire>(element: &Element) -> Result<T, asn1::DecodeError> {
    // In its own clothes: a component may have an implicit tag.
    let mut bare = element.clone();
    bare.identifier = vec![0x30];
    asn1::decode(&bare.write(), &Limits::default())
}

fn twenty(element: &Element) -> Option<[u8; 20]> {
    match &element.body {
        Body::Primitive(content) => content.as_slice().try_into().ok(),
        _ => None,
    }
}

fn envelopes_in(whole: &Element) -> Vec<EnvelopedData> {
    let named =
        |element: &&&Element| element.schema.map(|schema| schema.name) == Some("EnvelopedData");
    let all = whole.all();
    let envelopes = all.iter().filter(named);
    envelopes
        .filter_map(|element| decode(element).ok())
        .collect()
}

/// What is in an envelope: the DES key, what is under it, and what is beside it in the block.
fn unseal(key: &PrivateKey, envelope: &EnvelopedData) -> Option<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    let info = &envelope.encrypted_content_info;
    let opened = open_block(key, envelope)?;
    let iv = info.content_encryption_algorithm.iv().ok()?;
    let ciphertext = info.encrypted_content.as_bytes();
    let plaintext = RustCrypto
        .des_cbc_decrypt(&opened.key, &iv, ciphertext)
        .ok()?;
    let session_key = opened.key.expose().to_vec();
    Some((session_key, plaintext.to_vec(), opened.extra.to_vec()))
}

fn open_block(key: &PrivateKey, envelope: &EnvelopedData) -> Option<oaep::Opened> {
    let block = envelope.recipient_infos.first().encrypted_key.as_octets();
    let kinds = [
        ContentKind::None,
        ContentKind::PanData,
        ContentKind::PanData0,
        ContentKind::PanToken,
        ContentKind::PanOnly,
        ContentKind::AcctData,
    ];
    kinds.into_iter().find_map(|kind| {
        [false, true].into_iter().find_map(|with_hd| {
            let expected = Expected::new(kind, with_hd);
            oaep::open(&RustCrypto, key, block, &expected).ok()
        })
    })
}

fn decrypt(key: &[u8; 20], encrypted: &EncryptedData) -> Option<(Vec<u8>, &'static Schema)> {
    use set_core::treatment::ek::{self, Cipher};
    let content_type = encrypted.encrypted_content_info.content_type;
    let schema = schema_of_content(&content_type)?;
    let key = BackKey::from_octets(*key);
    let opened =
        ek::open::<asn1::Opaque>(&RustCrypto, Cipher::Des, &key, content_type, encrypted).ok()?;
    Some((opened.octets().to_vec(), schema))
}
