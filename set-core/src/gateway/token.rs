//! CapTokens: what the gateway writes to itself and the merchant keeps for it.
//!
//! The account number is in the token and nowhere else: the gateway stores none. The
//! token's own field binds it to the transaction and the merchant, so that a token is of
//! no use to anybody but the one it was given to.

use crate::asn1::{Opaque, Raw, oid};
use crate::error::Error;
use crate::exchange::Context;
use crate::gateway::Gateway;
use crate::gateway::record::Authorization;
use crate::msg::ids::{MerchantId, Xid};
use crate::msg::payment::account::PanToken;
use crate::msg::payment::cap::CapCode;
use crate::msg::payment::tokens::{CapToken, CapTokenData};
use crate::proof::ChainVerified;
use crate::sequence;
use crate::treatment::enc::Types;
use crate::treatment::{Attached, TreatmentError, enc_x, so};

sequence! {
    /// What the gateway puts into `tokenOpaque`.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct TokenBinding = "TokenBinding" {
        /// The transaction.
        xid: Xid = "xid",
        /// Whom the token was given to.
        merchant_id: MerchantId = "merchantID",
    }
}

const TYPES: Types = Types {
    tbe: oid::content::CAP_TOKEN_TBEX,
    tbs: oid::content::CAP_TOKEN_TBS,
};

/// Makes the token of an authorization.
pub(super) fn seal(
    context: &Context<'_>,
    gateway: &Gateway,
    record: &Authorization,
    pan_token: &PanToken,
) -> Result<CapToken, Error> {
    let data = Raw::new(CapTokenData {
        auth_rrpid: record.auth_rrpid,
        auth_amt: record.auth_amt,
        token_opaque: Opaque::of(&TokenBinding {
            xid: record.trans_ids.xid,
            merchant_id: record.merchant_id.clone(),
        })?,
    })?;
    let envelope = enc_x::enc_x(
        context.crypto,
        &[gateway.signature.signer()],
        &gateway.encryption.recipient(),
        TYPES,
        &data,
        pan_token,
        &Attached::none(),
    )?;
    Ok(CapToken::EncX(envelope))
}

/// Opens a token and checks that it was made here for this authorization.
///
/// # Errors
///
/// [`CapCode::CapTokenMissing`] when the merchant has none,
/// [`CapCode::InvalidCapToken`] when it is not ours or another's.
pub(super) fn open(
    context: &Context<'_>,
    gateway: &Gateway,
    own: &ChainVerified,
    token: &CapToken,
    record: &Authorization,
) -> Result<PanToken, CapCode> {
    let envelope = match token {
        CapToken::EncX(envelope) => envelope,
        CapToken::Null(_) => return Err(CapCode::CapTokenMissing),
        CapToken::Enc(_) => return Err(CapCode::InvalidCapToken),
    };
    let opened = enc_x::open::<CapTokenData, PanToken>(
        context.crypto,
        &gateway.encryption.key,
        TYPES,
        envelope,
    )
    .map_err(|error| code(&error))?;
    let to_be_signed = opened.to_be_signed().map_err(|error| code(&error))?;
    so::verify(
        context.crypto,
        &opened.signature,
        TYPES.tbs,
        &to_be_signed,
        own,
    )
    .map_err(|error| code(&error))?;
    let binding: TokenBinding = opened
        .t
        .token_opaque
        .decode_as()
        .map_err(|_| CapCode::InvalidCapToken)?;
    let ours = opened.t.auth_rrpid == record.auth_rrpid
        && opened.t.auth_amt == record.auth_amt
        && binding.xid == record.trans_ids.xid
        && binding.merchant_id == record.merchant_id;
    if ours {
        Ok(opened.p)
    } else {
        Err(CapCode::InvalidCapToken)
    }
}

fn code(error: &TreatmentError) -> CapCode {
    match error {
        TreatmentError::Provider(_) | TreatmentError::Encode(_) => CapCode::UnspecifiedFailure,
        _ => CapCode::InvalidCapToken,
    }
}
