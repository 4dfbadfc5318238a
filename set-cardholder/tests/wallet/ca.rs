//! A cardholder CA that approves everybody, at once or later.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};

use set_core::ca::cert_req::{self, Judged};
use set_core::ca::form::field;
use set_core::ca::{
    Answered, Ca, Decision, Form, Forms, Grant, Registration, Serials, Validity, card_c_init,
    cert_inq, reg_form,
};
use set_core::error::Error;
use set_core::exchange::{Context, Received};
use set_core::msg::cert::reg_form::ReferralData;
use set_core::msg::ids::{Language, LocalId};
use set_core::msg::message::Message;
use set_core::pkcs7::SerialNumber;
use set_core::registration::EndEntity;
use set_testkit::hierarchy::hierarchy;

use crate::rig::{Role, identity, trust};

pub(crate) struct TestCa {
    ca: Ca,
    registrations: Mutex<HashMap<LocalId, Registration>>,
    serial: AtomicU8,
    pended: AtomicU8,
}

impl TestCa {
    pub(crate) fn new() -> Self {
        let cca = &hierarchy().cca;
        let language = Language::new("en").unwrap();
        let form = Form::new(
            1,
            EndEntity::Cardholder,
            language,
            "Pay your bills.".parse().unwrap(),
            vec![field("Name", true).unwrap()],
        );
        Self {
            ca: Ca {
                certificate_signing: identity(&cca.cert_signing, None),
                draft_key: set_testkit::keys::rsa_1024(31).unwrap().into(),
                message_signing: identity(&cca.message_signing, None),
                encryption: identity(&cca.encryption, None),
                trust: trust(),
                forms: Forms {
                    forms: vec![form],
                    referral: ReferralData {
                        reason: None,
                        referral_url_seq: None,
                    },
                },
                validity: Validity::default(),
            },
            registrations: Mutex::default(),
            serial: AtomicU8::new(77),
            pended: AtomicU8::new(0),
        }
    }

    /// Puts aside what it is asked, so many times.
    pub(crate) fn pending(times: u8) -> Self {
        let ca = Self::new();
        ca.pended.store(times, Ordering::SeqCst);
        ca
    }

    fn decision(&self) -> Decision {
        let left = |left: u8| left.checked_sub(1);
        let pended = self
            .pended
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, left);
        if pended.is_ok() {
            return Decision::Pended { message: None };
        }
        Decision::Approved(Box::new(Grant::Cardholder {
            issuer: "First Bank".to_owned(),
            card_name: None,
            ca_msg: None,
        }))
    }

    fn serials(&self) -> Serials {
        let next = || SerialNumber::new(&[self.serial.fetch_add(1, Ordering::SeqCst)]).unwrap();
        Serials {
            signature: next(),
            encryption: next(),
        }
    }
}

impl Role for TestCa {
    fn answer(&self, context: &Context<'_>, request: &Received<'_>) -> Result<Vec<u8>, Error> {
        let mut registrations = self.registrations.lock().unwrap();
        match &request.message {
            Message::CardCInitReq(message) => {
                card_c_init::card_c_init(context, &self.ca, &request.header, message)
            }
            Message::RegFormReq(message) => {
                let (registration, octets) =
                    reg_form::reg_form(context, &self.ca, &request.header, message)?;
                let Registration::Offered(offered) = &registration else {
                    panic!("a form was asked for")
                };
                registrations.insert(offered.lid_ca.clone(), registration);
                Ok(octets)
            }
            Message::CertReq(message) => {
                let opened = cert_req::open(context, &self.ca, &request.header, message)?;
                let registration = registrations.get(opened.lid_ca().unwrap()).cloned();
                let answered = match opened.judge(context, &self.ca, registration)? {
                    Judged::Pending(pending) => {
                        pending.decide(context, &self.ca, self.decision(), &self.serials())?
                    }
                    Judged::Answered(answered) => *answered,
                };
                Ok(kept(&mut registrations, answered))
            }
            Message::CertInqReq(message) => {
                let opened = cert_inq::open(&request.header, message)?;
                let registration = registrations.get(opened.lid_ca()).cloned();
                let answered = match opened.judge(context, &self.ca, registration)? {
                    cert_inq::Judged::Pending(inquiry) => {
                        inquiry.decide(context, &self.ca, self.decision(), &self.serials())?
                    }
                    cert_inq::Judged::Answered(answered) => *answered,
                };
                Ok(kept(&mut registrations, answered))
            }
            other => panic!("{}", other.name()),
        }
    }
}

fn kept(registrations: &mut HashMap<LocalId, Registration>, answered: Answered) -> Vec<u8> {
    if let Some(registration) = answered.registration {
        registrations.insert(registration.offered().lid_ca.clone(), registration);
    }
    answered.octets
}
