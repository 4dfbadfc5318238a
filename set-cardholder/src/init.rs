//! `init`: the data folder.

use std::path::Path;

use set_node::cli::Exit;
use set_node::program::{Made, Screen, make_folder};

use crate::config::{Config, EXAMPLE};
use crate::failure::Failure;

/// Makes what lacks of the data folder and leaves what is there.
pub(crate) async fn init(
    data: &Path,
    config: &Config,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    make_folder(data, &config.keys, &config.store, EXAMPLE).await?;
    screen.result(&Made {
        data: data.to_owned(),
        purpose: "wallet",
    });
    Ok(Exit::Success)
}
