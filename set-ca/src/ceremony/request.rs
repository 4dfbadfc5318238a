//! `ceremony request`: the keys of a CA, and a request for each.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use set_core::ca::hierarchy::{
    CA_BITS, CERTIFICATE_SIGNING, CRL_SIGNING, ENCRYPTION, MESSAGE_SIGNING, file_name, label,
    path_len,
};
use set_core::error::Error;
use set_core::msg::ids::BrandId;
use set_core::x509::SetName;
use set_core::x509::build::CaKey;
use set_core::x509::ext::CertificateType;
use set_core::x509::lint::Class;
use set_core::x509::pkcs10::CaRequest;
use set_node::durable;
use set_node::pem;
use set_node::program::{Screen, create_folder, value};

use super::args::{CaType, RequestArgs};
use super::fault::CeremonyFault;
use super::undo::Undo;
use crate::config::Config;
use crate::failure::{Failure, file_fault};
use crate::folder::Keys;
use crate::init::pkcs8;
use crate::lists::{Log, Terms};
use crate::serve::station;

pub(super) fn request(
    data: &Path,
    config: &Config,
    args: &RequestArgs,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let types = certificate_type(&args.types)?;
    let subject = subject(args)?;
    let name = ca_name(args)?;
    create_folder(data)?;
    let keys = Keys::open(data, config)?;
    let prefix = file_name(&name, "");
    if keys
        .store()
        .names()?
        .iter()
        .any(|key| key.starts_with(&prefix))
    {
        return Err(CeremonyFault::Exists(name).into());
    }
    let station = station()?;
    let mut made = Vec::new();
    for (key_name, key) in wanted(types, args.separate_crl_key) {
        let pair = station
            .crypto()
            .generate_rsa(CA_BITS)
            .map_err(Error::from)?;
        let request = CaRequest::sign(&subject, types, key, &pair, station.crypto());
        made.push((
            file_name(&name, key_name),
            pair,
            request.map_err(Error::from)?,
        ));
    }
    let out = args.out.clone().unwrap_or_else(|| data.join("requests"));
    create_folder(&out)?;
    // The log begins with the CA's keys; what is accepted for them goes on in it.
    drop(Log::open(data, Terms::of(config).wait).map_err(Failure::Lists)?);
    let mut undo = Undo::default();
    let mut requests = Vec::new();
    for (name, pair, request) in &made {
        keys.store().put(name, &pkcs8(pair)?)?;
        undo.made(keys.key_file(name));
        let file = out.join(format!("{name}.pem"));
        let text = pem::encode(REQUEST_LABEL, request);
        durable::create(&file, &text).map_err(file_fault(&file))?;
        undo.made(file.clone());
        requests.push(file);
    }
    undo.keep();
    screen.result(&Requested {
        name,
        types: types.to_string(),
        requests,
    });
    Ok(())
}

/// The label of requests in PEM files.
pub(super) const REQUEST_LABEL: &str = "CERTIFICATE REQUEST";

fn certificate_type(types: &[CaType]) -> Result<CertificateType, Failure> {
    let all = types.iter().fold(CertificateType::empty(), |all, one| {
        all.and(one.certificate_type())
    });
    let certifies = CaKey::CertSigning { path_len: 0 };
    let usage = set_core::x509::build::Profile::Ca {
        certificate_type: all,
        key: certifies,
    }
    .key_usage();
    match Class::of(all, usage) {
        Some(_) => Ok(all),
        None => Err(CeremonyFault::Types(all).into()),
    }
}

fn subject(args: &RequestArgs) -> Result<SetName, Failure> {
    let brand_id = BrandId::new(args.brand.as_str()).map_err(value("--brand"))?;
    let name = || {
        let mut name = SetName::new(args.country.as_str(), brand_id.as_str())?;
        if let Some(unit) = &args.unit {
            name = name.with_unit(unit.as_str())?;
        }
        match &args.common_name {
            Some(common_name) => name.with_common_name(common_name.as_str()),
            None => Ok(name),
        }
    };
    Ok(name().map_err(Error::from)?)
}

fn ca_name(args: &RequestArgs) -> Result<String, Failure> {
    let name = match (&args.name, &args.unit) {
        (Some(name), _) => name.clone(),
        (None, Some(unit)) => file_name(&label(&args.brand), &label(unit)),
        (None, None) => label(&args.brand),
    };
    let good =
        name.len() <= MAX_NAME && name.split('.').all(|part| part == label(part)) && name != "root";
    if good {
        Ok(name)
    } else {
        Err(CeremonyFault::Name(name).into())
    }
}

/// The keys that such a CA has.
fn wanted(types: CertificateType, separate_crl_key: bool) -> Vec<(&'static str, CaKey)> {
    let path_len = path_len(types);
    let mut keys = if separate_crl_key {
        vec![
            (CERTIFICATE_SIGNING, CaKey::CertSigning { path_len }),
            (CRL_SIGNING, CaKey::CrlSigning),
        ]
    } else {
        vec![(CERTIFICATE_SIGNING, CaKey::CertAndCrlSigning { path_len })]
    };
    if !types.intersects(CertificateType::BCA.and(CertificateType::GCA)) {
        keys.push((MESSAGE_SIGNING, CaKey::MessageSigning));
        keys.push((ENCRYPTION, CaKey::Encryption));
    }
    keys
}

/// Characters of a CA's name, so that its keys' names have 64 at most.
const MAX_NAME: usize = 44;

#[derive(Serialize)]
struct Requested {
    name: String,
    types: String,
    requests: Vec<PathBuf>,
}

impl fmt::Display for Requested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Keys of {} ({}); carry to the CA above:",
            self.name, self.types
        )?;
        for file in &self.requests {
            write!(f, "\n  {}", file.display())?;
        }
        Ok(())
    }
}
