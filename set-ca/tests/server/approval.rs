//! Requests that somebody outside decides on, over real sockets and across restarts.

use std::io::{Read, Write};
use std::net::TcpListener;

use set_core::msg::cert::cert_res::CertStatusCode;
use set_core::registration::{Filed, Pended};

use super::*;

impl Rig {
    /// Serves with other lines in the configuration that `init` wrote.
    pub(crate) fn configured(changes: &[(&str, &str)]) -> Self {
        let mut rig = Self::new();
        rig.configure(changes);
        rig.restart();
        rig
    }

    pub(crate) fn configure(&self, changes: &[(&str, &str)]) {
        let file = self.data.path().join("config.toml");
        let mut config = fs::read_to_string(&file).unwrap();
        for (before, after) in changes {
            assert!(config.contains(before), "{before}");
            config = config.replace(before, after);
        }
        fs::write(&file, config).unwrap();
    }

    /// Sends a merchant's CertReq.
    fn filed(
        &self,
        application: Application,
        keys: &NewKeys,
        trust: &mut Trust,
    ) -> (Filed, Vec<u8>) {
        let context = self.station.context();
        let (state, request) = Initiating::start(&context, application, trust).unwrap();
        let answer = self.exchange(&request);
        let context = self.station.context();
        let Answer::Form(offered) = state.handle(&context, &answer, trust).unwrap() else {
            panic!("no form");
        };
        let (state, request) = offered
            .file(&context, keys.clone(), Vec::new(), None, trust)
            .unwrap();
        (state, self.exchange(&request))
    }

    pub(crate) fn pended(
        &self,
        application: Application,
        keys: &NewKeys,
        trust: &mut Trust,
    ) -> Pended {
        let (state, answer) = self.filed(application, keys, trust);
        match state
            .handle(&self.station.context(), &answer, trust)
            .unwrap()
        {
            Verdict::Pended(pended) => *pended,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn inquire(&self, pended: Pended, trust: &mut Trust) -> Verdict<Certified, Pended> {
        let (state, request) = pended.inquire(&self.station.context(), trust).unwrap();
        let answer = self.exchange(&request);
        state
            .handle(&self.station.context(), &answer, trust)
            .unwrap()
    }

    /// The ids of the requests that wait.
    fn requests(&self) -> Vec<String> {
        let listed = self.run(&["requests"]);
        assert!(listed.status.success(), "{listed:?}");
        let listed = String::from_utf8(listed.stdout).unwrap();
        let mut ids = listed.split("\"id\":\"");
        ids.next();
        ids.map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn keys(&self) -> NewKeys {
        NewKeys::generate(self.station.crypto(), RequestType::MerInitialBoth).unwrap()
    }
}

const OPERATOR: (&str, &str) = ("source = \"rules\"", "source = \"operator\"");

pub(crate) fn shop(id: &str) -> Application {
    let mut application = merchant();
    if let IdData::MerchantAcquirerId(data) = &mut application.id_data {
        data.merchant_id = MerchantId::new(id).unwrap();
    }
    application
}

#[test]
fn an_operator_approves_and_rejects_what_was_put_aside_across_restarts() {
    let mut rig = Rig::configured(&[OPERATOR]);
    let mut trust = rig.trust();
    let good = rig.pended(shop("SHOP-1"), &rig.keys(), &mut trust);
    let bad = rig.pended(shop("SHOP-2"), &rig.keys(), &mut trust);
    rig.restart();
    assert_eq!(rig.requests().len(), 2);
    let shown = rig.run(&["requests"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.contains("SHOP-1") && shown.contains("SHOP-2"),
        "{shown}"
    );

    let id = good.lid_ca().to_string();
    // Longer than the 25 characters of a name on statements.
    let wrong = rig.run(&["approve", &id, "--name", &"x".repeat(26)]);
    assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
    let approved = rig.run(&["approve", &id, "--name", "Tea House", "--city", "Kyoto"]);
    assert!(approved.status.success(), "{approved:?}");
    let rejected = bad.lid_ca().to_string();
    let rejected = rig.run(&["reject", &rejected, "--reason", "Come in person."]);
    assert!(rejected.status.success(), "{rejected:?}");
    rig.restart();

    let Verdict::Certified(certified) = rig.inquire(good, &mut trust) else {
        panic!("not certified");
    };
    let data = certified.signature.certificate.merchant_data().unwrap();
    assert_eq!(data.mer_name_seq.first().name.as_str(), "Tea House");
    assert_eq!(data.mer_id.as_str(), "SHOP-1");
    let Verdict::Refused(refused) = rig.inquire(bad, &mut trust) else {
        panic!("not refused");
    };
    assert_eq!(refused.code, CertStatusCode::RejectedByAquirer);
    assert_eq!(refused.message.unwrap().as_str(), "Come in person.");
    assert!(rig.requests().is_empty());
    let late = rig.run(&["approve", &id]);
    assert_eq!(late.status.code(), Some(1), "{late:?}");
}

#[test]
fn a_ruling_in_a_folder_decides() {
    let rig = Rig::configured(&[("source = \"rules\"", "source = \"folder\"")]);
    let mut trust = rig.trust();
    let pended = rig.pended(shop("SHOP-1"), &rig.keys(), &mut trust);
    let folder = rig.data.path().join("rulings");
    fs::create_dir(&folder).unwrap();
    let id = pended.lid_ca().to_string();
    fs::write(folder.join(format!("{id}.json")), "no ruling").unwrap();
    let Verdict::Pended(pended) = rig.inquire(pended, &mut trust) else {
        panic!("not pended");
    };
    fs::remove_file(folder.join(format!("{id}.json"))).unwrap();
    let ruling = "decision = \"approved\"\n[terms]\nname = \"Tea House\"\n";
    fs::write(folder.join(format!("{id}.toml")), ruling).unwrap();
    assert!(matches!(
        rig.inquire(*pended, &mut trust),
        Verdict::Certified(_)
    ));
}

/// Answers one POST with this body and gives what it was sent.
fn answer_once(listener: &TcpListener, body: &str) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    let mut seen = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = stream.read(&mut part).unwrap();
        seen.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&seen);
        let Some((head, rest)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length:")
                    .map(str::to_owned)
            })
            .and_then(|length| length.trim().parse::<usize>().ok())
            .unwrap();
        if rest.len() >= length {
            break;
        }
    }
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    String::from_utf8(seen).unwrap()
}

