//! Certificate messages: every type with every field, there and back.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use core::fmt::Debug;

use der::asn1::OctetString;
use set_core::asn1::{self, Asn1, Date, DecodeError, Fault, Limits, Raw, SeqOf, Wire, oid};
use set_core::msg::amount::Currency;
use set_core::msg::back_key::BackKeyData;
use set_core::msg::cert::bci_distribution::BciDistributionTbs;
use set_core::msg::cert::card_c_init::{CardCInitReq, CardCInitResTbs};
use set_core::msg::cert::cert_inq::CertInqReqTbs;
use set_core::msg::cert::cert_req::{
    AcctData, AcctInfo, CertReqData, CertReqTbs, FieldValue, PanData0, PublicKeySorE, RegFormItem,
};
use set_core::msg::cert::cert_res::{
    CaMsg, CertResData, CertStatus, CertStatusCode, FailedItem, ItemNumber,
};
use set_core::msg::cert::crl_notification::{CrlNotificationResTbs, CrlNotificationTbs};
use set_core::msg::cert::id_data::{AcquirerBusinessId, AcquirerId, IdData, MerchantAcquirerId};
use set_core::msg::cert::me_aq_c_init::{MeAqCInitReq, MeAqCInitResTbs};
use set_core::msg::cert::reg_form::{
    FieldLen, PanOnly, ReferralData, RegField, RegFormData, RegFormOrReferral, RegFormReqData,
    RegFormResTbs, RegTemplate,
};
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::ids::{Bin, BrandId, Challenge, Language, LocalId, MerchantId, Nonce, Rrpid};
use set_core::msg::thumbs::{CertThumb, Thumbs};
use set_core::pkcs7::AlgorithmIdentifier;
use set_core::secret::{AcctIdentification, BackKey, CardExpiry, CardSecret, ExNonce, Pan, Secret};
use set_core::x509::spki::SubjectPublicKeyInfo;
use set_core::x509::thumbs::{cert_thumb, thumbs_of};
use set_testkit::Deterministic;
use set_testkit::hierarchy::hierarchy;

/// Encodes, decodes, and expects the same value and the same octets.
#[track_caller]
fn round_trip<T: Wire + PartialEq + Debug>(value: &T) -> Vec<u8> {
    let octets = asn1::encode(value).unwrap();
    let back: T = asn1::decode(&octets, &Limits::default()).unwrap();
    assert_eq!(back, *value);
    assert_eq!(asn1::encode(&back).unwrap(), octets);
    for end in 0..octets.len() {
        assert!(asn1::decode::<T>(&octets[..end], &Limits::default()).is_err());
    }
    let shown = format!("{value:?}");
    for secret in ["4111111111111111", "Maiden", "IBAN"] {
        assert!(!shown.contains(secret), "{}", T::SCHEMA.name);
    }
    octets
}

fn rrpid() -> Rrpid {
    Rrpid::new([1; 20])
}

fn lid(octet: u8) -> LocalId {
    LocalId::new(vec![octet; 5]).unwrap()
}

fn challenge(octet: u8) -> Challenge {
    Challenge::new([octet; 20])
}

fn date() -> Date {
    Date::from_unix(865_425_600).unwrap()
}

fn language() -> Language {
    Language::new("en-US").unwrap()
}

fn thumbs() -> Option<Thumbs> {
    let brand = hierarchy();
    let bcis = [brand.bci.clone()];
    let provider = Deterministic::seeded(1);
    thumbs_of(&brand.certificates(), &brand.crls, &bcis, &provider).unwrap()
}

fn thumb() -> CertThumb {
    let certificate = &hierarchy().cca.encryption.certificate;
    cert_thumb(certificate, &Deterministic::seeded(1)).unwrap()
}

fn field() -> RegField {
    RegField {
        field_id: Some("1.2.3".parse().unwrap()),
        field_name: "Mother's name".parse().unwrap(),
        field_desc: Some("as on the card's form".parse().unwrap()),
        field_len: FieldLen::new(30).unwrap(),
        field_required: true,
        field_invisible: true,
    }
}

fn form() -> RegFormOrReferral {
    RegFormOrReferral::RegFormData(RegFormData {
        reg_template: Some(RegTemplate {
            reg_form_id: 7,
            brand_logo_url: Some("http://example.com/brand".parse().unwrap()),
            card_logo_url: Some("http://example.com/card".parse().unwrap()),
            reg_field_seq: Some(SeqOf::<_, 1>::one(field())),
        }),
        policy: "Be good. 守る".parse().unwrap(),
    })
}

fn referral() -> RegFormOrReferral {
    RegFormOrReferral::ReferralData(ReferralData {
        reason: Some("Ask the issuer".parse().unwrap()),
        referral_url_seq: Some(SeqOf::<_, 1>::one("http://example.com".parse().unwrap())),
    })
}

