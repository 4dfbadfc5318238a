//! Benchmarks of set-core. Run them with
//!
//! ```text
//! cargo bench -p benches
//! cargo bench -p benches --features vs-openssl
//! ```
//!
//! Machines differ and are noisy: compare figures of one run only, as ratios. Criterion
//! leaves its results in `target/criterion`; `cargo run -p benches --bin summary` gathers them
//! as a table, and with `--json` as one document.
#![forbid(unsafe_code)]

pub mod summary;

use set_core::crypto::PrivateKey;

/// A test key of 1024 or 2048 bits.
///
/// # Panics
///
/// When the testkit has no such key.
#[must_use]
#[expect(clippy::expect_used, reason = "a benchmark without its key cannot run")]
pub fn test_key(bits: usize) -> PrivateKey {
    match bits {
        1024 => set_testkit::keys::rsa_1024(0),
        _ => set_testkit::keys::rsa_2048(0),
    }
    .expect("the testkit has keys of 1024 and 2048 bits")
}
