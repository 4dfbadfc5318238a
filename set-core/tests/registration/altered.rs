//! Messages altered in flight or by the entity itself, each with its exact outcome.

use der::asn1::ObjectIdentifier;
use set_core::asn1::{self, Limits, Raw, oid};
use set_core::ca::record::UniqueCardholderId;
use set_core::ca::{Decision, Registration};
use set_core::error::{Error, PeerFault};
use set_core::exchange;
use set_core::msg::cert::cert_req::{CertReq, CertReqData, PanData0, RegFormItem};
use set_core::msg::cert::cert_res::CertStatusCode;
use set_core::msg::cert::me_aq_c_init::MeAqCInitResTbs;
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{Challenge, LocalId, Rrpid};
use set_core::msg::message::Message;
use set_core::msg::thumbs::CertThumb;
use set_core::msg::wrapper::MessageWrapper;
use set_core::pkcs7::{AlgorithmIdentifier, IssuerAndSerialNumber};
use set_core::registration::{EndEntity, Initiating, NewKeys, Verdict};
use set_core::secret::Pan;
use set_core::treatment::enc::Types;
use set_core::treatment::{Attached, Signer, e, enc, enc_x, s};
use set_core::x509::SetName;
use set_core::x509::spki::SubjectPublicKeyInfo;

use crate::rig::{Applying, Office, both_keys, good_answers, grant, key, merchant};

const ENC: Types = Types {
    tbe: oid::content::CERT_REQ_TBE,
    tbs: oid::content::CERT_REQ_DATA,
};

const ENC_X: Types = Types {
    tbe: oid::content::CERT_REQ_TBEX,
    tbs: oid::content::CERT_REQ_TBS,
};

/// The message alone, altered, in its old wrapper.
fn rewrap(octets: &[u8], alter: impl FnOnce(&mut MessageWrapper)) -> Vec<u8> {
    let mut wrapper: MessageWrapper = asn1::decode(octets, &Limits::default()).unwrap();
    alter(&mut wrapper);
    asn1::encode(&wrapper).unwrap()
}

/// The code that a cardholder gets who alters its own request and signs it as it is then.
fn card_code(alter: impl FnOnce(&mut CertReqData, &mut PanData0)) -> CertStatusCode {
    let office = Office::of(EndEntity::Cardholder);
    let mut wallet = Applying::new(60);
    let (state, request) = wallet.card_filed(&office, good_answers());
    let crypto = &wallet.tools.crypto;
    let request = rewrap(&request, |wrapper| {
        let Message::CertReq(message) = &mut wrapper.message else {
            panic!("no CertReq");
        };
        let CertReq::Encx(envelope) = &mut **message else {
            panic!("no EncX");
        };
        let opened: enc_x::Opened<CertReqData, PanData0> =
            enc_x::open(crypto, &office.ca.encryption.key, ENC_X, envelope).unwrap();
        let (mut data, mut account) = (opened.t.into_value(), opened.p);
        alter(&mut data, &mut account);
        *envelope = enc_x::enc_x(
            crypto,
            &[Signer {
                key: &key(0),
                certificate: IssuerAndSerialNumber::none(),
            }],
            &office.ca.encryption.recipient(),
            ENC_X,
            &Raw::new(data).unwrap(),
            &account,
            &Attached::none(),
        )
        .unwrap();
    });
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
        .unwrap();
    assert!(office.asked.borrow().is_empty());
    match verdict {
        Verdict::Refused(refused) => refused.code,
        other => panic!("{other:?}"),
    }
}

/// The code for a cardholder whose back key is for a cipher that there is none of.
pub(crate) fn unknown_cipher() -> CertStatusCode {
    answer_under(oid::algorithm::SHA1)
}

fn answer_under(cipher: ObjectIdentifier) -> CertStatusCode {
    card_code(|data, _| {
        let back = data.ca_back_key_data.as_mut().unwrap();
        back.back_alg_id = AlgorithmIdentifier::cbc(cipher, &[0; 8]).unwrap();
    })
}

/// A merchant's CertReq with other answers under the old signature.
pub(crate) fn with_other_answers(
    office: &Office,
    request: &[u8],
    answers: Vec<RegFormItem>,
) -> Vec<u8> {
    let crypto = &office.tools.crypto;
    rewrap(request, |wrapper| {
        let Message::CertReq(message) = &mut wrapper.message else {
            panic!("no CertReq");
        };
        let CertReq::Enc(envelope) = &mut **message else {
            panic!("no Enc");
        };
        let mut signed = enc::open(crypto, &office.ca.encryption.key, ENC, envelope).unwrap();
        let mut data = s::unverified::<CertReqData>(&signed, ENC.tbs)
            .unwrap()
            .into_value();
        data.reg_form = asn1::SeqOf::new(answers).ok();
        let octets = asn1::encode(&data).unwrap();
        signed.content_info.content = asn1::decode(&octets, &Limits::default()).ok();
        let recipient = office.ca.encryption.recipient();
        *envelope = e::e(crypto, &recipient, ENC.tbe, &signed).unwrap();
    })
}

