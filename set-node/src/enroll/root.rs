use std::{fs, io, path::PathBuf, str::FromStr};

use set_core::{
    crypto::{CryptoProvider, KeyRules},
    party::Trust,
    pkcs7::Digest,
    x509::{Certificate, X509Error},
};

use crate::pem::{self, PemFault};

/// The flags that name the root to believe.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct RootArgs {
    /// PEM file of the root certificate to believe; needed the first time
    #[arg(long, value_name = "FILE")]
    pub root: Option<PathBuf>,
    /// Thumbprint that the root must have: 40 hexadecimal digits, SHA-1 over its
    /// tbsCertificate; without it the file is believed as it is
    #[arg(long, value_name = "HEX", requires = "root")]
    pub root_thumbprint: Option<Thumbprint>,
}

/// The thumbprint of a certificate, as people type it: hexadecimal digits, with colons or
/// spaces between them if they like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thumbprint(pub Digest);

/// A text that is no thumbprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a thumbprint is 40 hexadecimal digits")]
pub struct ThumbprintError;

/// Why there is no root to believe.
#[derive(Debug, thiserror::Error)]
pub enum RootFault {
    /// No root is held and none was given.
    #[error("no root certificate is trusted yet: name one with --root FILE")]
    None,
    /// The file cannot be read.
    #[error("{}: {source}", .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not PEM with one certificate.
    #[error("{}: {fault}", .file.display())]
    Pem {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        fault: PemFault,
    },
    /// The certificate is refused.
    #[error("{}: {fault}", .file.display())]
    X509 {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        fault: Box<X509Error>,
    },
    /// The certificate is not self-issued, or not the one with the thumbprint given.
    #[error("{}: this certificate has thumbprint {found} and is not the root expected", .file.display())]
    NotTheRoot {
        /// The file.
        file: PathBuf,
        /// The thumbprint that it has.
        found: Digest,
    },
}

impl RootArgs {
    /// Adds the root that was named to `trust`, and gives its thumbprint, which the user
    /// should compare with the one that the brand publishes.
    ///
    /// # Errors
    ///
    /// [`RootFault`]; [`RootFault::None`] when none was named and none is held.
    pub fn install(
        &self,
        trust: &mut Trust,
        crypto: &dyn CryptoProvider,
        rules: &KeyRules,
    ) -> Result<Option<Digest>, RootFault> {
        let Some(file) = &self.root else {
            return match trust.roots.roots() {
                [] => Err(RootFault::None),
                _ => Ok(None),
            };
        };
        let file = || file.clone();
        let text = fs::read(file()).map_err(|source| RootFault::Read {
            file: file(),
            source,
        })?;
        let blocks = pem::decode("CERTIFICATE", &text).map_err(|fault| RootFault::Pem {
            file: file(),
            fault,
        })?;
        let octets = blocks.first().map(Vec::as_slice).unwrap_or_default();
        let root = Certificate::parse(octets, rules).map_err(|fault| RootFault::X509 {
            file: file(),
            fault: Box::new(fault),
        })?;
        let found = root.thumbprint(crypto);
        let expected = self
            .root_thumbprint
            .map_or(found, |Thumbprint(digest)| digest);
        if trust.roots.install(crypto, &root, &expected) {
            Ok(Some(found))
        } else {
            Err(RootFault::NotTheRoot {
                file: file(),
                found,
            })
        }
    }
}

impl FromStr for Thumbprint {
    type Err = ThumbprintError;

    fn from_str(text: &str) -> Result<Self, ThumbprintError> {
        let mut digits = text.chars().filter(|c| !matches!(c, ':' | ' '));
        let mut octets = [0; 20];
        for octet in &mut octets {
            for _ in 0..2 {
                let digit = digits.next().and_then(|c| c.to_digit(16));
                let digit = digit.and_then(|digit| u8::try_from(digit).ok());
                *octet = (*octet << 4) | digit.ok_or(ThumbprintError)?;
            }
        }
        match digits.next() {
            None => Ok(Self(Digest::new(octets))),
            Some(_) => Err(ThumbprintError),
        }
    }
}

#[cfg(test)]
mod tests {
    use set_core::crypto::RustCrypto;
    use set_core::path::TrustStore;
    use set_testkit::hierarchy::hierarchy;

    use super::*;

    #[test]
    fn a_thumbprint_is_40_digits_with_colons_or_spaces_anywhere() {
        let thumbprint = Thumbprint(Digest::new([0xab; 20]));
        for text in [
            "ab".repeat(20),
            "AB:".repeat(20),
            format!("abab abab {}", "ab".repeat(16)),
        ] {
            assert_eq!(text.parse(), Ok(thumbprint));
        }
        for text in [
            "",
            "ab",
            &"ab".repeat(21),
            &"ag".repeat(20),
            &"é".repeat(40),
        ] {
            assert_eq!(text.parse::<Thumbprint>(), Err(ThumbprintError));
        }
    }

    #[test]
    fn a_root_is_believed_with_its_thumbprint_and_refused_with_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("root.pem");
        let root = &hierarchy().root.certificate;
        fs::write(&file, pem::encode("CERTIFICATE", root.octets())).unwrap();
        let found = root.thumbprint(&RustCrypto);
        let install = |root_thumbprint| {
            let args = RootArgs {
                root: Some(file.clone()),
                root_thumbprint,
            };
            let mut trust = Trust::new(TrustStore::default());
            let installed = args.install(&mut trust, &RustCrypto, &KeyRules::default());
            (installed, trust.roots.roots().len())
        };
        assert!(matches!(install(Some(Thumbprint(found))), (Ok(Some(_)), 1)));
        assert!(matches!(install(None), (Ok(Some(_)), 1)));
        let other = Some(Thumbprint(Digest::new([1; 20])));
        assert!(matches!(
            install(other),
            (Err(RootFault::NotTheRoot { .. }), 0)
        ));
    }

    #[test]
    fn without_any_root_the_flag_is_asked_for() {
        let mut trust = Trust::new(TrustStore::default());
        let fault = RootArgs::default()
            .install(&mut trust, &RustCrypto, &KeyRules::default())
            .unwrap_err();
        assert!(matches!(fault, RootFault::None));
    }
}
