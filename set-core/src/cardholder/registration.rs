//! How a cardholder obtains a certificate for a card.
//!
//! ```text
//! start ──▶ Initiating ──CardCInitRes──▶ Initiated ──ask──▶ Asking ──RegFormRes──▶ Offered
//!                                                                                   │ file
//!     Verdict ◀──CertRes── Filed ◀──────────────────────────────────────────────────┘
//! ```
//!
//! A renewal differs in one step: [`Initiated::renew`] in place of [`Initiated::ask`]. The
//! card then gets a new PANSecret, and so another unique cardholder id.

use crate::asn1::{Raw, oid};
use crate::cardholder::purchase::Card;
use crate::crypto::PrivateKey;
use crate::error::{Error, PeerFault};
use crate::exchange::{Context, receive_response};
use crate::msg::cert::card_c_init::{CardCInitReq, CardCInitResTbs};
use crate::msg::cert::cert_req::{PanData0, RegFormItem};
use crate::msg::cert::reg_form::{
    PanOnly, RegFormData, RegFormOrReferral, RegFormReqData, RegFormResTbs,
};
use crate::msg::cert::request_type::RequestType;
use crate::msg::ids::{BrandId, Challenge, Language, LocalId, Rrpid};
use crate::msg::message::Message;
use crate::msg::thumbs::Thumbs;
use crate::party::{Identity, Purpose, Trust, identity};
use crate::path::brand;
use crate::proof::ChainVerified;
use crate::registration::filing::Filing;
use crate::registration::{self, Answer, NewKeys, Standing, Verdict};
use crate::secret::{BackKey, CardExpiry, CardSecret, ExNonce, Pan, PanSecret};
use crate::sequence;
use crate::treatment::{exh, s};
use crate::x509::name::{self, Brand};

/// CardCInitReq was sent.
#[derive(Debug)]
pub struct Initiating {
    brand_id: BrandId,
    rrpid: Rrpid,
    lid_ee: LocalId,
    chall_ee: Challenge,
    thumbs: Option<Thumbs>,
}

/// The CA is who it says.
#[derive(Debug)]
pub struct Initiated {
    brand_id: BrandId,
    lid_ee: LocalId,
    lid_ca: Option<LocalId>,
    ca: ChainVerified,
}

/// RegFormReq was sent.
#[derive(Debug)]
pub struct Asking {
    initiated: Initiated,
    request_type: RequestType,
    standing: Option<Standing>,
    rrpid: Rrpid,
    chall_ee2: Challenge,
    thumbs: Option<Thumbs>,
    pan: Pan,
}

/// The CA sent the issuer's form.
#[derive(Debug)]
pub struct Offered {
    initiated: Initiated,
    request_type: RequestType,
    standing: Option<Standing>,
    chall_ca: Challenge,
    form: RegFormData,
    pan: Pan,
}

/// CertReq or CertInqReq was sent.
#[derive(Debug)]
pub struct Filed {
    filed: registration::Filed,
    account: Account,
}

/// The issuer has not decided.
#[derive(Debug)]
pub struct Pended {
    pended: registration::Pended,
    account: Account,
}

sequence! {
    /// A request for a card's certificate whose outcome is not known, as the wallet keeps it
    /// between two runs: encrypted, as all of it is secret. The private key is kept beside it.
    ///
    /// ```text
    /// KeptCard ::= SEQUENCE {
    ///   kept        Kept,
    ///   pan         PAN,
    ///   cardExpiry  CardExpiry,
    ///   cardSecret  Secret
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct KeptCard = "KeptCard" {
        /// The request.
        kept: registration::Kept = "kept",
        /// The account number.
        pan: Pan = "pan",
        /// When the card expires.
        card_expiry: CardExpiry = "cardExpiry",
        /// The wallet's half of the PANSecret.
        card_secret: CardSecret = "cardSecret",
    }
}

impl KeptCard {
    /// Goes on, with the key of the request.
    #[must_use]
    pub fn resume(self, key: PrivateKey) -> Pended {
        let keys = NewKeys {
            signature: Some(key),
            encryption: None,
        };
        Pended {
            pended: self.kept.resume(keys, None),
            account: Account {
                pan: self.pan,
                card_expiry: self.card_expiry,
                card_secret: self.card_secret,
            },
        }
    }
}

