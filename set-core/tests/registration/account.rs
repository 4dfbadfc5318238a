//! Cardholders whose account has no card.

use set_core::asn1::{self, Limits, Raw, oid};
use set_core::crypto::RustCrypto;
use set_core::msg::back_key::BackKeyData;
use set_core::msg::cert::cert_req::{AcctData, CertReq, CertReqData, PanData0};
use set_core::msg::cert::cert_res::{CertRes, CertResData, CertStatusCode};
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageWrapper;
use set_core::path::Purpose;
use set_core::pkcs7::IssuerAndSerialNumber;
use set_core::registration::EndEntity;
use set_core::secret::{AcctIdentification, CardSecret, ExNonce, PanSecret};
use set_core::treatment::ek::Cipher;
use set_core::treatment::enc::Types;
use set_core::treatment::{Attached, Signer, enc_k, enc_x, s};
use set_core::x509::name::unique_account_id;

use crate::rig::{ACCOUNT, Applying, Office, good_answers, key};

const ENC_X: Types = Types {
    tbe: oid::content::CERT_REQ_TBEX,
    tbs: oid::content::CERT_REQ_TBS,
};

const ANSWER: Types = Types {
    tbe: oid::content::CERT_RES_TBE,
    tbs: oid::content::CERT_RES_DATA,
};

/// A cardholder's request with AcctData in place of PANData0, and its back key.
fn with_account(office: &Office, octets: &[u8], account: &AcctData) -> (Vec<u8>, BackKeyData) {
    let mut wrapper: MessageWrapper = asn1::decode(octets, &Limits::default()).unwrap();
    let Message::CertReq(message) = &mut wrapper.message else {
        panic!("no CertReq");
    };
    let CertReq::Encx(envelope) = &mut **message else {
        panic!("no EncX");
    };
    let ours = &office.ca.encryption;
    let opened: enc_x::Opened<CertReqData, PanData0> =
        enc_x::open(&RustCrypto, &ours.key, ENC_X, envelope).unwrap();
    let signer = Signer {
        key: &key(0),
        certificate: IssuerAndSerialNumber::none(),
    };
    *envelope = enc_x::enc_x(
        &RustCrypto,
        &[signer],
        &ours.recipient(),
        ENC_X,
        &opened.t,
        account,
        &Attached::none(),
    )
    .unwrap();
    let back_key = opened.t.into_value().ca_back_key_data.unwrap();
    (asn1::encode(&wrapper).unwrap(), back_key)
}

#[test]
fn a_cardholder_whose_account_has_no_card_is_named_by_a_hash_that_the_account_explains() {
    let office = Office::of(EndEntity::Cardholder);
    let mut wallet = Applying::new(80);
    let (_, request) = wallet.card_filed(&office, good_answers());
    let account = AcctData {
        acct_identification: AcctIdentification::padded(ACCOUNT).unwrap(),
        ex_nonce: ExNonce::from_octets([0x5a; 20]),
    };
    let (request, back_key) = with_account(&office, &request, &account);
    let answer = office.answer(&request).unwrap();
    assert_eq!(office.last.get(), Some(CertStatusCode::RequestComplete));
    assert_eq!(*office.asked.borrow(), ["account holder"]);

    let wrapper: MessageWrapper = asn1::decode(&answer, &Limits::default()).unwrap();
    let Message::CertRes(answer) = wrapper.message else {
        panic!("no CertRes");
    };
    let CertRes::CertResTbsx(sealed) = *answer else {
        panic!("it is not encrypted");
    };
    let signed = enc_k::open(
        &RustCrypto,
        Cipher::Des,
        &back_key.back_key,
        ANSWER,
        &sealed,
    );
    let signed = signed.unwrap();
    let data: Raw<CertResData> = s::unverified(&signed, ANSWER.tbs).unwrap();
    let nonce_cca = data.cert_status.nonce_cca.as_ref().unwrap();
    let half = CardSecret::from_octets(*account.ex_nonce.expose());
    let pan_secret = PanSecret::combine(&half, nonce_cca.expose());
    let id = unique_account_id(&account.acct_identification, &pan_secret, &RustCrypto).unwrap();
    assert_eq!(id.len(), 28);

    let context = wallet.tools.context();
    let mut trust = wallet.trust.clone();
    trust
        .learn(&context, &signed, data.brand_crl_identifier.as_ref())
        .unwrap();
    let thumbs = data.cert_thumbs.as_ref().unwrap();
    let thumb = set_core::msg::thumbs::CertThumb {
        digest_algorithm: thumbs.digest_algorithm.clone(),
        thumbprint: thumbs.cert_thumbs.as_deref().unwrap()[0],
    };
    let verified = trust.by_thumb(&context, &thumb, Purpose::CardholderSignature);
    let verified = verified.unwrap();
    let subject = verified.certificate().subject_name().unwrap();
    assert_eq!(subject.common_name(), Some(id.as_str()));
    assert_eq!(verified.certificate().public_key(), key(0).public_key());
}

#[test]
fn every_part_of_an_account_is_in_its_id() {
    let id = |account: &str, secret: u8| {
        unique_account_id(
            &AcctIdentification::padded(account).unwrap(),
            &PanSecret::from_octets([secret; 20]),
            &RustCrypto,
        )
        .unwrap()
    };
    let own = id(ACCOUNT, 7);
    assert_eq!(own, id(&format!("{ACCOUNT:<74}"), 7));
    assert_ne!(own, id(ACCOUNT, 8));
    assert_ne!(own, id(&ACCOUNT.replace('7', "6"), 7));
}
