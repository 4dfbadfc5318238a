//! The secrets of the mall.

use std::fmt;
use std::path::Path;

use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_testkit::secrets::Secrets;

use super::stage::{DEMO_PASSPHRASE, StageError};

/// The account number, the passphrase, and every private key of the roles whose data
/// folders lie in `data`.
///
/// # Errors
///
/// A role has no keys, or one of them cannot be read.
pub fn of_the_mall(data: &Path, roles: &[&str], pan: &str) -> Result<Secrets, StageError> {
    let mut secrets = Secrets::default();
    secrets.add("the PAN", pan.as_bytes());
    secrets.add("the passphrase", DEMO_PASSPHRASE.as_bytes());
    for role in roles {
        let before = secrets.keys();
        add_keys(&mut secrets, role, &data.join(role).join("keys"))?;
        if secrets.keys() == before {
            let none = format!("{role} has no keys to look for");
            return Err(StageError::Disproved(none));
        }
    }
    Ok(secrets)
}

fn add_keys(secrets: &mut Secrets, role: &str, folder: &Path) -> Result<(), StageError> {
    let fail = |error: &dyn fmt::Display| StageError::Disproved(error.to_string());
    let passphrase = Passphrase::new(DEMO_PASSPHRASE).map_err(|error| fail(&error))?;
    let keys =
        KeyStore::open(folder, passphrase, Iterations::LEAST).map_err(|error| fail(&error))?;
    for name in keys.names().map_err(|error| fail(&error))? {
        let key = keys.load(&name).map_err(|error| fail(&error))?;
        let what = format!("the private key {name} of the {role}");
        secrets.add_key(&what, &key).map_err(|error| fail(&error))?;
    }
    Ok(())
}
