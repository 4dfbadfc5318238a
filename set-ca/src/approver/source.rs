//! Who approves, as the configuration says.

use std::path::Path;
use std::sync::Arc;

use set_core::ca::{ApprovalRequest, Decision};
use set_node::program::{self, value};
use set_node::service::BoxFuture;
use set_node::station::Station;
use set_node::store::Store;
use zeroize::Zeroizing;

use super::{Approver, Case, Institution, Rules, Rulings, Table};
use crate::config::{ApprovalConfig, ApprovalSource};
use crate::failure::Failure;

/// The approver that the configuration names; paths are within `data`, and a table is one of
/// `store`.
///
/// # Errors
///
/// A value outside of its type, an address that is missing, a token that cannot be read.
pub fn approver(
    data: &Path,
    config: &ApprovalConfig,
    store: &Store,
    station: &Station,
) -> Result<Arc<dyn Approver>, Failure> {
    let rules = Rules::new(config.clone()).map_err(value("approval"))?;
    Ok(match config.source {
        ApprovalSource::Rules => Arc::new(rules),
        ApprovalSource::Operator => Arc::new(Operator),
        ApprovalSource::Folder => Arc::new(Rulings::new(data.join(&config.folder), rules)),
        ApprovalSource::Table => Arc::new(Table::new(store.clone(), station.clone(), rules)),
        ApprovalSource::Http => {
            let endpoint = config.url.clone().ok_or(program::Failure::Value {
                what: "approval.url",
                fault: "is needed where the source is http",
            })?;
            let patience = config.timeout.duration();
            let institution = Institution::new(endpoint, patience, rules);
            match &config.token_file {
                None => Arc::new(institution),
                Some(file) => Arc::new(institution.with_token(token(&data.join(file))?)),
            }
        }
    })
}

fn token(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let text = std::fs::read_to_string(file).map(Zeroizing::new);
    let text = text.map_err(|source| program::Failure::File {
        file: file.to_owned(),
        source,
    })?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}

/// Puts everything aside for `set-ca approve` and `set-ca reject`.
#[derive(Clone, Copy, Debug)]
struct Operator;

impl Approver for Operator {
    fn approve<'a>(&'a self, _: &'a ApprovalRequest) -> BoxFuture<'a, Decision> {
        Box::pin(std::future::ready(Decision::Pended { message: None }))
    }

    fn ask_again<'a>(&'a self, _: &'a Case) -> BoxFuture<'a, Decision> {
        Box::pin(std::future::ready(Decision::Pended { message: None }))
    }
}
