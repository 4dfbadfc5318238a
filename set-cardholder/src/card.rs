//! Card data: how they come in, and the sealed file in which alone they stay.

use std::env;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::Path;

use set_core::asn1::{self, Limits};
use set_core::secret::{CardExpiry, Pan, PanSecret};
use set_core::sequence;
use set_node::keystore::{Iterations, Passphrase, SealedFile};
use zeroize::Zeroizing;

use crate::failure::Failure;
use set_node::program;

/// What is embossed on a card.
#[derive(Debug)]
pub struct CardData {
    /// The account number.
    pub pan: Pan,
    /// When the card expires.
    pub card_expiry: CardExpiry,
}

sequence! {
    /// What the wallet must know of its card to pay. It is written to the sealed file only.
    #[derive(Debug)]
    pub struct SealedCard = "SealedCard" {
        /// The account number.
        pan: Pan = "pan",
        /// When the card expires.
        card_expiry: CardExpiry = "cardExpiry",
        /// The secret behind the unique cardholder id.
        pan_secret: PanSecret = "panSecret",
        /// The name of the key and certificate in the data folder.
        identity: IdentityName = "identity",
    }
}

set_core::text! {
    /// The name of a key and certificate in the data folder.
    pub struct IdentityName = "IdentityName", Visible, 1..=64, "VisibleString (SIZE(1..64))";
}

impl CardData {
    /// Reads the card from SET_CARD_NUMBER and SET_CARD_EXPIRY, else asks at the terminal,
    /// else takes the next two lines of standard input.
    ///
    /// # Errors
    ///
    /// There is nothing to read, or it is no account number or no expiry.
    pub fn read() -> Result<Self, Failure> {
        let number = secret("SET_CARD_NUMBER", "Card number: ")?;
        let expiry = secret(EXPIRY, "Expires (YYYYMM or MM/YYYY): ")?;
        Self::parse(&number, &expiry)
    }

