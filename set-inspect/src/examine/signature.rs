//! SignedData: who signed what.

use der::asn1::OctetString;
use set_core::asn1::oid::{self, attribute, content};
use set_core::asn1::{Limits, encode};
use set_core::crypto::PublicKey;
use set_core::msg::payment::p_req::PiTbs;
use set_core::pkcs7::{DetachedDigest, Digest, IssuerAndSerialNumber, SignedData, SignerInfo};
use set_core::treatment::{TreatmentError, dd, so};
use set_core::x509::Certificate;
use zeroize::Zeroizing;

use super::{Check, Item, chain};
use crate::evidence::called;
use crate::finding::{Finding, Place, Verdict};
use crate::layer::Layer;

/// Checks all of a layer.
pub(super) fn check(
    check: &Check<'_>,
    item: &Item,
    layer: &Layer,
    index: usize,
    findings: &mut Vec<Finding>,
) {
    for node in layer.of_type("SignedData") {
        let Some(signed) = layer.decode::<SignedData>(node) else {
            continue;
        };
        let id = signed.content_info.content_type;
        let content = oid::name(&id).map_or_else(|| id.to_string(), str::to_owned);
        let case = Case {
            check,
            item,
            place: Place {
                layer: index,
                offset: node.offset,
            },
            what: match node.name.as_str() {
                "" => format!("signature over {content}"),
                name => format!("signature {name} over {content}"),
            },
            signed: &signed,
        };
        for info in signed.signer_infos.iter() {
            case.signer(info, findings);
        }
    }
}

struct Case<'a> {
    check: &'a Check<'a>,
    item: &'a Item,
    place: Place,
    what: String,
    signed: &'a SignedData,
}

impl Case<'_> {
    fn signer(&self, info: &SignerInfo, findings: &mut Vec<Finding>) {
        let name = &info.issuer_and_serial_number;
        if *name == IssuerAndSerialNumber::none() {
            findings.push(self.new_key(info));
            return;
        }
        let signers: Vec<&Certificate> = self.check.evidence.named(name).collect();
        let Some(first) = signers.first() else {
            let found = format!(
                "is by certificate {} of {}, which is not at hand",
                name.serial_number, name.issuer
            );
            findings.push(self.finding(Verdict::Open, found));
            return;
        };
        let Some(octets) = self.octets(info) else {
            let found = format!(
                "is by {}, but what was signed is not at hand, or was altered",
                called(first)
            );
            findings.push(self.finding(Verdict::Open, found));
            return;
        };
        let outcomes = signers.iter().map(|signer| {
            let outcome = self.verify(&octets, name, signer.public_key());
            (signer, outcome)
        });
        let mut misfit = None;
        for (signer, outcome) in outcomes {
            match outcome {
                Ok(()) => {
                    findings.push(self.finding(Verdict::Fits, format!("by {}", called(signer))));
                    findings.push(chain::signer(self.check, self.item, signer, self.place));
                    return;
                }
                Err(error) => misfit = misfit.or(Some((signer, error))),
            }
        }
        if let Some((signer, error)) = misfit {
            let found = format!("said to be by {}: {error}", called(signer));
            findings.push(self.finding(Verdict::Misfit, found));
        }
    }

    /// A signature by a key that has no certificate yet: one that a request holds.
    fn new_key(&self, info: &SignerInfo) -> Finding {
        let Some(octets) = self.octets(info) else {
            return self.finding(
                Verdict::Open,
                "is by a new key, and what was signed is not at hand, or was altered".into(),
            );
        };
        let name = IssuerAndSerialNumber::none();
        let mut keys = self.check.evidence.new_keys().iter();
        if keys.any(|key| self.verify(&octets, &name, key).is_ok()) {
            let found = "by the key that is to be certified: its owner has it";
            return self.finding(Verdict::Fits, found.into());
        }
        let mut layers = self.item.layers.iter();
        match layers.any(|layer| layer.of_type("SubjectPublicKeyInfo").next().is_some()) {
            true => self.finding(
                Verdict::Misfit,
                "is not by the key that is to be certified".into(),
            ),
            false => self.finding(
                Verdict::Open,
                "is by a new key, which the CertReq has sent; inspect the two together".into(),
            ),
        }
    }

    fn verify(
        &self,
        octets: &[u8],
        name: &IssuerAndSerialNumber,
        key: &PublicKey,
    ) -> Result<(), TreatmentError> {
        let id = self.signed.content_info.content_type;
        so::verify_with_key(self.check.crypto, self.signed, id, octets, name, key)
    }

    /// What was signed: inside, or what the signed digest is found to be of.
    fn octets(&self, info: &SignerInfo) -> Option<Zeroizing<Vec<u8>>> {
        if let Some(content) = &self.signed.content_info.content {
            return Some(Zeroizing::new(content.as_octets().to_vec()));
        }
        let digest = message_digest(info)?;
        if let Some(known) = self.check.evidence.signed(&digest) {
            return Some(known.clone());
        }
        if self.signed.content_info.content_type == content::PI_TBS {
            return self.dual(&digest);
        }
        None
    }

    /// PI-TBS of the digests of order and payment instruction that are here.
    fn dual(&self, digest: &Digest) -> Option<Zeroizing<Vec<u8>>> {
        let crypto = self.check.crypto;
        let of = |id, hash| dd::of_digest(id, Digest::new(hash)).ok();
        let opened = self.check.evidence.instructions(self.check.number).iter();
        let mut instructions: Vec<DetachedDigest> = opened
            .filter_map(|hash| of(content::PI_DATA, *hash))
            .collect();
        let mut orders = Vec::new();
        for layer in &self.item.layers {
            for node in layer.of_type("DetachedDigest") {
                let Some(digest) = layer.decode::<DetachedDigest>(node) else {
                    continue;
                };
                match digest.content_info.content_type {
                    content::PI_DATA => instructions.push(digest),
                    content::OI_DATA => orders.push(digest),
                    _ => {}
                }
            }
            for node in layer.of_type("OIData") {
                let hash = crypto.sha1(&[&layer.der_of(node)?]);
                orders.extend(of(content::OI_DATA, hash));
            }
        }
        for h_pi_data in instructions.iter().take(MOST_HALVES) {
            for h_oi_data in orders.iter().take(MOST_HALVES) {
                let both = PiTbs {
                    h_pi_data: h_pi_data.clone(),
                    h_oi_data: h_oi_data.clone(),
                };
                let octets = encode(&both).ok()?;
                if crypto.sha1(&[&octets]) == *digest.as_octets() {
                    return Some(Zeroizing::new(octets));
                }
            }
        }
        None
    }

    fn finding(&self, verdict: Verdict, found: String) -> Finding {
        Finding {
            verdict,
            place: self.place,
            what: self.what.clone(),
            found,
        }
    }
}

/// The digest that the signature covers.
fn message_digest(info: &SignerInfo) -> Option<Digest> {
    let attributes = info.authenticated_attributes.as_ref()?;
    let found = attributes
        .iter()
        .find(|one| one.attribute_type == attribute::MESSAGE_DIGEST)?;
    let [value] = found.values.as_slice() else {
        return None;
    };
    let octets: OctetString = set_core::asn1::decode(value.as_octets(), &Limits::default()).ok()?;
    Some(Digest::new(octets.as_bytes().try_into().ok()?))
}

/// Digests of either half that are tried with each other.
const MOST_HALVES: usize = 16;
