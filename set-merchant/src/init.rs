//! `init`: the data folder.

use std::path::Path;

use set_core::crypto::{RustCrypto, random_array};
use set_core::msg::ids::Nonce;
use set_node::cli::Exit;
use set_node::program::{Made, Screen, create_file, make_folder};

use crate::config::{Config, EXAMPLE};
use crate::failure::Failure;

/// Makes what lacks of the data folder and leaves what is there.
pub(crate) async fn init(
    data: &Path,
    config: &Config,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    make_folder(data, &config.keys, &config.store, EXAMPLE).await?;
    let token: [u8; 20] = random_array(&RustCrypto).map_err(set_core::error::Error::from)?;
    let token = format!("{}\n", Nonce::new(token));
    create_file(data.join(&config.shop.token_file), token.as_bytes())?;
    screen.result(&Made {
        data: data.to_owned(),
        purpose: "merchant",
    });
    Ok(Exit::Success)
}
