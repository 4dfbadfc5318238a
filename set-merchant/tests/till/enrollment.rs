//! From an empty data folder to an order, with a CA that is set-core's.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use bytes::Bytes;
use set_core::asn1::SeqOf;
use set_core::ca::{
    Answered, Ca, Decision, Form, Forms, Grant, Registration, Rejecter, Serials, Validity,
    cert_inq, cert_req, form, me_aq_c_init,
};
use set_core::error::Error;
use set_core::exchange::receive;
use set_core::msg::cert::reg_form::{PolicyText, ReferralData};
use set_core::msg::ids::{Bin, CountryCode, Language};
use set_core::msg::message::Message;
use set_core::pkcs7::SerialNumber;
use set_core::registration::EndEntity;
use set_core::x509::ext::MerNames;
use set_merchant::{Config, EnrollArgs, Failure, RenewArgs, enroll, renew};
use set_node::cli::Exit;
use set_node::enroll::{FieldArg, RootArgs};
use set_node::pem;
use set_node::program::{self, Failing as _};
use set_node::service::{BoxFuture, Handler, Reply, RequestContext};
use set_node::transport::{Endpoint, FramingFault};
use set_testkit::clock::Clock;
use set_testkit::hierarchy::hierarchy;

use crate::rig::{Desk, Printed, Server, everything, identity, new_pos, pos, start, station};

/// A merchant CA.
pub(crate) struct Office {
    pub(crate) ca: RwLock<Ca>,
    clock: Arc<Clock>,
    records: Mutex<HashMap<Vec<u8>, Registration>>,
    rejects: AtomicBool,
    pub(crate) pends: AtomicBool,
    serial: AtomicU8,
}

impl Office {
    fn new(clock: &Arc<Clock>, merchant: u64) -> Self {
        let mca = &hierarchy().mca;
        let of = |issued| identity(issued, &mca.cert_signing);
        let questions = vec![form::field("name", true).unwrap()];
        Self {
            ca: RwLock::new(Ca {
                certificate_signing: of(&mca.cert_signing),
                draft_key: set_testkit::keys::rsa_1024(31).unwrap().into(),
                message_signing: of(&mca.message_signing),
                encryption: of(&mca.encryption),
                trust: everything(),
                forms: Forms {
                    forms: vec![Form::new(
                        1,
                        EndEntity::Merchant,
                        Language::new("en").unwrap(),
                        PolicyText::new("Sell honestly.").unwrap(),
                        questions,
                    )],
                    referral: ReferralData {
                        reason: None,
                        referral_url_seq: None,
                    },
                },
                validity: Validity {
                    merchant,
                    ..Validity::default()
                },
            }),
            clock: Arc::clone(clock),
            records: Mutex::default(),
            rejects: AtomicBool::new(false),
            pends: AtomicBool::new(false),
            serial: AtomicU8::new(0x40),
        }
    }

    fn answer(&self, octets: &[u8]) -> Result<Vec<u8>, Error> {
        let station = station();
        let context = station.context_at(self.clock.now());
        let received =
            receive(&context, octets, set_core::ca::serves).map_err(|refusal| *refusal.error)?;
        let header = &received.header;
        let mut records = self.records.lock().unwrap();
        let ca = &*self.ca.read().unwrap();
        match &received.message {
            Message::MeAqCInitReq(request) => {
                let (record, answer) = me_aq_c_init::me_aq_c_init(&context, ca, header, request)?;
                let name = record.offered().lid_ca.as_octets().to_vec();
                records.insert(name, record);
                Ok(answer)
            }
            Message::CertReq(request) => {
                let opened = cert_req::open(&context, ca, header, request)?;
                let record = opened
                    .lid_ca()
                    .and_then(|lid| records.get(lid.as_octets()).cloned());
                let answered = match opened.judge(&context, ca, record)? {
                    cert_req::Judged::Answered(answered) => *answered,
                    cert_req::Judged::Pending(pending) => {
                        pending.decide(&context, ca, self.decision(), &self.serials())?
                    }
                };
                Ok(kept(&mut records, answered))
            }
            Message::CertInqReq(request) => {
                let opened = cert_inq::open(header, request)?;
                let record = records.get(opened.lid_ca().as_octets()).cloned();
                let answered = match opened.judge(&context, ca, record)? {
                    cert_inq::Judged::Answered(answered) => *answered,
                    cert_inq::Judged::Pending(inquiry) => {
                        inquiry.decide(&context, ca, self.decision(), &self.serials())?
                    }
                };
                Ok(kept(&mut records, answered))
            }
            other => panic!("{}", other.name()),
        }
    }

    fn serials(&self) -> Serials {
        let next = || SerialNumber::new(&[self.serial.fetch_add(1, Ordering::SeqCst)]).unwrap();
        Serials {
            signature: next(),
            encryption: next(),
        }
    }