/// What becomes a [`Card`] together with a certificate.
#[derive(Debug)]
struct Account {
    pan: Pan,
    card_expiry: CardExpiry,
    card_secret: CardSecret,
}

impl Initiating {
    /// Begins a registration: gives the state and the octets of CardCInitReq.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`].
    pub fn start(
        context: &Context<'_>,
        brand_id: BrandId,
        trust: &Trust,
    ) -> Result<(Self, Vec<u8>), Error> {
        let state = Self {
            brand_id,
            rrpid: context.fresh_rrpid()?,
            lid_ee: crate::ca::fresh_local_id(context)?,
            chall_ee: context.fresh_challenge()?,
            thumbs: trust.thumbs(context)?,
        };
        let request = CardCInitReq {
            rrpid: state.rrpid,
            lid_ee: state.lid_ee.clone(),
            chall_ee: state.chall_ee,
            brand_id: state.brand_id.clone(),
            thumbs: state.thumbs.clone(),
        };
        let message = Message::CardCInitReq(Box::new(request));
        let octets = context.wrap(message, Some(state.rrpid), None)?;
        Ok((state, octets))
    }

    /// Takes CardCInitRes.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the response; the request may be sent again.
    pub fn handle(
        self,
        context: &Context<'_>,
        octets: &[u8],
        trust: &mut Trust,
    ) -> Result<Initiated, Error> {
        let (_, message) = receive_response(context, octets, self.rrpid)?;
        let Message::CardCInitRes(signed) = message else {
            return Err(PeerFault::MessageNotSupported(message.name()).into());
        };
        let content_type = oid::content::CARD_C_INIT_RES_TBS;
        let content = s::unverified::<CardCInitResTbs>(&signed, content_type)?;
        trust.learn(context, &signed, content.brand_crl_identifier.as_ref())?;
        let signer = trust.signer(context, &signed, Purpose::CardholderCaSignature)?;
        let verified =
            s::verify::<CardCInitResTbs>(context.crypto, &signed, content_type, &signer)?;
        let data = verified.content();
        if data.rrpid != self.rrpid {
            return Err(PeerFault::UnknownRrpid.into());
        }
        if data.lid_ee != self.lid_ee {
            return Err(PeerFault::UnknownLid.into());
        }
        if data.chall_ee != self.chall_ee {
            return Err(PeerFault::ChallengeMismatch.into());
        }
        if data.thumbs != self.thumbs {
            return Err(PeerFault::ThumbsMismatch.into());
        }
        let ca = trust.by_thumb(context, &data.cae_thumb, Purpose::CardholderCaEncryption)?;
        let wanted = Brand::of(&self.brand_id);
        brand::require(context.crypto, &signer, &wanted)?;
        brand::require(context.crypto, &ca, &wanted)?;
        Ok(Initiated {
            lid_ca: data.lid_ca.clone(),
            ca,
            brand_id: self.brand_id,
            lid_ee: self.lid_ee,
        })
    }
}

impl Initiated {
    /// The CA's encryption certificate.
    #[must_use]
    pub fn ca(&self) -> &ChainVerified {
        &self.ca
    }

    /// Asks for the form of the issuer of `pan`: gives the state and the octets of
    /// RegFormReq, in whose OAEP block the account number travels.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`].
    pub fn ask(
        self,
        context: &Context<'_>,
        pan: Pan,
        language: Language,
        trust: &Trust,
    ) -> Result<(Asking, Vec<u8>), Error> {
        self.ask_for(context, pan, None, language, trust)
    }

    /// As [`ask`](Self::ask), to renew the certificate of `old`, whose key will sign the
    /// CertReq beside the new one.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`].
    pub fn renew(
        self,
        context: &Context<'_>,
        pan: Pan,
        old: Identity,
        language: Language,
        trust: &Trust,
    ) -> Result<(Asking, Vec<u8>), Error> {
        self.ask_for(context, pan, Some(Standing::of(old)), language, trust)
    }

