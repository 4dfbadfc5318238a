//! Who pays: a card with its certificate, or one without.

use set_core::cardholder::{Account, Card, Offered, Ordering};
use set_core::exchange::Context;
use set_core::msg::ids::{Bin, BrandId};
use set_core::secret::{Pan, PanSecret};
use set_core::x509::name::Brand;
use set_node::program::with;

use crate::card::CardData;
use crate::cli::PayArgs;
use crate::failure::Failure;
use crate::wallet::Wallet;

/// Who pays.
pub(crate) enum Payer {
    /// The wallet's card.
    Certified(Card),
    /// A card that signs nothing.
    Unsigned {
        /// The account, with a secret of this payment.
        account: Account,
        /// Its brand.
        brand: Brand,
    },
}

impl Payer {
    /// The wallet's card; where no signature is wanted and the wallet has none, the one that
    /// `card` reads, which is not kept.
    pub(crate) fn of(
        wallet: &mut Wallet,
        args: &PayArgs,
        card: impl FnOnce() -> Result<CardData, Failure>,
    ) -> Result<Self, Failure> {
        if !args.unsigned {
            return Ok(Self::Certified(wallet.card()?));
        }
        let rules = &wallet.station.policy().key_rules;
        args.root
            .install(&mut wallet.trust, wallet.station.crypto(), rules)?;
        let held = match wallet.card() {
            Err(Failure::NoCard) => None,
            held => Some(held?),
        };
        let (data, secret, brand) = match held {
            Some(held) => {
                let brand = held.identity.certificate.brand();
                let brand = brand.map_err(|fault| with("wallet")(fault.into()))?;
                let data = CardData {
                    pan: held.pan,
                    card_expiry: held.card_expiry,
                };
                (data, held.pan_secret, brand)
            }
            None => {
                let name = args.brand.as_deref().ok_or(BRAND)?;
                let brand_id = BrandId::new(name).map_err(|_| BRAND)?;
                let octets = set_core::crypto::random_array(wallet.station.crypto())
                    .map_err(|fault| with("wallet")(fault.into()))?;
                let secret = PanSecret::from_octets(octets);
                (card()?, secret, Brand::of(&brand_id))
            }
        };
        Ok(Self::Unsigned {
            account: Account {
                pan: data.pan,
                card_expiry: data.card_expiry,
                secret,
            },
            brand,
        })
    }

    pub(crate) const fn pan(&self) -> &Pan {
        match self {
            Self::Certified(card) => &card.pan,
            Self::Unsigned { account, .. } => &account.pan,
        }
    }

    pub(crate) fn bin(&self) -> Result<Bin, Failure> {
        let bin = self.pan().bin();
        Bin::new(bin).map_err(|_| Failure::Input("a card number has six digits at least"))
    }

    /// The secret under which the acquirer's messages come.
    pub(crate) const fn secret(&self) -> &PanSecret {
        match self {
            Self::Certified(card) => &card.pan_secret,
            Self::Unsigned { account, .. } => &account.secret,
        }
    }

    pub(crate) fn brand(&self) -> Result<Brand, Failure> {
        match self {
            Self::Certified(card) => {
                let brand = card.identity.certificate.brand();
                brand.map_err(|fault| with("wallet")(fault.into()).into())
            }
            Self::Unsigned { brand, .. } => Ok(brand.clone()),
        }
    }

    /// The cardholder agrees.
    pub(crate) fn pay(
        &self,
        context: &Context<'_>,
        offered: Offered,
    ) -> Result<(Ordering, Vec<u8>), Failure> {
        let paid = match self {
            Self::Certified(card) => offered.pay(context, card),
            Self::Unsigned { account, .. } => offered.pay_unsigned(context, account),
        };
        Ok(paid.map_err(with("wallet"))?)
    }
}

const BRAND: Failure =
    Failure::Input("this wallet has no card: name the brand to pay with by --brand");
