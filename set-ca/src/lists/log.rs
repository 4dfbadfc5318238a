//! The log of revocations and lists: a file that only grows, and that knows when it was
//! altered.
//!
//! It lies beside the store and not in it, so that a store that is restored from a backup
//! un-revokes nothing. Each line ends in a link: the SHA-256 of the link before and the line.
//!
//! ```text
//! TIME revoked ISSUER SERIAL REASON LINK
//! TIME crl     ISSUER NUMBER THUMBPRINT LINK
//! TIME bci     BRAND  NUMBER THUMBPRINT LINK
//! ```
//!
//! TIME is in Unix seconds; ISSUER is the DER of a name, SERIAL the content octets of a
//! serial number, both in hexadecimal as are THUMBPRINT and LINK; BRAND is the brand's label.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use set_core::asn1::{self, Date, Limits};
use set_core::exchange::Context;
use set_core::pkcs7::{Name, SerialNumber};
use set_core::x509::crl::Revoked;
use set_core::x509::{BrandCrlIdentifier, Crl};
use set_node::durable;
use sha2::{Digest as _, Sha256};

use super::fault::ListsFault;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A certificate was revoked.
    Revoked {
        /// Its issuer.
        issuer: Name,
        /// Which, since when and why.
        revoked: Revoked,
    },
    /// A CRL was issued.
    Crl {
        /// When.
        at: Date,
        /// By whom.
        issuer: Name,
        /// Its number.
        number: u64,
        /// Its thumbprint, in hexadecimal.
        thumbprint: String,
    },
    /// A BCI was issued.
    Bci {
        /// When.
        at: Date,
        /// The brand's label.
        brand: String,
        /// Its number.
        number: u64,
        /// Its thumbprint, in hexadecimal.
        thumbprint: String,
    },
}

/// The log, open and locked: one process at a time has it.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    file: File,
    link: [u8; 32],
    entries: Vec<Entry>,
}

impl Log {
    /// Opens the log of a data folder, waits until no other process has it, for at most
    /// `wait`, and verifies every link. A log that is not there is begun.
    ///
    /// A last line without an end was never finished, and nobody was told that it was: it is
    /// cut off.
    pub(crate) fn open(data: &Path, wait: Duration) -> Result<Self, ListsFault> {
        let path = Self::path_in(data);
        let io = |source| ListsFault::Io {
            file: path.clone(),
            source,
        };
        let mut file = durable::lock(&path, wait).map_err(|source| match source.kind() {
            io::ErrorKind::WouldBlock => ListsFault::Locked { file: path.clone() },
            _ => io(source),
        })?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(io)?;
        let whole = text
            .iter()
            .rposition(|octet| *octet == b'\n')
            .map_or(0, |end| end + 1);
        if whole < text.len() {
            tracing::warn!(file = %path.display(), "an unfinished last line is cut off");
            text.truncate(whole);
            let length = u64::try_from(whole).unwrap_or(u64::MAX);
            file.set_len(length)
                .and_then(|()| file.sync_all())
                .map_err(io)?;
        }
        let mut log = Self {
            file,
            link: Sha256::digest(HEADER).into(),
            entries: Vec::new(),
            path: path.clone(),
        };
        for (index, line) in text.split_inclusive(|octet| *octet == b'\n').enumerate() {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            log.take_line(line).ok_or_else(|| ListsFault::Altered {
                file: path.clone(),
                line: index + 1,
            })?;
        }
        Ok(log)
    }

