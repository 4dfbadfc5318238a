//! InqReq → InqRes, at any time.

use crate::asn1::{Raw, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::context::ids_of;
use crate::exchange::receive::{check_ids, check_rrpid};
use crate::exchange::{Context, extensions};
use crate::merchant::order::Order;
use crate::merchant::{Merchant, p_res};
use crate::msg::message::Message;
use crate::msg::payment::inq::{InqReq, InqReqData};
use crate::msg::payment::p_req::Pi;
use crate::msg::wrapper::MessageHeader;
use crate::party::Purpose;
use crate::treatment::s;

/// The content of an inquiry before its signature is verified: to look the order up.
///
/// # Errors
///
/// decodingFailure.
pub fn unverified(request: &InqReq) -> Result<InqReqData, Error> {
    Ok(match request {
        InqReq::InqReqSigned(signed) => {
            s::unverified::<InqReqData>(signed, oid::content::INQ_REQ_DATA)?.into_value()
        }
        InqReq::InqReqUnsigned(data) => data.clone(),
    })
}

/// Answers an inquiry about `order`.
///
/// An order placed with a signature is told about only to the certificate that signed it.
///
/// # Errors
///
/// In the order of checking: wrapperMsgMismatch; unrecognizedExtension; signatureRequired when
/// the order was signed and the inquiry is not; the certificate codes; signatureFailure;
/// unknownRRPID, unknownXID, unknownLID.
pub fn inq(
    context: &Context<'_>,
    merchant: &mut Merchant,
    header: &MessageHeader,
    request: &InqReq,
    order: &Order,
) -> Result<Vec<u8>, Error> {
    let data = Raw::new(unverified(request)?)?;
    check_ids(header, &data.trans_ids)?;
    extensions::check(&data, context.policy)?;
    let ordered_by = order.ordered().and_then(|ordered| match &*ordered.pi {
        Pi::PiDualSigned(pi) => Some(&pi.pi_signature),
        Pi::PiUnsigned(_) | Pi::AuthToken(_) => None,
    });
    match (request, ordered_by) {
        (InqReq::InqReqSigned(signed), ordered_by) => {
            merchant.trust.learn(context, signed, None)?;
            let cardholder =
                merchant
                    .trust
                    .signer(context, signed, Purpose::CardholderSignature)?;
            s::verify::<InqReqData>(
                context.crypto,
                signed,
                oid::content::INQ_REQ_DATA,
                &cardholder,
            )?;
            let pointer = cardholder.certificate().issuer_and_serial_number();
            let same = ordered_by.is_none_or(|signature| {
                signature.signer_infos.first().issuer_and_serial_number == *pointer
            });
            if !same {
                return Err(PeerFault::SignatureFailure(
                    "the inquiry is signed by another cardholder than the order",
                )
                .into());
            }
        }
        (InqReq::InqReqUnsigned(_), Some(_)) => {
            return Err(PeerFault::SignatureRequired("InqReq about a signed order").into());
        }
        (InqReq::InqReqUnsigned(_), None) => {}
    }
    check_rrpid(header, data.rrpid)?;
    let trans_ids = order.trans_ids().ok_or(PeerFault::UnknownXid)?;
    if data.trans_ids.xid != trans_ids.xid {
        return Err(PeerFault::UnknownXid.into());
    }
    if data.trans_ids.lid_c != trans_ids.lid_c || data.trans_ids.lid_m != trans_ids.lid_m {
        return Err(PeerFault::UnknownLid.into());
    }
    let signed = p_res::signed(
        context,
        merchant,
        trans_ids,
        data.rrpid,
        data.chall_c2,
        order,
    )?;
    context.wrap(
        Message::InqRes(Box::new(signed)),
        Some(data.rrpid),
        Some(ids_of(trans_ids)),
    )
}
