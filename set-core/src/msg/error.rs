//! The answer to a request that cannot be processed.

use der::asn1::ObjectIdentifier;

use crate::msg::ids::Nonce;
use crate::msg::thumbs::CertThumb;
use crate::msg::wrapper::MessageHeader;
use crate::pkcs7::SignedData;
use crate::{choice, enumerated, sequence};

choice! {
    /// The answer to a request that cannot be processed; never to a response or another Error.
    ///
    /// ```text
    /// Error ::= CHOICE {
    ///   signedError    [0] EXPLICIT SignedData,  -- S{EE, ErrorTBS}
    ///   unsignedError  [1] EXPLICIT ErrorTBS
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Error = "Error" {
        /// By a sender who has a signature certificate: `S{EE, ErrorTBS}`.
        SignedError(SignedData) = "signedError" [explicit 0],
        /// By a sender who has none.
        UnsignedError(ErrorTbs) = "unsignedError" [explicit 1],
    }
}

sequence! {
    /// What went wrong and with which message.
    ///
    /// ```text
    /// ErrorTBS ::= SEQUENCE {
    ///   errorCode   ErrorCode,
    ///   errorNonce  Nonce,
    ///   errorOID    [0] OBJECT IDENTIFIER OPTIONAL,  -- the extension or algorithm at fault
    ///   errorThumb  [1] EXPLICIT CertThumb OPTIONAL,  -- the certificate at fault
    ///   errorMsg    [2] EXPLICIT ErrorMsg
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ErrorTbs = "ErrorTBS" {
        /// What.
        error_code: ErrorCode = "errorCode",
        /// Makes the signature different each time.
        error_nonce: Nonce = "errorNonce",
        /// The extension or algorithm at fault.
        error_oid: Option<ObjectIdentifier> = "errorOID" [implicit 0 optional],
        /// The certificate at fault.
        error_thumb: Option<CertThumb> = "errorThumb" [explicit 1 optional],
        /// The message at fault.
        error_msg: ErrorMsg = "errorMsg" [explicit 2],
    }
}

choice! {
    /// Enough of the message at fault to recognize it.
    ///
    /// ```text
    /// ErrorMsg ::= CHOICE {
    ///   messageHeader  [0] EXPLICIT MessageHeader,
    ///   badWrapper     [1] OCTET STRING (SIZE(1..20000))
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum ErrorMsg = "ErrorMsg" {
        /// Its header.
        MessageHeader(MessageHeader) = "messageHeader" [explicit 0],
        /// Its leading octets, when no header could be read from it.
        BadWrapper(BadWrapper) = "badWrapper" [implicit 1],
    }
}

crate::octets_between! {
    /// The leading octets of a message, at most 20,000.
    ///
    /// ```text
    /// OCTET STRING (SIZE(1..20000))
    /// ```
    pub struct BadWrapper = "badWrapper", 1..=20000, "OCTET STRING (SIZE(1..20000))";
}

enumerated! {
    /// What is wrong with a message.
    ///
    /// ```text
    /// ErrorCode ::= ENUMERATED {
    ///   unspecifiedFailure(1), messageNotSupported(2), decodingFailure(3),
    ///   invalidCertificate(4), expiredCertificate(5), revokedCertificate(6),
    ///   missingCertificate(7), signatureFailure(8), badMessageHeader(9),
    ///   wrapperMsgMismatch(10), versionTooOld(11), versionTooNew(12),
    ///   unrecognizedExtension(13), messageTooBig(14), signatureRequired(15),
    ///   messageTooOld(16), messageTooNew(17), thumbsMismatch(18), unknownRRPID(19),
    ///   unknownXID(20), unknownLID(21), challengeMismatch(22)
    /// }
    /// ```
    pub enum ErrorCode = "ErrorCode" {
        /// Anything that has no code of its own.
        UnspecifiedFailure = 1 "unspecifiedFailure",
        /// The receiver does not take this message.
        MessageNotSupported = 2 "messageNotSupported",
        /// The octets are not DER of a message.
        DecodingFailure = 3 "decodingFailure",
        /// A certificate breaks a rule.
        InvalidCertificate = 4 "invalidCertificate",
        /// A certificate is out of date.
        ExpiredCertificate = 5 "expiredCertificate",
        /// A certificate is on a CRL.
        RevokedCertificate = 6 "revokedCertificate",
        /// A certificate that is needed was not sent and is not held.
        MissingCertificate = 7 "missingCertificate",
        /// A signature does not verify.
        SignatureFailure = 8 "signatureFailure",
        /// The header makes no sense.
        BadMessageHeader = 9 "badMessageHeader",
        /// The ids of header and message differ.
        WrapperMsgMismatch = 10 "wrapperMsgMismatch",
        /// The receiver no longer speaks this version.
        VersionTooOld = 11 "versionTooOld",
        /// The receiver does not speak this version yet.
        VersionTooNew = 12 "versionTooNew",
        /// A critical extension is unknown.
        UnrecognizedExtension = 13 "unrecognizedExtension",
        /// More octets than the receiver takes.
        MessageTooBig = 14 "messageTooBig",
        /// Sent unsigned where a signature is needed.
        SignatureRequired = 15 "signatureRequired",
        /// The date lies too far in the past.
        MessageTooOld = 16 "messageTooOld",
        /// The date lies in the future.
        MessageTooNew = 17 "messageTooNew",
        /// Thumbprints came back altered.
        ThumbsMismatch = 18 "thumbsMismatch",
        /// No such request.
        UnknownRrpid = 19 "unknownRRPID",
        /// No such transaction.
        UnknownXid = 20 "unknownXID",
        /// No such order.
        UnknownLid = 21 "unknownLID",
        /// The challenge came back altered.
        ChallengeMismatch = 22 "challengeMismatch",
    }
}
