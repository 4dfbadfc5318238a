//! The same operations done by the OpenSSL command line, octet for octet.
//!
//! Skipped where there is no `openssl`, unless `SET_REQUIRE_EXTERNALS=1`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

use set_core::crypto::oaep::{self, BlockContent, ContentKind};
use set_core::crypto::{CryptoProvider, DesKey, PrivateKey, RustCrypto};
use set_testkit::{externals, keys};
use tempfile::TempDir;
use zeroize::Zeroizing;

const MESSAGE: &[u8] = b"one order, two payments";

#[test]
fn openssl_makes_the_same_signature_and_verifies_ours() {
    let Some(openssl) = Openssl::new() else {
        return;
    };
    for key in [keys::rsa_1024(0).unwrap(), keys::rsa_2048(0).unwrap()] {
        openssl.write("private", &key.to_pkcs8().unwrap());
        openssl.write("public", &key.public_key().to_spki_der());
        openssl.write("message", MESSAGE);
        let digest = RustCrypto.sha1(&[MESSAGE]);
        let signature = key.sign_sha1(&RustCrypto, &digest).unwrap();
        openssl.write("signature", &signature);

        let theirs = openssl.run("dgst -sha1 -keyform DER -sign private message");
        assert_eq!(theirs, signature);
        let said =
            openssl.run("dgst -sha1 -keyform DER -verify public -signature signature message");
        assert_eq!(said.trim_ascii(), b"Verified OK");
    }
}

#[test]
fn openssl_reads_our_keys_and_writes_the_same_public_key() {
    let Some(openssl) = Openssl::new() else {
        return;
    };
    let key = RustCrypto.generate_rsa(1024).unwrap();
    openssl.write("private", &key.to_pkcs8().unwrap());
    let checked = openssl.run("pkey -inform DER -in private -check -noout");
    assert_eq!(checked.trim_ascii(), b"Key is valid");
    let public = openssl.run("pkey -inform DER -in private -pubout -outform DER");
    assert_eq!(public, key.public_key().to_spki_der());
}

#[test]
fn we_read_the_keys_that_openssl_generates() {
    let Some(openssl) = Openssl::new() else {
        return;
    };
    openssl.run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out key.pem");
    let der = openssl.run("pkcs8 -topk8 -nocrypt -in key.pem -outform DER");
    let key = PrivateKey::from_pkcs8_der(&der).unwrap();
    assert_eq!(*key.to_pkcs8().unwrap(), der);
}

#[test]
fn openssl_does_the_same_raw_operations_on_an_oaep_block() {
    let Some(openssl) = Openssl::new() else {
        return;
    };
    let key = keys::rsa_1024(1).unwrap();
    openssl.write("private", &key.to_pkcs8().unwrap());
    openssl.write("public", &key.public_key().to_spki_der());
    let content = BlockContent {
        kind: ContentKind::PanOnly,
        hd: Some([0x44; 20]),
        extra: Zeroizing::new(vec![0x39; 39]),
    };
    let des = DesKey::random(&RustCrypto).unwrap();
    let sealed = oaep::seal(&RustCrypto, key.public_key(), &des, &content).unwrap();
    openssl.write("sealed", &sealed);

    let plain = openssl.run(
        "pkeyutl -decrypt -inkey private -keyform DER -pkeyopt rsa_padding_mode:none -in sealed",
    );
    assert_eq!(*key.decrypt_raw(&RustCrypto, &sealed).unwrap(), plain);
    openssl.write("plain", &plain);
    let again = openssl.run(
        "pkeyutl -encrypt -pubin -inkey public -keyform DER -pkeyopt rsa_padding_mode:none -in plain",
    );
    assert_eq!(again, sealed);
}

#[test]
fn openssl_computes_the_same_codes_and_ciphertext() {
    let Some(openssl) = Openssl::new() else {
        return;
    };
    openssl.write("message", MESSAGE);
    let key = [0x1F, 0x29, 0x33, 0x47, 0x5B, 0x6D, 0x70, 0x83];
    let hex: String = key.iter().map(|octet| format!("{octet:02x}")).collect();

    let mac = openssl.run(&format!(
        "dgst -sha1 -binary -mac HMAC -macopt hexkey:{hex} message"
    ));
    assert_eq!(mac, RustCrypto.hmac_sha1(&key, &[MESSAGE]));

    // Triple DES with three equal keys is DES, which OpenSSL 3 keeps in a separate module.
    let theirs = openssl.run(&format!(
        "enc -des-ede3-cbc -K {hex}{hex}{hex} -iv 0102030405060708 -in message"
    ));
    let ours = RustCrypto
        .des_cbc_encrypt(
            &DesKey::from_octets(&key),
            &[1, 2, 3, 4, 5, 6, 7, 8],
            MESSAGE,
        )
        .unwrap();
    assert_eq!(theirs, ours);
}

/// The program, run in a folder of its own.
struct Openssl {
    program: std::path::PathBuf,
    folder: TempDir,
}

impl Openssl {
    fn new() -> Option<Self> {
        Some(Self {
            program: externals::require("openssl")?,
            folder: TempDir::new().unwrap(),
        })
    }

    fn write(&self, name: &str, octets: &[u8]) {
        std::fs::write(self.path().join(name), octets).unwrap();
    }

    fn run(&self, arguments: &str) -> Vec<u8> {
        let output = Command::new(&self.program)
            .args(arguments.split(' '))
            .current_dir(self.path())
            .output()
            .unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments}: {complaint}");
        output.stdout
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}
