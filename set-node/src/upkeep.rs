//! What a running party does so that nothing it needs runs out.
//!
//! Certificates of its own are renewed ahead of their end; CRLs, the BCI and its peers'
//! certificates are asked for anew; what a command changed in the data folder is taken into
//! service; and whatever comes near its end all the same is warned of, in the logs and as
//! metrics. A party that gets no fresh lists goes on refusing: nothing here makes a stale list
//! pass.
//!
//! When something is due is a [`plan()`]: a pure function of the time, of what is held, of
//! what was tried, and of a number drawn. [`Upkeep`] looks at the clock of the
//! [`Station`](crate::station::Station) and has an [`Upkept`] party do it; [`Watch`] warns.

mod in_service;
mod keeper;
mod plan;
mod thing;
mod watch;

pub use in_service::InService;
pub use keeper::{Task, Upkeep, Upkept};
pub use plan::{Attempts, Draw, Plan, Terms, plan};
pub use thing::{Kind, Lifetime, Thing};
pub use watch::{UpkeepMetrics, Watch};
