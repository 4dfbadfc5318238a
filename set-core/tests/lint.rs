//! The rules of the profile, each kept and each broken.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use der::asn1::{Any, BitString, ObjectIdentifier, OctetString};
use der::{Decode, Encode};
use set_core::asn1::{self, Raw, SeqOf, oid};
use set_core::crypto::{
    CryptoError, CryptoProvider, PrivateKey, PrivateKeyOps, PublicKey, SHA1_LEN,
};
use set_core::pkcs7::SerialNumber;
use set_core::x509::build::{CertificateContents, EntityKey, Profile};
use set_core::x509::certificate::{SignedCertificate, TbsCertificate};
use set_core::x509::ext::{
    AuthorityKeyIdentifier, BasicConstraints, CertificateType, HashedRootKey, KeyUsage,
    PolicyInformation, PrivateKeyUsagePeriod, SetPolicyQualifier, SetQualifier,
};
use set_core::x509::extension::Extension;
use set_core::x509::lint::{self, DraftKey, RULES, Severity};
use set_core::x509::{Certificate, SetName, X509Error};
use set_testkit::Deterministic;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{Issued, brand_name, contents, hierarchy, merchant_data};
use set_testkit::keys;
use zeroize::Zeroizing;

/// What is wrong with a certificate: the rules that object, by severity.
fn objections(octets: &[u8], issuer: Option<&Certificate>) -> Vec<(&'static str, Severity)> {
    let provider = Deterministic::seeded(0);
    lint::lint(octets, issuer.map(Certificate::octets), &provider)
        .into_iter()
        .map(|finding| (finding.rule, finding.severity))
        .collect()
}

fn errors(octets: &[u8], issuer: Option<&Certificate>) -> BTreeSet<&'static str> {
    let objections = objections(octets, issuer);
    let errors = objections
        .into_iter()
        .filter(|(_, severity)| *severity == Severity::Error);
    errors.map(|(rule, _)| rule).collect()
}

/// A certificate of the test hierarchy, altered and signed anew by its issuer.
fn altered(
    certificate: &Issued,
    issuer: &Issued,
    alter: impl FnOnce(&mut TbsCertificate),
) -> Vec<u8> {
    let mut tbs = certificate
        .certificate
        .wire()
        .to_be_signed
        .clone()
        .into_value();
    alter(&mut tbs);
    signed(&Raw::new(tbs).unwrap(), &issuer.key)
}

fn signed(tbs: &Raw<TbsCertificate>, key: &PrivateKey) -> Vec<u8> {
    let algorithm = tbs.signature.clone();
    asn1::encode(&SignedCertificate {
        to_be_signed: tbs.clone(),
        signature_algorithm: algorithm,
        signature: signature(tbs.octets(), key),
    })
    .unwrap()
}

fn signature(octets: &[u8], key: &PrivateKey) -> BitString {
    let provider = Deterministic::seeded(0);
    let digest = provider.sha1(&[octets]);
    BitString::from_bytes(&key.sign_sha1(&provider, &digest).unwrap()).unwrap()
}

/// A certificate whose tbsCertificate is altered as octets.
fn altered_octets(certificate: &Issued, issuer: &Issued, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let tbs = certificate.certificate.tbs_octets();
    let place = tbs
        .windows(from.len())
        .position(|window| window == from)
        .unwrap();
    let mut tbs = tbs.to_vec();
    tbs[place..place + from.len()].copy_from_slice(to);
    #[derive(der::Sequence)]
    struct Outer {
        tbs: Any,
        algorithm: Any,
        signature: BitString,
    }
    let outer = Outer::from_der(certificate.certificate.octets()).unwrap();
    Outer {
        signature: signature(&tbs, &issuer.key),
        tbs: Any::from_der(&tbs).unwrap(),
        algorithm: outer.algorithm,
    }
    .to_der()
    .unwrap()
}

