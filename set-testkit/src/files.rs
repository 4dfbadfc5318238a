//! Where a package's test files lie.

use std::env;
use std::path::PathBuf;

/// The folder of the package whose test is running, as Cargo tells it at run time.
///
/// `env!("CARGO_MANIFEST_DIR")` would be the folder where the test was compiled, which need
/// not be there any more: checkouts at different places may share a target folder.
///
/// # Panics
///
/// The test was not started by Cargo.
#[must_use]
#[expect(clippy::expect_used, reason = "it fails the test that called it")]
pub fn package_folder() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR")
        .expect("CARGO_MANIFEST_DIR is set; start tests with `cargo test`")
        .into()
}
