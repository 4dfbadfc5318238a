//! The three parties of a payment, and the honest way through it.

use der::asn1::OctetString;
use set_core::asn1::{Date, SeqOf};
use set_core::cardholder::purchase::{self, Card, Initiating, Ordering};
use set_core::error::Error;
use set_core::exchange::{Context, receive};
use set_core::gateway::auth::{self, Answered, Judgement};
use set_core::gateway::batch::Batches;
use set_core::gateway::cap::{self, Settled};
use set_core::gateway::host::{Decision, HostAnswer};
use set_core::gateway::record::Authorization;
use set_core::gateway::{CapTokens, Gateway};
use set_core::merchant::authorize::{self, Answer, Wish, authorize};
use set_core::merchant::order::{Offer, Ordered};
use set_core::merchant::p_init::p_init;
use set_core::merchant::p_req::p_req;
use set_core::merchant::{Merchant, Sale, capture};
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::ids::{ApprovalCode, BatchId, BrandId, Language, LocalId, MerchantId, SwIdent};
use set_core::msg::message::Message;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::batch::{CloseStatus, ClosedWhen};
use set_core::party::{Identity, Trust};
use set_core::path::TrustStore;
use set_core::policy::Policy;
use set_core::x509::build::{EntityKey, Profile, issue};
use set_core::x509::ext::MerchantData;
use set_testkit::Deterministic;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{BRAND, Issued, LeafCa, contents, hierarchy, merchant_data};

/// What all steps share.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) crypto: Deterministic,
    pub(crate) policy: Policy,
    pub(crate) sw_ident: SwIdent,
    pub(crate) now: Date,
}

impl World {
    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            crypto: &self.crypto,
            now: self.now,
            policy: &self.policy,
            sw_ident: &self.sw_ident,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Rig {
    pub(crate) world: World,
    pub(crate) card: Card,
    pub(crate) wallet: Trust,
    pub(crate) merchant: Merchant,
    pub(crate) gateway: Gateway,
    pub(crate) batches: Batches,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let brand = hierarchy();
        let world = World {
            crypto: Deterministic::seeded(1),
            policy: Policy::default(),
            sw_ident: SwIdent::new("set-core tests").unwrap(),
            now: noon(),
        };
        let trust = trust(&world.context());
        Self {
            card: Card {
                pan: brand.card.pan.duplicate(),
                card_expiry: brand.card.expiry.duplicate(),
                pan_secret: brand.card.pan_secret.duplicate(),
                identity: identity(&brand.cardholder, &brand.cca),
            },
            wallet: trust.clone(),
            merchant: Merchant {
                signature: identity(&brand.merchant_signature, &brand.mca),
                encryption: identity(&brand.merchant_encryption, &brand.mca),
                former: Vec::new(),
                trust: trust.clone(),
                gateways: Vec::new(),
            },
            gateway: Gateway {
                signature: identity(&brand.gateway_signature, &brand.pca),
                encryption: identity(&brand.gateway_encryption, &brand.pca),
                former: Vec::new(),
                trust,
                bins: Vec::new(),
                acquirer: merchant_data().unwrap().mer_acquirer_bin,
                captures: true,
                cap_tokens: CapTokens::WithAccount,
            },
            batches: Batches::open(BatchId::new(1).unwrap(), noon()),
            world,
        }
    }

    /// Gives the merchant a certificate that asks for account numbers.
    pub(crate) fn flag_merchant(&mut self) {
        let data = MerchantData {
            mer_auth_flag: true,
            ..merchant_data().unwrap()
        };
        recertify(&mut self.merchant.signature, EntityKey::Signature, data);
    }

    /// Gives the merchant certificates of another merchant id.
    pub(crate) fn become_another_merchant(&mut self) {
        let data = MerchantData {
            mer_id: MerchantId::new("MER-0002").unwrap(),
            ..merchant_data().unwrap()
        };
        let merchant = &mut self.merchant;
        recertify(&mut merchant.signature, EntityKey::Signature, data.clone());
        recertify(&mut merchant.encryption, EntityKey::Encryption, data);
    }

    /// Closes the batch.
    pub(crate) fn close_batch(&mut self) {
        self.batches.known[0].closed_when = Some(ClosedWhen {
            close_status: CloseStatus::ClosedbyMerchant,
            close_date_time: noon(),
        });
    }

    /// Shopping, PInitReq, PInitRes, PReq.
    pub(crate) fn order(&mut self) -> Ordered {
        self.place().0
    }

    pub(crate) fn place(&mut self) -> (Ordered, Ordering) {
        let context = self.world.context();
        let lid_m = LocalId::new(b"order 1".as_slice()).unwrap();
        let wish = purchase::Wish {
            od: b"one book".to_vec(),
            purch_amt: cents(12_950),
            brand_id: BrandId::new(BRAND).unwrap(),
            language: Language::new("en").unwrap(),
            lid_m: Some(lid_m.clone()),
            install_recur_data: None,
        };
        let offer = Offer {
            lid_m,
            od: OctetString::new(b"one book".as_slice()).unwrap(),
            purch_amt: cents(12_950),
            brands: SeqOf::one(BrandId::new(BRAND).unwrap()),
            install_recur_data: None,
        };
        let bin = self.card.bin().unwrap();
        let (initiating, octets) = Initiating::start(&context, wish, bin, &self.wallet).unwrap();
        let request = receive(&context, &octets, |_| true).unwrap();
        let Message::PInitReq(body) = request.message else {
            panic!("{}", request.message.name());
        };
        let (initiated, octets) =
            p_init(&context, &self.merchant, &request.header, &body, offer).unwrap();
        let offered = initiating
            .handle(&context, &octets, &mut self.wallet)
            .unwrap();
        let (ordering, octets) = offered.pay(&context, &self.card).unwrap();
        let request = receive(&context, &octets, |_| true).unwrap();
        let Message::PReq(body) = request.message else {
            panic!("{}", request.message.name());
        };
        let ordered = p_req(
            &context,
            &mut self.merchant,
            &request.header,
            &body,
            initiated,
        )
        .unwrap();
        (ordered, ordering)
    }

