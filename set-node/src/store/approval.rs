//! Requests for certificates that an institution decides on with software of its own.
//!
//! The `approval` table is the interface to that software; its columns are described in the
//! migration that makes it.

use sqlx::FromRow;

use super::{StoreError, Tx};

/// A request as the institution finds it. No account number is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApprovalCase<'a> {
    /// The request's lid-CA in hexadecimal.
    pub id: &'a str,
    /// Who applies: `cardholder`, `merchant` or `gateway`.
    pub entity: &'a str,
    /// The name of the RequestType.
    pub request_type: &'a str,
    /// The brand, and product if any.
    pub brand: &'a str,
    /// The issuer or acquirer who is asked.
    pub bin: &'a str,
    /// A merchant's id at its acquirer.
    pub merchant_id: Option<&'a str>,
    /// A business of the acquirer's.
    pub business_id: Option<&'a str>,
    /// Unix seconds.
    pub asked_at: i64,
}

/// What the institution has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalRuling {
    /// Yes.
    Approved(ApprovalTerms),
    /// No.
    Rejected {
        /// A word to the applicant, 1 to 1,024 characters.
        reason: Option<String>,
    },
}

/// What the institution wants in the certificates, as far as it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovalTerms {
    /// The issuer's or acquirer's name, 1 to 64 characters.
    pub institution: Option<String>,
    /// The promotional name of a cardholder's card, 1 to 64 characters.
    pub card_name: Option<String>,
    /// A merchant's name as on statements, 1 to 25 characters.
    pub name: Option<String>,
    /// Where a merchant is, 1 to 50 characters.
    pub city: Option<String>,
    /// The name of a merchant's country, 1 to 50 characters.
    pub country_name: Option<String>,
    /// A merchant's country, as an ISO 3166 number from 1 to 999.
    pub country: Option<u16>,
    /// Whether a merchant may be told account numbers.
    pub auth_flag: Option<bool>,
    /// A gateway's id, 1 to 64 characters.
    pub gateway_id: Option<String>,
    /// Whether a gateway takes payments of cardholders with a certificate only.
    pub card_cert_required: Option<bool>,
}

/// The institution's columns.
#[derive(FromRow)]
struct RulingRow {
    ruling: String,
    reason: Option<String>,
    institution: Option<String>,
    card_name: Option<String>,
    name: Option<String>,
    city: Option<String>,
    country_name: Option<String>,
    country: Option<i64>,
    auth_flag: Option<i64>,
    gateway_id: Option<String>,
    card_cert_required: Option<i64>,
}

impl Tx {
    /// Lays a request before the institution; one that lies there already stays as it is.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn ask_approval(&mut self, case: &ApprovalCase<'_>) -> Result<(), StoreError> {
        // None of the texts is ever empty.
        let sql = "INSERT INTO approval \
             (id, entity, request_type, brand, bin, merchant_id, business_id, asked_at) \
             VALUES ($1, $2, $3, $4, $5, NULLIF($6, ''), NULLIF($7, ''), $8) \
             ON CONFLICT DO NOTHING";
        let values = [
            case.id.into(),
            case.entity.into(),
            case.request_type.into(),
            case.brand.into(),
            case.bin.into(),
            case.merchant_id.unwrap_or_default().into(),
            case.business_id.unwrap_or_default().into(),
            case.asked_at.into(),
        ];
        self.execute(sql, &values).await?;
        Ok(())
    }

    /// What the institution has written about a request; none as long as it has not.
    ///
    /// # Errors
    ///
    /// What is written has another type than its column, which SQLite lets pass; or the engine
    /// fails.
    pub async fn approval_ruling(
        &mut self,
        id: &str,
    ) -> Result<Option<ApprovalRuling>, StoreError> {
        let row: Option<RulingRow> = self
            .row(
                "SELECT ruling, reason, institution, card_name, name, city, country_name, country, \
                 auth_flag, gateway_id, card_cert_required \
                 FROM approval WHERE id = $1 AND ruling IS NOT NULL",
                &[id.into()],
            )
            .await?;
        row.map(RulingRow::ruling).transpose()
    }

    /// Notes that a request was decided at that time, in Unix seconds; the first time stays.
    /// Nothing is done about a request that was never laid before the institution.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn close_approval(&mut self, id: &str, at: i64) -> Result<(), StoreError> {
        let sql = "UPDATE approval SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL";
        self.execute(sql, &[id.into(), at.into()]).await?;
        Ok(())
    }
}

impl RulingRow {
    fn ruling(self) -> Result<ApprovalRuling, StoreError> {
        match self.ruling.as_str() {
            "approved" => {}
            "rejected" => {
                return Ok(ApprovalRuling::Rejected {
                    reason: self.reason,
                });
            }
            _ => return Err(StoreError::Range { what: "ruling" }),
        }
        let country = self.country.map(u16::try_from).transpose();
        Ok(ApprovalRuling::Approved(ApprovalTerms {
            institution: self.institution,
            card_name: self.card_name,
            name: self.name,
            city: self.city,
            country_name: self.country_name,
            country: country.map_err(|_| StoreError::Range { what: "country" })?,
            auth_flag: self.auth_flag.map(|flag| flag != 0),
            gateway_id: self.gateway_id,
            card_cert_required: self.card_cert_required.map(|flag| flag != 0),
        }))
    }
}
