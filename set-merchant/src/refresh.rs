//! `refresh`: the gateway's encryption certificate, CRLs and BCI.

use std::fmt;

use serde::Serialize;
use set_core::merchant::p_cert::p_cert;
use set_core::msg::ids::BrandId;
use set_core::msg::payment::p_cert::{BrandAndBin, PCertCode};
use set_node::cli::Exit;
use set_node::program::{Screen, with};
use set_node::proved::Proved;
use set_node::transport::{Endpoint, MediaType};

use crate::choice;
use crate::cli::RefreshArgs;
use crate::failure::Failure;
use crate::fault::Fault;
use crate::pos::Pos;

/// Asks the gateway by PCertReq and keeps what it answers.
///
/// # Errors
///
/// There is no gateway, or no certificate of our own; the gateway cannot be reached, does not
/// prove who it is, or has no certificate for the brand.
pub async fn refresh(
    pos: &mut Pos,
    args: &RefreshArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let gateway = pos.gateway(args.gateway.as_ref()).await?;
    fetch_and_show(pos, gateway, screen).await?;
    for mut further in pos.further()? {
        let gateway = further.gateway(None).await?;
        fetch_and_show(&mut further, gateway, screen).await?;
    }
    Ok(Exit::Success)
}

async fn fetch_and_show(
    pos: &mut Pos,
    gateway: Option<Endpoint>,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let gateway = gateway.ok_or(Fault::NoGateway)?;
    let shown = gateway.to_string();
    let brand = fetch(pos, gateway).await?;
    screen.result(&Fetched {
        gateway: shown,
        brand: brand.to_string(),
    });
    Ok(())
}

/// PCertReq and PCertRes; gives the brand asked for.
pub(crate) async fn fetch(pos: &mut Pos, gateway: Endpoint) -> Result<BrandId, Failure> {
    let profile = pos.profile().await?;
    let brand_id = profile.brand_id.ok_or(Failure::NotEnrolled)?;
    let mut merchant = pos.merchant()?;
    let bins = pos.bins(&brand_id)?;
    let wanted: Vec<BrandAndBin> = std::iter::once(None)
        .chain(bins.iter().cloned().map(Some))
        .map(|bin| BrandAndBin {
            brand_id: brand_id.clone(),
            bin,
        })
        .collect();
    let context = pos.station.context();
    let (asking, request) =
        p_cert(&context, std::slice::from_ref(&merchant), wanted).map_err(with("merchant"))?;
    let caller = pos.caller(gateway, "gateway", MediaType::Payment);
    let response = caller.exchange(&request).await?;
    let context = pos.station.context();
    let codes = asking
        .handle(&context, std::slice::from_mut(&mut merchant), &response)
        .map_err(with("gateway"))?;
    Proved::new("merchant", "PCertRes", None)
        .fact("gateway's chain and signature verified")
        .fact("the gateway's signature vouches for its encryption certificate by thumbprint")
        .tell(pos.trace);
    for (wanted, code) in codes {
        // That no gateway takes the cards of a BIN is an answer.
        let not_taken = wanted.bin.is_some() && code == PCertCode::UnknownBin;
        if code != PCertCode::Success && !not_taken {
            return Err(Failure::NoGatewayCertificate {
                brand: wanted.brand_id.to_string(),
                code: code.name().to_owned(),
            });
        }
    }
    pos.trust = merchant.trust;
    pos.keep_trust()?;
    // Of BINs that are not asked for any more nothing is known.
    let said = merchant.gateways.into_iter();
    let said = said.filter(|said| said.bin.as_ref().is_none_or(|bin| bins.contains(bin)));
    choice::save(&pos.data, &said.collect::<Vec<_>>())?;
    Ok(brand_id)
}

#[derive(Serialize)]
struct Fetched {
    gateway: String,
    brand: String,
}

impl fmt::Display for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the gateway at {} has a certificate for {}",
            self.gateway, self.brand
        )
    }
}
