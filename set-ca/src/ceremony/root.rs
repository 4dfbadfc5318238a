//! `ceremony root`: a root in an offline folder.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use set_core::ca::hierarchy::make_root;
use set_core::ca::lists::next_crl;
use set_core::party::Trust;
use set_core::path::TrustStore;
use set_node::program::{Screen, create_folder, value};

use super::args::RootArgs;
use super::undo::Undo;
use crate::config::Config;
use crate::failure::Failure;
use crate::folder::{Keys, occupied};
use crate::init::pkcs8;
use crate::serve::station;

pub(super) fn root(
    data: &Path,
    config: &Config,
    args: &RootArgs,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let words = args.policy.words().unwrap_or_default();
    let policy = words.qualifier().map_err(value("--policy"))?;
    if occupied(&data.join("identities")) || occupied(&data.join(&config.keys.folder)) {
        return Err(Failure::Exists(data.to_owned()));
    }
    create_folder(data)?;
    let keys = Keys::open(data, config)?;
    let station = station()?;
    let context = station.context();
    let validity = config
        .certificates
        .ca_validity()
        .map_err(value("certificates"))?;
    let (root, next) = make_root(&context, &policy, &validity)?;
    let crl = next_crl(&context, &root, None, 0, &[], validity.lists)?;
    let mut trust = Trust::new(TrustStore::new(vec![root.certificate.clone()]));
    trust.hold_crl(&context, crl);
    let mut undo = Undo::default();
    for name in ["root-next", "root"] {
        undo.made(keys.key_file(name));
    }
    undo.made(keys.identity_file("root"));
    keys.store().put("root-next", &pkcs8(&next)?)?;
    keys.folder().save_identity(keys.store(), "root", &root)?;
    keys.folder().save_trust(&trust, station.crypto())?;
    undo.keep();
    let thumbprint = root.certificate.thumbprint(station.crypto()).to_string();
    screen.result(&Made {
        root: data.join("roots").join(format!("{thumbprint}.pem")),
        root_thumbprint: thumbprint,
        not_after: root.certificate.not_after().to_string(),
    });
    Ok(())
}

#[derive(Serialize)]
struct Made {
    root: PathBuf,
    root_thumbprint: String,
    not_after: String,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Root {}", self.root.display())?;
        writeln!(f, "  holds until {}", self.not_after)?;
        writeln!(f, "  thumbprint  {}", self.root_thumbprint)?;
        write!(f, "Whoever shall believe it compares the thumbprint.")
    }
}
