//! The key store from outside, and against the OpenSSL command.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path, process::Command};

use pkcs8::der::pem;
use set_node::keystore::{
    EnvelopeFault, Iterations, KeyStore, KeyStoreError, Passphrase, SealedFile,
};
use set_testkit::externals;

/// PKCS #8 around an Ed25519 key of 32 octets 07: short, and OpenSSL knows it.
fn key() -> Vec<u8> {
    let mut der = vec![
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    der.extend([7; 32]);
    der
}

fn passphrase() -> Passphrase {
    Passphrase::new("a demonstration passphrase").unwrap()
}

fn open(folder: &Path) -> KeyStore {
    KeyStore::open(folder, passphrase(), Iterations::LEAST).unwrap()
}

#[test]
fn keys_come_back_and_are_listed_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("deep/keys"));
    for name in ["signature", "encryption-2", "a.b_c"] {
        store.put(name, &key()).unwrap();
    }
    fs::write(store.folder().join("README"), "").unwrap();
    fs::write(store.folder().join("Not A Name.pem"), "").unwrap();
    assert_eq!(
        store.names().unwrap(),
        ["a.b_c", "encryption-2", "signature"]
    );
    assert_eq!(*open(store.folder()).load("signature").unwrap(), key());
}

#[test]
fn a_key_is_not_overwritten_and_a_missing_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.put("one", &key()).unwrap();
    let before = fs::read(folder.path().join("one.pem")).unwrap();
    assert!(matches!(
        store.put("one", &key()),
        Err(KeyStoreError::Exists { .. })
    ));
    assert_eq!(fs::read(folder.path().join("one.pem")).unwrap(), before);
    assert!(matches!(
        store.load("two"),
        Err(KeyStoreError::NotFound { .. })
    ));
}

#[test]
fn names_cannot_leave_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let long = "a".repeat(65);
    for name in [
        "", "../x", "a/b", "/etc/x", ".hidden", "A", "a\0b", "a b", &long,
    ] {
        assert!(
            matches!(store.put(name, &key()), Err(KeyStoreError::Name { .. })),
            "{name:?}"
        );
        assert!(
            matches!(store.load(name), Err(KeyStoreError::Name { .. })),
            "{name:?}"
        );
    }
}

#[test]
fn only_pkcs8_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for octets in [&[][..], b"secret", &[0x30, 0x00]] {
        assert!(matches!(
            store.put("x", octets),
            Err(KeyStoreError::NotPkcs8 { .. })
        ));
    }
    assert!(store.names().unwrap().is_empty());
}

#[test]
fn a_wrong_passphrase_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).put("one", &key()).unwrap();
    let wrong = Passphrase::new("another").unwrap();
    let fault = KeyStore::open(folder.path(), wrong, Iterations::LEAST).unwrap_err();
    assert!(fault.is_wrong_passphrase(), "{fault:?}");
}

/// One wrong passphrase in 256 decrypts to something that looks padded.
#[test]
fn no_wrong_passphrase_of_a_thousand_opens_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("keys"));
    store.put("one", &key()).unwrap();
    let sealed = SealedFile::new(folder.path().join("sealed.pem"));
    sealed
        .write(&passphrase(), Iterations::LEAST, b"secret")
        .unwrap();
    for number in 0..1000 {
        let wrong = Passphrase::new(&number.to_string()).unwrap();
        assert!(sealed.read(&wrong).unwrap_err().is_wrong_passphrase());
        let fault = KeyStore::open(store.folder(), wrong, Iterations::LEAST).unwrap_err();
        assert!(fault.is_wrong_passphrase(), "{fault:?}");
    }
}

#[test]
fn no_octet_of_a_secret_and_no_other_file_is_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = SealedFile::new(folder.path().join("cards.pem"));
    let secret = [0x5a; 64];
    for _ in 0..2 {
        sealed
            .write(&passphrase(), Iterations::LEAST, &secret)
            .unwrap();
    }
    let first = fs::read(sealed.path()).unwrap();
    assert!(first.starts_with(b"-----BEGIN SET SEALED DATA-----\n"));
    assert!(!first.windows(8).any(|window| window == [0x5a; 8]));
    assert_eq!(*sealed.read(&passphrase()).unwrap(), secret);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(sealed.path()).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    sealed.write(&passphrase(), Iterations::LEAST, b"").unwrap();
    assert!(sealed.read(&passphrase()).unwrap().is_empty());
}

