//! A brand with its CAs, and an office that answers what comes.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::OnceLock;

use set_core::asn1::{self, Date, SeqOf};
use set_core::ca::hierarchy::{BrandHierarchy, Hierarchy, Plan};
use set_core::ca::{
    Answered, Applicant, ApprovalRequest, Ca, Decision, Form, Forms, Grant, Registration, Serials,
    Validity, card_c_init, cert_inq, cert_req, form, me_aq_c_init, reg_form,
};
use set_core::cardholder::registration as cardholder;
use set_core::error::Error;
use set_core::exchange::{self, Context};
use set_core::msg::cert::cert_req::RegFormItem;
use set_core::msg::cert::cert_res::CertStatusCode;
use set_core::msg::cert::id_data::{AcquirerId, IdData, MerchantAcquirerId};
use set_core::msg::cert::reg_form::{PolicyText, ReferralData};
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{Bin, BrandId, CountryCode, Language, MerchantId, SwIdent};
use set_core::msg::message::Message;
use set_core::party::Trust;
use set_core::path::TrustStore;
use set_core::pkcs7::SerialNumber;
use set_core::policy::Policy;
use set_core::registration::{Answer, Application, EndEntity, Initiating, NewKeys, Offered};
use set_core::secret::{CardExpiry, Pan};
use set_core::x509::ext::{MerNames, SetQualifier};
use set_testkit::Deterministic;
use set_testkit::clock::{Clock, noon};

pub(crate) const PAN: &str = "4111111111111111";
pub(crate) const EXPIRY: &str = "199912";
pub(crate) const ACCOUNT: &str = "DE89370400440532013000";

/// The hierarchy, made once per process.
pub(crate) fn hierarchy() -> &'static Hierarchy {
    static HIERARCHY: OnceLock<Hierarchy> = OnceLock::new();
    HIERARCHY.get_or_init(|| {
        let rig = Tools::new(1);
        Hierarchy::make(&rig.context(), &plan()).unwrap()
    })
}

/// The one brand of the hierarchy.
pub(crate) fn brand() -> &'static BrandHierarchy {
    &hierarchy().brands[0]
}

pub(crate) fn plan() -> Plan {
    Plan::simple(
        BrandId::new("Orchard:Gold").unwrap(),
        "US",
        Some("North"),
        SetQualifier::terse("For tests.").unwrap(),
    )
}

/// What every step is given.
#[derive(Debug)]
pub(crate) struct Tools {
    pub(crate) crypto: Deterministic,
    pub(crate) policy: Policy,
    pub(crate) sw_ident: SwIdent,
    pub(crate) clock: Clock,
}

impl Tools {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            crypto: Deterministic::seeded(seed),
            policy: Policy::default(),
            sw_ident: SwIdent::new("test 1").unwrap(),
            clock: Clock::default(),
        }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            crypto: &self.crypto,
            now: self.clock.now(),
            policy: &self.policy,
            sw_ident: &self.sw_ident,
        }
    }
}

/// A CA with its records and an approver.
pub(crate) struct Office {
    pub(crate) tools: Tools,
    pub(crate) ca: Ca,
    pub(crate) records: RefCell<HashMap<Vec<u8>, Registration>>,
    pub(crate) asked: RefCell<Vec<String>>,
    pub(crate) decision: RefCell<Decision>,
    /// The code of the last CertRes or CertInqRes.
    pub(crate) last: Cell<Option<CertStatusCode>>,
    serial: Cell<u8>,
}

impl Office {
    pub(crate) fn of(entity: EndEntity) -> Self {
        let tools = Tools::new(2);
        let brand = brand();
        let keys = brand.ca_for(entity).unwrap();
        let trust = brand.trust(&tools.context(), &hierarchy().root.certificate);
        let ca = keys.open(key(11).into(), trust, forms(), Validity::default());
        Self {
            tools,
            ca,
            records: RefCell::default(),
            asked: RefCell::default(),
            decision: RefCell::new(Decision::Approved(Box::new(grant(entity)))),
            last: Cell::new(None),
            serial: Cell::new(1),
        }
    }

    /// Answers a request, or says with which ErrorCode not.
    pub(crate) fn answer(&self, octets: &[u8]) -> Result<Vec<u8>, ErrorCode> {
        self.treat(octets).map_err(|error| error.code())
    }

