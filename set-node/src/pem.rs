//! PEM files with one or more blocks of one kind.

use pkcs8::der::pem::{self, LineEnding};

/// What is wrong with a PEM file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PemFault {
    /// There is no block in it.
    #[error("no PEM block in the file")]
    Empty,
    /// A block of another kind.
    #[error("a PEM block labelled {found} where {expected} belongs")]
    Label {
        /// The label that belongs there.
        expected: String,
        /// The label found.
        found: String,
    },
    /// Malformed.
    #[error("malformed PEM: {0}")]
    Malformed(String),
}

/// One block, with lines of 64 characters.
#[must_use]
pub fn encode(label: &'static str, octets: &[u8]) -> Vec<u8> {
    // The encoder fails only for labels that are not ASCII; ours are literals.
    pem::encode_string(label, LineEnding::LF, octets)
        .unwrap_or_default()
        .into_bytes()
}

/// The octets of every block, all of which must be labelled `label`.
///
/// # Errors
///
/// [`PemFault`].
pub fn decode(label: &str, text: &[u8]) -> Result<Vec<Vec<u8>>, PemFault> {
    blocks(text)?
        .into_iter()
        .map(|(found, octets)| {
            if found == label {
                Ok(octets)
            } else {
                Err(PemFault::Label {
                    expected: label.to_owned(),
                    found,
                })
            }
        })
        .collect()
}

/// Every block: its label and its octets.
///
/// # Errors
///
/// [`PemFault`].
pub fn blocks(text: &[u8]) -> Result<Vec<(String, Vec<u8>)>, PemFault> {
    let text = std::str::from_utf8(text).map_err(|_| PemFault::Malformed("not ASCII".into()))?;
    let mut blocks = Vec::new();
    let mut block = String::new();
    for line in text.lines() {
        if block.is_empty() && !line.starts_with("-----BEGIN ") {
            continue;
        }
        block.push_str(line);
        block.push('\n');
        if line.starts_with("-----END ") {
            let (found, octets) = pem::decode_vec(block.as_bytes())
                .map_err(|error| PemFault::Malformed(error.to_string()))?;
            blocks.push((found.to_owned(), octets));
            block.clear();
        }
    }
    if !block.is_empty() {
        return Err(PemFault::Malformed("a block does not end".into()));
    }
    if blocks.is_empty() {
        return Err(PemFault::Empty);
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_back_in_order() {
        let mut text = encode("CERTIFICATE", &[1; 100]);
        text.extend(encode("CERTIFICATE", &[2; 3]));
        let blocks = decode("CERTIFICATE", &text).unwrap();
        assert_eq!(blocks, vec![vec![1; 100], vec![2; 3]]);
    }

    #[test]
    fn other_labels_cut_off_blocks_and_empty_files_are_refused() {
        let text = encode("X509 CRL", &[1; 100]);
        assert!(matches!(
            decode("CERTIFICATE", &text),
            Err(PemFault::Label { .. })
        ));
        assert!(matches!(
            decode("X509 CRL", &text[..text.len() - 20]),
            Err(PemFault::Malformed(_))
        ));
        assert_eq!(decode("X509 CRL", b"no PEM\n"), Err(PemFault::Empty));
    }
}
