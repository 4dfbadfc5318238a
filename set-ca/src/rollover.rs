//! `rollover`: a successor root.
//!
//! The root has announced the key of its successor by HashedRootKey; that key lies in the
//! key store as `root-next`. What happens, in this order, each step on disk before the next:
//!
//! 1. the key after it is drawn, for the successor to announce: `root-after`;
//! 2. the successor certifies itself, and takes the place of the root, which stays as a former
//!    identity; then `root-after` becomes `root-next`;
//! 3. every CA that the old root certified is certified anew: same name, number and key;
//! 4. the brands are given the successor, those certificates, its CRL, and a BCI that names it.
//!
//! Where the root is offline, alone in a folder made by `ceremony root`, the CAs are those that
//! `ceremony sign` recorded, and what is made is carried to them by `ceremony bundle` and
//! `ceremony accept`.
//!
//! A run that ends in between is resumed by the next. A server that runs over the folder takes
//! all of it up by itself, and gives it out; nothing below the brand CAs is touched.

mod replace;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use set_core::ca::hierarchy::{ROOT_BITS, Validity, fresh_serial_number, recertify, succeed};
use set_core::crypto::{PrivateKey, PublicKey};
use set_core::error::Error;
use set_core::exchange::Context;
use set_core::party::Identity;
use set_core::path::TrustStore;
use set_core::x509::Certificate;
use set_core::x509::lint::DraftKey;
use set_node::keystore::KeyStoreError;
use set_node::party::{PartyError, PartyFolder};
use set_node::program::value;

use crate::config::Config;
use crate::failure::Failure;
use crate::folder::{Keys, brand_labels};
use crate::init::pkcs8;
use crate::lists::{Book, Log, Signers, Terms, own_lists};
use crate::serve::station;

pub(crate) use self::replace::replace;

/// Has the announced key succeed the root of the folder, or finishes what an earlier run began.
pub(crate) fn rollover(data: &Path, config: &Config) -> Result<Done, Failure> {
    let keys = Arc::new(Keys::open(data, config)?);
    let station = station()?;
    let context = station.context();
    let rules = &context.policy.key_rules;
    let below = {
        // Nobody else may change lists or roots meanwhile.
        let _lock = Log::open(data, config.store.wait.duration()).map_err(Failure::Lists)?;
        let work = Work {
            keys: &keys,
            context: &context,
            config,
        };
        let held = keys.identity(ROOT, rules)?;
        if work.below(&held.certificate)?.is_empty() {
            return Err(keys.missing("CA that the root certified"));
        }
        let resumed = !work.is_whole(data, &held)?;
        let root = match resumed {
            true => held,
            false => work.succeed(&held)?,
        };
        work.believe(&root)?;
        work.put_key_after_in_place(&root)?;
        let anew = work.recertify(&root)?;
        Below {
            root,
            anew,
            resumed,
        }
    };
    let signers = Signers::find(Arc::clone(&keys), rules)?;
    let mut book = Book::open(context, &signers, Terms::of(config), data, false)?;
    let certificates: Vec<Certificate> = below.anew.iter().map(|(_, anew)| anew.clone()).collect();
    book.succeed(&below.root.certificate, &certificates)?;
    let root = &below.root.certificate;
    let thumbprint = root.thumbprint(station.crypto()).to_string();
    Ok(Done {
        root: data.join("roots").join(format!("{thumbprint}.pem")),
        root_thumbprint: thumbprint,
        not_after: root.not_after().to_string(),
        certified_anew: below.anew.into_iter().map(|(name, _)| name).collect(),
        resumed: below.resumed,
    })
}

/// The successor, and the CAs that it certified, by the names of their keys.
struct Below {
    root: Identity,
    anew: Vec<(String, Certificate)>,
    resumed: bool,
}

struct Work<'a> {
    keys: &'a Keys,
    context: &'a Context<'a>,
    config: &'a Config,
}

