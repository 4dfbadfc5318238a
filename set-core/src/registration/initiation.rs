//! Me-AqCInitReq and its answer: the CA's certificates and the form.

use super::filing::{Filing, NewKeys};
use super::{EndEntity, Filed, Standing, Wanted};
use crate::asn1::oid;
use crate::error::{CallerFault, Error, PeerFault};
use crate::exchange::{Context, receive_response};
use crate::msg::cert::cert_req::{AcctData, RegFormItem};
use crate::msg::cert::id_data::IdData;
use crate::msg::cert::me_aq_c_init::{MeAqCInitReq, MeAqCInitResTbs};
use crate::msg::cert::reg_form::{ReferralData, RegField, RegFormData, RegFormOrReferral};
use crate::msg::cert::request_type::RequestType;
use crate::msg::ids::{BrandId, Challenge, Language, LocalId, Rrpid};
use crate::msg::message::Message;
use crate::msg::thumbs::Thumbs;
use crate::party::Trust;
use crate::path::brand;
use crate::proof::ChainVerified;
use crate::secret::{AcctIdentification, BackKey, ExNonce};
use crate::treatment::s;
use crate::x509::name::Brand;

/// What a merchant or acquirer applies for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Which certificates.
    pub request_type: RequestType,
    /// For whom.
    pub id_data: IdData,
    /// Of which brand.
    pub brand_id: BrandId,
    /// The language that the form should be in.
    pub language: Language,
}

/// Me-AqCInitReq was sent.
#[derive(Debug)]
pub struct Initiating {
    application: Application,
    rrpid: Rrpid,
    lid_ee: LocalId,
    chall_ee: Challenge,
    thumbs: Option<Thumbs>,
}

/// What the CA answered.
#[derive(Debug)]
pub enum Answer<Offered> {
    /// A form to fill in.
    Form(Box<Offered>),
    /// It has no form for this institution or language.
    Referral(ReferralData),
}

/// The CA is who it says, and sent a form.
#[derive(Debug)]
pub struct Offered {
    application: Application,
    lid_ee: LocalId,
    lid_ca: Option<LocalId>,
    chall_ca: Challenge,
    form: RegFormData,
    acct_data_field: Option<RegField>,
    standing: Option<Standing>,
    back_key: Option<BackKey>,
    ca: ChainVerified,
}

impl Initiating {
    /// Begins a registration: gives the state and the octets of Me-AqCInitReq.
    ///
    /// # Errors
    ///
    /// [`Error::Caller`] when idData is not of the kind that the request type asks for;
    /// [`Error::Provider`].
    pub fn start(
        context: &Context<'_>,
        application: Application,
        trust: &Trust,
    ) -> Result<(Self, Vec<u8>), Error> {
        let entity = Wanted::from(application.request_type).entity;
        if !entity.is_named_by(&application.id_data) {
            return Err(CallerFault::State("requestType and idData are not of one kind").into());
        }
        let state = Self {
            rrpid: context.fresh_rrpid()?,
            lid_ee: crate::ca::fresh_local_id(context)?,
            chall_ee: context.fresh_challenge()?,
            thumbs: trust.thumbs(context)?,
            application,
        };
        let request = MeAqCInitReq {
            rrpid: state.rrpid,
            lid_ee: state.lid_ee.clone(),
            chall_ee: state.chall_ee,
            request_type: state.application.request_type,
            id_data: state.application.id_data.clone(),
            brand_id: state.application.brand_id.clone(),
            language: state.application.language.clone(),
            thumbs: state.thumbs.clone(),
        };
        let message = Message::MeAqCInitReq(Box::new(request));
        let octets = context.wrap(message, Some(state.rrpid), None)?;
        Ok((state, octets))
    }

