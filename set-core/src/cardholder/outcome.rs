//! How far an order has come, as the merchant signs it.

use crate::asn1::oid;
use crate::cardholder::inquiry::Placed;
use crate::error::{Error, PeerFault};
use crate::exchange::receive::check_ids;
use crate::exchange::{Context, extensions};
use crate::msg::ids::{Challenge, Rrpid};
use crate::msg::payment::p_res::{PResData, PResPayload};
use crate::msg::wrapper::MessageHeader;
use crate::party::{Purpose, Trust};
use crate::path::brand;
use crate::pkcs7::SignedData;
use crate::proof::SignatureVerified;
use crate::treatment::s;
use crate::x509::name::Brand;

/// The merchant's word on an order, its signature verified.
#[derive(Debug)]
pub struct Outcome {
    verified: SignatureVerified<PResData>,
}

impl Outcome {
    /// One payload for each part of the order.
    #[must_use]
    pub fn payloads(&self) -> &[PResPayload] {
        &self.verified.content().p_res_payload_seq
    }

    /// The evidence: who signed it.
    #[must_use]
    pub fn verified(&self) -> &SignatureVerified<PResData> {
        &self.verified
    }
}

/// Checks a PRes or InqRes: signature, transaction, RRPID, challenge, and that the merchant
/// is the one who was ordered from.
pub(super) fn of_p_res(
    context: &Context<'_>,
    header: &MessageHeader,
    signed: &SignedData,
    placed: &Placed,
    rrpid: Rrpid,
    chall_c: Challenge,
    trust: &mut Trust,
) -> Result<Outcome, Error> {
    let content = s::unverified::<PResData>(signed, oid::content::P_RES_DATA)?;
    trust.learn(context, signed, content.brand_crl_identifier.as_ref())?;
    let merchant = trust.signer(context, signed, Purpose::MerchantSignature)?;
    brand::require(context.crypto, &merchant, &Brand::of(&placed.brand_id))?;
    let verified =
        s::verify::<PResData>(context.crypto, signed, oid::content::P_RES_DATA, &merchant)?;
    let data = verified.content();
    check_ids(header, &data.trans_ids)?;
    extensions::check(data, context.policy)?;
    if data.rrpid != rrpid {
        return Err(PeerFault::UnknownRrpid.into());
    }
    if data.trans_ids.xid != placed.trans_ids.xid {
        return Err(PeerFault::UnknownXid.into());
    }
    if data.trans_ids.lid_c != placed.trans_ids.lid_c
        || data.trans_ids.lid_m != placed.trans_ids.lid_m
    {
        return Err(PeerFault::UnknownLid.into());
    }
    if data.chall_c != chall_c {
        return Err(PeerFault::ChallengeMismatch.into());
    }
    if merchant.certificate().merchant_id()? != placed.merchant_id {
        return Err(PeerFault::SignatureFailure(
            "the response is signed by another merchant than the one ordered from",
        )
        .into());
    }
    Ok(Outcome { verified })
}
