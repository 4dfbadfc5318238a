//! `requests`, `approve` and `reject`: an operator decides what was put aside.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::ca::record::Pended;
use set_core::crypto::KeyRules;
use set_core::msg::cert::id_data::IdData;
use set_core::msg::ids::{BrandId, LocalId};
use set_core::registration::Wanted;
use set_core::x509::{Certificate, SetName};
use set_node::cli::Exit;
use set_node::program::{Screen, shown, value};
use set_node::store::Store;

use crate::approver::{Applying, Case, RejectedBy, Rules, Ruling, Terms};
use crate::cli::{ApproveArgs, RejectArgs};
use crate::config::Config;
use crate::desk::Desk;
use crate::failure::Failure;

/// Lists the requests that wait for their approval; no passphrase is needed.
pub(crate) async fn requests(
    data: &Path,
    config: &Config,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let (store, desk) = open(data, config).await?;
    let mut requests = Vec::new();
    for pended in desk.waiting().await? {
        let ruling = desk.ruling(&pended.offered.lid_ca).await?;
        requests.push(Request::of(&pended, ruling));
    }
    store.close().await;
    screen.result(&Requests { requests });
    Ok(Exit::Success)
}

/// Approves a request: its certificates are issued when the applicant asks again.
pub(crate) async fn approve(
    data: &Path,
    config: &Config,
    args: &ApproveArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let terms = Terms {
        institution: args.institution.clone(),
        card_name: args.card_name.clone(),
        name: args.name.clone(),
        city: args.city.clone(),
        country_name: args.country_name.clone(),
        country: args.country,
        auth_flag: args.auth_flag.then_some(true),
        gateway_id: args.gateway_id.clone(),
        card_cert_required: args.card_cert_optional.then_some(false),
    };
    rule(data, config, &args.id, Ruling::Approved { terms }, screen).await
}

/// Rejects a request.
pub(crate) async fn reject(
    data: &Path,
    config: &Config,
    args: &RejectArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let ruling = Ruling::Rejected {
        by: match args.by_ca {
            true => RejectedBy::Ca,
            false => RejectedBy::Institution,
        },
        reason: args.reason.clone(),
    };
    rule(data, config, &args.id, ruling, screen).await
}

async fn rule(
    data: &Path,
    config: &Config,
    id: &str,
    ruling: Ruling,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let rules = Rules::new(config.approval.clone()).map_err(value("approval"))?;
    let (store, desk) = open(data, config).await?;
    let unknown = || Failure::NoRequest(id.to_owned());
    let pended = desk
        .waiting()
        .await?
        .into_iter()
        .find(|pended| pended.offered.lid_ca.to_string().eq_ignore_ascii_case(id))
        .ok_or_else(unknown)?;
    // What cannot be carried out is refused now, not when the applicant asks again.
    let case = case(&pended)?;
    ruling
        .decision(&rules, &Applying::again(&case))
        .map_err(value("the ruling"))?;
    desk.rule(&pended.offered.lid_ca, &ruling).await?;
    store.close().await;
    screen.result(&Request::of(&pended, Some(ruling)));
    Ok(Exit::Success)
}

async fn open(data: &Path, config: &Config) -> Result<(Store, Desk), Failure> {
    let store = Store::open(data, &config.store).await?;
    let desk = Desk::new(store.clone(), config.store.keep_answers);
    Ok((store, desk))
}

fn case(pended: &Pended) -> Result<Case, Failure> {
    let rules = KeyRules::default();
    let standing = pended.standing.as_ref().map(|octets| {
        Certificate::parse(octets.as_octets(), &rules).map_err(set_core::error::Error::from)
    });
    let ca = SetName::parse(&pended.offered.ca).map_err(set_core::error::Error::from)?;
    Ok(Case {
        lid_ca: pended.offered.lid_ca.clone(),
        request_type: pended.offered.request_type,
        brand_id: BrandId::new(ca.organization()).map_err(set_core::error::Error::from)?,
        bin: pended.offered.bin.clone(),
        id_data: pended.offered.id_data.clone(),
        standing: standing.transpose()?,
    })
}

#[derive(Serialize)]
struct Requests {
    requests: Vec<Request>,
}

/// A request as an operator sees it. No account number is kept, so none is shown.
#[derive(Serialize)]
struct Request {
    id: String,
    entity: String,
    request_type: &'static str,
    bin: String,
    merchant_id: Option<String>,
    business_id: Option<String>,
    since: String,
    ruling: Option<Ruling>,
}

impl Request {
    fn of(pended: &Pended, ruling: Option<Ruling>) -> Self {
        let offered = &pended.offered;
        let (merchant_id, business_id) = match &offered.id_data {
            Some(IdData::MerchantAcquirerId(id)) => (Some(id.merchant_id.to_string()), None),
            Some(IdData::AcquirerId(id)) => (
                None,
                id.acquirer_business_id.as_ref().map(ToString::to_string),
            ),
            None => (None, None),
        };
        Self {
            id: lid(&offered.lid_ca),
            entity: Wanted::from(offered.request_type).entity.to_string(),
            request_type: offered.request_type.name(),
            bin: offered.bin.to_string(),
            merchant_id,
            business_id,
            since: offered.date.to_string(),
            ruling,
        }
    }
}

fn lid(lid_ca: &LocalId) -> String {
    lid_ca.to_string()
}

impl fmt::Display for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.requests.is_empty() {
            return f.write_str("no requests");
        }
        for (number, request) in self.requests.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            write!(f, "{request}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}  {} {} at {}",
            self.id, self.entity, self.request_type, self.bin
        )?;
        for id in self.merchant_id.iter().chain(&self.business_id) {
            write!(f, ", {}", shown(id))?;
        }
        write!(f, ", since {}: ", self.since)?;
        f.write_str(match &self.ruling {
            None => "waits",
            Some(Ruling::Approved { .. }) => "approved",
            Some(Ruling::Rejected { .. }) => "rejected",
            Some(Ruling::Pended { .. }) => "put aside",
            Some(Ruling::Malformed { .. }) => "to be corrected",
        })
    }
}
