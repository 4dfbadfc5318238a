//! A root is succeeded.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use set_testkit::externals;

use crate::rig::Folder;

/// The names of the files in a folder, with what they hold.
fn files(folder: &Folder, name: &str) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder.path(name))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// Whether OpenSSL verifies an identity with this root alone, by the CAs of its own file;
/// none where there is no OpenSSL.
fn verified(folder: &Folder, root: &str, identity: &str) -> Option<bool> {
    let openssl = externals::require("openssl")?;
    let checked = Command::new(openssl)
        .args(["verify", "-ignore_critical", "-auth_level", "0", "-CAfile"])
        .arg(root)
        .arg("-untrusted")
        .args([folder.path(identity), folder.path(identity)])
        .output()
        .unwrap();
    Some(checked.status.success())
}

#[test]
fn the_key_that_was_announced_succeeds_and_the_cas_below_are_certified_anew() {
    let folder = Folder::made(&[]);
    let (before, lists) = (files(&folder, "identities"), folder.lists());
    let done = folder.succeed(&["rollover"]);
    assert_eq!(done["resumed"], false);
    let anew: Vec<&str> = done["certified_anew"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    assert_eq!(anew, ["orchard.certificate-signing"]);
    let root = done["root"].as_str().unwrap();
    assert!(fs::exists(root).unwrap());
    assert_eq!(files(&folder, "roots").len(), 2);
    assert_eq!(files(&folder, "brands/orchard/roots").len(), 2);
    // The old root stays, as a former one.
    assert_eq!(files(&folder, "identities").len(), before.len() + 1);
    let after = folder.lists();
    let grown = |before: Vec<u64>, after: Vec<u64>| -> u64 {
        after.iter().sum::<u64>() - before.iter().sum::<u64>()
    };
    assert_eq!(after.bci(), lists.bci() + 1);
    assert_eq!(
        grown(lists.numbers(), after.numbers()),
        1,
        "the root's CRL alone"
    );
    for identity in before.keys().filter(|name| *name != "root.pem") {
        let identity = format!("identities/{identity}");
        folder.succeed(&["lint", folder.path(&identity).to_str().unwrap()]);
        let holds = verified(&folder, root, &identity);
        assert!(holds.unwrap_or(true), "{identity}");
    }
}

#[test]
fn one_root_follows_another() {
    let folder = Folder::made(&[]);
    let first = folder.succeed(&["rollover"]);
    let second = folder.succeed(&["rollover"]);
    assert_eq!(second["resumed"], false);
    assert_ne!(first["root_thumbprint"], second["root_thumbprint"]);
    assert_eq!(files(&folder, "brands/orchard/roots").len(), 3);
    let keys = files(&folder, "keys");
    assert!(keys.contains_key("root-next.pem") && !keys.contains_key("root-after.pem"));
    // The lists are issued by the newest root from then on.
    folder.succeed(&["publish", "--all"]);
    let root = second["root"].as_str().unwrap();
    let identity = "identities/orchard.certificate-signing.pem";
    assert!(verified(&folder, root, identity).unwrap_or(true));
}

#[test]
fn a_run_that_was_interrupted_is_finished_by_the_next() {
    let folder = Folder::made(&[]);
    let backup = folder.copy();
    let done = folder.succeed(&["rollover"]);
    // It ended before the brands were told.
    folder.restore(&backup, &["brands", "revocations.log"]);
    let again = folder.succeed(&["rollover"]);
    assert_eq!(again["resumed"], true);
    assert_eq!(again["root_thumbprint"], done["root_thumbprint"]);
    assert_eq!(files(&folder, "brands/orchard/roots").len(), 2);
    // It ended before the key after the next took its place.
    let keys = files(&folder, "keys");
    let next = fs::read(folder.path("keys/root-next.pem")).unwrap();
    fs::write(folder.path("keys/root-after.pem"), next).unwrap();
    fs::write(
        folder.path("keys/root-next.pem"),
        &files(&backup, "keys")["root-next.pem"],
    )
    .unwrap();
    assert_eq!(folder.succeed(&["rollover"])["resumed"], true);
    let finished = files(&folder, "keys");
    assert_eq!(
        finished.keys().collect::<Vec<_>>(),
        keys.keys().collect::<Vec<_>>()
    );
    assert_eq!(folder.succeed(&["rollover"])["resumed"], false);
}

#[test]
fn a_folder_without_a_root_or_without_cas_below_it_has_nothing_to_roll_over() {
    let folder = Folder::made(&[]).without_keys(|name| !name.starts_with("root"));
    let (told, exit) = folder.fail(&["rollover"]);
    assert_eq!(exit, 4, "{told}");
    let alone = Folder::made(&[]);
    for name in files(&alone, "identities").keys() {
        if name != "root.pem" {
            fs::remove_file(alone.path(&format!("identities/{name}"))).unwrap();
        }
    }
    let (told, exit) = alone.fail(&["rollover"]);
    assert_eq!(exit, 4, "{told}");
    assert_eq!(files(&alone, "roots").len(), 1);
}
