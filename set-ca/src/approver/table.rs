//! An approver that reads rulings from a table of the store.

use set_core::asn1::Date;
use set_core::ca::{Applicant, ApprovalRequest, Decision};
use set_core::msg::cert::id_data::IdData;
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::ids::{Bin, BrandId, LocalId};
use set_core::registration::{EndEntity, Wanted};
use set_node::service::BoxFuture;
use set_node::station::Station;
use set_node::store::{ApprovalCase, ApprovalRuling, ApprovalTerms, Store, StoreError};

use super::rules::Applying;
use super::{Approver, Case, RejectedBy, Rules, Ruling, Terms};

/// Lays requests before the institution in the table `approval` of the store, where its own
/// software writes the ruling with SQL. Until there is one, the request is pended.
///
/// The columns are described in `set-node/migrations/0003_approval.sql`. Neither account
/// number nor answers of the form are among them. A store that fails loses nothing: the
/// request is pended, and laid before the institution at the next inquiry.
#[derive(Clone, Debug)]
pub struct Table {
    store: Store,
    station: Station,
    rules: Rules,
}

/// What the row says of a request.
struct Row<'a> {
    lid_ca: &'a LocalId,
    request_type: RequestType,
    brand_id: &'a BrandId,
    bin: &'a Bin,
    merchant_id: Option<&'a str>,
    business_id: Option<&'a str>,
}

impl Table {
    /// Uses the table of `store` and the clock of `station`; what a ruling leaves out comes
    /// from `rules`.
    #[must_use]
    pub const fn new(store: Store, station: Station, rules: Rules) -> Self {
        Self {
            store,
            station,
            rules,
        }
    }

    async fn decide(&self, row: Row<'_>, applying: Applying<'_>) -> Decision {
        match self.ruling(&row).await {
            Ok(Some(ruling)) => return ruling.decision_or_pended(&self.rules, &applying),
            Ok(None) => {}
            Err(fault) => {
                tracing::error!(id = %row.lid_ca, %fault, "a ruling cannot be read; the request stays pended");
            }
        }
        Decision::Pended { message: None }
    }

    /// Sees to it that the row is there, and reads the ruling, if there is one.
    async fn ruling(&self, row: &Row<'_>) -> Result<Option<Ruling>, StoreError> {
        let id = row.lid_ca.to_string();
        let mut tx = self.store.begin().await?;
        tx.ask_approval(&ApprovalCase {
            id: &id,
            entity: match Wanted::from(row.request_type).entity {
                EndEntity::Cardholder => "cardholder",
                EndEntity::Merchant => "merchant",
                EndEntity::Gateway => "gateway",
            },
            request_type: row.request_type.name(),
            brand: row.brand_id.as_str(),
            bin: row.bin.as_str(),
            merchant_id: row.merchant_id,
            business_id: row.business_id,
            asked_at: seconds(self.station.now()),
        })
        .await?;
        let ruling = tx.approval_ruling(&id).await?;
        tx.commit().await?;
        Ok(ruling.map(Ruling::from))
    }
}

impl Approver for Table {
    fn approve<'a>(&'a self, request: &'a ApprovalRequest) -> BoxFuture<'a, Decision> {
        let (merchant_id, business_id) = match &request.applicant {
            Applicant::Cardholder { .. } | Applicant::AccountHolder { .. } => (None, None),
            Applicant::Merchant { merchant_id, .. } => (Some(merchant_id.as_str()), None),
            Applicant::Gateway {
                acquirer_business_id,
                ..
            } => (None, acquirer_business_id.as_ref().map(|id| id.as_str())),
        };
        let row = Row {
            lid_ca: &request.lid_ca,
            request_type: request.request_type,
            brand_id: &request.brand_id,
            bin: &request.bin,
            merchant_id,
            business_id,
        };
        Box::pin(self.decide(row, Applying::of(request)))
    }

    fn ask_again<'a>(&'a self, case: &'a Case) -> BoxFuture<'a, Decision> {
        let (merchant_id, business_id) = match &case.id_data {
            Some(IdData::MerchantAcquirerId(id)) => (Some(id.merchant_id.as_str()), None),
            Some(IdData::AcquirerId(id)) => {
                (None, id.acquirer_business_id.as_ref().map(|id| id.as_str()))
            }
            None => (None, None),
        };
        let row = Row {
            lid_ca: &case.lid_ca,
            request_type: case.request_type,
            brand_id: &case.brand_id,
            bin: &case.bin,
            merchant_id,
            business_id,
        };
        Box::pin(self.decide(row, Applying::again(case)))
    }
}

impl From<ApprovalRuling> for Ruling {
    fn from(ruling: ApprovalRuling) -> Self {
        match ruling {
            ApprovalRuling::Approved(terms) => Self::Approved {
                terms: terms.into(),
            },
            ApprovalRuling::Rejected { reason } => Self::Rejected {
                by: RejectedBy::Institution,
                reason,
            },
        }
    }
}

impl From<ApprovalTerms> for Terms {
    fn from(terms: ApprovalTerms) -> Self {
        Self {
            institution: terms.institution,
            card_name: terms.card_name,
            name: terms.name,
            city: terms.city,
            country_name: terms.country_name,
            country: terms.country,
            auth_flag: terms.auth_flag,
            gateway_id: terms.gateway_id,
            card_cert_required: terms.card_cert_required,
        }
    }
}

/// As the store counts time.
fn seconds(date: Date) -> i64 {
    i64::try_from(date.unix()).unwrap_or(i64::MAX)
}