/// Replaces, adds or (with none) takes out an extension.
fn set_extension(tbs: &mut TbsCertificate, id: ObjectIdentifier, with: Option<Extension>) {
    let mut all: Vec<Extension> = tbs.extensions.to_vec();
    match (all.iter().position(|one| one.extn_id == id), with) {
        (Some(place), Some(new)) => all[place] = new,
        (Some(place), None) => drop(all.remove(place)),
        (None, Some(new)) => all.push(new),
        (None, None) => {}
    }
    tbs.extensions = SeqOf::new(all).unwrap();
}

fn extension<T: asn1::Wire>(id: ObjectIdentifier, critical: bool, value: &T) -> Option<Extension> {
    Some(Extension::of(id, critical, value).unwrap())
}

type Change = fn(&mut TbsCertificate);

/// Each rule that an alteration breaks, besides what `also` names.
fn breaks(certificate: &Issued, issuer: &Issued, rules: &[&str], change: Change) {
    let octets = altered(certificate, issuer, change);
    let found = errors(&octets, Some(&issuer.certificate));
    assert_eq!(found, rules.iter().copied().collect(), "expected {rules:?}");
}

#[test]
fn every_certificate_of_a_proper_hierarchy_passes_every_rule() {
    let all = hierarchy();
    let root = &all.root.certificate;
    assert_eq!(objections(root.octets(), Some(root)), []);
    let everybody = all.certificates();
    for certificate in &everybody {
        let issuer = everybody.iter().chain([root]).find(|issuer| {
            issuer.subject() == certificate.issuer()
                && certificate
                    .extensions()
                    .authority_key_identifier
                    .as_ref()
                    .and_then(AuthorityKeyIdentifier::signer)
                    .is_some_and(|named| named == *issuer.issuer_and_serial_number())
        });
        let found = objections(certificate.octets(), issuer);
        assert_eq!(found, [], "{certificate:?}");
    }
}

#[test]
fn every_rule_has_its_own_name_and_says_what_the_profile_wants() {
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(names.len(), RULES.len());
    assert!(RULES.iter().all(|rule| rule.clause.len() > 10));
}

#[test]
fn what_is_no_certificate_is_said_to_be_none() {
    assert_eq!(objections(b"", None), [("encoding", Severity::Error)]);
    assert_eq!(
        objections(&[0x30, 0x80, 0, 0], None),
        [("encoding", Severity::Error)]
    );
    let good = hierarchy().brand_ca.certificate.octets();
    for end in 0..good.len() {
        assert_eq!(errors(&good[..end], None), BTreeSet::from(["encoding"]));
    }
}

#[test]
fn version_serial_number_and_algorithm_are_looked_at() {
    let all = hierarchy();
    let (ca, root) = (&all.brand_ca, &all.root);
    let check = |octets: Vec<u8>, rules: &[&str]| {
        let found = errors(&octets, Some(&root.certificate));
        assert_eq!(found, rules.iter().copied().collect());
    };
    let v1 = altered_octets(ca, root, &[0xa0, 3, 2, 1, 2], &[0xa0, 3, 2, 1, 1]);
    check(v1, &["version", "encoding"]);
    let negative = altered_octets(ca, root, &[2, 1, 100], &[2, 1, 200]);
    check(negative, &["serial-number", "encoding"]);
    let zero = altered(ca, root, |tbs| tbs.serial_number = SerialNumber::zero());
    let found = objections(&zero, Some(&root.certificate));
    assert_eq!(found, [("serial-number", Severity::Warning)]);
    let sha256 = [42, 134, 72, 134, 247, 13, 1, 1, 11];
    let other = altered_octets(ca, root, &[42, 134, 72, 134, 247, 13, 1, 1, 5], &sha256);
    check(other, &["signature-algorithm", "encoding"]);
}

