//! Recorded wrappers: one DER file each and an index.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};
use serde::Serialize;

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
    time_ms: f64,
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
    #[expect(
        clippy::as_conversions,
        reason = "milliseconds since 1970 fit a double until the year 287,396"
    )]
    pub fn exchange(&mut self, exchange: &Exchange) -> io::Result<()> {
        let sent = exchange.started_ms as f64;
        let (from, to) = (&exchange.from, &exchange.to);
        self.message(sent, from, to, &exchange.request)?;
        self.message(sent + exchange.ms, to, from, &exchange.response)
    }

    /// How many wrappers were written.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.sequence
    }

    fn message(&mut self, time_ms: f64, from: &str, to: &str, told: &Told) -> io::Result<()> {
        self.sequence += 1;
        let sequence = self.sequence;
        let file = format!("{sequence:04}-{from}-{to}-{}.der", told.message);
        let octets = Base64::decode_vec(&told.der)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
        fs::write(self.folder.join(&file), octets)?;
        let entry = Entry {
            sequence,
            time_ms,
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
