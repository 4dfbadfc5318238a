//! What files hold: values in DER or PEM, and captures.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use set_core::asn1::limits::Element;
use set_node::pem;

use crate::capture;
use crate::examine::Desk;
use crate::failure::Failure;
use crate::kind::Kind;

/// Octets that are read of one file.
const MOST_OCTETS: u64 = 64 << 20;

/// Reads a file, or standard input for `-`, and lays all values in it on the desk.
///
/// # Errors
///
/// The file cannot be read, is empty or too long, or is PEM or a capture but damaged.
pub(crate) fn read(desk: &mut Desk<'_>, file: &Path, kind: Option<Kind>) -> Result<(), Failure> {
    let octets = octets(file)?;
    let name = match file.as_os_str() == "-" {
        true => "standard input".to_owned(),
        false => file.display().to_string(),
    };
    if capture::is_capture(&octets) {
        let heard = capture::read(&octets).map_err(|fault| Failure::Capture {
            file: file.to_owned(),
            fault,
        })?;
        for heard in heard {
            desk.add(format!("{name}, {}", heard.place), heard.octets, kind);
        }
    } else if octets.trim_ascii_start().starts_with(b"-----BEGIN ") {
        let blocks = pem::blocks(&octets).map_err(|fault| Failure::pem(file, fault))?;
        for (number, (label, octets)) in blocks.into_iter().enumerate() {
            desk.add(format!("{name}, block {number} ({label})"), octets, kind);
        }
    } else {
        for (start, value) in values(&octets) {
            let place = match start {
                0 => name.clone(),
                _ => format!("{name}, from octet {start}"),
            };
            desk.add(place, value.to_vec(), kind);
        }
    }
    Ok(())
}

fn octets(file: &Path) -> Result<Vec<u8>, Failure> {
    let fault = |source: io::Error| Failure::file(file, source);
    let reader: Box<dyn Read> = match file.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(file).map_err(fault)?),
    };
    let mut octets = Vec::new();
    let mut bounded = reader.take(MOST_OCTETS.saturating_add(1));
    bounded.read_to_end(&mut octets).map_err(fault)?;
    if octets.is_empty() {
        return Err(Failure::Empty {
            file: file.to_owned(),
        });
    }
    if u64::try_from(octets.len()).is_ok_and(|length| length > MOST_OCTETS) {
        return Err(Failure::TooLong {
            file: file.to_owned(),
            limit: MOST_OCTETS,
        });
    }
    Ok(octets)
}

/// Values one after another, as on a TCP connection; what follows the last whole one is a
/// value of its own, damaged. Octets that are one value with something after it, but not
/// another value, stay together, so that the fault is told where it is.
fn values(octets: &[u8]) -> Vec<(usize, &[u8])> {
    let mut values = Vec::new();
    let mut at = 0;
    while at < octets.len() && values.len() < MOST_VALUES {
        let whole = Element::parse(octets, at, octets.len());
        match whole {
            Ok(element) if element.identifier == SEQUENCE => {
                values.push((at, octets.get(at..element.end).unwrap_or_default()));
                at = element.end;
            }
            _ if values.len() == 1 && octets.get(at) != Some(&SEQUENCE) => {
                return vec![(0, octets)];
            }
            _ => break,
        }
    }
    if at < octets.len() {
        values.push((at, octets.get(at..).unwrap_or_default()));
    }
    values
}

const SEQUENCE: u8 = 0x30;
/// Values that are taken out of one file.
const MOST_VALUES: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_follow_each_other_are_taken_apart() {
        let two = b"\x30\x01\x00\x30\x00";
        assert_eq!(values(two), [(0, &two[..3]), (3, &two[3..])]);
        let cut = b"\x30\x00\x30\x05\x00";
        assert_eq!(values(cut), [(0, &cut[..2]), (2, &cut[2..])]);
    }

    #[test]
    fn what_is_no_value_stays_where_it_is() {
        let more = b"\x30\x00\x0a";
        assert_eq!(values(more), [(0, &more[..])]);
        assert_eq!(values(b"hello"), [(0, &b"hello"[..])]);
    }
}
