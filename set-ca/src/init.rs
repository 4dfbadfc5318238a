//! `init`: a hierarchy in a data folder.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use set_core::ca::hierarchy::{Hierarchy, Plan};
use set_core::crypto::PrivateKey;
use set_core::msg::ids::BrandId;
use set_core::party::Trust;
use set_core::path::TrustStore;
use set_node::cli::Exit;
use set_node::keystore::Passphrase;
use set_node::party::PartyError;
use set_node::program::{Screen, create_file, create_folder, value};
use set_node::station::Station;
use set_node::store::Store;

use crate::ceremony::Undo;
use crate::cli::InitArgs;
use crate::config::{Config, EXAMPLE};
use crate::failure::Failure;
use crate::folder::{Keys, occupied};
use crate::plan::{PlanFile, PolicyWords};
use crate::serve::station;

/// Makes root, brand CA and the CAs below, CRLs and BCI.
pub(crate) async fn init(
    data: &Path,
    config: &Config,
    args: &InitArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let plan = plan(args, config)?;
    if occupied(&data.join("identities")) || occupied(&data.join(&config.keys.folder)) {
        return Err(Failure::Exists(data.to_owned()));
    }
    create_folder(data)?;
    let passphrase = Passphrase::from_config(data, &config.keys)?;
    let station = station()?;
    let hierarchy = Hierarchy::make(&station.context(), &plan)?;
    let keys = Keys::open_with(data, config, passphrase)?;
    save(&keys, &station, &hierarchy)?;
    create_file(data.join("config.toml"), EXAMPLE.as_bytes())?;
    Store::open(data, &config.store).await?.close().await;
    let root = hierarchy.root.certificate.thumbprint(station.crypto());
    let brands = hierarchy.brands.iter();
    let brands: Vec<String> = brands.map(|brand| brand.brand_id.to_string()).collect();
    let served = hierarchy
        .brands
        .iter()
        .flat_map(|brand| &brand.end_entity_cas);
    screen.result(&Made {
        data: data.to_owned(),
        root: data.join("roots").join(format!("{root}.pem")),
        root_thumbprint: root.to_string(),
        brand: brands.join(", "),
        cas: served.map(|ca| ca.name.clone()).collect(),
        brands,
    });
    Ok(Exit::Success)
}

fn plan(args: &InitArgs, config: &Config) -> Result<Plan, Failure> {
    let validity = config
        .certificates
        .ca_validity()
        .map_err(value("certificates"))?;
    if let Some(file) = &args.plan {
        return PlanFile::read(file)?.plan(validity);
    }
    let brand_id = args.brand.as_deref().unwrap_or_default();
    let brand_id = BrandId::new(brand_id).map_err(value("--brand"))?;
    let words = PolicyWords {
        statement: args.policy.clone(),
        ..PolicyWords::default()
    };
    let policy = words.qualifier().map_err(value("--policy"))?;
    let region = args.geopolitical.as_deref();
    Ok(Plan {
        validity,
        ..Plan::simple(brand_id, &args.country, region, policy)
    })
}

fn save(keys: &Keys, station: &Station, hierarchy: &Hierarchy) -> Result<(), Failure> {
    let root = &hierarchy.root.certificate;
    let context = station.context();
    for brand in &hierarchy.brands {
        let trust = brand.trust(&context, root);
        let folder = keys.brand(&brand.brand.name);
        folder.save_trust(&trust, station.crypto())?;
    }
    let believed = Trust::new(TrustStore::new(vec![root.clone()]));
    keys.folder().save_trust(&believed, station.crypto())?;
    let mut undo = Undo::default();
    undo.made(keys.key_file("root-next"));
    // Before the root: one without its successor could never be renewed.
    let next = pkcs8(&hierarchy.next_root_key)?;
    keys.store().put("root-next", &next)?;
    for (name, identity) in hierarchy.identities() {
        undo.made(keys.key_file(&name));
        undo.made(keys.identity_file(&name));
        keys.folder().save_identity(keys.store(), &name, identity)?;
    }
    undo.keep();
    Ok(())
}

/// The octets of a key that can be kept in a file.
pub(crate) fn pkcs8(
    key: &PrivateKey,
) -> Result<impl std::ops::Deref<Target = Vec<u8>> + use<>, Failure> {
    key.to_pkcs8()
        .ok_or_else(|| PartyError::Confined("root-next".to_owned()).into())
}

#[derive(Serialize)]
struct Made {
    data: PathBuf,
    brand: String,
    brands: Vec<String>,
    /// The CAs for end entities, by name.
    cas: Vec<String>,
    root: PathBuf,
    root_thumbprint: String,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "CAs of {} in {}", self.brand, self.data.display())?;
        writeln!(f, "  serve       {}", self.cas.join(", "))?;
        writeln!(f, "  root        {}", self.root.display())?;
        writeln!(f, "  thumbprint  {}", self.root_thumbprint)?;
        write!(
            f,
            "config.toml approves every request: change [approval] before anybody relies on it"
        )
    }
}
