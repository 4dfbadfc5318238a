use std::env;
use std::path::Path;

use set_core::asn1::SeqOf;
use set_core::error::Error;
use set_core::msg::cert::cert_req::RegFormItem;
use set_core::msg::cert::id_data::IdData;
use set_core::msg::cert::reg_form::RegField;
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::Url;
use set_core::party::{Identity, Trust};
use set_core::registration::{
    Answer, Application, Certified, Filed, Initiating, Kept, NewKeys, Offered, Standing, Verdict,
};
use set_core::secret::AcctIdentification;
use zeroize::Zeroizing;

use super::{Enrollment, FieldArg, FormFault, Waiting, answers, prompt};
use crate::call::{Caller, Trace};
use crate::keystore::KeyStore;
use crate::program::{Failure, value, with};
use crate::proved::Proved;
use crate::service::PoolFault;
use crate::station::Station;
use crate::transport::Endpoint;

/// A merchant or gateway before its CA.
#[derive(Debug)]
pub struct Applicant<'a> {
    /// Provider, clock and policy.
    pub station: &'a Station,
    /// The way to the CA.
    pub ca: &'a Caller,
    /// Where keys are kept, under whose passphrase all else is sealed.
    pub keys: &'a KeyStore,
    /// The data folder.
    pub data: &'a Path,
    /// The role, for the trace.
    pub role: &'static str,
    /// Answers to the CA's form; what lacks is asked for at the terminal.
    pub fields: &'a [FieldArg],
    /// Whether what was proved is told.
    pub trace: Trace,
}

/// Which certificates are renewed, with what is held now.
#[derive(Clone, Debug)]
pub enum Renewed {
    /// Both, which is the ordinary case.
    Both {
        /// The signature identity.
        signature: Identity,
        /// The encryption identity.
        encryption: Identity,
    },
    /// The signature certificate alone.
    Signature(Identity),
    /// The encryption certificate alone, for which the signature key vouches.
    Encryption {
        /// The signature identity, which stays.
        signature: Identity,
        /// The encryption identity.
        encryption: Identity,
    },
}

