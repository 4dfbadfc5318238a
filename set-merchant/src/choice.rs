//! Which gateway takes which cards, as it was said last: a file of the data folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use set_core::asn1::{self, Limits, SeqOf};
use set_core::merchant::GatewayFor;
use set_node::durable;
use set_node::party::PartyError;

use crate::failure::Failure;
use crate::fault::Fault;

/// The octets of the file; none when nothing was said yet.
pub(crate) fn octets(data: &Path) -> Result<Vec<u8>, Failure> {
    let file = file(data);
    match fs::read(&file) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => Ok(read.map_err(|source| PartyError::Io { file, source })?),
    }
}

/// What was said.
pub(crate) fn load(data: &Path) -> Result<Vec<GatewayFor>, Failure> {
    let octets = octets(data)?;
    if octets.is_empty() {
        return Ok(Vec::new());
    }
    let said: SeqOf<GatewayFor, 0> = asn1::decode(&octets, &Limits::default())
        .map_err(|_| Fault::Damaged("which gateway takes which cards"))?;
    Ok(said.into_vec())
}

/// Keeps what was said, in place of what was said before.
pub(crate) fn save(data: &Path, said: &[GatewayFor]) -> Result<(), Failure> {
    let octets = SeqOf::<_, 0>::new(said.to_vec())
        .ok()
        .and_then(|said| asn1::encode(&said).ok())
        .ok_or(Fault::Damaged("which gateway takes which cards"))?;
    let file = file(data);
    Ok(durable::replace(&file, &octets).map_err(|source| PartyError::Io { file, source })?)
}

fn file(data: &Path) -> PathBuf {
    data.join("gateways.der")
}
