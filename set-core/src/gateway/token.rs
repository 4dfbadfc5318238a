//! CapTokens: what the gateway writes to itself and the merchant keeps for it.
//!
//! Unless the gateway is told to keep them, account numbers are in the tokens and nowhere
//! else. The token's own field binds it to the transaction and the merchant, so that a token
//! is of no use to anybody but the one it was given to, and to the authorization as it was
//! when the token was made: after a reversal only the new one works.

use der::asn1::Null;

use crate::asn1::{Date, Opaque, Raw, oid};
use crate::crypto::PrivateKey;
use crate::error::Error;
use crate::exchange::Context;
use crate::gateway::Gateway;
use crate::gateway::host::Account;
use crate::gateway::record::Authorization;
use crate::msg::ids::{MerchantId, Xid};
use crate::msg::payment::account::PanToken;
use crate::msg::payment::auth_rev::AuthRevCode;
use crate::msg::payment::cap::CapCode;
use crate::msg::payment::cap_rev_or_cred::CapRevOrCredCode;
use crate::msg::payment::tokens::{CapToken, CapTokenData};
use crate::party::former;
use crate::pkcs7::EnvelopedData;
use crate::proof::ChainVerified;
use crate::secret::ExNonce;
use crate::sequence;
use crate::treatment::enc::{self, Types};
use crate::treatment::{Attached, TreatmentError, enc_x, s, so};

/// What a gateway gives to merchants for their captures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CapTokens {
    /// Tokens with the account inside: the gateway keeps none.
    #[default]
    WithAccount,
    /// Tokens without; the gateway keeps the account, encrypted for itself.
    WithoutAccount,
    /// No tokens; the gateway keeps everything.
    None,
}

sequence! {
    /// What the gateway puts into `tokenOpaque`.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct TokenBinding = "TokenBinding" {
        /// The transaction.
        xid: Xid = "xid",
        /// Whom the token was given to.
        merchant_id: MerchantId = "merchantID",
        /// How many tokens it replaced.
        generation: u64 = "generation" [default 0],
    }
}

/// Why a token does not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenFault {
    /// There is none, and the gateway keeps none.
    Missing,
    /// It is not the one of this authorization.
    Invalid,
    /// A key of our own failed.
    Failed,
}

impl From<TokenFault> for CapCode {
    fn from(fault: TokenFault) -> Self {
        match fault {
            TokenFault::Missing => Self::CapTokenMissing,
            TokenFault::Invalid => Self::InvalidCapToken,
            TokenFault::Failed => Self::UnspecifiedFailure,
        }
    }
}

impl From<TokenFault> for CapRevOrCredCode {
    fn from(fault: TokenFault) -> Self {
        match fault {
            TokenFault::Missing => Self::MissingCapToken,
            TokenFault::Invalid => Self::InvalidCapToken,
            TokenFault::Failed => Self::UnspecifiedFailure,
        }
    }
}

impl From<TokenFault> for AuthRevCode {
    fn from(fault: TokenFault) -> Self {
        match fault {
            TokenFault::Missing => Self::MissingCapToken,
            TokenFault::Invalid => Self::InvalidCapToken,
            TokenFault::Failed => Self::SystemError,
        }
    }
}

const WITH_ACCOUNT: Types = Types {
    tbe: oid::content::CAP_TOKEN_TBEX,
    tbs: oid::content::CAP_TOKEN_TBS,
};
const WITHOUT_ACCOUNT: Types = Types {
    tbe: oid::content::CAP_TOKEN_TBE,
    tbs: oid::content::CAP_TOKEN_DATA,
};

/// Makes the token of an authorization for its merchant; what the gateway keeps goes into
/// the record.
pub(super) fn give(
    context: &Context<'_>,
    gateway: &Gateway,
    record: &mut Authorization,
    account: &Account,
) -> Result<CapToken, Error> {
    let data = data(record)?;
    let pan_token = PanToken {
        pan: account.pan.duplicate(),
        card_expiry: account.card_expiry.duplicate(),
        ex_nonce: ExNonce::random(context.crypto)?,
    };
    let complete = CapToken::EncX(enc_x::enc_x(
        context.crypto,
        &[gateway.signature.signer()],
        &gateway.encryption.recipient(),
        WITH_ACCOUNT,
        &data,
        &pan_token,
        &Attached::none(),
    )?);
    let given = match gateway.cap_tokens {
        CapTokens::WithAccount => return Ok(complete),
        CapTokens::WithoutAccount => CapToken::Enc(enc::enc(
            context.crypto,
            &[gateway.signature.signer()],
            &gateway.encryption.recipient(),
            WITHOUT_ACCOUNT,
            &data,
            &Attached::none(),
        )?),
        CapTokens::None => CapToken::Null(Null),
    };
    record.kept = Some(complete);
    Ok(given)
}

fn data(record: &Authorization) -> Result<Raw<CapTokenData>, Error> {
    Ok(Raw::new(CapTokenData {
        auth_rrpid: record.auth_rrpid,
        auth_amt: record.auth_amt,
        token_opaque: Opaque::of(&TokenBinding {
            xid: record.trans_ids.xid,
            merchant_id: record.merchant_id.clone(),
            generation: record.generation,
        })?,
    })?)
}