#[test]
fn a_signature_by_another_key_is_found() {
    let all = hierarchy();
    let octets = altered(&all.cardholder, &all.mca.cert_signing, |_| {});
    let found = errors(&octets, Some(&all.cca.cert_signing.certificate));
    assert_eq!(found, BTreeSet::from(["signature"]));
}

#[test]
fn names_have_the_form_of_their_entity() {
    let all = hierarchy();
    let cca = &all.cca.cert_signing;
    breaks(&all.cardholder, cca, &["subject-name"], |tbs| {
        let name = SetName::new("US", "Orchard").unwrap();
        tbs.subject = name.with_unit("First Bank").unwrap().to_name().unwrap();
    });
    breaks(&all.cardholder, cca, &["cardholder-id"], |tbs| {
        let name = brand_name(Some("First Bank")).unwrap();
        let name = name.with_common_name("4111111111111111").unwrap();
        tbs.subject = name.to_name().unwrap();
    });
    breaks(&all.cardholder, cca, &["subject-name"], |tbs| {
        let id = SetName::parse(&tbs.subject).unwrap();
        let name = SetName::new("FR", "Orchard")
            .unwrap()
            .with_unit("First Bank")
            .unwrap();
        let name = name.with_common_name(id.common_name().unwrap()).unwrap();
        tbs.subject = name.to_name().unwrap();
    });
    breaks(
        &all.merchant_signature,
        &all.mca.cert_signing,
        &["brand"],
        |tbs| {
            let name = SetName::new("US", "Cherry")
                .unwrap()
                .with_unit("Merchant Bank")
                .unwrap();
            tbs.subject = name
                .with_common_name("Corner Books")
                .unwrap()
                .to_name()
                .unwrap();
        },
    );
    breaks(&all.brand_ca, &all.root, &["subject-name"], |tbs| {
        tbs.subject = brand_name(Some("a unit")).unwrap().to_name().unwrap();
    });
    breaks(
        &all.root,
        &all.root,
        &["basic-constraints", "certificate-type", "subject-name"],
        |tbs| {
            tbs.subject = brand_name(None).unwrap().to_name().unwrap();
        },
    );
    breaks(&all.brand_ca, &all.root, &["issuer-name"], |tbs| {
        tbs.issuer = brand_name(Some("Another Root")).unwrap().to_name().unwrap();
    });
    // A UTF8String of the same octets.
    let odd = altered_octets(
        &all.brand_ca,
        &all.root,
        b"\x13\x07Orchard",
        b"\x0c\x07Orchard",
    );
    let found = errors(&odd, Some(&all.root.certificate));
    assert_eq!(found, BTreeSet::from(["subject-name"]));
}

#[test]
fn the_validity_is_ordered_and_inside_of_the_issuers() {
    let all = hierarchy();
    let mca = &all.mca.cert_signing;
    let shop = &all.merchant_encryption;
    breaks(shop, mca, &["validity", "encoding"], |tbs| {
        tbs.validity.not_after = noon().minus(31 * DAY).into();
    });
    breaks(shop, mca, &["validity-nesting"], |tbs| {
        tbs.validity.not_after = noon().plus(366 * DAY).into();
    });
    breaks(shop, mca, &["validity-nesting"], |tbs| {
        tbs.validity.not_before = noon().minus(31 * DAY).into();
    });
}

