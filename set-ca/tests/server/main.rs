//! The program itself: made, served, killed and started again, over real TCP.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod approval;
mod forms;
mod renewal;
mod table;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use set_core::asn1::{self, Limits};
use set_core::ca::form;
use set_core::cardholder::{Card, registration as cardholder};
use set_core::msg::cert::id_data::{AcquirerId, IdData, MerchantAcquirerId};
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::error::{Error as ErrorMessage, ErrorCode, ErrorTbs};
use set_core::msg::ids::{BrandId, Language, MerchantId};
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::{Identity, Trust};
use set_core::path::TrustStore;
use set_core::registration::{Answer, Application, Certified, Initiating, NewKeys, Verdict};
use set_core::secret::{CardExpiry, Pan};
use set_core::treatment::s;
use set_node::pem;
use set_node::station::Station;
use set_node::transport::{Endpoint, Transport};
use set_testkit::externals;

const PAN: &str = "4111111111111111";
const ANSWER: &str = "A. N. Applicant of Nowhere";
const PASSPHRASE: &str = "a phrase that opens the keys";

/// A data folder and the server over it.
struct Rig {
    data: tempfile::TempDir,
    server: Option<(Child, Endpoint)>,
    runtime: tokio::runtime::Runtime,
    station: Station,
}

impl Rig {
    fn new() -> Self {
        Self::made(&["init", "--brand", "Orchard"])
    }

    /// The hierarchy of the example plan.
    fn planned() -> Self {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap();
        let plan = Path::new(&manifest).join("fixtures/hierarchy.toml");
        Self::made(&["init", "--plan", plan.to_str().unwrap()])
    }

