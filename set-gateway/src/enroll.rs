//! `enroll`: the gateway's certificates.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::msg::cert::id_data::{AcquirerBusinessId, AcquirerId, IdData};
use set_core::msg::cert::reg_form::ReferralData;
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::ids::{Bin, BrandId, Language};
use set_core::party::Trust;
use set_core::registration::{
    Answer, Application, Certified, Initiating, NewKeys, Offered, Verdict,
};
use set_node::call::{Caller, Trace};
use set_node::cli::Exit;
use set_node::enroll::{answers, prompt};
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::party::PartyFolder;
use set_node::proved::Proved;
use set_node::station::Station;
use set_node::transport::{MediaType, Transport};

use crate::cli::EnrollArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::init::private_folder;
use crate::screen::Screen;

/// Registers the gateway at the CA and keeps keys and certificates.
pub(crate) async fn enroll(
    data: &Path,
    config: &Config,
    trace: Trace,
    args: &EnrollArgs,
    screen: Screen,
) -> Result<Exit, Failure> {
    if data.join("identities").join("signature.pem").exists() {
        return Err(Failure::Enrolled);
    }
    let application = application(config, args)?;
    private_folder(data)?;
    let passphrase = Passphrase::from_config(data, &config.keys)?;
    let iterations = Iterations::new(config.keys.iterations);
    let keys = KeyStore::open(&data.join(&config.keys.folder), passphrase, iterations)?;
    let station = station(config)?;
    let folder = PartyFolder::new(data);
    let mut trust = folder.load_trust(&station.context())?;
    let rules = &station.policy().key_rules;
    let root = args.root.install(&mut trust, station.crypto(), rules)?;
    if let Some(thumbprint) = root {
        tracing::info!(%thumbprint, "root believed; compare with the one that the brand publishes");
    }
    let transport = Transport::new(args.ca.clone())
        .with_media_type(MediaType::Registration)
        .with_timeouts(config.timeouts.clone());
    let caller = Caller::new(transport, "gateway", "ca", trace);

    let offered = form(&station, &caller, application, &mut trust, trace).await?;
    let certified = file(&station, &caller, offered, args, &mut trust, trace).await?;
    let encryption = certified.encryption.as_ref().ok_or(Failure::Input(
        "the CA certified no encryption key, without which a gateway is of no use",
    ))?;
    folder.save_trust(&trust, station.crypto())?;
    folder.save_identity(&keys, "encryption", encryption)?;
    // The signature certificate comes last: it is what tells that all is there.
    folder.save_identity(&keys, "signature", &certified.signature)?;
    screen.result(&Enrolled {
        certificate: certified.signature.certificate.subject().to_string(),
        not_after: certified.signature.certificate.not_after().to_string(),
    });
    Ok(Exit::Success)
}

/// Provider, clock and policy as the configuration has them.
pub(crate) fn station(config: &Config) -> Result<Station, Failure> {
    Ok(
        Station::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
            .map_err(|_| Failure::Input("the program's name is no swIdent"))?
            .with_policy(config.policy()),
    )
}

fn application(config: &Config, args: &EnrollArgs) -> Result<Application, Failure> {
    let acquirer_business_id = args
        .business_id
        .as_deref()
        .map(AcquirerBusinessId::new)
        .transpose()
        .map_err(|_| Failure::Input("a business id has 1 to 32 digits"))?;
    Ok(Application {
        request_type: RequestType::PgwyInitialBoth,
        id_data: IdData::AcquirerId(AcquirerId {
            acquirer_bin: Bin::new(args.bin.as_str())
                .map_err(|_| Failure::Input("a BIN has six digits"))?,
            acquirer_business_id,
        }),
        brand_id: BrandId::new(args.brand.as_str())
            .map_err(|_| Failure::Input("a brand has 1 to 40 characters"))?,
        language: Language::new(config.gateway.language.as_str())
            .map_err(|_| Failure::Input("gateway.language is no language tag"))?,
    })
}

async fn form(
    station: &Station,
    caller: &Caller,
    application: Application,
    trust: &mut Trust,
    trace: Trace,
) -> Result<Offered, Failure> {
    let (state, request) = Initiating::start(&station.context(), application, trust)?;
    let response = caller.exchange(&request).await?;
    match state.handle(&station.context(), &response, trust)? {
        Answer::Form(offered) => {
            Proved::new("gateway", "Me-AqCInitRes", None)
                .chain("CA", offered.ca())
                .tell(trace);
            Ok(*offered)
        }
        Answer::Referral(referral) => Err(Failure::Referred(elsewhere(&referral))),
    }
}

async fn file(
    station: &Station,
    caller: &Caller,
    offered: Offered,
    args: &EnrollArgs,
    trust: &mut Trust,
    trace: Trace,
) -> Result<Certified, Failure> {
    let items = answers(offered.form(), &args.fields, prompt)?;
    let keys = NewKeys::generate(station.crypto(), RequestType::PgwyInitialBoth)?;
    let (state, request) = offered.file(&station.context(), keys, items, None, trust)?;
    let response = caller.exchange(&request).await?;
    match state.handle(&station.context(), &response, trust)? {
        Verdict::Certified(certified) => {
            Proved::new("gateway", "CertRes", None)
                .fact("the certificates are for our new keys, their chains verified")
                .tell(trace);
            Ok(*certified)
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
    certificate: String,
    not_after: String,
}

impl fmt::Display for Enrolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Enrolled {}", self.certificate)?;
        write!(f, "  valid until {}", self.not_after)
    }
}