#[test]
fn files_that_are_no_envelopes_or_ask_for_too_much_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = SealedFile::new(folder.path().join("x.pem"));
    let fault = |content: &[u8]| {
        fs::write(sealed.path(), content).unwrap();
        match sealed.read(&passphrase()).unwrap_err() {
            KeyStoreError::Envelope { fault, .. } => fault,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(fault(b""), EnvelopeFault::NotPem);
    assert_eq!(fault(b"text"), EnvelopeFault::NotPem);
    let other =
        b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert_eq!(fault(other), EnvelopeFault::NotPem);
    let empty = b"-----BEGIN SET SEALED DATA-----\nMAA=\n-----END SET SEALED DATA-----\n";
    assert_eq!(fault(empty), EnvelopeFault::Malformed);
    assert_eq!(fault(TOO_COSTLY.as_bytes()), EnvelopeFault::TooCostly);
    assert_eq!(fault(NO_COST.as_bytes()), EnvelopeFault::Malformed);
}

/// PBES2 with scrypt and N = 2^30, r = 8: a tebibyte.
const TOO_COSTLY: &str = include_str!("../fixtures/keystore/too-costly.pem");

/// PBES2 with scrypt and N = 0.
const NO_COST: &str = include_str!("../fixtures/keystore/no-cost.pem");

#[test]
fn no_altered_file_opens_or_panics() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = SealedFile::new(folder.path().join("x.pem"));
    sealed
        .write(&passphrase(), Iterations::LEAST, b"secret")
        .unwrap();
    let pem = fs::read(sealed.path()).unwrap();
    let (label, der) = pem::decode_vec(&pem).unwrap();
    for place in 0..der.len() {
        for flip in [0x01, 0x80] {
            let mut altered = der.clone();
            *altered.get_mut(place).unwrap() ^= flip;
            let altered = pem::encode_string(label, pem::LineEnding::LF, &altered).unwrap();
            fs::write(sealed.path(), altered).unwrap();
            if let Ok(content) = sealed.read(&passphrase()) {
                panic!("octet {place} flipped by {flip:02x} still opens: {content:?}");
            }
        }
    }
}

#[test]
fn openssl_reads_our_keys_and_we_read_its() {
    let Some(openssl) = externals::require("openssl") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let store = KeyStore::open(folder.path(), passphrase(), Iterations::default()).unwrap();
    store.put("ours", &key()).unwrap();
    let pass = ["-passin", "pass:a demonstration passphrase"];
    let read = Command::new(&openssl)
        .args(["pkcs8", "-outform", "DER", "-in"])
        .arg(folder.path().join("ours.pem"))
        .args(pass)
        .output()
        .unwrap();
    assert!(
        read.status.success(),
        "{}",
        String::from_utf8_lossy(&read.stderr)
    );
    // OpenSSL writes the unencrypted PKCS #8 structure that we put in.
    assert_eq!(read.stdout, key());

    let clear = folder.path().join("clear.der");
    fs::write(&clear, key()).unwrap();
    for (name, options) in [
        ("theirs-pbkdf2", &["-v2", "aes-256-cbc"][..]),
        ("theirs-scrypt", &["-scrypt"]),
    ] {
        let written = Command::new(&openssl)
            .args(["pkcs8", "-topk8", "-inform", "DER", "-in"])
            .arg(&clear)
            .arg("-out")
            .arg(folder.path().join(format!("{name}.pem")))
            .args(["-passout", "pass:a demonstration passphrase"])
            .args(options)
            .output()
            .unwrap();
        assert!(
            written.status.success(),
            "{}",
            String::from_utf8_lossy(&written.stderr)
        );
        assert_eq!(*store.load(name).unwrap(), key());
    }
}
