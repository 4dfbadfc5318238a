//! Certificates renewed with the old ones, and encryption certificates that a signature
//! certificate vouches for.

use set_core::asn1::{self, Limits, Opaque, Raw, SeqOf, oid};
use set_core::ca::{Decision, Grant};
use set_core::msg::cert::cert_req::{CertReq, CertReqData};
use set_core::msg::cert::cert_res::CertStatusCode;
use set_core::msg::cert::id_data::IdData;
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{BrandId, Language};
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::Identity;
use set_core::pkcs7::signed::EncryptedDigest;
use set_core::pkcs7::{IssuerAndSerialNumber, SignedData};
use set_core::registration::{
    Application, Certified, EndEntity, Kept, NewKeys, Offered, Refused, Standing, Verdict,
};
use set_core::secret::{CardExpiry, Pan};
use set_core::treatment::enc::Types;
use set_core::treatment::{Attached, Signer, e, enc, s};
use set_core::x509::spki::SubjectPublicKeyInfo;

use crate::rig::{
    Applying, EXPIRY, Office, PAN, both_keys, gateway, good_answers, grant, key, merchant,
};

const ENC: Types = Types {
    tbe: oid::content::CERT_REQ_TBE,
    tbs: oid::content::CERT_REQ_DATA,
};

fn of_type(application: Application, request_type: RequestType) -> Application {
    Application {
        request_type,
        ..application
    }
}

fn new_keys(signature: bool, encryption: bool) -> NewKeys {
    NewKeys {
        signature: signature.then(|| key(3)),
        encryption: encryption.then(|| key(4)),
    }
}

/// The verdict over a form that is filled in.
fn verdict(
    office: &Office,
    party: &mut Applying,
    offered: Offered,
    keys: NewKeys,
) -> Verdict<Certified, set_core::registration::Pended> {
    let context = party.tools.context();
    let (state, request) = offered
        .file(&context, keys, good_answers(), None, &party.trust)
        .unwrap();
    let answer = office.answer(&request).unwrap();
    state.handle(&context, &answer, &mut party.trust).unwrap()
}

fn certified(verdict: Verdict<Certified, set_core::registration::Pended>) -> Certified {
    match verdict {
        Verdict::Certified(certified) => *certified,
        other => panic!("{other:?}"),
    }
}

fn refused(verdict: Verdict<Certified, set_core::registration::Pended>) -> Refused {
    match verdict {
        Verdict::Refused(refused) => *refused,
        other => panic!("{other:?}"),
    }
}

/// Both certificates, registered for the first time.
fn registered(office: &Office, party: &mut Applying, application: Application) -> Certified {
    let offered = party.offered(office, application);
    certified(verdict(office, party, offered, both_keys()))
}

fn standing(old: &Certified) -> Standing {
    let encryption = old.encryption.as_ref().unwrap().certificate.clone();
    Standing::of(old.signature.clone()).with_encryption(encryption)
}

#[test]
fn a_merchant_renews_both_certificates_under_its_old_name() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(70);
    let old = registered(&office, &mut shop, merchant());
    shop.tools.clock.advance(300);
    let application = of_type(merchant(), RequestType::MerRenewalBoth);
    let offered = shop.offered(&office, application);
    let offered = offered.standing_on(standing(&old));
    let new = certified(verdict(&office, &mut shop, offered, new_keys(true, true)));
    let (before, after) = (&old.signature.certificate, &new.signature.certificate);
    assert_eq!(after.subject(), before.subject());
    assert_ne!(after.serial_number(), before.serial_number());
    assert_eq!(after.public_key(), key(3).public_key());
    let encryption = &new.encryption.unwrap().certificate;
    assert_eq!(encryption.public_key(), key(4).public_key());
    assert_eq!(encryption.subject(), before.subject());
}

#[test]
fn a_gateway_renews_both_certificates() {
    let office = Office::of(EndEntity::Gateway);
    let mut node = Applying::new(71);
    let old = registered(&office, &mut node, gateway());
    let application = of_type(gateway(), RequestType::PgwyRenewalBoth);
    let offered = node.offered(&office, application);
    let offered = offered.standing_on(standing(&old));
    let new = certified(verdict(&office, &mut node, offered, new_keys(true, true)));
    assert_eq!(new.signature.certificate.public_key(), key(3).public_key());
}

