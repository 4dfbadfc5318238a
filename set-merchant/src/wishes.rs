//! What may be asked for about orders and batches: the flags of a command, and the JSON body
//! of the same call of the [interface for shops](crate::api).
//!
//! Amounts are whole numbers in the unit of the order's price.

use std::num::NonZeroUsize;

use clap::Args;
use serde::Deserialize;

use crate::sale::SaleWish;

/// Special treatment of an authorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Special {
    /// Sold by direct marketing
    DirectMarketing,
    /// To a customer that the merchant knows well
    PreferredCustomer,
}

/// A line of business that adds to an authorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Market {
    /// Car rental
    Auto,
    /// A hotel
    Hotel,
    /// Passenger transport
    Transport,
}

/// How an order, or the next part of it, is authorized.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthorizeWish {
    /// How much, in the unit of the price [default: all of it, or the next instalment]
    #[arg(long, value_name = "NUMBER")]
    pub amount: Option<u64>,
    /// Another authorization of the order may follow
    #[arg(long)]
    pub subsequent: bool,
    /// Capture with the authorization
    #[arg(long)]
    pub capture_now: bool,
    /// Ask for the type of card
    #[arg(long)]
    pub card_type: bool,
    /// Treat it specially
    #[arg(long, value_name = "HOW")]
    pub special: Option<Special>,
    /// The merchant's line of business: four digits of ISO 18245
    #[arg(long, value_name = "CODE")]
    pub category: Option<String>,
    /// Add what a line of business knows beforehand
    #[arg(long, value_name = "WHICH")]
    pub market: Option<Market>,
    /// Days that a rental or a stay will last, 1 to 99
    #[arg(long, value_name = "DAYS", requires = "market")]
    pub duration: Option<u8>,
    /// The class of the hotel, 0 to 3
    #[arg(long, value_name = "NUMBER", requires = "market")]
    pub prestige: Option<u8>,
    /// With --capture-now: a JSON file with details of the sale
    #[arg(long, value_name = "FILE", requires = "capture_now", value_parser = SaleWish::from_file)]
    pub sale: Option<SaleWish>,
    /// Verify the cardholder's address: ISO 3166 number of the country
    #[arg(long, value_name = "NUMBER")]
    pub country: Option<u16>,
    /// Street and number of that address
    #[arg(long, value_name = "TEXT", requires = "country")]
    pub street: Option<String>,
    /// Postal code of that address
    #[arg(long, value_name = "TEXT", requires = "country")]
    pub postal_code: Option<String>,
}

/// How an authorization is lowered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReverseWish {
    /// What is left authorized, in the unit of the price
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub leave: u64,
}

/// How orders are captured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaptureWish {
    /// How much of each, in the unit of the price [default: all that is left]
    #[arg(long, value_name = "NUMBER", conflicts_with = "all")]
    pub amount: Option<u64>,
    /// The number of the shipment, to tell captures of one order apart
    #[arg(long, value_name = "TEXT")]
    pub shipment: Option<String>,
    /// The batch to put it in [default: the one that the gateway has open]
    #[arg(long, value_name = "NUMBER")]
    pub batch: Option<u64>,
    /// A JSON file with details of the sale: summary, market, company
    #[arg(long, value_name = "FILE", value_parser = SaleWish::from_file)]
    pub sale: Option<SaleWish>,
}

/// Which capture or credit is corrected, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CorrectWish {
    /// Which of its captures, from 1 [default: the last that it can be done to]
    #[arg(long, value_name = "NUMBER")]
    pub capture: Option<NonZeroUsize>,
    /// Which credit of the capture is undone, from 1 [default: the last]
    #[arg(long, value_name = "NUMBER")]
    pub credit: Option<NonZeroUsize>,
    /// How much is given back, in the unit of the price [default: all of the capture]
    #[arg(long, value_name = "NUMBER")]
    pub amount: Option<u64>,
    /// The batch that takes it where that of the original is closed
    #[arg(long, value_name = "NUMBER")]
    pub new_batch: Option<u64>,
}

/// Which batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BatchWish {
    /// The batch [default: the open one, or the one that the gateway assigns]
    #[arg(long, value_name = "NUMBER")]
    pub batch: Option<u64>,
    /// Of which brand [default: the one enrolled for first]
    #[arg(long, value_name = "BRAND")]
    pub brand: Option<String>,
}

/// Which batch is closed, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CloseWish {
    /// The batch [default: the open one]
    #[arg(long, value_name = "NUMBER")]
    pub batch: Option<u64>,
    /// Close whatever is in it, instead of what was seen just before
    #[arg(long)]
    pub unbalanced: bool,
    /// Of which brand [default: the one enrolled for first]
    #[arg(long, value_name = "BRAND")]
    pub brand: Option<String>,
}

/// Which batch is shown, and how much of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ShowBatchWish {
    /// The batch [default: the open one]
    #[arg(long, value_name = "NUMBER")]
    pub batch: Option<u64>,
    /// List the items as well
    #[arg(long)]
    pub items: bool,
    /// List only items that failed
    #[arg(long, requires = "items")]
    pub errors_only: bool,
    /// Of which brand [default: the one enrolled for first]
    #[arg(long, value_name = "BRAND")]
    pub brand: Option<String>,
}

/// What is done with a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchRequest {
    /// It is opened.
    Open(BatchWish),
    /// It is closed; what it holds is settled.
    Close(CloseWish),
    /// All items are taken out.
    Purge(BatchWish),
    /// Nothing: totals, transmission and settlement are shown.
    Show(ShowBatchWish),
}

impl BatchRequest {
    /// The brand that is named.
    #[must_use]
    pub fn brand(&self) -> Option<&str> {
        match self {
            Self::Open(wish) | Self::Purge(wish) => wish.brand.as_deref(),
            Self::Close(wish) => wish.brand.as_deref(),
            Self::Show(wish) => wish.brand.as_deref(),
        }
    }
}
