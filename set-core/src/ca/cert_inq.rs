//! CertInqReq: what became of my request?

use super::Ca;
use super::answer::{self, Answered, Case, Kind, Reply, Serials, Words};
use super::approval::Decision;
use super::record::{Pended, Registration};
use crate::asn1::{Raw, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::exchange::receive::check_rrpid;
use crate::msg::cert::cert_inq::{CertInqReq, CertInqReqTbs};
use crate::msg::cert::cert_res::CertStatusCode;
use crate::msg::cert::id_data::IdData;
use crate::msg::cert::request_type::RequestType;
use crate::msg::ids::{Bin, LocalId};
use crate::msg::wrapper::MessageHeader;
use crate::pkcs7::{IssuerAndSerialNumber, SignedData};
use crate::treatment::{TreatmentError, s, so};
use crate::x509::Certificate;

/// A CertInqReq, not yet believed.
#[derive(Debug)]
pub struct Opened {
    header: MessageHeader,
    data: Raw<CertInqReqTbs>,
    signed: SignedData,
}

/// What is next for a CertInqReq.
#[derive(Debug)]
pub enum Judged {
    /// It is answered at once.
    Answered(Box<Answered>),
    /// The request waits for its approval: the institution is to be asked again.
    Pending(Box<Inquiry>),
}

/// What became of looking a request up.
enum Found {
    Case(Box<Case>),
    Answered(Box<Answered>),
}

/// An inquiry after a request that waits for its approval.
#[derive(Debug)]
pub struct Inquiry {
    case: Case,
}

/// Looks into a CertInqReq.
///
/// # Errors
///
/// decodingFailure when it is not one.
pub fn open(header: &MessageHeader, request: &CertInqReq) -> Result<Opened, Error> {
    Ok(Opened {
        header: header.clone(),
        data: s::unverified(request, oid::content::CERT_INQ_REQ_TBS)?,
        signed: request.clone(),
    })
}

impl Opened {
    /// The CA's id of the registration, under which the [`Registration`] was stored.
    #[must_use]
    pub fn lid_ca(&self) -> &LocalId {
        &self.data.lid_ca
    }

    /// Checks the inquiry against the registration that was stored under its lid-CA.
    ///
    /// The entity has no certificate yet: it signs with the new key, as in its CertReq; where
    /// encryption alone was asked for, with the signature key that vouched.
    ///
    /// # Errors
    ///
    /// In the order of checking: unknownLID for a registration that nobody knows or that no
    /// CertReq came for; signatureFailure; unknownRRPID; unknownLID, unspecifiedFailure when
    /// lid-EE or idData are not those of the registration.
    pub fn judge(
        self,
        context: &Context<'_>,
        ca: &Ca,
        registration: Option<Registration>,
    ) -> Result<Judged, Error> {
        match ca.own(registration)? {
            Registration::Offered(_) => Err(PeerFault::UnknownLid.into()),
            Registration::Pended(pended) => match self.case(context, ca, pended)? {
                Found::Case(case) => Ok(Judged::Pending(Box::new(Inquiry { case: *case }))),
                Found::Answered(answered) => Ok(Judged::Answered(answered)),
            },
            Registration::Decided(decided) => {
                match self.case(context, ca, decided.pended.clone())? {
                    Found::Case(case) => {
                        let answered = case.repeat(context, ca, &decided)?;
                        Ok(Judged::Answered(Box::new(answered)))
                    }
                    Found::Answered(answered) => Ok(Judged::Answered(answered)),
                }
            }
        }
    }

    fn verify(&self, context: &Context<'_>, pended: &Pended) -> Result<(), Error> {
        let [_] = &*self.signed.signer_infos else {
            return Err(PeerFault::SignatureFailure("exactly one signature belongs here").into());
        };
        let rules = &context.policy.key_rules;
        let (signer, key) = match (&pended.keys.public_key_s, pended.standing(rules)?) {
            (Some(info), _) => (IssuerAndSerialNumber::none(), info.key(rules)?),
            (None, Some(standing)) => {
                let pointer = standing.issuer_and_serial_number().clone();
                (pointer, standing.public_key().clone())
            }
            (None, None) => {
                let words = "the inquiry has no key to verify it with";
                return Err(PeerFault::SignatureFailure(words).into());
            }
        };
        so::verify_with_key(
            context.crypto,
            &self.signed,
            oid::content::CERT_INQ_REQ_TBS,
            self.data.octets(),
            &signer,
            &key,
        )?;
        Ok(())
    }

    /// The request as it was kept. What was sealed for an encryption key that the CA no longer
    /// has does not open again: that is decryptionError, and the entity registers anew.
    fn case(self, context: &Context<'_>, ca: &Ca, pended: Pended) -> Result<Found, Error> {
        self.verify(context, &pended)?;
        let data = self.data.into_value();
        check_rrpid(&self.header, data.rrpid)?;
        if data.lid_ca != pended.offered.lid_ca || data.lid_ee != pended.offered.lid_ee {
            return Err(PeerFault::UnknownLid.into());
        }
        if data.id_data != pended.offered.id_data {
            return Err(PeerFault::Unspecified("idData is not that of the registration").into());
        }
        let reply = Reply {
            kind: Kind::CertInqRes,
            rrpid: data.rrpid,
            lid_ee: data.lid_ee,
            chall_ee3: data.chall_ee3,
            lid_ca: data.lid_ca,
            thumbs: data.thumbs,
        };
        match answer::unseal(context, ca, &pended.sealed) {
            Ok(secrets) => Ok(Found::Case(Box::new(Case {
                reply,
                pended,
                secrets,
            }))),
            Err(Error::Treatment(TreatmentError::Undecryptable)) => {
                let code = CertStatusCode::DecryptionError;
                let answered = reply.refuse(context, ca, code, Words::default(), None)?;
                Ok(Found::Answered(Box::new(answered)))
            }
            Err(error) => Err(error),
        }
    }
}

impl Inquiry {
    /// The CA's id of the registration, as the institution was told it.
    #[must_use]
    pub fn lid_ca(&self) -> &LocalId {
        &self.case.pended.offered.lid_ca
    }

    /// Which certificates.
    #[must_use]
    pub fn request_type(&self) -> RequestType {
        self.case.pended.offered.request_type
    }

    /// The issuer or acquirer who is asked.
    #[must_use]
    pub fn bin(&self) -> &Bin {
        &self.case.pended.offered.bin
    }

    /// Who applies, unless a cardholder.
    #[must_use]
    pub fn id_data(&self) -> Option<&IdData> {
        self.case.pended.offered.id_data.as_ref()
    }

    /// The signature certificate that the request stands on, as in
    /// [`ApprovalRequest::standing`](super::ApprovalRequest::standing).
    ///
    /// # Errors
    ///
    /// [`Error::X509`] for a damaged record.
    pub fn standing(&self, context: &Context<'_>) -> Result<Option<Certificate>, Error> {
        self.case.pended.standing(&context.policy.key_rules)
    }

    /// The request as it is remembered.
    #[must_use]
    pub fn pended(&self) -> &Pended {
        &self.case.pended
    }

    /// Carries out the decision: issues the certificates, or says why not.
    ///
    /// # Errors
    ///
    /// As [`super::cert_req::Pending::decide`].
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
