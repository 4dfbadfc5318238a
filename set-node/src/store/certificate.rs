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
        let added = self.execute("INSERT INTO certificate (thumbprint, der, issuer, serial, subject, kind, not_after) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING", &[certificate.thumbprint.as_slice().into(), certificate.der.as_slice().into(), certificate.issuer.as_slice().into(), certificate.serial.as_slice().into(), certificate.subject.as_slice().into(), certificate.kind.as_str().into(), certificate.not_after.into()])
        .await?;
        if added == 0 {
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
        self.row(
            "SELECT * FROM certificate WHERE thumbprint = $1",
            &[thumbprint.into()],
        )
        .await
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
        self.row(
            "SELECT * FROM certificate WHERE issuer = $1 AND serial = $2",
            &[issuer.into(), serial.into()],
        )
        .await
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
        self.rows(
            "SELECT * FROM certificate WHERE subject = $1 ORDER BY not_after DESC, thumbprint",
            &[subject.into()],
        )
        .await
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
        self.rows(
            "SELECT * FROM certificate WHERE kind = $1 ORDER BY not_after DESC, thumbprint",
            &[kind.into()],
        )
        .await
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
        self.execute(
            "INSERT INTO crl (issuer, number, der) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            &[
                issuer.into(),
                integer(crl_number, "CRL number")?.into(),
                der.into(),
            ],
        )
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
        let row: Option<(i64, Vec<u8>)> = self
            .row(
                "SELECT number, der FROM crl WHERE issuer = $1 ORDER BY number DESC LIMIT 1",
                &[issuer.into()],
            )
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
        self.execute(
            "INSERT INTO bci (brand, sequence, der) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            &[
                brand.into(),
                integer(sequence, "BCI sequence number")?.into(),
                der.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// The latest brand CRL identifier of a brand: its sequence number and DER.
    ///
    /// # Errors
    ///
    /// The engine fails.
    pub async fn latest_bci(&mut self, brand: &str) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let row: Option<(i64, Vec<u8>)> = self
            .row(
                "SELECT sequence, der FROM bci WHERE brand = $1 ORDER BY sequence DESC LIMIT 1",
                &[brand.into()],
            )
            .await?;
        row.map(|(held, der)| Ok((number(held, "BCI sequence number")?, der)))
            .transpose()
    }
}
