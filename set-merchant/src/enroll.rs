//! `enroll`: the merchant's certificates.

use std::fmt;

use serde::Serialize;
use set_core::merchant::Merchant;
use set_core::msg::cert::id_data::{IdData, MerchantAcquirerId};
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::ids::{Bin, BrandId, MerchantId};
use set_core::registration::Application;
use set_node::cli::Exit;
use set_node::enroll::Applicant;
use set_node::program::{Screen, value};
use set_node::transport::MediaType;

use crate::cli::EnrollArgs;
use crate::failure::Failure;
use crate::pos::Pos;
use crate::refresh;

/// Registers the merchant at the CA, keeps keys and certificates, and fetches the gateway's
/// certificate where a gateway is known.
///
/// # Errors
///
/// There are certificates already; the root is not to be believed; the CA or the gateway
/// cannot be reached, does not prove who it is, or refuses. What the CA certified is kept
/// even when the gateway fails: [`refresh`](crate::refresh()) asks it again.
pub async fn enroll(
    pos: &mut Pos,
    args: &EnrollArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    if pos.is_enrolled()? {
        return Err(Failure::Enrolled);
    }
    let application = application(pos, args)?;
    let brand_id = application.brand_id.clone();
    let rules = &pos.station.policy().key_rules;
    let root = args
        .root
        .install(&mut pos.trust, pos.station.crypto(), rules)?;
    if let Some(thumbprint) = root {
        tracing::info!(%thumbprint, "root believed; compare with the one that the brand publishes");
    }
    let ca = pos.caller(args.ca.clone(), "ca", MediaType::Registration);
    let applicant = Applicant {
        role: "merchant",
        station: &pos.station,
        ca: &ca,
        fields: &args.fields,
        trace: pos.trace,
    };
    let certified = applicant.certify(application, &mut pos.trust).await?;
    let merchant = Merchant {
        signature: certified.signature,
        encryption: certified.encryption.ok_or(Failure::NotEnrolled)?,
        trust: pos.trust.clone(),
    };
    pos.keep(&merchant, brand_id).await?;
    if let Some(gateway) = pos.gateway(args.gateway.as_ref()).await? {
        refresh::fetch(pos, gateway).await?;
    }
    screen.result(&Enrolled {
        merchant: merchant.signature.certificate.subject().to_string(),
        merchant_id: args.merchant_id.clone(),
        not_after: merchant.signature.certificate.not_after().to_string(),
    });
    Ok(Exit::Success)
}

fn application(pos: &Pos, args: &EnrollArgs) -> Result<Application, Failure> {
    Ok(Application {
        request_type: RequestType::MerInitialBoth,
        id_data: IdData::MerchantAcquirerId(MerchantAcquirerId {
            merchant_bin: Bin::new(args.bin.as_str()).map_err(value("--bin"))?,
            merchant_id: MerchantId::new(args.merchant_id.as_str())
                .map_err(value("--merchant-id"))?,
        }),
        brand_id: BrandId::new(args.brand.as_str()).map_err(value("--brand"))?,
        language: pos.language()?,
    })
}

#[derive(Serialize)]
struct Enrolled {
    merchant: String,
    merchant_id: String,
    not_after: String,
}

impl fmt::Display for Enrolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is certified as {} until {}",
            self.merchant_id, self.merchant, self.not_after
        )
    }
}
