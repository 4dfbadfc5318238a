//! A CA with its records and an institution that decides.

use std::collections::BTreeMap;
use std::sync::Arc;

use set_core::asn1::SeqOf;
use set_core::ca::cert_inq::Judged as InqJudged;
use set_core::ca::cert_req::Judged;
use set_core::ca::{
    Answered, Ca, Decision, Form, Forms, Grant, Registration, Serials, Validity, card_c_init,
    cert_inq, cert_req, form, me_aq_c_init, reg_form,
};
use set_core::crypto::PrivateKey;
use set_core::error::{Error, PeerFault};
use set_core::msg::cert::cert_req::RegFormItem;
use set_core::msg::cert::id_data::{AcquirerId, IdData, MerchantAcquirerId};
use set_core::msg::cert::reg_form::{PolicyText, ReferralData};
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::ids::{Bin, BrandId, Language};
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageHeader;
use set_core::party::Identity;
use set_core::pkcs7::SerialNumber;
use set_core::registration::{Application, EndEntity, NewKeys};
use set_core::x509::lint::DraftKey;

use super::answers::{self, Answers, Desk, Refused, Server};
use super::tools::{Tools, identity, insider};
use crate::clock::Clock;
use crate::hierarchy::{BRAND, LeafCa, hierarchy, merchant_data};
use crate::keys;

/// A CA.
#[derive(Debug)]
pub struct Office {
    /// Provider, clock and policy.
    pub tools: Tools,
    /// Its keys, forms, and whom it believes.
    pub ca: Ca,
    /// What the institution says to every request.
    pub decision: Decision,
    entity: EndEntity,
    records: Records,
    answers: Answers,
}

/// What a CA keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    registrations: BTreeMap<Vec<u8>, Registration>,
    issued: u32,
}

/// What an applicant puts into its CertReq.
#[derive(Debug)]
pub struct Filing;

impl Filing {
    /// The form, filled in.
    ///
    /// # Panics
    ///
    /// Never: the answer is good.
    #[must_use]
    pub fn answers() -> Vec<RegFormItem> {
        vec![form::answer("name", "A. N. Applicant").expect("it fits")]
    }

    /// A key that nobody else on the street has; there are two.
    ///
    /// # Panics
    ///
    /// For any other than 0 and 1.
    #[must_use]
    pub fn key(number: usize) -> PrivateKey {
        keys::rsa_1024(FREE_KEYS + number).expect("enough keys are kept")
    }

    /// Both.
    #[must_use]
    pub fn keys() -> NewKeys {
        NewKeys {
            signature: Some(Self::key(0)),
            encryption: Some(Self::key(1)),
        }
    }
}

impl Office {
    pub(super) fn new(entity: EndEntity, clock: Arc<Clock>) -> Self {
        let all = hierarchy();
        let (leaf, seed) = match entity {
            EndEntity::Cardholder => (&all.cca, 14),
            EndEntity::Merchant => (&all.mca, 15),
            EndEntity::Gateway => (&all.pca, 16),
        };
        let tools = Tools::new(seed, clock);
        Self {
            ca: ca(&tools, leaf, entity),
            tools,
            decision: Decision::Approved(Box::new(grant(entity))),
            entity,
            records: Records::default(),
            answers: Answers::default(),
        }
    }

    /// What a merchant or gateway of the test acquirer applies for here.
    ///
    /// # Panics
    ///
    /// At the cardholder CA: no such application is filed there.
    #[must_use]
    pub fn application(&self) -> Application {
        let bin = Bin::new(BIN).expect("it is a BIN");
        let (request_type, id_data) = match self.entity {
            EndEntity::Merchant => (
                RequestType::MerInitialBoth,
                Some(IdData::MerchantAcquirerId(MerchantAcquirerId {
                    merchant_bin: bin,
                    merchant_id: "SHOP-7".parse().expect("it is an id"),
                })),
            ),
            EndEntity::Gateway => (
                RequestType::PgwyInitialBoth,
                Some(IdData::AcquirerId(AcquirerId {
                    acquirer_bin: bin,
                    acquirer_business_id: None,
                })),
            ),
            EndEntity::Cardholder => (RequestType::CardInitialSig, None),
        };
        Application {
            request_type,
            id_data: id_data.expect("cardholders file otherwise"),
            brand_id: BrandId::new(BRAND).expect("the brand is good"),
            language: Language::new("en").expect("it is a language"),
        }
    }

    fn keep(&mut self, registration: Registration) {
        let lid_ca = registration.offered().lid_ca.as_octets().to_vec();
        self.records.registrations.insert(lid_ca, registration);
    }

    fn settle(&mut self, answered: Answered) -> Vec<u8> {
        if let Some(registration) = answered.registration {
            self.keep(registration);
        }
        self.records.issued += u32::try_from(answered.issued.len()).unwrap_or_default();
        answered.octets
    }

    fn serials(&self) -> Serials {
        let serial = |number: u32| {
            let number = 1_000 + self.records.issued + number;
            SerialNumber::new(&number.to_be_bytes()).expect("it is short")
        };
        Serials {
            signature: serial(0),
            encryption: serial(1),
        }
    }