fn thumb_of_nothing() -> Option<CertThumb> {
    Some(CertThumb {
        digest_algorithm: AlgorithmIdentifier::sha1().unwrap(),
        thumbprint: set_core::pkcs7::Digest::new([1; 20]),
    })
}

#[test]
fn a_request_that_breaks_a_rule_of_its_own_is_refused_with_the_rules_code() {
    assert_eq!(unknown_cipher(), CertStatusCode::UnableToEncryptCertRes);
    let weak = answer_under(oid::algorithm::CDMF_CBC);
    assert_eq!(weak, CertStatusCode::UnableToEncryptCertRes);
    let other_bank = card_code(|_, account| {
        account.pan = Pan::new("5500000000000004").unwrap();
    });
    assert_eq!(other_bank, CertStatusCode::InvalidBin);
    let other_form = card_code(|data, _| data.reg_form_id = 77);
    assert_eq!(other_form, CertStatusCode::RegFormAnswerMalformed);
    let one_signature = card_code(|data, _| data.request_type = RequestType::CardRenewalSig);
    assert_eq!(one_signature, CertStatusCode::SigValidationFail);
    let renewed = card_code(|data, _| data.ee_thumb = thumb_of_nothing());
    assert_eq!(renewed, CertStatusCode::RejectedByCa);
    let two_keys = card_code(|data, _| {
        let key = SubjectPublicKeyInfo::of(key(5).public_key()).unwrap();
        data.public_key_s_or_e.public_key_e = Some(key);
    });
    assert_eq!(two_keys, CertStatusCode::RejectedByCa);
    let anothers_key = card_code(|data, _| {
        let key = SubjectPublicKeyInfo::of(key(5).public_key()).unwrap();
        data.public_key_s_or_e.public_key_s = Some(key);
    });
    assert_eq!(anothers_key, CertStatusCode::SigValidationFail);
}

#[test]
fn a_request_without_a_back_key_is_refused_to_a_cardholder() {
    let code = card_code(|data, _| data.ca_back_key_data = None);
    assert_eq!(code, CertStatusCode::UnableToEncryptCertRes);
}

#[test]
fn a_key_that_is_to_sign_and_to_decrypt_is_not_certified() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(64);
    let offered = shop.offered(&office, merchant());
    let keys = NewKeys {
        signature: Some(key(1)),
        encryption: Some(key(1)),
    };
    let (state, request) = offered
        .file(
            &shop.tools.context(),
            keys,
            good_answers(),
            None,
            &shop.trust,
        )
        .unwrap();
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&shop.tools.context(), &answer, &mut shop.trust)
        .unwrap();
    assert!(
        matches!(&verdict, Verdict::Refused(refused) if refused.code == CertStatusCode::RejectedByCa),
        "{verdict:?}"
    );
    assert!(office.asked.borrow().is_empty());
}

#[test]
fn a_certificate_for_another_card_is_not_taken() {
    let office = Office::of(EndEntity::Cardholder);
    office.decide(Decision::Pended { message: None });
    let mut wallet = Applying::new(65);
    let (state, request) = wallet.card_filed(&office, good_answers());
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
        .unwrap();
    let Verdict::Pended(pended) = verdict else {
        panic!("{verdict:?}");
    };
    for record in office.records.borrow_mut().values_mut() {
        let Registration::Pended(kept) = record else {
            panic!("not pended");
        };
        kept.unique_card_id = UniqueCardholderId::new(format!("{}=", "A".repeat(27))).ok();
    }
    office.decide(Decision::Approved(Box::new(grant(EndEntity::Cardholder))));
    let (state, request) = pended
        .inquire(&wallet.tools.context(), &wallet.trust)
        .unwrap();
    let answer = office.answer(&request).unwrap();
    let refused = state
        .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
        .unwrap_err();
    let fault = PeerFault::Unspecified("the certificate is not for this card");
    assert!(
        matches!(&refused, Error::Peer(found) if *found == fault),
        "{refused:?}"
    );
}

