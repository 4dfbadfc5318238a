//! The lists of all brands of a data folder, under the lock of the log.

use std::time::Duration;

use set_core::asn1::Date;
use set_core::ca::circulation::{distribution, notification};
use set_core::ca::lists::{is_due, names_all, next_bci, next_crl};
use set_core::error::{Error, PeerFault};
use set_core::exchange::Context;
use set_core::party::Trust;
use set_core::pkcs7::{Digest, Name, SerialNumber, SignedData};
use set_core::x509::crl::{CrlReason, Revoked};
use set_core::x509::{Brand, Certificate, Crl};
use set_node::party::PartyFolder;

use super::audit::Audit;
use super::log::{Entry, Log};
use super::signers::Signers;
use crate::config::Config;
use crate::failure::Failure;
use crate::folder::{brand_folder, brand_labels};

/// The log and the published lists, as one process may change them at a time.
#[derive(Debug)]
pub(crate) struct Book<'a> {
    context: Context<'a>,
    signers: &'a Signers,
    terms: Terms,
    log: Log,
    brands: Vec<BrandLists>,
}

/// What the members of a brand are given.
#[derive(Debug)]
pub(crate) struct BrandLists {
    /// The brand's label; `root` for an offline root, which no brand has.
    pub(crate) label: String,
    /// The brand; none while nothing of it is held.
    pub(crate) brand: Option<Brand>,
    /// Certificates, CRLs and BCI.
    pub(crate) trust: Trust,
    folder: PartyFolder,
    changed: bool,
}

/// How long lists hold, and how long before their end they are issued anew.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// In seconds.
    pub(crate) lifetime: u64,
    /// In seconds.
    pub(crate) ahead: u64,
    /// How long another process is waited for that works on the lists.
    pub(crate) wait: Duration,
}

/// Which lists are issued.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which<'a> {
    /// Those that are due: about to end, or behind the log.
    Due,
    /// The CRL of a CA, and what is due.
    Of(&'a Name),
    /// All.
    All,
}

/// What came of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is revoked from now on.
    Revoked,
    /// It was revoked already.
    Already(Revocation),
}

/// Since when and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revocation {
    pub(crate) since: Date,
    pub(crate) reason: CrlReason,
}

/// What a folder holds of lists that are of no brand: an offline root's has the root's CRL, and
/// a record of what the root certified.
pub(crate) fn own_lists(
    data: &std::path::Path,
    context: &Context<'_>,
) -> Result<Option<(PartyFolder, Trust)>, Failure> {
    let folder = PartyFolder::new(data);
    let trust = folder.load_trust(context)?;
    let is_own = !trust.crls().is_empty();
    Ok(is_own.then_some((folder, trust)))
}

impl Terms {
    pub(crate) fn of(config: &Config) -> Self {
        let lifetime = config.certificates.lists.duration().as_secs();
        Self {
            lifetime,
            ahead: config.lists.ahead.duration().as_secs().min(lifetime / 2),
            wait: config.store.wait.duration(),
        }
    }

    /// How long before its end a list is issued anew: up to a quarter earlier than
    /// configured, each list at its own time, so that not all are made at once.
    fn ahead_of(self, thumbprint: &Digest) -> u64 {
        let [first, second, ..] = thumbprint.as_octets();
        let part = u64::from(u16::from_be_bytes([*first, *second]));
        let spread = self.ahead / 4;
        self.ahead
            .saturating_add(spread.saturating_mul(part) / u64::from(u16::MAX))
            .min(self.lifetime / 2)
    }
}

impl<'a> Book<'a> {
    /// Opens log and lists, and makes sure that the log is not older than what was
    /// published; with `adopt`, it is brought up to that.
    pub(crate) fn open(
        context: Context<'a>,
        signers: &'a Signers,
        terms: Terms,
        data: &std::path::Path,
        adopt: bool,
    ) -> Result<Self, Failure> {
        let log = Log::open(data, terms.wait).map_err(Failure::Lists)?;
        let mut brands = Vec::new();
        brands.extend(
            own_lists(data, &context)?.map(|(folder, trust)| BrandLists {
                label: OWN.to_owned(),
                brand: None,
                trust,
                folder,
                changed: false,
            }),
        );
        for label in brand_labels(data)? {
            let folder = brand_folder(data, &label);
            let trust = folder.load_trust(&context)?;
            let brand = match trust.bci() {
                Some(bci) => Some(Brand::of(&bci.to_be_signed.brand_id)),
                None => trust
                    .certificates()
                    .first()
                    .and_then(|certificate| certificate.brand().ok()),
            };
            brands.push(BrandLists {
                label,
                brand,
                trust,
                folder,
                changed: false,
            });
        }
        let mut book = Self {
            context,
            signers,
            terms,
            log,
            brands,
        };
        let audit = Audit::new(&book.context, book.signers, &book.log, adopt);
        let unknown = audit.unknown(&book.brands).map_err(Failure::Lists)?;
        if !unknown.is_empty() {
            book.log.append(unknown).map_err(Failure::Lists)?;
        }
        Ok(book)
    }

