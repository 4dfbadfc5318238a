//! `init`: the data folder.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use set_node::cli::Exit;
use set_node::durable;
use set_node::store::Store;

use crate::config::{Config, EXAMPLE};
use crate::failure::Failure;
use crate::screen::Screen;

/// Makes what lacks of the data folder and leaves what is there.
pub(crate) async fn init(data: &Path, config: &Config, screen: Screen) -> Result<Exit, Failure> {
    private_folder(data)?;
    private_folder(&data.join(&config.keys.folder))?;
    let file = data.join("config.toml");
    match durable::create(&file, EXAMPLE.as_bytes()) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            return Err(Failure::File { file, source });
        }
        _ => {}
    }
    Store::open(data, &config.store).await?.close().await;
    screen.result(&Made {
        data: data.to_owned(),
    });
    Ok(Exit::Success)
}

pub(crate) fn private_folder(folder: &Path) -> Result<(), Failure> {
    durable::create_private_folder(folder).map_err(|source| Failure::File {
        file: folder.to_owned(),
        source,
    })
}

#[derive(Serialize)]
struct Made {
    data: PathBuf,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gateway in {}; next: enroll", self.data.display())
    }
}
