//! What the operator sees.

use std::fmt::Display;
use std::io::{self, Write as _};

use serde::Serialize;
use set_node::cli::OutputFormat;

use crate::failure::Failure;

/// Standard output: text for people, or one JSON object per line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    pub(crate) format: OutputFormat,
}

impl Screen {
    /// Shows the result of a command.
    pub(crate) fn result(self, result: &(impl Display + Serialize)) {
        let line = match self.format {
            OutputFormat::Text => result.to_string(),
            OutputFormat::Json => serde_json::to_string(result).unwrap_or_default(),
        };
        let mut out = io::stdout().lock();
        // A reader that has gone away is no reason to fail.
        let _lost = writeln!(out, "{line}").and_then(|()| out.flush());
    }

    /// Shows why a command failed, on standard error.
    pub(crate) fn failure(self, failure: &Failure) {
        match self.format {
            OutputFormat::Text => eprintln!("set-gateway: {failure}"),
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

#[derive(Serialize)]
struct Told {
    error: String,
    exit: u8,
}
