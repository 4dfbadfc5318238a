//! What all requests of a merchant have in common: they are signed and then encrypted.

use crate::asn1::{Raw, Wire};
use crate::error::{Error, PeerFault};
use crate::exchange::{Context, extensions};
use crate::gateway::Gateway;
use crate::gateway::peer::Peer;
use crate::msg::message::Message;
use crate::msg::payment::account::PanToken;
use crate::msg::payment::cap::CapReq;
use crate::msg::tags::RrTags;
use crate::msg::wrapper::MessageIds;
use crate::pkcs7::EnvelopedData;
use crate::treatment::enc::{self, Types};
use crate::treatment::{enc_x, s, so};

/// The envelope of a merchant's request; none for a message without one.
#[must_use]
pub fn envelope(message: &Message) -> Option<&EnvelopedData> {
    use crate::exchange::cap_rev_or_cred::{CapRevOrCred, CapRevOrCredReq};
    if let Some((_, request)) = CapRevOrCred::request_in(message) {
        return Some(match request {
            CapRevOrCredReq::EncB(request) => &request.enc,
            CapRevOrCredReq::EncBx(request) => &request.enc_x,
        });
    }
    match message {
        Message::AuthReq(request) => Some(&request.enc),
        Message::AuthRevReq(request) => Some(&request.enc),
        Message::CapReq(request) => Some(match &**request {
            CapReq::EncB(request) => &request.enc,
            CapReq::EncBx(request) => &request.enc_x,
        }),
        Message::BatchAdminReq(request) => Some(request),
        _ => None,
    }
}

/// A request as it came.
pub(super) enum Sealed<'a> {
    /// Signed inside.
    Plain(&'a EnvelopedData, Types),
    /// With an account in the OAEP block that the signature covers.
    WithAccount(&'a EnvelopedData, Types),
}

/// A request whose signature was verified.
pub(super) struct Opened<T> {
    /// What was signed.
    pub(super) content: Raw<T>,
    /// Who signed.
    pub(super) merchant: Peer,
    /// The account that came along.
    pub(super) pan_token: Option<PanToken>,
}

/// Opens a request; `check_ids`, of the header's ids, and that nothing critical is unknown,
/// come before any certificate is looked at.
///
/// # Errors
///
/// decodingFailure when it does not open or parse; those of `check_ids`;
/// unrecognizedExtension; the certificate codes and signatureFailure.
pub(super) fn open<T: Wire + Clone>(
    context: &Context<'_>,
    gateway: &mut Gateway,
    sealed: &Sealed<'_>,
    check_ids: impl FnOnce(&T) -> Result<(), PeerFault>,
) -> Result<Opened<T>, Error> {
    let crypto = context.crypto;
    let outside = |content: &Raw<T>| {
        check_ids(content)?;
        extensions::check(content, context.policy)
    };
    match *sealed {
        Sealed::Plain(envelope, types) => {
            let key = gateway.opener(context, envelope)?;
            let signed = enc::open(crypto, key, types, envelope)?;
            let unverified = s::unverified::<T>(&signed, types.tbs)?;
            outside(&unverified)?;
            let merchant = Peer::prove(context, gateway, &signed)?;
            let verified = s::verify::<T>(crypto, &signed, types.tbs, &merchant.signature)?;
            Ok(Opened {
                content: verified.content().clone(),
                merchant,
                pan_token: None,
            })
        }
        Sealed::WithAccount(envelope, types) => {
            let key = gateway.opener(context, envelope)?;
            let opened = enc_x::open::<T, PanToken>(crypto, key, types, envelope)?;
            outside(&opened.t)?;
            let merchant = Peer::prove(context, gateway, &opened.signature)?;
            so::verify(
                crypto,
                &opened.signature,
                types.tbs,
                &opened.to_be_signed()?,
                &merchant.signature,
            )?;
            Ok(Opened {
                content: opened.t,
                merchant,
                pan_token: Some(opened.p),
            })
        }
    }
}

/// Signs an answer without baggage, encrypts it for the merchant and wraps it.
#[expect(clippy::too_many_arguments, reason = "the parts of every answer")]
pub(super) fn respond<T>(
    context: &Context<'_>,
    gateway: &Gateway,
    merchant: &Peer,
    types: Types,
    data: &Raw<T>,
    attached: &crate::treatment::Attached,
    tags: &RrTags,
    ids: Option<MessageIds>,
    message: impl FnOnce(EnvelopedData) -> Message,
) -> Result<Vec<u8>, Error> {
    let response = enc::enc(
        context.crypto,
        &[gateway.signature.signer()],
        &merchant.recipient(),
        types,
        data,
        attached,
    )?;
    context.wrap(message(response), Some(tags.rrpid), ids)
}
