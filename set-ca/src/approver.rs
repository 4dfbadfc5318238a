//! Who may have a certificate: the port to issuers and acquirers.

mod institution;
mod rules;
mod ruling;
mod rulings;
mod source;
mod table;

pub use self::institution::Institution;
pub(crate) use self::rules::Applying;
pub use self::rules::Rules;
pub use self::ruling::{MalformedItem, RejectedBy, Ruling, Terms};
pub use self::rulings::Rulings;
pub use self::source::approver;
pub use self::table::Table;

use core::fmt;

use set_core::ca::{ApprovalRequest, Decision};
use set_core::msg::cert::id_data::IdData;
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::ids::{Bin, BrandId, LocalId};
use set_core::x509::Certificate;
use set_node::service::BoxFuture;

/// The issuers and acquirers whom the CA asks.
///
/// The CA does not keep the form and the account beyond the first question: whoever puts a
/// request aside remembers it by its lid-CA.
pub trait Approver: Send + Sync + fmt::Debug + 'static {
    /// Decides on a request that is in order.
    fn approve<'a>(&'a self, request: &'a ApprovalRequest) -> BoxFuture<'a, Decision>;

    /// Decides on a request that was put aside, when the applicant asks again.
    fn ask_again<'a>(&'a self, case: &'a Case) -> BoxFuture<'a, Decision>;
}

/// A request that was put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The CA's id of it.
    pub lid_ca: LocalId,
    /// Which certificates.
    pub request_type: RequestType,
    /// Of which brand.
    pub brand_id: BrandId,
    /// The issuer or acquirer who is asked.
    pub bin: Bin,
    /// Who applies, unless a cardholder.
    pub id_data: Option<IdData>,
    /// The signature certificate that the request stands on, in a renewal and where an
    /// encryption certificate alone is asked for.
    pub standing: Option<Certificate>,
}
