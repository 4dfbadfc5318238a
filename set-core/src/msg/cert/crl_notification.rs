//! CRLNotification and CRLNotificationRes: a CA tells the CA above it of a new CRL.

use crate::asn1::Date;
use crate::msg::thumbs::CertThumb;
use crate::pkcs7::SignedData;
use crate::sequence;

/// The notice, S{CA, [`CrlNotificationTbs`]}; the CRL is in the SignedData's crls.
///
/// ```text
/// CRLNotification ::= SignedData
/// ```
pub type CrlNotification = SignedData;

sequence! {
    /// What the CA signs in its notice.
    ///
    /// ```text
    /// CRLNotificationTBS ::= SEQUENCE {
    ///   date           Date,
    ///   crlThumbprint  CertThumb
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CrlNotificationTbs = "CRLNotificationTBS" {
        /// When.
        date: Date = "date",
        /// Names the CRL.
        crl_thumbprint: CertThumb = "crlThumbprint",
    }
}

/// The receipt, S{CA, [`CrlNotificationResTbs`]}.
///
/// ```text
/// CRLNotificationRes ::= SignedData
/// ```
pub type CrlNotificationRes = SignedData;

sequence! {
    /// What the receiver of a notice signs.
    ///
    /// ```text
    /// CRLNotificationResTBS ::= SEQUENCE {
    ///   date           Date,
    ///   crlThumbprint  CertThumb
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct CrlNotificationResTbs = "CRLNotificationResTBS" {
        /// When.
        date: Date = "date",
        /// Names the CRL that came.
        crl_thumbprint: CertThumb = "crlThumbprint",
    }
}
