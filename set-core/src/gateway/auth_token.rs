//! AuthTokens: the payment instruction of every authorization after the first.
//!
//! Like a CapToken it is written by the gateway to itself. It carries what the cardholder
//! agreed to and what was authorized so far, and names the authorization that it was given
//! with; it works once, and only as long as that authorization is as it was.

use crate::asn1::{Date, Opaque, Raw, oid};
use crate::error::Error;
use crate::exchange::Context;
use crate::gateway::Gateway;
use crate::gateway::host::Account;
use crate::gateway::record::Authorization;
use crate::msg::amount::CurrencyAmount;
use crate::msg::back_key::BackKeyData;
use crate::msg::ids::{MerchantId, Rrpid};
use crate::msg::payment::account::PanToken;
use crate::msg::payment::tokens::{AuthToken, AuthTokenData, RecurringCount};
use crate::msg::recur::InstallRecurData;
use crate::msg::tags::TransIds;
use crate::secret::ExNonce;
use crate::sequence;
use crate::treatment::enc::Types;
use crate::treatment::{Attached, enc_x, so};

sequence! {
    /// What the gateway puts into `authTokenOpaque`.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthTokenBinding = "AuthTokenBinding" {
        /// The authorization that it was given with.
        auth_rrpid: Rrpid = "authRRPID",
        /// How often its tokens had been replaced.
        generation: u64 = "generation" [default 0],
    }
}

const TYPES: Types = Types {
    tbe: oid::content::AUTH_TOKEN_TBE,
    tbs: oid::content::AUTH_TOKEN_TBS,
};

/// What a cardholder agreed to, and what became of it so far.
#[derive(Debug)]
pub(super) struct Terms {
    /// The amount of the whole order.
    pub(super) purch_amt: CurrencyAmount,
    /// Instalments or recurring payment.
    pub(super) install_recur_data: Option<InstallRecurData>,
    /// The key for the acquirer's message to the cardholder.
    pub(super) back_key: Option<BackKeyData>,
    /// The account.
    pub(super) account: Account,
    /// Earlier authorizations; none for the first.
    pub(super) so_far: Option<SoFar>,
}

/// What was authorized before.
#[derive(Clone, Debug)]
pub(super) struct SoFar {
    /// The authorization that the token was given with.
    pub(super) after: AuthTokenBinding,
    /// How many there were.
    pub(super) count: u64,
    /// When the last one was.
    pub(super) prev_auth_date_time: Date,
    /// Their sum.
    pub(super) total: CurrencyAmount,
}

/// A token that was opened.
#[derive(Debug)]
pub(super) struct FollowUp {
    /// Which transaction.
    pub(super) trans_ids: TransIds,
    /// Who is paid.
    pub(super) merchant_id: MerchantId,
    /// The rest.
    pub(super) terms: Terms,
}

/// Makes the token for what may follow `record`, an authorization under `terms`.
pub(super) fn give(
    context: &Context<'_>,
    gateway: &Gateway,
    record: &Authorization,
    terms: Terms,
) -> Result<AuthToken, Error> {
    let (count, before) = match &terms.so_far {
        Some(so_far) => (so_far.count, so_far.total.amount),
        None => (0, 0),
    };
    let data = Raw::new(AuthTokenData {
        trans_ids: record.trans_ids.clone(),
        purch_amt: terms.purch_amt,
        merchant_id: record.merchant_id.clone(),
        acq_back_key_data: terms.back_key,
        install_recur_data: terms.install_recur_data,
        recurring_count: Some(RecurringCount::new(count.saturating_add(1))?),
        prev_auth_date_time: record.date,
        total_auth_amount: CurrencyAmount {
            amount: before.saturating_add(record.auth_amt.amount),
            ..record.auth_amt
        },
        auth_token_opaque: Opaque::of(&AuthTokenBinding {
            auth_rrpid: record.auth_rrpid,
            generation: record.generation,
        })?,
    })?;
    let pan_token = PanToken {
        pan: terms.account.pan,
        card_expiry: terms.account.card_expiry,
        ex_nonce: ExNonce::random(context.crypto)?,
    };
    Ok(enc_x::enc_x(
        context.crypto,
        &[gateway.signature.signer()],
        &gateway.encryption.recipient(),
        TYPES,
        &data,
        &pan_token,
        &Attached::none(),
    )?)
}

/// Opens a token that was made here.
///
/// # Errors
///
/// decodingFailure when it was made for another gateway or is damaged; the certificate codes
/// when it was made under a former certificate that does not hold any more; signatureFailure.
pub(super) fn open(
    context: &Context<'_>,
    gateway: &Gateway,
    token: &AuthToken,
) -> Result<FollowUp, Error> {
    let own = gateway.own_signature(context)?;
    let opened = enc_x::open::<AuthTokenData, PanToken>(
        context.crypto,
        gateway.opener(context, token)?,
        TYPES,
        token,
    )?;
    let made = opened.t.prev_auth_date_time;
    let signer = gateway.own_signer(context, &own, &opened.signature, Some(made))?;
    so::verify(
        context.crypto,
        &opened.signature,
        TYPES.tbs,
        &opened.to_be_signed()?,
        &signer,
    )?;
    let data = opened.t.into_value();
    let after = data.auth_token_opaque.decode_as::<AuthTokenBinding>()?;
    let count = data.recurring_count.map_or(1, RecurringCount::value);
    Ok(FollowUp {
        trans_ids: data.trans_ids,
        merchant_id: data.merchant_id,
        terms: Terms {
            purch_amt: data.purch_amt,
            install_recur_data: data.install_recur_data,
            back_key: data.acq_back_key_data,
            account: opened.p.into(),
            so_far: Some(SoFar {
                after,
                count,
                prev_auth_date_time: data.prev_auth_date_time,
                total: data.total_auth_amount,
            }),
        },
    })
}
