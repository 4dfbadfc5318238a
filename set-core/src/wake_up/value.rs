//! The values of fields, read and written.

use base64ct::{Base64, Encoding};
use der::asn1::ObjectIdentifier;

use super::error::WakeUpFault;
use super::{AcceptedBrand, InitiationType};
use crate::asn1::Date;
use crate::msg::amount::{Currency, CurrencyAmount};
use crate::msg::ids::{BrandId, LocalId};
use crate::msg::recur::{InstallTotalTrans, Recurring, RecurringFrequency};

type Value<T> = Result<T, WakeUpFault>;

impl InitiationType {
    const ALL: [Self; 3] = [Self::Payment, Self::Inquiry, Self::Registration];

    /// Its name as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payment => "Payment-Initiation",
            Self::Inquiry => "Inquiry-Initiation",
            Self::Registration => "Registration-Initiation",
        }
    }

    pub(super) fn of_name(name: &str) -> Value<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
            .ok_or(expected(
                "Payment-Initiation, Inquiry-Initiation or Registration-Initiation",
            ))
    }
}

pub(super) fn literal(value: &str, the: &'static str) -> Value<()> {
    if value == the {
        Ok(())
    } else {
        Err(expected(the))
    }
}

/// `type/subtype` and perhaps parameters, at most 200 characters.
pub(super) fn content_type(value: &str) -> Value<String> {
    let token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&octet))
    };
    let essence = value.split(';').next().unwrap_or("").trim();
    match essence.split_once('/') {
        Some((kind, subtype))
            if token(kind)
                && token(subtype)
                && value.len() <= 200
                && value.trim() == value
                && value.bytes().all(|octet| matches!(octet, 0x20..=0x7e)) =>
        {
            Ok(value.to_owned())
        }
        _ => Err(expected("a media type such as text/plain")),
    }
}

/// `Brand:Product`, which may hold spaces, and perhaps the URL of a logo.
pub(super) fn brand(value: &str) -> Value<AcceptedBrand> {
    let (name, logo) = match value.rsplit_once(' ') {
        Some((name, last)) if last.contains("://") => (name.trim_end(), Some(last.parse()?)),
        _ => (value, None),
    };
    // A name that looks like a URL would not be read back as it is.
    let brand_id = BrandId::new(name)
        .ok()
        .filter(|_| !name.contains("://"))
        .ok_or(expected(
            "a brand of 1 to 40 characters and perhaps its logo's URL",
        ))?;
    Ok(AcceptedBrand { brand_id, logo })
}

/// ISO 4217 number, amount, exponent.
pub(super) fn purch_amt(value: &str) -> Value<CurrencyAmount> {
    let fault = expected("three integers: ISO 4217 number, amount, exponent");
    let [currency, amount, exponent] = words(value, fault.clone())?;
    Ok(CurrencyAmount {
        currency: u16::try_from(unsigned(currency, fault.clone())?)
            .ok()
            .and_then(|number| Currency::new(number).ok())
            .ok_or(fault.clone())?,
        amount: unsigned(amount, fault.clone())?,
        amt_exp10: match exponent.strip_prefix('-') {
            Some(digits) => unsigned(digits, fault.clone())
                .ok()
                .and_then(|digits| i32::try_from(digits).ok())
                .map(i32::wrapping_neg),
            None => i32::try_from(unsigned(exponent, fault.clone())?).ok(),
        }
        .ok_or(fault)?,
    })
}

pub(super) fn lid_m(value: &str) -> Value<LocalId> {
    let fault = expected("1 to 20 octets in hexadecimal");
    let pairs = value.as_bytes().chunks(2);
    let octets: Option<Vec<u8>> = pairs
        .map(|pair| match *pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect();
    octets
        .and_then(|octets| LocalId::new(octets).ok())
        .ok_or(fault)
}

pub(super) fn install_total_trans(value: &str) -> Value<InstallTotalTrans> {
    let fault = expected("a number of instalments, at least 2");
    InstallTotalTrans::new(unsigned(value, fault.clone())?).map_err(|_| fault)
}

/// Fewest days between payments, and the last day as YYYYMMDD.
pub(super) fn recurring(value: &str) -> Value<Recurring> {
    let fault = expected("days (1 to 366) and expiry date, such as 31 19960223");
    let [days, expiry] = words(value, fault.clone())?;
    let days = u16::try_from(unsigned(days, fault.clone())?).map_err(|_| fault.clone())?;
    Ok(Recurring {
        recurring_frequency: RecurringFrequency::new(days).map_err(|_| fault.clone())?,
        recurring_expiry: day(expiry).ok_or(fault)?,
    })
}

/// Days, and the day of expiry.
pub(super) fn recurring_text(value: &Recurring) -> String {
    let (year, month, day, ..) = value.recurring_expiry.parts();
    format!(
        "{} {year:04}{month:02}{day:02}",
        value.recurring_frequency.value()
    )
}

pub(super) fn object_identifier(value: &str) -> Value<ObjectIdentifier> {
    ObjectIdentifier::new(value).map_err(|_| expected("an object identifier such as 2.23.42.1.4"))
}

pub(super) fn ext_data(value: &str) -> Value<Vec<u8>> {
    Base64::decode_vec(value).map_err(|_| expected("DER in base64"))
}

pub(super) fn ext_data_text(data: &[u8]) -> String {
    Base64::encode_string(data)
}

pub(super) fn ext_mandatory(value: &str) -> Value<bool> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(expected("true or false")),
    }
}

pub(super) const fn expected(expected: &'static str) -> WakeUpFault {
    WakeUpFault::Value { expected }
}

/// The start of the day written YYYYMMDD.
fn day(text: &str) -> Option<Date> {
    let part = |range: core::ops::Range<usize>| -> Option<u16> {
        let digits = text.get(range)?;
        let all = digits.bytes().all(|octet| octet.is_ascii_digit());
        all.then(|| digits.parse().ok()).flatten()
    };
    if text.len() != 8 {
        return None;
    }
    let month = u8::try_from(part(4..6)?).ok()?;
    let day = u8::try_from(part(6..8)?).ok()?;
    Date::of_day(part(0..4)?, month, day).ok()
}

fn words<const N: usize>(value: &str, fault: WakeUpFault) -> Value<[&str; N]> {
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    words.try_into().map_err(|_| fault)
}

/// Decimal digits without sign; leading zeros are read, as in `036` for a currency.
fn unsigned(text: &str, fault: WakeUpFault) -> Value<u64> {
    if text.is_empty() || !text.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(fault);
    }
    text.parse().map_err(|_| fault)
}

fn digit(octet: u8) -> Option<u8> {
    char::from(octet)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}
