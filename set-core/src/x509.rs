//! X.509 as SET profiles it: certificates, CRLs, names, extensions, and the
//! BrandCRLIdentifier.

pub mod bci;
pub mod ext;
pub mod extension;
pub mod spki;