    /// The brands.
    pub(crate) fn brands(&self) -> &[BrandLists] {
        &self.brands
    }

    /// The log.
    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    /// Revokes a certificate, and publishes the lists that say so.
    pub(crate) fn revoke(
        &mut self,
        issuer: &Name,
        serial_number: &SerialNumber,
        reason: CrlReason,
    ) -> Result<Outcome, Failure> {
        let mut logged = self.log.revoked(issuer).into_iter();
        if let Some(known) = logged.find(|known| known.serial_number == *serial_number) {
            // A run that died in between left it in the log alone.
            self.issue(Which::Due)?;
            return Ok(Outcome::Already(Revocation {
                since: known.since,
                reason: known.reason,
            }));
        }
        self.log
            .append(vec![Entry::Revoked {
                issuer: issuer.clone(),
                revoked: Revoked {
                    serial_number: serial_number.clone(),
                    since: self.context.now,
                    reason,
                },
            }])
            .map_err(Failure::Lists)?;
        self.issue(Which::Of(issuer))?;
        Ok(Outcome::Revoked)
    }

    /// Takes a CRL that was signed elsewhere into all brands that know its signer. Says
    /// whether it was newer than what was held.
    pub(crate) fn take(&mut self, crl: &Crl) -> bool {
        let mut taken = false;
        for brand in &mut self.brands {
            brand.trust.hold_crl(&self.context, crl.clone());
            if brand.trust.crls().contains(crl) {
                brand.changed = true;
                taken = true;
            }
        }
        taken
    }

    /// Takes CRLNotification for whichever brand it concerns, publishes the BCI that names
    /// the CRL, and gives the receipt.
    pub(crate) fn notified(&mut self, request: &SignedData) -> Result<Vec<u8>, Failure> {
        let mut receipt = Err(Failure::from(Error::from(PeerFault::Unspecified(
            "no brand CA here",
        ))));
        for brand in &mut self.brands {
            let ours = brand.brand.as_ref();
            let Some(certificate) = ours.and_then(|brand| self.signers.brand_ca(brand)) else {
                continue;
            };
            let brand_ca = self.signers.identity(certificate)?;
            match notification::take(&self.context, &mut brand.trust, brand_ca, request) {
                Ok(taken) => {
                    brand.changed = taken.is_new;
                    receipt = Ok(taken.receipt(&self.context, &brand.trust, brand_ca)?);
                }
                Err(error) if receipt.is_err() => receipt = Err(error.into()),
                Err(_) => {}
            }
        }
        let receipt = receipt?;
        self.issue(Which::Due)?;
        Ok(receipt)
    }

    /// Takes BCIDistribution, and saves what is newer.
    pub(crate) fn distributed(&mut self, message: &SignedData) -> Result<(), Failure> {
        let mut outcome = Err(Failure::from(Error::from(PeerFault::Unspecified(
            "not of a brand of this CA",
        ))));
        for brand in &mut self.brands {
            let Some(ours) = &brand.brand else { continue };
            match distribution::take(&self.context, &mut brand.trust, ours, message) {
                Ok(newer) => {
                    brand.changed |= newer;
                    outcome = Ok(());
                }
                Err(error) if outcome.is_err() => outcome = Err(error.into()),
                Err(_) => {}
            }
        }
        outcome?;
        // Should the BCI name a CRL of ours that the log does not know, who opens the book
        // next is told.
        self.save()
    }

    /// Has all brands believe a root that succeeds another, holds the certificates of the CAs
    /// that it certified anew, and issues its CRL and the BCIs that name it.
    pub(crate) fn succeed(
        &mut self,
        root: &Certificate,
        anew: &[Certificate],
    ) -> Result<(), Failure> {
        for brand in &mut self.brands {
            brand.trust.roots.adopt(self.context.crypto, root);
            for certificate in anew {
                let theirs = certificate.brand().ok();
                if brand.label == OWN || theirs.is_some() && theirs == brand.brand {
                    brand.trust.hold(certificate.clone());
                }
            }
            brand.changed = true;
        }
        self.issue(Which::Of(root.subject()))
    }

