//! Every rule of an authorization, broken on its own.

use set_core::asn1::{Raw, oid};
use set_core::error::Error;
use set_core::gateway::record::Authorization;
use set_core::merchant::authorize::Wish;
use set_core::merchant::order::Ordered;
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{LocalId, MerchantId, Xid};
use set_core::msg::payment::auth_req::AuthReqData;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::p_req::Pi;
use set_core::msg::recur::{InstallRecurData, InstallRecurInd, InstallTotalTrans};
use set_core::msg::tags::MsgExtension;
use set_core::pkcs7::Digest;
use set_core::secret::{CardExpiry, Pan, PanSecret};
use set_core::treatment::dd;
use set_testkit::hierarchy::DAY;

use crate::forge::{Instruction, auth_req, instruction};
use crate::rig::{Rig, approved, cents};

/// The code for an AuthReq that a dishonest merchant altered.
fn merchant_alters(alter: impl FnOnce(&mut AuthReqData)) -> AuthCode {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let octets = auth_req(&rig, &ordered, alter);
    rig.auth_code(&octets)
}

/// The Error for an AuthReq that a dishonest merchant altered.
fn merchant_alters_for_error(alter: impl FnOnce(&mut AuthReqData)) -> ErrorCode {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let octets = auth_req(&rig, &ordered, alter);
    refused(&mut rig, &octets)
}

/// The code for a PI that a dishonest cardholder altered and signed.
fn cardholder_alters(alter: impl FnOnce(&mut Instruction)) -> AuthCode {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let mut instruction = instruction(&rig, &ordered);
    alter(&mut instruction);
    let ordered = with_pi(&ordered, instruction.dual_sign(&rig, &ordered));
    let octets = auth_req(&rig, &ordered, |_| {});
    rig.auth_code(&octets)
}

fn with_pi(ordered: &Ordered, pi: Raw<Pi>) -> Ordered {
    Ordered {
        pi,
        ..ordered.clone()
    }
}

fn refused(rig: &mut Rig, octets: &[u8]) -> ErrorCode {
    match rig.gateway_answers(octets, &[], approved(12_950)) {
        Ok(answered) => panic!("answered {}", answered.auth_code),
        Err(error) => error.code(),
    }
}

fn instalments() -> InstallRecurData {
    InstallRecurData {
        install_recur_ind: InstallRecurInd::InstallTotalTrans(InstallTotalTrans::new(3).unwrap()),
        ir_extensions: None,
    }
}

fn other_digest(rig_digest: &mut set_core::pkcs7::DetachedDigest) {
    rig_digest.digest = Digest::new([0; 20]);
}

#[test]
fn what_is_forged_here_is_approved_while_it_is_honest() {
    assert_eq!(merchant_alters(|_| {}), AuthCode::Approved);
    assert_eq!(cardholder_alters(|_| {}), AuthCode::Approved);
}

#[test]
fn another_transaction_is_pi_auth_mismatch() {
    let lid = LocalId::new([9; 20].as_slice()).unwrap();
    for code in [
        merchant_alters(|data| {
            data.auth_req_item.auth_tags.trans_ids.xid = Xid::new([9; 20]);
        }),
        merchant_alters(|data| {
            data.auth_req_item.auth_tags.trans_ids.lid_c = lid.clone();
        }),
        merchant_alters(|data| {
            data.auth_req_item.auth_tags.trans_ids.lid_m = Some(lid.clone());
        }),
    ] {
        assert_eq!(code, AuthCode::PiAuthMismatch);
    }
}

#[test]
fn a_lid_m_that_only_one_side_has_is_no_mismatch() {
    let code = merchant_alters(|data| data.auth_req_item.auth_tags.trans_ids.lid_m = None);
    assert_eq!(code, AuthCode::Approved);
}