#[test]
fn an_institution_is_asked_over_http_and_its_silence_loses_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("url = \"http://{}/ask\"", listener.local_addr().unwrap());
    let rig = Rig::configured(&[
        ("source = \"rules\"", "source = \"http\""),
        ("#: url = \"http://127.0.0.1:8099/approvals\"", &url),
    ]);
    // A cardholder: the account number is told once, and is nowhere on the disk.
    let asking = std::thread::spawn(move || {
        let first = answer_once(&listener, "no ruling");
        let second = answer_once(
            &listener,
            "{\"decision\":\"rejected\",\"reason\":\"Come in person.\"}",
        );
        (first, second)
    });
    let mut trust = rig.trust();
    let (filed, answer) = rig.card_filed(&mut trust);
    let verdict = filed
        .handle(&rig.station.context(), &answer, &mut trust)
        .unwrap();
    let Verdict::Pended(pended) = verdict else {
        panic!("{verdict:?}");
    };
    let (filed, request) = pended.inquire(&rig.station.context(), &trust).unwrap();
    let answer = rig.exchange(&request);
    let verdict = filed
        .handle(&rig.station.context(), &answer, &mut trust)
        .unwrap();
    assert!(
        matches!(&verdict, Verdict::Refused(refused)
            if refused.code == CertStatusCode::RejectedByIssuer),
        "{verdict:?}"
    );
    let (first, second) = asking.join().unwrap();
    assert!(first.starts_with("POST /ask "), "{first}");
    assert!(first.contains(PAN) && first.contains("\"again\":false"));
    assert!(!second.contains(PAN) && second.contains("\"again\":true"));
    for file in files(rig.data.path()) {
        let octets = fs::read(&file).unwrap();
        let found = octets
            .windows(PAN.len())
            .any(|window| window == PAN.as_bytes());
        assert!(!found, "{}", file.display());
    }
}

#[test]
fn a_key_that_is_certified_for_one_merchant_is_refused_to_another() {
    let rig = Rig::configured(&[]);
    let mut trust = rig.trust();
    let keys = rig.keys();
    let verdict = |application, keys: &NewKeys, trust: &mut Trust| {
        let (state, answer) = rig.filed(application, keys, trust);
        state
            .handle(&rig.station.context(), &answer, trust)
            .unwrap()
    };
    let first = verdict(shop("SHOP-1"), &keys, &mut trust);
    assert!(matches!(first, Verdict::Certified(_)), "{first:?}");
    // Only one of the two keys is the other's.
    let mixed = NewKeys {
        encryption: keys.encryption.clone(),
        ..rig.keys()
    };
    let Verdict::Refused(refused) = verdict(shop("SHOP-2"), &mixed, &mut trust) else {
        panic!("not refused");
    };
    assert_eq!(refused.code, CertStatusCode::RejectedByCa);
    assert!(refused.message.unwrap().as_str().contains("somebody else"));
    let shown = String::from_utf8(rig.run(&["show"]).stdout).unwrap();
    assert_eq!(shown.matches("merchant signature").count(), 1, "{shown}");
    // To itself the merchant may have it certified again.
    let again = verdict(shop("SHOP-1"), &keys, &mut trust);
    assert!(matches!(again, Verdict::Certified(_)), "{again:?}");
}
