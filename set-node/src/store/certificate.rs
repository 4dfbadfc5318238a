use super::{StoreError, Tx, integer, number};

/// A certificate and what it is looked up by.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredCertificate {
    /// SHA-1 over the certificate's DER, 20 octets.
    pub thumbprint: Vec<u8>,
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// The issuer's name, DER.
    pub issuer: Vec<u8>,
    /// The content octets of the serial number.
    pub serial: Vec<u8>,
    /// The subject's name, DER.
    pub subject: Vec<u8>,
    /// What it is for, in the role's own words.
    pub kind: String,
    /// When it expires, in Unix seconds.
    pub not_after: i64,
}

impl Tx {
    /// Keeps a certificate; one that is held already is left alone.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] when another certificate with the same issuer and
    /// serial number is held; or the engine fails.
    pub async fn keep_certificate(
        &mut self,
        certificate: &StoredCertificate,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(
            "INSERT INTO certificate (thumbprint, der, issuer, serial, subject, kind, not_after) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(&certificate.thumbprint)
        .bind(&certificate.der)
        .bind(&certificate.issuer)
        .bind(&certificate.serial)
        .bind(&certificate.subject)
        .bind(&certificate.kind)
        .bind(certificate.not_after)
        .execute(self.connection())
        .await?;
        if done.rows_affected() == 0 {
            let held = self.certificate(&certificate.thumbprint).await?;
            if held.is_none_or(|held| held.der != certificate.der) {
                return Err(StoreError::Conflict {
                    table: "certificate",
                });
            }
        }
        Ok(())
    }

    /// The certificate of that thumbprint.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn certificate(
        &mut self,
        thumbprint: &[u8],
    ) -> Result<Option<StoredCertificate>, StoreError> {
        Ok(
            sqlx::query_as("SELECT * FROM certificate WHERE thumbprint = $1")
                .bind(thumbprint)
                .fetch_optional(self.connection())
                .await?,
        )
    }

    /// The certificate of that issuer and serial number.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn certificate_by_serial(
        &mut self,
        issuer: &[u8],
        serial: &[u8],
    ) -> Result<Option<StoredCertificate>, StoreError> {
        Ok(
            sqlx::query_as("SELECT * FROM certificate WHERE issuer = $1 AND serial = $2")
                .bind(issuer)
                .bind(serial)
                .fetch_optional(self.connection())
                .await?,
        )
    }

    /// The certificates of a subject, the one that lasts longest first.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn certificates_of(
        &mut self,
        subject: &[u8],
    ) -> Result<Vec<StoredCertificate>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT * FROM certificate WHERE subject = $1 ORDER BY not_after DESC, thumbprint",
        )
        .bind(subject)
        .fetch_all(self.connection())
        .await?)
    }

    /// The certificates of a kind, the one that lasts longest first.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn certificates_for(
        &mut self,
        kind: &str,
    ) -> Result<Vec<StoredCertificate>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT * FROM certificate WHERE kind = $1 ORDER BY not_after DESC, thumbprint",
        )
        .bind(kind)
        .fetch_all(self.connection())
        .await?)
    }

    /// Keeps a revocation list (DER) by its issuer's name (DER) and number; one
    /// that is held already is left alone.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn keep_crl(
        &mut self,
        issuer: &[u8],
        crl_number: u64,
        der: &[u8],
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO crl (issuer, number, der) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(issuer)
        .bind(integer(crl_number, "CRL number")?)
        .bind(der)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The latest revocation list of an issuer: its number and DER.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn latest_crl(
        &mut self,
        issuer: &[u8],
    ) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let row: Option<(i64, Vec<u8>)> = sqlx::query_as(
            "SELECT number, der FROM crl WHERE issuer = $1 ORDER BY number DESC LIMIT 1",
        )
        .bind(issuer)
        .fetch_optional(self.connection())
        .await?;
        row.map(|(held, der)| Ok((number(held, "CRL number")?, der)))
            .transpose()
    }

    /// Keeps a brand CRL identifier (DER) by brand and sequence number; one that
    /// is held already is left alone.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn keep_bci(
        &mut self,
        brand: &str,
        sequence: u64,
        der: &[u8],
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO bci (brand, sequence, der) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(brand)
        .bind(integer(sequence, "BCI sequence number")?)
        .bind(der)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The latest brand CRL identifier of a brand: its sequence number and DER.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn latest_bci(&mut self, brand: &str) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let row: Option<(i64, Vec<u8>)> = sqlx::query_as(
            "SELECT sequence, der FROM bci WHERE brand = $1 ORDER BY sequence DESC LIMIT 1",
        )
        .bind(brand)
        .fetch_optional(self.connection())
        .await?;
        row.map(|(held, der)| Ok((number(held, "BCI sequence number")?, der)))
            .transpose()
    }
}
