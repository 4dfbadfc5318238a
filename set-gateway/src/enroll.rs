//! `enroll`: the gateway's certificates.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use set_core::msg::cert::id_data::{AcquirerBusinessId, AcquirerId, IdData};
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::ids::{Bin, BrandId, Language};
use set_core::registration::{Application, Certified};
use set_core::x509::Brand;
use set_node::branches;
use set_node::call::{Caller, Trace};
use set_node::cli::Exit;
use set_node::enroll::{Applicant, Enrollment, Renewed};
use set_node::keystore::{Iterations, KeyStore, Passphrase};
use set_node::party::PartyFolder;
use set_node::program::{Screen, create_folder, value};
use set_node::station::Station;
use set_node::transport::{Endpoint, MediaType, Transport};

use crate::cli::{EnrollArgs, RenewArgs};
use crate::config::Config;
use crate::failure::Failure;
use crate::serve;

/// Registers the gateway at the CA and keeps keys and certificates.
pub(crate) async fn enroll(
    data: &Path,
    config: &Config,
    trace: Trace,
    args: &EnrollArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let application = application(config, args)?;
    create_folder(data)?;
    let passphrase = Passphrase::from_config(data, &config.keys)?;
    let iterations = Iterations::new(config.keys.iterations);
    let keys = KeyStore::open(&data.join(&config.keys.folder), passphrase, iterations)?;
    let place = place(data, &keys, &application)?;
    let data: &Path = &place;
    create_folder(data)?;
    let keys = keys.beside(&data.join(&config.keys.folder))?;
    let station = station(config)?;
    let folder = PartyFolder::new(data);
    let mut trust = folder.load_trust(&station.context())?;
    let rules = &station.policy().key_rules;
    let root = args.root.install(&mut trust, station.crypto(), rules)?;
    if let Some(thumbprint) = root {
        tracing::info!(%thumbprint, "root believed; compare with the one that the brand publishes");
    }
    let caller = caller(config, args.ca.clone(), trace);
    let applicant = Applicant {
        role: ROLE,
        station: &station,
        ca: &caller,
        keys: &keys,
        data,
        fields: &args.fields,
        trace,
    };
    if args.anew {
        applicant.enrolled()?;
    }
    let certified = applicant.enroll(&mut trust, application, &args.ca).await?;
    let encryption = certified.encryption.as_ref().ok_or(Failure::NoEncryption)?;
    folder.save_trust(&trust, station.crypto())?;
    folder.save_identity(&keys, ENCRYPTION, encryption)?;
    // The signature certificate comes last: it is what tells that all is there.
    folder.save_identity(&keys, SIGNATURE, &certified.signature)?;
    applicant.enrolled()?;
    screen.result(&Enrolled {
        certificate: certified.signature.certificate.subject().to_string(),
        not_after: certified.signature.certificate.not_after().to_string(),
    });
    Ok(Exit::Success)
}

/// Where the certificates for an application go: to the data folder, or, where another brand or
/// acquirer has that, to a folder beside.
fn place(data: &Path, keys: &KeyStore, application: &Application) -> Result<PathBuf, Failure> {
    if !is_enrolled(data) {
        return Ok(data.to_owned());
    }
    let held = Enrollment::load(data, keys)?;
    let same = Brand::of(&held.brand_id) == Brand::of(&application.brand_id)
        && held.id_data.as_ref() == Some(&application.id_data);
    let IdData::AcquirerId(acquirer) = &application.id_data else {
        return Err(Failure::Enrolled);
    };
    let bin = &acquirer.acquirer_bin;
    let place = branches::folder(data, &application.brand_id, Some(bin));
    if same || is_enrolled(&place) {
        return Err(Failure::Enrolled);
    }
    Ok(place)
}

fn is_enrolled(folder: &Path) -> bool {
    folder.join("identities").join("signature.pem").exists()
}

