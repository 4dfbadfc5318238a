//! CertRes and CertInqRes: what became of a request, signed, and encrypted where the entity
//! gave a key for it.

use super::Ca;
use super::approval::{Decision, Grant, Rejecter};
use super::issue::{self, Issued};
use super::record::{AnswerSecrets, Decided, Pended, Registration};
use crate::asn1::strings::SetString;
use crate::asn1::{Opaque, Raw, SeqOf, oid};
use crate::error::{CallerFault, Error};
use crate::exchange::Context;
use crate::msg::back_key::BackKeyData;
use crate::msg::cert::cert_res::{
    CaMsg, CertRes, CertResData, CertStatus, CertStatusCode, FailedItem,
};
use crate::msg::ids::{Challenge, LocalId, Rrpid};
use crate::msg::message::Message;
use crate::msg::thumbs::Thumbs;
use crate::pkcs7::{AlgorithmIdentifier, SerialNumber};
use crate::registration::{EndEntity, Wanted};
use crate::treatment::ek::Cipher;
use crate::treatment::enc::Types;
use crate::treatment::{eh, enc_k, s};
use crate::x509::{Certificate, X509Error};

/// An answer and what to store with it.
#[derive(Debug)]
pub struct Answered {
    /// The octets to send.
    pub octets: Vec<u8>,
    /// What became of the request.
    pub code: CertStatusCode,
    /// The registration as it stands now; none when it has not changed.
    pub registration: Option<Registration>,
    /// The certificates issued now.
    pub issued: Vec<Issued>,
}

/// Numbers for the certificates of one request, never used before by this CA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serials {
    /// For the signature certificate.
    pub signature: SerialNumber,
    /// For the encryption certificate.
    pub encryption: SerialNumber,
}

/// The cipher of a back key, if it is one that an answer is encrypted with: DES. CDMF is for
/// the acquirer's words to the cardholder; an answer carries half of the cardholder's secret.
pub(super) fn back_cipher(data: &BackKeyData) -> Option<Cipher> {
    Cipher::from_oid(data.back_alg_id.algorithm)
        .ok()
        .filter(|cipher| *cipher == Cipher::Des)
}

/// Which of the two messages answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    CertRes,
    CertInqRes,
}

/// What an answer repeats of its request.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) kind: Kind,
    pub(super) rrpid: Rrpid,
    pub(super) lid_ee: LocalId,
    pub(super) chall_ee3: Challenge,
    pub(super) lid_ca: LocalId,
    pub(super) thumbs: Option<Thumbs>,
}

/// A request that is in order, and all that its answer needs.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) reply: Reply,
    pub(super) pended: Pended,
    pub(super) secrets: AnswerSecrets,
}

/// The words of an outcome.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) ee_message: Option<SetString>,
    pub(super) ca_msg: Option<CaMsg>,
    pub(super) failed_items: Option<SeqOf<FailedItem>>,
}

impl Words {
    pub(super) fn of(message: &str) -> Self {
        Self {
            ee_message: SetString::new(message).ok(),
            ..Self::default()
        }
    }
}

impl Reply {
    /// The answer to a request that is refused without asking anybody.
    pub(super) fn refuse(
        &self,
        context: &Context<'_>,
        ca: &Ca,
        code: CertStatusCode,
        words: Words,
        back_key: Option<&BackKeyData>,
    ) -> Result<Answered, Error> {
        let status = status(code, words);
        Ok(Answered {
            octets: self.answer(context, ca, status, &[], back_key)?,
            code,
            registration: None,
            issued: Vec::new(),
        })
    }

