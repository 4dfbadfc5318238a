//! A restore from a backup never un-revokes anything.

use std::fs;

use crate::rig::Folder;

const MCA: &str = "identities/orchard.mca.message-signing.pem";
const LOG: &str = "revocations.log";
const STORE: [&str; 3] = ["store.db", "store.db-wal", "store.db-shm"];

/// A folder in which a certificate is revoked, and a backup from before that.
fn revoked() -> (Folder, Folder) {
    let folder = Folder::made(&[]);
    folder.succeed(&["publish"]);
    drop(folder.serve(&["listen.tcp=127.0.0.1:0"]));
    let backup = folder.copy();
    let file = folder.path(MCA);
    folder.succeed(&["revoke", file.to_str().unwrap(), "--reason", "superseded"]);
    drop(folder.serve(&["listen.tcp=127.0.0.1:0"]));
    (folder, backup)
}

#[test]
fn the_log_wins_over_older_lists_and_an_older_store() {
    let (folder, backup) = revoked();
    folder.restore(&backup, &["brands"]);
    folder.restore(&backup, &STORE);
    assert_eq!(
        folder.lists().crl("O=Orchard,"),
        1,
        "the backup is from before"
    );
    drop(folder.serve(&["listen.tcp=127.0.0.1:0"]));
    let lists = folder.lists();
    assert_eq!(lists.crl("O=Orchard,"), 3, "number 2 was given out before");
    assert_eq!(lists.reasons("O=Orchard,"), ["superseded"]);
    assert_eq!(lists.bci(), 3);
}

#[test]
fn a_log_older_than_the_lists_stops_the_server_until_it_is_brought_up_to_them() {
    let (folder, backup) = revoked();
    folder.restore(&backup, &[LOG]);
    for command in [
        &["serve", "--set", "listen.tcp=127.0.0.1:0"][..],
        &["publish"],
    ] {
        let (told, code) = folder.fail(command);
        assert!(told.contains("is older than CRL 2 of"), "{told}");
        assert!(told.contains("set-ca publish --adopt"), "{told}");
        assert_eq!(code, 4);
    }
    folder.succeed(&["publish", "--adopt"]);
    drop(folder.serve(&["listen.tcp=127.0.0.1:0"]));
    let file = folder.path(MCA);
    let told = folder.succeed(&["revoke", file.to_str().unwrap()]);
    assert_eq!(told["already"].as_bool(), Some(true));
    assert_eq!(folder.lists().reasons("O=Orchard,"), ["superseded"]);
}

#[test]
fn a_log_that_is_gone_is_no_new_beginning() {
    let (folder, _) = revoked();
    fs::remove_file(folder.path(LOG)).unwrap();
    let (told, code) = folder.fail(&["serve", "--set", "listen.tcp=127.0.0.1:0"]);
    assert!(told.contains("is older than CRL 2 of"), "{told}");
    assert_eq!(code, 4);
}

#[test]
fn a_log_older_than_the_store_stops_the_server_even_with_lists_as_old() {
    let (folder, backup) = revoked();
    folder.restore(&backup, &[LOG, "brands"]);
    let (told, code) = folder.fail(&["serve", "--set", "listen.tcp=127.0.0.1:0"]);
    assert!(
        told.contains("is older than the store, which has"),
        "{told}"
    );
    assert_eq!(code, 4);
}

#[test]
fn a_log_that_was_altered_stops_every_command() {
    let (folder, _) = revoked();
    let log = folder.path(LOG);
    let text = fs::read_to_string(&log).unwrap();
    fs::write(&log, text.replace("superseded", "keyCompromise")).unwrap();
    for command in [
        &["serve", "--set", "listen.tcp=127.0.0.1:0"][..],
        &["publish", "--adopt"],
    ] {
        let (told, code) = folder.fail(command);
        assert!(
            told.contains("altered, or a line before it is missing"),
            "{told}"
        );
        assert_eq!(code, 4);
    }
}
