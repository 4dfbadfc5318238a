use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::Failure;
use crate::{
    config::{KeyStoreConfig, StoreConfig},
    durable,
    store::Store,
};

/// Makes what lacks of a data folder: the folder itself, that of the keys, `config.toml`
/// with `example`, and the store. What is there stays as it is.
///
/// # Errors
///
/// A folder, file or the store cannot be made.
pub async fn make_folder(
    data: &Path,
    keys: &KeyStoreConfig,
    store: &StoreConfig,
    example: &str,
) -> Result<(), Failure> {
    create_folder(data)?;
    create_folder(&data.join(&keys.folder))?;
    create_file(data.join("config.toml"), example.as_bytes())?;
    Store::open(data, store).await?.close().await;
    Ok(())
}

/// Makes a folder that only its owner may enter, unless it is there.
///
/// # Errors
///
/// The system refuses.
pub fn create_folder(folder: &Path) -> Result<(), Failure> {
    durable::create_private_folder(folder).map_err(|source| Failure::File {
        file: folder.to_owned(),
        source,
    })
}

/// Writes a file unless there is one of that name.
///
/// # Errors
///
/// The system refuses.
pub fn create_file(file: PathBuf, content: &[u8]) -> Result<(), Failure> {
    match durable::create(&file, content) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            Err(Failure::File { file, source })
        }
        _ => Ok(()),
    }
}

/// What `init` tells of a data folder that has to be enrolled next.
#[derive(Clone, Debug, Serialize)]
pub struct Made {
    /// The data folder.
    pub data: PathBuf,
    /// What it is for, such as `wallet`.
    #[serde(skip)]
    pub purpose: &'static str,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} in {}; next: enroll",
            self.purpose,
            self.data.display()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_data_folder_is_made_once_and_what_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("shop");
        let (keys, store) = (KeyStoreConfig::default(), StoreConfig::default());
        make_folder(&data, &keys, &store, "# first\n")
            .await
            .unwrap();
        make_folder(&data, &keys, &store, "# second\n")
            .await
            .unwrap();
        let written = std::fs::read_to_string(data.join("config.toml")).unwrap();
        assert_eq!(written, "# first\n");
        assert!(data.join(&keys.folder).is_dir());
    }
}
