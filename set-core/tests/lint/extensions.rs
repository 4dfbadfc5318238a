//! Rules about extensions.

use std::collections::BTreeSet;

use der::asn1::{ObjectIdentifier, OctetString};
use set_core::asn1::{SeqOf, oid};
use set_core::x509::ext::{
    AuthorityKeyIdentifier, BasicConstraints, CertificateType, HashedRootKey, KeyUsage,
    PolicyInformation, PrivateKeyUsagePeriod, SetPolicyQualifier, SetQualifier,
};
use set_core::x509::extension::Extension;
use set_testkit::Deterministic;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{Issued, hierarchy, merchant_data};

use super::{DAY, altered, breaks, errors, extension, set_extension};

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
