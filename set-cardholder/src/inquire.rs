//! `inquire`: how far has an order come?

use set_core::cardholder::inquiry::Inquiring;
use set_node::cli::Exit;
use set_node::program::{Screen, with};
use set_node::proved::Proved;
use set_node::transport::{Endpoint, MediaType};

use crate::cli::InquireArgs;
use crate::failure::Failure;
use crate::order::{self, Progress};
use crate::outcome::{self, Told};
use crate::wallet::Wallet;

/// Asks the merchant of an order.
///
/// # Errors
///
/// There is no such order; the merchant cannot be reached or its answer is not to be
/// believed.
pub async fn inquire(
    wallet: &mut Wallet,
    args: &InquireArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let order = order::find(&wallet.store, args.xid.as_deref()).await?;
    let card = match wallet.card() {
        Err(Failure::NoCard) if order.unsigned => None,
        card => Some(card?),
    };
    let endpoint: Endpoint = order.query_url.as_str().parse().map_err(Failure::Address)?;
    let peer = wallet.caller(endpoint, "merchant", MediaType::Payment);
    let context = wallet.station.context();
    let placed = order.placed.clone();
    let (state, request) = match &card {
        Some(card) if !order.unsigned => Inquiring::start(&context, placed, &card.identity),
        _ => Inquiring::start_unsigned(&context, placed),
    }
    .map_err(with("wallet"))?;
    let response = peer.exchange(&request).await?;
    let context = wallet.station.context();
    let outcome = state
        .handle(&context, &response, &mut wallet.trust)
        .map_err(with("merchant"))?;
    Proved::new("cardholder", "InqRes", Some(order.placed.trans_ids.xid))
        .fact("signed by the merchant that was ordered from")
        .fact("about this transaction, over our challenge")
        .tell(wallet.trace);
    let Some(payload) = outcome.payloads().first() else {
        return Err(outcome::NOTHING_SAID);
    };
    let progress = Progress::of(payload, context.now);
    let order = order::update(&wallet.store, order, progress.clone()).await?;
    // The secret of a card that is not kept was forgotten with the payment.
    let messages = match &card {
        Some(card) => outcome::messages(wallet, &order.placed, &card.pan_secret, &outcome),
        None => Vec::new(),
    };
    screen.result(&Told::new(&order, &outcome, messages, None));
    Ok(outcome::exit(&progress))
}
