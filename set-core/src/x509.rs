//! X.509 as SET profiles it: certificates, CRLs, names, extensions, and the
//! BrandCRLIdentifier.
//!
//! Start at [`Certificate`], which is parsed from octets, and [`build`], which makes one.
//! A parsed certificate is well formed and nothing more: whether to believe it is for
//! [`path`](crate::path) to say.

pub mod bci;
pub mod build;
pub mod certificate;
pub mod crl;
pub mod error;
pub mod ext;
pub mod extension;
pub mod lint;
pub mod name;
pub mod pkcs10;
mod signed;
pub mod spki;
pub mod thumbs;
pub mod time;

pub use self::bci::BrandCrlIdentifier;
pub use self::certificate::Certificate;
pub use self::crl::Crl;
pub use self::error::X509Error;
pub use self::name::{Brand, SetName};