#[test]
fn another_order_description_is_pi_auth_mismatch() {
    let code = merchant_alters(|data| {
        let digests = data.auth_req_item.check_digests.as_mut().unwrap();
        other_digest(&mut digests.hod2);
    });
    assert_eq!(code, AuthCode::PiAuthMismatch);
    let code = cardholder_alters(|pi| other_digest(&mut pi.head.inputs.hod));
    assert_eq!(code, AuthCode::PiAuthMismatch);
}

#[test]
fn digests_that_are_missing_are_pi_auth_mismatch() {
    let code = merchant_alters(|data| data.auth_req_item.check_digests = None);
    assert_eq!(code, AuthCode::PiAuthMismatch);
}

#[test]
fn a_payment_to_another_merchant_is_pi_auth_mismatch() {
    let code = cardholder_alters(|pi| {
        pi.head.merchant_id = MerchantId::new("MER-0002").unwrap();
    });
    assert_eq!(code, AuthCode::PiAuthMismatch);
}

#[test]
fn a_card_that_is_not_the_certificates_is_an_invalid_transaction() {
    let code = cardholder_alters(|pi| {
        pi.pan_data.pan = Pan::new("4111111111111112").unwrap();
    });
    assert_eq!(code, AuthCode::InvalidTransaction);
    let code = cardholder_alters(|pi| {
        pi.pan_data.card_expiry = CardExpiry::new("200012").unwrap();
    });
    assert_eq!(code, AuthCode::InvalidTransaction);
    let code = cardholder_alters(|pi| {
        pi.pan_data.pan_secret = PanSecret::from_octets([0; 20]);
    });
    assert_eq!(code, AuthCode::InvalidTransaction);
}

#[test]
fn a_trans_stain_of_another_transaction_is_an_invalid_transaction() {
    let code = cardholder_alters(|pi| pi.head.trans_stain = Digest::new([0; 20]));
    assert_eq!(code, AuthCode::InvalidTransaction);
}

#[test]
fn an_amount_above_the_purchase_and_its_margin_is_an_amount_error() {
    for (amount, margin, code) in [
        (12_951, 0, AuthCode::AmountError),
        (0, 0, AuthCode::AmountError),
        (14_892, 15, AuthCode::Approved),
        (14_893, 15, AuthCode::AmountError),
    ] {
        let mut rig = Rig::new();
        rig.world.policy.amount_margin_percent = margin;
        let ordered = rig.order();
        let octets = auth_req(&rig, &ordered, |data| {
            data.auth_req_item.auth_req_payload.auth_req_amt = cents(amount);
        });
        let answered = rig.gateway_answers(&octets, &[], approved(amount.max(1)));
        assert_eq!(answered.unwrap().auth_code, code, "{amount}");
    }
}

#[test]
fn an_amount_in_another_currency_or_unit_is_an_amount_error() {
    for amount in [
        CurrencyAmount {
            currency: Currency::new(392).unwrap(),
            ..cents(100)
        },
        CurrencyAmount {
            amt_exp10: 0,
            ..cents(100)
        },
    ] {
        let code = merchant_alters(|data| {
            data.auth_req_item.auth_req_payload.auth_req_amt = amount;
        });
        assert_eq!(code, AuthCode::AmountError);
    }
}

#[test]
fn a_card_is_good_until_its_month_is_over() {
    for (expiry, code) in [
        ("199705", AuthCode::ExpiredCard),
        ("199706", AuthCode::Approved),
        ("199612", AuthCode::ExpiredCard),
        ("199801", AuthCode::Approved),
    ] {
        let mut rig = Rig::new();
        // No certificate vouches for the expiry of this card.
        allow_unsigned(&mut rig);
        let ordered = rig.order();
        let mut pi = instruction(&rig, &ordered);
        pi.pan_data.card_expiry = CardExpiry::new(expiry).unwrap();
        let ordered = with_pi(&ordered, pi.unsigned(&rig, &ordered));
        let octets = auth_req(&rig, &ordered, |_| {});
        assert_eq!(rig.auth_code(&octets), code, "{expiry}");
    }
}

