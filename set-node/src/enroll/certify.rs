use set_core::{
    party::Trust,
    registration::{Answer, Application, Certified, Initiating, NewKeys, Offered, Verdict},
};

use super::{FieldArg, answers, prompt};
use crate::{
    call::{Caller, Trace},
    program::{Failure, with},
    proved::Proved,
    station::Station,
};

/// A merchant or gateway that asks a CA for certificates.
#[derive(Debug)]
pub struct Applicant<'a> {
    /// Its role, as traces and errors name it.
    pub role: &'static str,
    /// Provider, clock and policy.
    pub station: &'a Station,
    /// The way to the CA.
    pub ca: &'a Caller,
    /// Answers to the CA's form; what lacks is asked for at the terminal.
    pub fields: &'a [FieldArg],
    /// Whether it is told what the CA's messages proved.
    pub trace: Trace,
}

impl Applicant<'_> {
    /// Makes keys and has them certified: Me-AqCInitReq, then CertReq. What is learned of
    /// certificates and CRLs goes to `trust`.
    ///
    /// # Errors
    ///
    /// The CA cannot be reached, does not prove who it is, sends the applicant elsewhere,
    /// has not decided, or refuses; an answer to the form lacks or does not fit.
    pub async fn certify(
        &self,
        application: Application,
        trust: &mut Trust,
    ) -> Result<Certified, Failure> {
        let request_type = application.request_type;
        let offered = self.form(application, trust).await?;
        let items = answers(offered.form(), self.fields, prompt)?;
        let own = with(self.role);
        let keys = NewKeys::generate(self.station.crypto(), request_type).map_err(&own)?;
        let (filed, request) = offered
            .file(&self.station.context(), keys, items, None, trust)
            .map_err(&own)?;
        let response = self.ca.exchange(&request).await?;
        let verdict = filed
            .handle(&self.station.context(), &response, trust)
            .map_err(with("ca"))?;
        match verdict {
            Verdict::Certified(certified) => {
                Proved::new(self.role, "CertRes", None)
                    .fact("CA's chain and signature verified")
                    .fact("the certificates are for our new keys, and of the brand asked for")
                    .tell(self.trace);
                Ok(*certified)
            }
            Verdict::Refused(refused) => Err((*refused).into()),
            Verdict::Pended(_) => Err(Failure::Pended),
        }
    }

    async fn form(&self, application: Application, trust: &mut Trust) -> Result<Offered, Failure> {
        let context = self.station.context();
        let (state, request) =
            Initiating::start(&context, application, trust).map_err(with(self.role))?;
        let response = self.ca.exchange(&request).await?;
        let answer = state
            .handle(&self.station.context(), &response, trust)
            .map_err(with("ca"))?;
        match answer {
            Answer::Form(offered) => {
                Proved::new(self.role, "Me-AqCInitRes", None)
                    .chain("CA", offered.ca())
                    .tell(self.trace);
                Ok(*offered)
            }
            Answer::Referral(referral) => Err(referral.into()),
        }
    }
}
