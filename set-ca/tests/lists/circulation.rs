//! Two CAs, each with its folder and process: the brand CA, and the merchant CA.

use std::fs;

use set_core::asn1::{self, Limits};
use set_core::ca::circulation::notification::notify;
use set_core::error::Error;
use set_core::msg::cert::id_data::{IdData, MerchantAcquirerId};
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{Bin, BrandId, Language, MerchantId};
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::{Identity, Trust};
use set_core::path::TrustStore;
use set_core::registration::{Application, Initiating};
use set_node::pem;
use set_node::station::Station;
use set_node::transport::Transport;
use set_testkit::clock::noon;
use set_testkit::hierarchy::hierarchy;
use set_testkit::relay::Relay;

use crate::rig::{Folder, Server};

#[test]
fn the_brand_ca_learns_of_a_crl_and_gives_the_bci_back() {
    let whole = Folder::made(&[]);
    let brand = whole
        .copy()
        .without_keys(|name| !name.starts_with("orchard.mca."));
    let mca = whole.without_keys(|name| name.starts_with("orchard.mca."));
    // The brand CA's address has to be known before it is there.
    let relay = Relay::start().unwrap();
    let address = format!("lists.brand_ca=set://{}", relay.address());
    let at_mca = mca.serve(&["listen.tcp=127.0.0.1:0", &address]);
    mca.succeed(&["publish", "--all"]);
    let mine = mca.lists();
    assert_eq!((mine.crl("OU=Merchant CA,"), mine.bci()), (2, 1));
    let to = format!("lists.distribute_to=[\"set://{}\"]", at_mca.tcp);
    let at_brand = brand.serve(&["listen.tcp=127.0.0.1:0", &to]);
    relay.lead_to(at_brand.tcp.parse().unwrap());
    let lists = brand.wait_for("the brand CA learns", |lists| lists.bci() >= 2);
    assert_eq!(lists.crl("OU=Merchant CA,"), 2);
    mca.wait_for("the BCI comes back", |lists| lists.bci() >= 2);
    assert_eq!(bci_given_out(&at_mca, &mca, 2), 2);
}

#[test]
fn a_ca_whose_records_went_back_is_stopped_by_the_bci() {
    let whole = Folder::made(&[]);
    let mca = whole
        .copy()
        .without_keys(|name| name.starts_with("orchard.mca."));
    let brand = whole.without_keys(|name| !name.starts_with("orchard.mca."));
    let backup = mca.copy();
    mca.succeed(&["publish", "--all"]);
    // The brand CA gets the CRL as a file; the merchant CA is then restored, log and all.
    let crls: Vec<_> = fs::read_dir(mca.path("brands/orchard/crls"))
        .unwrap()
        .collect();
    for crl in crls {
        let file = crl.unwrap().path();
        let taken = brand.run(&["publish", "--crl", file.to_str().unwrap()]);
        assert!(taken.status.success(), "{taken:?}");
    }
    assert_eq!(brand.lists().crl("OU=Merchant CA,"), 2);
    assert_eq!(brand.lists().bci(), 2);
    let server = backup.serve(&["listen.tcp=127.0.0.1:0"]);
    let to = format!("lists.distribute_to=[\"set://{}\"]", server.tcp);
    let _at_brand = brand.serve(&["listen.tcp=127.0.0.1:0", &to]);
    assert_eq!(server.ended(), 4, "it would sign another CRL 2");
    let (told, _) = backup.fail(&["serve", "--set", "listen.tcp=127.0.0.1:0"]);
    assert!(told.contains("is older than CRL 2 of"), "{told}");
}

#[test]
fn a_notification_is_refused_for_its_own_fault_and_without_the_log() {
    let folder = Folder::made(&[]);
    let server = folder.serve(&["listen.tcp=127.0.0.1:0", "lists.check=1h"]);
    // As a command does that works on the lists.
    let log = fs::File::open(folder.path("revocations.log")).unwrap();
    log.lock().unwrap();
    let answer = send(&server, &stale_notification());
    let wrapper: MessageWrapper = asn1::decode(&answer, &Limits::default()).unwrap();
    let Message::Error(error) = wrapper.message else {
        panic!("{}", wrapper.message.name())
    };
    let set_core::msg::error::Error::UnsignedError(told) = *error else {
        panic!("signed")
    };
    assert_eq!(told.error_code, ErrorCode::MessageTooOld);
}

/// A CRLNotification of long ago, of a CA that nobody here knows.
fn stale_notification() -> Vec<u8> {
    let brand = hierarchy();
    let station = Station::new("test", "1").unwrap().with_clock(noon);
    let context = station.context();
    let mut trust = Trust::new(TrustStore::new(vec![brand.root.certificate.clone()]));
    for certificate in brand.certificates() {
        trust.hold(certificate);
    }
    for crl in &brand.crls {
        trust.hold_crl(&context, crl.clone());
    }
    trust.hold_bci(&context, brand.bci.clone());
    let signer = Identity {
        key: brand.mca.cert_signing.key.clone(),
        certificate: brand.mca.cert_signing.certificate.clone(),
        chain: vec![brand.brand_ca.certificate.clone()],
    };
    let (_, octets) = notify(&context, &trust, &signer, &brand.crls[0]).unwrap();
    octets
}

fn send(server: &Server, request: &[u8]) -> Vec<u8> {
    let transport = Transport::new(format!("set://{}", server.tcp).parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(transport.exchange(request)).unwrap()
}

/// Asks a server until the BCI that comes with the answer has the number wanted; gives that
/// number.
pub(crate) fn bci_given_out(server: &Server, folder: &Folder, wanted: u64) -> u64 {
    let given = || ask(server, folder).unwrap();
    (0..2_000)
        .map(|_| given())
        .find(|number| *number >= wanted)
        .unwrap_or_else(given)
}

/// Asks a server as a merchant does that knows nothing but the root; gives the number of the
/// BCI that comes with the answer.
pub(crate) fn ask(server: &Server, folder: &Folder) -> Result<u64, Error> {
    let station = Station::new("test", "1").unwrap();
    let root = fs::read_dir(folder.path("roots")).unwrap().next().unwrap();
    let octets = pem::decode("CERTIFICATE", &fs::read(root.unwrap().path()).unwrap()).unwrap();
    let rules = &station.policy().key_rules;
    let root = set_core::x509::Certificate::parse(&octets[0], rules).unwrap();
    let mut trust = Trust::new(TrustStore::new(vec![root]));
    let application = Application {
        request_type: RequestType::MerInitialBoth,
        brand_id: BrandId::new("Orchard").unwrap(),
        id_data: IdData::MerchantAcquirerId(MerchantAcquirerId {
            merchant_bin: Bin::new("422222").unwrap(),
            merchant_id: MerchantId::new("SHOP-1").unwrap(),
        }),
        language: Language::new("en").unwrap(),
    };
    let context = station.context();
    let (state, request) = Initiating::start(&context, application, &trust).unwrap();
    let answer = send(server, &request);
    state.handle(&station.context(), &answer, &mut trust)?;
    Ok(trust.bci().unwrap().to_be_signed.sequence_num)
}
