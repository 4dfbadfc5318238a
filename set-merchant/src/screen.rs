//! What the user sees.

use std::fmt::{self, Display};
use std::io::{self, Write};

use serde::Serialize;
use set_node::cli::OutputFormat;

use crate::failure::Failure;

/// Where results go: text for people, or one JSON object per line.
pub struct Screen {
    format: OutputFormat,
    out: Box<dyn Write>,
}

impl Screen {
    /// Standard output.
    #[must_use]
    pub fn standard(format: OutputFormat) -> Self {
        Self::new(format, io::stdout())
    }

    /// Any writer.
    pub fn new(format: OutputFormat, out: impl Write + 'static) -> Self {
        Self {
            format,
            out: Box::new(out),
        }
    }

    /// Shows a result.
    pub fn result(&mut self, result: &(impl Display + Serialize)) {
        let line = match self.format {
            OutputFormat::Text => result.to_string(),
            OutputFormat::Json => serde_json::to_string(result).unwrap_or_default(),
        };
        self.octets(format!("{line}\n").as_bytes());
    }

    /// Writes octets as they are.
    pub fn octets(&mut self, octets: &[u8]) {
        // A reader that has gone away is no reason to fail.
        let _lost = self.out.write_all(octets).and_then(|()| self.out.flush());
    }

    /// Shows why a command failed, on standard error.
    pub fn failure(&mut self, failure: &Failure) {
        match self.format {
            OutputFormat::Text => eprintln!("set-merchant: {failure}"),
            OutputFormat::Json => {
                let told = Told {
                    error: failure.to_string(),
                    exit: failure.exit().code(),
                };
                eprintln!("{}", serde_json::to_string(&told).unwrap_or_default());
            }
        }
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screen")
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Told {
    error: String,
    exit: u8,
}