    pub(crate) fn treat(&self, octets: &[u8]) -> Result<Vec<u8>, Error> {
        let context = self.tools.context();
        let received = exchange::receive(&context, octets, set_core::ca::serves)
            .map_err(|refusal| *refusal.error)?;
        let header = &received.header;
        match &received.message {
            Message::CardCInitReq(request) => {
                card_c_init::card_c_init(&context, &self.ca, header, request)
            }
            Message::MeAqCInitReq(request) => {
                let (record, answer) =
                    me_aq_c_init::me_aq_c_init(&context, &self.ca, header, request)?;
                self.store(record);
                Ok(answer)
            }
            Message::RegFormReq(request) => {
                let (record, answer) = reg_form::reg_form(&context, &self.ca, header, request)?;
                self.store(record);
                Ok(answer)
            }
            Message::CertReq(request) => {
                let opened = cert_req::open(&context, &self.ca, header, request)?;
                let record = opened.lid_ca().and_then(|lid| self.load(lid.as_octets()));
                match opened.judge(&context, &self.ca, record)? {
                    cert_req::Judged::Answered(answered) => Ok(self.keep(*answered)),
                    cert_req::Judged::Pending(pending) => {
                        self.ask(pending.request());
                        let decision = self.decision.borrow().clone();
                        let answered =
                            pending.decide(&context, &self.ca, decision, &self.serials())?;
                        Ok(self.keep(answered))
                    }
                }
            }
            Message::CertInqReq(request) => {
                let opened = cert_inq::open(header, request)?;
                let record = self.load(opened.lid_ca().as_octets());
                match opened.judge(&context, &self.ca, record)? {
                    cert_inq::Judged::Answered(answered) => Ok(self.keep(*answered)),
                    cert_inq::Judged::Pending(inquiry) => {
                        let decision = self.decision.borrow().clone();
                        let answered =
                            inquiry.decide(&context, &self.ca, decision, &self.serials())?;
                        Ok(self.keep(answered))
                    }
                }
            }
            other => panic!("{} is not served", other.name()),
        }
    }

    pub(crate) fn decide(&self, decision: Decision) {
        self.decision.replace(decision);
    }

    fn ask(&self, request: &ApprovalRequest) {
        let who = match &request.applicant {
            Applicant::Cardholder { pan, .. } => format!("cardholder {}", pan.masked()),
            Applicant::AccountHolder { .. } => "account holder".to_owned(),
            Applicant::Merchant { merchant_id, .. } => format!("merchant {merchant_id}"),
            Applicant::Gateway { .. } => format!("gateway at {}", request.bin),
        };
        self.asked.borrow_mut().push(who);
    }

    /// Records go through their encoding, as through a store.
    fn store(&self, record: Registration) {
        let octets = asn1::encode(&record).unwrap();
        let again: Registration = asn1::decode(&octets, &asn1::Limits::default()).unwrap();
        assert_eq!(again, record);
        let lid = record.offered().lid_ca.as_octets().to_vec();
        self.records.borrow_mut().insert(lid, again);
    }

    fn load(&self, lid: &[u8]) -> Option<Registration> {
        self.records.borrow().get(lid).cloned()
    }

    fn keep(&self, answered: Answered) -> Vec<u8> {
        self.last.set(Some(answered.code));
        if let Some(record) = answered.registration {
            self.store(record);
        }
        answered.octets
    }

    fn serials(&self) -> Serials {
        let next = || {
            self.serial.set(self.serial.get() + 1);
            SerialNumber::new(&[self.serial.get()]).unwrap()
        };
        Serials {
            signature: next(),
            encryption: next(),
        }
    }
}

/// An entity that applies; it believes the root and holds nothing else.
pub(crate) struct Applying {
    pub(crate) tools: Tools,
    pub(crate) trust: Trust,
}

impl Applying {
    pub(crate) fn new(seed: u64) -> Self {
        let root = hierarchy().root.certificate.clone();
        Self {
            tools: Tools::new(seed),
            trust: Trust::new(TrustStore::new(vec![root])),
        }
    }

    /// Up to the form, for a merchant or gateway.
    pub(crate) fn offered(&mut self, office: &Office, application: Application) -> Offered {
        let (state, request) =
            Initiating::start(&self.tools.context(), application, &self.trust).unwrap();
        let answer = office.answer(&request).unwrap();
        match state
            .handle(&self.tools.context(), &answer, &mut self.trust)
            .unwrap()
        {
            Answer::Form(offered) => *offered,
            Answer::Referral(referral) => panic!("{referral:?}"),
        }
    }