fn merchant_id() -> IdData {
    IdData::MerchantAcquirerId(MerchantAcquirerId {
        merchant_bin: Bin::new("455555").unwrap(),
        merchant_id: MerchantId::new("MER-0001").unwrap(),
    })
}

fn acquirer_id() -> IdData {
    IdData::AcquirerId(AcquirerId {
        acquirer_bin: Bin::new("455555").unwrap(),
        acquirer_business_id: Some(AcquirerBusinessId::new("12").unwrap()),
    })
}

fn pan_data0() -> PanData0 {
    PanData0 {
        pan: Pan::new("4111111111111111").unwrap(),
        card_expiry: CardExpiry::new("199912").unwrap(),
        card_secret: CardSecret::from_octets([3; 20]),
        ex_nonce: ExNonce::from_octets([4; 20]),
    }
}

fn cert_req_data() -> CertReqData {
    let brand = hierarchy();
    let key = |key: &set_core::crypto::PrivateKey| {
        Some(SubjectPublicKeyInfo::of(key.public_key()).unwrap())
    };
    let item = |field_value| RegFormItem {
        field_name: "Mother's name".parse().unwrap(),
        field_value,
    };
    CertReqData {
        rrpid: rrpid(),
        lid_ee: lid(1),
        chall_ee3: challenge(3),
        lid_ca: Some(lid(2)),
        chall_ca: Some(challenge(4)),
        request_type: RequestType::MerInitialBoth,
        request_date: date(),
        id_data: Some(merchant_id()),
        reg_form_id: 7,
        reg_form: Some(
            SeqOf::new(vec![
                item(FieldValue::SetString("Maiden".parse().unwrap())),
                item(FieldValue::OctetString(
                    OctetString::new(b"Maiden".as_slice()).unwrap(),
                )),
            ])
            .unwrap(),
        ),
        ca_back_key_data: Some(BackKeyData {
            back_alg_id: AlgorithmIdentifier::cbc(oid::algorithm::DES_CBC, &[0; 8]).unwrap(),
            back_key: BackKey::from_octets([5; 20]),
        }),
        public_key_s_or_e: PublicKeySorE {
            public_key_s: key(&brand.merchant_signature.key),
            public_key_e: key(&brand.merchant_encryption.key),
        },
        ee_thumb: Some(thumb()),
        thumbs: thumbs(),
    }
}

#[test]
fn the_cardholders_initiation_comes_back() {
    round_trip(&CardCInitReq {
        rrpid: rrpid(),
        lid_ee: lid(1),
        chall_ee: challenge(2),
        brand_id: BrandId::new("Orchard:Gold").unwrap(),
        thumbs: thumbs(),
    });
    round_trip(&CardCInitResTbs {
        rrpid: rrpid(),
        lid_ee: lid(1),
        chall_ee: challenge(2),
        lid_ca: Some(lid(2)),
        cae_thumb: thumb(),
        brand_crl_identifier: Some(hierarchy().bci.clone()),
        thumbs: thumbs(),
    });
}

#[test]
fn registration_forms_come_back() {
    round_trip(&RegFormReqData {
        rrpid: rrpid(),
        lid_ee: lid(1),
        chall_ee2: challenge(2),
        lid_ca: Some(lid(2)),
        request_type: RequestType::CardInitialSig,
        language: language(),
        thumbs: thumbs(),
    });
    round_trip(&PanOnly {
        pan: Pan::new("4111111111111111").unwrap(),
        ex_nonce: ExNonce::from_octets([6; 20]),
    });
    for form_or_referral in [form(), referral()] {
        round_trip(&RegFormResTbs {
            rrpid: rrpid(),
            lid_ee: lid(1),
            chall_ee2: challenge(2),
            lid_ca: Some(lid(2)),
            chall_ca: challenge(3),
            cae_thumb: Some(thumb()),
            request_type: RequestType::CardRenewalSig,
            form_or_referral,
            brand_crl_identifier: Some(hierarchy().bci.clone()),
            thumbs: thumbs(),
        });
    }
}

#[test]
fn a_merchants_or_acquirers_initiation_comes_back() {
    for id_data in [merchant_id(), acquirer_id()] {
        round_trip(&MeAqCInitReq {
            rrpid: rrpid(),
            lid_ee: lid(1),
            chall_ee: challenge(2),
            request_type: RequestType::PgwyInitialBoth,
            id_data,
            brand_id: BrandId::new("Orchard").unwrap(),
            language: language(),
            thumbs: thumbs(),
        });
    }
    round_trip(&MeAqCInitResTbs {
        rrpid: rrpid(),
        lid_ee: lid(1),
        chall_ee: challenge(2),
        lid_ca: Some(lid(2)),
        chall_ca: challenge(3),
        request_type: RequestType::MerInitialBoth,
        form_or_referral: form(),
        acct_data_field: Some(field()),
        cae_thumb: thumb(),
        brand_crl_identifier: Some(hierarchy().bci.clone()),
        thumbs: thumbs(),
    });
}

