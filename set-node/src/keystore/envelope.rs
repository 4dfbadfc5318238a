use pkcs8::{
    EncryptedPrivateKeyInfoOwned,
    der::{
        Decode, Encode,
        asn1::OctetString,
        pem::{self, LineEnding},
    },
    pkcs5::{EncryptionScheme, pbes2},
};
use rand::{TryRng, rngs::SysRng};
use zeroize::Zeroizing;

use super::Passphrase;

/// Iterations of PBKDF2: what guessing one passphrase costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Iterations(u32);

impl Iterations {
    /// 1000, for tests and demonstrations: about a millisecond.
    pub const LEAST: Self = Self(1_000);

    /// 10,000,000: some seconds.
    pub const MOST: Self = Self(10_000_000);

    /// That many, but no fewer than [`Self::LEAST`] and no more than [`Self::MOST`].
    pub fn new(count: u32) -> Self {
        Self(count).clamp(Self::LEAST, Self::MOST)
    }
}

impl Default for Iterations {
    /// 600,000: some tenths of a second.
    fn default() -> Self {
        Self(600_000)
    }
}

/// Why an encrypted file cannot be opened or made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeFault {
    /// The passphrase is not the one that the file was made with, or the file was
    /// altered.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The file is not PEM with the expected label.
    #[error("not a PEM file of the expected kind")]
    NotPem,
    /// What the PEM file holds is not an encrypted PKCS #8 structure.
    #[error("not an encrypted PKCS #8 structure")]
    Malformed,
    /// The file names an algorithm other than PBES2 with one of its usual parts.
    #[error("encrypted with an algorithm that is not supported")]
    Unsupported,
    /// The file asks for more work or memory than opening a key should take.
    #[error("the key derivation asks for too much work or memory")]
    TooCostly,
    /// The system has no random octets.
    #[error("the system has no random octets")]
    NoRandomness,
    /// The content could not be encrypted.
    #[error("the content could not be encrypted")]
    Encryption,
}

/// Encrypts `content` into a PEM file under `label`.
pub(super) fn seal(
    label: &str,
    passphrase: &Passphrase,
    iterations: Iterations,
    content: &[u8],
) -> Result<String, EnvelopeFault> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    for random in [&mut salt, &mut iv] {
        SysRng
            .try_fill_bytes(random)
            .map_err(|_| EnvelopeFault::NoRandomness)?;
    }
    let seal = || {
        let parameters =
            pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(iterations.0, &salt, iv).ok()?;
        let encrypted_data = parameters.encrypt(passphrase.expose(), content).ok()?;
        let der = EncryptedPrivateKeyInfoOwned {
            encryption_algorithm: parameters.into(),
            encrypted_data: OctetString::new(encrypted_data).ok()?,
        }
        .to_der()
        .ok()?;
        pem::encode_string(label, LineEnding::LF, &der).ok()
    };
    seal().ok_or(EnvelopeFault::Encryption)
}

/// Decrypts a PEM file that has this label.
pub(super) fn open(
    label: &str,
    passphrase: &Passphrase,
    file: &[u8],
) -> Result<Zeroizing<Vec<u8>>, EnvelopeFault> {
    let (found, der) = pem::decode_vec(file).map_err(|_| EnvelopeFault::NotPem)?;
    if found != label {
        return Err(EnvelopeFault::NotPem);
    }
    let envelope =
        EncryptedPrivateKeyInfoOwned::from_der(&der).map_err(|_| EnvelopeFault::Malformed)?;
    let EncryptionScheme::Pbes2(parameters) = &envelope.encryption_algorithm else {
        return Err(EnvelopeFault::Unsupported);
    };
    affordable(&parameters.kdf)?;
    match parameters.decrypt(passphrase.expose(), envelope.encrypted_data.as_bytes()) {
        Ok(content) => Ok(Zeroizing::new(content)),
        Err(pkcs8::pkcs5::Error::DecryptFailed) => Err(EnvelopeFault::WrongPassphrase),
        Err(_) => Err(EnvelopeFault::Unsupported),
    }
}

/// Refuses parameters that no key derivation has, or that cost too much.
fn affordable(kdf: &pbes2::Kdf) -> Result<(), EnvelopeFault> {
    let (sound, affordable) = match (kdf.pbkdf2(), kdf.scrypt()) {
        (Some(pbkdf2), _) => (
            pbkdf2.iteration_count > 0,
            pbkdf2.iteration_count <= Iterations::MOST.0,
        ),
        (_, Some(scrypt)) => {
            let n = scrypt.cost_parameter;
            let memory = n
                .checked_mul(u64::from(scrypt.block_size))
                .and_then(|blocks| blocks.checked_mul(128));
            (
                n > 1 && n.is_power_of_two() && scrypt.block_size > 0 && scrypt.parallelization > 0,
                scrypt.parallelization <= 16 && memory.is_some_and(|memory| memory <= MOST_MEMORY),
            )
        }
        _ => return Err(EnvelopeFault::Unsupported),
    };
    match (sound, affordable) {
        (false, _) => Err(EnvelopeFault::Malformed),
        (true, false) => Err(EnvelopeFault::TooCostly),
        (true, true) => Ok(()),
    }
}

/// Octets of memory that scrypt may take.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;