#[test]
fn keys_are_of_the_right_kind_and_size_and_hard_to_factor() {
    let all = hierarchy();
    let mca = &all.mca.cert_signing;
    let shop = &all.merchant_encryption;
    let modulus = shop.certificate.public_key().modulus().to_vec();
    let with = |alter: &dyn Fn(&mut Vec<u8>)| {
        let mut other = modulus.clone();
        alter(&mut other);
        errors(
            &altered_octets(shop, mca, &modulus, &other),
            Some(&mca.certificate),
        )
    };
    let even = with(&|modulus| *modulus.last_mut().unwrap() &= 0xfe);
    assert_eq!(even, BTreeSet::from(["encoding", "modulus", "public-key"]));
    let multiple = with(&|modulus| {
        // 3 divides a number whose octets add up to a multiple of 3, as 256 is one above.
        let sum: u32 = modulus.iter().map(|octet| u32::from(*octet)).sum();
        let place = modulus.iter().position(|octet| *octet < 250).unwrap();
        modulus[place] += u8::try_from(3 - sum % 3).unwrap();
    });
    assert_eq!(multiple, BTreeSet::from(["modulus"]));
    let exponent = altered_octets(shop, mca, &[2, 3, 1, 0, 1], &[2, 3, 1, 0, 3]);
    let found = objections(&exponent, Some(&mca.certificate));
    assert_eq!(found, [("public-key", Severity::Warning)]);
    breaks(&all.root, &all.root, &["public-key"], |tbs| {
        let small = keys::rsa_1024(0).unwrap();
        let info = set_core::x509::spki::SubjectPublicKeyInfo::of(small.public_key());
        tbs.subject_public_key_info = info.unwrap();
    });
}

#[test]
fn extensions_are_there_once_where_they_belong_and_as_critical_as_they_should_be() {
    let all = hierarchy();
    let (mca, pca) = (&all.mca.cert_signing, &all.pca.cert_signing);
    breaks(&all.merchant_signature, mca, &["extension-set"], |tbs| {
        set_extension(tbs, oid::extension::MERCHANT_DATA, None);
    });
    breaks(&all.gateway_signature, pca, &["extension-set"], |tbs| {
        let required = extension(oid::extension::CARD_CERT_REQUIRED, false, &true);
        set_extension(tbs, oid::extension::CARD_CERT_REQUIRED, required);
    });
    breaks(&all.merchant_encryption, mca, &["extension-set"], |tbs| {
        let period = PrivateKeyUsagePeriod {
            not_before: Some(noon()),
            not_after: Some(noon().plus(1)),
        };
        let id = oid::extension::PRIVATE_KEY_USAGE_PERIOD;
        set_extension(tbs, id, extension(id, false, &period));
    });
    breaks(&all.merchant_signature, mca, &["extension-set"], |tbs| {
        set_extension(tbs, oid::extension::PRIVATE_KEY_USAGE_PERIOD, None);
    });
    breaks(&all.brand_ca, &all.root, &["extension-set"], |tbs| {
        set_extension(tbs, oid::extension::AUTHORITY_KEY_IDENTIFIER, None);
    });
    breaks(
        &all.brand_ca,
        &all.root,
        &["extension-set", "encoding"],
        |tbs| {
            set_extension(tbs, oid::extension::KEY_USAGE, None);
        },
    );
    breaks(
        &all.brand_ca,
        &all.root,
        &["extension-set", "encoding"],
        |tbs| {
            let mut all: Vec<Extension> = tbs.extensions.to_vec();
            all.push(all[0].clone());
            tbs.extensions = SeqOf::new(all).unwrap();
        },
    );
    breaks(&all.brand_ca, &all.root, &["criticality"], |tbs| {
        let mut all: Vec<Extension> = tbs.extensions.to_vec();
        let identifier = &mut all[0];
        assert_eq!(identifier.extn_id, oid::extension::AUTHORITY_KEY_IDENTIFIER);
        identifier.critical = true;
        tbs.extensions = SeqOf::new(all).unwrap();
    });
    breaks(
        &all.brand_ca,
        &all.root,
        &["criticality", "encoding"],
        |tbs| {
            let id = oid::extension::CERTIFICATE_TYPE;
            set_extension(tbs, id, extension(id, false, &CertificateType::BCA));
        },
    );
    breaks(&all.brand_ca, &all.root, &["criticality"], |tbs| {
        let id = ObjectIdentifier::new_unwrap("1.2.3.4");
        set_extension(tbs, id, extension(id, true, &true));
    });
}

