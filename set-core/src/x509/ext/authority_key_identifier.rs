//! authorityKeyIdentifier.

use der::asn1::OctetString;

use crate::asn1::SeqOf;
use crate::pkcs7::{IssuerAndSerialNumber, Name, SerialNumber};
use crate::{choice, sequence};

sequence! {
    /// Names the certificate of the key that signed, by its issuer and serial number.
    ///
    /// ```text
    /// AuthorityKeyIdentifier ::= SEQUENCE {
    ///   keyIdentifier              [0] OCTET STRING OPTIONAL,
    ///   authorityCertIssuer        [1] GeneralNames OPTIONAL,
    ///   authorityCertSerialNumber  [2] INTEGER OPTIONAL
    /// }
    /// ```
    ///
    /// Not critical; in all certificates but the root's, in CRLs and BCIs. SET fills the
    /// issuer, as one directoryName, and the serial number.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuthorityKeyIdentifier = "AuthorityKeyIdentifier" {
        /// Not used by SET.
        key_identifier: Option<OctetString> = "keyIdentifier" [implicit 0 optional],
        /// Who issued the signer's certificate.
        authority_cert_issuer: Option<SeqOf<DirectoryName, 1, 1>> = "authorityCertIssuer" [implicit 1 optional],
        /// That certificate's number.
        authority_cert_serial_number: Option<SerialNumber> = "authorityCertSerialNumber" [implicit 2 optional],
    }
}

choice! {
    /// The one form of GeneralName that SET has here.
    ///
    /// ```text
    /// GeneralName ::= CHOICE { directoryName [4] EXPLICIT Name }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum DirectoryName = "GeneralName" {
        /// A distinguished name.
        DirectoryName(Name) = "directoryName" [explicit 4],
    }
}

impl AuthorityKeyIdentifier {
    /// Names the signer's certificate.
    #[must_use]
    pub fn of(signer: &IssuerAndSerialNumber) -> Self {
        Self {
            key_identifier: None,
            authority_cert_issuer: Some(SeqOf::<_, 1, 1>::one(DirectoryName::DirectoryName(
                signer.issuer.clone(),
            ))),
            authority_cert_serial_number: Some(signer.serial_number.clone()),
        }
    }

    /// The certificate named, or none where the extension does not say both parts.
    #[must_use]
    pub fn signer(&self) -> Option<IssuerAndSerialNumber> {
        let DirectoryName::DirectoryName(issuer) = self.authority_cert_issuer.as_ref()?.first();
        Some(IssuerAndSerialNumber {
            issuer: issuer.clone(),
            serial_number: self.authority_cert_serial_number.clone()?,
        })
    }
}
