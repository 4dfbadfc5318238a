//! `revoke`, `publish` and `lists`.

use set_core::msg::error::ErrorCode;

use crate::rig::Folder;

const MCA: &str = "identities/orchard.mca.message-signing.pem";

#[test]
fn a_revoked_certificate_is_on_the_next_crl_and_the_bci_names_it() {
    let folder = Folder::made(&[]);
    let first = folder.lists();
    assert_eq!((first.bci(), first.crl("O=Orchard,")), (1, 1));
    let file = folder.path(MCA);
    let file = file.to_str().unwrap();
    let told = folder.succeed(&["revoke", file, "--reason", "cessationOfOperation"]);
    assert_eq!(
        (told["already"].as_bool(), told["crl"].as_u64()),
        (Some(false), Some(2))
    );
    let lists = folder.lists();
    assert_eq!((lists.bci(), lists.crl("O=Orchard,")), (2, 2));
    assert_eq!(lists.reasons("O=Orchard,"), ["cessationOfOperation"]);
    // Once is for good: neither date nor reason change.
    let told = folder.succeed(&["revoke", file, "--reason", "keyCompromise"]);
    assert_eq!(told["already"].as_bool(), Some(true));
    assert_eq!(told["reason"].as_str(), Some("cessationOfOperation"));
    assert_eq!(folder.lists().crl("O=Orchard,"), 2);
}

#[test]
fn what_was_not_issued_here_cannot_be_revoked_and_a_hold_is_no_reason() {
    let folder = Folder::made(&[]);
    let (told, code) = folder.fail(&["revoke", "0b0b"]);
    assert!(
        told.contains("no certificate 0B0B") || told.contains("no certificate 0b0b"),
        "{told}"
    );
    assert_eq!(code, 1);
    let (told, code) = folder.fail(&["revoke", "no such file"]);
    assert!(
        told.contains("neither a file nor a serial number"),
        "{told}"
    );
    assert_eq!(code, 1);
    let (told, code) = folder.fail(&["revoke", "0b", "--reason", "certificateHold"]);
    assert!(told.contains("cessationOfOperation"), "{told}");
    assert_eq!(code, 2);
    let other = Folder::made(&[])
        .copy()
        .without_keys(|name| name != "orchard.certificate-signing");
    let file = other.path(MCA);
    let told = other.run(&["revoke", file.to_str().unwrap()]);
    assert!(
        !told.status.success(),
        "its CRLs are not signed there: {told:?}"
    );
}

#[test]
fn lists_are_issued_anew_on_demand_and_when_they_are_about_to_end() {
    let folder = Folder::made(&["certificates.lists=1d"]);
    folder.succeed(&["publish", "--set", "certificates.lists=1d"]);
    assert_eq!(
        folder.lists().numbers(),
        [1; 5],
        "half of their time is to come"
    );
    // Lists hold for a year by default, and are issued anew 30 days before their end.
    let server = folder.serve(&["listen.tcp=127.0.0.1:0"]);
    let lists = folder.lists();
    assert_eq!((lists.bci(), lists.numbers()), (2, vec![2; 5]));
    drop(server);
    folder.succeed(&["publish"]);
    assert_eq!(folder.lists().numbers(), [2; 5], "they hold for a year");
    folder.succeed(&["publish", "--all"]);
    let lists = folder.lists();
    assert_eq!((lists.bci(), lists.numbers()), (3, vec![3; 5]));
}

#[test]
fn a_server_takes_up_what_a_command_revokes() {
    let folder = Folder::made(&[]);
    let server = folder.serve(&["listen.tcp=127.0.0.1:0"]);
    let file = folder.path("identities/orchard.cca.message-signing.pem");
    folder.succeed(&["revoke", file.to_str().unwrap()]);
    assert_eq!(crate::circulation::bci_given_out(&server, &folder, 2), 2);
}

#[test]
fn what_a_revoked_key_signs_is_not_believed_any_more() {
    let folder = Folder::made(&[]);
    let file = folder.path(MCA);
    folder.succeed(&["revoke", file.to_str().unwrap()]);
    let server = folder.serve(&["listen.tcp=127.0.0.1:0"]);
    let refused = crate::circulation::ask(&server, &folder).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::RevokedCertificate, "{refused}");
}