/// Renews both certificates with the old ones and keeps them in place of those, which stay as
/// [former](PartyFolder::former) ones; those of every brand and acquirer.
pub(crate) async fn renew(
    data: &Path,
    config: &Config,
    trace: Trace,
    args: &RenewArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let passphrase = Passphrase::from_config(data, &config.keys)?;
    let iterations = Iterations::new(config.keys.iterations);
    let keys = KeyStore::open(&data.join(&config.keys.folder), passphrase, iterations)?;
    let station = station(config)?;
    for folder in serve::folders(data)? {
        let keys = keys.beside(&folder.join(&config.keys.folder))?;
        let enrollment = Enrollment::load(&folder, &keys)?;
        let ca = match &args.ca {
            Some(ca) => ca.clone(),
            None => enrollment.endpoint()?,
        };
        let caller = caller(config, ca, trace);
        let applicant = Applicant {
            role: ROLE,
            station: &station,
            ca: &caller,
            keys: &keys,
            data: &folder,
            fields: &args.fields,
            trace,
        };
        let certified = renew_with(&applicant, &enrollment).await?;
        screen.result(&Enrolled {
            certificate: certified.signature.certificate.subject().to_string(),
            not_after: certified.signature.certificate.not_after().to_string(),
        });
    }
    Ok(Exit::Success)
}

/// Renews both certificates in the data folder of `applicant`.
///
/// # Errors
///
/// There are none; the CA cannot be reached, has not decided, or refuses.
pub async fn renew_with(
    applicant: &Applicant<'_>,
    enrollment: &Enrollment,
) -> Result<Certified, Failure> {
    let folder = PartyFolder::new(applicant.data);
    let (station, keys) = (applicant.station, applicant.keys);
    let mut trust = folder.load_trust(&station.context())?;
    let rules = &station.policy().key_rules;
    let held = |name| folder.load_identity(keys, name, rules);
    let (Some(signature), Some(encryption)) = (held(SIGNATURE)?, held(ENCRYPTION)?) else {
        return Err(Failure::NotEnrolled);
    };
    let old = Renewed::Both {
        signature,
        encryption,
    };
    let certified = applicant.renew(&mut trust, enrollment, old).await?;
    let encryption = certified.encryption.as_ref().ok_or(Failure::NoEncryption)?;
    folder.save_trust(&trust, station.crypto())?;
    folder.renew_identity(keys, ENCRYPTION, encryption)?;
    folder.renew_identity(keys, SIGNATURE, &certified.signature)?;
    applicant.renewed()?;
    Ok(certified)
}

pub(crate) fn caller(config: &Config, ca: Endpoint, trace: Trace) -> Caller {
    let transport = Transport::new(ca)
        .with_media_type(MediaType::Registration)
        .with_timeouts(config.timeouts.clone());
    Caller::new(transport, ROLE, "ca", trace)
}

/// Provider, clock and policy as the configuration has them.
pub(crate) fn station(config: &Config) -> Result<Station, Failure> {
    Ok(
        Station::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
            .map_err(value("the program's name"))?
            .with_policy(config.policy()),
    )
}

fn application(config: &Config, args: &EnrollArgs) -> Result<Application, Failure> {
    let acquirer_business_id = args
        .business_id
        .as_deref()
        .map(AcquirerBusinessId::new)
        .transpose()
        .map_err(value("--business-id"))?;
    Ok(Application {
        request_type: RequestType::PgwyInitialBoth,
        id_data: IdData::AcquirerId(AcquirerId {
            acquirer_bin: Bin::new(args.bin.as_str()).map_err(value("--bin"))?,
            acquirer_business_id,
        }),
        brand_id: BrandId::new(args.brand.as_str()).map_err(value("--brand"))?,
        language: Language::new(config.gateway.language.as_str())
            .map_err(value("gateway.language"))?,
    })
}

#[derive(Serialize)]
struct Enrolled {
    certificate: String,
    not_after: String,
}

impl fmt::Display for Enrolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Enrolled {}", self.certificate)?;
        write!(f, "  valid until {}", self.not_after)
    }
}

pub(crate) const ROLE: &str = "gateway";
pub(crate) const SIGNATURE: &str = "signature";
pub(crate) const ENCRYPTION: &str = "encryption";