    pub(crate) fn authorizing(&self, ordered: Ordered, amount: u64) -> (Sale, Vec<u8>) {
        self.asking(ordered.into(), Wish::of(cents(amount)))
    }

    pub(crate) fn asking(&self, sale: Sale, wish: Wish) -> (Sale, Vec<u8>) {
        authorize(&self.world.context(), &self.merchant, sale, wish).unwrap()
    }

    /// The merchant takes AuthRes.
    pub(crate) fn takes(&mut self, sale: Sale, octets: &[u8]) -> Result<Answer, Error> {
        authorize::handle(&self.world.context(), &mut self.merchant, sale, octets)
    }

    /// The gateway's answer to an AuthReq; the host gives `answer` if it is asked.
    pub(crate) fn gateway_answers(
        &mut self,
        octets: &[u8],
        previous: &[Authorization],
        answer: impl Into<HostAnswer>,
    ) -> Result<Answered, Error> {
        let context = self.world.context();
        let request = receive(&context, octets, |_| true).unwrap();
        let Message::AuthReq(body) = request.message else {
            panic!("{}", request.message.name());
        };
        let asked = auth::open(&context, &mut self.gateway, &request.header, &body)?;
        match asked.judge(&context, &self.gateway, previous)? {
            Judgement::Refuse(answered) => Ok(*answered),
            Judgement::Ask(pending) => {
                pending.complete(&context, &self.gateway, &answer.into(), &mut self.batches)
            }
        }
    }

    /// The code for an AuthReq that the host would approve.
    pub(crate) fn auth_code(&mut self, octets: &[u8]) -> AuthCode {
        self.gateway_answers(octets, &[], approved(12_950))
            .unwrap()
            .auth_code
    }

    /// An approved order with its record.
    pub(crate) fn authorized(&mut self) -> (Sale, Authorization) {
        let ordered = self.order();
        let (sale, octets) = self.authorizing(ordered, 12_950);
        let answered = self
            .gateway_answers(&octets, &[], approved(12_950))
            .unwrap();
        let answer = self.takes(sale, &answered.octets).unwrap();
        assert_eq!(answer.auth_code, AuthCode::Approved);
        (answer.sale, answered.record.unwrap())
    }

    pub(crate) fn capturing(&self, sales: Vec<(Sale, u64)>) -> (Vec<Sale>, Vec<u8>) {
        let sales = sales
            .into_iter()
            .map(|(sale, amount)| {
                let wish = capture::Wish {
                    auth_rrpid: sale.payments[0].auth_rrpid,
                    amount: cents(amount),
                    sale_detail: None,
                };
                (sale, vec![wish])
            })
            .collect();
        capture::capture(&self.world.context(), &self.merchant, sales, None).unwrap()
    }

    pub(crate) fn gateway_settles(
        &mut self,
        octets: &[u8],
        records: Vec<Authorization>,
    ) -> Result<Settled, Error> {
        let context = self.world.context();
        let request = receive(&context, octets, |_| true).unwrap();
        let Message::CapReq(body) = request.message else {
            panic!("{}", request.message.name());
        };
        let asked = cap::open(&context, &mut self.gateway, &request.header, &body)?;
        asked.settle(&context, &self.gateway, records, &mut self.batches)
    }
}

/// US cents.
pub(crate) fn cents(amount: u64) -> CurrencyAmount {
    CurrencyAmount {
        currency: Currency::new(840).unwrap(),
        amount,
        amt_exp10: -2,
    }
}

pub(crate) fn approved(amount: u64) -> Decision {
    Decision::Approved {
        approval_code: Some(ApprovalCode::new("A1B2C3").unwrap()),
        amount: cents(amount),
    }
}

pub(crate) fn identity(issued: &Issued, ca: &LeafCa) -> Identity {
    Identity {
        key: issued.key.clone(),
        certificate: issued.certificate.clone(),
        chain: vec![
            ca.cert_signing.certificate.clone(),
            hierarchy().brand_ca.certificate.clone(),
        ],
    }
}

/// Certifies a merchant's key anew.
fn recertify(identity: &mut Identity, key: EntityKey, data: MerchantData) {
    let serial = match key {
        EntityKey::Signature => 9_002,
        EntityKey::Encryption => 9_003,
    };
    let subject = identity.certificate.subject_name().unwrap();
    let profile = Profile::Merchant { key, data };
    let contents = contents(serial, subject, &identity.key, profile).unwrap();
    let ca = &hierarchy().mca.cert_signing;
    let crypto = Deterministic::seeded(2);
    identity.certificate = issue(&contents, &ca.certificate, &ca.key, &crypto).unwrap();
}

/// Everything of the brand.
fn trust(context: &Context<'_>) -> Trust {
    let brand = hierarchy();
    let mut trust = Trust::new(TrustStore::new(vec![brand.root.certificate.clone()]));
    for certificate in brand.certificates() {
        trust.hold(certificate);
    }
    for crl in &brand.crls {
        trust.hold_crl(context, crl.clone());
    }
    trust.hold_bci(context, brand.bci.clone());
    trust
}