#[test]
fn key_usage_and_basic_constraints_fit_the_class() {
    let all = hierarchy();
    let (root, mca) = (&all.root, &all.mca.cert_signing);
    breaks(&all.merchant_signature, mca, &["key-usage"], |tbs| {
        let id = oid::extension::KEY_USAGE;
        let usage = KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION);
        set_extension(tbs, id, extension(id, true, &usage));
    });
    breaks(&all.brand_ca, root, &["key-usage"], |tbs| {
        let id = oid::extension::KEY_USAGE;
        set_extension(tbs, id, extension(id, true, &KeyUsage::DIGITAL_SIGNATURE));
    });
    let constraints = |constraints: BasicConstraints, ca: bool| {
        let (subject, issuer) = if ca {
            (&all.brand_ca, root)
        } else {
            (&all.merchant_signature, mca)
        };
        let id = oid::extension::BASIC_CONSTRAINTS;
        let octets = altered(subject, issuer, |tbs| {
            set_extension(tbs, id, extension(id, true, &constraints));
        });
        errors(&octets, Some(&issuer.certificate))
    };
    let broken = BTreeSet::from(["basic-constraints"]);
    assert_eq!(constraints(BasicConstraints::ca(0), false), broken);
    assert_eq!(constraints(BasicConstraints::END_ENTITY, true), broken);
    assert_eq!(constraints(BasicConstraints::ca(3), true), broken);
    assert_eq!(constraints(BasicConstraints::ca(2), true), BTreeSet::new());
    let endless = BasicConstraints {
        ca: true,
        path_len_constraint: None,
    };
    assert_eq!(constraints(endless, true), broken);
    // An issuer whose key is not for certificates.
    let messages = &all.mca.message_signing;
    let octets = altered(&all.merchant_signature, messages, |_| {});
    let found = errors(&octets, Some(&messages.certificate));
    assert!(found.is_superset(&BTreeSet::from(["key-usage", "basic-constraints"])));
}

#[test]
fn the_type_is_one_that_the_issuer_may_certify() {
    let all = hierarchy();
    let found = |issuer: &Issued, certificate: &Issued, types: CertificateType| {
        let octets = altered(certificate, issuer, |tbs| {
            let id = oid::extension::CERTIFICATE_TYPE;
            set_extension(tbs, id, extension(id, true, &types));
        });
        errors(&octets, Some(&issuer.certificate)).contains("certificate-type")
    };
    type T = CertificateType;
    let (root, brand, mca) = (&all.root, &all.brand_ca, &all.mca.cert_signing);
    assert!(found(root, brand, T::GCA));
    assert!(found(root, brand, T::empty()));
    assert!(found(root, brand, T::BCA.and(T::GCA)));
    assert!(found(root, brand, T::RCA));
    assert!(found(mca, &all.merchant_signature, T::CARD));
    assert!(found(mca, &all.merchant_signature, T::MER.and(T::CARD)));
    assert!(!found(brand, mca, T::CCA.and(T::MCA).and(T::PCA)));
    assert!(!found(brand, mca, T::GCA));
}

#[test]
fn policies_are_the_issuers_and_qualified() {
    let all = hierarchy();
    let root = &all.root;
    let broken = ["certificate-policies"];
    breaks(&all.brand_ca, root, &broken, |tbs| {
        let id = oid::extension::CERTIFICATE_POLICIES;
        let mut policies: Vec<PolicyInformation> =
            set_core::x509::build::root_policy(SetQualifier::default())
                .unwrap()
                .to_vec();
        let qualifier = SetPolicyQualifier {
            root_qualifier: SetQualifier::default(),
            additional_policies: None,
        };
        let own = ObjectIdentifier::new_unwrap("2.23.42.5.99");
        policies.push(PolicyInformation::qualified(own, &qualifier).unwrap());
        let policies: SeqOf<PolicyInformation> = SeqOf::new(policies).unwrap();
        set_extension(tbs, id, extension(id, true, &policies));
    });
    breaks(&all.brand_ca, root, &broken, |tbs| {
        let id = oid::extension::CERTIFICATE_POLICIES;
        let policies: SeqOf<PolicyInformation> = SeqOf::<_, 1>::one(PolicyInformation {
            policy_identifier: oid::policy::ROOT,
            policy_qualifiers: None,
        });
        set_extension(tbs, id, extension(id, true, &policies));
    });
    breaks(&all.brand_ca, root, &broken, |tbs| {
        let id = oid::extension::POLICY_MAPPINGS;
        set_extension(tbs, id, extension(id, false, &true));
    });
}

