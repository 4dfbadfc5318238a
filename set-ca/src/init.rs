//! `init`: a hierarchy in a data folder.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use set_core::ca::hierarchy::{Hierarchy, Plan, Validity};
use set_core::crypto::PrivateKey;
use set_core::msg::ids::BrandId;
use set_node::cli::OutputFormat;
use set_node::keystore::Passphrase;
use set_node::party::PartyError;
use set_node::station::Station;
use set_node::store::Store;

use crate::cli::InitArgs;
use crate::config::{Config, EXAMPLE};
use crate::failure::Failure;
use crate::folder::{Keys, occupied, private_folder, write_new};
use crate::serve::station;
use crate::show::print;

/// Makes root, brand CA and the CAs below, CRLs and BCI.
pub(crate) async fn init(
    data: &Path,
    config: &Config,
    args: &InitArgs,
    format: OutputFormat,
) -> Result<(), Failure> {
    let plan = plan(args)?;
    if occupied(&data.join("identities")) || occupied(&data.join(&config.keys.folder)) {
        return Err(Failure::Exists(data.to_owned()));
    }
    private_folder(data)?;
    let passphrase = Passphrase::from_config(data, &config.keys)?;
    let station = station()?;
    let hierarchy = Hierarchy::make(&station.context(), &plan)?;
    let keys = Keys::open_with(data, config, passphrase)?;
    save(&keys, &station, &hierarchy)?;
    write_new(data.join("config.toml"), EXAMPLE.as_bytes())?;
    Store::open(data, &config.store).await?.close().await;
    let root = hierarchy.root.certificate.thumbprint(station.crypto());
    print(
        format,
        &Made {
            data: data.to_owned(),
            root: data.join("roots").join(format!("{root}.pem")),
            root_thumbprint: root.to_string(),
            brand: plan.brand_id.to_string(),
        },
    );
    Ok(())
}

fn plan(args: &InitArgs) -> Result<Plan, Failure> {
    Ok(Plan {
        country: args.country.clone(),
        brand_id: BrandId::new(args.brand.as_str()).map_err(|fault| Failure::Value {
            what: "--brand",
            fault,
        })?,
        geopolitical: args.geopolitical.clone(),
        policy: args.policy.clone(),
        validity: Validity::default(),
    })
}

fn save(keys: &Keys, station: &Station, hierarchy: &Hierarchy) -> Result<(), Failure> {
    let trust = hierarchy.trust(&station.context());
    keys.folder().save_trust(&trust, station.crypto())?;
    for (name, identity) in hierarchy.identities() {
        keys.folder().save_identity(keys.store(), &name, identity)?;
    }
    let next = pkcs8(&hierarchy.next_root_key)?;
    keys.store().put("root-next", &next)?;
    Ok(())
}

fn pkcs8(key: &PrivateKey) -> Result<impl std::ops::Deref<Target = Vec<u8>> + use<>, Failure> {
    key.to_pkcs8()
        .ok_or_else(|| Failure::Party(PartyError::Confined("root-next".to_owned())))
}

#[derive(Serialize)]
struct Made {
    data: PathBuf,
    brand: String,
    root: PathBuf,
    root_thumbprint: String,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "CAs of {} in {}", self.brand, self.data.display())?;
        writeln!(f, "  root        {}", self.root.display())?;
        writeln!(f, "  thumbprint  {}", self.root_thumbprint)?;
        write!(
            f,
            "config.toml approves every request: change [approval] before anybody relies on it"
        )
    }
}
