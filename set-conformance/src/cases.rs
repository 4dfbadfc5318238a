//! The cases that come with the program, and those of other folders.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::case::Case;

/// Why cases cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// A file or folder cannot be read.
    #[error("{}: {source}", .file.display())]
    Io {
        /// The file or folder.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not a case.
    #[error("{file}: {what}")]
    Malformed {
        /// The file.
        file: String,
        /// What is wrong.
        what: String,
    },
}

/// The cases that come with the program.
///
/// # Errors
///
/// [`CaseError::Malformed`], which a test rules out.
pub fn built_in() -> Result<Vec<Case>, CaseError> {
    BUILT_IN
        .iter()
        .map(|(file, text)| parse(file, text))
        .collect()
}

/// The cases of a folder: each chapter is a folder in it, each case a file `*.toml` there.
///
/// # Errors
///
/// [`CaseError`].
pub fn of_folder(folder: &Path) -> Result<Vec<Case>, CaseError> {
    let mut cases = Vec::new();
    for chapter in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        for file in entries(&chapter)? {
            if file.extension().is_some_and(|suffix| suffix == "toml") {
                let text = fs::read_to_string(&file).map_err(|source| CaseError::Io {
                    file: file.clone(),
                    source,
                })?;
                cases.push(parse(&file.display().to_string(), &text)?);
            }
        }
    }
    Ok(cases)
}

/// Reads a case. Its file is named after it, and lies in the folder of its chapter.
fn parse(file: &str, text: &str) -> Result<Case, CaseError> {
    let malformed = |what: String| CaseError::Malformed {
        file: file.to_owned(),
        what,
    };
    let case: Case = toml::from_str(text).map_err(|error| malformed(error.to_string()))?;
    let place = format!("{}/{}.toml", case.chapter(), case.id);
    if !file.replace('\\', "/").ends_with(&place) {
        return Err(malformed(format!("this case belongs in {place}")));
    }
    if case.steps.is_empty() || case.subjects.is_empty() {
        return Err(malformed("a case has a step and a subject".into()));
    }
    Ok(case)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, CaseError> {
    let fault = |source| CaseError::Io {
        file: folder.to_owned(),
        source,
    };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        entries.push(entry.map_err(fault)?.path());
    }
    entries.sort();
    Ok(entries)
}

/// Each case with the file that it was read from, put in by the build script.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/cases.rs"));

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use set_testkit::files::package_folder;

    use super::*;

    #[test]
    fn the_cases_compiled_in_are_those_of_the_folder() {
        let ids =
            |cases: Vec<Case>| -> Vec<String> { cases.into_iter().map(|case| case.id).collect() };
        let built_in = ids(built_in().unwrap());
        let mut sorted = built_in.clone();
        sorted.sort();
        let mut there = ids(of_folder(&package_folder().join("cases")).unwrap());
        there.sort();
        assert_eq!(sorted, there);
        let different: BTreeSet<&String> = built_in.iter().collect();
        assert_eq!(different.len(), built_in.len());
    }

    #[test]
    fn a_case_in_the_wrong_folder_is_refused() {
        let (_, text) = BUILT_IN[0];
        let fault = parse("cases/other/SET-receiving-version-001.toml", text);
        assert!(fault.unwrap_err().to_string().contains("belongs in"));
    }
}
