//! The operators from which every SET message is composed, one file each.
//!
//! Sender s, recipient r, data t, parameter p, baggage b:
//!
//! | treatment | module | meaning |
//! |---|---|---|
//! | H(t) | [`h`] | SHA-1 over the DER of t, identifier and length included |
//! | HMAC(t, k) | [`hmac`] | HMAC-SHA-1 over the DER of t |
//! | DD(t) | [`dd`] | DetachedDigest: t's content type and H(t) |
//! | L(t1, t2) | [`l`] | { t1, DD(t2) } |
//! | S(s, t) | [`s`] | SignedData with t inside |
//! | SO(s, t) | [`so`] | SignedData without t |
//! | E(r, t) | [`e`] | EnvelopedData: a fresh DES key in the OAEP block, t under it |
//! | EH(r, t) | [`eh`] | E with a hash of the plaintext in the block |
//! | EX(r, t, p) | [`ex`] | E over L(t, p) with p in the block |
//! | EXH(r, t, p) | [`exh`] | EX with a hash of the plaintext in the block |
//! | EK(k, t) | [`ek`] | EncryptedData under a key already shared |
//! | Enc(s, r, t) | [`enc`] | E(r, S(s, t)) |
//! | EncK(k, s, t) | [`enc_k`] | EK(k, S(s, t)) |
//! | EncX(s, r, t, p) | [`enc_x`] | E(r, { t, SO(s, { t, p }) }) with p in the block |
//! | EncB(s, r, t, b) | [`enc_b`] | { Enc(s, r, L(t, b)), b } |
//! | EncBX(s, r, t, b, p) | [`enc_bx`] | { EncX(s, r, L(t, b), p), b } |
//!
//! Nothing else in the crate calls [`crypto`](crate::crypto). Opening an envelope and
//! verifying a signature are two steps, because between them the signer's certificate has
//! to be found and its chain verified: [`s::verify`] asks for the evidence of that.

pub mod dd;
pub mod e;
pub mod eh;
pub mod ek;
pub mod enc;
pub mod enc_b;
pub mod enc_bx;
pub mod enc_k;
pub mod enc_x;
mod envelope;
pub mod error;
pub mod ex;
pub mod exh;
pub mod extra;
pub mod h;
pub mod hmac;
pub mod l;
pub mod party;
pub mod s;
pub mod so;
pub mod unseal;

pub use self::error::TreatmentError;
pub use self::extra::{Extra, LinkedExtra};
pub use self::party::{Attached, Recipient, Signer};
