//! All messages, by their tags.

use der::{Decode, Encode, Length, Reader, Writer};

use super::cert::card_c_init::{CardCInitReq, CardCInitRes};
use super::cert::cert_inq::{CertInqReq, CertInqRes};
use super::cert::cert_req::CertReq;
use super::cert::cert_res::CertRes;
use super::cert::me_aq_c_init::{MeAqCInitReq, MeAqCInitRes};
use super::cert::reg_form::{RegFormReq, RegFormRes};
use super::error::Error;
use super::payment::auth_req::AuthReq;
use super::payment::auth_res::AuthRes;
use super::payment::auth_rev::{AuthRevReq, AuthRevRes};
use super::payment::batch_admin::{BatchAdminReq, BatchAdminRes};
use super::payment::cap::{CapReq, CapRes};
use super::payment::cap_rev_or_cred::{
    CapRevReq, CapRevRes, CredReq, CredRes, CredRevReq, CredRevRes,
};
use super::payment::inq::{InqReq, InqRes};
use super::payment::p_cert::{PCertReq, PCertRes};
use super::payment::p_init::{PInitReq, PInitRes};
use super::payment::p_req::PReq;
use super::payment::p_res::PRes;
use crate::asn1::{Asn1, DecodeError, Fault, Field, Presence, Schema, Shape, Tagging, field};

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It asks for an answer.
    Request,
    /// It is one.
    Response,
    /// It is one in place of that which was asked for.
    Error,
}