    fn ask_for(
        self,
        context: &Context<'_>,
        pan: Pan,
        standing: Option<Standing>,
        language: Language,
        trust: &Trust,
    ) -> Result<(Asking, Vec<u8>), Error> {
        let request_type = match standing {
            None => RequestType::CardInitialSig,
            Some(_) => RequestType::CardRenewalSig,
        };
        let rrpid = context.fresh_rrpid()?;
        let chall_ee2 = context.fresh_challenge()?;
        let thumbs = trust.thumbs(context)?;
        let data = Raw::new(RegFormReqData {
            rrpid,
            lid_ee: self.lid_ee.clone(),
            chall_ee2,
            lid_ca: self.lid_ca.clone(),
            request_type,
            language,
            thumbs: thumbs.clone(),
        })?;
        let only = PanOnly {
            pan: pan.duplicate(),
            ex_nonce: ExNonce::random(context.crypto)?,
        };
        let recipient = identity::recipient(self.ca.certificate());
        let request = exh::exh(
            context.crypto,
            &recipient,
            oid::content::REG_FORM_REQ_TBE,
            &data,
            &only,
        )?;
        let message = Message::RegFormReq(Box::new(request));
        let octets = context.wrap(message, Some(rrpid), None)?;
        let state = Asking {
            initiated: self,
            request_type,
            standing,
            rrpid,
            chall_ee2,
            thumbs,
            pan,
        };
        Ok((state, octets))
    }
}

