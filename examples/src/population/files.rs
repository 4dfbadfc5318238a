//! The files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use set_core::asn1;
use set_core::ca::hierarchy::Hierarchy;
use set_core::error::Error;
use set_core::exchange::Context;
use set_core::x509::Certificate;
use set_node::pem;

use super::cli::{Encoding, Options};
use super::fault::PopulationFault;
use super::summary::Summary;

/// Makes the folder unless it holds something.
pub(super) fn prepare(out: &Path) -> Result<(), PopulationFault> {
    let used = fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if used {
        return Err(PopulationFault::NotEmpty(out.to_owned()));
    }
    fs::create_dir_all(out).map_err(fault(out))
}

/// Writes the root, the CAs and their lists.
pub(super) fn write_cas(
    out: &Path,
    context: &Context<'_>,
    hierarchy: &Hierarchy,
) -> Result<(), PopulationFault> {
    let root = &hierarchy.root.certificate;
    write(&out.join("root.pem"), &block(root))?;
    for (name, identity) in hierarchy.identities() {
        let file = out.join("cas").join(format!("{name}.pem"));
        write(&file, &block(&identity.certificate))?;
    }
    for brand in &hierarchy.brands {
        let folder = out.join("brands").join(&brand.brand.name);
        let chain: Vec<u8> = brand
            .identities()
            .into_iter()
            .flat_map(|(_, identity)| block(&identity.certificate))
            .collect();
        write(&folder.join("chain.pem"), &chain)?;
        let trust = brand.trust(context, root);
        let crls: Vec<u8> = trust
            .crls()
            .iter()
            .flat_map(|crl| pem::encode("X509 CRL", crl.octets()))
            .collect();
        write(&folder.join("crls.pem"), &crls)?;
        let bci = asn1::encode(&brand.bci).map_err(Error::from)?;
        write(&folder.join("bci.der"), &bci)?;
    }
    Ok(())
}

/// Writes a cardholder's certificate.
pub(super) fn write_holder(
    options: &Options,
    ca: &str,
    batch: u32,
    number: u32,
    certificate: &Certificate,
) -> Result<(), PopulationFault> {
    let (extension, content) = match options.encoding {
        Encoding::Pem => ("pem", block(certificate)),
        Encoding::Der => ("der", certificate.octets().to_vec()),
    };
    let folder = options
        .out
        .join("cardholders")
        .join(ca)
        .join(format!("{batch:04}"));
    write(&folder.join(format!("{number:07}.{extension}")), &content)
}

/// Writes the summary.
pub(super) fn write_summary(out: &Path, summary: &Summary) -> Result<(), PopulationFault> {
    let file = out.join("summary.json");
    let text = serde_json::to_vec(summary).map_err(|source| PopulationFault::File {
        file: file.clone(),
        source: source.into(),
    })?;
    write(&file, &text)
}

fn block(certificate: &Certificate) -> Vec<u8> {
    pem::encode("CERTIFICATE", certificate.octets())
}

fn write(file: &Path, content: &[u8]) -> Result<(), PopulationFault> {
    match fs::write(file, content) {
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder).map_err(fault(folder))?;
            }
            fs::write(file, content).map_err(fault(file))
        }
        written => written.map_err(fault(file)),
    }
}

fn fault(file: &Path) -> impl FnOnce(io::Error) -> PopulationFault {
    let file: PathBuf = file.to_owned();
    move |source| PopulationFault::File { file, source }
}