/// Gives the gateway an encryption certificate that asks for no cardholder certificates.
fn allow_unsigned(rig: &mut Rig) {
    use set_core::x509::build::{Profile, issue};
    use set_testkit::hierarchy::{contents, hierarchy};
    let brand = hierarchy();
    let old = &rig.gateway.encryption;
    let contents = contents(
        9_001,
        old.certificate.subject_name().unwrap(),
        &old.key,
        Profile::GatewayEncryption {
            card_cert_required: false,
            tunneling: None,
            set_extensions: None,
        },
    )
    .unwrap();
    let ca = &brand.pca.cert_signing;
    let certificate = issue(&contents, &ca.certificate, &ca.key, &rig.world.crypto).unwrap();
    rig.gateway.trust.hold(certificate.clone());
    rig.gateway.encryption.certificate = certificate;
}

#[test]
fn an_unsigned_pi_is_taken_only_where_no_signature_is_required() {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let pi = instruction(&rig, &ordered).unsigned(&rig, &ordered);
    let ordered = with_pi(&ordered, pi);
    let octets = auth_req(&rig, &ordered, |_| {});
    assert_eq!(rig.auth_code(&octets), AuthCode::SignatureRequired);
    allow_unsigned(&mut rig);
    assert_eq!(rig.auth_code(&octets), AuthCode::Approved);
}

#[test]
fn an_authorization_of_another_merchant_under_the_same_xid_stops_nobody() {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let (_, octets) = rig.authorizing(ordered.clone(), 12_950);
    let own = rig.gateway_answers(&octets, &[], approved(12_950));
    let own = own.unwrap().record.unwrap();
    let (_, again) = rig.authorizing(ordered, 12_950);
    let mut code = |record: &Authorization| {
        let previous = std::slice::from_ref(record);
        let answered = rig.gateway_answers(&again, previous, approved(12_950));
        answered.unwrap().auth_code
    };
    assert_eq!(code(&own), AuthCode::PiPreviouslyUsed);
    let rogue = Authorization {
        merchant_id: MerchantId::new("MER-6666").unwrap(),
        ..own
    };
    assert_eq!(code(&rogue), AuthCode::Approved);
}

#[test]
fn a_pi_is_used_up_by_an_authorization_in_force_only() {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let (_, octets) = rig.authorizing(ordered.clone(), 12_950);
    let record = rig
        .gateway_answers(&octets, &[], approved(12_950))
        .unwrap()
        .record
        .unwrap();
    let (_, again) = rig.authorizing(ordered, 12_950);
    let mut code = |record| {
        rig.gateway_answers(&again, &[record], approved(12_950))
            .unwrap()
            .auth_code
    };
    assert_eq!(code(record.clone()), AuthCode::PiPreviouslyUsed);
    let mut declined = record.clone();
    declined.auth_code = AuthCode::Declined;
    assert_eq!(code(declined), AuthCode::Approved);
    let mut reversed = record.clone();
    reversed.auth_amt = cents(0);
    assert_eq!(code(reversed), AuthCode::Approved);
    let mut other = record;
    other.trans_ids.xid = Xid::new([9; 20]);
    assert_eq!(code(other), AuthCode::Approved);
}

#[test]
fn instalments_that_only_one_side_knows_are_a_mismatch() {
    let code = merchant_alters(|data| {
        data.auth_req_item.auth_req_payload.install_recur_data = Some(instalments());
    });
    assert_eq!(code, AuthCode::InstallRecurMismatch);
    let code = cardholder_alters(|pi| pi.head.install_recur_data = Some(instalments()));
    assert_eq!(code, AuthCode::InstallRecurMismatch);
}

