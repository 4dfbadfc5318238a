//! Why a step of a ceremony was refused.

use std::path::PathBuf;

use set_core::x509::X509Error;
use set_core::x509::ext::CertificateType;

/// Why a step of a ceremony was refused. Nothing was stored then.
#[derive(Debug, thiserror::Error)]
pub enum CeremonyFault {
    /// The types asked for are not those of one CA.
    #[error("no CA is {0}; only cca, mca and pca go together")]
    Types(CertificateType),
    /// A name for files that is none.
    #[error("\"{0}\" is no name for a CA: use a-z and 0-9, and dots between, as in orchard.cca")]
    Name(String),
    /// There is a CA of that name already, or its keys wait for certificates.
    #[error("there are keys of \"{0}\" already; nothing was changed")]
    Exists(String),
    /// A request is refused.
    #[error("{}: {fault}", .file.display())]
    Request {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        fault: Box<X509Error>,
    },
    /// The requests are of different CAs.
    #[error("{}: this request is of another CA than the first", .0.display())]
    Mixed(PathBuf),
    /// No CA of the folder may certify that.
    #[error("no CA in this folder may certify a CA of type {types} for {brand}")]
    NoIssuer {
        /// The type asked for.
        types: CertificateType,
        /// The brand asked for.
        brand: String,
    },
    /// Several CAs of the folder may certify that.
    #[error("several CAs in this folder may certify this: {}; choose one with --issuer", .0.join(", "))]
    SeveralIssuers(Vec<String>),
    /// The key is certified for somebody else.
    #[error("{}: this key is certified already, for {holder}", .file.display())]
    KeyReused {
        /// The request.
        file: PathBuf,
        /// Whose it is.
        holder: String,
    },
    /// A part of a bundle is refused.
    #[error("{}: {what}: {fault}", .file.display())]
    Part {
        /// The file.
        file: PathBuf,
        /// What part.
        what: &'static str,
        /// What is wrong.
        fault: Box<X509Error>,
    },
    /// A part of a bundle that is nothing for a CA.
    #[error("{}: a PEM block labelled {label} does not belong here", .file.display())]
    Label {
        /// The file.
        file: PathBuf,
        /// The label.
        label: String,
    },
    /// No root is held yet and none is vouched for.
    #[error(
        "no root is known here yet; compare {found} with what the root's holder reads out, and \
         give it as --root-thumbprint"
    )]
    RootUnknown {
        /// The thumbprint of the root that came.
        found: String,
    },
    /// The root is another one.
    #[error("the root that came, {found}, is not the one that is believed here")]
    RootOther {
        /// The thumbprint of the root that came.
        found: String,
    },
    /// There is no root in the files nor in the folder.
    #[error("there is no root, neither in the files nor here")]
    NoRoot,
    /// A certificate whose chain does not end at the root.
    #[error("{subject}: {why}")]
    Chain {
        /// Whose certificate.
        subject: String,
        /// What is wrong.
        why: String,
    },
    /// Some keys of a CA got certificates, others not.
    #[error("the certificate for {} lacks; a CA is installed whole", .0.join(" and for "))]
    Incomplete(Vec<String>),
    /// A certificate says another use than its key was made for.
    #[error("the certificate for the key \"{0}\" is for another use or name")]
    OtherUse(String),
    /// Nothing in the files concerns this folder.
    #[error("no key here waits for these certificates, and no CA of that brand is here")]
    NotOurs,
}