#[test]
fn identifiers_and_periods_and_the_next_root_fit() {
    let all = hierarchy();
    let (root, mca) = (&all.root, &all.mca.cert_signing);
    breaks(&all.brand_ca, root, &["authority-key-identifier"], |tbs| {
        let id = oid::extension::AUTHORITY_KEY_IDENTIFIER;
        let other = hierarchy().brand_ca.certificate.issuer_and_serial_number();
        set_extension(
            tbs,
            id,
            extension(id, false, &AuthorityKeyIdentifier::of(other)),
        );
    });
    breaks(&all.brand_ca, root, &["authority-key-identifier"], |tbs| {
        let id = oid::extension::AUTHORITY_KEY_IDENTIFIER;
        let none = AuthorityKeyIdentifier {
            key_identifier: Some(OctetString::new([1; 20]).unwrap()),
            authority_cert_issuer: None,
            authority_cert_serial_number: None,
        };
        set_extension(tbs, id, extension(id, false, &none));
    });
    let period = |from, until| {
        let octets = altered(&all.merchant_signature, mca, |tbs| {
            let id = oid::extension::PRIVATE_KEY_USAGE_PERIOD;
            let period = PrivateKeyUsagePeriod {
                not_before: from,
                not_after: until,
            };
            set_extension(tbs, id, extension(id, false, &period));
        });
        errors(&octets, Some(&mca.certificate))
    };
    let broken = BTreeSet::from(["private-key-usage-period"]);
    let (early, late) = (noon().minus(31 * DAY), noon().plus(366 * DAY));
    assert_eq!(
        period(Some(noon()), Some(noon().plus(DAY))),
        BTreeSet::new()
    );
    assert_eq!(period(Some(noon()), None), broken);
    assert_eq!(period(None, Some(noon())), broken);
    assert_eq!(period(Some(noon()), Some(noon().minus(1))), broken);
    assert_eq!(period(Some(early), Some(noon())), broken);
    assert_eq!(period(Some(noon()), Some(late)), broken);
    breaks(root, root, &["hashed-root-key"], |tbs| {
        let id = oid::extension::HASHED_ROOT_KEY;
        let own = hierarchy().root.certificate.public_key();
        let hashed = HashedRootKey::announcing(own, &Deterministic::seeded(0)).unwrap();
        set_extension(tbs, id, extension(id, true, &hashed));
    });
    breaks(root, root, &["hashed-root-key", "encoding"], |tbs| {
        let id = oid::extension::HASHED_ROOT_KEY;
        set_extension(tbs, id, extension(id, true, &7_u64));
    });
}

