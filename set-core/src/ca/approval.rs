//! What the financial institution is asked, and what it answers.

use der::asn1::ObjectIdentifier;

use crate::asn1::SeqOf;
use crate::asn1::strings::SetString;
use crate::msg::cert::cert_req::RegFormItem;
use crate::msg::cert::cert_res::{CaMsg, FailedItem};
use crate::msg::cert::id_data::AcquirerBusinessId;
use crate::msg::cert::request_type::RequestType;
use crate::msg::ids::{Bin, BrandId, CountryCode, LocalId, MerchantId};
use crate::secret::{AcctIdentification, CardExpiry, Pan};
use crate::x509::Certificate;
use crate::x509::ext::{MerNames, Tunneling};

/// A request for certificates that is in order, for the institution to decide on.
///
/// The account data in it prints as `[redacted]`.
#[derive(Debug)]
pub struct ApprovalRequest {
    /// The CA's id of the registration; a later inquiry names it again.
    pub lid_ca: LocalId,
    /// Which certificates.
    pub request_type: RequestType,
    /// Of which brand.
    pub brand_id: BrandId,
    /// The issuer or acquirer who is asked.
    pub bin: Bin,
    /// Who applies.
    pub applicant: Applicant,
    /// The form, filled in.
    pub answers: Vec<RegFormItem>,
    /// The signature certificate that the request stands on, verified: in a renewal, and
    /// where an encryption certificate alone is asked for. Whether it was of the same account
    /// the institution knows; the certificate does not show it.
    pub standing: Option<Certificate>,
}

/// Who applies.
#[derive(Debug)]
pub enum Applicant {
    /// A cardholder, to its issuer.
    Cardholder {
        /// The account number.
        pan: Pan,
        /// When the card expires.
        card_expiry: CardExpiry,
    },
    /// A cardholder with an account that has no card, to its issuer.
    AccountHolder {
        /// The account.
        account: AcctIdentification,
    },
    /// A merchant, to its acquirer.
    Merchant {
        /// Its id there.
        merchant_id: MerchantId,
        /// Its account, if the form asks for it.
        account: Option<AcctIdentification>,
    },
    /// A gateway, to its acquirer.
    Gateway {
        /// One business of the acquirer's.
        acquirer_business_id: Option<AcquirerBusinessId>,
        /// Its account, if the form asks for it.
        account: Option<AcctIdentification>,
    },
}

/// The institution's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes, with what goes into the certificates.
    Approved(Box<Grant>),
    /// Not yet; the entity asks again later.
    Pended {
        /// A word to the entity.
        message: Option<SetString>,
    },
    /// No.
    Rejected {
        /// Who says so.
        by: Rejecter,
        /// A word to the entity.
        message: Option<SetString>,
    },
    /// The answers have to be corrected.
    Malformed(SeqOf<FailedItem>),
}

/// Who rejects a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejecter {
    /// The issuer of the card, or the acquirer.
    Institution,
    /// The CA itself.
    Ca,
}

/// What the institution knows of an entity and vouches for in its certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// For a cardholder.
    Cardholder {
        /// The issuing institution's name, up to 64 characters.
        issuer: String,
        /// The promotional name of the card, up to 64 characters.
        card_name: Option<String>,
        /// What the wallet is to show.
        ca_msg: Option<CaMsg>,
    },
    /// For a merchant.
    Merchant {
        /// The acquirer's name, up to 64 characters.
        acquirer: String,
        /// Names and places; the first is the certificate's common name.
        names: SeqOf<MerNames, 1, 32>,
        /// Where the merchant is.
        country: CountryCode,
        /// Whether the merchant may be told account numbers.
        auth_flag: bool,
    },
    /// For a gateway.
    Gateway {
        /// The acquirer's name, up to 64 characters.
        acquirer: String,
        /// The gateway's id, unique at the acquirer, up to 64 characters.
        gateway_id: String,
        /// Whether it takes payments of cardholders with a certificate only.
        card_cert_required: bool,
        /// The ciphers for its messages to cardholders.
        tunneling: Option<Tunneling>,
        /// The message extensions that it understands.
        set_extensions: Vec<ObjectIdentifier>,
    },
}