    /// Every line, oldest first.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The log of a data folder, whether it is there or not.
    pub(crate) fn path_in(data: &Path) -> PathBuf {
        data.join(FILE)
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes entries; they are on disk when this returns.
    pub(crate) fn append(&mut self, entries: Vec<Entry>) -> Result<(), ListsFault> {
        let mut text = String::new();
        let mut link = self.link;
        for entry in &entries {
            let line = entry.line();
            link = next(&link, line.as_bytes());
            let _infallible = writeln!(text, "{line} {}", hex(&link));
        }
        let written = || -> io::Result<()> {
            let begun = self.entries.is_empty();
            (&self.file).write_all(text.as_bytes())?;
            self.file.sync_all()?;
            if begun && let Some(folder) = self.path.parent().filter(|_| cfg!(unix)) {
                File::open(folder)?.sync_all()?;
            }
            Ok(())
        };
        written().map_err(|source| ListsFault::Io {
            file: self.path.clone(),
            source,
        })?;
        self.link = link;
        self.entries.extend(entries);
        Ok(())
    }

    /// The highest number of a CRL of `issuer`; 0 if none is known.
    pub(crate) fn crl_number(&self, issuer: &Name) -> u64 {
        let numbers = self.entries.iter().map(|entry| entry.crl_number(issuer));
        numbers.max().unwrap_or(0)
    }

    /// The highest number of a BCI of the brand; 0 if none is known.
    pub(crate) fn bci_number(&self, label: &str) -> u64 {
        let numbers = self.entries.iter().map(|entry| match entry {
            Entry::Bci { brand, number, .. } if brand == label => *number,
            _ => 0,
        });
        numbers.max().unwrap_or(0)
    }

    /// What `issuer` has revoked.
    pub(crate) fn revoked(&self, issuer: &Name) -> Vec<Revoked> {
        let revoked = self.entries.iter().filter_map(|entry| match entry {
            Entry::Revoked {
                issuer: theirs,
                revoked,
            } if theirs == issuer => Some(revoked.clone()),
            _ => None,
        });
        revoked.collect()
    }

    /// Takes a line in, if it follows.
    fn take_line(&mut self, line: &[u8]) -> Option<()> {
        let line = str::from_utf8(line).ok()?;
        let (content, link) = line.rsplit_once(' ')?;
        let expected = next(&self.link, content.as_bytes());
        if link != hex(&expected) {
            return None;
        }
        self.entries.push(Entry::parse(content)?);
        self.link = expected;
        Some(())
    }
}

impl Entry {
    /// That a CRL was issued.
    pub(crate) fn of_crl(context: &Context<'_>, crl: &Crl) -> Self {
        Self::Crl {
            at: crl.this_update(),
            issuer: crl.issuer().clone(),
            number: crl.number(),
            thumbprint: crl.thumbprint(context.crypto).to_string(),
        }
    }

    /// That a BCI was issued.
    pub(crate) fn of_bci(context: &Context<'_>, brand: &str, bci: &BrandCrlIdentifier) -> Self {
        Self::Bci {
            at: bci.to_be_signed.bci_not_before,
            brand: brand.to_owned(),
            number: bci.to_be_signed.sequence_num,
            thumbprint: bci.thumbprint(context.crypto).to_string(),
        }
    }

    /// The number, if it is of a CRL of `issuer`; 0 otherwise.
    pub(crate) fn crl_number(&self, issuer: &Name) -> u64 {
        match self {
            Self::Crl {
                issuer: theirs,
                number,
                ..
            } if theirs == issuer => *number,
            _ => 0,
        }
    }

    /// The line, without its link.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Revoked { issuer, revoked } => format!(
                "{} revoked {} {} {}",
                revoked.since.unix(),
                name_hex(issuer),
                hex(revoked.serial_number.as_octets()),
                revoked.reason
            ),
            Self::Crl {
                at,
                issuer,
                number,
                thumbprint,
            } => format!(
                "{} crl {} {number} {thumbprint}",
                at.unix(),
                name_hex(issuer)
            ),
            Self::Bci {
                at,
                brand,
                number,
                thumbprint,
            } => format!("{} bci {brand} {number} {thumbprint}", at.unix()),
        }
    }

    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(' ');
        let mut field = || fields.next();
        let at = Date::from_unix(field()?.parse().ok()?).ok()?;
        let entry = match field()? {
            "revoked" => Self::Revoked {
                issuer: name(field()?)?,
                revoked: Revoked {
                    serial_number: SerialNumber::new(&octets(field()?)?).ok()?,
                    since: at,
                    reason: field()?.parse().ok()?,
                },
            },
            "crl" => Self::Crl {
                at,
                issuer: name(field()?)?,
                number: field()?.parse().ok()?,
                thumbprint: field()?.to_owned(),
            },
            "bci" => Self::Bci {
                at,
                brand: field()?.to_owned(),
                number: field()?.parse().ok()?,
                thumbprint: field()?.to_owned(),
            },
            _ => return None,
        };
        field().is_none().then_some(entry)
    }
}

fn next(link: &[u8; 32], line: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(link)
        .chain_update(line)
        .finalize()
        .into()
}

/// The DER of a name in hexadecimal.
fn name_hex(name: &Name) -> String {
    hex(&asn1::encode(name).unwrap_or_default())
}

fn name(text: &str) -> Option<Name> {
    asn1::decode(&octets(text)?, &Limits::default()).ok()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        let _infallible = write!(text, "{octet:02x}");
        text
    })
}

