//! The OAEP block of SET: what travels under an RSA encryption key.
//!
//! For a modulus of k octets:
//!
//! ```text
//! DB    = BT | BC | V | DEK | [HD] | X | 00 … 00     k − 17 octets
//!         BT   1 octet, 03
//!         BC   1 octet: the kind of X; its top bit is set when HD is there
//!         V    7 octets of 00
//!         DEK  8 octets, the DES key that the message is encrypted with
//!         HD   20 octets, SHA-1 over what DES encrypts
//!         X    the extra data, of a length that its kind fixes
//! salt  = 16 random octets
//! A     = DB xor H1(salt)     H1: leading k − 17 octets of SHA-1(salt | 00000000) | SHA-1(salt | 00000001) | …
//! B     = salt xor H2(A)      H2: trailing 16 octets of SHA-1(A)
//! block = I | A | B           I: one random octet from 01 to 7F
//! ```
//!
//! and the RSA public operation over `block`. [`seal`] makes such a block, [`open`] undoes
//! it. (SET Book 3, Part I: Optimal Asymmetric Encryption Padding.)

use core::fmt;

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::{
    CryptoError, CryptoProvider, DES_KEY_LEN, DesKey, PrivateKey, PublicKey, SHA1_LEN, random_array,
};

/// Octets that an encrypted PIN adds to the extra data: an ISO 9564-1 format 0 PIN block.
pub const PIN_BLOCK_LEN: usize = 8;

/// What the extra data X of a block is.
///
/// The figures are the raw fields one after the other, of fixed length: they are not DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContentKind {
    /// No extra data.
    None,
    /// PANData: PAN 19, expiry 6, PANSecret 20, ExNonce 20; 65 octets.
    PanData,
    /// PANData0: PAN 19, expiry 6, CardSecret 20, ExNonce 20; 65 octets.
    PanData0,
    /// PANToken: PAN 19, expiry 6, ExNonce 20; 45 octets.
    PanToken,
    /// PANOnly: PAN 19, ExNonce 20; 39 octets.
    PanOnly,
    /// AcctData: AcctIdentification 74, ExNonce 20; 94 octets.
    AcctData,
}

impl ContentKind {
    /// The number of the kind in the low bits of BC, 0 to 5.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::None => 0,
            Self::PanData => 1,
            Self::PanData0 => 2,
            Self::PanToken => 3,
            Self::PanOnly => 4,
            Self::AcctData => 5,
        }
    }

    /// Octets of X, without a PIN block.
    #[must_use]
    pub fn extra_len(self) -> usize {
        match self {
            Self::None => 0,
            Self::PanData | Self::PanData0 => 65,
            Self::PanToken => 45,
            Self::PanOnly => 39,
            Self::AcctData => 94,
        }
    }

    /// Whether a PIN block may follow the fields: where a payment instruction is made.
    #[must_use]
    pub fn takes_pin(self) -> bool {
        matches!(self, Self::PanData | Self::AcctData)
    }

    const ALL: [Self; 6] = [
        Self::None,
        Self::PanData,
        Self::PanData0,
        Self::PanToken,
        Self::PanOnly,
        Self::AcctData,
    ];

    fn admits(self, extra_len: usize) -> bool {
        extra_len == self.extra_len()
            || (self.takes_pin() && extra_len == self.extra_len() + PIN_BLOCK_LEN)
    }
}

/// What a block is to hold beside the DES key.
pub struct BlockContent {
    /// What the extra data is.
    pub kind: ContentKind,
    /// HD: SHA-1 over the plaintext that the DES key encrypts, 20 octets.
    pub hd: Option<[u8; SHA1_LEN]>,
    /// X: as many octets as the kind has, and 8 more if a PIN block follows.
    pub extra: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for BlockContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockContent")
            .field("kind", &self.kind)
            .field("with_hd", &self.hd.is_some())
            .finish_non_exhaustive()
    }
}

/// What a block must hold for [`open`] to take it. The message that carries it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// What the extra data is.
    pub kind: ContentKind,
    /// Whether HD is there.
    pub with_hd: bool,
    /// Octets of X.
    pub extra_len: usize,
}

impl Expected {
    /// Extra data of `kind`, with its own length.
    #[must_use]
    pub fn new(kind: ContentKind, with_hd: bool) -> Self {
        Self {
            kind,
            with_hd,
            extra_len: kind.extra_len(),
        }
    }

    /// The same with a PIN block after the extra data.
    #[must_use]
    pub fn with_pin_block(self) -> Self {
        Self {
            extra_len: self.kind.extra_len() + PIN_BLOCK_LEN,
            ..self
        }
    }
}

