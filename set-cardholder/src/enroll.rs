//! `enroll` and `renew`: a certificate for a card.

use std::fmt;

use serde::Serialize;
use set_core::asn1::SeqOf;
use set_core::cardholder::Card;
use set_core::cardholder::registration::{Filed, Initiating, KeptCard, Offered};
use set_core::error::Error;
use set_core::msg::cert::cert_req::RegFormItem;
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{BrandId, Url};
use set_core::party::Identity;
use set_core::registration::{Answer, NewKeys, Verdict};
use set_core::secret::{CardExpiry, Pan};
use set_node::cli::Exit;
use set_node::enroll::{Enrollment, Waiting, answers, prompt};
use set_node::program::{self, Screen, value, with};
use set_node::proved::Proved;
use set_node::transport::MediaType;

use crate::card::CardData;
use crate::cli::{EnrollArgs, RenewArgs};
use crate::failure::Failure;
use crate::wallet::{Face, Peer, Wallet};

/// Registers the card at the CA and keeps the certificate, or asks what became of the request
/// that waits. `card` is asked for only when nothing waits.
///
/// # Errors
///
/// The root is not to be believed, the CA cannot be reached, does not prove who it is, has
/// not decided, or refuses. A request that it has not decided waits in the data folder, and
/// the same call asks after it.
pub async fn enroll(
    wallet: &mut Wallet,
    args: &EnrollArgs,
    card: impl FnOnce() -> Result<CardData, Failure>,
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
    let waiting = Waiting::new(&wallet.data, "enrollment");
    if args.anew {
        waiting.clear(&wallet.keys)?;
    }
    let card = match ask_after(wallet, &peer, &waiting, &brand_id).await? {
        Some(card) => card,
        None => {
            let CardData { pan, card_expiry } = card()?;
            let offered = form(wallet, &peer, brand_id.clone(), pan, None).await?;
            let items = answers(offered.form(), &args.fields, prompt)?;
            let enrollment = Enrollment {
                ca: Url::new(args.ca.to_string()).map_err(value("--ca"))?,
                brand_id: brand_id.clone(),
                language: wallet.language()?,
                id_data: None,
                answers: SeqOf::new(items.clone()).ok(),
                account: None,
            };
            enrollment.save(&wallet.data, &wallet.keys)?;
            file(wallet, &peer, &waiting, offered, card_expiry, items).await?
        }
    };
    let face = wallet.keep_card(&card, brand_id).await?;
    waiting.clear(&wallet.keys)?;
    screen.result(&Enrolled::of(&face, &card));
    Ok(Exit::Success)
}

/// Renews the card's certificate with the old one, and keeps it with its new PANSecret in
/// place of the old; or asks what became of a renewal that waits.
///
/// `expiry` is that of a new card with the old number, if there is one.
///
/// # Errors
///
/// There is no card; the CA cannot be reached, does not prove who it is, has not decided, or
/// refuses.
pub async fn renew(
    wallet: &mut Wallet,
    args: &RenewArgs,
    expiry: Option<CardExpiry>,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let old = wallet.card()?;
    let enrollment = Enrollment::load(&wallet.data, &wallet.keys)?;
    let ca = match &args.ca {
        Some(ca) => ca.clone(),
        None => enrollment.endpoint()?,
    };
    let peer = wallet.caller(ca, "ca", MediaType::Registration);
    let waiting = Waiting::new(&wallet.data, "renewal");
    let brand_id = enrollment.brand_id.clone();
    let card = match ask_after(wallet, &peer, &waiting, &brand_id).await? {
        Some(card) => card,
        None => {
            let offered = form(wallet, &peer, brand_id.clone(), old.pan, Some(old.identity));
            let offered = offered.await?;
            let items = enrollment.answered(offered.form(), &args.fields)?;
            let expiry = expiry.unwrap_or(old.card_expiry);
            file(wallet, &peer, &waiting, offered, expiry, items).await?
        }
    };
    let face = wallet.keep_card(&card, brand_id).await?;
    waiting.clear(&wallet.keys)?;
    screen.result(&Enrolled::of(&face, &card));
    Ok(Exit::Success)
}

/// CertInqReq for the request that waits; none when nothing waits, or when the CA says that
/// it knows nothing of it. That saying may be forged, so what waits is not forgotten for it:
/// only the next CertReq takes its place.
async fn ask_after(
    wallet: &mut Wallet,
    peer: &Peer,
    waiting: &Waiting,
    brand_id: &BrandId,
) -> Result<Option<Card>, Failure> {
    let Some((kept, keys)) = waiting.load::<KeptCard>(&wallet.keys)? else {
        return Ok(None);
    };
    if kept.kept.brand_id != *brand_id {
        let brand = kept.kept.brand_id.to_string();
        return Err(program::Failure::Waits { brand }.into());
    }
    let key = keys.signature.ok_or(program::Failure::Damaged {
        what: "the key of the request that waits",
    })?;
    let context = wallet.station.context();
    let (filed, request) = kept
        .resume(key)
        .inquire(&context, &wallet.trust)
        .map_err(with("wallet"))?;
    let response = peer.exchange(&request).await?;
    match verdict(wallet, waiting, filed, &response) {
        Err(Failure::Program(program::Failure::Protocol {
            source: Error::Refused(refused),
            ..
        })) if refused.code == ErrorCode::UnknownLid => {
            tracing::warn!("the CA knows nothing of the request that waited; asking anew");
            Ok(None)
        }
        outcome => outcome.map(Some),
    }
}

/// CertReq, which is kept before it is sent.
async fn file(
    wallet: &mut Wallet,
    peer: &Peer,
    waiting: &Waiting,
    offered: Offered,
    card_expiry: CardExpiry,
    items: Vec<RegFormItem>,
) -> Result<Card, Failure> {
    let context = wallet.station.context();
    let key = context
        .crypto
        .generate_rsa(KEY_BITS)
        .map_err(|fault| with("wallet")(fault.into()))?;
    let (filed, request) = offered
        .file(&context, key.clone(), card_expiry, items, &wallet.trust)
        .map_err(with("wallet"))?;
    if let Some(kept) = filed.kept() {
        let keys = NewKeys {
            signature: Some(key),
            encryption: None,
        };
        waiting.keep(&wallet.keys, &kept, &keys)?;
    }
    let response = peer.exchange(&request).await?;
    verdict(wallet, waiting, filed, &response)
}

/// CardCInitReq and RegFormReq: the issuer's form.
async fn form(
    wallet: &mut Wallet,
    peer: &Peer,
    brand_id: BrandId,
    pan: Pan,
    old: Option<Identity>,
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
    let language = wallet.language()?;
    let (state, request) = match old {
        None => initiated.ask(&context, pan, language, &wallet.trust),
        Some(old) => initiated.renew(&context, pan, old, language, &wallet.trust),
    }
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

fn verdict(
    wallet: &mut Wallet,
    waiting: &Waiting,
    filed: Filed,
    response: &[u8],
) -> Result<Card, Failure> {
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
        Verdict::Refused(refused) => {
            waiting.clear(&wallet.keys)?;
            Err((*refused).into())
        }
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

impl Enrolled {
    fn of(face: &Face, card: &Card) -> Self {
        let certificate = &card.identity.certificate;
        Self {
            card: face.masked_pan.to_string(),
            brand: face.brand_id.to_string(),
            certificate: certificate.subject().to_string(),
            not_after: certificate.not_after().to_string(),
        }
    }
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
