//! What a layer tells: certificates, CRLs, keys for answers, and values that digests are of.

use set_core::asn1::Schema;
use set_core::crypto::{CryptoProvider, KeyRules};
use set_core::msg::back_key::BackKeyData;
use set_core::msg::content::TYPES;
use set_core::x509::spki::SubjectPublicKeyInfo;
use set_core::x509::{BrandCrlIdentifier, Certificate, Crl};

use crate::evidence::{Evidence, Value};
use crate::finding::Place;
use crate::layer::Layer;

/// Adds it to what is known.
pub(super) fn from(
    crypto: &dyn CryptoProvider,
    evidence: &mut Evidence,
    layer: &Layer,
    item: usize,
    index: usize,
) {
    for node in layer.elements() {
        let Some(schema) = node.schema else { continue };
        let Some(der) = layer.der_of(node) else {
            continue;
        };
        match schema.name {
            "Certificate" => {
                if let Ok(certificate) = Certificate::parse(&der, &KeyRules::default()) {
                    evidence.add_certificate(crypto, certificate);
                }
            }
            "CertificateList" => {
                if let Ok(crl) = Crl::parse(&der) {
                    evidence.add_crl(crypto, crl);
                }
            }
            "BrandCRLIdentifier" => {
                if let Some(bci) = layer.decode::<BrandCrlIdentifier>(node) {
                    evidence.add_bci(crypto, bci);
                }
            }
            "BackKeyData" => {
                if let Some(data) = layer.decode::<BackKeyData>(node) {
                    evidence.add_back_key(data.back_key);
                }
            }
            "SubjectPublicKeyInfo" => {
                let info = layer.decode::<SubjectPublicKeyInfo>(node);
                if let Some(key) = info.and_then(|info| info.key(&KeyRules::default()).ok()) {
                    evidence.add_new_key(key);
                }
            }
            _ => {}
        }
        if digested(schema) {
            let place = Place {
                layer: index,
                offset: node.offset,
            };
            let value = Value {
                type_name: schema.name,
                item,
                place,
            };
            evidence.add_value(crypto.sha1(&[&der]), value);
        }
    }
}

/// Whether SET has digests of values of this type.
fn digested(schema: &Schema) -> bool {
    schema.name != "SignedData" && TYPES.iter().any(|(_, known)| known.name == schema.name)
}
