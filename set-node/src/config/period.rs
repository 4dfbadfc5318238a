use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A length of time as configuration writes it: a whole number and a unit.
///
/// Units are `ms`, `s`, `min`, `h` and `d`; blanks between number and unit are
/// allowed.
///
/// ```
/// use set_node::config::Period;
/// use std::time::Duration;
///
/// let idle: Period = "5 min".parse()?;
/// assert_eq!(idle.duration(), Duration::from_secs(300));
/// assert_eq!(idle.to_string(), "5min");
/// # Ok::<(), set_node::config::PeriodError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(Duration);

/// What is not a [`Period`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not a length of time; write a number and ms, s, min, h or d, as in \"30s\"")]
pub struct PeriodError {
    text: String,
}

impl Period {
    /// That many milliseconds.
    pub const fn milliseconds(count: u64) -> Self {
        Self(Duration::from_millis(count))
    }

    /// That many seconds.
    pub const fn seconds(count: u64) -> Self {
        Self(Duration::from_secs(count))
    }

    /// The same time as the standard library has it.
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl From<Duration> for Period {
    /// Cuts what is finer than a millisecond.
    fn from(duration: Duration) -> Self {
        Self::milliseconds(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let fault = || PeriodError {
            text: text.chars().take(40).collect(),
        };
        let trimmed = text.trim();
        let split = trimmed
            .find(|c: char| !c.is_ascii_digit())
            .ok_or_else(fault)?;
        let (number, unit) = trimmed.split_at(split);
        let number: u64 = number.parse().map_err(|_| fault())?;
        let (_, scale) = UNITS
            .into_iter()
            .find(|(name, _)| *name == unit.trim())
            .ok_or_else(fault)?;
        number
            .checked_mul(scale)
            .map(Self::milliseconds)
            .ok_or_else(fault)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.as_millis();
        let (unit, scale) = UNITS
            .into_iter()
            .find(|(_, scale)| total != 0 && total.is_multiple_of(u128::from(*scale)))
            .unwrap_or(("ms", 1));
        write!(f, "{}{unit}", total / u128::from(scale))
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Units in milliseconds, the longest first.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("min", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read_and_written_back() {
        for (text, milliseconds) in [
            ("250ms", 250),
            ("10s", 10_000),
            ("5min", 300_000),
            ("2h", 7_200_000),
            ("1d", 86_400_000),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!(period, Period::milliseconds(milliseconds));
            assert_eq!(period.to_string(), text);
        }
    }

    #[test]
    fn a_number_without_a_unit_a_unit_without_a_number_and_an_overflow_are_refused() {
        for text in [
            "",
            "30",
            "s",
            "-1s",
            "1.5s",
            "1 week",
            "99999999999999999999s",
            "18446744073709551615d",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
