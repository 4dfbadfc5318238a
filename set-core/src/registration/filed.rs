//! Taking a CertRes or CertInqRes.

use super::filing::NewKeys;
use super::pended::Pended;
use super::verdict::{Certified, Refused, Verdict};
use super::{Standing, Wanted};
use crate::asn1::oid;
use crate::crypto::PrivateKey;
use crate::error::{Error, PeerFault};
use crate::exchange::{Context, receive_response};
use crate::msg::cert::cert_res::{CertRes, CertResData, CertStatusCode};
use crate::msg::cert::id_data::IdData;
use crate::msg::cert::request_type::RequestType;
use crate::msg::ids::{BrandId, Challenge, LocalId, Rrpid};
use crate::msg::message::Message;
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::party::{Identity, Purpose, Trust};
use crate::path::brand;
use crate::pkcs7::SignedData;
use crate::secret::{BackKey, Secret};
use crate::treatment::ek::Cipher;
use crate::treatment::enc::Types;
use crate::treatment::{enc_k, s};
use crate::x509::name::Brand;

/// CertReq or CertInqReq was sent.
#[derive(Debug)]
pub struct Filed {
    pub(super) asked: Asked,
    pub(super) rrpid: Rrpid,
    pub(super) lid_ca: Option<LocalId>,
    pub(super) chall_ee3: Challenge,
    pub(super) thumbs: Option<Thumbs>,
}

/// What was asked for, and the keys: the same in the request and in all inquiries after it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) brand_id: BrandId,
    pub(super) request_type: RequestType,
    pub(super) id_data: Option<IdData>,
    pub(super) lid_ee: LocalId,
    pub(super) keys: NewKeys,
    pub(super) standing: Option<Standing>,
    pub(super) back_key: Option<BackKey>,
}

impl Filed {
    /// Takes CertRes or CertInqRes: verifies the CA's signature and, when the request is
    /// complete, that the certificates are for our keys and of our brand, with their chains.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the response; the request may be sent again.
    pub fn handle(
        self,
        context: &Context<'_>,
        octets: &[u8],
        trust: &mut Trust,
    ) -> Result<Verdict<Certified, Pended>, Error> {
        let (_, message) = receive_response(context, octets, self.rrpid)?;
        let answer = match message {
            Message::CertRes(answer) | Message::CertInqRes(answer) => *answer,
            other => return Err(PeerFault::MessageNotSupported(other.name()).into()),
        };
        let (signed, encrypted) = self.open(context, answer)?;
        let content = s::unverified::<CertResData>(&signed, TYPES.tbs)?;
        trust.learn(context, &signed, content.brand_crl_identifier.as_ref())?;
        let entity = Wanted::from(self.asked.request_type).entity;
        let signer = trust.signer(context, &signed, entity.ca_signature())?;
        brand::require(context.crypto, &signer, &Brand::of(&self.asked.brand_id))?;
        let verified = s::verify::<CertResData>(context.crypto, &signed, TYPES.tbs, &signer)?;
        self.check(verified.content())?;
        let status = &verified.content().cert_status;
        let code = status.cert_status_code;
        if self.asked.back_key.is_some() && !encrypted && code == CertStatusCode::RequestComplete {
            return Err(PeerFault::Unspecified("the answer came without its encryption").into());
        }
        match code {
            CertStatusCode::RequestComplete => {
                let certified = self.certified(context, verified.content(), trust)?;
                Ok(Verdict::Certified(Box::new(certified)))
            }
            CertStatusCode::RequestPended | CertStatusCode::RequestInProgress => {
                let lid_ca = verified.content().lid_ca.clone();
                Ok(Verdict::Pended(Box::new(Pended::new(self.asked, lid_ca))))
            }
            _ => Ok(Verdict::Refused(Box::new(Refused::from(status)))),
        }
    }

    fn open(&self, context: &Context<'_>, answer: CertRes) -> Result<(SignedData, bool), Error> {
        match (answer, &self.asked.back_key) {
            (CertRes::CertResTbs(signed), _) => Ok((signed, false)),
            (CertRes::CertResTbsx(encrypted), Some(key)) => Ok((
                enc_k::open(context.crypto, Cipher::Des, key, TYPES, &encrypted)?,
                true,
            )),
            (CertRes::CertResTbsx(_), None) => {
                Err(PeerFault::Unspecified("the answer is encrypted under no key of ours").into())
            }
        }
    }

    fn check(&self, data: &CertResData) -> Result<(), PeerFault> {
        if data.rrpid != self.rrpid {
            return Err(PeerFault::UnknownRrpid);
        }
        if data.lid_ee != self.asked.lid_ee
            || self
                .lid_ca
                .as_ref()
                .is_some_and(|ours| *ours != data.lid_ca)
        {
            return Err(PeerFault::UnknownLid);
        }
        if data.chall_ee3 != self.chall_ee3 {
            return Err(PeerFault::ChallengeMismatch);
        }
        if data.thumbs != self.thumbs {
            return Err(PeerFault::ThumbsMismatch);
        }
        Ok(())
    }

    /// The certificates named by certThumbs, each with the key that it is for.
    fn certified(
        self,
        context: &Context<'_>,
        data: &CertResData,
        trust: &mut Trust,
    ) -> Result<Certified, Error> {
        let wanted = Wanted::from(self.asked.request_type);
        let signature = match (&self.asked.keys.signature, &self.asked.standing) {
            (Some(key), _) => {
                self.identity(context, data, trust, key, wanted.entity.signature())?
            }
            (None, Some(standing)) => standing.signature.clone(),
            (None, None) => return Err(MISSING.into()),
        };
        let encryption = match (&self.asked.keys.encryption, wanted.entity.encryption()) {
            (Some(key), Some(purpose)) => Some(self.identity(context, data, trust, key, purpose)?),
            _ => None,
        };
        let status = &data.cert_status;
        Ok(Certified {
            signature,
            encryption,
            nonce_cca: status.nonce_cca.as_ref().map(Secret::duplicate),
            ca_msg: status.ca_msg.clone(),
        })
    }

    fn identity(
        &self,
        context: &Context<'_>,
        data: &CertResData,
        trust: &mut Trust,
        key: &PrivateKey,
        purpose: Purpose,
    ) -> Result<Identity, Error> {
        let thumbs = data.cert_thumbs.as_ref();
        let digests = thumbs
            .and_then(|thumbs| thumbs.cert_thumbs.as_deref())
            .unwrap_or_default();
        for digest in digests {
            let thumb = CertThumb {
                digest_algorithm: thumbs
                    .map(|thumbs| thumbs.digest_algorithm.clone())
                    .ok_or(MISSING)?,
                thumbprint: *digest,
            };
            let ours = trust.at_hand().any(|held| {
                held.public_key() == key.public_key() && held.thumbprint(context.crypto) == *digest
            });
            if ours {
                let verified = trust.by_thumb(context, &thumb, purpose)?;
                brand::require(context.crypto, &verified, &Brand::of(&self.asked.brand_id))?;
                return Ok(Identity {
                    key: key.clone(),
                    certificate: verified.certificate().clone(),
                    chain: verified.chain().get(1..).unwrap_or_default().to_vec(),
                });
            }
        }
        Err(MISSING.into())
    }
}

const MISSING: PeerFault = PeerFault::MissingCertificate("the key to be certified");

const TYPES: Types = Types {
    tbe: oid::content::CERT_RES_TBE,
    tbs: oid::content::CERT_RES_DATA,
};
