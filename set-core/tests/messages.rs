//! Golden vectors: one wrapper for each message, one value for each content type.
//!
//! `tests/vectors/messages` holds each as DER and as annotated text. With `SET_BLESS=1` in
//! the environment they are written anew.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use der::asn1::ObjectIdentifier;
use set_core::asn1::oid::{self, content};
use set_core::asn1::{Asn1, Limits, Shape, Tagging};
use set_core::dump;
use set_core::msg::wrapper::MessageHeader;
use set_core::msg::{Message, registry};
use set_testkit::externals;
use set_testkit::files::package_folder;
use set_testkit::generate::{Fullness, Generator, context, tlv};

#[test]
fn golden_vectors_decode_encode_and_print_as_frozen() {
    let bless = env::var_os("SET_BLESS").is_some_and(|value| value == "1");
    let vectors = vectors();
    for (name, octets) in &vectors {
        let (der, text) = (
            folder().join(name),
            folder().join(name).with_extension("txt"),
        );
        let type_name = name.split('.').next().unwrap();
        let entry = registry::find(type_name).unwrap();
        if bless {
            let mut shown = String::new();
            dump::text(octets, entry.schema, &mut shown).unwrap();
            fs::create_dir_all(folder()).unwrap();
            fs::write(&der, octets).unwrap();
            fs::write(&text, shown).unwrap();
        }
        let frozen = fs::read(&der).unwrap();
        let again = entry.reencode(&frozen, &Limits::default());
        assert_eq!(again.as_ref(), Ok(&frozen), "{name}");
        let mut shown = String::new();
        dump::text(&frozen, entry.schema, &mut shown).unwrap();
        assert_eq!(shown, fs::read_to_string(&text).unwrap(), "{name}");
        assert!(!shown.contains(" ! "), "{name} has a remark");
    }
    let files = fs::read_dir(folder()).unwrap().count();
    assert_eq!(
        files,
        2 * vectors.len() + 1,
        "nothing but vectors and README.md"
    );
}

#[test]
fn an_independent_decoder_reads_and_writes_every_vector() {
    let Some(python) = externals::require("python3") else {
        return;
    };
    let tests = package_folder();
    let run = Command::new(python)
        .arg(tests.join("tests/tools/decode.py"))
        .arg(tests.join("asn1"))
        .arg(folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    if run.status.code() == Some(3) {
        externals::missing(said.trim());
        return;
    }
    assert!(
        run.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let expected = format!("{} files came back octet for octet", vectors().len());
    assert_eq!(said.lines().last(), Some(expected.as_str()));
}

fn folder() -> PathBuf {
    package_folder().join("tests/vectors/messages")
}

/// File names and octets of all vectors, as the generator makes them today.
fn vectors() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let Shape::Choice(alternatives) = &Message::SCHEMA.shape else {
        panic!("Message is a CHOICE");
    };
    for (name, alternative) in Message::NAMES.iter().zip(*alternatives) {
        let mut generator = Generator::new(seed(name), Fullness::Some);
        let header = generator.value(MessageHeader::SCHEMA);
        if let Some(id) = content_of(name) {
            generator = generator.with_content(id);
        }
        let message = generator.value(alternative.schema);
        let Tagging::Explicit(number) = alternative.tagging else {
            panic!("every message has its tag");
        };
        let message = tlv(context(0, true), &tlv(context(number, true), &message));
        let octets = tlv(vec![0x30], &[header, message].concat());
        all.push((format!("MessageWrapper.{name}.der"), octets));
    }
    for (id, schema) in set_core::msg::content::TYPES {
        let name = oid::name(id).expect("a name for each content type");
        // Three names of the contract stand for one structure.
        let type_name = registry::find(name).map_or(schema.name, |entry| entry.name);
        let mut generator = Generator::new(seed(name), Fullness::Some);
        if let Some(id) = content_of(name) {
            generator = generator.with_content(id);
        }
        let octets = generator.value(schema);
        let file = if type_name == name {
            format!("{name}.der")
        } else {
            format!("{type_name}.{name}.der")
        };
        all.push((file, octets));
    }
    all
}

/// What is inside the envelope of this name.
fn content_of(name: &str) -> Option<ObjectIdentifier> {
    ENVELOPES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, id)| *id)
}

fn seed(name: &str) -> u64 {
    name.bytes().fold(1998, |seed, octet| {
        (seed ^ u64::from(octet)).wrapping_mul(0x100_0000_01b3)
    })
}

const ENVELOPES: &[(&str, ObjectIdentifier)] = &[
    ("PInitRes", content::P_INIT_RES_DATA),
    ("PRes", content::P_RES_DATA),
    ("InqReq", content::INQ_REQ_DATA),
    ("InqRes", content::P_RES_DATA),
    ("AuthReq", content::AUTH_REQ_TBE),
    ("AuthReqTBE", content::AUTH_REQ_TBS),
    ("AuthRes", content::AUTH_RES_TBE),
    ("AuthResTBE", content::AUTH_RES_TBS),
    ("AuthRevReq", content::AUTH_REV_REQ_TBE),
    ("AuthRevReqTBE", content::AUTH_REV_REQ_TBS),
    ("AuthRevRes", content::AUTH_REV_RES_TBE),
    ("AuthRevResTBE", content::AUTH_REV_RES_DATA),
    ("AuthRevResTBEB", content::AUTH_REV_RES_TBS),
    ("CapReq", content::CAP_REQ_TBE),
    ("CapReqTBE", content::CAP_REQ_TBS),
    ("CapRes", content::CAP_RES_TBE),
    ("CapResTBE", content::CAP_RES_DATA),
    ("CapRevReq", content::CAP_REV_REQ_TBE),
    ("CapRevReqTBE", content::CAP_REV_REQ_TBS),
    ("CapRevRes", content::CAP_REV_RES_TBE),
    ("CapRevResTBE", content::CAP_REV_RES_DATA),
    ("CredReq", content::CRED_REQ_TBE),
    ("CredReqTBE", content::CRED_REQ_TBS),
    ("CredRes", content::CRED_RES_TBE),
    ("CredResTBE", content::CRED_RES_DATA),
    ("CredRevReq", content::CRED_REV_REQ_TBE),
    ("CredRevReqTBE", content::CRED_REV_REQ_TBS),
    ("CredRevRes", content::CRED_REV_RES_TBE),
    ("CredRevResTBE", content::CRED_REV_RES_DATA),
    ("CapTokenTBE", content::CAP_TOKEN_DATA),
    ("AcqCardCodeMsgTBE", content::ACQ_CARD_CODE_MSG),
    ("PCertReq", content::P_CERT_REQ_DATA),
    ("PCertRes", content::P_CERT_RES_TBS),
    ("BatchAdminReq", content::BATCH_ADMIN_REQ_TBE),
    ("BatchAdminReqTBE", content::BATCH_ADMIN_REQ_DATA),
    ("BatchAdminRes", content::BATCH_ADMIN_RES_TBE),
    ("BatchAdminResTBE", content::BATCH_ADMIN_RES_DATA),
    ("CardCInitRes", content::CARD_C_INIT_RES_TBS),
    ("Me-AqCInitRes", content::ME_AQ_C_INIT_RES_TBS),
    ("RegFormReq", content::REG_FORM_REQ_TBE),
    ("RegFormRes", content::REG_FORM_RES_TBS),
    ("CertReqTBE", content::CERT_REQ_DATA),
    ("CertResTBE", content::CERT_RES_DATA),
    ("CertInqReq", content::CERT_INQ_REQ_TBS),
];