/// What [`open`] found in a block.
pub struct Opened {
    /// The DES key, with odd parity whatever it had in the block.
    pub key: DesKey,
    /// HD, if it was expected. It still has to be compared with the plaintext's.
    pub hd: Option<[u8; SHA1_LEN]>,
    /// X: as many octets as were expected.
    pub extra: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("with_hd", &self.hd.is_some())
            .finish_non_exhaustive()
    }
}

/// Puts a DES key and `content` into a block and encrypts it for the owner of `recipient`.
///
/// The result is as long as the modulus.
///
/// # Errors
///
/// [`CryptoError::ExtraLength`] if the extra data is not as long as its kind is,
/// [`CryptoError::NoRoom`] if it does not fit under this key,
/// [`CryptoError::Provider`] if the provider fails.
pub fn seal(
    provider: &dyn CryptoProvider,
    recipient: &PublicKey,
    key: &DesKey,
    content: &BlockContent,
) -> Result<Vec<u8>, CryptoError> {
    let expected = Expected {
        kind: content.kind,
        with_hd: content.hd.is_some(),
        extra_len: content.extra.len(),
    };
    let length = check_room(recipient.octets(), &expected)?;

    let mut masked = Zeroizing::new(Vec::with_capacity(length));
    masked.push(BLOCK_TYPE);
    masked.push(content_octet(&expected));
    masked.extend_from_slice(&VERIFICATION);
    masked.extend_from_slice(key.expose());
    masked.extend_from_slice(content.hd.as_ref().map_or(&[], |hd| hd.as_slice()));
    masked.extend_from_slice(&content.extra);
    masked.resize(length, 0);

    let mut salt: Zeroizing<[u8; SALT_LEN]> = Zeroizing::new(random_array(provider)?);
    apply_h1(provider, &salt, &mut masked);
    apply_h2(provider, &masked, &mut salt);

    let mut block = Zeroizing::new(Vec::with_capacity(recipient.octets()));
    block.push(first_octet(provider)?);
    block.extend_from_slice(&masked);
    block.extend_from_slice(salt.as_ref());
    provider.rsa_public(recipient, &block)
}

/// Decrypts a block and takes out what it must hold.
///
/// All checks are made on all blocks, in the same time, and only then is it said whether
/// one of them failed. A block that is no number below the modulus costs a private
/// operation like any other.
///
/// # Errors
///
/// [`CryptoError::Decryption`] whatever is wrong with the block.
/// [`CryptoError::ExtraLength`] and [`CryptoError::NoRoom`] if `expected` itself cannot be,
/// [`CryptoError::Provider`] if the provider fails: neither depends on the block.
pub fn open(
    provider: &dyn CryptoProvider,
    recipient: &PrivateKey,
    block: &[u8],
    expected: &Expected,
) -> Result<Opened, CryptoError> {
    check_room(recipient.public_key().octets(), expected)?;
    let (in_range, block) = match recipient.decrypt_raw(provider, block) {
        Ok(block) => (1, block),
        Err(CryptoError::BlockOutOfRange { modulus, .. }) => {
            (0, recipient.decrypt_raw(provider, &substitute(modulus))?)
        }
        Err(error) => return Err(error),
    };
    let (good, opened) = unpack(provider, block, expected).ok_or(CryptoError::Decryption)?;
    if bool::from(good & Choice::from(in_range)) {
        Ok(opened)
    } else {
        Err(CryptoError::Decryption)
    }
}

/// Decrypts a block and takes out what it says that it holds.
///
/// For looking into messages. How long it takes depends on the block, so nothing that a peer
/// can see may depend on it.
///
/// # Errors
///
/// [`CryptoError::Decryption`] when it is not a block for this key;
/// [`CryptoError::Provider`] if the provider fails.
pub fn open_any(
    provider: &dyn CryptoProvider,
    recipient: &PrivateKey,
    block: &[u8],
) -> Result<(ContentKind, Opened), CryptoError> {
    let block = match recipient.decrypt_raw(provider, block) {
        Err(CryptoError::BlockOutOfRange { .. }) => return Err(CryptoError::Decryption),
        decrypted => decrypted?,
    };
    let modulus = recipient.public_key().octets();
    let kinds = ContentKind::ALL.into_iter();
    let expected = kinds
        .flat_map(|kind| [Expected::new(kind, false), Expected::new(kind, true)])
        .flat_map(|plain| [plain, plain.with_pin_block()])
        .filter(|expected| check_room(modulus, expected).is_ok());
    for expected in expected {
        if let Some((good, opened)) = unpack(provider, block.clone(), &expected)
            && bool::from(good)
        {
            return Ok((expected.kind, opened));
        }
    }
    Err(CryptoError::Decryption)
}

