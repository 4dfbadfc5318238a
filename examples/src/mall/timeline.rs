//! The story on paper: lines for people, or JSON for programs.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use serde::Serialize;
use set_node::cli::OutputFormat;

use super::event::{Exchange, Proved};

/// Prints the story as it happens and keeps the time of each phase.
#[derive(Debug)]
pub struct Timeline {
    format: OutputFormat,
    colour: bool,
    begun: Instant,
    phases: Vec<Phase>,
    exchanges: u32,
    octets: usize,
    facts: u32,
}

#[derive(Debug)]
struct Phase {
    title: String,
    begun: Instant,
    took: Duration,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Line<'a> {
    Phase {
        number: usize,
        title: &'a str,
    },
    Exchange {
        from: &'a str,
        to: &'a str,
        request: &'a str,
        request_octets: usize,
        response: &'a str,
        response_octets: usize,
        ms: f64,
    },
    Proved {
        role: &'a str,
        message: &'a str,
        fact: &'a str,
    },
    Note {
        text: &'a str,
    },
    Summary {
        ok: bool,
        exchanges: u32,
        octets: usize,
        facts: u32,
        seconds: f64,
        phases: Vec<PhaseTime<'a>>,
    },
}

#[derive(Serialize)]
struct PhaseTime<'a> {
    title: &'a str,
    seconds: f64,
}

impl Timeline {
    /// Begins the story. Colour only on a terminal, and never when `NO_COLOR` is set.
    #[must_use]
    pub fn begin(format: OutputFormat) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            format,
            colour: wanted && io::stdout().is_terminal(),
            begun: Instant::now(),
            phases: Vec::new(),
            exchanges: 0,
            octets: 0,
            facts: 0,
        }
    }

    /// A new phase; the one before is over.
    pub fn phase(&mut self, title: &str) {
        self.close_phase();
        self.phases.push(Phase {
            title: title.to_owned(),
            begun: Instant::now(),
            took: Duration::ZERO,
        });
        let number = self.phases.len();
        match self.format {
            OutputFormat::Json => self.json(&Line::Phase { number, title }),
            OutputFormat::Text => {
                let title = self.bold(&format!("{number}  {title}"));
                self.line(&format!("\n{title}"));
            }
        }
    }

    /// A request and its response.
    pub fn exchange(&mut self, exchange: &Exchange) {
        self.exchanges += 1;
        self.octets += exchange.request.octets + exchange.response.octets;
        let (request, response) = (&exchange.request, &exchange.response);
        match self.format {
            OutputFormat::Json => self.json(&Line::Exchange {
                from: &exchange.from,
                to: &exchange.to,
                request: &request.message,
                request_octets: request.octets,
                response: &response.message,
                response_octets: response.octets,
                ms: exchange.ms,
            }),
            OutputFormat::Text => {
                self.line(&format!(
                    "   {:>10} ──▶ {:<10} {:<14} {:>7} octets",
                    exchange.from,
                    exchange.to,
                    request.message,
                    thousands(request.octets)
                ));
                self.line(&format!(
                    "   {:>10} ◀── {:<10} {:<14} {:>7} octets {:>8.1} ms",
                    exchange.from,
                    exchange.to,
                    response.message,
                    thousands(response.octets),
                    exchange.ms
                ));
            }
        }
    }

    /// What a role checked.
    pub fn proved(&mut self, proved: &Proved) {
        for fact in &proved.facts {
            self.fact(&proved.role, &proved.message, fact);
        }
    }

    /// One fact.
    pub fn fact(&mut self, role: &str, message: &str, fact: &str) {
        self.facts += 1;
        match self.format {
            OutputFormat::Json => self.json(&Line::Proved {
                role,
                message,
                fact,
            }),
            OutputFormat::Text => {
                let mark = self.green("✓");
                self.line(&format!("              {mark} {role}: {fact}"));
            }
        }
    }

    /// A remark.
    pub fn note(&mut self, text: &str) {
        match self.format {
            OutputFormat::Json => self.json(&Line::Note { text }),
            OutputFormat::Text => self.line(&format!("   {text}")),
        }
    }

    /// The end.
    pub fn summary(&mut self, ok: bool) {
        self.close_phase();
        let seconds = self.begun.elapsed().as_secs_f64();
        if self.format == OutputFormat::Json {
            let phases = self
                .phases
                .iter()
                .map(|phase| PhaseTime {
                    title: &phase.title,
                    seconds: phase.took.as_secs_f64(),
                })
                .collect();
            return self.json(&Line::Summary {
                ok,
                exchanges: self.exchanges,
                octets: self.octets,
                facts: self.facts,
                seconds,
                phases,
            });
        }
        let verdict = if ok {
            self.green("Everything did what it should.")
        } else {
            "The story broke off.".to_owned()
        };
        let verdict = self.bold(&verdict);
        self.line(&format!("\n{verdict}"));
        for (number, phase) in self.phases.iter().enumerate() {
            self.line(&format!(
                "   {:>2}  {:<48} {:>7.2} s",
                number + 1,
                phase.title,
                phase.took.as_secs_f64()
            ));
        }
        self.line(&format!(
            "       {} exchanges, {} octets over TCP, {} facts proved, {seconds:.2} s in all",
            self.exchanges,
            thousands(self.octets),
            self.facts
        ));
    }

    fn close_phase(&mut self) {
        if let Some(phase) = self.phases.last_mut() {
            phase.took = phase.begun.elapsed();
        }
    }

    fn bold(&self, text: &str) -> String {
        self.paint(text, "1")
    }

    fn green(&self, text: &str) -> String {
        self.paint(text, "32")
    }

    fn paint(&self, text: &str, code: &str) -> String {
        if self.colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn json(&self, line: &Line<'_>) {
        if let Ok(text) = serde_json::to_string(line) {
            self.line(&text);
        }
    }

    /// A reader who has gone away misses the rest; the exit code still tells.
    fn line(&self, text: &str) {
        let _lost = writeln!(io::stdout().lock(), "{text}");
    }
}

/// A number with commas between thousands.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(1_000), "1,000");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
