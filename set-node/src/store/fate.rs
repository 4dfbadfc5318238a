//! Stores that fail at a commit, for tests of what survives that.

use std::{fmt, io, sync::Arc};

use super::StoreError;

/// What becomes of a commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CommitFate {
    /// It is done.
    #[default]
    Done,
    /// It fails before anything is stored.
    Lost,
    /// It is done, but the connection fails before that is heard.
    Unheard,
    /// It is said to be done and is not, which no store may do: with this a test of what
    /// survives shows that it can fail.
    Pretended,
}

/// Who decides about commits.
#[derive(Clone)]
pub(super) struct Fates(pub(super) Arc<dyn Fn() -> CommitFate + Send + Sync>);

impl Fates {
    /// What becomes of the next commit.
    pub(super) fn next(&self) -> CommitFate {
        (self.0)()
    }
}

/// As when the connection fails: what became of the commit is not known.
pub(super) fn failure() -> StoreError {
    StoreError::Unavailable(sqlx::Error::Io(io::ErrorKind::ConnectionReset.into()))
}

impl fmt::Debug for Fates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fates")
    }
}