#[test]
fn capture_now_is_refused_where_there_is_no_capture() {
    let mut rig = Rig::new();
    rig.gateway.captures = false;
    let ordered = rig.order();
    let octets = auth_req(&rig, &ordered, |data| data.capture_now = true);
    assert_eq!(rig.auth_code(&octets), AuthCode::CaptureNotSupported);
}

#[test]
fn a_refusal_reaches_the_merchant_with_its_code_and_leaves_no_record() {
    let mut rig = Rig::new();
    rig.gateway.captures = false;
    let ordered = rig.order();
    let (state, octets) = rig.asking(
        ordered.into(),
        Wish {
            capture_now: true,
            ..Wish::of(cents(12_950))
        },
    );
    let answered = rig.gateway_answers(&octets, &[], approved(12_950)).unwrap();
    assert!(answered.record.is_none());
    let answer = rig.takes(state, &answered.octets).unwrap();
    assert_eq!(answer.auth_code, AuthCode::CaptureNotSupported);
}

#[test]
fn an_order_digest_that_was_not_signed_is_a_signature_failure() {
    let code = merchant_alters_for_error(|data| {
        let digests = data.auth_req_item.check_digests.as_mut().unwrap();
        other_digest(&mut digests.h_oi_data);
    });
    assert_eq!(code, ErrorCode::SignatureFailure);
}

#[test]
fn a_pi_that_the_merchant_did_not_sign_for_is_a_signature_failure() {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let octets = auth_req(&rig, &ordered, |_| {});
    let mut wrapper: set_core::msg::wrapper::MessageWrapper =
        set_core::asn1::decode(&octets, &set_core::asn1::Limits::default()).unwrap();
    let set_core::msg::message::Message::AuthReq(request) = &mut wrapper.message else {
        panic!("no AuthReq");
    };
    request.baggage = instruction(&rig, &ordered).dual_sign(&rig, &ordered);
    let octets = set_core::asn1::encode(&wrapper).unwrap();
    assert_eq!(refused(&mut rig, &octets), ErrorCode::SignatureFailure);
}

#[test]
fn an_rrpid_that_is_not_the_headers_is_unknown() {
    let code = merchant_alters_for_error(|data| {
        data.auth_req_item.auth_tags.auth_rr_tags.rrpid = set_core::msg::ids::Rrpid::new([9; 20]);
    });
    assert_eq!(code, ErrorCode::UnknownRrpid);
}

#[test]
fn a_merchant_that_calls_itself_another_is_refused() {
    let code = merchant_alters_for_error(|data| {
        let tags = &mut data.auth_req_item.auth_tags.auth_rr_tags;
        tags.mer_term_ids.merchant_id = MerchantId::new("MER-0002").unwrap();
    });
    assert_eq!(code, ErrorCode::UnspecifiedFailure);
}

#[test]
fn a_critical_extension_that_nobody_knows_is_refused_wherever_it_is() {
    let extension = || MsgExtension {
        extn_id: oid::content::PI,
        critical: true,
        extn_value: der::asn1::OctetString::new([5, 0].as_slice()).unwrap(),
    };
    let code = merchant_alters_for_error(|data| {
        data.auth_req_item.auth_req_payload.a_rq_extensions =
            Some(set_core::asn1::SeqOf::one(extension()));
    });
    assert_eq!(code, ErrorCode::UnrecognizedExtension);
    let mut rig = Rig::new();
    let ordered = rig.order();
    let mut pi = instruction(&rig, &ordered);
    pi.head.pi_extensions = Some(set_core::asn1::SeqOf::one(extension()));
    // Before the signature, which is another's, is looked at.
    rig.card.identity.key = set_testkit::keys::rsa_1024(0).unwrap();
    let ordered = with_pi(&ordered, pi.dual_sign(&rig, &ordered));
    let octets = auth_req(&rig, &ordered, |_| {});
    assert_eq!(refused(&mut rig, &octets), ErrorCode::UnrecognizedExtension);
}

