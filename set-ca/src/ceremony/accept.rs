//! `ceremony accept`: what came from other CAs, verified and installed.

mod chain;
mod pending;

use std::fmt;
use std::path::Path;

use serde::Serialize;
use set_core::ca::lists::{names_all, next_bci, next_crl};
use set_core::exchange::Context;
use set_core::party::{Identity, Trust};
use set_core::path::TrustStore;
use set_core::x509::ext::{CertificateType, KeyUsage};
use set_core::x509::{Brand, Certificate};
use set_node::party::PartyFolder;
use set_node::program::Screen;

use self::chain::Chains;
use self::pending::Installed;
use super::args::AcceptArgs;
use super::bundle::Bundle;
use super::fault::CeremonyFault;
use super::undo::Undo;
use crate::config::Config;
use crate::failure::Failure;
use crate::folder::{Keys, brand_folder, brand_labels};
use crate::lists::{Entry, Log, Terms};
use crate::rollover::replace;
use crate::serve::station;

pub(super) fn accept(
    data: &Path,
    config: &Config,
    args: &AcceptArgs,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let bundle = Bundle::read(&args.files)?;
    let keys = Keys::open(data, config)?;
    let station = station()?;
    let context = station.context();
    let believed = PartyFolder::new(data).load_trust(&context)?.roots;
    let roots = roots(&context, &believed, &bundle, args)?;
    let installed = pending::match_keys(&keys, &bundle)?;
    let label = match installed.first() {
        Some(first) => first.name.split('.').next().unwrap_or_default().to_owned(),
        None => label_of(data, &context, &bundle)?,
    };
    let folder = brand_folder(data, &label);
    // What is issued here counts like what `publish` issues: one process at a time, and no
    // number that the log does not know.
    let mut log = Log::open(data, Terms::of(config).wait).map_err(Failure::Lists)?;
    let mut trust = folder.load_trust(&context)?;
    trust.roots = roots;
    Chains::of(&context, &trust, &bundle).check_all(&bundle)?;
    for certificate in &bundle.certificates {
        if !certificate.is_self_issued() && of_brand(certificate, &label, &trust, &installed) {
            trust.hold(certificate.clone());
        }
    }
    let identities = identities(&context, &trust, &bundle, installed);
    for crl in &bundle.crls {
        trust.hold_crl(&context, crl.clone());
    }
    for bci in &bundle.bcis {
        trust.hold_bci(&context, bci.clone());
    }
    let mut press = Press {
        context: &context,
        lifetime: config.certificates.lists.duration().as_secs(),
        log: &log,
        issued: Vec::new(),
    };
    press.first_crls(&mut trust, &identities)?;
    let mut all: Vec<Identity> = identities.iter().map(|(_, one)| one.clone()).collect();
    all.extend(keys.identities(&context)?);
    press.bci(&label, &mut trust, &all)?;
    let (entries, lists): (Vec<_>, Vec<_>) = press.issued.into_iter().unzip();
    if !entries.is_empty() {
        log.append(entries).map_err(Failure::Lists)?;
    }

    // The identities come last: until one is there its key waits, and the same files can be
    // accepted again.
    folder.save_trust(&trust, station.crypto())?;
    let own_roots = Trust::new(trust.roots.clone());
    let mut whole = keys.folder().load_trust(&context)?;
    whole.roots = own_roots.roots;
    keys.folder().save_trust(&whole, station.crypto())?;
    let mut undo = Undo::default();
    for (name, identity) in &identities {
        undo.made(keys.identity_file(name));
        keys.folder().save_identity(keys.store(), name, identity)?;
    }
    undo.keep();
    let roots = whole.roots.roots();
    let certified_anew = replace(&context, keys.folder(), roots, trust.certificates())?;
    screen.result(&Accepted {
        certified_anew,
        installed: identities.into_iter().map(|(name, _)| name).collect(),
        certificates: bundle.certificates.len(),
        crls: trust.crls().len(),
        bci: trust.bci().map(|bci| bci.to_be_signed.sequence_num),
        issued: lists,
    });
    Ok(())
}

/// The roots to believe: those held, and one that comes if it is vouched for.
fn roots(
    context: &Context<'_>,
    believed: &TrustStore,
    bundle: &Bundle,
    args: &AcceptArgs,
) -> Result<TrustStore, CeremonyFault> {
    let mut roots = believed.roots().to_vec();
    let wanted = args
        .root_thumbprint
        .as_ref()
        .map(|text| text.to_ascii_lowercase());
    for root in bundle
        .certificates
        .iter()
        .filter(|one| one.is_self_issued())
    {
        let found = root.thumbprint(context.crypto).to_string();
        let vouched = wanted.as_ref() == Some(&found.to_ascii_lowercase());
        if roots.contains(root) {
            continue;
        }
        match (vouched, believed.roots().is_empty()) {
            (true, true) => roots.push(root.clone()),
            (false, true) if wanted.is_none() => {
                return Err(CeremonyFault::RootUnknown { found });
            }
            _ if believed.believes(context.crypto, root) => roots.push(root.clone()),
            _ => return Err(CeremonyFault::RootOther { found }),
        }
    }
    if roots.is_empty() {
        return Err(CeremonyFault::NoRoot);
    }
    Ok(TrustStore::new(roots))
}

