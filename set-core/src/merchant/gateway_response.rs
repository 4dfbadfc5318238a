//! What a merchant checks of every response from the gateway.

use crate::asn1::Wire;
use crate::error::{Error, PeerFault};
use crate::exchange::{Context, extensions};
use crate::merchant::Merchant;
use crate::merchant::sale::Slot;
use crate::msg::ids::{BatchId, BatchSequenceNum, Rrpid};
use crate::msg::tags::{MerTermIds, RrTags, TransIds};
use crate::msg::thumbs::CertThumb;
use crate::party::Purpose;
use crate::pkcs7::{EnvelopedData, SignedData};
use crate::proof::ChainVerified;
use crate::treatment::enc::{self, Types};
use crate::treatment::{Attached, s};
use crate::x509::BrandCrlIdentifier;

/// Tags for a request of our own.
pub(super) fn tags(context: &Context<'_>, merchant: &Merchant) -> Result<RrTags, Error> {
    Ok(RrTags {
        rrpid: context.fresh_rrpid()?,
        mer_term_ids: MerTermIds {
            merchant_id: merchant.merchant_id()?,
            terminal_id: None,
            agent_num: None,
            chain_num: None,
            store_num: None,
        },
        current_date: context.now,
    })
}

/// Both our chains: the one to verify the request with, and the one to encrypt the answer
/// for. Nobody told us what the gateway holds, so everything goes along.
pub(super) fn attached(context: &Context<'_>, merchant: &Merchant) -> Result<Attached, Error> {
    let (attached, _) = merchant.trust.attach(
        context,
        &[
            &merchant.signature.certificate,
            &merchant.encryption.certificate,
        ],
        None,
    )?;
    Ok(attached)
}

/// Takes the certificates that came along, and verifies that a gateway of our brand signed, one
/// of those that we ask: any other that the brand certified cannot answer in its place.
pub(super) fn asked_signer(
    context: &Context<'_>,
    merchant: &mut Merchant,
    signed: &SignedData,
    bci: Option<&BrandCrlIdentifier>,
) -> Result<ChainVerified, Error> {
    let gateway = signer(context, merchant, signed, bci)?;
    if merchant.asks(context, gateway.certificate()) {
        Ok(gateway)
    } else {
        Err(PeerFault::SignatureFailure(
            "the response is signed by another gateway than the one asked",
        )
        .into())
    }
}

/// Takes the certificates that came along, and verifies that a gateway of our brand signed.
pub(super) fn signer(
    context: &Context<'_>,
    merchant: &mut Merchant,
    signed: &SignedData,
    bci: Option<&BrandCrlIdentifier>,
) -> Result<ChainVerified, Error> {
    merchant.trust.learn(context, signed, bci)?;
    let gateway = merchant
        .trust
        .signer(context, signed, Purpose::GatewaySignature)?;
    let ours = merchant.signature.certificate.brand()?;
    if gateway.brand() == Some(&ours) {
        Ok(gateway)
    } else {
        Err(PeerFault::Unspecified("the response is signed by a gateway of another brand").into())
    }
}

/// Opens an answer that is signed and encrypted, and verifies that a gateway of our brand
/// signed it and that nothing critical in it is unknown; `bci` is where it carries one.
pub(super) fn open<T: Wire + Clone>(
    context: &Context<'_>,
    merchant: &mut Merchant,
    types: Types,
    envelope: &EnvelopedData,
    bci: impl FnOnce(&T) -> Option<&BrandCrlIdentifier>,
) -> Result<T, Error> {
    let crypto = context.crypto;
    let key = merchant.opener(context, envelope)?;
    let signed = enc::open(crypto, key, types, envelope)?;
    let unverified = s::unverified::<T>(&signed, types.tbs)?;
    let gateway = asked_signer(context, merchant, &signed, bci(&unverified))?;
    let verified = s::verify::<T>(crypto, &signed, types.tbs, &gateway)?;
    extensions::check(verified.content(), context.policy)?;
    Ok((**verified.content()).clone())
}

/// Checks that an item of an answer is about what was asked.
pub(super) fn check_item(
    (trans_ids, auth_rrpid): (&TransIds, Rrpid),
    (ours, our_rrpid): (&TransIds, Rrpid),
) -> Result<(), PeerFault> {
    if trans_ids.xid != ours.xid {
        Err(PeerFault::UnknownXid)
    } else if trans_ids != ours {
        Err(PeerFault::UnknownLid)
    } else if auth_rrpid != our_rrpid {
        Err(PeerFault::UnknownRrpid)
    } else {
        Ok(())
    }
}

/// The place that an answer names.
pub(super) fn slot(
    batch_id: Option<BatchId>,
    batch_sequence_num: Option<BatchSequenceNum>,
) -> Option<Slot> {
    let (batch_id, batch_sequence_num) = batch_id.zip(batch_sequence_num)?;
    Some(Slot {
        batch_id,
        batch_sequence_num,
    })
}

/// Checks that the gateway's encryption certificate which `pe_thumb` vouches for is good.
pub(super) fn check_pe_thumb(
    context: &Context<'_>,
    merchant: &mut Merchant,
    pe_thumb: Option<&CertThumb>,
) -> Result<(), Error> {
    if let Some(thumb) = pe_thumb {
        merchant
            .trust
            .by_thumb(context, thumb, Purpose::GatewayEncryption)?;
    }
    Ok(())
}

/// Checks that the response repeats our tags.
pub(super) fn check_tags(tags: &RrTags, rrpid: Rrpid, merchant: &Merchant) -> Result<(), Error> {
    if tags.rrpid != rrpid {
        return Err(PeerFault::UnknownRrpid.into());
    }
    if tags.mer_term_ids.merchant_id != merchant.merchant_id()? {
        return Err(PeerFault::Unspecified("the response is to another merchant").into());
    }
    Ok(())
}