#[test]
fn a_dual_signature_of_another_key_is_a_signature_failure() {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let true_key = rig.card.identity.key.clone();
    rig.card.identity.key = set_testkit::keys::rsa_1024(0).unwrap();
    let pi = instruction(&rig, &ordered).dual_sign(&rig, &ordered);
    rig.card.identity.key = true_key;
    let ordered = with_pi(&ordered, pi);
    let octets = auth_req(&rig, &ordered, |_| {});
    assert_eq!(refused(&mut rig, &octets), ErrorCode::SignatureFailure);
}

#[test]
fn a_request_for_another_key_does_not_open() {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let octets = auth_req(&rig, &ordered, |_| {});
    rig.gateway.encryption.key = rig.gateway.signature.key.clone();
    assert_eq!(refused(&mut rig, &octets), ErrorCode::DecodingFailure);
}

#[test]
fn certificates_that_have_expired_are_told_as_such() {
    let mut rig = Rig::new();
    rig.world.now = rig.world.now.plus(400 * DAY);
    let mut late = Rig::new();
    let ordered = late.order();
    late.world.now = rig.world.now;
    let octets = auth_req(&late, &ordered, |_| {});
    assert_eq!(refused(&mut late, &octets), ErrorCode::ExpiredCertificate);
}

#[test]
fn errors_show_no_account_number() {
    let mut rig = Rig::new();
    let ordered = rig.order();
    let pi = instruction(&rig, &ordered);
    let mut altered = ordered.clone();
    other_digest(&mut altered.h_oi_data);
    let altered = with_pi(&ordered, pi.dual_sign(&rig, &altered));
    let octets = auth_req(&rig, &altered, |_| {});
    let error: Error = rig.gateway_answers(&octets, &[], approved(1)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::SignatureFailure);
    assert!(!format!("{error} {error:?}").contains(rig.card.pan.expose()));
}

#[test]
fn a_digest_sealed_by_the_cardholder_for_another_order_is_pi_auth_mismatch() {
    let mut rig = Rig::new();
    let first = rig.order();
    allow_unsigned(&mut rig);
    let mut other = first.clone();
    other.h_oi_data = dd::of_digest(oid::content::OI_DATA, Digest::new([0; 20])).unwrap();
    let pi = instruction(&rig, &first).unsigned(&rig, &other);
    let octets = auth_req(&rig, &with_pi(&first, pi), |_| {});
    assert_eq!(rig.auth_code(&octets), AuthCode::PiAuthMismatch);
}

#[test]
fn a_cardholder_of_another_brand_is_a_brand_mismatch() {
    use set_core::x509::SetName;
    use set_testkit::hierarchy::{altered, hierarchy};
    let mut rig = Rig::new();
    let ordered = rig.order();
    let old = &rig.card.identity.certificate;
    let subject = old.subject_name().unwrap();
    let meadow = SetName::new("US", "Meadow")
        .unwrap()
        .with_unit("First Bank")
        .unwrap()
        .with_common_name(subject.common_name().unwrap())
        .unwrap();
    let certificate = altered(old, &hierarchy().cca.cert_signing.key, |tbs| {
        tbs.subject = meadow.to_name().unwrap();
        tbs.serial_number = set_core::pkcs7::SerialNumber::new(&[0x23, 0x45]).unwrap();
    })
    .unwrap();
    rig.card.identity.certificate = certificate;
    let pi = instruction(&rig, &ordered).dual_sign(&rig, &ordered);
    let ordered = with_pi(&ordered, pi);
    let octets = auth_req(&rig, &ordered, |_| {});
    assert_eq!(rig.auth_code(&octets), AuthCode::CardMerchBrandMismatch);
    let octets = auth_req(&rig, &ordered, |data| {
        data.auth_req_item.auth_tags.trans_ids.xid = Xid::new([9; 20]);
    });
    assert_eq!(rig.auth_code(&octets), AuthCode::PiAuthMismatch);
}
