//! What a merchant keeps of signed statements, as [`evidence`](crate::evidence).

use crate::asn1;
use crate::error::Error;
use crate::evidence::{Exhibit, OrderStatement, Statement};
use crate::exchange::{CapRevOrCred, Context};
use crate::merchant::{Merchant, Offer, authorize, capture};
use crate::msg::message::Message;
use crate::msg::payment::auth_res::AuthRes;
use crate::msg::payment::p_req::PReq;
use crate::msg::wrapper::MessageWrapper;
use crate::treatment::enc;

/// An order that [`p_req`](super::p_req::p_req) has taken; none when it is not signed.
#[must_use]
pub fn order(
    context: &Context<'_>,
    merchant: &Merchant,
    request: &PReq,
    offer: &Offer,
) -> Option<Exhibit> {
    let PReq::PReqDualSigned(signed) = request else {
        return None;
    };
    let statement = Statement::Order(OrderStatement {
        oi_dual_signed: signed.oi_dual_signed.clone(),
        pi_signature: signed.pi_dual_signed.pi_signature.clone(),
        od: offer.od.clone(),
        purch_amt: offer.purch_amt,
        install_recur_data: offer.install_recur_data.clone(),
    });
    Some(Exhibit::of(context.now, statement, &merchant.trust))
}

/// A PRes of ours; none when the octets are another message.
///
/// # Errors
///
/// The octets are no message.
pub fn acceptance(
    context: &Context<'_>,
    merchant: &Merchant,
    response: &[u8],
) -> Result<Option<Exhibit>, Error> {
    let wrapper: MessageWrapper = asn1::decode(response, &context.policy.limits)?;
    let Message::PRes(signed) = wrapper.message else {
        return Ok(None);
    };
    let mut trust = merchant.trust.clone();
    trust.hold(merchant.signature.certificate.clone());
    for certificate in &merchant.signature.chain {
        trust.hold(certificate.clone());
    }
    let statement = Statement::Acceptance(*signed);
    Ok(Some(Exhibit::of(context.now, statement, &trust)))
}

/// An answer of the gateway that was taken, out of its envelope; none when it is of a kind that
/// is not kept: a reversal, or an answer that carries an account number.
///
/// # Errors
///
/// The octets are no message, or the envelope does not open.
pub fn answer(
    context: &Context<'_>,
    merchant: &Merchant,
    response: &[u8],
) -> Result<Option<Exhibit>, Error> {
    let wrapper: MessageWrapper = asn1::decode(response, &context.policy.limits)?;
    let corrections = [
        CapRevOrCred::CapRev,
        CapRevOrCred::Cred,
        CapRevOrCred::CredRev,
    ];
    let (types, envelope) = match &wrapper.message {
        Message::AuthRes(response) => match &**response {
            AuthRes::EncB(response) => (authorize::RESPONSE, &response.enc),
            AuthRes::EncBx(_) => return Ok(None),
        },
        Message::CapRes(envelope) => (capture::RESPONSE, &**envelope),
        other => {
            let found = corrections
                .iter()
                .find_map(|what| Some((what.response(), what.response_in(other)?)));
            match found {
                Some(found) => found,
                None => return Ok(None),
            }
        }
    };
    let key = merchant.opener(context, envelope)?;
    let signed = enc::open(context.crypto, key, types, envelope)?;
    let statement = Statement::Answer(signed);
    Ok(Some(Exhibit::of(context.now, statement, &merchant.trust)))
}
