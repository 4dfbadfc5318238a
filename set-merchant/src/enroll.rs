//! `enroll`: the merchant's certificates.

use std::fmt;

use serde::Serialize;
use set_core::merchant::Merchant;
use set_core::msg::cert::id_data::{IdData, MerchantAcquirerId};
use set_core::msg::cert::reg_form::ReferralData;
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::ids::{Bin, BrandId, MerchantId};
use set_core::registration::{
    Answer, Application, Certified, Filed, Initiating, NewKeys, Offered, Verdict,
};
use set_node::call::Caller;
use set_node::cli::Exit;
use set_node::enroll::{answers, prompt};
use set_node::proved::Proved;
use set_node::transport::MediaType;

use crate::cli::EnrollArgs;
use crate::failure::{Failure, input, with};
use crate::pos::Pos;
use crate::refresh;
use crate::screen::Screen;

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
    let offered = form(pos, &ca, application).await?;
    let items = answers(offered.form(), &args.fields, prompt)?;
    let context = pos.station.context();
    let keys =
        NewKeys::generate(context.crypto, RequestType::MerInitialBoth).map_err(with("merchant"))?;
    let (filed, request) = offered
        .file(&context, keys, items, None, &pos.trust)
        .map_err(with("merchant"))?;
    let response = ca.exchange(&request).await?;
    let merchant = certified(pos, filed, &response)?;
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
            merchant_bin: Bin::new(args.bin.as_str()).map_err(input("--bin"))?,
            merchant_id: MerchantId::new(args.merchant_id.as_str())
                .map_err(input("--merchant-id"))?,
        }),
        brand_id: BrandId::new(args.brand.as_str()).map_err(input("--brand"))?,
        language: pos.language()?,
    })
}

/// Me-AqCInitReq: the CA's form.
async fn form(pos: &mut Pos, ca: &Caller, application: Application) -> Result<Offered, Failure> {
    let context = pos.station.context();
    let (state, request) =
        Initiating::start(&context, application, &pos.trust).map_err(with("merchant"))?;
    let response = ca.exchange(&request).await?;
    let context = pos.station.context();
    match state
        .handle(&context, &response, &mut pos.trust)
        .map_err(with("ca"))?
    {
        Answer::Form(offered) => Ok(*offered),
        Answer::Referral(referral) => Err(Failure::Referred(elsewhere(&referral))),
    }
}

fn certified(pos: &mut Pos, filed: Filed, response: &[u8]) -> Result<Merchant, Failure> {
    let context = pos.station.context();
    match filed
        .handle(&context, response, &mut pos.trust)
        .map_err(with("ca"))?
    {
        Verdict::Certified(certified) => {
            let Certified {
                signature,
                encryption: Some(encryption),
                ..
            } = *certified
            else {
                return Err(Failure::NotEnrolled);
            };
            Proved::new("merchant", "CertRes", None)
                .fact("CA's chain and signature verified")
                .fact("both certificates are for our new keys, and of the brand asked for")
                .tell(pos.trace);
            Ok(Merchant {
                signature,
                encryption,
                trust: pos.trust.clone(),
            })
        }
        Verdict::Refused(refused) => Err((*refused).into()),
        Verdict::Pended(_) => Err(Failure::Pended),
    }
}

fn elsewhere(referral: &ReferralData) -> String {
    let mut text = String::new();
    if let Some(reason) = &referral.reason {
        text.push_str(&format!(": {reason}"));
    }
    for url in referral.referral_url_seq.as_deref().unwrap_or_default() {
        text.push_str(&format!("; see {url}"));
    }
    text
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
