//! One data folder for several brands.
//!
//! The party of the brand that was enrolled first has the data folder itself; that of every
//! further brand, or acquirer, has a folder of the same shape within `brands`. Configuration,
//! listeners and limits are those of the data folder.

use std::path::{Path, PathBuf};
use std::{fs, io};

use set_core::msg::ids::{Bin, BrandId};

/// The folder of the party for a brand, and for an acquirer where several are served, beside
/// the first one's.
#[must_use]
pub fn folder(data: &Path, brand_id: &BrandId, acquirer: Option<&Bin>) -> PathBuf {
    let brand = brand_id.as_str().split(':').next().unwrap_or_default();
    // Brands differ by more than letters and digits; file names had better not.
    let mut name: String = brand
        .to_lowercase()
        .bytes()
        .map(|octet| match octet {
            b'a'..=b'z' | b'0'..=b'9' => char::from(octet).to_string(),
            other => format!("_{other:02x}"),
        })
        .collect();
    if let Some(bin) = acquirer {
        name.push('-');
        name.push_str(bin.as_str());
    }
    data.join(BRANDS).join(name)
}

/// The folders of all parties: the data folder, then those within `brands` that have their
/// certificates, in the order of their names. Where an enrollment was broken off is none yet.
///
/// # Errors
///
/// The folder cannot be read.
pub fn all(data: &Path) -> io::Result<Vec<PathBuf>> {
    let mut further = match fs::read_dir(data.join(BRANDS)) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()?,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(fault) => return Err(fault),
    };
    further.retain(|folder| is_enrolled(folder));
    further.sort();
    further.insert(0, data.to_owned());
    Ok(further)
}

/// Whether there is a signature certificate, which is saved last.
fn is_enrolled(folder: &Path) -> bool {
    let mut identities = fs::read_dir(folder.join("identities"))
        .into_iter()
        .flatten();
    identities.any(|entry| {
        let name = entry.map(|entry| entry.file_name()).unwrap_or_default();
        name.to_string_lossy().ends_with("signature.pem")
    })
}

const BRANDS: &str = "brands";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_brand_and_acquirer_has_a_folder_of_its_own() {
        let of = |brand: &str, bin: Option<&str>| {
            let bin = bin.map(|bin| Bin::new(bin).unwrap());
            let folder = folder(Path::new("d"), &BrandId::new(brand).unwrap(), bin.as_ref());
            folder
                .strip_prefix("d/brands")
                .unwrap()
                .display()
                .to_string()
        };
        assert_eq!(of("Orchard", None), "orchard");
        assert_eq!(of("ORCHARD:Gold", Some("455555")), "orchard-455555");
        assert_eq!(of("A.B", None), "a_2eb");
        assert_eq!(of("../x", None), "_2e_2e_2fx");
    }

    #[test]
    fn folders_are_found_once_something_was_certified_in_them() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(all(data.path()).unwrap(), [data.path()]);
        let folder = folder(data.path(), &BrandId::new("Meadow").unwrap(), None);
        fs::create_dir_all(&folder).unwrap();
        assert_eq!(all(data.path()).unwrap(), [data.path()]);
        let identities = folder.join("identities");
        fs::create_dir_all(&identities).unwrap();
        // A crash between the two certificates: the enrollment has to be done once more.
        fs::write(identities.join("encryption.pem"), "").unwrap();
        assert_eq!(all(data.path()).unwrap(), [data.path()]);
        fs::write(identities.join("signature.pem"), "").unwrap();
        assert_eq!(all(data.path()).unwrap(), [data.path(), &folder]);
    }
}