    /// Signs the answer, and encrypts it where that is possible.
    pub(super) fn answer(
        &self,
        context: &Context<'_>,
        ca: &Ca,
        cert_status: CertStatus,
        certificates: &[Opaque],
        back_key: Option<&BackKeyData>,
    ) -> Result<Vec<u8>, Error> {
        let back_key = back_key.and_then(|data| {
            let cipher = back_cipher(data)?;
            Some((cipher, &data.back_key))
        });
        if cert_status.nonce_cca.is_some() && back_key.is_none() {
            return Err(CallerFault::State("a nonceCCA needs a back key").into());
        }
        let (mut attached, brand_crl_identifier) = ca.attach(context, self.thumbs.as_ref())?;
        attached.certificates.extend_from_slice(certificates);
        let data = Raw::new(CertResData {
            rrpid: self.rrpid,
            lid_ee: self.lid_ee.clone(),
            chall_ee3: self.chall_ee3,
            lid_ca: self.lid_ca.clone(),
            cert_status,
            cert_thumbs: cert_thumbs(context, certificates)?,
            brand_crl_identifier,
            thumbs: self.thumbs.clone(),
        })?;
        let signers = [ca.message_signing.signer()];
        let answer = match back_key {
            None => {
                CertRes::CertResTbs(s::s(context.crypto, &signers, TYPES.tbs, &data, &attached)?)
            }
            Some((cipher, key)) => CertRes::CertResTbsx(enc_k::enc_k(
                context.crypto,
                cipher,
                key,
                &signers,
                TYPES,
                &data,
                &attached,
            )?),
        };
        let message = match self.kind {
            Kind::CertRes => Message::CertRes(Box::new(answer)),
            Kind::CertInqRes => Message::CertInqRes(Box::new(answer)),
        };
        context.wrap(message, Some(self.rrpid), None)
    }
}

impl Case {
    /// Carries out the institution's decision.
    pub(super) fn decide(
        self,
        context: &Context<'_>,
        ca: &Ca,
        decision: Decision,
        serials: &Serials,
    ) -> Result<Answered, Error> {
        match decision {
            Decision::Approved(grant) => self.issue(context, ca, &grant, serials),
            Decision::Pended { message } => {
                let words = Words {
                    ee_message: message,
                    ..Words::default()
                };
                let code = CertStatusCode::RequestPended;
                let registration = Registration::Pended(self.pended.clone());
                self.conclude(context, ca, code, words, registration)
            }
            Decision::Rejected { by, message } => {
                let code = rejection(by, self.wanted().entity);
                let registration = Registration::Decided(Decided {
                    pended: self.pended.clone(),
                    code,
                    message: message.clone(),
                    certificates: None,
                });
                let words = Words {
                    ee_message: message,
                    ..Words::default()
                };
                self.conclude(context, ca, code, words, registration)
            }
            Decision::Malformed(items) => {
                let words = Words {
                    failed_items: Some(items),
                    ..Words::default()
                };
                let code = CertStatusCode::RegFormAnswerMalformed;
                // The entity may correct the form and send it again.
                let registration = Registration::Offered(self.pended.offered.clone());
                self.conclude(context, ca, code, words, registration)
            }
        }
    }

    /// Repeats what was decided before, certificates included.
    pub(super) fn repeat(
        self,
        context: &Context<'_>,
        ca: &Ca,
        decided: &Decided,
    ) -> Result<Answered, Error> {
        let mut status = status(
            decided.code,
            Words {
                ee_message: decided.message.clone(),
                ..Words::default()
            },
        );
        if decided.code == CertStatusCode::RequestComplete {
            status.nonce_cca = self.secrets.nonce_cca;
        }
        let certificates = decided.certificates.as_deref().unwrap_or_default();
        let back_key = self.secrets.back_key.as_ref();
        Ok(Answered {
            octets: self
                .reply
                .answer(context, ca, status, certificates, back_key)?,
            code: decided.code,
            registration: None,
            issued: Vec::new(),
        })
    }

    fn issue(
        self,
        context: &Context<'_>,
        ca: &Ca,
        grant: &Grant,
        serials: &Serials,
    ) -> Result<Answered, Error> {
        if !self.keeps_its_name(context, ca, grant)? {
            let words = Words::of("the institution gives another name now: register anew");
            let code = CertStatusCode::RejectedByCa;
            let registration = Registration::Decided(Decided {
                pended: self.pended.clone(),
                code,
                message: words.ee_message.clone(),
                certificates: None,
            });
            return self.conclude(context, ca, code, words, registration);
        }
        let issued = match issue::issue(context, ca, &self.pended, grant, serials) {
            Err(Error::X509(X509Error::Refused(refused))) => {
                let decision = Decision::Rejected {
                    by: Rejecter::Ca,
                    message: refused
                        .0
                        .first()
                        .and_then(|finding| finding.what.parse().ok()),
                };
                return self.decide(context, ca, decision, serials);
            }
            issued => issued?,
        };
        let certificates: Vec<Opaque> = issued
            .iter()
            .map(|issued| issued.certificate.to_opaque())
            .collect();
        let code = CertStatusCode::RequestComplete;
        let registration = Registration::Decided(Decided {
            pended: self.pended,
            code,
            message: None,
            certificates: SeqOf::new(certificates.clone()).ok(),
        });
        let mut status = status(
            code,
            Words {
                ca_msg: match grant {
                    Grant::Cardholder { ca_msg, .. } => ca_msg.clone(),
                    Grant::Merchant { .. } | Grant::Gateway { .. } => None,
                },
                ..Words::default()
            },
        );
        status.nonce_cca = self.secrets.nonce_cca;
        let back_key = self.secrets.back_key.as_ref();
        Ok(Answered {
            octets: self
                .reply
                .answer(context, ca, status, &certificates, back_key)?,
            code,
            registration: Some(registration),
            issued,
        })
    }