/// The brand of this folder that the bundle is of, when no key waits.
fn label_of(data: &Path, context: &Context<'_>, bundle: &Bundle) -> Result<String, Failure> {
    let brands: Vec<Brand> = bundle
        .certificates
        .iter()
        .filter(|certificate| !certificate.is_self_issued())
        .filter_map(|certificate| certificate.brand().ok())
        .collect();
    for label in brand_labels(data)? {
        let trust = brand_folder(data, &label).load_trust(context)?;
        let ours = trust.certificates().iter();
        if ours
            .filter_map(|certificate| certificate.brand().ok())
            .any(|brand| brands.contains(&brand))
        {
            return Ok(label);
        }
    }
    Err(CeremonyFault::NotOurs.into())
}

/// Whether a certificate is of the brand that the folder holds or is about to.
fn of_brand(
    certificate: &Certificate,
    label: &str,
    trust: &Trust,
    installed: &[Installed],
) -> bool {
    let ours = installed
        .iter()
        .filter(|one| one.name.split('.').next() == Some(label))
        .map(|one| &one.certificate)
        .chain(trust.certificates())
        .find_map(|certificate| certificate.brand().ok());
    ours.is_none_or(|ours| certificate.brand().is_ok_and(|brand| brand == ours))
}

/// The new keys with their chains.
fn identities(
    context: &Context<'_>,
    trust: &Trust,
    bundle: &Bundle,
    installed: Vec<Installed>,
) -> Vec<(String, Identity)> {
    let chains = Chains::of(context, trust, bundle);
    installed
        .into_iter()
        .map(|one| {
            let identity = Identity {
                key: one.key,
                chain: chains.above(&one.certificate),
                certificate: one.certificate,
            };
            (one.name, identity)
        })
        .collect()
}

/// Issues the lists that what was accepted calls for.
struct Press<'a> {
    context: &'a Context<'a>,
    /// Of a list, in seconds.
    lifetime: u64,
    log: &'a Log,
    /// What was issued, for the log and in words.
    issued: Vec<(Entry, String)>,
}

impl Press<'_> {
    /// The first CRL of each new CA that signs its own.
    fn first_crls(
        &mut self,
        trust: &mut Trust,
        identities: &[(String, Identity)],
    ) -> Result<(), Failure> {
        for (name, identity) in identities
            .iter()
            .filter(|(_, identity)| signs_crls(identity))
        {
            let subject = identity.certificate.subject();
            if trust.crls().iter().any(|crl| crl.issuer() == subject) {
                continue;
            }
            let (floor, revoked) = (self.log.crl_number(subject), self.log.revoked(subject));
            let crl = next_crl(self.context, identity, None, floor, &revoked, self.lifetime)?;
            let told = format!("CRL {} of {name}", crl.number());
            self.issued.push((Entry::of_crl(self.context, &crl), told));
            trust.hold_crl(self.context, crl);
        }
        Ok(())
    }

    /// A BCI where this is the brand CA and the last one does not name all.
    fn bci(&mut self, label: &str, trust: &mut Trust, all: &[Identity]) -> Result<(), Failure> {
        let brand_ca = all.iter().find(|identity| {
            let types = identity.certificate.extensions().certificate_type;
            types == CertificateType::BCA
                && signs_crls(identity)
                && trust.certificates().contains(&identity.certificate)
        });
        let complete = trust.bci().is_some_and(|bci| names_all(bci, trust.crls()));
        if let Some(brand_ca) = brand_ca
            && !complete
        {
            let floor = self.log.bci_number(label);
            let (last, crls) = (trust.bci(), trust.crls());
            let bci = next_bci(self.context, brand_ca, last, floor, crls, self.lifetime)?;
            let told = format!("BCI {}", bci.to_be_signed.sequence_num);
            self.issued
                .push((Entry::of_bci(self.context, label, &bci), told));
            trust.hold_bci(self.context, bci);
        }
        Ok(())
    }
}

fn signs_crls(identity: &Identity) -> bool {
    let usage = identity.certificate.extensions().key_usage;
    usage.contains(KeyUsage::CRL_SIGN)
}

#[derive(Serialize)]
struct Accepted {
    installed: Vec<String>,
    certificates: usize,
    crls: usize,
    bci: Option<u64>,
    issued: Vec<String>,
    /// The identities that are under a successor root from now on.
    certified_anew: Vec<String>,
}

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} certificates read, {} CRLs held",
            self.certificates, self.crls
        )?;
        if let Some(bci) = self.bci {
            write!(f, ", BCI {bci}")?;
        }
        for name in &self.installed {
            write!(f, "\n  installed {name}")?;
        }
        for name in &self.certified_anew {
            write!(f, "\n  under the successor root {name}")?;
        }
        for list in &self.issued {
            write!(f, "\n  issued {list}")?;
        }
        Ok(())
    }
}
