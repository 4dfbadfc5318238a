//! CertReq: an entity asks for certificates.

mod checks;
mod signatures;

use der::asn1::ObjectIdentifier;
use zeroize::Zeroizing;

use self::checks::Unfit;
use self::signatures::Fault;
use super::answer::{self, Answered, Case, Kind, Reply, Serials, Words};
use super::approval::{Applicant, ApprovalRequest, Decision};
use super::record::{AnswerSecrets, Offered, Pended, Registration, UniqueCardholderId};
use super::{Ca, issue};
use crate::asn1::{Date, Raw, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::exchange::receive::check_rrpid;
use crate::msg::cert::cert_req::{AcctInfo, CertReq, CertReqData, RegFormItem};
use crate::msg::cert::cert_res::CertStatusCode;
use crate::msg::cert::id_data::IdData;
use crate::msg::ids::LocalId;
use crate::msg::wrapper::MessageHeader;
use crate::party::trust::check_bag;
use crate::pkcs7::{EnvelopedData, SignedData};
use crate::registration::{EndEntity, Wanted};
use crate::secret::{CardSecret, PanSecret, Secret};
use crate::treatment::enc::Types;
use crate::treatment::{Extra, TreatmentError, enc, enc_x, s};
use crate::x509::{Certificate, name};

/// A CertReq, decrypted and not yet believed.
#[derive(Debug)]
pub struct Opened {
    header: MessageHeader,
    data: Raw<CertReqData>,
    account: Option<AcctInfo>,
    signature: SignedData,
    /// What the signature is over.
    to_be_signed: Zeroizing<Vec<u8>>,
    content_type: ObjectIdentifier,
}

/// What is next for a CertReq.
#[derive(Debug)]
pub enum Judged {
    /// It is answered at once.
    Answered(Box<Answered>),
    /// It is in order; the financial institution is to be asked.
    Pending(Box<Pending>),
}

/// A CertReq that is in order and waits for the institution's decision.
#[derive(Debug)]
pub struct Pending {
    case: Case,
    request: ApprovalRequest,
}

/// Decrypts a CertReq.
///
/// # Errors
///
/// decodingFailure when it does not decrypt: its ids are inside, so that no CertRes with
/// decryptionError can be made.
pub fn open(
    context: &Context<'_>,
    ca: &Ca,
    header: &MessageHeader,
    request: &CertReq,
) -> Result<Opened, Error> {
    match request {
        CertReq::Enc(envelope) => {
            let signature = enc::open(context.crypto, &ca.encryption.key, ENC, envelope)?;
            check_bag(context, &signature)?;
            let data: Raw<CertReqData> = s::unverified(&signature, ENC.tbs)?;
            Ok(Opened {
                header: header.clone(),
                to_be_signed: Zeroizing::new(data.octets().to_vec()),
                data,
                account: None,
                signature,
                content_type: ENC.tbs,
            })
        }
        CertReq::Encx(envelope) => open_encx(context, ca, header, envelope),
    }
}

/// A card comes as PANData0, another account as AcctData; which of them it is, is seen when the
/// block is open.
fn open_encx(
    context: &Context<'_>,
    ca: &Ca,
    header: &MessageHeader,
    envelope: &EnvelopedData,
) -> Result<Opened, Error> {
    if ca.certifies(EndEntity::Cardholder) {
        match open_with(context, ca, header, envelope, AcctInfo::PanData0) {
            Err(Error::Treatment(TreatmentError::Undecryptable)) => {}
            opened => return opened,
        }
    }
    open_with(context, ca, header, envelope, AcctInfo::AcctData)
}

fn open_with<P: Extra>(
    context: &Context<'_>,
    ca: &Ca,
    header: &MessageHeader,
    envelope: &EnvelopedData,
    account: impl FnOnce(P) -> AcctInfo,
) -> Result<Opened, Error> {
    let opened: enc_x::Opened<CertReqData, P> =
        enc_x::open(context.crypto, &ca.encryption.key, ENC_X, envelope)?;
    check_bag(context, &opened.signature)?;
    Ok(Opened {
        header: header.clone(),
        to_be_signed: opened.to_be_signed()?,
        data: opened.t,
        account: Some(account(opened.p)),
        signature: opened.signature,
        content_type: ENC_X.tbs,
    })
}

impl Opened {
    /// The CA's id of the registration, under which the [`Registration`] was stored.
    #[must_use]
    pub fn lid_ca(&self) -> Option<&LocalId> {
        self.data.lid_ca.as_ref()
    }

    /// Checks the request against the registration that was stored under its lid-CA.
    ///
    /// What is wrong with the entity's keys, form or account is an outcome in a CertRes.
    ///
    /// # Errors
    ///
    /// In the order of checking: unknownLID without a lid-CA; missing-, invalid-, expired- or
    /// revokedCertificate for the certificate that a renewal stands on; unknownRRPID; unknownLID for a
    /// registration that nobody knows; challengeMismatch, also for a registration that was
    /// decided before; unspecifiedFailure when requestType or idData are not those that the
    /// registration began with; messageTooOld, messageTooNew by requestDate.
    pub fn judge(
        self,
        context: &Context<'_>,
        ca: &Ca,
        registration: Option<Registration>,
    ) -> Result<Judged, Error> {
        let lid_ca = self.data.lid_ca.clone().ok_or(PeerFault::UnknownLid)?;
        let reply = Reply {
            kind: Kind::CertRes,
            rrpid: self.data.rrpid,
            lid_ee: self.data.lid_ee.clone(),
            chall_ee3: self.data.chall_ee3,
            lid_ca,
            thumbs: self.data.thumbs.clone(),
        };
        let back_key = self.data.ca_back_key_data.as_ref();
        let refuse = |code, words| {
            let answered = reply.refuse(context, ca, code, words, back_key)?;
            Ok(Judged::Answered(Box::new(answered)))
        };
        let standing = match self.check_signatures(context, ca) {
            Ok(standing) => standing,
            Err(Fault::Unfit(unfit)) => return refuse(unfit.code, *unfit.words),
            Err(Fault::Error(error)) => return Err(error),
        };
        check_rrpid(&self.header, self.data.rrpid)?;
        let offered = match ca.own(registration)? {
            Registration::Offered(offered) => offered,
            Registration::Pended(pended) => {
                self.check_registration(context, &pended.offered)?;
                return refuse(CertStatusCode::RequestInProgress, Words::default());
            }
            Registration::Decided(decided) => {
                self.check_registration(context, &decided.pended.offered)?;
                // chall-CA is good for one decision.
                return Err(PeerFault::ChallengeMismatch.into());
            }
        };
        self.check_registration(context, &offered)?;
        if let Some(code) = offered.refusal {
            return refuse(code, Words::default());
        }
        match self.check_content(context, ca, &offered) {
            Ok(()) => self.accept(context, ca, offered, reply, standing),
            Err(unfit) => refuse(unfit.code, *unfit.words),
        }
    }

    fn wanted(&self) -> Wanted {
        self.data.request_type.into()
    }

    fn answers(&self) -> &[RegFormItem] {
        self.data.reg_form.as_deref().unwrap_or_default()
    }

    fn accept(
        self,
        context: &Context<'_>,
        ca: &Ca,
        offered: Offered,
        reply: Reply,
        standing: Option<Certificate>,
    ) -> Result<Judged, Error> {
        let answers = self.answers().to_vec();
        let card = self.card(context)?;
        let data = self.data.into_value();
        let request = ApprovalRequest {
            lid_ca: offered.lid_ca.clone(),
            request_type: offered.request_type,
            brand_id: ca.brand_id()?,
            bin: offered.bin.clone(),
            applicant: applicant(self.account, offered.id_data.as_ref())?,
            answers,
            standing: standing.clone(),
        };
        let secrets = AnswerSecrets {
            nonce_cca: card.nonce_cca,
            back_key: data.ca_back_key_data,
        };
        let pended = Pended {
            keys: data.public_key_s_or_e,
            unique_card_id: card.unique_card_id,
            card_end: card.card_end,
            standing: standing.map(|certificate| certificate.to_opaque()),
            sealed: answer::seal(context, ca, &secrets)?,
            offered,
        };
        let case = Case {
            reply,
            pended,
            secrets,
        };
        Ok(Judged::Pending(Box::new(Pending { case, request })))
    }

    /// Joins the halves of the PANSecret, and hides the account number behind it.
    fn card(&self, context: &Context<'_>) -> Result<CardFacts, Error> {
        if self.wanted().entity != EndEntity::Cardholder {
            return Ok(CardFacts::default());
        }
        let nonce_cca = Secret::random(context.crypto)?;
        let (id, card_end) = match &self.account {
            Some(AcctInfo::PanData0(account)) => {
                let pan_secret = PanSecret::combine(&account.card_secret, nonce_cca.expose());
                let (pan, expiry) = (&account.pan, &account.card_expiry);
                let id = name::unique_cardholder_id(pan, expiry, &pan_secret, context.crypto)?;
                (id, issue::card_end(expiry))
            }
            Some(AcctInfo::AcctData(account)) => {
                // AcctData has no CardSecret; its one secret that the holder alone draws is exNonce.
                let half = CardSecret::from_octets(*account.ex_nonce.expose());
                let pan_secret = PanSecret::combine(&half, nonce_cca.expose());
                let account = &account.acct_identification;
                let id = name::unique_account_id(account, &pan_secret, context.crypto)?;
                (id, None)
            }
            None => return Ok(CardFacts::default()),
        };
        Ok(CardFacts {
            nonce_cca: Some(nonce_cca),
            unique_card_id: Some(UniqueCardholderId::new(id)?),
            card_end,
        })
    }
}

/// What is kept of a card.
#[derive(Debug, Default)]
struct CardFacts {
    nonce_cca: Option<Secret>,
    unique_card_id: Option<UniqueCardholderId>,
    card_end: Option<Date>,
}

impl Pending {
    /// What the institution is to be asked.
    #[must_use]
    pub fn request(&self) -> &ApprovalRequest {
        &self.request
    }

    /// The request as it will be remembered.
    #[must_use]
    pub fn pended(&self) -> &Pended {
        &self.case.pended
    }

    /// Carries out its decision: issues the certificates, or says why not.
    ///
    /// # Errors
    ///
    /// [`Error::Caller`] when the grant is for another kind of entity or does not fit a
    /// certificate; [`Error::Provider`].
    pub fn decide(
        self,
        context: &Context<'_>,
        ca: &Ca,
        decision: Decision,
        serials: &Serials,
    ) -> Result<Answered, Error> {
        self.case.decide(context, ca, decision, serials)
    }
}

fn applicant(account: Option<AcctInfo>, id_data: Option<&IdData>) -> Result<Applicant, Error> {
    match (account, id_data) {
        (Some(AcctInfo::PanData0(account)), None) => Ok(Applicant::Cardholder {
            pan: account.pan,
            card_expiry: account.card_expiry,
        }),
        (Some(AcctInfo::AcctData(account)), None) => Ok(Applicant::AccountHolder {
            account: account.acct_identification,
        }),
        (account, Some(id_data)) => {
            let account = match account {
                Some(AcctInfo::AcctData(data)) => Some(data.acct_identification),
                _ => None,
            };
            Ok(match id_data {
                IdData::MerchantAcquirerId(merchant) => Applicant::Merchant {
                    merchant_id: merchant.merchant_id.clone(),
                    account,
                },
                IdData::AcquirerId(acquirer) => Applicant::Gateway {
                    acquirer_business_id: acquirer.acquirer_business_id.clone(),
                    account,
                },
            })
        }
        _ => Err(PeerFault::Unspecified("account data and idData are not of one kind").into()),
    }
}

const ENC: Types = Types {
    tbe: oid::content::CERT_REQ_TBE,
    tbs: oid::content::CERT_REQ_DATA,
};

const ENC_X: Types = Types {
    tbe: oid::content::CERT_REQ_TBEX,
    tbs: oid::content::CERT_REQ_TBS,
};
