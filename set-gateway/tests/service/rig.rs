//! A brand, its parties, and a host that does what it is told.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use set_core::asn1::{Date, SeqOf};
use set_core::cardholder::Card;
use set_core::cardholder::purchase::{Initiating, Wish};
use set_core::error::Error;
use set_core::exchange::receive;
use set_core::gateway::batch::Batch;
use set_core::gateway::host::{
    Decision, HostAdvice, HostAnswer, HostEvent, HostRequest, IdempotencyKey,
};
use set_core::gateway::{CapTokens, Gateway};
use set_core::merchant::order::Ordered;
use set_core::merchant::{Merchant, Offer, Sale, authorize, capture, p_init, p_req};
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::ids::{ApprovalCode, BatchId, BrandId, Language, LocalId, MerchantId};
use set_core::msg::message::Message;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::batch_admin::TransmissionStatus;
use set_core::msg::payment::cap::CapCode;
use set_core::party::{Identity, Trust};
use set_core::path::TrustStore;
use set_gateway::audit::{Audit, audit};
use set_gateway::host::{
    AcquirerHost, HostFuture, HostReversal, HostTrace, HostUnavailable, Settlement,
};
use set_gateway::service::{GatewayService, Parts};
use set_node::call::Trace;
use set_node::config::Limits;
use set_node::service::{Binding, CryptoPool, Handler as _, Reply, RequestContext};
use set_node::station::Station;
use set_node::store::Store;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{BRAND, Issued, LeafCa, hierarchy, merchant_data};
use tokio::sync::watch;

/// What the double of the host was asked, and what it says.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) decision: Mutex<Decision>,
    /// Answers nothing while this is set.
    pub(crate) hangs: watch::Sender<bool>,
    /// Confirms no advice.
    pub(crate) deaf: AtomicBool,
    pub(crate) asked: Mutex<Vec<IdempotencyKey>>,
    pub(crate) told: Mutex<Vec<(HostEvent, IdempotencyKey, String)>>,
    pub(crate) settled: Mutex<Vec<BatchId>>,
    /// Of everything, in the order in which it came.
    pub(crate) traces: Mutex<Vec<HostTrace>>,
    /// The requests that were reversed.
    pub(crate) originals: Mutex<Vec<HostTrace>>,
    pub(crate) reversed: Mutex<Vec<IdempotencyKey>>,
}

impl Host {
    pub(crate) fn saying(decision: Decision) -> Arc<Self> {
        Arc::new(Self {
            decision: Mutex::new(decision),
            hangs: watch::Sender::new(false),
            deaf: AtomicBool::new(false),
            asked: Mutex::default(),
            told: Mutex::default(),
            settled: Mutex::default(),
            traces: Mutex::default(),
            originals: Mutex::default(),
            reversed: Mutex::default(),
        })
    }

    pub(crate) fn approving() -> Arc<Self> {
        Self::saying(Decision::Approved {
            approval_code: ApprovalCode::new("123456").ok(),
            amount: price(),
        })
    }

    async fn answer(&self) {
        let mut hangs = self.hangs.subscribe();
        let _ = hangs.wait_for(|hangs| !hangs).await;
    }

    async fn confirm(&self) -> Result<(), HostUnavailable> {
        self.answer().await;
        match self.deaf.load(Ordering::SeqCst) {
            true => Err(HostUnavailable),
            false => Ok(()),
        }
    }
}