/// Unmasks a block and checks it. `None` only for a block that is shorter than
/// [`check_room`] has made sure of.
fn unpack(
    provider: &dyn CryptoProvider,
    mut block: Zeroizing<Vec<u8>>,
    expected: &Expected,
) -> Option<(Choice, Opened)> {
    let (first, rest) = block.split_first_mut()?;
    let (masked, salt) = rest.split_last_chunk_mut::<SALT_LEN>()?;
    apply_h2(provider, masked, salt);
    apply_h1(provider, salt, masked);

    let (head, rest) = masked.split_first_chunk::<2>()?;
    let (verification, rest) = rest.split_first_chunk::<VERIFICATION_LEN>()?;
    let (key, rest) = rest.split_first_chunk::<DES_KEY_LEN>()?;
    let (hd, rest) = if expected.with_hd {
        let (hd, rest) = rest.split_first_chunk::<SHA1_LEN>()?;
        (Some(*hd), rest)
    } else {
        (None, rest)
    };
    let (extra, fill) = rest.split_at_checked(expected.extra_len)?;

    let first_is_good = !first.ct_eq(&0) & (*first & !FIRST_OCTET_BITS).ct_eq(&0);
    let good = first_is_good
        & head.ct_eq(&[BLOCK_TYPE, content_octet(expected)])
        & verification.ct_eq(&VERIFICATION)
        & fill.iter().fold(0, |seen, octet| seen | octet).ct_eq(&0);
    let opened = Opened {
        key: DesKey::from_octets(key),
        hd,
        extra: Zeroizing::new(extra.to_vec()),
    };
    Some((good, opened))
}

/// Checks that the extra data can be in a block for a modulus of `octets` octets, and
/// gives the length of DB.
fn check_room(octets: usize, expected: &Expected) -> Result<usize, CryptoError> {
    if !expected.kind.admits(expected.extra_len) {
        return Err(CryptoError::ExtraLength {
            expected: expected.kind.extra_len(),
            found: expected.extra_len,
        });
    }
    let length = octets.saturating_sub(1 + SALT_LEN);
    let hd = if expected.with_hd { SHA1_LEN } else { 0 };
    let room = length.saturating_sub(2 + VERIFICATION_LEN + DES_KEY_LEN + hd);
    if expected.extra_len > room {
        return Err(CryptoError::NoRoom {
            room,
            extra: expected.extra_len,
        });
    }
    Ok(length)
}

/// BC: what the block holds.
fn content_octet(expected: &Expected) -> u8 {
    let flag = if expected.with_hd { HD_FLAG } else { 0 };
    expected.kind.code() | flag
}

/// I: a random octet from 01 to 7F, so that the block is neither short nor above the modulus.
fn first_octet(provider: &dyn CryptoProvider) -> Result<u8, CryptoError> {
    random_array::<SALT_LEN>(provider)?
        .into_iter()
        .map(|octet| octet & FIRST_OCTET_BITS)
        .find(|octet| *octet != 0)
        .ok_or_else(|| CryptoError::Provider {
            operation: "draw random octets",
            reason: "the generator gives nothing but zeros".to_owned(),
        })
}

/// A block that decrypts to a wrong one, for when the given one cannot be decrypted.
fn substitute(octets: usize) -> Vec<u8> {
    let mut block = vec![0; octets];
    if let Some(last) = block.last_mut() {
        *last = 2;
    }
    block
}

/// XORs `data` with H1 of the salt.
fn apply_h1(provider: &dyn CryptoProvider, salt: &[u8; SALT_LEN], data: &mut [u8]) {
    for (counter, chunk) in (0_u32..).zip(data.chunks_mut(SHA1_LEN)) {
        let mask = Zeroizing::new(provider.sha1(&[salt, &counter.to_be_bytes()]));
        xor(chunk, mask.as_ref());
    }
}

/// XORs the salt with H2 of the masked data.
fn apply_h2(provider: &dyn CryptoProvider, masked: &[u8], salt: &mut [u8; SALT_LEN]) {
    let digest = Zeroizing::new(provider.sha1(&[masked]));
    if let Some(mask) = digest.last_chunk::<SALT_LEN>() {
        xor(salt, mask);
    }
}

fn xor(data: &mut [u8], mask: &[u8]) {
    for (octet, mask) in data.iter_mut().zip(mask) {
        *octet ^= mask;
    }
}

const BLOCK_TYPE: u8 = 0x03;
const HD_FLAG: u8 = 0x80;
const FIRST_OCTET_BITS: u8 = 0x7F;
const SALT_LEN: usize = 16;
const VERIFICATION_LEN: usize = 7;
const VERIFICATION: [u8; VERIFICATION_LEN] = [0; VERIFICATION_LEN];
