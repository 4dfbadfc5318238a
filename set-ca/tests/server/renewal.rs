//! Renewals over sockets.

use set_core::registration::{Filed, Standing};

use super::approval::shop;
use super::*;

impl Rig {
    /// Sends the CertReq with which a merchant renews both certificates.
    fn renewing(&self, merchant: &str, old: &Certified, trust: &mut Trust) -> (Filed, Vec<u8>) {
        let application = Application {
            request_type: RequestType::MerRenewalBoth,
            ..shop(merchant)
        };
        let context = self.station.context();
        let (state, request) = Initiating::start(&context, application, trust).unwrap();
        let answer = self.exchange(&request);
        let context = self.station.context();
        let Answer::Form(offered) = state.handle(&context, &answer, trust).unwrap() else {
            panic!("no form");
        };
        let encryption = old.encryption.as_ref().unwrap().certificate.clone();
        let standing = Standing::of(old.signature.clone()).with_encryption(encryption);
        let (state, request) = offered
            .standing_on(standing)
            .file(&context, self.keys(), Vec::new(), None, trust)
            .unwrap();
        (state, self.exchange(&request))
    }
}

#[test]
fn a_certificate_that_was_revoked_is_not_renewed() {
    let mut rig = Rig::configured(&[]);
    let honest = rig.register(shop("SHOP-1"));
    let stolen = rig.register(shop("SHOP-2"));
    let file = rig.data.path().join("stolen.pem");
    let octets = stolen.signature.certificate.octets();
    fs::write(&file, pem::encode("CERTIFICATE", octets)).unwrap();
    let revoked = rig.run(&[
        "revoke",
        file.to_str().unwrap(),
        "--reason",
        "keyCompromise",
    ]);
    assert!(revoked.status.success(), "{revoked:?}");
    rig.restart();

    let mut trust = rig.trust();
    let (_, answer) = rig.renewing("SHOP-2", &stolen, &mut trust);
    assert_eq!(error_code(&answer), ErrorCode::RevokedCertificate);
    let shown = String::from_utf8(rig.run(&["show"]).stdout).unwrap();
    assert_eq!(shown.matches("merchant signature").count(), 2, "{shown}");

    // The other merchant's, from the same CA under the same CRL, is.
    let mut trust = rig.trust();
    let (state, answer) = rig.renewing("SHOP-1", &honest, &mut trust);
    let verdict = state.handle(&rig.station.context(), &answer, &mut trust);
    assert!(matches!(verdict, Ok(Verdict::Certified(_))), "{verdict:?}");
}