#[test]
fn a_signature_certificate_is_renewed_alone() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(72);
    let old = registered(&office, &mut shop, merchant());
    let application = of_type(merchant(), RequestType::MerRenewalSig);
    let offered = shop.offered(&office, application);
    let offered = offered.standing_on(standing(&old));
    let new = certified(verdict(&office, &mut shop, offered, new_keys(true, false)));
    assert_eq!(new.signature.certificate.public_key(), key(3).public_key());
    assert!(new.encryption.is_none());
}

#[test]
fn the_signature_key_vouches_for_an_encryption_key_that_is_renewed_alone() {
    for (entity, application, request_type) in [
        (EndEntity::Merchant, merchant(), RequestType::MerRenewalEnc),
        (EndEntity::Gateway, gateway(), RequestType::PgwyRenewalEnc),
    ] {
        let office = Office::of(entity);
        let mut party = Applying::new(73);
        let old = registered(&office, &mut party, application.clone());
        let application = of_type(application, request_type);
        let offered = party.offered(&office, application);
        let offered = offered.standing_on(standing(&old));
        let new = certified(verdict(&office, &mut party, offered, new_keys(false, true)));
        assert_eq!(new.signature.certificate, old.signature.certificate);
        let encryption = new.encryption.unwrap();
        assert_eq!(encryption.certificate.public_key(), key(4).public_key());
        assert_eq!(
            encryption.certificate.subject(),
            old.signature.certificate.subject()
        );
    }
}

#[test]
fn a_first_encryption_certificate_follows_a_signature_certificate() {
    for (entity, application, sig, enc) in [
        (
            EndEntity::Merchant,
            merchant(),
            RequestType::MerInitialSig,
            RequestType::MerInitialEnc,
        ),
        (
            EndEntity::Gateway,
            gateway(),
            RequestType::PgwyInitialSig,
            RequestType::PgwyInitialEnc,
        ),
    ] {
        let office = Office::of(entity);
        let mut party = Applying::new(74);
        let offered = party.offered(&office, of_type(application.clone(), sig));
        let first = certified(verdict(&office, &mut party, offered, new_keys(true, false)));
        assert!(first.encryption.is_none());
        let offered = party.offered(&office, of_type(application, enc));
        let offered = offered.standing_on(Standing::of(first.signature));
        let both = certified(verdict(&office, &mut party, offered, new_keys(false, true)));
        assert!(both.encryption.is_some());
    }
}

#[test]
fn a_pended_request_for_encryption_alone_is_inquired_after_with_the_key_that_vouched() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(75);
    let old = registered(&office, &mut shop, merchant());
    office.decide(Decision::Pended { message: None });
    let application = of_type(merchant(), RequestType::MerRenewalEnc);
    let offered = shop.offered(&office, application);
    let offered = offered.standing_on(standing(&old));
    let Verdict::Pended(pended) = verdict(&office, &mut shop, offered, new_keys(false, true))
    else {
        panic!("not pended");
    };
    // The program ends, and another run goes on.
    let kept = asn1::encode(&pended.kept()).unwrap();
    let kept: Kept = asn1::decode(&kept, &Limits::default()).unwrap();
    let pended = kept.resume(new_keys(false, true), Some(standing(&old)));
    office.decide(Decision::Approved(Box::new(grant(EndEntity::Merchant))));
    let context = shop.tools.context();
    let (state, request) = pended.inquire(&context, &shop.trust).unwrap();
    let answer = office.answer(&request).unwrap();
    let new = certified(state.handle(&context, &answer, &mut shop.trust).unwrap());
    assert_eq!(
        new.encryption.unwrap().certificate.public_key(),
        key(4).public_key()
    );
}

#[test]
fn an_inquiry_takes_no_second_signature_beside_the_good_one() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(76);
    office.decide(Decision::Pended { message: None });
    let offered = shop.offered(&office, merchant());
    let Verdict::Pended(pended) = verdict(&office, &mut shop, offered, new_keys(true, true)) else {
        panic!("not pended");
    };
    let context = shop.tools.context();
    let (_, request) = pended.inquire(&context, &shop.trust).unwrap();
    let mut wrapper: MessageWrapper = asn1::decode(&request, &Limits::default()).unwrap();
    let Message::CertInqReq(signed) = &mut wrapper.message else {
        panic!("{}", wrapper.message.name());
    };
    let another = office.ca.encryption.certificate.issuer_and_serial_number();
    change_signers(signed, |infos| {
        let mut info = infos[0].clone();
        info.issuer_and_serial_number = another.clone();
        infos.push(info);
    });
    let octets = asn1::encode(&wrapper).unwrap();
    assert_eq!(office.answer(&octets), Err(ErrorCode::SignatureFailure));
    office.answer(&request).unwrap();
}