impl Asking {
    /// Takes RegFormRes.
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
        let Message::RegFormRes(signed) = message else {
            return Err(PeerFault::MessageNotSupported(message.name()).into());
        };
        let content_type = oid::content::REG_FORM_RES_TBS;
        let content = s::unverified::<RegFormResTbs>(&signed, content_type)?;
        trust.learn(context, &signed, content.brand_crl_identifier.as_ref())?;
        let signer = trust.signer(context, &signed, Purpose::CardholderCaSignature)?;
        let verified = s::verify::<RegFormResTbs>(context.crypto, &signed, content_type, &signer)?;
        let data = verified.content();
        self.check(data)?;
        let mut initiated = self.initiated;
        let wanted = Brand::of(&initiated.brand_id);
        brand::require(context.crypto, &signer, &wanted)?;
        if let Some(thumb) = &data.cae_thumb {
            initiated.ca = trust.by_thumb(context, thumb, Purpose::CardholderCaEncryption)?;
            brand::require(context.crypto, &initiated.ca, &wanted)?;
        }
        initiated.lid_ca = data.lid_ca.clone();
        Ok(match data.form_or_referral.clone() {
            RegFormOrReferral::ReferralData(referral) => Answer::Referral(referral),
            RegFormOrReferral::RegFormData(form) => Answer::Form(Box::new(Offered {
                initiated,
                request_type: self.request_type,
                standing: self.standing,
                chall_ca: data.chall_ca,
                form,
                pan: self.pan,
            })),
        })
    }

    fn check(&self, data: &RegFormResTbs) -> Result<(), PeerFault> {
        if data.rrpid != self.rrpid {
            return Err(PeerFault::UnknownRrpid);
        }
        let ours = &self.initiated;
        if data.lid_ee != ours.lid_ee || (ours.lid_ca.is_some() && data.lid_ca != ours.lid_ca) {
            return Err(PeerFault::UnknownLid);
        }
        if data.chall_ee2 != self.chall_ee2 {
            return Err(PeerFault::ChallengeMismatch);
        }
        if data.thumbs != self.thumbs {
            return Err(PeerFault::ThumbsMismatch);
        }
        if data.request_type != self.request_type {
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

    /// Asks for the certificate: gives the state and the octets of CertReq.
    ///
    /// Account number, expiry and a fresh CardSecret travel in the OAEP block; the answer is
    /// to come under a fresh key.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`].
    pub fn file(
        self,
        context: &Context<'_>,
        key: PrivateKey,
        card_expiry: CardExpiry,
        answers: Vec<RegFormItem>,
        trust: &Trust,
    ) -> Result<(Filed, Vec<u8>), Error> {
        let account = Account {
            pan: self.pan,
            card_expiry,
            card_secret: CardSecret::random(context.crypto)?,
        };
        let parameter = PanData0 {
            pan: account.pan.duplicate(),
            card_expiry: account.card_expiry.duplicate(),
            card_secret: account.card_secret.duplicate(),
            ex_nonce: ExNonce::random(context.crypto)?,
        };
        let filing = Filing {
            brand_id: self.initiated.brand_id,
            request_type: self.request_type,
            id_data: None,
            lid_ee: self.initiated.lid_ee,
            lid_ca: self.initiated.lid_ca,
            chall_ca: self.chall_ca,
            form: self.form,
            answers,
            keys: NewKeys {
                signature: Some(key),
                encryption: None,
            },
            standing: self.standing,
            back_key: Some(BackKey::random(context.crypto)?),
            ca: self.initiated.ca,
        };
        let (filed, octets) = filing.send(context, Some(&parameter), trust)?;
        Ok((Filed { filed, account }, octets))
    }
}

impl Filed {
    /// What is kept until the outcome is known; none when the CA has given the registration
    /// no id, by which alone it can be asked.
    #[must_use]
    pub fn kept(&self) -> Option<KeptCard> {
        self.filed.kept().map(|kept| self.account.kept(kept))
    }

    /// Takes CertRes or CertInqRes.
    ///
    /// The certificate is taken only if its common name is the unique cardholder id of this
    /// card under CardSecret and the CA's nonce.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the response; the request may be sent again.
    pub fn handle(
        self,
        context: &Context<'_>,
        octets: &[u8],
        trust: &mut Trust,
    ) -> Result<Verdict<Card, Pended>, Error> {
        match self.filed.handle(context, octets, trust)? {
            Verdict::Refused(refused) => Ok(Verdict::Refused(refused)),
            Verdict::Pended(pended) => Ok(Verdict::Pended(Box::new(Pended {
                pended: *pended,
                account: self.account,
            }))),
            Verdict::Certified(certified) => {
                let card = self.account.card(context, *certified)?;
                Ok(Verdict::Certified(Box::new(card)))
            }
        }
    }
}

impl Account {
    fn kept(&self, kept: registration::Kept) -> KeptCard {
        KeptCard {
            kept,
            pan: self.pan.duplicate(),
            card_expiry: self.card_expiry.duplicate(),
            card_secret: self.card_secret.duplicate(),
        }
    }

    fn card(
        self,
        context: &Context<'_>,
        certified: registration::Certified,
    ) -> Result<Card, Error> {
        let nonce_cca = certified
            .nonce_cca
            .ok_or(PeerFault::Unspecified("the CA sent no nonceCCA"))?;
        let pan_secret = PanSecret::combine(&self.card_secret, nonce_cca.expose());
        let expected =
            name::unique_cardholder_id(&self.pan, &self.card_expiry, &pan_secret, context.crypto)?;
        let subject = certified.signature.certificate.subject_name()?;
        if subject.common_name() != Some(expected.as_str()) {
            return Err(PeerFault::Unspecified("the certificate is not for this card").into());
        }
        Ok(Card {
            pan: self.pan,
            card_expiry: self.card_expiry,
            pan_secret,
            identity: certified.signature,
        })
    }
}

impl Pended {
    /// What is kept until the outcome is known.
    #[must_use]
    pub fn kept(&self) -> KeptCard {
        self.account.kept(self.pended.kept())
    }

    /// The CA's id of the registration.
    #[must_use]
    pub const fn lid_ca(&self) -> &LocalId {
        self.pended.lid_ca()
    }

    /// Asks what became of the request: gives the state and the octets of CertInqReq.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`].
    pub fn inquire(self, context: &Context<'_>, trust: &Trust) -> Result<(Filed, Vec<u8>), Error> {
        let (filed, octets) = self.pended.inquire(context, trust)?;
        let account = self.account;
        Ok((Filed { filed, account }, octets))
    }
}
