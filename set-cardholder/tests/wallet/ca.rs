//! A cardholder CA that approves everybody.

use std::collections::HashMap;
use std::sync::Mutex;

use set_core::ca::cert_req::{self, Judged};
use set_core::ca::form::field;
use set_core::ca::{
    Ca, Decision, Form, Forms, Grant, Registration, Serials, Validity, card_c_init, reg_form,
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
                let registration = registrations.remove(opened.lid_ca().unwrap());
                let pending = match opened.judge(context, &self.ca, registration)? {
                    Judged::Pending(pending) => pending,
                    Judged::Answered(answered) => return Ok(answered.octets),
                };
                let grant = Grant::Cardholder {
                    issuer: "First Bank".to_owned(),
                    card_name: None,
                    ca_msg: None,
                };
                let serials = Serials {
                    signature: SerialNumber::new(&[77]).unwrap(),
                    encryption: SerialNumber::new(&[78]).unwrap(),
                };
                let decision = Decision::Approved(Box::new(grant));
                Ok(pending
                    .decide(context, &self.ca, decision, &serials)?
                    .octets)
            }
            other => panic!("{}", other.name()),
        }
    }
}