    /// The expiry in SET_CARD_EXPIRY, if it is set.
    ///
    /// # Errors
    ///
    /// [`Failure::Input`] when it is no expiry.
    pub fn expiry_of_environment() -> Result<Option<CardExpiry>, Failure> {
        match env::var(EXPIRY) {
            Ok(expiry) => parse_expiry(&Zeroizing::new(expiry)).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// Takes an account number, with spaces or hyphens between the digits if need be, and an
    /// expiry as `YYYYMM` or `MM/YYYY`.
    ///
    /// # Errors
    ///
    /// [`Failure::Input`] for anything else, and for a wrong check digit.
    pub fn parse(number: &str, expiry: &str) -> Result<Self, Failure> {
        let digits: Zeroizing<String> =
            Zeroizing::new(number.chars().filter(|c| !matches!(c, ' ' | '-')).collect());
        let pan = Pan::new(digits.as_bytes())
            .map_err(|_| Failure::Input("a card number has 1 to 19 digits"))?;
        if !pan.luhn_valid() {
            return Err(Failure::Input(
                "the card number is mistyped: its check digit is wrong",
            ));
        }
        let card_expiry = parse_expiry(expiry)?;
        Ok(Self { pan, card_expiry })
    }
}

fn parse_expiry(expiry: &str) -> Result<CardExpiry, Failure> {
    let expiry = expiry.trim();
    let turned = match expiry.split_once('/') {
        Some((month, year)) => Zeroizing::new(format!("{year}{month:0>2}")),
        None => Zeroizing::new(expiry.to_owned()),
    };
    CardExpiry::new(turned.as_bytes())
        .map_err(|_| Failure::Input("write the expiry as YYYYMM or MM/YYYY"))
}

/// The sealed file of a data folder.
pub(crate) fn file(data: &Path) -> SealedFile {
    SealedFile::new(data.join("card.pem"))
}

/// Writes the card, encrypted.
pub(crate) fn seal(
    data: &Path,
    passphrase: &Passphrase,
    iterations: Iterations,
    card: &SealedCard,
) -> Result<(), Failure> {
    let octets = Zeroizing::new(asn1::encode(card).map_err(|_| DAMAGED)?);
    Ok(file(data).write(passphrase, iterations, &octets)?)
}

/// Reads the card; none when the wallet has none.
pub(crate) fn unseal(data: &Path, passphrase: &Passphrase) -> Result<Option<SealedCard>, Failure> {
    let file = file(data);
    if !file.path().exists() {
        return Ok(None);
    }
    let octets = file.read(passphrase)?;
    let card = asn1::decode(&octets, &Limits::default()).map_err(|_| DAMAGED)?;
    Ok(Some(card))
}

fn secret(variable: &str, question: &str) -> Result<Zeroizing<String>, Failure> {
    if let Ok(value) = env::var(variable) {
        return Ok(Zeroizing::new(value));
    }
    if io::stdin().is_terminal() {
        let typed = rpassword::prompt_password(question).map_err(|_| NOTHING)?;
        return Ok(Zeroizing::new(typed));
    }
    let mut line = Zeroizing::new(String::with_capacity(LINE));
    match io::stdin().lock().read_line(&mut line) {
        Ok(1..) => Ok(Zeroizing::new(line.trim().to_owned())),
        _ => Err(NOTHING),
    }
}

const NOTHING: Failure = Failure::Input(
    "no card number or expiry: set SET_CARD_NUMBER and SET_CARD_EXPIRY, use a terminal, or \
     write them as two lines to standard input",
);

const DAMAGED: program::Failure = program::Failure::Damaged {
    what: "the sealed card file",
};

const EXPIRY: &str = "SET_CARD_EXPIRY";

/// Room for a line of standard input, so that no copies are left behind as it grows.
const LINE: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_may_have_spaces_and_expiries_a_slash() {
        let card = CardData::parse("4111 1111-1111 1111", "12/2030").unwrap();
        assert_eq!(card.pan.expose(), "4111111111111111");
        assert_eq!(card.card_expiry.expose(), "203012");
        let card = CardData::parse("4111111111111111", "203001\n").unwrap();
        assert_eq!(card.card_expiry.expose(), "203001");
        let card = CardData::parse("4111111111111111", "1/2030").unwrap();
        assert_eq!(card.card_expiry.expose(), "203001");
    }

    #[test]
    fn what_is_mistyped_is_refused_and_not_quoted() {
        for (number, expiry) in [
            ("4111111111111112", "203012"),
            ("4111x", "203012"),
            ("", "203012"),
            ("4111111111111111", "2030"),
            ("4111111111111111", "13/2030"),
        ] {
            let failure = CardData::parse(number, expiry).unwrap_err();
            let shown = format!("{failure} {failure:?}");
            assert!(!shown.contains("4111"), "{shown}");
        }
    }

    #[test]
    fn a_sealed_card_comes_back_and_is_not_readable_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let passphrase = Passphrase::new("open sesame").unwrap();
        assert!(unseal(folder.path(), &passphrase).unwrap().is_none());
        let data = CardData::parse("4111111111111111", "203012").unwrap();
        let card = SealedCard {
            pan: data.pan,
            card_expiry: data.card_expiry,
            pan_secret: PanSecret::from_octets([7; 20]),
            identity: IdentityName::new("card-0a").unwrap(),
        };
        seal(folder.path(), &passphrase, Iterations::LEAST, &card).unwrap();
        let back = unseal(folder.path(), &passphrase).unwrap().unwrap();
        assert_eq!(back.pan, card.pan);
        assert_eq!(back.pan_secret, card.pan_secret);
        assert_eq!(back.identity, card.identity);
        let octets = std::fs::read(file(folder.path()).path()).unwrap();
        assert!(!octets.windows(8).any(|window| window == b"41111111"));
    }
}
