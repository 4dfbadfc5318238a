//! The wake-up (initiation) message: how a web shop starts a wallet.
//!
//! It is no SET message but a block of header fields as in MIME, an empty line, and the
//! order description as the body. A browser hands it to the wallet by its media type,
//! `application/set-payment-initiation` or `application/set-registration-initiation`.
//!
//! ```
//! use set_core::wake_up::WakeUp;
//!
//! let octets = b"SET-Initiation-Type: Payment-Initiation\r\n\
//!     SET-SET-URL: set://shop.example:257\r\n\
//!     SET-Brand: Brand:Gold http://shop.example/logo.png\r\n\
//!     SET-PurchAmt: 840 12950 -2\r\n\
//!     SET-LID-M: 2a\r\n\
//!     \r\n\
//!     One teapot";
//! let wake_up = WakeUp::parse(octets)?;
//! let payment = wake_up.payment()?;
//! assert_eq!(payment.set_url.authority(), "shop.example:257");
//! assert_eq!(payment.purch_amt.amount, 12950);
//! assert_eq!(payment.od, b"One teapot");
//!
//! let refused = WakeUp::parse(b"SET-Initiation-Type: Payment-Initiation\r\n\
//!     SET-PurchAmt: a lot\r\n\r\n").unwrap_err();
//! assert_eq!(refused.field().map(|field| field.name()), Some("SET-PurchAmt"));
//! # Ok::<(), set_core::wake_up::WakeUpError>(())
//! ```

mod error;
mod field;
mod parse;
#[cfg(test)]
mod tests;
mod transfer;
mod value;
mod web_address;
mod write;

pub use self::error::{WakeUpError, WakeUpFault};
pub use self::field::Field;
pub use self::web_address::{Scheme, WebAddress};

use der::asn1::ObjectIdentifier;

use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{BrandId, LocalId};
use crate::msg::recur::{InstallRecurData, InstallRecurInd};

/// Octets of a wake-up, body included.
pub const MAX_OCTETS: usize = 65_536;
/// Octets of a line of the header, without its CRLF; the limit of MIME.
pub const MAX_LINE: usize = 998;
/// Fields of a header.
pub const MAX_FIELDS: usize = 100;

/// A wake-up message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WakeUp {
    /// What is to be begun.
    pub initiation_type: InitiationType,
    /// The MIME type of the order description.
    pub content_type: String,
    /// Where PInitReq goes (for a registration, the first request to the CA).
    pub set_url: Option<WebAddress>,
    /// Where InqReq goes.
    pub query_url: Option<WebAddress>,
    /// Where the browser goes after success.
    pub success_url: Option<WebAddress>,
    /// Where the browser goes after failure.
    pub failure_url: Option<WebAddress>,
    /// Where the browser goes when the user gives up.
    pub cancel_url: Option<WebAddress>,
    /// Where there is help.
    pub service_url: Option<WebAddress>,
    /// Where error reports go.
    pub diagnostic_url: Option<WebAddress>,
    /// Brands accepted, the preferred first; at most [`MAX_FIELDS`].
    pub brands: Vec<AcceptedBrand>,
    /// The price.
    pub purch_amt: Option<CurrencyAmount>,
    /// The merchant's id of the order.
    pub lid_m: Option<LocalId>,
    /// Instalments or recurring payment.
    pub install_recur_ind: Option<InstallRecurInd>,
    /// An extension to be put into the order.
    pub extension: Option<Extension>,
    /// To be returned by the wallet in its request.
    pub echo_in_request: Option<Echo>,
    /// To be returned by the wallet when it is done.
    pub echo_in_response: Option<Echo>,
    /// In an answer to the shop: the field at fault.
    pub error_field: Option<Field>,
    /// The order description: the body after transfer decoding. This is what enters HOD.
    pub od: Vec<u8>,
}

/// What a wake-up begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitiationType {
    /// A purchase.
    Payment,
    /// An inquiry about an earlier purchase.
    Inquiry,
    /// A registration at a CA.
    Registration,
}

/// A brand that the shop accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedBrand {
    /// `Brand` or `Brand:Product`.
    pub brand_id: BrandId,
    /// A logo to show for it.
    pub logo: Option<WebAddress>,
}

/// An extension to be put into the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// What it is.
    pub oid: ObjectIdentifier,
    /// DER of the type that `oid` names.
    pub data: Vec<u8>,
    /// Whether a wallet that does not know it must refuse.
    pub mandatory: bool,
}

/// Printable text of up to 900 octets that a wallet returns unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Echo(String);