#[test]
fn a_renewed_card_has_another_secret_and_another_name() {
    let office = Office::of(EndEntity::Cardholder);
    let mut wallet = Applying::new(76);
    let (state, request) = wallet.card_filed(&office, good_answers());
    let context = wallet.tools.context();
    let answer = office.answer(&request).unwrap();
    let Verdict::Certified(old) = state.handle(&context, &answer, &mut wallet.trust).unwrap()
    else {
        panic!("not certified");
    };
    let offered = card_renewal(&office, &mut wallet, old.identity.clone());
    let context = wallet.tools.context();
    let expiry = CardExpiry::new(EXPIRY).unwrap();
    let (state, request) = offered
        .file(&context, key(3), expiry, good_answers(), &wallet.trust)
        .unwrap();
    let answer = office.answer(&request).unwrap();
    let Verdict::Certified(new) = state.handle(&context, &answer, &mut wallet.trust).unwrap()
    else {
        panic!("not certified");
    };
    assert_ne!(new.pan_secret, old.pan_secret);
    assert_ne!(
        new.identity.certificate.subject(),
        old.identity.certificate.subject()
    );
    assert_eq!(new.pan, old.pan);
}

fn card_renewal(
    office: &Office,
    wallet: &mut Applying,
    old: Identity,
) -> set_core::cardholder::registration::Offered {
    use set_core::cardholder::registration::Initiating;
    use set_core::registration::Answer;

    let context = wallet.tools.context();
    let brand = BrandId::new("Orchard").unwrap();
    let (state, request) = Initiating::start(&context, brand, &wallet.trust).unwrap();
    let answer = office.answer(&request).unwrap();
    let state = state.handle(&context, &answer, &mut wallet.trust).unwrap();
    let (pan, language) = (Pan::new(PAN).unwrap(), Language::new("en").unwrap());
    let (state, request) = state
        .renew(&context, pan, old, language, &wallet.trust)
        .unwrap();
    let answer = office.answer(&request).unwrap();
    match state.handle(&context, &answer, &mut wallet.trust).unwrap() {
        Answer::Form(offered) => *offered,
        Answer::Referral(referral) => panic!("{referral:?}"),
    }
}

/// What a merchant's renewal of both certificates gets after `alter` had its way with what
/// is signed, and `resign` with the signatures.
fn outcome(
    alter: impl FnOnce(&mut CertReqData, &Certified),
    resign: impl FnOnce(&mut SignedData, &Certified),
) -> Result<CertStatusCode, ErrorCode> {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(77);
    let old = registered(&office, &mut shop, merchant());
    office.asked.borrow_mut().clear();
    let application = of_type(merchant(), RequestType::MerRenewalBoth);
    let offered = shop.offered(&office, application);
    let offered = offered.standing_on(standing(&old));
    let context = shop.tools.context();
    let keys = new_keys(true, true);
    let (state, request) = offered
        .file(&context, keys, good_answers(), None, &shop.trust)
        .unwrap();
    let mut wrapper: MessageWrapper = asn1::decode(&request, &Limits::default()).unwrap();
    let Message::CertReq(message) = &mut wrapper.message else {
        panic!("no CertReq");
    };
    let CertReq::Enc(envelope) = &mut **message else {
        panic!("no Enc");
    };
    let crypto = &shop.tools.crypto;
    let signed = enc::open(crypto, &office.ca.encryption.key, ENC, envelope).unwrap();
    let mut data = s::unverified::<CertReqData>(&signed, ENC.tbs)
        .unwrap()
        .into_value();
    alter(&mut data, &old);
    let new = Signer {
        key: &key(3),
        certificate: IssuerAndSerialNumber::none(),
    };
    let mut signed = s::s(
        crypto,
        &[new, old.signature.signer()],
        ENC.tbs,
        &Raw::new(data).unwrap(),
        &Attached {
            certificates: signed.certificates.unwrap().into_vec(),
            crls: Vec::new(),
        },
    )
    .unwrap();
    resign(&mut signed, &old);
    let recipient = office.ca.encryption.recipient();
    *envelope = e::e(crypto, &recipient, ENC.tbe, &signed).unwrap();
    let answer = office.answer(&asn1::encode(&wrapper).unwrap())?;
    let context = shop.tools.context();
    let verdict = state.handle(&context, &answer, &mut shop.trust).unwrap();
    Ok(match verdict {
        Verdict::Refused(refused) => {
            assert!(office.asked.borrow().is_empty());
            refused.code
        }
        Verdict::Certified(_) => CertStatusCode::RequestComplete,
        Verdict::Pended(_) => CertStatusCode::RequestPended,
    })
}

