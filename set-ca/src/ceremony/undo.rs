//! Files that go again unless all of them could be written.

use std::fs;
use std::path::PathBuf;

/// Removes the files that it was told of when it is dropped before [`keep`](Self::keep).
#[derive(Debug, Default)]
pub(crate) struct Undo(Vec<PathBuf>);

impl Undo {
    /// This file was just made.
    pub(crate) fn made(&mut self, file: PathBuf) {
        self.0.push(file);
    }

    /// All is well.
    pub(crate) fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        for file in &self.0 {
            // What cannot be removed is a key or certificate that nothing names.
            let _left = fs::remove_file(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stay_only_when_all_went_well() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        for keeps in [false, true] {
            fs::write(&file, "x").unwrap();
            let mut undo = Undo::default();
            undo.made(file.clone());
            match keeps {
                true => undo.keep(),
                false => drop(undo),
            }
            assert_eq!(file.exists(), keeps);
        }
    }
}
