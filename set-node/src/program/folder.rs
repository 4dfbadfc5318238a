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

/// Refuses a data folder in which nothing was made yet: a command that went on would make one,
/// empty, wherever a name was misspelt, and report that all is well.
///
/// A node whose store is a database may have no folder of its own.
///
/// # Errors
///
/// [`Failure::NoFolder`], which names `init`, the command that makes one.
pub fn require_folder(
    data: &Path,
    keys: &KeyStoreConfig,
    store: &StoreConfig,
    init: &'static str,
) -> Result<(), Failure> {
    let there = data.join(&keys.folder).is_dir() || data.join(&store.file).is_file();
    match there || store.url.is_some() {
        true => Ok(()),
        false => Err(Failure::NoFolder {
            data: data.to_owned(),
            init,
        }),
    }
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
    use crate::{cli::Exit, config::StoreUrl, program::Failing as _};

    #[tokio::test]
    async fn a_folder_that_was_never_made_is_refused_and_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("shpo");
        let (keys, mut store) = (KeyStoreConfig::default(), StoreConfig::default());
        let refused = require_folder(&data, &keys, &store, "set-merchant init").unwrap_err();
        assert!(
            refused.to_string().ends_with("run `set-merchant init`"),
            "{refused}"
        );
        assert_eq!(refused.exit(), Exit::Broken);
        assert!(!data.exists());
        make_folder(&data, &keys, &store, "").await.unwrap();
        require_folder(&data, &keys, &store, "set-merchant init").unwrap();
        store.url = Some(StoreUrl::new("postgres://set@db.example/shop"));
        require_folder(folder.path(), &keys, &store, "set-merchant init").unwrap();
    }

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
