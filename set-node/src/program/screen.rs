use std::{
    fmt::{self, Display},
    io::{self, BufRead as _, IsTerminal as _, Write},
};

use serde::Serialize;

use super::{Failing, Failure};
use crate::cli::OutputFormat;

/// Where results go: text for people, or one JSON object per line.
pub struct Screen {
    format: OutputFormat,
    out: Box<dyn Write>,
    /// Why the first result that could not be written was not.
    lost: Option<io::Error>,
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
            lost: None,
        }
    }

    /// Shows a result.
    pub fn result(&mut self, result: &(impl Display + Serialize)) {
        let line = match self.format {
            OutputFormat::Text => lines(&result.to_string()),
            OutputFormat::Json => serde_json::to_string(result).unwrap_or_default(),
        };
        self.octets(format!("{line}\n").as_bytes());
    }

    /// Writes octets as they are.
    pub fn octets(&mut self, octets: &[u8]) {
        match self.out.write_all(octets).and_then(|()| self.out.flush()) {
            // A reader that has gone away, as `head` does, is no reason to fail.
            Err(fault) if fault.kind() != io::ErrorKind::BrokenPipe => {
                self.lost = self.lost.take().or(Some(fault));
            }
            _ => {}
        }
    }

    /// Whether all results were written, or their reader had gone away.
    pub(super) fn written(&mut self) -> Result<(), Failure> {
        self.lost
            .take()
            .map_or(Ok(()), |fault| Err(Failure::Output(fault)))
    }

    /// Shows on standard error why a command of `program` failed.
    pub fn failure(&mut self, program: &str, failure: &impl Failing) {
        let line = match self.format {
            OutputFormat::Text => lines(&format!("{program}: {failure}")),
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
        let read = write!(err, "{}\n{question} [y/N] ", lines(&described.to_string()))
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

/// Text of a peer, fit for a terminal: what would move the cursor, change colours or turn the
/// direction of writing, and what would begin a line that looks like this program's own, is
/// replaced.
///
/// ```
/// use set_node::program::shown;
///
/// assert_eq!(shown("Shop\u{1b}[2J\nPaid"), "Shop\u{fffd}[2J\u{fffd}Paid");
/// ```
#[must_use]
pub fn shown(text: &str) -> String {
    text.chars()
        .map(|c| if is_safe(c) { c } else { UNSHOWN })
        .collect()
}

/// As [`shown`], for text that has lines of its own.
fn lines(text: &str) -> String {
    let kept = |c: char| c == '\n' || is_safe(c);
    text.chars()
        .map(|c| if kept(c) { c } else { UNSHOWN })
        .collect()
}

/// Neither a control character nor one that turns the direction of writing.
fn is_safe(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[derive(Serialize)]
struct Told {
    error: String,
    exit: u8,
}

/// In place of what is not shown.
const UNSHOWN: char = char::REPLACEMENT_CHARACTER;

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Takes what is written, or fails so.
    #[derive(Clone, Default)]
    struct Paper {
        written: Arc<Mutex<Vec<u8>>>,
        fails: Option<io::ErrorKind>,
    }

    impl Write for Paper {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            match self.fails {
                Some(kind) => Err(kind.into()),
                None => self.written.lock().unwrap().write(octets),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn only_a_reader_that_has_gone_away_may_miss_a_result() {
        for (kind, good) in [
            (io::ErrorKind::BrokenPipe, true),
            (io::ErrorKind::StorageFull, false),
        ] {
            let fails = Some(kind);
            let paper = Paper {
                fails,
                ..Paper::default()
            };
            let mut screen = Screen::new(OutputFormat::Text, paper);
            screen.result(&"done");
            assert_eq!(screen.written().is_ok(), good, "{kind}");
        }
    }

    #[test]
    fn what_would_steer_a_terminal_does_not_reach_it_and_json_is_escaped() {
        let paper = Paper::default();
        let name = "M\u{1b}[2J\u{9b}31m\u{202e}\nnext";
        Screen::new(OutputFormat::Text, paper.clone()).result(&name);
        Screen::new(OutputFormat::Json, paper.clone()).result(&name);
        let written = String::from_utf8(paper.written.lock().unwrap().clone()).unwrap();
        let (text, json) = written.split_once("next\n").unwrap();
        assert_eq!(text, "M\u{fffd}[2J\u{fffd}31m\u{fffd}\n");
        assert!(json.starts_with(r#""M\u001b[2J"#), "{json}");
    }
}
