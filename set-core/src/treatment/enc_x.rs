//! EncX(s, r, t, p): the signature covers t and p; p travels in the OAEP block.

use zeroize::Zeroizing;

use super::enc::Types;
use super::envelope::{self, RawExtra};
use super::{Attached, Extra, Recipient, Signer, TreatmentError, l, so};
use crate::asn1::{Raw, Wire};
use crate::crypto::{CryptoProvider, PrivateKey};
use crate::pkcs7::{EnvelopedData, SignedData};

/// What an EncX holds: the value, the parameter, and the signature over both.
#[derive(Debug)]
pub struct Opened<T, P> {
    /// t
    pub t: Raw<T>,
    /// p
    pub p: P,
    /// SO(s, { t, p }), still to be verified over [`Opened::to_be_signed`].
    pub signature: SignedData,
}

impl<T, P: Extra> Opened<T, P> {
    /// The DER of { t, p }.
    ///
    /// # Errors
    ///
    /// [`TreatmentError::Encode`].
    pub fn to_be_signed(&self) -> Result<Zeroizing<Vec<u8>>, TreatmentError> {
        pair(&self.t, &self.p)
    }
}

/// Signs { t, p } and encrypts { t, signature } for `recipient` with p in the block.
///
/// # Errors
///
/// As [`so::so`] and [`super::e::e`].
pub fn enc_x<T, P: Extra>(
    crypto: &dyn CryptoProvider,
    signers: &[Signer<'_>],
    recipient: &Recipient<'_>,
    types: Types,
    t: &Raw<T>,
    p: &P,
    attached: &Attached,
) -> Result<EnvelopedData, TreatmentError> {
    let tbs = pair(t, p)?;
    let signature = so::so(crypto, signers, types.tbs, &tbs, attached)?;
    let signature = crate::asn1::encode(&signature)?;
    let plaintext = Zeroizing::new(l::compose(&[t.octets(), &signature])?);
    let extra = RawExtra {
        kind: P::KIND,
        octets: p.to_block(),
    };
    envelope::seal(crypto, recipient, types.tbe, &plaintext, extra, false)
}

/// Opens the envelope; the signature is still to be verified.
///
/// # Errors
///
/// As [`super::e::open`].
pub fn open<T: Wire, P: Extra>(
    crypto: &dyn CryptoProvider,
    key: &PrivateKey,
    types: Types,
    envelope: &EnvelopedData,
) -> Result<Opened<T, P>, TreatmentError> {
    let (plaintext, block) = envelope::open(crypto, key, types.tbe, envelope, P::KIND, false)?;
    let inside = || -> Option<Opened<T, P>> {
        let [t, signature] = l::split(&plaintext)?;
        Some(Opened {
            t: Raw::from_octets(t.as_octets().to_vec()).ok()?,
            p: P::from_block(&block)?,
            signature: signature.decode_as().ok()?,
        })
    };
    inside().ok_or(TreatmentError::Undecryptable)
}

fn pair<T, P: Extra>(t: &Raw<T>, p: &P) -> Result<Zeroizing<Vec<u8>>, TreatmentError> {
    let parameter = Zeroizing::new(p.to_be_signed()?);
    Ok(Zeroizing::new(l::compose(&[t.octets(), &parameter])?))
}
