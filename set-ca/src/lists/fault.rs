//! Why lists cannot be issued.

use std::io;
use std::path::PathBuf;

/// What stands in the way of issuing or publishing lists.
#[derive(Debug, thiserror::Error)]
pub enum ListsFault {
    /// The log cannot be read or written.
    #[error("{}: {source}", .file.display())]
    Io {
        /// The log.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process works on the lists.
    #[error("{}: another process works on the lists; try again when it is done", .file.display())]
    Locked {
        /// The log.
        file: PathBuf,
    },
    /// A line of the log does not follow from the one before.
    #[error(
        "{}, line {line}: altered, or a line before it is missing; put back the log as it was \
         last. Until then nothing is served, as revocations may be lost", .file.display()
    )]
    Altered {
        /// The log.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// Something was published that the log does not know of.
    #[error(
        "{} is older than {known}: it was restored from a backup, and revocations may be lost. \
         Put back the newest log; or, if there is none, run `set-ca publish --adopt`, which \
         takes over what the published lists revoke, and revoke again whatever came after them", .file.display()
    )]
    Behind {
        /// The log.
        file: PathBuf,
        /// What is newer.
        known: String,
    },
    /// No CA of the folder issued such a certificate.
    #[error("{0}")]
    NotOurs(String),
    /// Cardholders' certificates are not put on CRLs.
    #[error(
        "certificate {0} is a cardholder's: those are not put on CRLs. Tell the issuer, who \
         declines its payments"
    )]
    Cardholder(String),
    /// The file holds neither a certificate nor a CRL.
    #[error("{}: {what}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
}
