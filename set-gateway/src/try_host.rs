//! `host test`: the acquirer's host is signed on to, and tested.

use std::fmt;

use serde::Serialize;
use set_node::cli::Exit;
use set_node::program::Screen;
use tokio::time::Instant;

use crate::config::{Config, HostKind};
use crate::enroll::station;
use crate::failure::Failure;
use crate::host::HostMetrics;
use crate::serve::iso8583;

/// Signs on, makes an echo test, and says what came back.
pub(crate) async fn try_host(config: &Config, screen: &mut Screen) -> Result<Exit, Failure> {
    let tried = match config.host.kind {
        HostKind::Simulator => Tried::Simulator,
        HostKind::Iso8583 => {
            let start = Instant::now();
            let host = iso8583(config, &station(config)?, HostMetrics::default())?;
            let tried = host.try_out().await.map_err(Failure::Host)?;
            Tried::Iso8583 {
                address: config.host.iso8583.address.clone().unwrap_or_default(),
                sign_on: tried.sign_on,
                echo: tried.echo,
                milliseconds: start.elapsed().as_millis(),
            }
        }
    };
    screen.result(&tried);
    Ok(match &tried {
        Tried::Iso8583 { echo, .. } if echo != "00" => Exit::Refused,
        _ => Exit::Success,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase", tag = "host")]
enum Tried {
    Simulator,
    Iso8583 {
        address: String,
        /// Response codes.
        sign_on: String,
        echo: String,
        milliseconds: u128,
    },
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simulator => f.write_str("the host is the simulator: there is nothing to test"),
            Self::Iso8583 {
                address,
                sign_on,
                echo,
                milliseconds,
            } => write!(
                f,
                "{address} answers the sign-on with {sign_on} and the echo test with {echo}, \
                 {milliseconds} ms in all"
            ),
        }
    }
}
