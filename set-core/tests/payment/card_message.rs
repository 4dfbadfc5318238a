//! The acquirer's message to the cardholder.

use set_core::asn1::oid;
use set_core::gateway::host::{Decision, HostAnswer};
use set_core::merchant::order::Ordered;
use set_core::msg::back_key::BackKeyData;
use set_core::msg::payment::acq_card::{AcqCardCode, AcqCardCodeMsg, AcqCardMsgData};
use set_core::party::Purpose;
use set_core::pkcs7::{AlgorithmIdentifier, EncryptedData};
use set_core::secret::BackKey;
use set_core::treatment::ek::Cipher;
use set_core::treatment::enc::Types;
use set_core::treatment::{enc_k, s};

use crate::forge::instruction;
use crate::rig::Rig;

fn message() -> AcqCardCodeMsg {
    AcqCardCodeMsg {
        acq_card_code: AcqCardCode::CallCustomerService,
        acq_card_msg_data: AcqCardMsgData {
            acq_card_text: Some("Please call.".parse().unwrap()),
            acq_card_url: None,
            acq_card_phone: None,
        },
    }
}

/// What a declined merchant has for its cardholder, who offered `algorithm`.
fn passed_on(rig: &mut Rig, algorithm: AlgorithmIdentifier) -> Option<EncryptedData> {
    let ordered = rig.order();
    let back_key = BackKeyData {
        back_alg_id: algorithm,
        back_key: BackKey::from_octets([0x3c; 20]),
    };
    let pi = instruction(rig, &ordered)
        .with_back_key(back_key)
        .dual_sign(rig, &ordered);
    let (state, octets) = rig.authorizing(Ordered { pi, ..ordered }, 12_950);
    let answer = HostAnswer {
        acq_card_msg: Some(message()),
        ..HostAnswer::from(Decision::CallIssuer)
    };
    let answered = rig.gateway_answers(&octets, &[], answer).unwrap();
    let answer = rig.takes(state, &answered.octets).unwrap();
    answer.sale.declined.unwrap().acq_card_msg
}

#[test]
fn the_cardholder_and_nobody_else_reads_it_under_the_cipher_offered() {
    for (algorithm, cipher) in [
        (oid::algorithm::DES_CBC, Cipher::Des),
        (oid::algorithm::CDMF_CBC, Cipher::Cdmf),
    ] {
        let mut rig = Rig::new();
        let offered = AlgorithmIdentifier::cbc(algorithm, &[0; 8]).unwrap();
        let sealed = passed_on(&mut rig, offered).unwrap();
        let types = Types {
            tbe: oid::content::ACQ_CARD_CODE_MSG_TBE,
            tbs: oid::content::ACQ_CARD_CODE_MSG,
        };
        let context = rig.world.context();
        let key = BackKey::from_octets([0x3c; 20]);
        let signed = enc_k::open(context.crypto, cipher, &key, types, &sealed).unwrap();
        let gateway = rig
            .wallet
            .signer(&context, &signed, Purpose::GatewaySignature)
            .unwrap();
        let verified =
            s::verify::<AcqCardCodeMsg>(context.crypto, &signed, types.tbs, &gateway).unwrap();
        assert_eq!(**verified.content(), message());
        let other = BackKey::from_octets([0x33; 20]);
        assert!(enc_k::open(context.crypto, cipher, &other, types, &sealed).is_err());
    }
}

#[test]
fn a_cipher_that_is_none_of_sets_costs_the_message_and_not_the_answer() {
    let mut rig = Rig::new();
    let offered = AlgorithmIdentifier::with_null(oid::algorithm::HMAC_SHA1).unwrap();
    assert_eq!(passed_on(&mut rig, offered), None);
}