impl AcquirerHost for Host {
    fn authorize<'a>(
        &'a self,
        trace: HostTrace,
        request: &'a HostRequest,
    ) -> HostFuture<'a, HostAnswer> {
        Box::pin(async move {
            self.traces.lock().unwrap().push(trace);
            self.asked.lock().unwrap().push(request.key);
            self.answer().await;
            self.decision.lock().unwrap().clone().into()
        })
    }

    fn advise<'a>(
        &'a self,
        trace: HostTrace,
        advice: &'a HostAdvice,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        Box::pin(async move {
            self.traces.lock().unwrap().push(trace);
            self.confirm().await?;
            let account = advice.account.as_ref();
            let pan = account.map_or_else(String::new, |one| one.pan.expose().to_owned());
            self.told
                .lock()
                .unwrap()
                .push((advice.event, advice.key, pan));
            Ok(())
        })
    }

    fn settle<'a>(
        &'a self,
        _: &'a MerchantId,
        batch: &'a Batch,
    ) -> HostFuture<'a, Result<Settlement, HostUnavailable>> {
        Box::pin(async move {
            self.confirm().await?;
            self.settled.lock().unwrap().push(batch.batch_id);
            Ok(Settlement {
                transmission: TransmissionStatus::CompletedSuccessfully,
                info: None,
            })
        })
    }

    fn reverse<'a>(
        &'a self,
        trace: HostTrace,
        reversal: &'a HostReversal,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        Box::pin(async move {
            self.traces.lock().unwrap().push(trace);
            self.confirm().await?;
            assert_eq!(reversal.pan.expose(), "4111111111111111");
            assert_eq!(reversal.amount, price());
            self.originals.lock().unwrap().push(reversal.original);
            self.reversed.lock().unwrap().push(reversal.key);
            Ok(())
        })
    }
}

pub(crate) fn station() -> Station {
    Station::new("test", "1").unwrap().with_clock(noon)
}

pub(crate) fn service<H: AcquirerHost + 'static>(store: &Store, host: &Arc<H>) -> GatewayService {
    service_at(noon(), store, host)
}

/// A service whose clock stands still.
pub(crate) fn service_at<H: AcquirerHost + 'static>(
    now: Date,
    store: &Store,
    host: &Arc<H>,
) -> GatewayService {
    let limits = Limits::default();
    GatewayService::new(Parts {
        station: station().with_clock(move || now),
        gateway: gateway().into(),
        store: store.clone(),
        pool: CryptoPool::new(&limits).unwrap(),
        host: host.clone(),
        places: 16,
        assigns_batches: true,
        keep_answers: Duration::from_secs(3600),
        trace: Trace::Off,
    })
}

/// Has the service treat a request, as the node would.
pub(crate) async fn ask(service: &GatewayService, request: &[u8]) -> Vec<u8> {
    let context = RequestContext {
        peer: SocketAddr::from(([127, 0, 0, 1], 9)),
        binding: Binding::Tcp,
        deadline: tokio::time::Instant::now() + Duration::from_secs(60),
    };
    let request = Bytes::copy_from_slice(request);
    match service.handle(request, context).await {
        Reply::Message(octets) => octets.to_vec(),
        other => panic!("{other:?}"),
    }
}

fn trust() -> Trust {
    let brand = hierarchy();
    let station = station();
    let context = station.context();
    let mut trust = Trust::new(TrustStore::new(vec![brand.root.certificate.clone()]));
    for certificate in brand.certificates() {
        trust.hold(certificate);
    }
    for crl in &brand.crls {
        trust.hold_crl(&context, crl.clone());
    }
    trust.hold_bci(&context, brand.bci.clone());
    trust
}

fn identity(issued: &Issued, ca: &LeafCa) -> Identity {
    Identity {
        key: issued.key.clone(),
        certificate: issued.certificate.clone(),
        chain: vec![
            ca.cert_signing.certificate.clone(),
            hierarchy().brand_ca.certificate.clone(),
        ],
    }
}

pub(crate) fn gateway() -> Gateway {
    let brand = hierarchy();
    Gateway {
        signature: identity(&brand.gateway_signature, &brand.pca),
        encryption: identity(&brand.gateway_encryption, &brand.pca),
        former: Vec::new(),
        trust: trust(),
        bins: Vec::new(),
        acquirer: merchant_data().unwrap().mer_acquirer_bin,
        captures: true,
        cap_tokens: CapTokens::WithAccount,
    }
}

pub(crate) fn merchant() -> Merchant {
    let brand = hierarchy();
    Merchant {
        signature: identity(&brand.merchant_signature, &brand.mca),
        encryption: identity(&brand.merchant_encryption, &brand.mca),
        former: Vec::new(),
        trust: trust(),
        gateways: Vec::new(),
    }
}

fn card() -> Card {
    let brand = hierarchy();
    Card {
        pan: brand.card.pan.duplicate(),
        card_expiry: brand.card.expiry.duplicate(),
        pan_secret: brand.card.pan_secret.duplicate(),
        identity: identity(&brand.cardholder, &brand.cca),
    }
}

