use std::{
    fmt::{self, Display},
    io::{self, BufRead as _, IsTerminal as _, Write},
};

use serde::Serialize;

use super::Failing;
use crate::cli::OutputFormat;

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

    /// Shows on standard error why a command of `program` failed.
    pub fn failure(&mut self, program: &str, failure: &impl Failing) {
        let line = match self.format {
            OutputFormat::Text => format!("{program}: {failure}"),
            OutputFormat::Json => {
                let told = Told {
                    error: failure.to_string(),
                    exit: failure.exit().code(),
                };
                serde_json::to_string(&told).unwrap_or_default()
            }
        };
        let _lost = writeln!(io::stderr(), "{line}");
    }

    /// Asks the user to agree to what `described` says. Without a terminal nobody agrees.
    pub fn agrees(&mut self, described: &impl Display, question: &str) -> bool {
        if !io::stdin().is_terminal() {
            return false;
        }
        let mut answer = String::new();
        let mut err = io::stderr();
        let read = write!(err, "{described}\n{question} [y/N] ")
            .and_then(|()| err.flush())
            .and_then(|()| io::stdin().lock().read_line(&mut answer));
        read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
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