/// The account of an authorization: from the token that came, or from the one kept here.
///
/// # Errors
///
/// [`TokenFault::Missing`] when neither is there; [`TokenFault::Invalid`] when it is not
/// ours, another's, or was replaced.
pub(super) fn account(
    context: &Context<'_>,
    gateway: &Gateway,
    own: &ChainVerified,
    token: Option<&CapToken>,
    record: &Authorization,
) -> Result<Account, TokenFault> {
    let keeper = Keeper {
        context,
        gateway,
        own,
    };
    let (data, pan_token) = match (token, &record.kept) {
        (Some(CapToken::EncX(envelope)), _) => keeper.open(envelope, Some(record.date))?,
        (Some(CapToken::Enc(envelope)), Some(CapToken::EncX(kept))) => {
            let data = keeper.open_without_account(envelope, record.date)?;
            belongs(&data, record)?;
            keeper.open_kept(kept)?
        }
        (Some(CapToken::Enc(_)), _) => return Err(TokenFault::Invalid),
        (None | Some(CapToken::Null(_)), Some(CapToken::EncX(kept))) => keeper.open_kept(kept)?,
        (None | Some(CapToken::Null(_)), _) => return Err(TokenFault::Missing),
    };
    belongs(&data, record)?;
    Ok(pan_token.into())
}

/// Opens a token of which no record is left: its content, what binds it, and the account.
pub(super) fn unrecorded(
    context: &Context<'_>,
    gateway: &Gateway,
    own: &ChainVerified,
    token: &CapToken,
) -> Result<(CapTokenData, TokenBinding, Account), TokenFault> {
    let CapToken::EncX(envelope) = token else {
        return Err(TokenFault::Missing);
    };
    let keeper = Keeper {
        context,
        gateway,
        own,
    };
    let (data, pan_token) = keeper.open(envelope, None)?;
    let binding = binding(&data)?;
    Ok((data, binding, pan_token.into()))
}

/// The gateway as the reader of what it wrote.
struct Keeper<'a> {
    context: &'a Context<'a>,
    gateway: &'a Gateway,
    own: &'a ChainVerified,
}

impl Keeper<'_> {
    /// Opens a token that came; it was made at the date `made` or soon after, if that is known.
    fn open(
        &self,
        envelope: &EnvelopedData,
        made: Option<Date>,
    ) -> Result<(CapTokenData, PanToken), TokenFault> {
        let key = self.gateway.opener(self.context, envelope)?;
        let opened = open_with(self.context, key, envelope)?;
        let signer = self
            .gateway
            .own_signer(self.context, self.own, &opened.signature, made)?;
        so::verify(
            self.context.crypto,
            &opened.signature,
            WITH_ACCOUNT.tbs,
            &opened.to_be_signed()?,
            &signer,
        )?;
        Ok((opened.t.into_value(), opened.p))
    }

    /// Opens a token that never left: the gateway's own records outlive its certificates, so
    /// none is asked for.
    fn open_kept(&self, envelope: &EnvelopedData) -> Result<(CapTokenData, PanToken), TokenFault> {
        let key = self.gateway.own_opener(envelope);
        let opened = open_with(self.context, key, envelope)?;
        let pointer = &opened
            .signature
            .signer_infos
            .first()
            .issuer_and_serial_number;
        let signer = former::named(&self.gateway.former, pointer);
        let certificate = &signer.unwrap_or(&self.gateway.signature).certificate;
        so::verify_with_key(
            self.context.crypto,
            &opened.signature,
            WITH_ACCOUNT.tbs,
            &opened.to_be_signed()?,
            certificate.issuer_and_serial_number(),
            certificate.public_key(),
        )?;
        Ok((opened.t.into_value(), opened.p))
    }

    fn open_without_account(
        &self,
        envelope: &EnvelopedData,
        made: Date,
    ) -> Result<CapTokenData, TokenFault> {
        let key = self.gateway.opener(self.context, envelope)?;
        let signed = enc::open(self.context.crypto, key, WITHOUT_ACCOUNT, envelope)?;
        let signer = self
            .gateway
            .own_signer(self.context, self.own, &signed, Some(made))?;
        let tbs = WITHOUT_ACCOUNT.tbs;
        let verified = s::verify::<CapTokenData>(self.context.crypto, &signed, tbs, &signer)?;
        Ok((**verified.content()).clone())
    }
}

fn open_with(
    context: &Context<'_>,
    key: &PrivateKey,
    envelope: &EnvelopedData,
) -> Result<enc_x::Opened<CapTokenData, PanToken>, TreatmentError> {
    enc_x::open(context.crypto, key, WITH_ACCOUNT, envelope)
}

fn belongs(data: &CapTokenData, record: &Authorization) -> Result<(), TokenFault> {
    let binding = binding(data)?;
    let ours = data.auth_rrpid == record.auth_rrpid
        && data.auth_amt == record.auth_amt
        && binding.xid == record.trans_ids.xid
        && binding.merchant_id == record.merchant_id
        && binding.generation == record.generation;
    if ours {
        Ok(())
    } else {
        Err(TokenFault::Invalid)
    }
}

fn binding(data: &CapTokenData) -> Result<TokenBinding, TokenFault> {
    let binding = data.token_opaque.decode_as();
    binding.map_err(|_| TokenFault::Invalid)
}

impl From<Error> for TokenFault {
    /// The certificate that the token was made under does not hold any more.
    fn from(error: Error) -> Self {
        match error {
            Error::Provider(_) => Self::Failed,
            _ => Self::Invalid,
        }
    }
}

impl From<TreatmentError> for TokenFault {
    fn from(error: TreatmentError) -> Self {
        match error {
            TreatmentError::Provider(_) | TreatmentError::Encode(_) => Self::Failed,
            _ => Self::Invalid,
        }
    }
}
