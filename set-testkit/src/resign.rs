//! Messages as a dishonest peer would have made them: opened, altered, and signed and sealed
//! anew with keys that a test holds.
//!
//! What the signer attached stays attached, so that nothing but the altered content differs
//! from what an honest peer sends.
#![expect(clippy::expect_used, reason = "a test kit may stop the test")]

use set_core::asn1::{self, Limits, Opaque, Raw, SeqOf, Wire, oid};
use set_core::crypto::CryptoProvider;
use set_core::msg::payment::account::PanData;
use set_core::msg::payment::p_req::{OiData, PReqDualSigned, Pi, PiTbs};
use set_core::msg::payment::p_req::{PiData, PiDualSigned, PiHead, PiOiLink};
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::Identity;
use set_core::pkcs7::{DetachedDigest, EnvelopedData, SignedData};
use set_core::treatment::enc::{self, Types};
use set_core::treatment::{Attached, dd, ex, s, so};

/// A message with what is in its wrapper altered.
///
/// # Panics
///
/// When `octets` are no message.
#[must_use]
pub fn message(octets: &[u8], alter: impl FnOnce(&mut MessageWrapper)) -> Vec<u8> {
    let mut wrapper = opened(octets);
    alter(&mut wrapper);
    asn1::encode(&wrapper).expect("it can be encoded again")
}

/// A message.
///
/// # Panics
///
/// When `octets` are none.
#[must_use]
pub fn opened(octets: &[u8]) -> MessageWrapper {
    asn1::decode(octets, &Limits::default()).expect("it is a message")
}

/// What travels beside a signature, and whatever of the signer's chain does not.
fn attached(signed: &SignedData, signer: &Identity) -> Attached {
    let bag = |bag: &Option<SeqOf<Opaque, 0>>| -> Vec<Opaque> {
        let all = bag.iter().flat_map(|bag| bag.iter().cloned());
        all.collect()
    };
    let mut certificates = bag(&signed.certificates);
    for certificate in signer.attached().certificates {
        if !certificates.contains(&certificate) {
            certificates.push(certificate);
        }
    }
    Attached {
        certificates,
        crls: bag(&signed.crls),
    }
}

/// Alters what is signed, and signs it with the key of `signer`.
///
/// # Panics
///
/// When the content is no `T`.
pub fn signed<T: Wire>(
    crypto: &dyn CryptoProvider,
    signer: &Identity,
    signed: &mut SignedData,
    alter: impl FnOnce(&mut T),
) {
    let content_type = signed.content_info.content_type;
    let content = s::unverified::<T>(signed, content_type).expect("the content is of this type");
    let mut content = content.into_value();
    alter(&mut content);
    let content = Raw::new(content).expect("it can be encoded again");
    let made = s::s(
        crypto,
        &[signer.signer()],
        content_type,
        &content,
        &attached(signed, signer),
    );
    *signed = made.expect("the key signs");
}

/// Alters what is signed inside of an envelope for `recipient`, and signs and seals it anew.
///
/// # Panics
///
/// When the envelope does not open, or its content is no `T`.
pub fn sealed<T: Wire>(
    crypto: &dyn CryptoProvider,
    signer: &Identity,
    recipient: &Identity,
    types: Types,
    envelope: &mut EnvelopedData,
    alter: impl FnOnce(&mut T),
) {
    let inside = enc::open(crypto, &recipient.key, types, envelope).expect("it opens");
    let content = s::unverified::<T>(&inside, types.tbs).expect("the content is of this type");
    let mut content = content.into_value();
    alter(&mut content);
    let made = enc::enc(
        crypto,
        &[signer.signer()],
        &recipient.recipient(),
        types,
        &Raw::new(content).expect("it can be encoded again"),
        &attached(&inside, signer),
    );
    *envelope = made.expect("the keys serve");
}

/// Alters an order, and signs it together with the payment instruction that came with it.
///
/// # Panics
///
/// Never: what was read can be written.
pub fn order(
    crypto: &dyn CryptoProvider,
    cardholder: &Identity,
    request: &mut PReqDualSigned,
    alter: impl FnOnce(&mut OiData, &mut DetachedDigest),
) {
    let order = &mut request.oi_dual_signed;
    let mut oi_data = order.t1.clone().into_value();
    alter(&mut oi_data, &mut order.t2);
    order.t1 = Raw::new(oi_data).expect("it can be encoded again");
    let h_oi_data = dd::dd(crypto, oid::content::OI_DATA, &order.t1).expect("it can be hashed");
    let h_pi_data = order.t2.clone();
    request.pi_dual_signed.pi_signature = dual(crypto, cardholder, h_pi_data, h_oi_data);
}

/// Alters a payment instruction for the first gateway, and signs and seals it for the second,
/// together with the order whose digest is `h_oi_data`.
///
/// # Panics
///
/// When it is not a signed one for the first.
pub fn instruction(
    crypto: &dyn CryptoProvider,
    cardholder: &Identity,
    (from, to): (&Identity, &Identity),
    pi: &mut Raw<Pi>,
    h_oi_data: &DetachedDigest,
    alter: impl FnOnce(&mut PiHead, &mut PanData),
) {
    let signed = match &**pi {
        Pi::PiDualSigned(signed) => Some(signed),
        Pi::PiUnsigned(_) | Pi::AuthToken(_) => None,
    }
    .expect("it is signed by a cardholder");
    let tbe = oid::content::PI_DUAL_SIGNED_TBE;
    let (link, mut pan_data) =
        ex::open::<PiOiLink, PanData>(crypto, &from.key, tbe, &signed.ex_pi_data)
            .expect("it opens");
    let mut head = link.into_value().t1.into_value();
    alter(&mut head, &mut pan_data);
    *pi = dual_signed(crypto, cardholder, to, head, pan_data, h_oi_data);
}

/// A payment instruction, dual-signed with the order whose digest is `h_oi_data`.
///
/// # Panics
///
/// When a key does not serve.
#[must_use]
pub fn dual_signed(
    crypto: &dyn CryptoProvider,
    cardholder: &Identity,
    gateway: &Identity,
    head: PiHead,
    pan_data: PanData,
    h_oi_data: &DetachedDigest,
) -> Raw<Pi> {
    let tbe = oid::content::PI_DUAL_SIGNED_TBE;
    let link = Raw::new(PiOiLink {
        t1: Raw::new(head).expect("it can be encoded"),
        t2: h_oi_data.clone(),
    })
    .expect("it can be encoded");
    let ex_pi_data = ex::ex(crypto, &gateway.recipient(), tbe, &link, &pan_data);
    let pi_data = Raw::new(PiData {
        pi_head: link.into_value().t1,
        pan_data,
    })
    .expect("it can be encoded");
    let h_pi_data = dd::dd(crypto, oid::content::PI_DATA, &pi_data).expect("it can be hashed");
    Raw::new(Pi::PiDualSigned(PiDualSigned {
        pi_signature: dual(crypto, cardholder, h_pi_data, h_oi_data.clone()),
        ex_pi_data: ex_pi_data.expect("it can be sealed"),
    }))
    .expect("it can be encoded")
}

fn dual(
    crypto: &dyn CryptoProvider,
    cardholder: &Identity,
    h_pi_data: DetachedDigest,
    h_oi_data: DetachedDigest,
) -> SignedData {
    let tbs = Raw::new(PiTbs {
        h_pi_data,
        h_oi_data,
    })
    .expect("it can be encoded");
    so::so(
        crypto,
        &[cardholder.signer()],
        oid::content::PI_TBS,
        tbs.octets(),
        &cardholder.attached(),
    )
    .expect("the key signs")
}