impl Work<'_> {
    fn validity(&self) -> Result<Validity, Failure> {
        let validity = self.config.certificates.ca_validity();
        Ok(validity.map_err(value("certificates"))?)
    }

    /// Steps 1 and 2, but for the place of the key after the next.
    fn succeed(&self, old: &Identity) -> Result<Identity, Failure> {
        let key = self
            .key(NEXT)?
            .ok_or_else(|| self.keys.missing("key that the root announced"))?;
        let after = match self.key(AFTER)? {
            Some(after) => after,
            None => {
                let crypto = self.context.crypto;
                let after = crypto.generate_rsa(ROOT_BITS).map_err(Error::from)?;
                self.keys.store().put(AFTER, &pkcs8(&after)?)?;
                after
            }
        };
        let certificate = succeed(
            self.context,
            &old.certificate,
            &key,
            &after,
            fresh_serial_number(self.context)?,
            &self.validity()?,
        )?;
        let root = Identity {
            key,
            certificate,
            chain: Vec::new(),
        };
        // That the old root announces this one is checked here, before anything is replaced.
        let crypto = self.context.crypto;
        if !TrustStore::new(vec![old.certificate.clone()]).believes(crypto, &root.certificate) {
            return Err(self.keys.missing("key that the root announced"));
        }
        let folder = self.keys.folder();
        folder.renew_identity(self.keys.store(), ROOT, &root)?;
        Ok(root)
    }

    /// Has the folder believe `root`.
    fn believe(&self, root: &Identity) -> Result<(), Failure> {
        let (folder, crypto) = (self.keys.folder(), self.context.crypto);
        let mut believed = folder.load_trust(self.context)?;
        believed.roots.adopt(crypto, &root.certificate);
        Ok(folder.save_trust(&believed, crypto)?)
    }

    /// The key that `root` announces takes the place of its own.
    fn put_key_after_in_place(&self, root: &Identity) -> Result<(), Failure> {
        let Some(after) = self.key(AFTER)? else {
            return Ok(());
        };
        let next = self.key(NEXT)?;
        let is_used = next.is_none_or(|next| next.public_key() == root.key.public_key());
        if is_used {
            let store = self.keys.store();
            store.remove(NEXT)?;
            store.put(NEXT, &pkcs8(&after)?)?;
            store.remove(AFTER)?;
        }
        Ok(())
    }

    /// Step 3: the certificates by which `root` certifies the CAs directly below it, which
    /// stand in the place of the old ones, in the chains of all CAs too.
    fn recertify(&self, root: &Identity) -> Result<Vec<(String, Certificate)>, Failure> {
        let folder = self.keys.folder();
        let draft_key = DraftKey::generate(self.context.crypto, root.key.public_key().bits())
            .map_err(Error::from)?;
        let validity = self.validity()?;
        let mut anew = Vec::new();
        for (name, held) in self.below(&root.certificate)? {
            let certificate = match self.is_by(&held, root.certificate.public_key()) {
                true => held,
                false => recertify(self.context, root, &draft_key, &held, &validity)?,
            };
            anew.push((name, certificate));
        }
        let certificates: Vec<Certificate> = anew.iter().map(|(_, one)| one.clone()).collect();
        let roots = std::slice::from_ref(&root.certificate);
        replace(self.context, folder, roots, &certificates)?;
        Ok(anew)
    }

    /// Whether no earlier run was interrupted: all CAs are certified by this root, and all
    /// brands have it and its CRL.
    fn is_whole(&self, data: &Path, root: &Identity) -> Result<bool, Failure> {
        let key = root.certificate.public_key();
        let below = self.below(&root.certificate)?;
        let mut whole = below.iter().all(|(_, held)| self.is_by(held, key));
        let brands = brand_labels(data)?;
        let brands = brands.iter().map(|label| self.keys.brand(label));
        let mut folders: Vec<PartyFolder> = brands.collect();
        folders.extend(own_lists(data, self.context)?.map(|(folder, _)| folder));
        for folder in folders {
            let trust = folder.load_trust(self.context)?;
            whole &= trust.roots.roots().contains(&root.certificate)
                && trust.crls().iter().any(|crl| {
                    crl.issuer() == root.certificate.subject()
                        && crl.verify_signature(key, self.context.crypto).is_ok()
                });
        }
        let is_used = |next: PrivateKey| next.public_key() == root.key.public_key();
        Ok(whole && !self.key(NEXT)?.is_none_or(is_used))
    }

    /// The CAs directly below a root of that name, by the names of their keys; those whose
    /// keys are elsewhere, by their own. One that has expired or is revoked is none any more.
    fn below(&self, root: &Certificate) -> Result<Vec<(String, Certificate)>, Failure> {
        let rules = &self.context.policy.key_rules;
        let mut below = self.keys.folder().identities(rules)?;
        let trust = self.keys.folder().load_trust(self.context)?;
        let recorded = trust.certificates().iter();
        let mut recorded: Vec<&Certificate> = recorded.collect();
        // What this root certified stands for what its predecessor did.
        recorded.sort_by_key(|held| !self.is_by(held, root.public_key()));
        for held in recorded {
            let known = below.iter().any(|(_, known)| {
                known.issuer_and_serial_number() == held.issuer_and_serial_number()
                    && known.public_key() == held.public_key()
            });
            if !known {
                below.push((held.subject().to_string(), held.clone()));
            }
        }
        let revoked = |held: &Certificate| {
            let mut crls = trust.crls().iter();
            crls.any(|crl| {
                crl.issuer() == root.subject() && crl.revoked_since(held.serial_number()).is_some()
            })
        };
        below.retain(|(_, held)| {
            !held.is_self_issued()
                && held.issuer() == root.subject()
                && held.not_after() >= self.context.now
                && !revoked(held)
        });
        Ok(below)
    }

    fn is_by(&self, held: &Certificate, issuer: &PublicKey) -> bool {
        held.verify_signature(issuer, self.context.crypto).is_ok()
    }

    fn key(&self, name: &str) -> Result<Option<PrivateKey>, Failure> {
        match self.keys.store().load(name) {
            Ok(pkcs8) => {
                let key = PrivateKey::from_pkcs8_der(&pkcs8);
                Ok(Some(key.map_err(|fault| PartyError::Key {
                    name: name.to_owned(),
                    fault,
                })?))
            }
            Err(KeyStoreError::NotFound { .. }) => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }
}

/// What `rollover` tells.
#[derive(Debug, Serialize)]
pub(crate) struct Done {
    root: PathBuf,
    root_thumbprint: String,
    not_after: String,
    /// The CAs that it certified, by the names of their keys.
    certified_anew: Vec<String>,
    /// Whether an earlier run was finished instead of another root being made.
    resumed: bool,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.resumed {
            writeln!(f, "Finished what an earlier run began.")?;
        }
        writeln!(f, "Successor root {}", self.root.display())?;
        writeln!(f, "  holds until     {}", self.not_after)?;
        writeln!(f, "  thumbprint      {}", self.root_thumbprint)?;
        writeln!(f, "  certified anew  {}", self.certified_anew.join(", "))?;
        write!(
            f,
            "Parties that believe the old root learn of it with the next message from the CA; CAs in\n\
             other folders by `set-ca ceremony bundle` and `accept`."
        )
    }
}

/// The root.
const ROOT: &str = "root";
/// The key that the root announces.
const NEXT: &str = "root-next";
/// The key that the successor will announce, while it is made.
const AFTER: &str = "root-after";