macro_rules! messages {
    (
        $(#[$meta:meta])*
        pub enum Message {
            $(
                $(#[$variant_meta:meta])*
                $kind:ident $variant:ident($spec:literal, $name:literal) = $number:literal,
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Message {
            $( $(#[$variant_meta])* $variant(Box<$variant>), )+
        }

        impl Message {
            /// The specification's names of all messages, in the order of their tags.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The specification's name of the message, for instance `PInitReq`.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)+ }
            }

            /// Which way the message goes.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$variant(_) => Kind::$kind,)+ }
            }

            /// Which way the message of this tag goes; none when there is no such message.
            #[must_use]
            pub const fn kind_of_tag(number: u32) -> Option<Kind> {
                match number { $($number => Some(Kind::$kind),)+ _ => None }
            }
        }

        impl Asn1 for Message {
            const SCHEMA: &'static Schema = &Schema {
                name: "Message",
                shape: Shape::Choice(&[$(
                    Field {
                        name: $spec,
                        tagging: Tagging::Explicit($number),
                        presence: Presence::Required,
                        schema: <$variant as Asn1>::SCHEMA,
                    },
                )+]),
                secret: false,
            };
        }

        impl<'r> Decode<'r> for Message {
            type Error = DecodeError;

            fn decode<R: Reader<'r>>(reader: &mut R) -> Result<Self, DecodeError> {
                let offset = field::offset(reader);
                let Some(tag) = field::peek(reader)? else {
                    return Err(DecodeError::new(Fault::Missing, offset));
                };
                $(
                    if let Some(message) = field::explicit_optional(reader, $number, $spec)? {
                        return Ok(Self::$variant(Box::new(message)));
                    }
                )+
                Err(field::wrong_tag(tag, offset))
            }
        }

        impl Encode for Message {
            fn encoded_len(&self) -> der::Result<Length> {
                match self {
                    $( Self::$variant(message) => field::explicit_len(&**message, $number), )+
                }
            }

            fn encode(&self, writer: &mut impl Writer) -> der::Result<()> {
                match self {
                    $( Self::$variant(message) => {
                        field::encode_explicit(&**message, $number, writer)
                    } )+
                }
            }
        }
    };
}

messages! {
    /// One message; what a [`MessageWrapper`](super::MessageWrapper) carries.
    ///
    /// ```text
    /// Message ::= CHOICE {
    ///   purchaseInitRequest          [ 0] EXPLICIT PInitReq,
    ///   purchaseInitResponse         [ 1] EXPLICIT PInitRes,
    ///   purchaseRequest              [ 2] EXPLICIT PReq,
    ///   purchaseResponse             [ 3] EXPLICIT PRes,
    ///   inquiryRequest               [ 4] EXPLICIT InqReq,
    ///   inquiryResponse              [ 5] EXPLICIT InqRes,
    ///   authorizationRequest         [ 6] EXPLICIT AuthReq,
    ///   authorizationResponse        [ 7] EXPLICIT AuthRes,
    ///   authReversalRequest          [ 8] EXPLICIT AuthRevReq,
    ///   authReversalResponse         [ 9] EXPLICIT AuthRevRes,
    ///   captureRequest               [10] EXPLICIT CapReq,
    ///   captureResponse              [11] EXPLICIT CapRes,
    ///   captureReversalRequest       [12] EXPLICIT CapRevReq,
    ///   captureReversalResponse      [13] EXPLICIT CapRevRes,
    ///   creditRequest                [14] EXPLICIT CredReq,
    ///   creditResponse               [15] EXPLICIT CredRes,
    ///   creditReversalRequest        [16] EXPLICIT CredRevReq,
    ///   creditReversalResponse       [17] EXPLICIT CredRevRes,
    ///   pCertificateRequest          [18] EXPLICIT PCertReq,
    ///   pCertificateResponse         [19] EXPLICIT PCertRes,
    ///   batchAdministrationRequest   [20] EXPLICIT BatchAdminReq,
    ///   batchAdministrationResponse  [21] EXPLICIT BatchAdminRes,
    ///   cardholderCInitRequest       [22] EXPLICIT CardCInitReq,
    ///   cardholderCInitResponse      [23] EXPLICIT CardCInitRes,
    ///   meAqCInitRequest             [24] EXPLICIT Me-AqCInitReq,
    ///   meAqCInitResponse            [25] EXPLICIT Me-AqCInitRes,
    ///   registrationFormRequest      [26] EXPLICIT RegFormReq,
    ///   registrationFormResponse     [27] EXPLICIT RegFormRes,
    ///   certificateRequest           [28] EXPLICIT CertReq,
    ///   certificateResponse          [29] EXPLICIT CertRes,
    ///   certificateInquiryRequest    [30] EXPLICIT CertInqReq,
    ///   certificateInquiryResponse   [31] EXPLICIT CertInqRes,
    ///   error                       [999] EXPLICIT Error
    /// }
    /// ```
    ///
    /// The alternatives are boxed, so that a message is cheap to move.
    pub enum Message {
        /// The cardholder asks for certificates and a transaction id.
        Request PInitReq("purchaseInitRequest", "PInitReq") = 0,
        /// The merchant gives them.
        Response PInitRes("purchaseInitResponse", "PInitRes") = 1,
        /// The cardholder orders.
        Request PReq("purchaseRequest", "PReq") = 2,
        /// The merchant answers.
        Response PRes("purchaseResponse", "PRes") = 3,
        /// The cardholder asks how far an order has come.
        Request InqReq("inquiryRequest", "InqReq") = 4,
        /// The merchant answers.
        Response InqRes("inquiryResponse", "InqRes") = 5,
        /// The merchant asks for an authorization.
        Request AuthReq("authorizationRequest", "AuthReq") = 6,
        /// The gateway answers.
        Response AuthRes("authorizationResponse", "AuthRes") = 7,
        /// The merchant lowers an authorization.
        Request AuthRevReq("authReversalRequest", "AuthRevReq") = 8,
        /// The gateway answers.
        Response AuthRevRes("authReversalResponse", "AuthRevRes") = 9,
        /// The merchant collects.
        Request CapReq("captureRequest", "CapReq") = 10,
        /// The gateway answers.
        Response CapRes("captureResponse", "CapRes") = 11,
        /// The merchant undoes captures.
        Request CapRevReq("captureReversalRequest", "CapRevReq") = 12,
        /// The gateway answers.
        Response CapRevRes("captureReversalResponse", "CapRevRes") = 13,
        /// The merchant gives money back.
        Request CredReq("creditRequest", "CredReq") = 14,
        /// The gateway answers.
        Response CredRes("creditResponse", "CredRes") = 15,
        /// The merchant undoes credits.
        Request CredRevReq("creditReversalRequest", "CredRevReq") = 16,
        /// The gateway answers.
        Response CredRevRes("creditReversalResponse", "CredRevRes") = 17,
        /// The merchant asks for gateway certificates.
        Request PCertReq("pCertificateRequest", "PCertReq") = 18,
        /// The gateway gives them.
        Response PCertRes("pCertificateResponse", "PCertRes") = 19,
        /// The merchant administers a batch.
        Request BatchAdminReq("batchAdministrationRequest", "BatchAdminReq") = 20,
        /// The gateway answers.
        Response BatchAdminRes("batchAdministrationResponse", "BatchAdminRes") = 21,
        /// A cardholder asks a CA for its certificates.
        Request CardCInitReq("cardholderCInitRequest", "CardCInitReq") = 22,
        /// The CA gives them.
        Response CardCInitRes("cardholderCInitResponse", "CardCInitRes") = 23,
        /// A merchant or gateway asks a CA for its certificates and a form.
        Request MeAqCInitReq("meAqCInitRequest", "Me-AqCInitReq") = 24,
        /// The CA gives them.
        Response MeAqCInitRes("meAqCInitResponse", "Me-AqCInitRes") = 25,
        /// A cardholder asks for the form of its issuer.
        Request RegFormReq("registrationFormRequest", "RegFormReq") = 26,
        /// The CA gives it.
        Response RegFormRes("registrationFormResponse", "RegFormRes") = 27,
        /// An end entity asks for a certificate.
        Request CertReq("certificateRequest", "CertReq") = 28,
        /// The CA answers.
        Response CertRes("certificateResponse", "CertRes") = 29,
        /// An end entity asks what became of its request.
        Request CertInqReq("certificateInquiryRequest", "CertInqReq") = 30,
        /// The CA answers.
        Response CertInqRes("certificateInquiryResponse", "CertInqRes") = 31,
        /// A request could not be processed.
        Error Error("error", "Error") = 999,
    }
}
