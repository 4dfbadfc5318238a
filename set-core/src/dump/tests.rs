use super::*;
use crate::asn1::{self, Opaque, SeqOf, oid};
use crate::msg::back_key::BackKeyData;
use crate::msg::payment::account::PanToken;
use crate::msg::payment::p_req::HodInput;
use crate::msg::tags::{MsgExtension, MsgExtensions};
use crate::pkcs7::{AlgorithmIdentifier, ContentInfo};
use crate::secret::{BackKey, CardExpiry, ExNonce, Pan};
use der::asn1::OctetString;

fn shown(octets: &[u8], schema: &'static Schema) -> String {
    let mut out = String::new();
    text(octets, schema, &mut out).unwrap();
    out
}

fn token() -> PanToken {
    PanToken {
        pan: Pan::new("4111111111111111").unwrap(),
        card_expiry: CardExpiry::new("199912").unwrap(),
        ex_nonce: ExNonce::from_octets([0xab; 20]),
    }
}

#[test]
fn secrets_are_redacted_and_the_rest_is_not() {
    let octets = asn1::encode(&token()).unwrap();
    let out = shown(&octets, PanToken::SCHEMA);
    assert!(out.contains("NumericString pan PAN: [redacted]"), "{out}");
    assert!(out.contains("exNonce Nonce: [redacted]"), "{out}");
    assert!(!out.contains("abab"), "{out}");
    assert!(!out.contains("4111") && !out.contains("34313131"), "{out}");

    let key = BackKeyData {
        back_alg_id: AlgorithmIdentifier::cbc(oid::algorithm::DES_CBC, &[1; 8]).unwrap(),
        back_key: BackKey::from_octets([0x5a; 20]),
    };
    let out = shown(&asn1::encode(&key).unwrap(), BackKeyData::SCHEMA);
    assert!(out.contains("1.3.14.3.2.7 (desCBC)"), "{out}");
    assert!(!out.contains("5a5a"), "{out}");
}

#[test]
fn a_secret_in_the_wrong_place_is_redacted_as_well() {
    let mut octets = asn1::encode(&token()).unwrap();
    octets[2] = 0x1a; // the PAN as a VisibleString
    let out = shown(&octets, PanToken::SCHEMA);
    assert!(out.contains("! unexpected"), "{out}");
    assert!(!out.contains("41111111"), "{out}");
}

#[test]
fn free_text_with_an_account_number_is_masked() {
    let octets = b"\x04\x104111111111111111";
    let out = shown(octets, <OctetString as Asn1>::SCHEMA);
    assert_eq!(
        out,
        "     0 2+16    OCTET STRING OCTET STRING: 343131313131************31313131\n"
    );
    let out = shown(
        b"\x1a\x104111111111111111",
        crate::msg::ids::SwIdent::SCHEMA,
    );
    assert!(out.contains("\"411111******1111\""), "{out}");
}

#[test]
fn card_data_in_a_message_extension_is_redacted() {
    let extension = |extn_id| MsgExtension {
        extn_id,
        critical: true,
        extn_value: OctetString::new(b"\x04\x02ab".as_slice()).unwrap(),
    };
    let extensions = MsgExtensions::new(vec![
        extension(oid::message_extension::TRACK_2),
        extension(oid::message_extension::MERCHANT_INITIATED),
    ])
    .unwrap();
    let out = shown(&asn1::encode(&extensions).unwrap(), MsgExtensions::SCHEMA);
    assert_eq!(out.matches("[redacted]").count(), 1, "{out}");
    assert_eq!(out.matches("04026162").count(), 1, "{out}");
}

#[test]
fn content_is_shown_as_what_its_content_type_says() {
    let input = HodInput {
        od: OctetString::new(b"two books".as_slice()).unwrap(),
        purch_amt: asn1::decode(
            b"\x30\x0b\x02\x02\x03\x48\x02\x02\x32\x96\x02\x01\xfe",
            &asn1::Limits::default(),
        )
        .unwrap(),
        od_salt: [7; 20].into(),
        install_recur_data: None,
        od_extensions: None,
    };
    let info = ContentInfo {
        content_type: oid::content::HOD_INPUT,
        content: Some(Opaque::of(&input).unwrap()),
    };
    let octets = asn1::encode(&info).unwrap();
    let out = shown(&octets, ContentInfo::SCHEMA);
    assert!(out.contains("[0] content HODInput"), "{out}");
    assert!(
        out.contains("INTEGER amount INTEGER (0..MAX): 12950"),
        "{out}"
    );
    let out = json(&octets, ContentInfo::SCHEMA);
    assert!(
        out.contains(
            r#""name":"amount","type":"INTEGER (0..MAX)","tag":"INTEGER","value":"12950","offset":"#
        ),
        "{out}"
    );
}

#[test]
fn octets_that_do_not_fit_the_schema_are_remarked_upon() {
    for (octets, remark) in [
        (
            &b"\x30\x00"[..],
            "missing at the end: pan, cardExpiry, exNonce",
        ),
        (b"\x30\x03\x12\x05", "the octets end in the middle"),
        (b"\x30\x02\x02\x05", "the octets end in the middle"),
        (b"\x02\x01\x05", "not a PANToken"),
        (b"\x30\x80\x00\x00", "indefinite length"),
        (b"\x30\x00\x05\x00", "after the end"),
        (b"\x30\x08\x12\x06199912", "missing at the end"),
    ] {
        let out = shown(octets, PanToken::SCHEMA);
        assert!(out.contains(remark), "{out}");
    }
}

#[test]
fn nesting_and_number_of_elements_are_bounded() {
    let mut deep = vec![5, 0];
    for _ in 0..200 {
        let length = deep.len();
        let mut outer = vec![0x30, 0x82];
        outer.extend(u16::try_from(length).unwrap().to_be_bytes());
        if length < 128 {
            outer = vec![0x30, u8::try_from(length).unwrap()];
        } else if length < 256 {
            outer = vec![0x30, 0x81, u8::try_from(length).unwrap()];
        }
        outer.extend(&deep);
        deep = outer;
    }
    let out = shown(&deep, Opaque::SCHEMA);
    assert!(out.contains("not shown: too much"));

    let nulls = SeqOf::<der::asn1::Null>::new(vec![der::asn1::Null; 100_000]).unwrap();
    let out = shown(&asn1::encode(&nulls).unwrap(), Opaque::SCHEMA);
    assert!(out.lines().count() <= 65_537);
    assert!(out.contains("not shown: the rest"));
}

#[test]
fn long_values_are_shortened() {
    let octets = asn1::encode(&OctetString::new(vec![0xee; 5000]).unwrap()).unwrap();
    let out = shown(&octets, Opaque::SCHEMA);
    assert!(out.len() < 200 && out.contains("… (5000 octets)"), "{out}");
}
