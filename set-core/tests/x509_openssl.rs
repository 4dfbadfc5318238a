//! Certificates and CRLs read and verified by the OpenSSL command line.
//!
//! Skipped where there is no `openssl`, unless `SET_REQUIRE_EXTERNALS=1`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::{Command, Output};

use set_core::x509::Certificate;
use set_core::x509::crl::{CrlReason, Revoked};
use set_testkit::clock::noon;
use set_testkit::externals;
use set_testkit::hierarchy::{Issued, crl_contents, hierarchy};
use tempfile::TempDir;

struct Openssl {
    program: PathBuf,
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
        std::fs::write(self.folder.path().join(name), octets).unwrap();
    }

    /// What it prints; it must succeed.
    fn run(&self, arguments: &str) -> String {
        String::from_utf8(self.output(arguments).stdout).unwrap()
    }

    /// Its standard output and standard error; it must succeed.
    fn output(&self, arguments: &str) -> Output {
        let output = Command::new(&self.program)
            .args(arguments.split(' '))
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "openssl {arguments}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }

    /// Whether it succeeds.
    fn accepts(&self, arguments: &str) -> bool {
        let mut command = Command::new(&self.program);
        command
            .args(arguments.split(' '))
            .current_dir(self.folder.path());
        command.output().unwrap().status.success()
    }

    /// Writes certificates as one PEM file.
    fn write_pem(&self, name: &str, certificates: &[&Certificate]) {
        let mut all = String::new();
        for certificate in certificates {
            self.write("one.der", certificate.octets());
            all.push_str(&self.run("x509 -inform DER -in one.der"));
        }
        self.write(name, all.as_bytes());
    }
}

#[test]
fn openssl_reads_every_certificate() {
    let Some(openssl) = Openssl::new() else {
        return;
    };
    let brand = hierarchy();
    let mut certificates = brand.certificates();
    certificates.push(brand.root.certificate.clone());
    for certificate in &certificates {
        openssl.write("certificate", certificate.octets());
        let text = openssl.run("x509 -inform DER -in certificate -noout -text");
        assert!(text.contains("Version: 3 (0x2)"), "{text}");
        assert!(text.contains("sha1WithRSAEncryption"), "{text}");
        assert!(text.contains("X509v3 Key Usage: critical"), "{text}");
        assert!(
            text.contains("X509v3 Basic Constraints: critical"),
            "{text}"
        );
        openssl.run("asn1parse -inform DER -in certificate");
        let again = openssl.output("x509 -inform DER -in certificate -outform DER");
        assert_eq!(again.stdout, certificate.octets());
    }
}

#[test]
fn openssl_shows_the_names_and_extensions_that_we_wrote() {
    let Some(openssl) = Openssl::new() else {
        return;
    };
    let brand = hierarchy();
    openssl.write("certificate", brand.gateway_encryption.certificate.octets());
    let text = openssl.run("x509 -inform DER -in certificate -noout -text");
    for expected in [
        "Issuer: C = US, O = Orchard, OU = Orchard Gateway CA",
        "Subject: C = US, O = Orchard, OU = Merchant Bank, CN = gateway-1",
        "Not Before: May  5 12:00:00 1997 GMT",
        "Not After : Jun  4 12:00:00 1998 GMT",
        "Key Encipherment, Data Encipherment",
        "DirName:/C=US/O=Orchard",
        "CA:FALSE",
        "X509v3 Certificate Policies: critical",
    ] {
        assert!(text.contains(expected), "{expected} is not in:\n{text}");
    }
}

#[test]
fn openssl_reads_every_crl_and_verifies_its_signature() {
    let Some(openssl) = Openssl::new() else {
        return;
    };
    let brand = hierarchy();
    let mut contents = crl_contents(5, Vec::new());
    let revoked = brand.merchant_signature.certificate.serial_number();
    contents.revoked.push(Revoked {
        serial_number: revoked.clone(),
        since: noon().minus(60),
        reason: CrlReason::KeyCompromise,
    });
    let provider = set_testkit::Deterministic::seeded(1);
    let sign = |signer: &Issued| {
        set_core::x509::Crl::sign(&contents, &signer.certificate, &signer.key, &provider).unwrap()
    };
    for signer in [&brand.root, &brand.brand_ca, &brand.cca.cert_signing] {
        let crl = sign(signer);
        openssl.write("crl", crl.octets());
        openssl.write_pem("signer.pem", &[&signer.certificate]);
        let text = openssl.run("crl -inform DER -in crl -noout -text -CAfile signer.pem");
        assert!(text.contains("Version 2 (0x1)"), "{text}");
        assert!(text.contains("X509v3 CRL Number:"), "{text}");
        let number = revoked.to_string().to_uppercase();
        assert!(text.contains(&format!("Serial Number: {number}")), "{text}");
        openssl.run("asn1parse -inform DER -in crl");
        let verified = openssl.output("crl -inform DER -in crl -noout -CAfile signer.pem");
        let said = String::from_utf8(verified.stderr).unwrap();
        assert!(said.contains("verify OK"), "{said}");
    }
}

#[test]
fn openssl_verifies_the_chains_at_our_date_and_no_other() {
    let Some(openssl) = Openssl::new() else {
        return;
    };
    let brand = hierarchy();
    openssl.write_pem("root.pem", &[&brand.root.certificate]);
    let verify = |at: u64| {
        format!(
            "verify -ignore_critical -auth_level 0 -attime {at} -CAfile root.pem \
             -untrusted cas.pem entity.pem"
        )
        .replace("             ", "")
    };
    for (ca, entity) in [
        (&brand.cca, &brand.cardholder),
        (&brand.mca, &brand.merchant_signature),
        (&brand.mca, &brand.merchant_encryption),
        (&brand.pca, &brand.gateway_signature),
        (&brand.pca, &brand.gateway_encryption),
    ] {
        openssl.write_pem(
            "cas.pem",
            &[&ca.cert_signing.certificate, &brand.brand_ca.certificate],
        );
        openssl.write_pem("entity.pem", &[&entity.certificate]);
        openssl.run(&verify(noon().unix()));
        assert!(!openssl.accepts(&verify(noon().plus(400 * 86_400).unix())));
        openssl.write_pem("cas.pem", &[&brand.brand_ca.certificate]);
        assert!(!openssl.accepts(&verify(noon().unix())));
    }
}
