//! Whether the log knows all that was published.

use set_core::exchange::Context;
use set_core::pkcs7::Name;
use set_core::x509::bci::CrlIdentifier;
use set_core::x509::{BrandCrlIdentifier, Crl};

use super::book::BrandLists;
use super::fault::ListsFault;
use super::log::{Entry, Log};
use super::signers::Signers;

/// Compares the lists that are published, and what the BCIs name, with the log.
///
/// The first, empty lists of a new CA begin its part of the log. Whatever else the log does
/// not know means that it is older than it was: a [`ListsFault::Behind`], unless it is to be
/// brought up by what comes out here.
#[derive(Debug)]
pub(super) struct Audit<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) signers: &'a Signers,
    pub(super) log: &'a Log,
    /// Whether the log is brought up instead of refused.
    pub(super) adopt: bool,
    unknown: Vec<Entry>,
}

impl<'a> Audit<'a> {
    pub(super) const fn new(
        context: &'a Context<'a>,
        signers: &'a Signers,
        log: &'a Log,
        adopt: bool,
    ) -> Self {
        Self {
            context,
            signers,
            log,
            adopt,
            unknown: Vec::new(),
        }
    }

    /// What has to be added to the log.
    pub(super) fn unknown(mut self, brands: &[BrandLists]) -> Result<Vec<Entry>, ListsFault> {
        for brand in brands {
            for crl in brand.trust.crls() {
                self.crl(crl)?;
            }
            if let Some(bci) = brand.trust.bci() {
                self.bci(brand, bci)?;
                for named in bci.crls() {
                    self.named(bci, named)?;
                }
            }
        }
        Ok(self.unknown)
    }

    fn crl(&mut self, crl: &Crl) -> Result<(), ListsFault> {
        let known = self.known(crl.issuer());
        if crl.number() <= known || !self.signers.sign_for(crl.issuer()) {
            return Ok(());
        }
        let is_first = known == 0 && crl.number() == 1 && crl.revoked().next().is_none();
        self.must(is_first, || {
            format!("CRL {} of {}", crl.number(), crl.issuer())
        })?;
        let logged = self.log.revoked(crl.issuer());
        let lost = crl.revoked().filter(|revoked| {
            let number = &revoked.serial_number;
            logged.iter().all(|logged| logged.serial_number != *number)
        });
        self.unknown.extend(lost.map(|revoked| Entry::Revoked {
            issuer: crl.issuer().clone(),
            revoked,
        }));
        self.unknown.push(Entry::of_crl(self.context, crl));
        Ok(())
    }

    fn bci(&mut self, brand: &BrandLists, bci: &BrandCrlIdentifier) -> Result<(), ListsFault> {
        let ours = brand.brand.as_ref();
        let number = bci.to_be_signed.sequence_num;
        let known = self.log.bci_number(&brand.label);
        if number <= known || ours.is_none_or(|brand| self.signers.brand_ca(brand).is_none()) {
            return Ok(());
        }
        self.must(known == 0 && number == 1, || {
            format!("BCI {number} of {}", brand.label)
        })?;
        self.unknown
            .push(Entry::of_bci(self.context, &brand.label, bci));
        Ok(())
    }

    /// A CRL of ours that the BCI names, although it is nowhere to be found.
    fn named(&mut self, bci: &BrandCrlIdentifier, named: &CrlIdentifier) -> Result<(), ListsFault> {
        let issuer = &named.issuer_name;
        if named.crl_number <= self.known(issuer) || !self.signers.sign_for(issuer) {
            return Ok(());
        }
        self.must(false, || {
            format!("CRL {} of {issuer}, which the BCI names,", named.crl_number)
        })?;
        self.unknown.push(Entry::Crl {
            at: bci.to_be_signed.bci_not_before,
            issuer: issuer.clone(),
            number: named.crl_number,
            thumbprint: NOT_SEEN.to_owned(),
        });
        Ok(())
    }

    /// The highest number of an issuer's CRLs in the log and among what is added to it.
    fn known(&self, issuer: &Name) -> u64 {
        let added = self.unknown.iter().map(|entry| entry.crl_number(issuer));
        self.log.crl_number(issuer).max(added.max().unwrap_or(0))
    }

    fn must(&self, holds: bool, known: impl FnOnce() -> String) -> Result<(), ListsFault> {
        if holds || self.adopt {
            return Ok(());
        }
        Err(ListsFault::Behind {
            file: self.log.path().to_owned(),
            known: known(),
        })
    }
}

/// Stands for the thumbprint of a list that is known by its number only.
const NOT_SEEN: &str = "-";
