//! PReq: the order instruction is checked; the payment instruction is passed on unread.

use crate::asn1::{Raw, oid};
use crate::cardholder::purchase::hod;
use crate::error::{Error, PeerFault};
use crate::exchange::receive::{check_ids, check_rrpid};
use crate::exchange::{Context, extensions};
use crate::merchant::Merchant;
use crate::merchant::order::{Initiated, Ordered};
use crate::msg::payment::p_req::{OiData, PReq, PReqDualSigned, Pi, PiTbs};
use crate::msg::wrapper::MessageHeader;
use crate::party::Purpose;
use crate::path::brand;
use crate::proof::DualSignatureLinked;
use crate::treatment::{dd, so};
use crate::x509::name::Brand;

/// Takes PReq.
///
/// # Errors
///
/// In the order of checking: wrapperMsgMismatch; unrecognizedExtension; signatureRequired for
/// an unsigned PReq that the gateway's certificate does not allow; the certificate codes;
/// signatureFailure when the dual signature does not tie the order to the payment;
/// unknownRRPID; unknownXID, unknownLID; challengeMismatch; unspecifiedFailure when order
/// description, amount, brand or BIN are not those agreed.
pub fn p_req(
    context: &Context<'_>,
    merchant: &mut Merchant,
    header: &MessageHeader,
    request: &PReq,
    state: Initiated,
) -> Result<Ordered, Error> {
    let oi_data = match request {
        PReq::PReqDualSigned(signed) => &signed.oi_dual_signed.t1,
        PReq::PReqUnsigned(unsigned) => &unsigned.oi_unsigned.t1,
    };
    check_ids(header, &oi_data.trans_ids)?;
    extensions::check(oi_data, context.policy)?;
    let pi = match request {
        PReq::PReqDualSigned(signed) => {
            let _linked = verify_dual_signature(context, merchant, signed, &state)?;
            Pi::PiDualSigned(signed.pi_dual_signed.clone())
        }
        PReq::PReqUnsigned(unsigned) => {
            if merchant
                .gateway(context, Some(&state.bin))?
                .certificate()
                .card_cert_required()
            {
                return Err(PeerFault::SignatureRequired("PReq").into());
            }
            Pi::PiUnsigned(unsigned.pi_unsigned.clone())
        }
    };
    check_order(header, oi_data, &state)?;
    let hod = check_hod(context, oi_data, &state)?;
    Ok(Ordered {
        rrpid: oi_data.rrpid,
        chall_c: oi_data.chall_c,
        h_oi_data: dd::dd(context.crypto, oid::content::OI_DATA, oi_data)?,
        hod,
        pi: Raw::new(pi)?,
        date: context.now,
        initiated: state,
    })
}

/// That the order instruction is about this transaction.
fn check_order(header: &MessageHeader, oi_data: &OiData, state: &Initiated) -> Result<(), Error> {
    check_rrpid(header, oi_data.rrpid)?;
    let (theirs, ours) = (&oi_data.trans_ids, &state.trans_ids);
    if theirs.xid != ours.xid {
        return Err(PeerFault::UnknownXid.into());
    }
    if theirs.lid_c != ours.lid_c || theirs.lid_m != ours.lid_m {
        return Err(PeerFault::UnknownLid.into());
    }
    if oi_data.chall_m != Some(state.chall_m) {
        return Err(PeerFault::ChallengeMismatch.into());
    }
    if theirs != ours {
        return Err(PeerFault::Unspecified("transIDs differ from those of PInitRes").into());
    }
    if Brand::of(&oi_data.brand_id) != Brand::of(&state.brand_id) || oi_data.bin != state.bin {
        return Err(PeerFault::Unspecified("brand or BIN differ from those of PInitReq").into());
    }
    Ok(())
}

/// That both sides mean the same order description and amount.
fn check_hod(
    context: &Context<'_>,
    oi_data: &OiData,
    state: &Initiated,
) -> Result<crate::pkcs7::DetachedDigest, Error> {
    let offer = &state.offer;
    let ours = hod(
        context,
        offer.od.as_bytes(),
        offer.purch_amt,
        oi_data.od_salt,
        offer.install_recur_data.as_ref(),
    )?;
    if ours == oi_data.hod {
        Ok(ours)
    } else {
        Err(
            PeerFault::Unspecified("the order description or amount is not what the shop offered")
                .into(),
        )
    }
}

/// That one cardholder signed both the order as it came and the payment instruction whose
/// digest came with it.
fn verify_dual_signature(
    context: &Context<'_>,
    merchant: &mut Merchant,
    request: &PReqDualSigned,
    state: &Initiated,
) -> Result<DualSignatureLinked, Error> {
    let signature = &request.pi_dual_signed.pi_signature;
    merchant.trust.learn(context, signature, None)?;
    let cardholder = merchant
        .trust
        .signer(context, signature, Purpose::CardholderSignature)?;
    brand::require(context.crypto, &cardholder, &Brand::of(&state.brand_id))?;
    let order = &request.oi_dual_signed;
    let pi_tbs = Raw::new(PiTbs {
        h_pi_data: order.t2.clone(),
        h_oi_data: dd::dd(context.crypto, oid::content::OI_DATA, &order.t1)?,
    })?;
    so::verify(
        context.crypto,
        signature,
        oid::content::PI_TBS,
        pi_tbs.octets(),
        &cardholder,
    )?;
    Ok(DualSignatureLinked::checked())
}
