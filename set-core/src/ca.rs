//! The certificate authority: registers cardholders, merchants and gateways.
//!
//! | message | step | gives |
//! |---|---|---|
//! | CardCInitReq | [`card_c_init`](card_c_init::card_c_init) | CardCInitRes |
//! | RegFormReq | [`reg_form`](reg_form::reg_form) | a [`Registration`] and RegFormRes |
//! | Me-AqCInitReq | [`me_aq_c_init`](me_aq_c_init::me_aq_c_init) | a [`Registration`] and Me-AqCInitRes |
//! | CertReq | [`cert_req::open`], then [`Opened::judge`](cert_req::Opened::judge) | a CertRes, or a [`Pending`](cert_req::Pending) for the financial institution to decide on |
//! | CertInqReq | [`cert_inq::open`], then [`Opened::judge`](cert_inq::Opened::judge) | the same |
//!
//! The institution's [`Decision`] goes into
//! [`Pending::decide`](cert_req::Pending::decide), which issues the certificates. What has
//! to be remembered between messages is one [`Registration`] per lid-CA.
//!
//! [`hierarchy`] makes the CAs themselves, [`lists`] their CRLs and the brand's BCI, which
//! [`circulation`] brings from CA to CA.

pub mod answer;
pub mod approval;
mod backdate;
pub mod card_c_init;
pub mod cert_inq;
pub mod cert_req;
pub mod circulation;
pub mod form;
pub mod hierarchy;
pub mod issue;
pub mod lists;
pub mod me_aq_c_init;
pub mod record;
pub mod reg_form;

pub use self::answer::{Answered, Serials};
pub use self::approval::{Applicant, ApprovalRequest, Decision, Grant, Rejecter};
pub use self::backdate::Backdate;
pub use self::form::{Form, Forms};
pub use self::record::Registration;

use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::msg::ids::{BrandId, LocalId};
use crate::msg::message::Message;
use crate::msg::thumbs::Thumbs;
use crate::party::{Identity, Trust};
use crate::pkcs7::Name;
use crate::registration::EndEntity;
use crate::treatment::Attached;
use crate::x509::lint::DraftKey;
use crate::x509::name::Brand;
use crate::x509::{BrandCrlIdentifier, Certificate};

/// A CA for end entities of one brand: a CCA, MCA or PCA, or several of these in one.
#[derive(Clone, Debug)]
pub struct Ca {
    /// Signs certificates.
    pub certificate_signing: Identity,
    /// Signs drafts of certificates.
    pub draft_key: DraftKey,
    /// Signs messages.
    pub message_signing: Identity,
    /// Receives requests.
    pub encryption: Identity,
    /// The chain above, CRLs and BCI.
    pub trust: Trust,
    /// The registration forms.
    pub forms: Forms,
    /// How long certificates hold.
    pub validity: Validity,
}

/// How long end entities' certificates hold, in seconds; never longer than their CA's, and
/// a cardholder's never longer than the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// A cardholder's.
    pub cardholder: u64,
    /// A merchant's.
    pub merchant: u64,
    /// A gateway's.
    pub gateway: u64,
    /// For what share of that a signature key signs, in percent from 1 to 100.
    pub signing_percent: u8,
    /// How far back certificates are dated.
    pub backdate: Backdate,
}

impl Default for Validity {
    /// Three years for cardholders, one year for merchants and gateways; keys sign for the
    /// whole of it, and it begins 5 minutes ago.
    fn default() -> Self {
        Self {
            cardholder: 3 * 365 * DAY,
            merchant: 365 * DAY,
            gateway: 365 * DAY,
            signing_percent: 100,
            backdate: Backdate::default(),
        }
    }
}

impl Ca {
    /// Whether this CA certifies that kind of entity.
    #[must_use]
    pub fn certifies(&self, entity: EndEntity) -> bool {
        self.certificate_signing
            .certificate
            .extensions()
            .certificate_type
            .contains(entity.ca_type())
    }

    /// Our name, which all our certificates have.
    #[must_use]
    pub fn name(&self) -> &Name {
        self.certificate_signing.certificate.subject()
    }

    /// The registration, if there is one and it began with us.
    fn own(&self, registration: Option<Registration>) -> Result<Registration, Error> {
        registration
            .filter(|registration| registration.offered().ca == *self.name())
            .ok_or(PeerFault::UnknownLid.into())
    }

    /// The brand, and product if any, as our own certificate has it.
    ///
    /// # Errors
    ///
    /// [`Error::X509`] when it names none.
    pub fn brand_id(&self) -> Result<BrandId, Error> {
        let name = self.certificate_signing.certificate.subject_name()?;
        Ok(BrandId::new(name.organization())?)
    }

    fn check_brand(&self, asked: &BrandId) -> Result<(), Error> {
        if self.certificate_signing.certificate.brand()? == Brand::of(asked) {
            Ok(())
        } else {
            Err(PeerFault::Unspecified("this CA does not serve that brand").into())
        }
    }

    fn check_entity(&self, entity: EndEntity) -> Result<(), Error> {
        if self.certifies(entity) {
            Ok(())
        } else {
            Err(PeerFault::Unspecified("this CA does not certify that kind of entity").into())
        }
    }

    /// Our own certificates (all keys have one name), those above, the CRLs and the BCI, as
    /// far as the entity does not hold them.
    fn attach(
        &self,
        context: &Context<'_>,
        thumbs: Option<&Thumbs>,
    ) -> Result<(Attached, Option<BrandCrlIdentifier>), Error> {
        let ours = [
            &self.message_signing,
            &self.encryption,
            &self.certificate_signing,
        ];
        let name = self.name();
        let held = self.trust.certificates().iter();
        let certificates: Vec<&Certificate> = ours
            .into_iter()
            .map(|identity| &identity.certificate)
            .chain(held.filter(|held| held.subject() == name))
            .collect();
        self.trust.attach(context, &certificates, thumbs)
    }
}

/// Whether a CA for end entities takes this message.
#[must_use]
pub const fn serves(message: &Message) -> bool {
    matches!(
        message,
        Message::CardCInitReq(_)
            | Message::RegFormReq(_)
            | Message::MeAqCInitReq(_)
            | Message::CertReq(_)
            | Message::CertInqReq(_)
    )
}

/// A fresh local id: 20 random octets.
pub(crate) fn fresh_local_id(context: &Context<'_>) -> Result<LocalId, Error> {
    Ok(LocalId::new(context.fresh_nonce()?.as_octets().as_slice())?)
}

const DAY: u64 = 86_400;
