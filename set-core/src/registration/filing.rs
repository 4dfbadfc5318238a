//! Making a CertReq.

use super::filed::Asked;
use super::{Filed, Standing, Wanted};
use crate::asn1::{Raw, SeqOf, oid};
use crate::crypto::{CryptoProvider, PrivateKey};
use crate::error::{CallerFault, Error};
use crate::exchange::Context;
use crate::msg::back_key::BackKeyData;
use crate::msg::cert::cert_req::{CertReq, CertReqData, PublicKeySorE, RegFormItem};
use crate::msg::cert::id_data::IdData;
use crate::msg::cert::reg_form::RegFormData;
use crate::msg::cert::request_type::RequestType;
use crate::msg::ids::{BrandId, Challenge, LocalId};
use crate::msg::message::Message;
use crate::party::{Trust, identity};
use crate::pkcs7::{AlgorithmIdentifier, IssuerAndSerialNumber};
use crate::proof::ChainVerified;
use crate::secret::BackKey;
use crate::treatment::ek::Cipher;
use crate::treatment::enc::Types;
use crate::treatment::{Attached, Extra, Signer, enc, enc_x};
use crate::x509::spki::SubjectPublicKeyInfo;

/// Keys to be certified.
#[derive(Clone, Debug)]
pub struct NewKeys {
    /// The signature key, which also signs the request; none where an encryption certificate
    /// alone is asked for.
    pub signature: Option<PrivateKey>,
    /// The encryption key, which the signature vouches for.
    pub encryption: Option<PrivateKey>,
}

impl NewKeys {
    /// Makes the keys of 1024 bits that a request type asks for.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`].
    pub fn generate(crypto: &dyn CryptoProvider, request_type: RequestType) -> Result<Self, Error> {
        let wanted = Wanted::from(request_type);
        let key = |asked| match asked {
            true => crypto.generate_rsa(KEY_BITS).map(Some),
            false => Ok(None),
        };
        Ok(Self {
            encryption: key(wanted.encryption)?,
            signature: key(wanted.signature)?,
        })
    }

    /// Whether these are the keys that a request type asks for.
    fn fit(&self, wanted: Wanted) -> bool {
        self.signature.is_some() == wanted.signature
            && self.encryption.is_some() == wanted.encryption
    }
}

/// All that goes into a CertReq but the account.
#[derive(Debug)]
pub(crate) struct Filing {
    pub(crate) brand_id: BrandId,
    pub(crate) request_type: RequestType,
    pub(crate) id_data: Option<IdData>,
    pub(crate) lid_ee: LocalId,
    pub(crate) lid_ca: Option<LocalId>,
    pub(crate) chall_ca: Challenge,
    pub(crate) form: RegFormData,
    pub(crate) answers: Vec<RegFormItem>,
    pub(crate) keys: NewKeys,
    pub(crate) standing: Option<Standing>,
    pub(crate) back_key: Option<BackKey>,
    pub(crate) ca: ChainVerified,
}

