//! Recorded wrappers: one DER file each, and `index.jsonl` with one JSON object for each.
//!
//! | field | what |
//! |---|---|
//! | `sequence` | 1 for the first wrapper, counting up |
//! | `time` | when it was sent, RFC 3339 in UTC with milliseconds |
//! | `from`, `to` | the roles |
//! | `message` | what the wrapper holds |
//! | `octets` | its size |
//! | `file` | its name in this folder |
//! | `rrpid`, `xid` | of its header, in hexadecimal; null where the header has none |

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use serde::Serialize;
use set_core::asn1::Date;

use super::event::{Exchange, Told};

/// A folder that wrappers are written to.
#[derive(Debug)]
pub struct Recorder {
    folder: PathBuf,
    index: BufWriter<File>,
    sequence: u32,
}

#[derive(Serialize)]
struct Entry<'a> {
    sequence: u32,
    time: &'a str,
    from: &'a str,
    to: &'a str,
    message: &'a str,
    octets: usize,
    file: &'a str,
    rrpid: Option<&'a str>,
    xid: Option<&'a str>,
}

impl Recorder {
    /// Begins a record in `folder`, which is made if there is none.
    ///
    /// # Errors
    ///
    /// The system refuses, or the folder holds a record already.
    pub fn begin(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let index = File::create_new(folder.join("index.jsonl"))?;
        Ok(Self {
            folder: folder.to_owned(),
            index: BufWriter::new(index),
            sequence: 0,
        })
    }

    /// Writes the request and the response of an exchange.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub fn exchange(&mut self, exchange: &Exchange) -> io::Result<()> {
        let sent = Duration::from_millis(exchange.started_ms);
        let took = Duration::try_from_secs_f64(exchange.ms / 1e3).unwrap_or_default();
        let (from, to) = (&exchange.from, &exchange.to);
        self.message(sent, from, to, &exchange.request)?;
        self.message(sent.saturating_add(took), to, from, &exchange.response)
    }

    /// How many wrappers were written.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.sequence
    }

    fn message(&mut self, at: Duration, from: &str, to: &str, told: &Told) -> io::Result<()> {
        self.sequence += 1;
        let sequence = self.sequence;
        let file = format!("{sequence:04}-{from}-{to}-{}.der", told.message);
        let octets = Base64::decode_vec(&told.der)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
        fs::write(self.folder.join(&file), octets)?;
        let entry = Entry {
            sequence,
            time: &rfc3339(at),
            from,
            to,
            message: &told.message,
            octets: told.octets,
            file: &file,
            rrpid: told.rrpid.as_deref(),
            xid: told.xid.as_deref(),
        };
        serde_json::to_writer(&mut self.index, &entry)?;
        self.index.write_all(b"\n")?;
        self.index.flush()
    }
}

/// A moment after 1970 in UTC, with milliseconds.
fn rfc3339(at: Duration) -> String {
    let second = Date::EPOCH.plus(at.as_secs()).to_string();
    format!(
        "{}.{:03}Z",
        second.trim_end_matches('Z'),
        at.subsec_millis()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_utc_with_milliseconds() {
        assert_eq!(rfc3339(Duration::ZERO), "1970-01-01T00:00:00.000Z");
        let at = Duration::from_millis(865_000_000_007);
        assert_eq!(rfc3339(at), "1997-05-30T13:46:40.007Z");
    }
}