    fn load(&self, lid_ca: &[u8]) -> Option<Registration> {
        self.records.registrations.get(lid_ca).cloned()
    }
}

impl Server for Office {
    type Store = Records;

    fn answer(&mut self, octets: &[u8]) -> Result<Vec<u8>, Refused> {
        answers::answer(self, octets)
    }

    fn store(&self) -> &Records {
        &self.records
    }

    fn answers(&self) -> &Answers {
        &self.answers
    }

    fn restarted(&self) -> Self {
        Self {
            records: self.records.clone(),
            answers: self.answers.clone(),
            decision: self.decision.clone(),
            tools: self.tools.restarted(),
            ..Self::new(self.entity, Arc::clone(&self.tools.clock))
        }
    }
}

impl Desk for Office {
    fn tools(&self) -> &Tools {
        &self.tools
    }

    fn identity(&self) -> &Identity {
        &self.ca.message_signing
    }

    fn serves(message: &Message) -> bool {
        set_core::ca::serves(message)
    }

    fn answers_mut(&mut self) -> &mut Answers {
        &mut self.answers
    }

    fn treat(&mut self, header: &MessageHeader, message: &Message) -> Result<Vec<u8>, Error> {
        let context = self.tools.context();
        let ca = &self.ca;
        match message {
            Message::CardCInitReq(request) => {
                card_c_init::card_c_init(&context, ca, header, request)
            }
            Message::MeAqCInitReq(request) => {
                let (record, answer) = me_aq_c_init::me_aq_c_init(&context, ca, header, request)?;
                self.keep(record);
                Ok(answer)
            }
            Message::RegFormReq(request) => {
                let (record, answer) = reg_form::reg_form(&context, ca, header, request)?;
                self.keep(record);
                Ok(answer)
            }
            Message::CertReq(request) => {
                let opened = cert_req::open(&context, ca, header, request)?;
                let record = opened.lid_ca().and_then(|lid| self.load(lid.as_octets()));
                let answered = match opened.judge(&context, ca, record)? {
                    Judged::Answered(answered) => *answered,
                    Judged::Pending(pending) => {
                        pending.decide(&context, ca, self.decision.clone(), &self.serials())?
                    }
                };
                Ok(self.settle(answered))
            }
            Message::CertInqReq(request) => {
                let opened = cert_inq::open(header, request)?;
                let record = self.load(opened.lid_ca().as_octets());
                let answered = match opened.judge(&context, ca, record)? {
                    InqJudged::Answered(answered) => *answered,
                    InqJudged::Pending(pending) => {
                        pending.decide(&context, ca, self.decision.clone(), &self.serials())?
                    }
                };
                Ok(self.settle(answered))
            }
            other => Err(PeerFault::MessageNotSupported(other.name()).into()),
        }
    }
}

fn ca(tools: &Tools, leaf: &LeafCa, entity: EndEntity) -> Ca {
    let mut form = Form::new(
        1,
        entity,
        Language::new("en").expect("it is a language"),
        PolicyText::new("Use it honestly.").expect("it fits"),
        vec![form::field("name", true).expect("it fits")],
    );
    form.bins = vec![Bin::new(BIN).expect("it is a BIN")];
    let held = [
        &leaf.cert_signing,
        &leaf.crl_signing,
        &leaf.message_signing,
        &leaf.encryption,
    ];
    Ca {
        certificate_signing: identity(&leaf.cert_signing, leaf),
        draft_key: draft_key(),
        message_signing: identity(&leaf.message_signing, leaf),
        encryption: identity(&leaf.encryption, leaf),
        trust: insider(tools, held),
        forms: Forms {
            forms: vec![form],
            referral: ReferralData {
                reason: None,
                referral_url_seq: None,
            },
        },
        validity: Validity::default(),
    }
}

fn grant(entity: EndEntity) -> Grant {
    let data = merchant_data().expect("it is good");
    match entity {
        EndEntity::Cardholder => Grant::Cardholder {
            issuer: "First Bank".to_owned(),
            card_name: None,
            ca_msg: None,
        },
        EndEntity::Merchant => Grant::Merchant {
            acquirer: "Merchant Bank".to_owned(),
            names: SeqOf::new(data.mer_name_seq.into_vec()).expect("there is one"),
            country: data.mer_country,
            auth_flag: false,
        },
        EndEntity::Gateway => Grant::Gateway {
            acquirer: "Merchant Bank".to_owned(),
            gateway_id: "gateway-2".to_owned(),
            card_cert_required: true,
            tunneling: None,
            set_extensions: Vec::new(),
        },
    }
}

/// Of the card, and of the acquirer.
const BIN: &str = "411111";

/// The kept keys from here on are not in the hierarchy.
const FREE_KEYS: usize = 20;

/// The last key that the repository holds; nothing else uses it.
#[expect(clippy::expect_used, reason = "a test kit may stop the test")]
fn draft_key() -> DraftKey {
    let last = crate::keys::RSA_1024_COUNT - 1;
    crate::keys::rsa_1024(last)
        .expect("there is a last key")
        .into()
}