#[test]
fn what_merchants_and_gateways_say_of_themselves_is_looked_at() {
    let all = hierarchy();
    let (mca, pca) = (&all.mca.cert_signing, &all.pca.cert_signing);
    breaks(&all.merchant_signature, mca, &["merchant-data"], |tbs| {
        let mut data = merchant_data().unwrap();
        let mut names = data.mer_name_seq.first().clone();
        names.name = "Another Shop".parse().unwrap();
        data.mer_name_seq = SeqOf::<_, 1, 32>::one(names);
        let id = oid::extension::MERCHANT_DATA;
        set_extension(tbs, id, extension(id, false, &data));
    });
    breaks(
        &all.merchant_signature,
        mca,
        &["merchant-data", "encoding"],
        |tbs| {
            let id = oid::extension::MERCHANT_DATA;
            set_extension(tbs, id, extension(id, false, &7_u64));
        },
    );
    breaks(
        &all.gateway_encryption,
        pca,
        &["gateway-extensions", "encoding"],
        |tbs| {
            let id = oid::extension::TUNNELING;
            set_extension(tbs, id, extension(id, false, &7_u64));
        },
    );
    breaks(
        &all.gateway_encryption,
        pca,
        &["gateway-extensions"],
        |tbs| {
            let id = oid::extension::SET_EXTENSIONS;
            let twice: SeqOf<ObjectIdentifier> = SeqOf::new(vec![id, id]).unwrap();
            set_extension(tbs, id, extension(id, false, &twice));
        },
    );
}

/// The contents of a good merchant certificate, and a key of nobody's for drafts.
fn merchant(alter: impl FnOnce(&mut CertificateContents)) -> Result<Certificate, X509Error> {
    let all = hierarchy();
    let issuer = &all.mca.cert_signing;
    let key = keys::rsa_1024(30).unwrap();
    let shop = brand_name(Some("Merchant Bank")).unwrap();
    let shop = shop.with_common_name("Corner Books").unwrap();
    let profile = Profile::Merchant {
        key: EntityKey::Signature,
        data: merchant_data().unwrap(),
    };
    let mut contents = contents(900, shop, &key, profile).unwrap();
    alter(&mut contents);
    let signatures = Arc::new(AtomicUsize::new(0));
    let real_key = PrivateKey::new(Counted {
        key: issuer.key.clone(),
        signatures: Arc::clone(&signatures),
    });
    let draft_key: DraftKey = keys::rsa_1024(31).unwrap().into();
    let provider = Deterministic::seeded(0);
    let issued = lint::issue(
        &contents,
        &issuer.certificate,
        &real_key,
        &draft_key,
        &provider,
    );
    let signed = signatures.load(Ordering::SeqCst);
    assert_eq!(signed, usize::from(issued.is_ok()));
    issued
}

/// A key that counts what it signs.
#[derive(Debug)]
struct Counted {
    key: PrivateKey,
    signatures: Arc<AtomicUsize>,
}

impl PrivateKeyOps for Counted {
    fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    fn sign_sha1(
        &self,
        provider: &dyn CryptoProvider,
        digest: &[u8; SHA1_LEN],
    ) -> Result<Vec<u8>, CryptoError> {
        self.signatures.fetch_add(1, Ordering::SeqCst);
        self.key.sign_sha1(provider, digest)
    }

    fn decrypt_raw(
        &self,
        provider: &dyn CryptoProvider,
        block: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.key.decrypt_raw(provider, block)
    }

    fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        None
    }
}

type Spoil = fn(&mut CertificateContents);

#[test]
fn only_what_passes_is_signed_with_the_real_key() {
    assert!(merchant(|_| {}).is_ok());
    let cases: [(&str, Spoil); 3] = [
        ("validity-nesting", |contents| {
            contents.not_after = noon().plus(400 * DAY);
        }),
        ("brand", |contents| {
            let name = SetName::new("US", "Cherry").unwrap();
            let name = name.with_unit("Bank").unwrap();
            contents.subject = name.with_common_name("Corner Books").unwrap();
        }),
        ("certificate-type", |contents| {
            contents.profile = Profile::GatewaySignature {
                set_extensions: None,
            };
        }),
    ];
    for (rule, alter) in cases {
        let Err(X509Error::Refused(refused)) = merchant(alter) else {
            panic!("{rule} was not refused");
        };
        assert!(
            refused.0.iter().any(|finding| finding.rule == rule),
            "{refused}"
        );
    }
}

const DAY: u64 = 86_400;