impl Echo {
    /// Takes a text.
    ///
    /// # Errors
    ///
    /// [`WakeUpFault::Value`] unless it is printable ASCII of 1 to 900 octets that neither
    /// begins nor ends with a space.
    pub fn new(text: impl Into<String>) -> Result<Self, WakeUpFault> {
        let text = text.into();
        let fits = (1..=900).contains(&text.len())
            && text.bytes().all(|octet| matches!(octet, 0x20..=0x7e))
            && text.trim() == text;
        if fits {
            Ok(Self(text))
        } else {
            Err(WakeUpFault::Value {
                expected: "1 to 900 printable characters",
            })
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a purchase needs, all of it present.
#[derive(Clone, Copy, Debug)]
pub struct Payment<'a> {
    /// Where PInitReq goes.
    pub set_url: &'a WebAddress,
    /// The price.
    pub purch_amt: CurrencyAmount,
    /// Brands accepted, the preferred first; at least one.
    pub brands: &'a [AcceptedBrand],
    /// The merchant's id of the order.
    pub lid_m: Option<&'a LocalId>,
    /// The order description.
    pub od: &'a [u8],
}

impl WakeUp {
    /// A wake-up without any fields but its type.
    #[must_use]
    pub fn new(initiation_type: InitiationType) -> Self {
        Self {
            initiation_type,
            content_type: "text/plain; charset=us-ascii".to_owned(),
            set_url: None,
            query_url: None,
            success_url: None,
            failure_url: None,
            cancel_url: None,
            service_url: None,
            diagnostic_url: None,
            brands: Vec::new(),
            purch_amt: None,
            lid_m: None,
            install_recur_ind: None,
            extension: None,
            echo_in_request: None,
            echo_in_response: None,
            error_field: None,
            od: Vec::new(),
        }
    }

    /// Reads a wake-up, at most [`MAX_OCTETS`] of it, with at most [`MAX_FIELDS`] fields in
    /// lines of at most [`MAX_LINE`] octets that end in CRLF.
    ///
    /// A field that is not of the specification is ignored.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with the field where it is in one. Nothing is taken
    /// from a message that is wrong anywhere.
    pub fn parse(octets: &[u8]) -> Result<Self, WakeUpError> {
        parse::parse(octets)
    }

    /// Writes a wake-up; [`parse`](Self::parse) reads the same from it.
    ///
    /// The body goes out as it is when it is ASCII text with lines that end in CRLF, and in
    /// base64 otherwise.
    ///
    /// # Errors
    ///
    /// A content type that is none, a line or the whole longer than a reader takes.
    pub fn to_octets(&self) -> Result<Vec<u8>, WakeUpError> {
        write::write(self)
    }

    /// This wake-up as the beginning of a purchase.
    ///
    /// # Errors
    ///
    /// [`WakeUpFault::Missing`] for SET-SET-URL, SET-PurchAmt or SET-Brand;
    /// [`WakeUpFault::Value`] when it is to begin something else.
    pub fn payment(&self) -> Result<Payment<'_>, WakeUpError> {
        let missing = |field: Field| field.at_fault(WakeUpFault::Missing);
        if self.initiation_type != InitiationType::Payment {
            return Err(Field::InitiationType.at_fault(WakeUpFault::Value {
                expected: "Payment-Initiation",
            }));
        }
        if self.brands.is_empty() {
            return Err(missing(Field::Brand));
        }
        Ok(Payment {
            set_url: self.set_url.as_ref().ok_or(missing(Field::SetUrl))?,
            purch_amt: self.purch_amt.ok_or(missing(Field::PurchAmt))?,
            brands: &self.brands,
            lid_m: self.lid_m.as_ref(),
            od: &self.od,
        })
    }

    /// Instalments or recurring payment as PReq says it.
    #[must_use]
    pub fn install_recur_data(&self) -> Option<InstallRecurData> {
        self.install_recur_ind
            .clone()
            .map(|install_recur_ind| InstallRecurData {
                install_recur_ind,
                ir_extensions: None,
            })
    }

    /// Refuses an extension that must be known and is not among `known`.
    ///
    /// # Errors
    ///
    /// [`WakeUpFault::UnknownExtension`].
    pub fn check_extension(
        &self,
        known: impl Fn(&ObjectIdentifier) -> bool,
    ) -> Result<(), WakeUpError> {
        match &self.extension {
            Some(extension) if extension.mandatory && !known(&extension.oid) => {
                Err(Field::ExtOid.at_fault(WakeUpFault::UnknownExtension(extension.oid)))
            }
            _ => Ok(()),
        }
    }
}
