//! What nobody may show, in every spelling, and the search for it.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use base64ct::{Base64, Encoding as _};
use pkcs1::RsaPrivateKeyRef;
use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::Decode as _;

/// Secrets to be looked for.
pub struct Secrets {
    /// The spellings by their first two octets.
    by_head: Vec<Vec<Spelling>>,
    keys: usize,
}

/// A secret as it could stand somewhere.
struct Spelling {
    what: String,
    octets: Vec<u8>,
}

impl Default for Secrets {
    fn default() -> Self {
        Self {
            by_head: (0..HEADS).map(|_| Vec::new()).collect(),
            keys: 0,
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

impl Secrets {
    /// Looks for these octets, called `what`, as they are, in hexadecimal and in base64.
    ///
    /// At least two octets are taken; a text of less than eight would be found by chance.
    pub fn add(&mut self, what: &str, octets: &[u8]) {
        for octets in spellings(octets) {
            let Some([first, second]) = octets.first_chunk() else {
                continue;
            };
            let head = usize::from(u16::from_be_bytes([*first, *second]));
            if let Some(spellings) = self.by_head.get_mut(head) {
                let what = what.to_owned();
                spellings.push(Spelling { what, octets });
            }
        }
    }

    /// Looks for a private key in any encoding: by its secret integers, of which PKCS #1, PKCS #8
    /// and their PEM all hold the octets.
    ///
    /// # Errors
    ///
    /// It is not the DER of a PKCS #8 PrivateKeyInfo with an RSA key.
    pub fn add_key(&mut self, what: &str, pkcs8: &[u8]) -> Result<(), pkcs8::der::Error> {
        let info = PrivateKeyInfoRef::from_der(pkcs8)?;
        let key = RsaPrivateKeyRef::from_der(info.private_key.as_bytes())?;
        for integer in [key.private_exponent, key.prime1, key.prime2] {
            // A part is enough, and lies whole in a line of PEM at one of its places.
            let octets = integer.as_bytes();
            for part in octets.chunks(PART).filter(|part| part.len() == PART) {
                self.add(what, part);
            }
        }
        self.keys += 1;
        Ok(())
    }

    /// How many private keys are looked for.
    #[must_use]
    pub const fn keys(&self) -> usize {
        self.keys
    }

    /// What of it stands in these octets.
    #[must_use]
    pub fn shown_by(&self, octets: &[u8]) -> Option<&str> {
        octets.windows(2).enumerate().find_map(|(at, head)| {
            let head = u16::from_be_bytes(*head.first_chunk()?);
            let rest = octets.get(at..)?;
            self.by_head
                .get(usize::from(head))?
                .iter()
                .find(|spelling| rest.starts_with(&spelling.octets))
                .map(|spelling| spelling.what.as_str())
        })
    }
}

/// What a search of a folder came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// How many files were read.
    pub files: usize,
    /// How many octets they hold.
    pub octets: usize,
    /// The first file that shows something, and what.
    pub found: Option<String>,
}

/// Searches every file below a folder.
///
/// Others may be at work there: a file that goes away in the meantime, as the journals of
/// SQLite do, is not searched.
///
/// # Errors
///
/// A file or folder that is there cannot be read.
pub fn search(folder: &Path, secrets: &Secrets) -> io::Result<Searched> {
    let mut searched = Searched::default();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let octets = match fs::read(&path) {
                Err(gone) if gone.kind() == ErrorKind::NotFound => continue,
                read => read?,
            };
            searched.files += 1;
            searched.octets += octets.len();
            if let Some(what) = secrets.shown_by(&octets) {
                searched.found = Some(format!("{} shows {what}", path.display()));
                return Ok(searched);
            }
        }
    }
    Ok(searched)
}

/// The ways in which a secret could stand in a text.
fn spellings(secret: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = secret.iter().map(|octet| format!("{octet:02x}")).collect();
    let mut spellings = vec![
        secret.to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
    ];
    // Base64 at each of the three places that the secret can have in a group, without the
    // characters that it shares with its neighbours.
    for lead in 0..3 {
        let padded = [vec![0; lead], secret.to_vec()].concat();
        let text = Base64::encode_string(&padded);
        let shared = usize::from(lead > 0);
        let whole = padded.len() * 8 / 6;
        let inner: String = text.chars().take(whole).skip(lead + shared).collect();
        spellings.push(inner.into_bytes());
    }
    spellings
}

/// Different pairs of octets.
const HEADS: usize = 1 << 16;

/// Octets of a private key that are looked for together, which nothing else has by chance. Their base64 is never longer than a quarter of a line of PEM.
const PART: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const PAN: &str = "4111111111111111";

    fn pan() -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add("the PAN", PAN.as_bytes());
        secrets
    }

    #[test]
    fn digits_are_found_in_every_spelling() {
        let hex: String = PAN.bytes().map(|digit| format!("{digit:02x}")).collect();
        let mut hidden = vec![format!("x{PAN}y"), format!("x{hex}y"), hex.to_uppercase()];
        for lead in ["", "a", "ab", "abc"] {
            hidden.push(Base64::encode_string(format!("{lead}{PAN}tail").as_bytes()));
            hidden.push(Base64::encode_string(format!("{lead}{PAN}").as_bytes()));
        }
        for text in hidden {
            assert_eq!(pan().shown_by(text.as_bytes()), Some("the PAN"), "{text}");
        }
        assert_eq!(pan().shown_by(b"4111111111111112"), None);
        assert_eq!(pan().shown_by(b""), None);
    }

    #[test]
    fn a_private_key_is_found_in_every_encoding() {
        let key = crate::keys::rsa_1024(0).unwrap();
        let other = crate::keys::rsa_1024(1).unwrap();
        let pkcs8 = key.to_pkcs8().unwrap();
        let mut secrets = Secrets::default();
        secrets.add_key("the key", &pkcs8).unwrap();
        assert_eq!(secrets.keys(), 1);
        let info = PrivateKeyInfoRef::from_der(&pkcs8).unwrap();
        let pkcs1 = info.private_key.as_bytes();
        let hex: String = pkcs1.iter().map(|octet| format!("{octet:02x}")).collect();
        let base64 = Base64::encode_string(pkcs1);
        let pem: Vec<u8> = base64
            .as_bytes()
            .chunks(64)
            .flat_map(|line| [line, b"\n"].concat())
            .collect();
        let shown = [&pkcs8, pkcs1, hex.as_bytes(), base64.as_bytes(), &pem];
        for octets in shown {
            assert_eq!(secrets.shown_by(octets), Some("the key"));
        }
        assert_eq!(secrets.shown_by(&key.public_key().to_spki_der()), None);
        assert_eq!(secrets.shown_by(&other.to_pkcs8().unwrap()), None);
        assert!(secrets.add_key("no key", b"no key").is_err());
    }

    #[test]
    fn a_line_of_a_trace_that_shows_the_pan_is_found_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let said = folder.path().join("said");
        fs::create_dir(&said).unwrap();
        fs::write(said.join("01-cardholder-pay.err"), "nothing\n").unwrap();
        let clean = search(folder.path(), &pan()).unwrap();
        assert_eq!((clean.files, clean.found), (1, None));
        let der = Base64::encode_string(format!("a message with {PAN} in it").as_bytes());
        let line = format!(r#"{{"event":"exchange","request":{{"der":"{der}"}}}}"#);
        fs::write(said.join("01-cardholder-pay.out"), line).unwrap();
        let found = search(folder.path(), &pan()).unwrap().found.unwrap();
        assert!(
            found.ends_with("01-cardholder-pay.out shows the PAN"),
            "{found}"
        );
    }
}
