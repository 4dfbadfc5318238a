//! `enroll`: a certificate for a card.

use std::fmt;

use serde::Serialize;
use set_core::cardholder::Card;
use set_core::cardholder::registration::{Filed, Initiating, Offered};
use set_core::msg::ids::BrandId;
use set_core::registration::{Answer, Verdict};
use set_node::cli::Exit;
use set_node::enroll::{answers, prompt};
use set_node::program::{self, Screen, with};
use set_node::proved::Proved;
use set_node::transport::MediaType;

use crate::card::CardData;
use crate::cli::EnrollArgs;
use crate::failure::Failure;
use crate::wallet::{Peer, Wallet};

/// Registers the card at the CA and keeps the certificate.
///
/// # Errors
///
/// The root is not to be believed, the CA cannot be reached, does not prove who it is, or
/// refuses.
pub async fn enroll(
    wallet: &mut Wallet,
    args: &EnrollArgs,
    card: CardData,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let brand_id = BrandId::new(args.brand.as_str())
        .map_err(|_| Failure::Input("a brand has 1 to 40 characters"))?;
    let rules = &wallet.station.policy().key_rules;
    let root = args
        .root
        .install(&mut wallet.trust, wallet.station.crypto(), rules)?;
    if let Some(thumbprint) = root {
        tracing::info!(%thumbprint, "root believed; compare with the one that the brand publishes");
    }
    let peer = wallet.caller(args.ca.clone(), "ca", MediaType::Registration);
    let CardData { pan, card_expiry } = card;

    let offered = form(wallet, &peer, brand_id.clone(), pan).await?;
    let items = answers(offered.form(), &args.fields, prompt)?;
    let context = wallet.station.context();
    let key = context
        .crypto
        .generate_rsa(KEY_BITS)
        .map_err(|fault| with("wallet")(fault.into()))?;
    let (filed, request) = offered
        .file(&context, key, card_expiry, items, &wallet.trust)
        .map_err(with("wallet"))?;
    let response = peer.exchange(&request).await?;
    let card = certified(wallet, filed, &response)?;
    let face = wallet.keep_card(&card, brand_id).await?;
    screen.result(&Enrolled {
        card: face.masked_pan.to_string(),
        brand: face.brand_id.to_string(),
        certificate: card.identity.certificate.subject().to_string(),
        not_after: card.identity.certificate.not_after().to_string(),
    });
    Ok(Exit::Success)
}

/// CardCInitReq and RegFormReq: the issuer's form.
async fn form(
    wallet: &mut Wallet,
    peer: &Peer,
    brand_id: BrandId,
    pan: set_core::secret::Pan,
) -> Result<Offered, Failure> {
    let ca = with("ca");
    let context = wallet.station.context();
    let (state, request) =
        Initiating::start(&context, brand_id, &wallet.trust).map_err(with("wallet"))?;
    let response = peer.exchange(&request).await?;
    let context = wallet.station.context();
    let initiated = state
        .handle(&context, &response, &mut wallet.trust)
        .map_err(&ca)?;
    Proved::new("cardholder", "CardCInitRes", None)
        .chain("CA", initiated.ca())
        .tell(wallet.trace);
    let (state, request) = initiated
        .ask(&context, pan, wallet.language()?, &wallet.trust)
        .map_err(with("wallet"))?;
    let response = peer.exchange(&request).await?;
    let context = wallet.station.context();
    match state
        .handle(&context, &response, &mut wallet.trust)
        .map_err(&ca)?
    {
        Answer::Form(offered) => Ok(*offered),
        Answer::Referral(referral) => Err(referral.into()),
    }
}

fn certified(wallet: &mut Wallet, filed: Filed, response: &[u8]) -> Result<Card, Failure> {
    let context = wallet.station.context();
    match filed
        .handle(&context, response, &mut wallet.trust)
        .map_err(with("ca"))?
    {
        Verdict::Certified(card) => {
            Proved::new("cardholder", "CertRes", None)
                .fact("the certificate is for our new key")
                .fact("its common name is the unique cardholder id of this card, which shows no account number")
                .tell(wallet.trace);
            Ok(*card)
        }
        Verdict::Refused(refused) => Err((*refused).into()),
        Verdict::Pended(_) => Err(program::Failure::Pended.into()),
    }
}

#[derive(Serialize)]
struct Enrolled {
    card: String,
    brand: String,
    certificate: String,
    not_after: String,
}

impl fmt::Display for Enrolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Enrolled {} card {}", self.brand, self.card)?;
        writeln!(f, "  certificate {}", self.certificate)?;
        write!(f, "  valid until {}", self.not_after)
    }
}

/// Bits of a cardholder's key.
const KEY_BITS: usize = 1024;