/// The octets that hexadecimal digits stand for, two for each.
pub(crate) fn octets(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [_, _] => u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok(),
            _ => None,
        })
        .collect()
}

const FILE: &str = "revocations.log";

/// Begins the chain.
const HEADER: &[u8] = b"set-ca revocations 1";

#[cfg(test)]
mod tests {
    use std::fs;

    use set_core::x509::crl::CrlReason;

    use super::*;

    fn issuer(unit: &str) -> Name {
        let name = set_core::x509::SetName::new("US", "Orchard").unwrap();
        name.with_unit(unit).unwrap().to_name().unwrap()
    }

    fn revoked(serial: u8) -> Revoked {
        Revoked {
            serial_number: SerialNumber::new(&[serial]).unwrap(),
            since: Date::from_unix(865_425_600).unwrap(),
            reason: CrlReason::KeyCompromise,
        }
    }

    fn entries() -> Vec<Entry> {
        let at = revoked(1).since;
        let thumbprint = "00".repeat(20);
        vec![
            Entry::Crl {
                at,
                issuer: issuer("Merchant CA"),
                number: 1,
                thumbprint: thumbprint.clone(),
            },
            Entry::Revoked {
                issuer: issuer("Merchant CA"),
                revoked: revoked(0x80),
            },
            Entry::Bci {
                at,
                brand: "orchard".to_owned(),
                number: 7,
                thumbprint,
            },
        ]
    }

    #[test]
    fn what_was_written_is_read_again_by_the_next_process() {
        let data = tempfile::tempdir().unwrap();
        let mut log = Log::open(data.path(), Duration::ZERO).unwrap();
        log.append(entries()[..2].to_vec()).unwrap();
        log.append(entries()[2..].to_vec()).unwrap();
        drop(log);
        let log = Log::open(data.path(), Duration::ZERO).unwrap();
        assert_eq!(log.entries(), entries());
        assert_eq!(log.revoked(&issuer("Merchant CA")), [revoked(0x80)]);
        assert_eq!(log.revoked(&issuer("Another CA")), []);
        assert_eq!(log.crl_number(&issuer("Merchant CA")), 1);
        assert_eq!(log.crl_number(&issuer("Another CA")), 0);
        assert_eq!(
            (log.bci_number("orchard"), log.bci_number("cherry")),
            (7, 0)
        );
    }

    #[test]
    fn a_log_that_another_has_is_waited_for_no_longer_than_asked() {
        let data = tempfile::tempdir().unwrap();
        let held = Log::open(data.path(), Duration::ZERO).unwrap();
        let fault = Log::open(data.path(), Duration::ZERO).unwrap_err();
        assert!(matches!(fault, ListsFault::Locked { .. }), "{fault}");
        drop(held);
        Log::open(data.path(), Duration::ZERO).unwrap();
    }

    #[test]
    fn an_unfinished_last_line_is_cut_off_and_the_log_goes_on() {
        let data = tempfile::tempdir().unwrap();
        let file = data.path().join(FILE);
        let mut log = Log::open(data.path(), Duration::ZERO).unwrap();
        log.append(entries()).unwrap();
        drop(log);
        let text = fs::read(&file).unwrap();
        for end in [text.len() - 1, text.len() - 40] {
            fs::write(&file, &text[..end]).unwrap();
            let mut log = Log::open(data.path(), Duration::ZERO).unwrap();
            assert_eq!(log.entries(), &entries()[..2]);
            log.append(entries()[2..].to_vec()).unwrap();
            drop(log);
            assert_eq!(fs::read(&file).unwrap(), text);
        }
    }

    #[test]
    fn a_line_altered_left_out_or_moved_is_noticed() {
        let data = tempfile::tempdir().unwrap();
        let file = data.path().join(FILE);
        let mut log = Log::open(data.path(), Duration::ZERO).unwrap();
        log.append(entries()).unwrap();
        drop(log);
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let spoiled = [
            (lines[1..].concat(), 1),
            ([lines[0], lines[2]].concat(), 2),
            ([lines[1], lines[0], lines[2]].concat(), 1),
            (text.replace("keyCompromise", "superseded"), 2),
            (format!("{text}\n"), 4),
        ];
        for (spoiled, at) in spoiled {
            fs::write(&file, &spoiled).unwrap();
            let fault = Log::open(data.path(), Duration::ZERO).unwrap_err();
            assert!(
                matches!(fault, ListsFault::Altered { line, .. } if line == at),
                "{fault} in {spoiled}"
            );
        }
    }
}
