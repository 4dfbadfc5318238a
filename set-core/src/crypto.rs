//! The algorithms of SET 1.0 on octets, behind [`CryptoProvider`].
//!
//! SET fixes its algorithms: RSA with PKCS #1 v1.5 and SHA-1 for signatures, RSA with
//! SET's own OAEP for key transport ([`oaep`]), DES-CBC or CDMF for bulk data, and
//! HMAC-SHA-1. They are dated by today's measure and are implemented here exactly as
//! SET has them, for the sake of SET.
//!
//! Nothing in this module knows a SET message. The treatments (signed, enveloped,
//! linked data) are built on top of it.
//!
//! Start at [`CryptoProvider`]; [`RustCrypto`] is the provider in pure Rust:
//!
//! ```
//! use set_core::crypto::{CryptoProvider, RustCrypto};
//!
//! let provider = RustCrypto;
//! let key = provider.generate_rsa(1024)?;
//! let digest = provider.sha1(&[b"an order ", b"description"]);
//! let signature = key.sign_sha1(&provider, &digest)?;
//! provider.verify_sha1(key.public_key(), &digest, &signature)?;
//! # Ok::<(), set_core::crypto::CryptoError>(())
//! ```

mod cdmf;
mod des;
mod error;
pub mod oaep;
mod pkcs1;
mod private_key;
mod provider;
mod public_key;
mod rustcrypto;

pub use self::des::{DES_BLOCK_LEN, DES_KEY_LEN, DesKey};
pub use self::error::{CryptoError, KeyFault};
pub use self::private_key::{PrivateKey, PrivateKeyOps};
pub use self::provider::{CryptoProvider, SHA1_LEN, random_array};
pub use self::public_key::{KeyRules, PublicKey};
pub use self::rustcrypto::{RustCrypto, generate_software_key};