fn change_signers(
    signed: &mut SignedData,
    change: impl FnOnce(&mut Vec<set_core::pkcs7::SignerInfo>),
) {
    let mut infos = signed.signer_infos.clone().into_vec();
    change(&mut infos);
    signed.signer_infos = SeqOf::new(infos).unwrap();
}

fn damage(info: &mut set_core::pkcs7::SignerInfo) {
    let mut octets = info.encrypted_digest.as_octets().to_vec();
    octets[17] ^= 1;
    info.encrypted_digest = EncryptedDigest::new(octets).unwrap();
}

#[test]
fn a_renewal_needs_both_signatures_and_takes_no_third() {
    let with = |change: fn(&mut Vec<set_core::pkcs7::SignerInfo>)| {
        outcome(|_, _| {}, |signed, _| change_signers(signed, change))
    };
    assert_eq!(with(|_| {}), Ok(CertStatusCode::RequestComplete));
    let failed = Ok(CertStatusCode::SigValidationFail);
    assert_eq!(with(|infos| damage(&mut infos[0])), failed);
    assert_eq!(with(|infos| damage(&mut infos[1])), failed);
    assert_eq!(with(|infos| infos.truncate(1)), failed);
    assert_eq!(with(|infos| drop(infos.remove(0))), failed);
    assert_eq!(with(|infos| infos.push(infos[1].clone())), failed);
    assert_eq!(with(|infos| infos[1] = infos[0].clone()), failed);
}

#[test]
fn a_signer_whose_certificate_is_not_at_hand_is_missing() {
    let code = outcome(|_, _| {}, |signed, _| signed.certificates = None);
    assert_eq!(code, Err(ErrorCode::MissingCertificate));
}

#[test]
fn a_bag_of_10_000_certificates_is_refused_unopened() {
    let code = outcome(
        |_, _| {},
        |signed, _| {
            let nothing: Opaque = asn1::decode(&[0x30, 0], &Limits::default()).unwrap();
            signed.certificates = SeqOf::new(vec![nothing; 10_000]).ok();
        },
    );
    assert_eq!(code, Err(ErrorCode::UnspecifiedFailure));
}

/// SubjectPublicKeyInfo of an RSA key with these octets as INTEGERs.
fn rsa_info(modulus: &[u8], exponent: &[u8]) -> SubjectPublicKeyInfo {
    let tlv = |tag: u8, content: &[u8]| {
        let length = content.len();
        let mut octets = match u8::try_from(length) {
            Ok(length @ ..128) => vec![tag, length],
            Ok(length) => vec![tag, 0x81, length],
            Err(_) => vec![tag, 0x82, (length >> 8) as u8, length as u8],
        };
        octets.extend_from_slice(content);
        octets
    };
    let algorithm = tlv(
        0x30,
        &[
            tlv(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]),
            vec![5, 0],
        ]
        .concat(),
    );
    let modulus = [vec![0], modulus.to_vec()].concat();
    let key = tlv(0x30, &[tlv(2, &modulus), tlv(2, exponent)].concat());
    let bits = [vec![0], key].concat();
    let info = tlv(0x30, &[algorithm, tlv(3, &bits)].concat());
    asn1::decode(&info, &Limits::default()).unwrap()
}

#[test]
fn weak_even_and_trivial_keys_are_not_certified() {
    let good = key(4).public_key().modulus().to_vec();
    let mut even = good.clone();
    *even.last_mut().unwrap() &= 0xfe;
    for (modulus, exponent) in [
        (even.as_slice(), [3].as_slice()),
        (good.as_slice(), [1].as_slice()),
        (good.as_slice(), [4].as_slice()),
        (&good[..64], [3].as_slice()),
    ] {
        let encryption = outcome(
            |data, _| data.public_key_s_or_e.public_key_e = Some(rsa_info(modulus, exponent)),
            |_, _| {},
        );
        assert_eq!(encryption, Ok(CertStatusCode::RejectedByCa));
        // What signs must be a key to begin with.
        let signature = outcome(
            |data, _| data.public_key_s_or_e.public_key_s = Some(rsa_info(modulus, exponent)),
            |_, _| {},
        );
        assert_eq!(signature, Ok(CertStatusCode::SigValidationFail));
    }
}

