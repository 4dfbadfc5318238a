//! `init`: the data folder.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use set_core::crypto::{RustCrypto, random_array};
use set_core::msg::ids::Nonce;
use set_node::cli::Exit;
use set_node::durable;
use set_node::store::Store;

use crate::config::{Config, EXAMPLE};
use crate::failure::{Failure, with};
use crate::pos::private_folder;
use crate::screen::Screen;

/// Makes what lacks of the data folder and leaves what is there.
pub(crate) async fn init(
    data: &Path,
    config: &Config,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    private_folder(data)?;
    private_folder(&data.join(&config.keys.folder))?;
    create(data.join("config.toml"), EXAMPLE.as_bytes())?;
    let token: [u8; 20] =
        random_array(&RustCrypto).map_err(|fault| with("merchant")(fault.into()))?;
    let token = format!("{}\n", Nonce::new(token));
    create(data.join(&config.shop.token_file), token.as_bytes())?;
    Store::open(data, &config.store).await?.close().await;
    screen.result(&Made {
        data: data.to_owned(),
    });
    Ok(Exit::Success)
}

fn create(file: PathBuf, content: &[u8]) -> Result<(), Failure> {
    match durable::create(&file, content) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            Err(Failure::File { file, source })
        }
        _ => Ok(()),
    }
}

#[derive(Serialize)]
struct Made {
    data: PathBuf,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "merchant in {}; next: enroll", self.data.display())
    }
}