pub(crate) fn price() -> CurrencyAmount {
    CurrencyAmount {
        currency: Currency::new(840).unwrap(),
        amount: 12_950,
        amt_exp10: -2,
    }
}

/// An order that the merchant has from the wallet.
pub(crate) fn order(merchant: &mut Merchant) -> Ordered {
    let station = station();
    let context = station.context();
    let (card, mut trust) = (card(), trust());
    let wish = Wish {
        od: b"One teapot".to_vec(),
        purch_amt: price(),
        brand_id: BrandId::new(BRAND).unwrap(),
        language: Language::new("en").unwrap(),
        lid_m: None,
        install_recur_data: None,
    };
    let offer = Offer {
        lid_m: LocalId::new(vec![42]).unwrap(),
        od: der::asn1::OctetString::new(wish.od.clone()).unwrap(),
        purch_amt: price(),
        brands: SeqOf::new(vec![BrandId::new(BRAND).unwrap()]).unwrap(),
        install_recur_data: None,
    };
    let (wallet, request) = Initiating::start(&context, wish, card.bin().unwrap(), &trust).unwrap();
    let received = receive(&context, &request, |_| true).unwrap();
    let Message::PInitReq(message) = &received.message else {
        panic!()
    };
    let (initiated, response) =
        p_init::p_init(&context, merchant, &received.header, message, offer).unwrap();
    let offered = wallet.handle(&context, &response, &mut trust).unwrap();
    let (_, request) = offered.pay(&context, &card).unwrap();
    let received = receive(&context, &request, |_| true).unwrap();
    let Message::PReq(message) = &received.message else {
        panic!()
    };
    p_req::p_req(&context, merchant, &received.header, message, initiated).unwrap()
}

/// Asks for an authorization of all of an order.
pub(crate) fn auth_req(merchant: &Merchant, sale: impl Into<Sale>, now: bool) -> (Sale, Vec<u8>) {
    let wish = authorize::Wish {
        capture_now: now,
        ..authorize::Wish::of(price())
    };
    let station = station();
    authorize::authorize(&station.context(), merchant, sale.into(), wish).unwrap()
}

/// Takes AuthRes.
pub(crate) fn takes(
    merchant: &mut Merchant,
    sale: Sale,
    octets: &[u8],
) -> Result<authorize::Answer, Error> {
    authorize::handle(&station().context(), merchant, sale, octets)
}

/// Authorizes an order and expects it to be approved.
pub(crate) async fn authorized(service: &GatewayService, merchant: &mut Merchant) -> Sale {
    let ordered = order(merchant);
    let (sale, request) = auth_req(merchant, ordered, false);
    let response = ask(service, &request).await;
    let answer = takes(merchant, sale, &response).unwrap();
    assert_eq!(answer.auth_code, AuthCode::Approved);
    answer.sale
}

/// Asks for the capture of part of a sale, and takes the answer.
pub(crate) async fn captured(
    service: &GatewayService,
    merchant: &mut Merchant,
    sale: Sale,
    cents: u64,
) -> (Sale, CapCode) {
    let wish = capture::Wish {
        auth_rrpid: sale.payments[0].auth_rrpid,
        amount: CurrencyAmount {
            amount: cents,
            ..price()
        },
        sale_detail: None,
    };
    let station = station();
    let context = station.context();
    let asked = vec![(sale, vec![wish])];
    let (sales, request) = capture::capture(&context, merchant, asked, None).unwrap();
    let response = ask(service, &request).await;
    let mut answers = capture::handle(&context, merchant, sales, &response).unwrap();
    let answer = answers.pop().unwrap();
    (answer.sale, answer.cap_codes[0])
}

pub(crate) fn code(response: Result<authorize::Answer, Error>) -> AuthCode {
    response.unwrap().auth_code
}

/// That the records, the batches and the books of money agree.
pub(crate) async fn agreed(store: &Store) -> Audit {
    let audit = audit(store, 0).await.unwrap();
    assert!(audit.faults.is_empty(), "{audit}");
    assert_eq!(audit.without_books, 0);
    audit
}
