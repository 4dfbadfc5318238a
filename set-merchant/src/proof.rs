//! The signed statements about each transaction, and `evidence`.
//!
//! Each is kept in the transaction of the state that it led to, under the XID, the time and its
//! digest, with the certificates and CRLs of that time.

use std::fmt;
use std::fs;
use std::path::Path;

use serde::Serialize;
use set_core::asn1;
use set_core::crypto::CryptoProvider;
use set_core::evidence::{Bundle, Exhibit, Finding, LIMITS, Verdict, verify};
use set_core::msg::ids::Xid;
use set_node::cli::Exit;
use set_node::durable;
use set_node::party::PartyFolder;
use set_node::program::{self, Screen, value};
use set_node::station::Station;
use set_node::store::{RecordKey, Store, Tx};

use crate::cli::{ExportArgs, VerifyArgs};
use crate::config::Config;
use crate::failure::Failure;
use crate::fault::Fault;
use crate::ledger::{self, ROLE};

/// Keeps a statement about a transaction; one that is kept already stays.
pub(crate) async fn keep(
    tx: &mut Tx,
    crypto: &dyn CryptoProvider,
    xid: &Xid,
    exhibit: &Exhibit,
) -> Result<(), Fault> {
    let body = asn1::encode(exhibit).map_err(set_core::error::Error::from)?;
    let time = exhibit.date.unix().to_be_bytes();
    let digest = crypto.sha1(&[&body]);
    let name = [xid.as_octets().as_slice(), &time, &digest].concat();
    if tx.load(key(&name)).await?.is_none() {
        tx.save(key(&name), 0, &body).await?;
    }
    Ok(())
}

/// The statements about a transaction, in the order of time.
async fn kept(tx: &mut Tx, xid: &Xid) -> Result<Vec<Exhibit>, Fault> {
    let mut exhibits = Vec::new();
    let mut after = xid.as_octets().to_vec();
    loop {
        let page = tx.page(ROLE, KIND, &after, PAGE).await?;
        for (name, record) in &page {
            if !name.starts_with(xid.as_octets()) {
                return Ok(exhibits);
            }
            let exhibit = asn1::decode(&record.body, &LIMITS);
            exhibits.push(exhibit.map_err(|_| Fault::Damaged("a signed statement"))?);
        }
        match page.last() {
            Some((last, _)) => after.clone_from(last),
            None => return Ok(exhibits),
        }
    }
}

/// `evidence export`: writes the bundle of one order.
///
/// # Errors
///
/// There is no such order, or nothing signed about it; the file cannot be written.
pub async fn export_evidence(
    data: &Path,
    config: &Config,
    args: &ExportArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let store = Store::open(data, &config.store).await?;
    let order = ledger::entry(&store, &args.order).await?.order;
    let nothing = || Failure::NoEvidence(args.order.clone());
    let xid = order.trans_ids().ok_or_else(nothing)?.xid;
    let mut tx = store.begin().await?;
    let exhibits = kept(&mut tx, &xid).await?;
    tx.roll_back().await?;
    let exported = Exported {
        xid: xid.to_string(),
        exhibits: exhibits.len(),
        file: args.out.display().to_string(),
    };
    let bundle = Bundle::of(xid, exhibits).map_err(|_| nothing())?;
    let octets = bundle.to_octets().map_err(set_core::error::Error::from)?;
    let octets = octets.ok_or_else(|| Failure::LargeEvidence(args.order.clone()))?;
    durable::replace(&args.out, &octets).map_err(|source| program::Failure::File {
        file: args.out.clone(),
        source,
    })?;
    screen.result(&exported);
    Ok(Exit::Success)
}

/// `evidence verify`: checks a bundle, without a network, a store or a key.
///
/// # Errors
///
/// The file cannot be read; there is no root; the bundle proves nothing, and where it fails.
pub fn verify_evidence(
    data: &Path,
    args: &VerifyArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let station = Station::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .map_err(value("the program's name"))?;
    let context = station.context();
    let mut trust = PartyFolder::new(data).load_trust(&context)?;
    let rules = &station.policy().key_rules;
    args.root.install(&mut trust, station.crypto(), rules)?;
    let octets = fs::read(&args.file).map_err(|source| program::Failure::File {
        file: args.file.clone(),
        source,
    })?;
    let verdict = verify(station.crypto(), station.policy(), &trust.roots, &octets)
        .map_err(Failure::Evidence)?;
    screen.result(&Told::of(&verdict));
    Ok(Exit::Success)
}

#[derive(Serialize)]
struct Exported {
    xid: String,
    exhibits: usize,
    file: String,
}

#[derive(Serialize)]
struct Told {
    xid: String,
    exhibits: Vec<ToldFinding>,
}

#[derive(Serialize)]
struct ToldFinding {
    what: &'static str,
    date: String,
    proved: Vec<String>,
    not_proved: Vec<&'static str>,
}

impl Told {
    fn of(verdict: &Verdict) -> Self {
        let told = |finding: &Finding| ToldFinding {
            what: finding.what,
            date: finding.date.to_string(),
            proved: finding.proved.clone(),
            not_proved: finding.not_proved.clone(),
        };
        Self {
            xid: verdict.xid.to_string(),
            exhibits: verdict.findings.iter().map(told).collect(),
        }
    }
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            xid,
            exhibits,
            file,
        } = self;
        write!(f, "{exhibits} signed statements about {xid} in {file}")
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "transaction {}", self.xid)?;
        for finding in &self.exhibits {
            write!(f, "\n{}, kept at {}", finding.what, finding.date)?;
            for proved in &finding.proved {
                write!(f, "\n  proved      {proved}")?;
            }
            for not in &finding.not_proved {
                write!(f, "\n  not proved  {not}")?;
            }
        }
        Ok(())
    }
}

const fn key(name: &[u8]) -> RecordKey<'_> {
    RecordKey {
        role: ROLE,
        kind: KIND,
        key: name,
    }
}

const KIND: &str = "evidence";
const PAGE: u32 = 20;
