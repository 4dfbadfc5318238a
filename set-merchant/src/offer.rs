//! `offer`: an offer from the command line.

use std::fmt;
use std::fs;
use std::path::Path;

use serde::Serialize;
use set_core::crypto::RustCrypto;
use set_node::cli::Exit;
use set_node::durable;
use set_node::program::{self, Screen};
use set_node::store::Store;

use crate::cli::OfferArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::offering::{self, NewOffer, Offered};
use crate::pos;

/// Makes an offer and writes its wake-up message, unless no address for wallets is known.
pub(crate) async fn offer(
    data: &Path,
    config: &Config,
    args: &OfferArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let description = match (&args.description, &args.description_file) {
        (Some(text), _) => text.clone(),
        (None, Some(file)) => {
            fs::read_to_string(file).map_err(|source| program::Failure::File {
                file: file.clone(),
                source,
            })?
        }
        (None, None) => String::new(),
    };
    let store = Store::open(data, &config.store).await?;
    let profile = pos::profile(&store).await?;
    if offering::set_url(&config.shop, &profile).is_none() {
        return Err(Failure::NoAddress);
    }
    let new = NewOffer {
        description,
        amount: args.amount,
        currency: args.currency,
        exponent: args.exponent,
        brands: args.brands.clone(),
        instalments: args.instalments,
        recurring_days: args.recurring_days,
        recurring_until: args.recurring_until,
    };
    let offer = offering::make(&store, &RustCrypto, &profile, new).await?;
    let wake_up = offering::wake_up(&offer, &config.shop, &profile)?
        .to_octets()
        .map_err(Failure::WakeUp)?;
    let offered = offering::told(&offer, &config.shop, &profile);
    match args.wake_up.as_deref() {
        Some(file) if file == Path::new("-") => screen.octets(&wake_up),
        Some(file) => {
            durable::replace(file, &wake_up).map_err(|source| program::Failure::File {
                file: file.to_owned(),
                source,
            })?;
            screen.result(&Made(offered));
        }
        None => screen.result(&Made(offered)),
    }
    Ok(Exit::Success)
}

#[derive(Serialize)]
struct Made(Offered);

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(offered) = self;
        write!(f, "order {}", offered.lid_m)?;
        match &offered.wake_up_url {
            Some(url) => write!(f, "; the wallet is woken by {url}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use set_node::cli::OutputFormat;

    use super::*;
    use crate::ledger;

    #[tokio::test]
    async fn an_offer_that_no_wallet_could_answer_is_refused_and_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("order.setpay");
        let args = OfferArgs {
            description: Some("One teapot".to_owned()),
            description_file: None,
            amount: 100,
            currency: 840,
            exponent: -2,
            brands: vec!["Orchard".to_owned()],
            instalments: None,
            recurring_days: None,
            recurring_until: None,
            wake_up: Some(file.clone()),
        };
        let mut screen = Screen::new(OutputFormat::Text, std::io::sink());
        let mut config = Config::default();
        let refused = offer(folder.path(), &config, &args, &mut screen).await;
        let Err(failure @ Failure::NoAddress) = refused else {
            panic!("{refused:?}");
        };
        assert!(failure.to_string().contains("set-merchant serve"));
        assert!(!file.exists());
        let store = Store::open(folder.path(), &config.store).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert!(ledger::page(&mut tx, &[], 1).await.unwrap().is_empty());
        drop(tx);

        config.shop.set_url = Some("set://shop.example:257".to_owned());
        offer(folder.path(), &config, &args, &mut screen)
            .await
            .unwrap();
        let written = fs::read_to_string(&file).unwrap();
        assert!(
            written.contains("SET-SET-URL: set://shop.example:257"),
            "{written}"
        );
    }
}