    /// Issues lists. What is logged is on disk before the list is.
    pub(crate) fn issue(&mut self, which: Which<'_>) -> Result<(), Failure> {
        let issuers: Vec<Name> = self.signers.issuers().into_iter().cloned().collect();
        for issuer in &issuers {
            self.issue_crl(issuer, which)?;
        }
        for index in 0..self.brands.len() {
            self.issue_bci(index, which)?;
        }
        self.save()
    }

    fn issue_crl(&mut self, issuer: &Name, which: Which<'_>) -> Result<(), Failure> {
        let Some(certificate) = self.signers.certificate(issuer) else {
            return Ok(());
        };
        let is_root = certificate.is_self_issued();
        let theirs = certificate.brand().ok();
        let concerned = |brand: &BrandLists| is_root || brand.brand == theirs;
        let held = self.brands.iter().filter(|brand| concerned(brand));
        let Some(last) = held
            .flat_map(|brand| brand.trust.crls())
            .filter(|crl| crl.issuer() == issuer)
            .max_by_key(|crl| crl.number())
            .cloned()
        else {
            // Not published yet: the first CRL is made with the CA.
            return Ok(());
        };
        let revoked = self.log.revoked(issuer);
        let now = self.context.now;
        let ahead = self.terms.ahead_of(&last.thumbprint(self.context.crypto));
        let wanted = match which {
            Which::All => true,
            Which::Of(wanted) => wanted == issuer,
            Which::Due => false,
        };
        let behind = last.number() < self.log.crl_number(issuer)
            || revoked
                .iter()
                .any(|revoked| last.revoked_since(&revoked.serial_number).is_none());
        let crl = if wanted || behind || is_due(last.next_update(), now, ahead) {
            let signer = self.signers.identity(certificate)?;
            let floor = self.log.crl_number(issuer);
            let lifetime = self.terms.lifetime;
            let crl = next_crl(
                &self.context,
                signer,
                Some(&last),
                floor,
                &revoked,
                lifetime,
            )?;
            self.log
                .append(vec![Entry::of_crl(&self.context, &crl)])
                .map_err(Failure::Lists)?;
            tracing::info!(%issuer, number = crl.number(), until = %crl.next_update(), "CRL issued");
            crl
        } else {
            last
        };
        for brand in self.brands.iter_mut().filter(|brand| concerned(brand)) {
            if !brand.trust.crls().contains(&crl) {
                brand.trust.hold(certificate.clone());
                brand.trust.hold_crl(&self.context, crl.clone());
                brand.changed = true;
            }
        }
        Ok(())
    }

    fn issue_bci(&mut self, index: usize, which: Which<'_>) -> Result<(), Failure> {
        let Some(brand) = self.brands.get_mut(index) else {
            return Ok(());
        };
        let ours = brand.brand.as_ref();
        let Some(certificate) = ours.and_then(|ours| self.signers.brand_ca(ours)) else {
            return Ok(());
        };
        let Some(last) = brand.trust.bci().cloned() else {
            return Ok(());
        };
        let ahead = self.terms.ahead_of(&last.thumbprint(self.context.crypto));
        let floor = self.log.bci_number(&brand.label);
        let due = matches!(which, Which::All)
            || last.to_be_signed.sequence_num < floor
            || !names_all(&last, brand.trust.crls())
            || is_due(last.to_be_signed.bci_not_after, self.context.now, ahead);
        if !due {
            return Ok(());
        }
        let signer = self.signers.identity(certificate)?;
        let lifetime = self.terms.lifetime;
        let crls = brand.trust.crls();
        let bci = next_bci(&self.context, signer, Some(&last), floor, crls, lifetime)?;
        let number = bci.to_be_signed.sequence_num;
        self.log
            .append(vec![Entry::of_bci(&self.context, &brand.label, &bci)])
            .map_err(Failure::Lists)?;
        tracing::info!(brand = %brand.label, number, until = %bci.to_be_signed.bci_not_after, "BCI issued");
        brand.trust.hold_bci(&self.context, bci);
        brand.changed = true;
        Ok(())
    }

    fn save(&mut self) -> Result<(), Failure> {
        for brand in self.brands.iter_mut().filter(|brand| brand.changed) {
            brand.folder.save_trust(&brand.trust, self.context.crypto)?;
            brand.changed = false;
        }
        Ok(())
    }
}

/// In place of a brand's label.
const OWN: &str = "root";
