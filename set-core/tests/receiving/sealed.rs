//! Contents altered under the keys of those who made them.

use set_core::asn1::{self, Limits, Opaque, Raw, Schema};
use set_core::crypto::{CryptoProvider, PrivateKey};
use set_core::msg::content::schema_of_content;
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::Identity;
use set_core::pkcs7::{EnvelopedData, SignedData};
use set_core::treatment::enc::{self, Types};
use set_core::treatment::{Attached, s};

/// Gives other octets for those of a content of this type.
pub(crate) type Alter<'a> = &'a dyn Fn(&[u8], &'static Schema) -> Vec<u8>;

/// A message with something in it changed.
pub(crate) fn rewrap(octets: &[u8], alter: impl FnOnce(&mut MessageWrapper)) -> Vec<u8> {
    let mut wrapper: MessageWrapper = asn1::decode(octets, &Limits::default()).unwrap();
    alter(&mut wrapper);
    asn1::encode(&wrapper).unwrap()
}

/// What is signed changed, and signed anew.
pub(crate) fn sign(
    crypto: &dyn CryptoProvider,
    signed: &mut SignedData,
    signer: &Identity,
    alter: Alter<'_>,
) {
    let content_type = signed.content_info.content_type;
    let content = signed.content_info.content.as_ref().unwrap();
    let schema = schema_of_content(&content_type).unwrap();
    let altered: Raw<Opaque> = Raw::from_octets(alter(content.as_octets(), schema)).unwrap();
    let bag = |elements: &Option<set_core::asn1::SeqOf<Opaque, 0>>| {
        elements.iter().flatten().cloned().collect()
    };
    let attached = Attached {
        certificates: bag(&signed.certificates),
        crls: bag(&signed.crls),
    };
    *signed = s::s(
        crypto,
        &[signer.signer()],
        content_type,
        &altered,
        &attached,
    )
    .unwrap();
}

/// What is signed in an envelope changed, signed anew, and sealed for whom it was sealed for.
pub(crate) fn seal(
    crypto: &dyn CryptoProvider,
    envelope: &mut EnvelopedData,
    types: Types,
    signer: &Identity,
    recipient: &Identity,
    alter: Alter<'_>,
) {
    let mut signed = opened(crypto, envelope, types, &recipient.key);
    assert_eq!(signed.content_info.content_type, types.tbs);
    sign(crypto, &mut signed, signer, alter);
    *envelope =
        set_core::treatment::e::e(crypto, &recipient.recipient(), types.tbe, &signed).unwrap();
}

fn opened(
    crypto: &dyn CryptoProvider,
    envelope: &EnvelopedData,
    types: Types,
    key: &PrivateKey,
) -> SignedData {
    enc::open(crypto, key, types, envelope).unwrap()
}

/// The envelope or signature of a message that has one as a whole, or beside a baggage.
pub(crate) enum Whole<'a> {
    Enveloped(&'a mut EnvelopedData),
    Signed(&'a mut SignedData),
}

pub(crate) fn whole(message: &mut Message) -> Whole<'_> {
    use set_core::msg::payment::auth_res::AuthRes;
    use set_core::msg::payment::auth_rev::AuthRevRes;
    use set_core::msg::payment::cap::CapReq;
    use set_core::msg::payment::cap_rev_or_cred::{CapRevReq, CredReq, CredRevReq};
    use set_core::msg::payment::inq::InqReq;
    match message {
        Message::PInitRes(signed) | Message::PRes(signed) | Message::InqRes(signed) => {
            Whole::Signed(signed)
        }
        Message::PCertReq(signed) | Message::PCertRes(signed) => Whole::Signed(signed),
        Message::InqReq(request) => match &mut **request {
            InqReq::InqReqSigned(signed) => Whole::Signed(signed),
            InqReq::InqReqUnsigned(_) => panic!("unsigned"),
        },
        Message::AuthReq(request) => Whole::Enveloped(&mut request.enc),
        Message::AuthRes(response) => match &mut **response {
            AuthRes::EncB(response) => Whole::Enveloped(&mut response.enc),
            AuthRes::EncBx(response) => Whole::Enveloped(&mut response.enc_x),
        },
        Message::AuthRevReq(request) => Whole::Enveloped(&mut request.enc),
        Message::AuthRevRes(response) => match &mut **response {
            AuthRevRes::EncB(response) => Whole::Enveloped(&mut response.enc),
            AuthRevRes::Enc(envelope) => Whole::Enveloped(envelope),
        },
        Message::CapReq(request) => match &mut **request {
            CapReq::EncB(request) => Whole::Enveloped(&mut request.enc),
            CapReq::EncBx(request) => Whole::Enveloped(&mut request.enc_x),
        },
        Message::CapRevReq(request) => match &mut **request {
            CapRevReq::EncB(request) => Whole::Enveloped(&mut request.enc),
            CapRevReq::EncBx(request) => Whole::Enveloped(&mut request.enc_x),
        },
        Message::CredReq(request) => match &mut **request {
            CredReq::EncB(request) => Whole::Enveloped(&mut request.enc),
            CredReq::EncBx(request) => Whole::Enveloped(&mut request.enc_x),
        },
        Message::CredRevReq(request) => match &mut **request {
            CredRevReq::EncB(request) => Whole::Enveloped(&mut request.enc),
            CredRevReq::EncBx(request) => Whole::Enveloped(&mut request.enc_x),
        },
        Message::CapRes(envelope)
        | Message::CapRevRes(envelope)
        | Message::CredRes(envelope)
        | Message::CredRevRes(envelope)
        | Message::BatchAdminReq(envelope)
        | Message::BatchAdminRes(envelope) => Whole::Enveloped(envelope),
        other => panic!("{} is neither", other.name()),
    }
}
