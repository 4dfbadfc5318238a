//! The payment gateway: between merchants, who speak SET, and the acquirer, who does not.
//!
//! | request | step |
//! |---|---|
//! | PCertReq | [`p_cert::p_cert`] |
//! | AuthReq | [`auth::open`], then [`Asked::judge`](auth::Asked::judge), then, unless that refused, the acquirer host, then [`AuthPending::complete`](auth::AuthPending::complete) |
//! | AuthRevReq | [`auth_rev::open`], then [`Asked::settle`](auth_rev::Asked::settle) |
//! | CapReq | [`cap::open`], then [`CapAsked::settle`](cap::CapAsked::settle) |
//! | CapRevReq, CredReq, CredRevReq | [`cap_rev_or_cred::open`], then [`Asked::settle`](cap_rev_or_cred::Asked::settle) |
//! | BatchAdminReq | [`batch_admin::open`], then [`Asked::choose`](batch_admin::Asked::choose), then [`Chosen::settle`](batch_admin::Chosen::settle) |
//!
//! ```text
//! AuthReq ──open──▶ Asked ──judge──▶ AuthPending ──complete──▶ Answered
//!                              └──────────────────────────────▶ Answered
//! CapReq ──open──▶ CapAsked ──settle──▶ Settled
//! ```
//!
//! Each step ends where something from outside is needed: records of the transaction, which
//! are looked up by ids that were encrypted; the host's answer. What is to be stored comes
//! back in [`Answered`](auth::Answered), [`Settled`](cap::Settled) and their like.
//!
//! The first authorization of an order uses the cardholder's payment instruction, any other
//! (split shipment, instalments, recurring payments) the AuthToken that came with the one
//! before it.

mod amounts;
pub mod auth;
pub mod auth_rev;
pub mod auth_token;
pub mod batch;
pub mod batch_admin;
mod books;
pub mod cap;
pub mod cap_rev_or_cred;
pub mod host;
pub mod p_cert;
mod peer;
mod pi;
pub mod record;
mod request;
pub mod token;

pub use self::request::envelope;
pub use self::token::CapTokens;

use crate::asn1::Date;
use crate::crypto::PrivateKey;
use crate::error::Error;
use crate::exchange::Context;
use crate::msg::ids::{Bin, BrandId};
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::party::{Identity, Purpose, Trust, former};
use crate::path::{ChainError, Culprit, Rule, validity};
use crate::pkcs7::{EnvelopedData, SignedData};
use crate::proof::ChainVerified;
use crate::treatment::Attached;
use crate::x509::thumbs::cert_thumb;
use crate::x509::{BrandCrlIdentifier, Certificate};

/// A gateway's keys for one brand, and whom it believes.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// The signature key and certificate.
    pub signature: Identity,
    /// The encryption key and certificate.
    pub encryption: Identity,
    /// Those of either kind that they replaced: tokens and messages under way are still under
    /// them.
    pub former: Vec<Identity>,
    /// Roots, certificates, CRLs and BCI held, the gateway's own certificates among them.
    pub trust: Trust,
    /// The BINs of the cards served; all of the brand's when empty.
    pub bins: Vec<Bin>,
    /// The BIN of the acquirer whose merchants are served. Ids of merchants are the acquirer's to
    /// give, so what the gateway writes and keeps names a merchant by the id alone.
    pub acquirer: Bin,
    /// Whether it captures; otherwise every captureNow is answered with captureNotSupported.
    pub captures: bool,
    /// What merchants are given for their captures.
    pub cap_tokens: CapTokens,
}

/// What goes with a response so that the merchant can verify it.
pub(crate) struct Enclosed {
    attached: Attached,
    brand_crl_identifier: Option<BrandCrlIdentifier>,
    pe_thumb: Option<CertThumb>,
}

impl Gateway {
    /// The brand served, with its product if the certificate names one.
    ///
    /// # Errors
    ///
    /// [`Error::X509`] when the certificate names none.
    pub fn brand_id(&self) -> Result<BrandId, Error> {
        let name = self.signature.certificate.subject_name()?;
        Ok(BrandId::new(name.organization())?)
    }

