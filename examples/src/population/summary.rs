//! What is told at the end.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use set_core::ca::hierarchy::Hierarchy;

use super::cli::Options;

/// What was made, and how fast.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Where.
    pub out: PathBuf,
    /// Brands.
    pub brands: usize,
    /// Geopolitical CAs.
    pub geopolitical: usize,
    /// CAs for end entities.
    pub end_entity_cas: usize,
    /// Certificates of CAs and root.
    pub ca_certificates: usize,
    /// CRLs, each counted once.
    pub crls: usize,
    /// Cardholder certificates.
    pub cardholders: u32,
    /// Distinct keys that they have.
    pub distinct_keys: usize,
    /// Threads.
    pub threads: usize,
    /// Seconds for the hierarchy, keys included.
    pub hierarchy_seconds: f64,
    /// Seconds for the cardholders' keys.
    pub key_seconds: f64,
    /// Seconds for the cardholders' certificates: draft, lint, signature, file.
    pub issue_seconds: f64,
    /// Cardholder certificates per second, keys not included.
    pub certificates_per_second: f64,
}

impl Summary {
    pub(super) fn of(
        options: &Options,
        hierarchy: &Hierarchy,
        distinct_keys: usize,
        threads: usize,
        [hierarchy_seconds, key_seconds, issue_seconds]: [f64; 3],
    ) -> Self {
        let brands = &hierarchy.brands;
        let below_root: usize = brands.iter().map(|brand| brand.crls.len() - 1).sum();
        Self {
            out: options.out.clone(),
            brands: brands.len(),
            geopolitical: brands.iter().map(|brand| brand.geopolitical.len()).sum(),
            end_entity_cas: brands.iter().map(|brand| brand.end_entity_cas.len()).sum(),
            ca_certificates: hierarchy.identities().len(),
            crls: below_root + 1,
            cardholders: options.cardholders,
            distinct_keys,
            threads,
            hierarchy_seconds,
            key_seconds,
            issue_seconds,
            certificates_per_second: f64::from(options.cardholders) / issue_seconds,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} brands, {} geopolitical CAs, {} CAs for end entities: {} certificates, {} CRLs, \
             {:.1} s",
            self.brands,
            self.geopolitical,
            self.end_entity_cas,
            self.ca_certificates,
            self.crls,
            self.hierarchy_seconds
        )?;
        writeln!(
            f,
            "{} distinct keys for {} cardholders, {:.1} s{}",
            self.distinct_keys,
            self.cardholders,
            self.key_seconds,
            if u32::try_from(self.distinct_keys).is_ok_and(|keys| keys < self.cardholders) {
                " (keys repeat; --keys N makes more)"
            } else {
                ""
            }
        )?;
        write!(
            f,
            "{} cardholder certificates drafted, linted, signed and written in {:.1} s on {} \
             threads: {:.0} per second\n{}",
            self.cardholders,
            self.issue_seconds,
            self.threads,
            self.certificates_per_second,
            self.out.display()
        )
    }
}