impl Filing {
    /// Signs with the new signature key, whose certificate does not exist yet, and with the
    /// key that the request stands on, and encrypts.
    pub(crate) fn send<P: Extra>(
        self,
        context: &Context<'_>,
        account: Option<&P>,
        trust: &Trust,
    ) -> Result<(Filed, Vec<u8>), Error> {
        let wanted = Wanted::from(self.request_type);
        if !self.keys.fit(wanted) {
            return Err(CallerFault::State("the keys do not fit the request type").into());
        }
        if self.standing.is_some() != wanted.stands_on_another() {
            return Err(CallerFault::State(
                "a renewal, or a request for encryption alone, stands on a certificate; others do not",
            )
            .into());
        }
        let rrpid = context.fresh_rrpid()?;
        let chall_ee3 = context.fresh_challenge()?;
        let thumbs = trust.thumbs(context)?;
        let data = Raw::new(CertReqData {
            rrpid,
            lid_ee: self.lid_ee.clone(),
            chall_ee3,
            lid_ca: self.lid_ca.clone(),
            chall_ca: Some(self.chall_ca),
            request_type: self.request_type,
            request_date: context.now,
            id_data: self.id_data.clone(),
            reg_form_id: self
                .form
                .reg_template
                .as_ref()
                .map_or(0, |template| template.reg_form_id),
            reg_form: SeqOf::new(self.answers).ok(),
            ca_back_key_data: back_key_data(context, self.back_key.as_ref())?,
            public_key_s_or_e: public_keys(&self.keys)?,
            ee_thumb: match &self.standing {
                None => None,
                Some(standing) => standing.renewed(context.crypto, self.request_type)?,
            },
            thumbs: thumbs.clone(),
        })?;
        let signers = signers(&self.keys, self.standing.as_ref());
        let attached = self
            .standing
            .as_ref()
            .map_or_else(Attached::none, Standing::attached);
        let request = seal(context, &signers, &self.ca, &data, account, &attached)?;
        let octets = context.wrap(Message::CertReq(Box::new(request)), Some(rrpid), None)?;
        let state = Filed {
            asked: Asked {
                brand_id: self.brand_id,
                request_type: self.request_type,
                id_data: self.id_data,
                lid_ee: self.lid_ee,
                keys: self.keys,
                standing: self.standing,
                back_key: self.back_key,
            },
            rrpid,
            lid_ca: self.lid_ca,
            chall_ee3,
            thumbs,
        };
        Ok((state, octets))
    }
}

/// The new signature key, which has no certificate yet, and the key that vouches.
fn signers<'a>(keys: &'a NewKeys, standing: Option<&'a Standing>) -> Vec<Signer<'a>> {
    let new = keys.signature.iter().map(|key| Signer {
        key,
        certificate: IssuerAndSerialNumber::none(),
    });
    new.chain(standing.map(Standing::signer)).collect()
}

fn seal<P: Extra>(
    context: &Context<'_>,
    signers: &[Signer<'_>],
    ca: &ChainVerified,
    data: &Raw<CertReqData>,
    account: Option<&P>,
    attached: &Attached,
) -> Result<CertReq, Error> {
    let recipient = identity::recipient(ca.certificate());
    let crypto = context.crypto;
    Ok(match account {
        None => CertReq::Enc(enc::enc(crypto, signers, &recipient, ENC, data, attached)?),
        Some(account) => CertReq::Encx(enc_x::enc_x(
            crypto, signers, &recipient, ENC_X, data, account, attached,
        )?),
    })
}

/// The answer is to come under DES; the initialisation vector named here is not used, as
/// the answer names its own.
fn back_key_data(
    context: &Context<'_>,
    back_key: Option<&BackKey>,
) -> Result<Option<BackKeyData>, Error> {
    let Some(back_key) = back_key else {
        return Ok(None);
    };
    let iv = crate::crypto::random_array(context.crypto)?;
    Ok(Some(BackKeyData {
        back_alg_id: AlgorithmIdentifier::cbc(Cipher::Des.oid(), &iv)?,
        back_key: back_key.duplicate(),
    }))
}

fn public_keys(keys: &NewKeys) -> Result<PublicKeySorE, Error> {
    let info = |key: &Option<PrivateKey>| {
        key.as_ref()
            .map(|key| SubjectPublicKeyInfo::of(key.public_key()))
            .transpose()
    };
    Ok(PublicKeySorE {
        public_key_s: info(&keys.signature)?,
        public_key_e: info(&keys.encryption)?,
    })
}

/// Bits of an end entity's keys.
const KEY_BITS: usize = 1024;

const ENC: Types = Types {
    tbe: oid::content::CERT_REQ_TBE,
    tbs: oid::content::CERT_REQ_DATA,
};

const ENC_X: Types = Types {
    tbe: oid::content::CERT_REQ_TBEX,
    tbs: oid::content::CERT_REQ_TBS,
};