    fn made(init: &[&str]) -> Self {
        let rig = Self {
            data: tempfile::tempdir().unwrap(),
            server: None,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            station: Station::new("test", "1").unwrap(),
        };
        let made = rig.run(init);
        assert!(made.status.success(), "{made:?}");
        rig
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_set-ca"));
        command
            .args(args)
            .args(["--format", "json", "--set", "keys.iterations=1000"])
            .arg("--data")
            .arg(self.data.path())
            .env("SET_PASSPHRASE", PASSPHRASE);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Kills the server, if it runs, as a loss of power would, and starts it.
    fn restart(&mut self) {
        self.kill();
        let mut child = self
            .command(&["serve", "--set", "listen.tcp=127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let endpoint = endpoint(&mut child);
        self.server = Some((child, endpoint));
    }

    fn kill(&mut self) {
        if let Some((mut child, _)) = self.server.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn exchange(&self, request: &[u8]) -> Vec<u8> {
        let (_, endpoint) = self.server.as_ref().unwrap();
        let transport = Transport::new(endpoint.clone());
        self.runtime.block_on(transport.exchange(request)).unwrap()
    }

    /// Whoever believes the root that `init` left in the folder, and nothing else.
    fn trust(&self) -> Trust {
        let root = only_file(&self.data.path().join("roots"));
        let octets = pem::decode("CERTIFICATE", &fs::read(root).unwrap()).unwrap();
        let rules = &self.station.policy().key_rules;
        let root = set_core::x509::Certificate::parse(&octets[0], rules).unwrap();
        Trust::new(TrustStore::new(vec![root]))
    }

    /// Registers a merchant or gateway, with the server killed between all messages.
    fn register(&mut self, application: Application) -> Certified {
        let mut trust = self.trust();
        let context = self.station.context();
        let request_type = application.request_type;
        let (state, request) = Initiating::start(&context, application, &trust).unwrap();
        let answer = self.exchange(&request);
        let context = self.station.context();
        let Answer::Form(offered) = state.handle(&context, &answer, &mut trust).unwrap() else {
            panic!("no form");
        };
        let keys = NewKeys::generate(self.station.crypto(), request_type).unwrap();
        let (state, request) = offered
            .file(&context, keys, Vec::new(), None, &trust)
            .unwrap();
        self.restart();
        let answer = self.exchange(&request);
        assert_eq!(answer, self.exchange(&request), "a retry got other octets");
        self.restart();
        assert_eq!(
            answer,
            self.exchange(&request),
            "a restart gave other octets"
        );
        let context = self.station.context();
        match state.handle(&context, &answer, &mut trust).unwrap() {
            Verdict::Certified(certified) => *certified,
            other => panic!("{other:?}"),
        }
    }

    /// Sends a cardholder's CertReq.
    fn card_filed(&self, trust: &mut Trust) -> (cardholder::Filed, Vec<u8>) {
        let brand = BrandId::new("Orchard").unwrap();
        let context = self.station.context();
        let (state, request) = cardholder::Initiating::start(&context, brand, trust).unwrap();
        let answer = self.exchange(&request);
        let context = self.station.context();
        let state = state.handle(&context, &answer, trust).unwrap();
        let (pan, language) = (Pan::new(PAN).unwrap(), Language::new("en").unwrap());
        let (state, request) = state.ask(&context, pan, language, trust).unwrap();
        let answer = self.exchange(&request);
        let context = self.station.context();
        let Answer::Form(offered) = state.handle(&context, &answer, trust).unwrap() else {
            panic!("no form");
        };
        let key = context.crypto.generate_rsa(1024).unwrap();
        let (year, ..) = context.now.parts();
        let expiry = CardExpiry::new(format!("{:04}12", year + 1)).unwrap();
        let answers = vec![form::answer("Name", ANSWER).unwrap()];
        let (state, request) = offered.file(&context, key, expiry, answers, trust).unwrap();
        (state, self.exchange(&request))
    }

    fn register_card(&mut self) -> Card {
        let mut trust = self.trust();
        let brand = BrandId::new("Orchard").unwrap();
        let context = self.station.context();
        let (state, request) = cardholder::Initiating::start(&context, brand, &trust).unwrap();
        let answer = self.exchange(&request);
        let context = self.station.context();
        let state = state.handle(&context, &answer, &mut trust).unwrap();
        let (pan, language) = (Pan::new(PAN).unwrap(), Language::new("en").unwrap());
        let (state, request) = state.ask(&context, pan, language, &trust).unwrap();
        self.restart();
        let answer = self.exchange(&request);
        let context = self.station.context();
        let Answer::Form(offered) = state.handle(&context, &answer, &mut trust).unwrap() else {
            panic!("no form");
        };
        let key = context.crypto.generate_rsa(1024).unwrap();
        let (year, ..) = context.now.parts();
        let expiry = CardExpiry::new(format!("{:04}12", year + 1)).unwrap();
        let answers = vec![form::answer("Name", ANSWER).unwrap()];
        let (state, request) = offered
            .file(&context, key, expiry, answers, &trust)
            .unwrap();
        self.restart();
        let answer = self.exchange(&request);
        let context = self.station.context();
        match state.handle(&context, &answer, &mut trust).unwrap() {
            Verdict::Certified(card) => *card,
            other => panic!("{other:?}"),
        }
    }
}

/// Where a server that was just started listens.
fn endpoint(child: &mut Child) -> Endpoint {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let tcp = line
        .split("\"tcp\":\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_else(|| panic!("not an address: {line}"));
    format!("set://{tcp}").parse().unwrap()
}

impl Drop for Rig {
    fn drop(&mut self) {
        if let Some((mut child, _)) = self.server.take() {
            let _gone = child.kill();
            let _reaped = child.wait();
        }
    }
}

fn merchant() -> Application {
    Application {
        request_type: RequestType::MerInitialBoth,
        id_data: IdData::MerchantAcquirerId(MerchantAcquirerId {
            merchant_bin: "422222".parse().unwrap(),
            merchant_id: MerchantId::new("SHOP-7").unwrap(),
        }),
        brand_id: BrandId::new("Orchard").unwrap(),
        language: Language::new("en").unwrap(),
    }
}

fn gateway() -> Application {
    Application {
        request_type: RequestType::PgwyInitialBoth,
        id_data: IdData::AcquirerId(AcquirerId {
            acquirer_bin: "422222".parse().unwrap(),
            acquirer_business_id: None,
        }),
        ..merchant()
    }
}

#[test]
fn all_three_kinds_of_entity_register_and_nothing_on_disk_gives_them_away() {
    let mut rig = Rig::new();
    rig.restart();
    let merchant = rig.register(merchant());
    let gateway = rig.register(gateway());
    let card = rig.register_card();
    rig.kill();

    let shown = rig.run(&["show"]);
    assert!(shown.status.success(), "{shown:?}");
    let shown = String::from_utf8(shown.stdout).unwrap();
    for kind in [
        "cardholder signature",
        "merchant signature",
        "merchant encryption",
        "gateway signature",
        "gateway encryption",
    ] {
        assert_eq!(shown.matches(kind).count(), 1, "{kind} in {shown}");
    }

    for (secret, what) in [
        (PAN.as_bytes(), "the account number"),
        (card.pan_secret.expose().as_slice(), "the PANSecret"),
        (ANSWER.as_bytes(), "an answer to the form"),
        (PASSPHRASE.as_bytes(), "the passphrase"),
    ] {
        for file in files(rig.data.path()) {
            let octets = fs::read(&file).unwrap();
            let found = octets.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{what} is in {}", file.display());
        }
    }

    let Some(openssl) = externals::require("openssl") else {
        return;
    };
    let root = only_file(&rig.data.path().join("roots"));
    for identity in [
        &merchant.signature,
        merchant.encryption.as_ref().unwrap(),
        &gateway.signature,
        gateway.encryption.as_ref().unwrap(),
        &card.identity,
    ] {
        verify_with_openssl(&openssl, &root, identity);
    }
}

fn verify_with_openssl(openssl: &Path, root: &Path, identity: &Identity) {
    let folder = tempfile::tempdir().unwrap();
    let leaf = folder.path().join("leaf.pem");
    let chain = folder.path().join("chain.pem");
    let text = pem::encode("CERTIFICATE", identity.certificate.octets());
    fs::write(&leaf, text).unwrap();
    let above: Vec<u8> = identity
        .chain
        .iter()
        .flat_map(|certificate| pem::encode("CERTIFICATE", certificate.octets()))
        .collect();
    fs::write(&chain, above).unwrap();
    let verified = Command::new(openssl)
        .args(["verify", "-ignore_critical", "-auth_level", "0", "-CAfile"])
        .arg(root)
        .arg("-untrusted")
        .arg(&chain)
        .arg(&leaf)
        .output()
        .unwrap();
    assert!(verified.status.success(), "{verified:?}");
}

#[test]
fn the_brand_and_the_kind_of_request_choose_the_ca() {
    let mut rig = Rig::planned();
    rig.restart();
    for (brand, entity, issuer) in [
        ("Orchard", merchant(), "Kansai Merchant CA"),
        ("orchard", gateway(), "North America CA"),
        ("Cherry", merchant(), "Cherry Member CA"),
        ("Cherry:Gold", gateway(), "Cherry Payment Gateway CA"),
    ] {
        let certified = rig.register(Application {
            brand_id: BrandId::new(brand).unwrap(),
            ..entity
        });
        let certificate = &certified.signature.certificate;
        let name = set_core::x509::SetName::parse(certificate.issuer()).unwrap();
        assert_eq!(name.organizational_units(), [issuer]);
        assert_eq!(
            certificate.brand().unwrap().to_string(),
            name.brand().to_string()
        );
    }
    let shown = rig.run(&["show"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    for ca in ["Kansai Cardholder CA", "North America CA", "SET Root"] {
        assert!(shown.contains(ca), "{ca} in {shown}");
    }
    rig.kill();
    // A server for one of the CAs does not answer for another.
    let only = "cas=[\"cherry.member\"]";
    let mut child = rig
        .command(&["serve", "--set", "listen.tcp=127.0.0.1:0", "--set", only])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let endpoint = endpoint(&mut child);
    rig.server = Some((child, endpoint));
    let trust = rig.trust();
    let context = rig.station.context();
    let (_, request) = Initiating::start(&context, merchant(), &trust).unwrap();
    let code = error_code(&rig.exchange(&request));
    assert_eq!(code, ErrorCode::UnspecifiedFailure);
}

#[test]
fn what_is_refused_gets_a_signed_error_and_what_exists_is_not_overwritten() {
    let mut rig = Rig::new();
    let keys = files(&rig.data.path().join("keys"));
    assert_eq!(keys.len(), 15);
    let before = fs::read(&keys[0]).unwrap();
    let again = rig.run(&["init", "--brand", "Orchard"]);
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    assert_eq!(fs::read(&keys[0]).unwrap(), before);

    rig.restart();
    let trust = rig.trust();
    let mut other = merchant();
    other.brand_id = BrandId::new("Cherry").unwrap();
    let context = rig.station.context();
    let (_, request) = Initiating::start(&context, other, &trust).unwrap();
    assert_eq!(
        error_code(&rig.exchange(&request)),
        ErrorCode::UnspecifiedFailure
    );
    // A SEQUENCE that is no MessageWrapper.
    assert_eq!(
        error_code(&rig.exchange(&[0x30, 0x03, 0x02, 0x01, 0x01])),
        ErrorCode::DecodingFailure
    );

    let (_, request) = Initiating::start(&context, merchant(), &trust).unwrap();
    let first = rig.exchange(&request);
    let mut wrapper: MessageWrapper = asn1::decode(&request, &Limits::default()).unwrap();
    wrapper.message_header.sw_ident = "another".parse().unwrap();
    let altered = asn1::encode(&wrapper).unwrap();
    // The same RRPID with other octets.
    assert_eq!(
        error_code(&rig.exchange(&altered)),
        ErrorCode::UnspecifiedFailure
    );
    assert_eq!(rig.exchange(&request), first);
}

fn error_code(octets: &[u8]) -> ErrorCode {
    let wrapper: MessageWrapper = asn1::decode(octets, &Limits::default()).unwrap();
    let Message::Error(error) = wrapper.message else {
        panic!("no Error but {}", wrapper.message.name());
    };
    let ErrorMessage::SignedError(signed) = *error else {
        panic!("not signed");
    };
    let tbs: asn1::Raw<ErrorTbs> = s::unverified(&signed, asn1::oid::content::ERROR_TBS).unwrap();
    tbs.error_code
}

fn only_file(folder: &Path) -> PathBuf {
    let files = files(folder);
    assert_eq!(files.len(), 1);
    files[0].clone()
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