#[test]
fn a_certificate_request_comes_back_with_either_account() {
    round_trip(&cert_req_data());
    let acct = AcctData {
        acct_identification: AcctIdentification::padded("IBAN 1").unwrap(),
        ex_nonce: ExNonce::from_octets([4; 20]),
    };
    for p in [AcctInfo::PanData0(pan_data0()), AcctInfo::AcctData(acct)] {
        let t = Raw::new(cert_req_data()).unwrap();
        round_trip(&CertReqTbs { t, p });
    }
}

#[test]
fn a_certificate_answer_comes_back() {
    round_trip(&CertResData {
        rrpid: rrpid(),
        lid_ee: lid(1),
        chall_ee3: challenge(2),
        lid_ca: lid(2),
        cert_status: CertStatus {
            cert_status_code: CertStatusCode::RegFormAnswerMalformed,
            nonce_cca: Some(Secret::from_octets([8; 20])),
            ee_message: Some("once more".parse().unwrap()),
            ca_msg: Some(CaMsg {
                card_logo_url: Some("http://example.com/card".parse().unwrap()),
                brand_logo_url: Some("http://example.com/brand".parse().unwrap()),
                card_currency: Some(Currency::new(840).unwrap()),
                cardholder_msg: Some("Welcome".parse().unwrap()),
            }),
            failed_item_seq: Some(SeqOf::<_, 1>::one(FailedItem {
                item_number: ItemNumber::new(50).unwrap(),
                item_reason: "too short".parse().unwrap(),
            })),
        },
        cert_thumbs: thumbs(),
        brand_crl_identifier: Some(hierarchy().bci.clone()),
        thumbs: thumbs(),
    });
}

#[test]
fn inquiries_notices_and_distributions_come_back() {
    for id_data in [None, Some(merchant_id()), Some(acquirer_id())] {
        round_trip(&CertInqReqTbs {
            rrpid: rrpid(),
            lid_ee: lid(1),
            chall_ee3: challenge(2),
            lid_ca: lid(2),
            id_data,
            thumbs: thumbs(),
        });
    }
    round_trip(&CrlNotificationTbs {
        date: date(),
        crl_thumbprint: thumb(),
    });
    round_trip(&CrlNotificationResTbs {
        date: date(),
        crl_thumbprint: thumb(),
    });
    for brand_crl_identifier in [None, Some(hierarchy().bci.clone())] {
        round_trip(&BciDistributionTbs {
            date: date(),
            brand_crl_identifier,
        });
    }
}

#[test]
fn defaults_are_not_written_and_bounds_are_kept() {
    let plain = RegField {
        field_id: None,
        field_desc: None,
        field_len: FieldLen::MAX,
        field_required: false,
        field_invisible: false,
        field_name: "a".parse().unwrap(),
    };
    assert_eq!(round_trip(&plain), b"\x30\x03\x1a\x01a");
    let fault = |octets: &[u8]| -> Fault {
        let error: DecodeError = asn1::decode::<RegField>(octets, &Limits::default()).unwrap_err();
        error.fault().clone()
    };
    assert_eq!(
        fault(b"\x30\x06\x1a\x01a\x02\x01\x7f"),
        Fault::DefaultEncoded
    );
    assert_eq!(
        fault(b"\x30\x06\x1a\x01a\x82\x01\x00"),
        Fault::DefaultEncoded
    );
    assert!(matches!(
        fault(b"\x30\x06\x1a\x01a\x02\x01\x00"),
        Fault::Value { .. }
    ));
    assert!(matches!(fault(b"\x30\x02\x1a\x00"), Fault::Value { .. }));
    let limits = Limits::default();
    assert!(asn1::decode::<RequestType>(b"\x0a\x01\x02", &limits).is_err());
    assert!(asn1::decode::<CertStatusCode>(b"\x0a\x01\x00", &limits).is_err());
    assert!(asn1::decode::<ItemNumber>(b"\x02\x01\x33", &limits).is_err());
}

#[test]
fn account_data_prints_nothing_of_the_account() {
    let shown = format!("{:?}", pan_data0());
    assert_eq!(
        shown,
        "PanData0 { pan: [redacted], card_expiry: [redacted], card_secret: [redacted], \
         ex_nonce: [redacted] }"
    );
    assert!(FieldValue::SCHEMA.secret);
    assert!(Nonce::SCHEMA.name == "Nonce" && ExNonce::SCHEMA.secret);
}
