use std::{
    env::{self, VarError},
    fmt, fs,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::config::KeyStoreConfig;

/// The secret that opens a node's files; wiped from memory when dropped, and
/// never shown.
#[derive(Clone)]
pub struct Passphrase {
    octets: Zeroizing<Vec<u8>>,
}

/// Why there is no passphrase.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// It is empty.
    #[error("the passphrase is empty")]
    Empty,
    /// Its file cannot be read.
    #[error("cannot read the passphrase from {}: {source}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no file, no variable, and no terminal to ask at.
    #[error(
        "no passphrase: set {variable}, name a file as keys.passphrase_file, or use a terminal"
    )]
    Missing {
        /// The environment variable that would have been used.
        variable: String,
    },
    /// The environment variable is not UTF-8. It is not quoted.
    #[error("the passphrase in {variable} is not UTF-8")]
    NotText {
        /// The variable.
        variable: String,
    },
    /// A new passphrase was not typed the same twice.
    #[error("the two passphrases differ; nothing was done")]
    Differ,
    /// The terminal cannot be read.
    #[error("cannot read the passphrase from the terminal: {0}")]
    Terminal(io::Error),
}

impl Passphrase {
    /// That passphrase.
    ///
    /// # Errors
    ///
    /// It is empty.
    pub fn new(text: &str) -> Result<Self, PassphraseError> {
        if text.is_empty() {
            return Err(PassphraseError::Empty);
        }
        Ok(Self {
            octets: Zeroizing::new(text.as_bytes().to_vec()),
        })
    }

    /// The first line of a file.
    ///
    /// # Errors
    ///
    /// The file cannot be read or its first line is empty.
    pub fn from_file(file: &Path) -> Result<Self, PassphraseError> {
        let text = fs::read_to_string(file)
            .map(Zeroizing::new)
            .map_err(|source| PassphraseError::File {
                file: file.to_owned(),
                source,
            })?;
        Self::new(text.lines().next().unwrap_or_default())
    }

    /// The value of an environment variable; `None` when it is not set.
    ///
    /// # Errors
    ///
    /// It is set but empty, or not UTF-8.
    pub fn from_variable(name: &str) -> Result<Option<Self>, PassphraseError> {
        Self::of_variable(name, env::var(name))
    }

    fn of_variable(
        name: &str,
        value: Result<String, VarError>,
    ) -> Result<Option<Self>, PassphraseError> {
        match value.map(Zeroizing::new) {
            Ok(text) => Self::new(&text).map(Some),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(PassphraseError::NotText {
                variable: name.to_owned(),
            }),
        }
    }

    /// Asks at the terminal, without showing what is typed.
    ///
    /// # Errors
    ///
    /// There is no terminal, or nothing was typed.
    pub fn prompt(question: &str) -> Result<Self, PassphraseError> {
        let text = rpassword::prompt_password(question)
            .map(Zeroizing::new)
            .map_err(PassphraseError::Terminal)?;
        Self::new(&text)
    }

    /// What `ask` gives twice, so that no keys are sealed under a slip of the fingers.
    fn chosen(
        mut ask: impl FnMut(&str) -> Result<Self, PassphraseError>,
    ) -> Result<Self, PassphraseError> {
        let first = ask("New passphrase: ")?;
        let again = ask("The same again: ")?;
        match first.octets == again.octets {
            true => Ok(first),
            false => Err(PassphraseError::Differ),
        }
    }

    /// From where the configuration says: the file, else the variable, else the
    /// terminal if there is one, which asks twice while there is no key that the passphrase
    /// could be held against.
    ///
    /// # Errors
    ///
    /// None of them has a passphrase.
    pub fn from_config(data: &Path, config: &KeyStoreConfig) -> Result<Self, PassphraseError> {
        if let Some(file) = &config.passphrase_file {
            return Self::from_file(&data.join(file));
        }
        match Self::from_variable(&config.passphrase_variable)? {
            Some(passphrase) => Ok(passphrase),
            None if io::stdin().is_terminal() => match holds_keys(&data.join(&config.folder)) {
                true => Self::prompt("Passphrase: "),
                false => Self::chosen(Self::prompt),
            },
            None => Err(PassphraseError::Missing {
                variable: config.passphrase_variable.clone(),
            }),
        }
    }

    pub(super) fn expose(&self) -> &[u8] {
        &self.octets
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// Whether there is a file in a folder of keys.
fn holds_keys(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_passphrase_is_typed_twice_alike() {
        let typed = |words: [&'static str; 2]| {
            let mut words = words.into_iter();
            Passphrase::chosen(move |_| Passphrase::new(words.next().unwrap()))
        };
        assert_eq!(typed(["hush", "hush"]).unwrap().expose(), b"hush");
        assert!(matches!(
            typed(["hush", "hsuh"]),
            Err(PassphraseError::Differ)
        ));
        let folder = tempfile::tempdir().unwrap();
        assert!(!holds_keys(folder.path()));
        assert!(!holds_keys(&folder.path().join("none")));
        fs::write(folder.path().join("signature.pem"), "").unwrap();
        assert!(holds_keys(folder.path()));
    }

    #[test]
    fn a_variable_that_is_not_text_is_refused_without_being_quoted() {
        let value = VarError::NotUnicode("hush".into());
        let refused = Passphrase::of_variable("SET_PASSPHRASE", Err(value)).unwrap_err();
        let expected = "the passphrase in SET_PASSPHRASE is not UTF-8";
        assert_eq!(refused.to_string(), expected);
        assert!(!format!("{refused:?}").contains("hush"));
    }

    #[test]
    fn the_first_line_of_a_file_is_the_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("passphrase");
        for text in ["pass phrase", "pass phrase\n", "pass phrase\r\nnote\n"] {
            fs::write(&file, text).unwrap();
            assert_eq!(
                Passphrase::from_file(&file).unwrap().expose(),
                b"pass phrase"
            );
        }
        fs::write(&file, "\nsecond").unwrap();
        assert!(matches!(
            Passphrase::from_file(&file),
            Err(PassphraseError::Empty)
        ));
        let missing = folder.path().join("none");
        assert!(matches!(
            Passphrase::from_file(&missing),
            Err(PassphraseError::File { .. })
        ));
    }

    #[test]
    fn a_variable_that_is_not_set_is_no_passphrase() {
        assert!(
            Passphrase::from_variable("SET_NO_SUCH_VARIABLE")
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn debug_output_does_not_show_it() {
        let passphrase = Passphrase::new("hush").unwrap();
        assert_eq!(format!("{passphrase:?}"), "Passphrase(..)");
    }
}
