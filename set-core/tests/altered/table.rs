//! The outcomes of one message, compared with the file that has them.

use std::env;
use std::fs;

use set_testkit::alter::{Altered, How};
use set_testkit::files::package_folder;

use crate::harmless;

pub(crate) struct Table {
    message: String,
    text: String,
    unexplained: Vec<String>,
}

impl Table {
    pub(crate) fn new(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            text: String::new(),
            unexplained: Vec::new(),
        }
    }

    pub(crate) fn line(&mut self, altered: &Altered, outcome: &str) {
        let path = altered.path.trim_start_matches("MessageWrapper.");
        let how = match altered.how {
            How::Changed => "changed",
            How::Removed => "removed",
        };
        let mut line = format!("{path} {how}: {outcome}");
        if outcome.starts_with("harmless") {
            match harmless::reason(&self.message, path) {
                Some(reason) => line = format!("{line}: {reason}"),
                None => self.unexplained.push(line.clone()),
            }
        }
        self.text.push_str(&line);
        self.text.push('\n');
    }

    /// What is wrong: lines without a reason, and a file that says otherwise.
    #[must_use]
    pub(crate) fn done(self) -> String {
        let file = package_folder()
            .join("tests/altered")
            .join(format!("{}.txt", self.message));
        if env::var_os("SET_BLESS").is_some_and(|value| value == "1") {
            fs::write(&file, &self.text).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        let mut wrong = String::new();
        for line in self.unexplained {
            wrong += &format!("{}: no reason for: {line}\n", self.message);
        }
        let (now, before): (Vec<_>, Vec<_>) = (self.text.lines().collect(), kept.lines().collect());
        if let Some(at) =
            (0..now.len().max(before.len())).find(|at| now.get(*at) != before.get(*at))
        {
            wrong += &format!(
                "{}:{}: {:?} is now {:?}; run with SET_BLESS=1 and read the difference\n",
                file.display(),
                at + 1,
                before.get(at),
                now.get(at),
            );
        }
        wrong
    }
}
