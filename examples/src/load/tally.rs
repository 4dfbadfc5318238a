//! What a process has done so far: its RSA operations, as it counts them itself, and the processor
//! time it took, as the system does.

use std::collections::BTreeMap;
use std::fs;
use std::io;

use serde::Serialize;

use crate::mall::stage::StageError;

/// Which half of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// Signing and opening.
    Private,
    /// Verifying and sealing.
    Public,
}

/// A kind of RSA operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Kind {
    /// The half of the key.
    pub half: Half,
    /// Bits of the modulus.
    pub bits: u32,
}

/// How often RSA was computed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(pub BTreeMap<Kind, u64>);

impl Tally {
    /// What metrics in OpenMetrics text say.
    #[must_use]
    pub fn of_metrics(text: &str) -> Self {
        let counts = text.lines().filter_map(|line| {
            let line = line.strip_prefix("set_rsa_operations_total{key=\"")?;
            let (half, rest) = line.split_once("\",bits=\"")?;
            let (bits, count) = rest.split_once("\"} ")?;
            let half = match half {
                "private" => Half::Private,
                "public" => Half::Public,
                _ => return None,
            };
            let bits = bits.parse().ok()?;
            Some((Kind { half, bits }, count.parse().ok()?))
        });
        Self(counts.collect())
    }

    /// What came to it since `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let grown = self.0.iter().map(|(kind, count)| {
            let before = before.0.get(kind).copied().unwrap_or(0);
            (*kind, count.saturating_sub(before))
        });
        Self(grown.filter(|(_, count)| *count > 0).collect())
    }
}

/// Seconds of processor time that a process has taken, its ended threads included.
///
/// # Errors
///
/// There is no such process.
pub fn process_seconds(process: &str) -> Result<f64, StageError> {
    let file = format!("/proc/{process}/stat");
    let text = fs::read_to_string(&file).map_err(StageError::io(&file))?;
    // The name, in brackets, may hold anything; after it user and system time are fields 12
    // and 13, in ticks.
    let fields = text.rsplit_once(") ").map(|(_, fields)| fields);
    let ticks: Vec<u32> = fields
        .unwrap_or_default()
        .split(' ')
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    match ticks.as_slice() {
        [user, system] => Ok((f64::from(*user) + f64::from(*system)) / TICKS),
        _ => Err(StageError::io(file)(io::ErrorKind::InvalidData.into())),
    }
}

/// Ticks in a second, as Linux shows them to programs on every architecture.
const TICKS: f64 = 100.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_to_a_tally_is_what_one_text_says_more_than_the_other() {
        let text = |private, public| {
            format!(
                "# TYPE set_rsa_operations counter\n\
                 set_rsa_operations_total{{key=\"private\",bits=\"1024\"}} {private}\n\
                 set_rsa_operations_total{{key=\"public\",bits=\"2048\"}} {public}\n\
                 set_connections{{binding=\"tcp\"}} 3\n"
            )
        };
        let before = Tally::of_metrics(&text(5, 7));
        let grown = Tally::of_metrics(&text(9, 7)).since(&before);
        let half = Half::Private;
        assert_eq!(grown.0, BTreeMap::from([(Kind { half, bits: 1024 }, 4)]));
    }
}