    /// Whether the certificates would have the name of the one that the request stands on:
    /// those of a merchant or gateway belong together by it. A cardholder's common name comes
    /// from its secret and is new each time.
    fn keeps_its_name(&self, context: &Context<'_>, ca: &Ca, grant: &Grant) -> Result<bool, Error> {
        let Some(standing) = self.pended.standing(&context.policy.key_rules)? else {
            return Ok(true);
        };
        Ok(self.wanted().entity == EndEntity::Cardholder
            || standing.subject_name()? == issue::subject(ca, &self.pended, grant)?)
    }

    fn conclude(
        &self,
        context: &Context<'_>,
        ca: &Ca,
        code: CertStatusCode,
        words: Words,
        registration: Registration,
    ) -> Result<Answered, Error> {
        let back_key = self.secrets.back_key.as_ref();
        let answered = self.reply.refuse(context, ca, code, words, back_key)?;
        Ok(Answered {
            registration: Some(registration),
            ..answered
        })
    }

    fn wanted(&self) -> Wanted {
        self.pended.offered.request_type.into()
    }
}

/// Seals the secrets of an answer for ourselves, so that they can be stored.
pub(super) fn seal(
    context: &Context<'_>,
    ca: &Ca,
    secrets: &AnswerSecrets,
) -> Result<crate::pkcs7::EnvelopedData, Error> {
    let ourselves = ca.encryption.recipient();
    Ok(eh::eh(context.crypto, &ourselves, TYPES.tbe, secrets)?)
}

/// Opens what [`seal`] made.
pub(super) fn unseal(
    context: &Context<'_>,
    ca: &Ca,
    sealed: &crate::pkcs7::EnvelopedData,
) -> Result<AnswerSecrets, Error> {
    let secrets: Raw<AnswerSecrets> =
        eh::open(context.crypto, &ca.encryption.key, TYPES.tbe, sealed)?;
    Ok(secrets.into_value())
}

fn status(code: CertStatusCode, words: Words) -> CertStatus {
    CertStatus {
        cert_status_code: code,
        nonce_cca: None,
        ee_message: words.ee_message,
        ca_msg: words.ca_msg,
        failed_item_seq: words.failed_items,
    }
}

const fn rejection(by: Rejecter, entity: EndEntity) -> CertStatusCode {
    match (by, entity) {
        (Rejecter::Ca, _) => CertStatusCode::RejectedByCa,
        (Rejecter::Institution, EndEntity::Cardholder) => CertStatusCode::RejectedByIssuer,
        (Rejecter::Institution, EndEntity::Merchant | EndEntity::Gateway) => {
            CertStatusCode::RejectedByAquirer
        }
    }
}

/// The thumbprints of the certificates that are new.
fn cert_thumbs(context: &Context<'_>, certificates: &[Opaque]) -> Result<Option<Thumbs>, Error> {
    let mut digests = Vec::with_capacity(certificates.len());
    for certificate in certificates {
        let rules = &context.policy.key_rules;
        let certificate = Certificate::parse(certificate.as_octets(), rules)?;
        digests.push(certificate.thumbprint(context.crypto));
    }
    let Ok(digests) = SeqOf::new(digests) else {
        return Ok(None);
    };
    Ok(Some(Thumbs {
        digest_algorithm: AlgorithmIdentifier::sha1()?,
        cert_thumbs: Some(digests),
        crl_thumbs: None,
        brand_crl_id_thumbs: None,
    }))
}

const TYPES: Types = Types {
    tbe: oid::content::CERT_RES_TBE,
    tbs: oid::content::CERT_RES_DATA,
};