#[test]
fn a_damaged_signature_is_an_outcome_and_not_an_error() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(61);
    let offered = shop.offered(&office, merchant());
    let (state, request) = offered
        .file(
            &shop.tools.context(),
            both_keys(),
            good_answers(),
            None,
            &shop.trust,
        )
        .unwrap();
    let crypto = &shop.tools.crypto;
    let request = rewrap(&request, |wrapper| {
        let Message::CertReq(message) = &mut wrapper.message else {
            panic!("no CertReq");
        };
        let CertReq::Enc(envelope) = &mut **message else {
            panic!("no Enc");
        };
        let mut signed = enc::open(crypto, &office.ca.encryption.key, ENC, envelope).unwrap();
        signed.signer_infos = {
            let mut infos = signed.signer_infos.into_vec();
            let mut octets = infos[0].encrypted_digest.as_octets().to_vec();
            octets[17] ^= 1;
            infos[0].encrypted_digest =
                set_core::pkcs7::signed::EncryptedDigest::new(octets).unwrap();
            asn1::SeqOf::new(infos).unwrap()
        };
        let recipient = office.ca.encryption.recipient();
        *envelope = e::e(crypto, &recipient, ENC.tbe, &signed).unwrap();
    });
    let answer = office.answer(&request).unwrap();
    let verdict = state
        .handle(&shop.tools.context(), &answer, &mut shop.trust)
        .unwrap();
    assert!(
        matches!(&verdict, Verdict::Refused(refused)
            if refused.code == CertStatusCode::SigValidationFail),
        "{verdict:?}"
    );
}

/// The ErrorCode for a merchant's CertReq after `prepare` had its way with the CA's record
/// and `alter` with the wrapper.
fn merchant_error(
    prepare: impl FnOnce(&mut Registration),
    alter: impl FnOnce(&mut MessageWrapper),
) -> ErrorCode {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(62);
    let offered = shop.offered(&office, merchant());
    let (_, request) = offered
        .file(
            &shop.tools.context(),
            both_keys(),
            good_answers(),
            None,
            &shop.trust,
        )
        .unwrap();
    prepare(office.records.borrow_mut().values_mut().next().unwrap());
    office.answer(&rewrap(&request, alter)).unwrap_err()
}