impl Applicant<'_> {
    /// Obtains first certificates, or asks what became of the request that waits.
    ///
    /// The certificates are the caller's to keep; then [`enrolled`](Self::enrolled) forgets the
    /// request, which until then can be repeated.
    ///
    /// # Errors
    ///
    /// [`Failure`]; when it is [`Failure::Pended`] or the CA did not answer, the
    /// request waits in the data folder, and the same call asks after it.
    pub async fn enroll(
        &self,
        trust: &mut Trust,
        application: Application,
        ca: &Endpoint,
    ) -> Result<Certified, Failure> {
        let waiting = Waiting::new(self.data, ENROLLMENT);
        if let Some(certified) = self.ask_after(&waiting, trust, &application, None).await? {
            return Ok(certified);
        }
        let mut enrollment = Enrollment {
            ca: Url::new(ca.to_string()).map_err(value("--ca"))?,
            brand_id: application.brand_id.clone(),
            language: application.language.clone(),
            id_data: Some(application.id_data.clone()),
            answers: None,
            account: None,
        };
        let offered = self.form(trust, application.clone()).await?;
        let items = answers(offered.form(), self.fields, prompt)?;
        enrollment.answers = SeqOf::new(items.clone()).ok();
        enrollment.account = offered.acct_data_field().map_or(Ok(None), account)?;
        enrollment.save(self.data, self.keys)?;
        let account = enrollment.account;
        self.file(&waiting, trust, &application, offered, items, account)
            .await
    }

    /// Renews certificates with the old ones, or asks what became of a renewal that waits.
    ///
    /// Nobody is asked anything: the form is filled in with [`fields`](Self::fields), and
    /// then with the answers that were given to it at first.
    ///
    /// The certificates are the caller's to keep, in place of the old ones; then
    /// [`renewed`](Self::renewed) forgets the request.
    ///
    /// # Errors
    ///
    /// As [`enroll`](Self::enroll).
    pub async fn renew(
        &self,
        trust: &mut Trust,
        enrollment: &Enrollment,
        old: Renewed,
    ) -> Result<Certified, Failure> {
        let id_data = enrollment.id_data.clone().ok_or(Failure::NeverEnrolled)?;
        let (request_type, standing) = old.asked(&id_data);
        let application = Application {
            request_type,
            id_data,
            brand_id: enrollment.brand_id.clone(),
            language: enrollment.language.clone(),
        };
        let waiting = Waiting::new(self.data, RENEWAL);
        let again = self
            .ask_after(&waiting, trust, &application, Some(&standing))
            .await?;
        if let Some(certified) = again {
            return Ok(certified);
        }
        let offered = self.form(trust, application.clone()).await?;
        let offered = offered.standing_on(standing);
        let items = enrollment.answered(offered.form(), self.fields)?;
        let account = enrollment.account.as_ref();
        let account = account.map(AcctIdentification::duplicate);
        self.file(&waiting, trust, &application, offered, items, account)
            .await
    }

    /// Asks for the CRLs and the BCI that the CA has and `trust` has not, by Me-AqCInitReq with
    /// the thumbprints of what is held; the form that comes along is left alone.
    ///
    /// # Errors
    ///
    /// The CA cannot be reached, or what it sends is not to be believed, such as when its own
    /// lists are stale.
    pub async fn refresh(&self, trust: &mut Trust, enrollment: &Enrollment) -> Result<(), Failure> {
        let id_data = enrollment.id_data.clone().ok_or(Failure::NeverEnrolled)?;
        let application = Application {
            request_type: both(&id_data),
            id_data,
            brand_id: enrollment.brand_id.clone(),
            language: enrollment.language.clone(),
        };
        match self.form(trust, application).await {
            // It has another form by now, or none; what it proved came with either.
            Err(Failure::Referred(_)) => Ok(()),
            outcome => outcome.map(|_| ()),
        }
    }

    /// Forgets the request for first certificates, which are kept by now.
    ///
    /// # Errors
    ///
    /// A file cannot be removed.
    pub fn enrolled(&self) -> Result<(), Failure> {
        Waiting::new(self.data, ENROLLMENT).clear(self.keys)
    }

    /// Forgets the request for renewed certificates, which are kept by now.
    ///
    /// # Errors
    ///
    /// A file cannot be removed.
    pub fn renewed(&self) -> Result<(), Failure> {
        Waiting::new(self.data, RENEWAL).clear(self.keys)
    }

    /// CertInqReq for the request that waits; none when nothing waits, or when the CA says that
    /// it knows nothing of it. That saying may be forged, so what waits is not forgotten for
    /// it: only the next CertReq takes its place.
    async fn ask_after(
        &self,
        waiting: &Waiting,
        trust: &mut Trust,
        application: &Application,
        standing: Option<&Standing>,
    ) -> Result<Option<Certified>, Failure> {
        let Some((kept, keys)) = waiting.load::<Kept>(self.keys)? else {
            return Ok(None);
        };
        if kept.brand_id != application.brand_id
            || kept.id_data.as_ref() != Some(&application.id_data)
        {
            let brand = kept.brand_id.to_string();
            return Err(Failure::Waits { brand });
        }
        let pended = kept.resume(keys, standing.cloned());
        let context = self.station.context();
        let (state, request) = pended.inquire(&context, trust).map_err(with(self.role))?;
        let response = self.ca.exchange(&request).await?;
        match self.verdict(waiting, trust, state, &response) {
            Err(Failure::Protocol {
                source: Error::Refused(refused),
                ..
            }) if refused.code == ErrorCode::UnknownLid => {
                tracing::warn!("the CA knows nothing of the request that waited; asking anew");
                Ok(None)
            }
            outcome => outcome.map(Some),
        }
    }

    /// Me-AqCInitReq: the CA's form.
    async fn form(&self, trust: &mut Trust, application: Application) -> Result<Offered, Failure> {
        let (state, request) = Initiating::start(&self.station.context(), application, trust)
            .map_err(with(self.role))?;
        let response = self.ca.exchange(&request).await?;
        let context = self.station.context();
        match state
            .handle(&context, &response, trust)
            .map_err(with("ca"))?
        {
            Answer::Form(offered) => {
                Proved::new(self.role, "Me-AqCInitRes", None)
                    .chain("CA", offered.ca())
                    .tell(self.trace);
                Ok(*offered)
            }
            Answer::Referral(referral) => Err(referral.into()),
        }
    }

    /// CertReq, which is kept before it is sent.
    async fn file(
        &self,
        waiting: &Waiting,
        trust: &mut Trust,
        application: &Application,
        offered: Offered,
        items: Vec<RegFormItem>,
        account: Option<AcctIdentification>,
    ) -> Result<Certified, Failure> {
        let (station, request_type) = (self.station.clone(), application.request_type);
        let keys =
            tokio::task::spawn_blocking(move || NewKeys::generate(station.crypto(), request_type))
                .await
                .map_err(|_| PoolFault::Panicked)?
                .map_err(with(self.role))?;
        let context = self.station.context();
        let (state, request) = offered
            .file(&context, keys.clone(), items, account, trust)
            .map_err(with(self.role))?;
        if let Some(kept) = state.kept() {
            waiting.keep(self.keys, &kept, &keys)?;
        }
        let response = self.ca.exchange(&request).await?;
        self.verdict(waiting, trust, state, &response)
    }

    fn verdict(
        &self,
        waiting: &Waiting,
        trust: &mut Trust,
        state: Filed,
        response: &[u8],
    ) -> Result<Certified, Failure> {
        let verdict = state
            .handle(&self.station.context(), response, trust)
            .map_err(with("ca"))?;
        match verdict {
            Verdict::Certified(certified) => {
                Proved::new(self.role, "CertRes", None)
                    .fact("CA's chain and signature verified")
                    .fact("the certificates are for our new keys, and of the brand asked for")
                    .tell(self.trace);
                Ok(*certified)
            }
            Verdict::Pended(_) => Err(Failure::Pended),
            Verdict::Refused(refused) => {
                waiting.clear(self.keys)?;
                Err((*refused).into())
            }
        }
    }
}