    /// Takes Me-AqCInitRes.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the response; the request may be sent again.
    pub fn handle(
        self,
        context: &Context<'_>,
        octets: &[u8],
        trust: &mut Trust,
    ) -> Result<Answer<Offered>, Error> {
        let (_, message) = receive_response(context, octets, self.rrpid)?;
        let Message::MeAqCInitRes(signed) = message else {
            return Err(PeerFault::MessageNotSupported(message.name()).into());
        };
        let content_type = oid::content::ME_AQ_C_INIT_RES_TBS;
        let content = s::unverified::<MeAqCInitResTbs>(&signed, content_type)?;
        trust.learn(context, &signed, content.brand_crl_identifier.as_ref())?;
        let entity = Wanted::from(self.application.request_type).entity;
        let signer = trust.signer(context, &signed, entity.ca_signature())?;
        let verified =
            s::verify::<MeAqCInitResTbs>(context.crypto, &signed, content_type, &signer)?;
        let data = verified.content();
        self.check(data)?;
        let ca = trust.by_thumb(context, &data.cae_thumb, entity.ca_encryption())?;
        let wanted = Brand::of(&self.application.brand_id);
        brand::require(context.crypto, &signer, &wanted)?;
        brand::require(context.crypto, &ca, &wanted)?;
        Ok(match data.form_or_referral.clone() {
            RegFormOrReferral::ReferralData(referral) => Answer::Referral(referral),
            RegFormOrReferral::RegFormData(form) => Answer::Form(Box::new(Offered {
                lid_ca: data.lid_ca.clone(),
                chall_ca: data.chall_ca,
                acct_data_field: data.acct_data_field.clone(),
                form,
                standing: None,
                back_key: None,
                ca,
                lid_ee: self.lid_ee,
                application: self.application,
            })),
        })
    }

    fn check(&self, data: &MeAqCInitResTbs) -> Result<(), PeerFault> {
        if data.rrpid != self.rrpid {
            return Err(PeerFault::UnknownRrpid);
        }
        if data.lid_ee != self.lid_ee {
            return Err(PeerFault::UnknownLid);
        }
        if data.chall_ee != self.chall_ee {
            return Err(PeerFault::ChallengeMismatch);
        }
        if data.thumbs != self.thumbs {
            return Err(PeerFault::ThumbsMismatch);
        }
        if data.request_type != self.application.request_type {
            return Err(PeerFault::Unspecified(
                "the form is for another requestType",
            ));
        }
        Ok(())
    }
}

impl Offered {
    /// The policy to agree to, and the form to fill in.
    #[must_use]
    pub fn form(&self) -> &RegFormData {
        &self.form
    }

    /// The question for the account, if the CA asks for it.
    #[must_use]
    pub fn acct_data_field(&self) -> Option<&RegField> {
        self.acct_data_field.as_ref()
    }

    /// The CA's encryption certificate.
    #[must_use]
    pub fn ca(&self) -> &ChainVerified {
        &self.ca
    }

    /// Whose registration it is.
    #[must_use]
    pub fn entity(&self) -> EndEntity {
        Wanted::from(self.application.request_type).entity
    }

    /// Names what the request stands on: needed in a renewal, and where an encryption
    /// certificate alone is asked for.
    #[must_use]
    pub fn standing_on(mut self, standing: Standing) -> Self {
        self.standing = Some(standing);
        self
    }

    /// Asks for the answer to come under this key instead of in clear.
    #[must_use]
    pub fn answered_under(mut self, back_key: BackKey) -> Self {
        self.back_key = Some(back_key);
        self
    }

    /// Asks for the certificates: gives the state and the octets of CertReq.
    ///
    /// With an account the request is EncX, which hides it in the OAEP block; without, Enc.
    ///
    /// # Errors
    ///
    /// [`Error::Caller`] when the keys are not those that the request type asks for, or when
    /// it asks for certificates to [stand on](Self::standing_on) and there are none, or the
    /// other way round; [`Error::Provider`].
    pub fn file(
        self,
        context: &Context<'_>,
        keys: NewKeys,
        answers: Vec<RegFormItem>,
        account: Option<AcctIdentification>,
        trust: &Trust,
    ) -> Result<(Filed, Vec<u8>), Error> {
        let filing = Filing {
            brand_id: self.application.brand_id,
            request_type: self.application.request_type,
            id_data: Some(self.application.id_data),
            lid_ee: self.lid_ee,
            lid_ca: self.lid_ca,
            chall_ca: self.chall_ca,
            form: self.form,
            answers,
            keys,
            standing: self.standing,
            back_key: self.back_key,
            ca: self.ca,
        };
        let account = match account {
            None => None,
            Some(acct_identification) => Some(AcctData {
                acct_identification,
                ex_nonce: ExNonce::random(context.crypto)?,
            }),
        };
        filing.send(context, account.as_ref(), trust)
    }
}