fn offered(record: &mut Registration) -> &mut set_core::ca::record::Offered {
    match record {
        Registration::Offered(offered) => offered,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_that_does_not_continue_the_registration_is_an_error() {
    let nothing = |_: &mut MessageWrapper| {};
    let another = SetName::new("US", "Cherry").unwrap().to_name().unwrap();
    assert_eq!(
        merchant_error(|record| offered(record).ca = another, nothing),
        ErrorCode::UnknownLid,
        "a form of one CA cannot be filed with another"
    );
    assert_eq!(
        merchant_error(
            |record| offered(record).chall_ca = Challenge::new([1; 20]),
            nothing
        ),
        ErrorCode::ChallengeMismatch
    );
    assert_eq!(
        merchant_error(
            |record| offered(record).lid_ee = LocalId::new([1; 20]).unwrap(),
            nothing
        ),
        ErrorCode::UnknownLid
    );
    assert_eq!(
        merchant_error(
            |record| offered(record).request_type = RequestType::MerInitialSig,
            nothing
        ),
        ErrorCode::UnspecifiedFailure
    );
    assert_eq!(
        merchant_error(|record| offered(record).id_data = None, nothing),
        ErrorCode::UnspecifiedFailure
    );
}

#[test]
fn a_request_altered_in_flight_is_an_error() {
    assert_eq!(
        merchant_error(
            |_| {},
            |wrapper| wrapper.message_header.rrpid = Some(Rrpid::new([9; 20]))
        ),
        ErrorCode::UnknownRrpid
    );
    let damaged = merchant_error(
        |_| {},
        |wrapper| {
            let Message::CertReq(message) = &mut wrapper.message else {
                panic!("no CertReq");
            };
            let CertReq::Enc(envelope) = &mut **message else {
                panic!("no Enc");
            };
            let content = &mut envelope.encrypted_content_info.encrypted_content;
            let mut octets = content.as_bytes().to_vec();
            let last = octets.len() - 1;
            octets[last] ^= 1;
            *content = der::asn1::OctetString::new(octets).unwrap();
        },
    );
    assert_eq!(damaged, ErrorCode::DecodingFailure);
}

#[test]
fn a_registration_that_nobody_knows_is_an_error() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(63);
    let offered = shop.offered(&office, merchant());
    let (_, request) = offered
        .file(
            &shop.tools.context(),
            both_keys(),
            good_answers(),
            None,
            &shop.trust,
        )
        .unwrap();
    office.records.borrow_mut().clear();
    assert_eq!(office.answer(&request), Err(ErrorCode::UnknownLid));
}

/// What the merchant says to a Me-AqCInitRes that the CA itself signed with `alter`.
fn merchant_fault(alter: impl FnOnce(&mut MeAqCInitResTbs)) -> Error {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(64);
    // Something held, so that thumbs are sent.
    shop.offered(&office, merchant());
    let (state, request) =
        Initiating::start(&shop.tools.context(), merchant(), &shop.trust).unwrap();
    let answer = office.answer(&request).unwrap();
    let answer = rewrap(&answer, |wrapper| {
        let Message::MeAqCInitRes(signed) = &mut wrapper.message else {
            panic!("no Me-AqCInitRes");
        };
        let content_type = oid::content::ME_AQ_C_INIT_RES_TBS;
        let mut data = s::unverified::<MeAqCInitResTbs>(signed, content_type)
            .unwrap()
            .into_value();
        alter(&mut data);
        **signed = s::s(
            &office.tools.crypto,
            &[office.ca.message_signing.signer()],
            content_type,
            &Raw::new(data).unwrap(),
            &Attached::none(),
        )
        .unwrap();
    });
    state
        .handle(&shop.tools.context(), &answer, &mut shop.trust)
        .unwrap_err()
}

#[test]
fn a_response_that_does_not_echo_the_request_is_dropped() {
    let fault = |fault: PeerFault| Error::Peer(fault);
    assert_eq!(
        merchant_fault(|data| data.chall_ee = Challenge::new([1; 20])),
        fault(PeerFault::ChallengeMismatch)
    );
    assert_eq!(
        merchant_fault(|data| data.rrpid = Rrpid::new([1; 20])),
        fault(PeerFault::UnknownRrpid)
    );
    assert_eq!(
        merchant_fault(|data| data.lid_ee = LocalId::new([1; 20]).unwrap()),
        fault(PeerFault::UnknownLid)
    );
    assert_eq!(
        merchant_fault(|data| data.thumbs = None),
        fault(PeerFault::ThumbsMismatch)
    );
    assert!(matches!(
        merchant_fault(|data| data.request_type = RequestType::MerInitialSig),
        Error::Peer(PeerFault::Unspecified(_))
    ));
    assert!(matches!(
        merchant_fault(|data| data.cae_thumb.thumbprint = set_core::pkcs7::Digest::new([1; 20])),
        Error::Peer(PeerFault::MissingCertificate(_))
    ));
}

#[test]
fn a_response_signed_by_another_ca_is_dropped() {
    let office = Office::of(EndEntity::Merchant);
    let other = Office::of(EndEntity::Gateway);
    let mut shop = Applying::new(65);
    let (state, request) =
        Initiating::start(&shop.tools.context(), merchant(), &shop.trust).unwrap();
    let answer = office.answer(&request).unwrap();
    let answer = rewrap(&answer, |wrapper| {
        let Message::MeAqCInitRes(signed) = &mut wrapper.message else {
            panic!("no Me-AqCInitRes");
        };
        let content_type = oid::content::ME_AQ_C_INIT_RES_TBS;
        let data = s::unverified::<MeAqCInitResTbs>(signed, content_type).unwrap();
        let (attached, _) = other
            .ca
            .trust
            .attach(
                &other.tools.context(),
                &[
                    &other.ca.message_signing.certificate,
                    &office.ca.encryption.certificate,
                ],
                None,
            )
            .unwrap();
        **signed = s::s(
            &office.tools.crypto,
            &[other.ca.message_signing.signer()],
            content_type,
            &data,
            &attached,
        )
        .unwrap();
    });
    let error = state
        .handle(&shop.tools.context(), &answer, &mut shop.trust)
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidCertificate, "{error}");
}

#[test]
fn a_message_for_another_role_is_not_supported() {
    let office = Office::of(EndEntity::Merchant);
    let context = office.tools.context();
    let octets = context
        .wrap(
            Message::PInitReq(Box::new(set_core::msg::payment::p_init::PInitReq {
                rrpid: context.fresh_rrpid().unwrap(),
                language: "en".parse().unwrap(),
                local_id_c: LocalId::new([1; 20]).unwrap(),
                local_id_m: None,
                chall_c: context.fresh_challenge().unwrap(),
                brand_id: "Orchard".parse().unwrap(),
                bin: "411111".parse().unwrap(),
                thumbs: None,
                pi_rq_extensions: None,
            })),
            None,
            None,
        )
        .unwrap();
    let refusal = exchange::receive(&context, &octets, set_core::ca::serves).unwrap_err();
    assert_eq!(refusal.error.code(), ErrorCode::MessageNotSupported);
}
