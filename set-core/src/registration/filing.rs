//! Making a CertReq.

use super::{Filed, Wanted};
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
    /// The signature key, which also signs the request.
    pub signature: PrivateKey,
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
        let encryption = match Wanted::from(request_type).encryption {
            true => Some(crypto.generate_rsa(KEY_BITS)?),
            false => None,
        };
        Ok(Self {
            signature: crypto.generate_rsa(KEY_BITS)?,
            encryption,
        })
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
    pub(crate) back_key: Option<BackKey>,
    pub(crate) ca: ChainVerified,
}

impl Filing {
    /// Signs with the new signature key, whose certificate does not exist yet, and encrypts.
    pub(crate) fn send<P: Extra>(
        self,
        context: &Context<'_>,
        account: Option<&P>,
        trust: &Trust,
    ) -> Result<(Filed, Vec<u8>), Error> {
        let wanted = Wanted::from(self.request_type);
        if wanted.renewal
            || !wanted.signature
            || wanted.encryption != self.keys.encryption.is_some()
        {
            return Err(CallerFault::State("the keys do not fit the request type").into());
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
            ee_thumb: None,
            thumbs: thumbs.clone(),
        })?;
        let request = seal(context, &self.keys.signature, &self.ca, &data, account)?;
        let octets = context.wrap(Message::CertReq(Box::new(request)), Some(rrpid), None)?;
        let state = Filed {
            brand_id: self.brand_id,
            request_type: self.request_type,
            id_data: self.id_data,
            rrpid,
            lid_ee: self.lid_ee,
            lid_ca: self.lid_ca,
            chall_ee3,
            thumbs,
            keys: self.keys,
            back_key: self.back_key,
        };
        Ok((state, octets))
    }
}

fn seal<P: Extra>(
    context: &Context<'_>,
    key: &PrivateKey,
    ca: &ChainVerified,
    data: &Raw<CertReqData>,
    account: Option<&P>,
) -> Result<CertReq, Error> {
    let signers = [Signer {
        key,
        certificate: IssuerAndSerialNumber::none(),
    }];
    let recipient = identity::recipient(ca.certificate());
    let attached = Attached::none();
    let crypto = context.crypto;
    Ok(match account {
        None => CertReq::Enc(enc::enc(
            crypto, &signers, &recipient, ENC, data, &attached,
        )?),
        Some(account) => CertReq::Encx(enc_x::enc_x(
            crypto, &signers, &recipient, ENC_X, data, account, &attached,
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
    Ok(PublicKeySorE {
        public_key_s: Some(SubjectPublicKeyInfo::of(keys.signature.public_key())?),
        public_key_e: match &keys.encryption {
            Some(key) => Some(SubjectPublicKeyInfo::of(key.public_key())?),
            None => None,
        },
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