impl Renewed {
    /// What is asked for, and on what it stands.
    fn asked(self, id_data: &IdData) -> (RequestType, Standing) {
        use RequestType::{
            MerRenewalBoth, MerRenewalEnc, MerRenewalSig, PgwyRenewalBoth, PgwyRenewalEnc,
            PgwyRenewalSig,
        };
        let merchant = matches!(id_data, IdData::MerchantAcquirerId(_));
        let of = |ours, theirs| if merchant { ours } else { theirs };
        match self {
            Self::Both {
                signature,
                encryption,
            } => (
                of(MerRenewalBoth, PgwyRenewalBoth),
                Standing::of(signature).with_encryption(encryption.certificate),
            ),
            Self::Signature(signature) => {
                (of(MerRenewalSig, PgwyRenewalSig), Standing::of(signature))
            }
            Self::Encryption {
                signature,
                encryption,
            } => (
                of(MerRenewalEnc, PgwyRenewalEnc),
                Standing::of(signature).with_encryption(encryption.certificate),
            ),
        }
    }
}

/// The renewal of both certificates.
const fn both(id_data: &IdData) -> RequestType {
    match id_data {
        IdData::MerchantAcquirerId(_) => RequestType::MerRenewalBoth,
        IdData::AcquirerId(_) => RequestType::PgwyRenewalBoth,
    }
}

/// The account that the form asks for: of SET_ACCOUNT, else typed at the terminal; never an
/// argument, which other users of the machine could see.
fn account(field: &RegField) -> Result<Option<AcctIdentification>, FormFault> {
    let given = env::var("SET_ACCOUNT").ok().map(Zeroizing::new);
    let given = given.or_else(|| field.field_required.then(|| prompt(field)).flatten());
    match given {
        Some(text) => AcctIdentification::padded(text.as_bytes())
            .map(Some)
            .map_err(|_| FormFault::Length {
                name: field.field_name.to_string(),
                most: 74,
            }),
        None if field.field_required => Err(FormFault::Account {
            name: field.field_name.to_string(),
        }),
        None => Ok(None),
    }
}

const ENROLLMENT: &str = "enrollment";
const RENEWAL: &str = "renewal";
