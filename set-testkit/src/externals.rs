//! Foreign software that some tests compare against.
//!
//! A test asks for what it needs with [`require`] and returns when there is none.
//! With `SET_REQUIRE_EXTERNALS=1` in the environment, missing software fails the
//! test instead of skipping it.

use std::{
    env,
    io::{self, Write},
    path::{Path, PathBuf},
};

mod postgres;

pub use postgres::Postgres;

/// The path of a program, or `None`, with one line on standard error that says
/// that the test is skipped and why.
///
/// # Panics
///
/// The program is missing and `SET_REQUIRE_EXTERNALS` is 1.
///
/// ```
/// use set_testkit::externals;
///
/// let Some(openssl) = externals::require("openssl") else { return };
/// assert!(openssl.is_file());
/// ```
pub fn require(program: &str) -> Option<PathBuf> {
    let found = search(program, &env::var_os("PATH").unwrap_or_default());
    if found.is_none() {
        missing(&format!("{program} is not on PATH"));
    }
    found
}

/// Says that a test is skipped because of `reason`, for software that is looked
/// for in other ways than [`require`] does.
///
/// # Panics
///
/// `SET_REQUIRE_EXTERNALS` is 1.
#[expect(clippy::panic, reason = "it fails the test that called it")]
pub fn missing(reason: &str) {
    if env::var_os("SET_REQUIRE_EXTERNALS").is_some_and(|value| value == "1") {
        panic!("SET_REQUIRE_EXTERNALS is 1, but {reason}");
    }
    // Straight to the stream, past the capture that hides a passing test's output.
    // Where it cannot be written nobody reads it either.
    let _ = writeln!(io::stderr(), "skipped: {reason}");
}

fn search(program: &str, path: &std::ffi::OsStr) -> Option<PathBuf> {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(path)
        .map(|folder| folder.join(&file))
        .find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    file.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_in_the_folders_of_the_path_only() {
        let test = env::current_exe().unwrap();
        let folder = test.parent().unwrap();
        let name = test.file_stem().unwrap().to_str().unwrap();
        assert_eq!(search(name, folder.as_os_str()), Some(test.clone()));
        assert_eq!(search(name, std::ffi::OsStr::new("")), None);
        assert_eq!(search("no-such-program", folder.as_os_str()), None);
    }
}
