//! An approver that reads rulings from a folder.

use std::path::PathBuf;

use set_core::ca::{ApprovalRequest, Decision};
use set_core::msg::ids::LocalId;
use set_node::service::BoxFuture;
use tokio::io::AsyncReadExt as _;

use super::rules::Applying;
use super::{Approver, Case, Rules, Ruling};

/// Looks for `ID.json` or `ID.toml` in a folder, where ID is the request's id as
/// `set-ca requests` shows it. Until there is such a file, the request is pended.
///
/// Nothing of the request is written anywhere: its account number is not kept.
#[derive(Clone, Debug)]
pub struct Rulings {
    folder: PathBuf,
    rules: Rules,
}

impl Rulings {
    /// Reads from `folder`; what a ruling leaves out comes from `rules`.
    #[must_use]
    pub const fn new(folder: PathBuf, rules: Rules) -> Self {
        Self { folder, rules }
    }

    async fn decide(&self, id: &LocalId, applying: Applying<'_>) -> Decision {
        match self.ruling(id).await {
            Some(ruling) => ruling.decision_or_pended(&self.rules, &applying),
            None => Decision::Pended { message: None },
        }
    }

    /// The ruling; none while there is none, or when the file is none.
    async fn ruling(&self, id: &LocalId) -> Option<Ruling> {
        if let Some(text) = self.read(&format!("{id}.json")).await {
            return told(id, serde_json::from_str(&text));
        }
        let text = self.read(&format!("{id}.toml")).await?;
        told(id, toml::from_str(&text))
    }

    async fn read(&self, name: &str) -> Option<String> {
        let file = tokio::fs::File::open(self.folder.join(name)).await.ok()?;
        let mut text = String::new();
        match file.take(MOST).read_to_string(&mut text).await {
            Ok(_) => Some(text),
            Err(fault) => {
                tracing::error!(%fault, file = name, "a ruling cannot be read");
                None
            }
        }
    }
}

fn told<E: std::fmt::Display>(id: &LocalId, ruling: Result<Ruling, E>) -> Option<Ruling> {
    ruling
        .inspect_err(|fault| tracing::error!(%id, %fault, "a file is no ruling"))
        .ok()
}

impl Approver for Rulings {
    fn approve<'a>(&'a self, request: &'a ApprovalRequest) -> BoxFuture<'a, Decision> {
        Box::pin(self.decide(&request.lid_ca, Applying::of(request)))
    }

    fn ask_again<'a>(&'a self, case: &'a Case) -> BoxFuture<'a, Decision> {
        Box::pin(self.decide(&case.lid_ca, Applying::again(case)))
    }
}

/// Octets of the longest ruling that is read.
const MOST: u64 = 64 * 1024;
