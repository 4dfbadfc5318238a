//! Days as people and shops write them.

use std::str::FromStr;

use serde::Deserialize;
use set_core::asn1::Date;

/// A day, written `1997-06-21`; its start in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(pub Date);

/// A text that is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a day as YYYY-MM-DD")]
pub struct NoDay;

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        let parts: Vec<&str> = text.split('-').collect();
        let digits = |part: &str, count: usize| {
            part.len() == count && part.bytes().all(|octet| octet.is_ascii_digit())
        };
        let &[year, month, day] = parts.as_slice() else {
            return Err(NoDay);
        };
        if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
            return Err(NoDay);
        }
        let year = year.parse().map_err(|_| NoDay)?;
        let month = month.parse().map_err(|_| NoDay)?;
        let day = day.parse().map_err(|_| NoDay)?;
        Date::of_day(year, month, day).map(Self).map_err(|_| NoDay)
    }
}

impl TryFrom<String> for Day {
    type Error = NoDay;

    fn try_from(text: String) -> Result<Self, NoDay> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_ten_characters_and_exists() {
        let day: Day = "1997-06-21".parse().unwrap();
        assert_eq!(day.0.to_string(), "1997-06-21T00:00:00Z");
        for text in [
            "1997-6-21",
            "19970621",
            "1997-06-31",
            "+997-06-21",
            "1997-06-21-",
            "",
        ] {
            assert_eq!(text.parse::<Day>(), Err(NoDay), "{text}");
        }
    }
}
