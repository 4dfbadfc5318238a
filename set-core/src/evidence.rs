//! What was signed about a transaction, kept so that others can check it later.
//!
//! A keeper stores an [`Exhibit`] for each signed statement, with the certificates, CRLs and BCI
//! that it held at that time. A [`Bundle`] holds the exhibits of one transaction, and once what
//! several of them share. [`verify`] checks one from its octets and a set of roots alone, and says
//! step by step what is proved and what is not. There is no account number in it: of the payment
//! instruction it has the digest that was signed.

mod agreed;
mod bundle;
mod fault;
mod finding;
mod verify;

pub use self::bundle::{Bundle, BundledExhibit, LIMITS};
pub use self::fault::EvidenceFault;
pub use self::finding::{Finding, Verdict};
pub use self::verify::verify;

use der::asn1::OctetString;

use crate::asn1::{Date, Opaque, SeqOf};
use crate::msg::amount::CurrencyAmount;
use crate::msg::payment::p_req::OiDualSigned;
use crate::msg::recur::InstallRecurData;
use crate::party::Trust;
use crate::pkcs7::SignedData;
use crate::x509::BrandCrlIdentifier;
use crate::{choice, sequence};

sequence! {
    /// A signed statement, and what its signature is judged by.
    ///
    /// ```text
    /// Exhibit ::= SEQUENCE {
    ///   date          Date,
    ///   statement     Statement,
    ///   certificates  SEQUENCE OF Certificate,
    ///   crls          SEQUENCE OF CRL,
    ///   bci           [0] EXPLICIT BrandCRLIdentifier OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Exhibit = "Exhibit" {
        /// When it was kept, as its keeper says.
        date: Date = "date",
        /// What was signed.
        statement: Statement = "statement",
        /// Certificates held at that time.
        certificates: SeqOf<Opaque, 0> = "certificates",
        /// CRLs held at that time.
        crls: SeqOf<Opaque, 0> = "crls",
        /// The BCI held at that time.
        bci: Option<BrandCrlIdentifier> = "bci" [explicit 0 optional],
    }
}

choice! {
    /// What was signed.
    ///
    /// ```text
    /// Statement ::= CHOICE {
    ///   order       [0] EXPLICIT OrderStatement,
    ///   acceptance  [1] EXPLICIT SignedData,  -- of PResData, by the merchant
    ///   answer      [2] EXPLICIT SignedData   -- of a response to the merchant, by the gateway
    /// }
    /// ```
    #[expect(clippy::large_enum_variant, reason = "exhibits are few, and handled one at a time")]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Statement = "Statement" {
        /// The cardholder's order.
        Order(OrderStatement) = "order" [explicit 0],
        /// The merchant's PRes.
        Acceptance(SignedData) = "acceptance" [explicit 1],
        /// The gateway's answer to the merchant, taken out of its envelope.
        Answer(SignedData) = "answer" [explicit 2],
    }
}

sequence! {
    /// An order that was signed together with its payment instruction.
    ///
    /// ```text
    /// OrderStatement ::= SEQUENCE {
    ///   oiDualSigned      OIDualSigned,
    ///   piSignature       SignedData,
    ///   od                OCTET STRING,
    ///   purchAmt          CurrencyAmount,
    ///   installRecurData  [0] IMPLICIT InstallRecurData OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct OrderStatement = "OrderStatement" {
        /// The order instruction, and the digest of the payment instruction.
        oi_dual_signed: OiDualSigned = "oiDualSigned",
        /// The cardholder's signature over the digests of both.
        pi_signature: SignedData = "piSignature",
        /// The order description.
        od: OctetString = "od",
        /// The price.
        purch_amt: CurrencyAmount = "purchAmt",
        /// Terms of instalments or recurring payments.
        install_recur_data: Option<InstallRecurData> = "installRecurData" [implicit 0 optional],
    }
}

impl Exhibit {
    /// A statement with everything that `trust` holds.
    pub(crate) fn of(date: Date, statement: Statement, trust: &Trust) -> Self {
        let certificates = trust.certificates().iter();
        let certificates = certificates.map(|held| Opaque::from_encoded(held.octets()));
        Self {
            date,
            statement,
            certificates: certificates.collect::<Vec<_>>().into(),
            crls: trust
                .crls()
                .iter()
                .map(crate::x509::Crl::to_opaque)
                .collect::<Vec<_>>()
                .into(),
            bci: trust.bci().cloned(),
        }
    }
}