    fn decision(&self) -> Decision {
        if self.pends.load(Ordering::SeqCst) {
            return Decision::Pended { message: None };
        }
        if self.rejects.load(Ordering::SeqCst) {
            return Decision::Rejected {
                by: Rejecter::Institution,
                message: None,
            };
        }
        Decision::Approved(Box::new(Grant::Merchant {
            acquirer: "Merchant Bank".to_owned(),
            names: SeqOf::<_, 1, 32>::one(MerNames {
                language: None,
                name: "Corner Books".parse().unwrap(),
                city: "Springfield".parse().unwrap(),
                state_province: None,
                postal_code: None,
                country_name: "USA".parse().unwrap(),
            }),
            country: CountryCode::new(840).unwrap(),
            auth_flag: false,
        }))
    }
}

fn kept(records: &mut HashMap<Vec<u8>, Registration>, answered: Answered) -> Vec<u8> {
    if let Some(record) = answered.registration {
        records.insert(record.offered().lid_ca.as_octets().to_vec(), record);
    }
    answered.octets
}

impl Handler for Office {
    fn handle(&self, request: Bytes, _: RequestContext) -> BoxFuture<'_, Reply> {
        Box::pin(async move { self.answer(&request).unwrap().into() })
    }

    fn refuse(&self, _: FramingFault, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

pub(crate) struct Town {
    pub(crate) office: Arc<Office>,
    ca: Server,
    pub(crate) gateway: Server,
    pub(crate) folder: tempfile::TempDir,
    root: PathBuf,
}

async fn town() -> Town {
    Town::at(&Arc::default(), Validity::default().merchant).await
}

impl Town {
    /// By this clock, with merchants' certificates that hold for so many seconds.
    pub(crate) async fn at(clock: &Arc<Clock>, merchant: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root.pem");
        let octets = hierarchy().root.certificate.octets();
        std::fs::write(&root, pem::encode("CERTIFICATE", octets)).unwrap();
        let office = Arc::new(Office::new(clock, merchant));
        Self {
            ca: start(office.clone(), None).await,
            gateway: start(Arc::new(Desk::new()), None).await,
            office,
            folder,
            root,
        }
    }

    pub(crate) fn args(&self, gateway: Option<Endpoint>) -> EnrollArgs {
        EnrollArgs {
            ca: self.ca.tcp.clone(),
            root: RootArgs {
                root: Some(self.root.clone()),
                root_thumbprint: None,
            },
            merchant_id: "MER-0001".to_owned(),
            bin: "455555".to_owned(),
            brand: "Orchard".to_owned(),
            fields: vec![FieldArg::new("name", "Corner Books")],
            gateway,
            anew: false,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_gets_its_certificates_and_the_gateways() {
    let town = town().await;
    let mut pos = new_pos(&town.folder).await;
    assert!(matches!(pos.merchant(), Err(Failure::NotEnrolled)));
    let args = town.args(Some(town.gateway.tcp.clone()));
    let printed = Printed::default();
    let exit = enroll(&mut pos, &args, &mut printed.screen())
        .await
        .unwrap();
    assert_eq!(exit, Exit::Success);
    assert_eq!(printed.json()["merchant_id"], "MER-0001");

    // All of it is in the data folder.
    let mut pos = new_pos(&town.folder).await;
    let merchant = pos.merchant().unwrap();
    assert_eq!(merchant.merchant_id().unwrap().as_str(), "MER-0001");
    let station = station();
    let gateway = merchant.gateway(&station.context(), None).unwrap();
    assert_eq!(
        *gateway.certificate(),
        hierarchy().gateway_encryption.certificate
    );
    let again = enroll(&mut pos, &args, &mut printed.screen()).await;
    assert!(matches!(again, Err(Failure::Enrolled)));
}

#[tokio::test(flavor = "multi_thread")]
async fn which_gateway_takes_the_cards_of_a_bin_is_asked_and_kept() {
    let town = town().await;
    let bin = |digits: &str| Bin::new(digits).unwrap();
    let desk = Desk::new();
    desk.acquirer.lock().unwrap().gateway.bins = vec![bin("411111")];
    let gateway = start(Arc::new(desk), None).await;
    let mut config = Config::default();
    config.keys.iterations = 1000;
    let asked = ["411111", "500000"].map(str::to_owned).to_vec();
    config.bins.insert("ORCHARD".to_owned(), asked);
    let mut pos = pos(&town.folder, &config, &Arc::default()).await;
    let args = town.args(Some(gateway.tcp.clone()));
    enroll(&mut pos, &args, &mut Printed::default().screen())
        .await
        .unwrap();

    // What was said is in the data folder.
    let merchant = new_pos(&town.folder).await.merchant().unwrap();
    let station = station();
    let context = station.context();
    let taken = merchant.gateway(&context, Some(&bin("411111"))).unwrap();
    let held = &hierarchy().gateway_encryption.certificate;
    assert_eq!(taken.certificate(), held);
    let refused = merchant.gateway(&context, Some(&bin("500000")));
    let refused = refused.unwrap_err();
    assert!(refused.to_string().contains("no gateway"), "{refused}");
    // Of other cards what was said of the brand holds.
    assert!(merchant.gateway(&context, Some(&bin("600000"))).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_leaves_nothing_enrolled() {
    let town = town().await;
    town.office.rejects.store(true, Ordering::SeqCst);
    let mut pos = new_pos(&town.folder).await;
    let failure = enroll(&mut pos, &town.args(None), &mut Printed::default().screen())
        .await
        .unwrap_err();
    assert!(
        matches!(failure, Failure::Program(program::Failure::Refused(_))),
        "{failure}"
    );
    assert_eq!(failure.exit(), Exit::Refused);
    assert!(matches!(pos.merchant(), Err(Failure::NotEnrolled)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_not_filled_in_is_not_sent() {
    let town = town().await;
    let mut pos = new_pos(&town.folder).await;
    let args = EnrollArgs {
        fields: vec![FieldArg::new("nickname", "Corner")],
        ..town.args(None)
    };
    let failure = enroll(&mut pos, &args, &mut Printed::default().screen())
        .await
        .unwrap_err();
    assert!(
        matches!(failure, Failure::Program(program::Failure::Form(_))),
        "{failure}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pended_enrollment_is_taken_up_by_the_next_run() {
    let town = town().await;
    town.office.pends.store(true, Ordering::SeqCst);
    let args = town.args(None);
    for _ in 0..2 {
        let mut pos = new_pos(&town.folder).await;
        let failure = enroll(&mut pos, &args, &mut Printed::default().screen())
            .await
            .unwrap_err();
        assert!(
            matches!(failure, Failure::Program(program::Failure::Pended)),
            "{failure}"
        );
        assert_eq!(failure.exit(), Exit::Refused);
    }
    // One registration, whose keys and secrets are in the folder, encrypted.
    assert_eq!(town.office.records.lock().unwrap().len(), 1);
    let other = EnrollArgs {
        brand: "Cherry".to_owned(),
        ..args.clone()
    };
    let mut pos = new_pos(&town.folder).await;
    let failure = enroll(&mut pos, &other, &mut Printed::default().screen())
        .await
        .unwrap_err();
    assert!(
        matches!(failure, Failure::Program(program::Failure::Waits { .. })),
        "{failure}"
    );

    town.office.pends.store(false, Ordering::SeqCst);
    let mut pos = new_pos(&town.folder).await;
    enroll(&mut pos, &args, &mut Printed::default().screen())
        .await
        .unwrap();
    let pos = new_pos(&town.folder).await;
    assert!(pos.merchant().is_ok());
    assert_eq!(town.office.records.lock().unwrap().len(), 1);
    let left: Vec<String> = std::fs::read_dir(town.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("waiting"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_waits_is_dropped_on_demand() {
    let town = town().await;
    town.office.pends.store(true, Ordering::SeqCst);
    let args = town.args(None);
    let mut pos = new_pos(&town.folder).await;
    let mut printed = Printed::default().screen();
    enroll(&mut pos, &args, &mut printed).await.unwrap_err();
    town.office.pends.store(false, Ordering::SeqCst);
    let anew = EnrollArgs { anew: true, ..args };
    enroll(&mut pos, &anew, &mut printed).await.unwrap();
    assert_eq!(town.office.records.lock().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_renewed_with_the_old_ones_also_after_a_while_of_waiting() {
    let town = town().await;
    let mut screen = Printed::default().screen();
    let mut pos = new_pos(&town.folder).await;
    let args = RenewArgs {
        ca: None,
        fields: Vec::new(),
    };
    let failure = renew(&mut pos, &args, &mut screen).await.unwrap_err();
    assert!(matches!(failure, Failure::NotEnrolled), "{failure}");
    enroll(&mut pos, &town.args(None), &mut screen)
        .await
        .unwrap();
    let old = new_pos(&town.folder).await.merchant().unwrap();

    town.office.pends.store(true, Ordering::SeqCst);
    let failure = renew(&mut pos, &args, &mut screen).await.unwrap_err();
    assert!(
        matches!(failure, Failure::Program(program::Failure::Pended)),
        "{failure}"
    );
    let held = new_pos(&town.folder).await.merchant().unwrap();
    assert_eq!(held.signature.certificate, old.signature.certificate);

    town.office.pends.store(false, Ordering::SeqCst);
    let mut pos = new_pos(&town.folder).await;
    renew(&mut pos, &args, &mut screen).await.unwrap();
    let new = new_pos(&town.folder).await.merchant().unwrap();
    for (new, old) in [
        (&new.signature, &old.signature),
        (&new.encryption, &old.encryption),
    ] {
        assert_ne!(new.certificate, old.certificate);
        assert_ne!(new.key.public_key(), old.key.public_key());
        assert_eq!(new.certificate.subject(), old.certificate.subject());
    }
    // Two registrations: the enrollment and the renewal.
    assert_eq!(town.office.records.lock().unwrap().len(), 2);
    // And once more, from renewed certificates.
    renew(&mut pos, &args, &mut screen).await.unwrap();
}