    /// Whether cards with this BIN are served; without one, whether any are.
    #[must_use]
    pub fn serves(&self, bin: Option<&Bin>) -> bool {
        match bin {
            Some(bin) => self.bins.is_empty() || self.bins.contains(bin),
            None => true,
        }
    }

    /// Whether it serves the merchants of the acquirer that a merchant's certificate names.
    fn serves_acquirer_of(&self, merchant: &Certificate) -> Result<bool, Error> {
        Ok(merchant.merchant_data()?.mer_acquirer_bin == self.acquirer)
    }

    /// The own encryption certificate, its chain verified now.
    fn own_encryption(&self, context: &Context<'_>) -> Result<ChainVerified, Error> {
        let certificate = &self.encryption.certificate;
        self.trust
            .verify(context, certificate, Purpose::GatewayEncryption, None)
    }

    /// The own signature certificate, its chain verified now.
    fn own_signature(&self, context: &Context<'_>) -> Result<ChainVerified, Error> {
        let certificate = &self.signature.certificate;
        self.trust
            .verify(context, certificate, Purpose::GatewaySignature, None)
    }

    /// Who of us signed what the gateway wrote for itself: whoever `own` is, unless the signature
    /// names a former certificate.
    ///
    /// The signature was made at the date `made`, at the latest; a former key may not have
    /// signed after its usage period.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] when the former certificate does not hold any more.
    fn own_signer(
        &self,
        context: &Context<'_>,
        own: &ChainVerified,
        signature: &SignedData,
        made: Option<Date>,
    ) -> Result<ChainVerified, Error> {
        let pointer = &signature.signer_infos.first().issuer_and_serial_number;
        let Some(identity) = former::named(&self.former, pointer) else {
            return Ok(own.clone());
        };
        let certificate = &identity.certificate;
        if let Some(made) = made.filter(|made| !validity::could_sign(certificate, *made)) {
            return Err(ChainError {
                certificate: Box::new(Culprit::of(context.crypto, certificate)),
                rule: Rule::PrivateKeyUsagePeriod(made),
            }
            .into());
        }
        self.trust
            .verify(context, certificate, Purpose::GatewaySignatureMade, None)
    }

    /// The key that opens what a merchant or cardholder encrypted: of the former certificate
    /// that the envelope names, otherwise the one in use.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] when the former certificate does not hold any more.
    fn opener(
        &self,
        context: &Context<'_>,
        envelope: &EnvelopedData,
    ) -> Result<&PrivateKey, Error> {
        let keys = (&self.encryption, &*self.former);
        former::opener(
            context,
            &self.trust,
            keys,
            Purpose::GatewayEncryption,
            envelope,
        )
    }

    /// Whether a request names one of our encryption certificates, in use or former: by that, of
    /// several gateways behind one address the one that is meant is found.
    #[must_use]
    pub fn is_meant(&self, envelope: &EnvelopedData) -> bool {
        let recipient = envelope.recipient_infos.first();
        let pointer = &recipient.issuer_and_serial_number;
        self.encryption.certificate.issuer_and_serial_number() == pointer
            || former::named(&self.former, pointer).is_some()
    }

    /// The key that opens what the gateway encrypted for itself and kept, in use or former.
    #[must_use]
    pub fn own_opener(&self, envelope: &EnvelopedData) -> &PrivateKey {
        former::own_opener((&self.encryption, &self.former), envelope)
    }

    /// Both chains, CRLs and BCI, as far as the thumbs do not show that they are held.
    fn enclose(&self, context: &Context<'_>, thumbs: Option<&Thumbs>) -> Result<Enclosed, Error> {
        let encryption = &self.encryption.certificate;
        let (attached, brand_crl_identifier) =
            self.trust
                .attach(context, &[&self.signature.certificate, encryption], thumbs)?;
        let sent = attached
            .certificates
            .iter()
            .any(|certificate| certificate.as_octets() == encryption.octets());
        let pe_thumb = if sent {
            Some(cert_thumb(encryption, context.crypto)?)
        } else {
            None
        };
        Ok(Enclosed {
            attached,
            brand_crl_identifier,
            pe_thumb,
        })
    }
}
