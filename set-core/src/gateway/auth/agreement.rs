//! What merchant and cardholder must agree on before the host is asked.

use crate::error::Error;
use crate::exchange::Context;
use crate::gateway::host::Account;
use crate::gateway::peer::Peer;
use crate::gateway::pi::{Cardholder, Instruction};
use crate::gateway::record::Authorization;
use crate::gateway::{Gateway, amounts};
use crate::msg::amount::CurrencyAmount;
use crate::msg::payment::auth_req::{AuthReqData, CheckDigests};
use crate::msg::payment::auth_res::AuthCode;
use crate::msg::payment::p_req::PiHead;
use crate::msg::recur::{InstallRecurData, InstallRecurInd, Recurring};
use crate::msg::tags::TransIds;
use crate::proof::ChainVerified;
use crate::secret::CardExpiry;
use crate::treatment::hmac;
use crate::x509::name::unique_cardholder_id;

/// The checks, in their order; see [`Asked::judge`](super::Asked::judge).
pub(super) fn check(
    context: &Context<'_>,
    gateway: &Gateway,
    data: &AuthReqData,
    merchant: &Peer,
    instruction: &Instruction,
    previous: &[Authorization],
) -> Result<Result<(), AuthCode>, Error> {
    let item = &data.auth_req_item;
    let Some(digests) = &item.check_digests else {
        return Ok(Err(AuthCode::PiAuthMismatch));
    };
    let head = &*instruction.head;
    let cardholder = instruction.cardholder.as_ref();
    if !same_payment(data, instruction) {
        return Ok(Err(AuthCode::PiAuthMismatch));
    }
    if !same_brand(gateway, merchant, cardholder)? {
        return Ok(Err(AuthCode::CardMerchBrandMismatch));
    }
    if cardholder.is_none() && gateway.encryption.certificate.card_cert_required() {
        return Ok(Err(AuthCode::SignatureRequired));
    }
    if !same_order(digests, merchant, head) {
        return Ok(Err(AuthCode::PiAuthMismatch));
    }
    if let Some(cardholder) = cardholder
        && !own_card(context, cardholder, instruction)?
    {
        return Ok(Err(AuthCode::InvalidTransaction));
    }
    // Whatever followed by token counts too: else what the cardholder signed for could be
    // authorized once more after the first was taken back.
    if previous
        .iter()
        .any(|record| record.trans_ids.xid == head.trans_ids.xid && record.in_force())
    {
        return Ok(Err(AuthCode::PiPreviouslyUsed));
    }
    let terms = Agreed {
        purch_amt: &head.inputs.purch_amt,
        install_recur_data: head.install_recur_data.as_ref(),
        account: &instruction.account,
    };
    if let Err(code) = terms.check_instalments(context, data) {
        return Ok(Err(code));
    }
    Ok(terms.check_rest(context, gateway, data, 0))
}

/// That both are about the same transaction and order.
pub(super) fn same_payment(data: &AuthReqData, instruction: &Instruction) -> bool {
    let item = &data.auth_req_item;
    same_transaction(&item.auth_tags.trans_ids, &instruction.head.trans_ids)
        && item
            .check_digests
            .as_ref()
            .is_some_and(|digests| digests.h_oi_data == instruction.h_oi_data)
}

/// That both name the same transaction: XID, LID-C, and LID-M if both have it.
pub(super) fn same_transaction(merchant: &TransIds, cardholder: &TransIds) -> bool {
    let lid_m = match (&merchant.lid_m, &cardholder.lid_m) {
        (Some(ours), Some(theirs)) => ours == theirs,
        _ => true,
    };
    merchant.xid == cardholder.xid && merchant.lid_c == cardholder.lid_c && lid_m
}

/// That merchant and cardholder are certified under the gateway's brand.
pub(super) fn same_brand(
    gateway: &Gateway,
    merchant: &Peer,
    cardholder: Option<&Cardholder>,
) -> Result<bool, Error> {
    let ours = gateway.encryption.certificate.brand()?;
    let matches = |chain: &ChainVerified| chain.brand() == Some(&ours);
    Ok(matches(&merchant.signature)
        && cardholder.is_none_or(|cardholder| matches(&cardholder.chain)))
}

/// That both mean the same order, and the payee is the merchant that asks.
fn same_order(digests: &CheckDigests, merchant: &Peer, head: &PiHead) -> bool {
    digests.hod2 == head.inputs.hod && merchant.merchant_id == head.merchant_id
}

/// That the card is the one the cardholder's certificate was issued for, and that whoever
/// made the PI for this transaction knows the certificate's secret.
fn own_card(
    context: &Context<'_>,
    cardholder: &Cardholder,
    instruction: &Instruction,
) -> Result<bool, Error> {
    let id = unique_cardholder_id(
        &instruction.account.pan,
        &instruction.account.card_expiry,
        &cardholder.pan_secret,
        context.crypto,
    )?;
    let stain = hmac::hmac(
        context.crypto,
        &instruction.head.trans_ids.xid,
        cardholder.pan_secret.expose(),
    )?;
    let name = cardholder.chain.certificate().subject_name()?;
    Ok(name.common_name() == Some(id.as_str()) && stain == instruction.head.trans_stain)
}

/// What the cardholder agreed to, however that is known.
pub(super) struct Agreed<'a> {
    pub(super) purch_amt: &'a CurrencyAmount,
    pub(super) install_recur_data: Option<&'a InstallRecurData>,
    pub(super) account: &'a Account,
}

impl Agreed<'_> {
    /// That the merchant has the same terms, and that they still hold.
    pub(super) fn check_instalments(
        &self,
        context: &Context<'_>,
        data: &AuthReqData,
    ) -> Result<(), AuthCode> {
        let payload = &data.auth_req_item.auth_req_payload;
        if payload.install_recur_data.as_ref() != self.install_recur_data {
            return Err(AuthCode::InstallRecurMismatch);
        }
        match self.recurring() {
            Some(recurring) if recurring.recurring_expiry < context.now => {
                Err(AuthCode::RecurringExpired)
            }
            _ => Ok(()),
        }
    }

    /// The terms of a payment that recurs.
    pub(super) fn recurring(&self) -> Option<&Recurring> {
        match &self.install_recur_data?.install_recur_ind {
            InstallRecurInd::Recurring(recurring) => Some(recurring),
            InstallRecurInd::InstallTotalTrans(_) => None,
        }
    }

    /// Amount, where `before` is in force already; expiry; capture.
    pub(super) fn check_rest(
        &self,
        context: &Context<'_>,
        gateway: &Gateway,
        data: &AuthReqData,
        before: u128,
    ) -> Result<(), AuthCode> {
        let asked = &data.auth_req_item.auth_req_payload.auth_req_amt;
        let most = amounts::most(self.purch_amt, context.policy.amount_margin_percent);
        let covered = amounts::same_unit(asked, self.purch_amt)
            && asked.amount > 0
            && before + u128::from(asked.amount) <= most;
        if !covered {
            return Err(AuthCode::AmountError);
        }
        if expired(context, &self.account.card_expiry) {
            return Err(AuthCode::ExpiredCard);
        }
        if data.capture_now && !gateway.captures {
            return Err(AuthCode::CaptureNotSupported);
        }
        Ok(())
    }
}

/// Whether the month embossed on the card is over.
fn expired(context: &Context<'_>, expiry: &CardExpiry) -> bool {
    let (year, month, ..) = context.now.parts();
    (expiry.year(), expiry.month()) < (year, month)
}