    /// Up to the form, for a cardholder.
    pub(crate) fn card_offered(
        &mut self,
        office: &Office,
        language: &str,
    ) -> Answer<cardholder::Offered> {
        let brand = BrandId::new("ORCHARD").unwrap();
        let context = self.tools.context();
        let (state, request) = cardholder::Initiating::start(&context, brand, &self.trust).unwrap();
        let answer = office.answer(&request).unwrap();
        let state = state.handle(&context, &answer, &mut self.trust).unwrap();
        let language = Language::new(language).unwrap();
        let pan = Pan::new(PAN).unwrap();
        let (state, request) = state.ask(&context, pan, language, &self.trust).unwrap();
        let answer = office.answer(&request).unwrap();
        state.handle(&context, &answer, &mut self.trust).unwrap()
    }

    /// The CertReq of a cardholder.
    pub(crate) fn card_filed(
        &mut self,
        office: &Office,
        answers: Vec<RegFormItem>,
    ) -> (cardholder::Filed, Vec<u8>) {
        let Answer::Form(offered) = self.card_offered(office, "en") else {
            panic!("no form");
        };
        let key = key(0);
        let expiry = CardExpiry::new(EXPIRY).unwrap();
        offered
            .file(&self.tools.context(), key, expiry, answers, &self.trust)
            .unwrap()
    }
}

/// The kept keys from the 20th on are not in the hierarchy.
pub(crate) fn key(number: usize) -> set_core::crypto::PrivateKey {
    set_testkit::keys::rsa_1024(20 + number).unwrap()
}

pub(crate) fn both_keys() -> NewKeys {
    NewKeys {
        signature: Some(key(1)),
        encryption: Some(key(2)),
    }
}

pub(crate) fn good_answers() -> Vec<RegFormItem> {
    vec![form::answer("name", "A. N. Applicant").unwrap()]
}

pub(crate) fn merchant() -> Application {
    Application {
        request_type: RequestType::MerInitialBoth,
        id_data: IdData::MerchantAcquirerId(MerchantAcquirerId {
            merchant_bin: Bin::new("411111").unwrap(),
            merchant_id: MerchantId::new("SHOP-7").unwrap(),
        }),
        brand_id: BrandId::new("Orchard").unwrap(),
        language: Language::new("en-US").unwrap(),
    }
}

pub(crate) fn gateway() -> Application {
    Application {
        request_type: RequestType::PgwyInitialBoth,
        id_data: IdData::AcquirerId(AcquirerId {
            acquirer_bin: Bin::new("411111").unwrap(),
            acquirer_business_id: None,
        }),
        ..merchant()
    }
}

fn forms() -> Forms {
    let form = |id: u64, entity: EndEntity| {
        let mut form = Form::new(
            id,
            entity,
            Language::new("en").unwrap(),
            PolicyText::new("Use it honestly.").unwrap(),
            vec![
                form::field("name", true).unwrap(),
                form::field("address", false).unwrap(),
            ],
        );
        form.bins = vec![Bin::new("411111").unwrap()];
        form
    };
    let mut for_merchants = form(2, EndEntity::Merchant);
    for_merchants.acct_data_field = Some(form::field("account", false).unwrap());
    Forms {
        forms: vec![
            form(1, EndEntity::Cardholder),
            for_merchants,
            form(3, EndEntity::Gateway),
        ],
        referral: ReferralData {
            reason: None,
            referral_url_seq: None,
        },
    }
}

pub(crate) fn grant(entity: EndEntity) -> Grant {
    match entity {
        EndEntity::Cardholder => Grant::Cardholder {
            issuer: "First Bank".to_owned(),
            card_name: None,
            ca_msg: None,
        },
        EndEntity::Merchant => Grant::Merchant {
            acquirer: "First Acquirer".to_owned(),
            names: SeqOf::<_, 1, 32>::one(MerNames {
                language: None,
                name: "Apple Shop".parse().unwrap(),
                city: "Springfield".parse().unwrap(),
                state_province: None,
                postal_code: None,
                country_name: "USA".parse().unwrap(),
            }),
            country: CountryCode::new(840).unwrap(),
            auth_flag: false,
        },
        EndEntity::Gateway => Grant::Gateway {
            acquirer: "First Acquirer".to_owned(),
            gateway_id: "GW-1".to_owned(),
            card_cert_required: true,
            tunneling: None,
            set_extensions: Vec::new(),
        },
    }
}

pub(crate) fn today() -> Date {
    noon()
}