#[test]
fn a_renewal_names_the_signers_own_certificate() {
    let rejected = Ok(CertStatusCode::RejectedByCa);
    let unnamed = outcome(|data, _| data.ee_thumb = None, |_, _| {});
    assert_eq!(unnamed, rejected);
    let other = outcome(
        |data, old| {
            let other = &old.encryption.as_ref().unwrap().certificate;
            data.ee_thumb = other.thumb(&set_testkit::Deterministic::seeded(1)).ok();
        },
        |_, _| {},
    );
    assert_eq!(other, rejected);
}

#[test]
fn another_merchants_certificate_renews_nothing() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(78);
    let old = registered(&office, &mut shop, merchant());
    let mut application = of_type(merchant(), RequestType::MerRenewalBoth);
    if let IdData::MerchantAcquirerId(id) = &mut application.id_data {
        id.merchant_id = "SHOP-8".parse().unwrap();
    }
    let offered = shop.offered(&office, application);
    let offered = offered.standing_on(standing(&old));
    let refused = refused(verdict(&office, &mut shop, offered, new_keys(true, true)));
    assert_eq!(refused.code, CertStatusCode::RejectedByCa);
}

#[test]
fn an_old_certificate_that_no_longer_holds_renews_nothing() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(79);
    let old = registered(&office, &mut shop, merchant());
    let application = of_type(merchant(), RequestType::MerRenewalBoth);
    let offered = shop.offered(&office, application);
    let offered = offered.standing_on(standing(&old));
    let mut late = shop.tools.context();
    late.now = old.signature.certificate.not_after().plus(1);
    let (_, request) = offered
        .file(
            &late,
            new_keys(true, true),
            good_answers(),
            None,
            &shop.trust,
        )
        .unwrap();
    let until = late.now.unix() - office.tools.clock.now().unix();
    office.tools.clock.advance(until);
    // CRLs and BCI of that day are another matter: the validity is looked at first.
    assert_eq!(office.answer(&request), Err(ErrorCode::ExpiredCertificate));
}

#[test]
fn a_name_that_the_institution_has_changed_takes_a_first_registration() {
    let office = Office::of(EndEntity::Gateway);
    let mut node = Applying::new(80);
    let old = registered(&office, &mut node, gateway());
    let Grant::Gateway {
        acquirer,
        card_cert_required,
        tunneling,
        set_extensions,
        ..
    } = grant(EndEntity::Gateway)
    else {
        panic!("no grant for a gateway");
    };
    office.decide(Decision::Approved(Box::new(Grant::Gateway {
        acquirer,
        gateway_id: "GW-2".to_owned(),
        card_cert_required,
        tunneling,
        set_extensions,
    })));
    let application = of_type(gateway(), RequestType::PgwyRenewalBoth);
    let offered = node.offered(&office, application);
    let offered = offered.standing_on(standing(&old));
    let refused = refused(verdict(&office, &mut node, offered, new_keys(true, true)));
    assert_eq!(refused.code, CertStatusCode::RejectedByCa);
    assert!(refused.to_string().contains("register anew"), "{refused}");
}

#[test]
fn what_does_not_stand_on_what_it_should_is_not_sent() {
    let office = Office::of(EndEntity::Merchant);
    let mut shop = Applying::new(81);
    let old = registered(&office, &mut shop, merchant());
    let renewal = of_type(merchant(), RequestType::MerRenewalBoth);
    let without = shop.offered(&office, renewal);
    let needless = shop
        .offered(&office, merchant())
        .standing_on(standing(&old));
    let of_encryption = of_type(merchant(), RequestType::MerRenewalEnc);
    let unnamed = shop
        .offered(&office, of_encryption)
        .standing_on(Standing::of(old.signature.clone()));
    let context = shop.tools.context();
    for (offered, keys) in [
        (without, new_keys(true, true)),
        (needless, new_keys(true, true)),
        (unnamed, new_keys(false, true)),
    ] {
        let filed = offered.file(&context, keys, good_answers(), None, &shop.trust);
        assert!(matches!(filed, Err(set_core::error::Error::Caller(_))));
    }
}
