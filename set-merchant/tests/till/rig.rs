//! A gateway, a merchant and a wallet of the test hierarchy.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use bytes::Bytes;
use set_core::asn1::{self, Limits as DecodeLimits};
use set_core::cardholder::inquiry::{Inquiring, Placed};
use set_core::cardholder::{Card, Initiating, Ordering as Paying, Outcome, Wish};
use set_core::error::PeerFault;
use set_core::exchange::{ErrorSigner, Refusal};
use set_core::gateway::host::Decision;
use set_core::merchant::Merchant;
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{BrandId, Language};
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageWrapper;
use set_core::party::{Identity, Trust};
use set_core::path::TrustStore;
use set_core::pkcs7::EnvelopedData;
use set_core::treatment::enc::{self, Types};
use set_core::treatment::s;
use set_core::wake_up::WakeUp;
use set_merchant::{Config, Gateway, Pos, ShopDoor, Till, routes};
use set_node::call::Trace;
use set_node::cli::OutputFormat;
use set_node::config::{Limits, ListenConfig, Timeouts};
use set_node::keystore::Passphrase;
use set_node::node::Node;
use set_node::program::Screen;
use set_node::service::{BoxFuture, Handler, Reply, RequestContext, Shutdown, ShutdownTrigger};
use set_node::station::Station;
use set_node::telemetry::Metrics;
use set_node::transport::{Endpoint, FramingFault, MediaType, Transport};
use set_testkit::clock::{Clock, noon};
use set_testkit::hierarchy::{BRAND, Issued, hierarchy};
use set_testkit::street::{Acquirer, Server as _, Street};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

pub(crate) fn station() -> Station {
    Station::new("till-test", "1").unwrap().with_clock(noon)
}

pub(crate) fn identity(issued: &Issued, ca: &Issued) -> Identity {
    Identity {
        key: issued.key.clone(),
        certificate: issued.certificate.clone(),
        chain: vec![
            ca.certificate.clone(),
            hierarchy().brand_ca.certificate.clone(),
        ],
    }
}

fn only_root() -> Trust {
    Trust::new(TrustStore::new(vec![hierarchy().root.certificate.clone()]))
}

/// What a merchant holds; nobody holds the certificates of others' customers.
pub(crate) fn everything() -> Trust {
    let station = station();
    let mut trust = only_root();
    for certificate in hierarchy().certificates() {
        if certificate != hierarchy().cardholder.certificate {
            trust.hold(certificate);
        }
    }
    for crl in &hierarchy().crls {
        trust.hold_crl(&station.context(), crl.clone());
    }
    trust.hold_bci(&station.context(), hierarchy().bci.clone());
    trust
}

/// A gateway that remembers, and can be made to fall silent or to decline.
pub(crate) struct Desk {
    pub(crate) acquirer: Mutex<Acquirer>,
    pub(crate) silent: AtomicBool,
    /// It takes requests and never answers.
    pub(crate) stuck: AtomicBool,
    pub(crate) declines: AtomicBool,
    /// How many requests it answers with an Error.
    pub(crate) refusals: AtomicUsize,
    /// The Errors say what a busy gateway says over TCP.
    pub(crate) busy: AtomicBool,
    pub(crate) asked: AtomicUsize,
    /// It answers nothing before it was asked that often.
    pub(crate) meeting: AtomicUsize,
    /// What it was asked, in its order.
    pub(crate) requests: Mutex<Vec<Bytes>>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            acquirer: Mutex::new(Street::new().acquirer),
            silent: AtomicBool::new(false),
            stuck: AtomicBool::new(false),
            declines: AtomicBool::new(false),
            refusals: AtomicUsize::new(0),
            busy: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
            meeting: AtomicUsize::new(0),
            requests: Mutex::default(),
        }
    }

    /// What the last request that is about `T` says, in clear.
    pub(crate) fn last<T: asn1::Wire>(
        &self,
        types: Types,
        envelope: fn(&Message) -> Option<&EnvelopedData>,
    ) -> T {
        let acquirer = self.acquirer.lock().unwrap();
        let requests = self.requests.lock().unwrap();
        let mut all = requests.iter().rev();
        let found = all.find_map(|octets| {
            let wrapper: MessageWrapper = asn1::decode(octets, &DecodeLimits::default()).unwrap();
            envelope(&wrapper.message).cloned()
        });
        let key = &acquirer.gateway.encryption.key;
        let crypto = &acquirer.tools.crypto;
        let signed = enc::open(crypto, key, types, &found.unwrap()).unwrap();
        s::unverified::<T>(&signed, types.tbs).unwrap().into_value()
    }

    fn answer(&self, octets: &[u8]) -> Vec<u8> {
        let mut acquirer = self.acquirer.lock().unwrap();
        let fewer = |left: usize| left.checked_sub(1);
        if self
            .refusals
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer)
            .is_ok()
        {
            let wrapper: MessageWrapper = asn1::decode(octets, &DecodeLimits::default()).unwrap();
            let fault = match self.busy.load(Ordering::SeqCst) {
                true => PeerFault::Unspecified("the gateway is busy"),
                false => PeerFault::TooOld(1),
            };
            let refusal = Refusal::of(fault.into(), wrapper.message_header, &wrapper.message);
            let signature = &acquirer.gateway.signature;
            let signer = ErrorSigner {
                signer: signature.signer(),
                attached: signature.attached(),
            };
            let answer = refusal.answer(&station().context(), Some(&signer));
            return answer.unwrap().unwrap();
        }
        acquirer.decision = self
            .declines
            .load(Ordering::SeqCst)
            .then_some(Decision::Declined);
        acquirer.answer(octets).map_err(|it| it.error).unwrap()
    }
}

impl Handler for Desk {
    fn handle(&self, request: Bytes, _: RequestContext) -> BoxFuture<'_, Reply> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            self.requests.lock().unwrap().push(request.clone());
            if self.stuck.load(Ordering::SeqCst) {
                return std::future::pending().await;
            }
            while self.asked.load(Ordering::SeqCst) < self.meeting.load(Ordering::SeqCst) {
                tokio::task::yield_now().await;
            }
            let answer = self.answer(&request);
            // The connection is closed after the work: the answer is what gets lost.
            if self.silent.load(Ordering::SeqCst) {
                Reply::Busy
            } else {
                answer.into()
            }
        })
    }

    fn refuse(&self, _: FramingFault, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

/// A running server.
pub(crate) struct Server {
    pub(crate) tcp: Endpoint,
    http: SocketAddr,
    stop: ShutdownTrigger,
    served: JoinHandle<bool>,
}

pub(crate) async fn start(handler: Arc<dyn Handler>, pages: Option<Router>) -> Server {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let config = ListenConfig {
        tcp: Some(any),
        http: Some(any),
        ..ListenConfig::default()
    };
    let node = Node::bind(&config, &Limits::default(), &Timeouts::default())
        .await
        .unwrap();
    let endpoints = node.endpoints();
    let (stop, shutdown) = Shutdown::new();
    let ready = Arc::new(|| -> BoxFuture<'static, _> { Box::pin(async { Ok(()) }) });
    let pages = pages.unwrap_or_default();
    let served = tokio::spawn(node.serve(handler, pages, Metrics::default(), ready, shutdown));
    Server {
        http: endpoints[1].authority().parse().unwrap(),
        tcp: endpoints[0].clone(),
        stop,
        served,
    }
}

/// A merchant with its gateway and data folder.
pub(crate) struct Rig {
    pub(crate) desk: Arc<Desk>,
    pub(crate) till: Arc<Till>,
    pub(crate) folder: TempDir,
    pub(crate) config: Config,
    /// The merchant's clock.
    pub(crate) clock: Arc<Clock>,
    gateway: Server,
    server: Server,
}

impl Rig {
    /// A merchant that was enrolled.
    pub(crate) async fn start(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.keys.iterations = 1000;
        change(&mut config);
        let desk = Arc::new(Desk::new());
        let gateway = start(desk.clone(), None).await;
        config.gateway = Some(gateway.tcp.clone());
        std::fs::write(folder.path().join("shop-token"), "sesame\n").unwrap();
        let h = hierarchy();
        let merchant = Merchant {
            signature: identity(&h.merchant_signature, &h.mca.cert_signing),
            encryption: identity(&h.merchant_encryption, &h.mca.cert_signing),
            former: Vec::new(),
            trust: everything(),
            gateways: Vec::new(),
        };
        let clock = Arc::new(Clock::default());
        let mut pos = pos(&folder, &config, &clock).await;
        pos.keep(&merchant, BrandId::new(BRAND).unwrap())
            .await
            .unwrap();
        drop(pos);
        let (till, server) = open(&folder, &config, &clock, &gateway).await;
        Self {
            desk,
            till,
            folder,
            config,
            clock,
            gateway,
            server,
        }
    }

    pub(crate) async fn plain() -> Self {
        Self::start(|_| ()).await
    }

    /// Ends the merchant's server and starts another on the same data folder.
    pub(crate) async fn restart(mut self) -> Self {
        self.server.stop.stop();
        assert!(self.server.served.await.unwrap());
        (self.till, self.server) =
            open(&self.folder, &self.config, &self.clock, &self.gateway).await;
        self
    }

    pub(crate) async fn pos(&self) -> Pos {
        self.pos_with(&self.config).await
    }

    /// The merchant with another configuration.
    pub(crate) async fn pos_with(&self, config: &Config) -> Pos {
        pos(&self.folder, config, &self.clock).await
    }

    /// The merchant over TCP.
    pub(crate) fn shop(&self) -> Transport {
        Transport::new(self.server.tcp.clone())
    }

    /// The merchant over HTTP, which says at once that there is no answer.
    pub(crate) fn shop_over_http(&self) -> Transport {
        Transport::new(format!("http://{}/set", self.server.http).parse().unwrap())
    }

    /// Sends an HTTP request; gives status, head and body.
    pub(crate) async fn http(&self, head: &str, body: &str) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.server.http).await.unwrap();
        let request = format!(
            "{head}\r\nHost: shop\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec())
            .unwrap()
            .to_lowercase();
        let status = head[9..12].parse().unwrap();
        (status, head, answer[end + 4..].to_vec())
    }

    /// Makes an offer of 129.50 USD over HTTP; gives its wake-up message.
    pub(crate) async fn wake_up(&self) -> WakeUp {
        self.wake_up_with("").await
    }

    /// The same, with more in the body of the offer.
    pub(crate) async fn wake_up_with(&self, more: &str) -> WakeUp {
        let offer = r#""description":"One teapot","amount":12950,"currency":840,"exponent":-2"#;
        let (status, _, body) = self
            .http(
                "POST /offers HTTP/1.1\r\nAuthorization: Bearer sesame",
                &format!("{{{offer}{more}}}"),
            )
            .await;
        assert_eq!(status, 201);
        let offered: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let lid_m = offered["lid_m"].as_str().unwrap();
        let (status, _, body) = self
            .http(&format!("GET /wake-up/{lid_m} HTTP/1.1"), "")
            .await;
        assert_eq!(status, 200);
        WakeUp::parse(&body).unwrap()
    }

    /// PInitReq and PInitRes; gives PReq and the state that waits for PRes.
    pub(crate) async fn order(&self, wallet: &mut Wallet, wake_up: &WakeUp) -> (Paying, Vec<u8>) {
        let station = station();
        let context = station.context();
        let wish = Wish {
            od: wake_up.od.clone(),
            purch_amt: wake_up.purch_amt.unwrap(),
            brand_id: wake_up.brands[0].brand_id.clone(),
            language: Language::new("en").unwrap(),
            lid_m: wake_up.lid_m.clone(),
            install_recur_data: wake_up.install_recur_data(),
        };
        let bin = wallet.card.bin().unwrap();
        let (state, request) = Initiating::start(&context, wish, bin, &wallet.trust).unwrap();
        let response = self.shop().exchange(&request).await.unwrap();
        let offered = state
            .handle(&context, &response, &mut wallet.trust)
            .unwrap();
        offered.pay(&context, &wallet.card).unwrap()
    }

    /// A purchase up to PRes.
    pub(crate) async fn buy(&self, wallet: &mut Wallet) -> (Outcome, Placed) {
        self.buy_with(wallet, "").await
    }

    /// The same, with more in the body of the offer.
    pub(crate) async fn buy_with(&self, wallet: &mut Wallet, more: &str) -> (Outcome, Placed) {
        let wake_up = self.wake_up_with(more).await;
        let (state, request) = self.order(wallet, &wake_up).await;
        let response = self.shop().exchange(&request).await.unwrap();
        let (placed, outcome) = state
            .handle(&station().context(), &response, &mut wallet.trust)
            .unwrap();
        (outcome, placed)
    }

    /// InqReq and InqRes.
    pub(crate) async fn inquire(&self, wallet: &mut Wallet, placed: &Placed) -> Outcome {
        let station = station();
        let context = station.context();
        let (state, request) =
            Inquiring::start(&context, placed.clone(), &wallet.card.identity).unwrap();
        let response = self.shop().exchange(&request).await.unwrap();
        state
            .handle(&context, &response, &mut wallet.trust)
            .unwrap()
    }
}

/// A cardholder who believes the root and nothing else yet.
pub(crate) struct Wallet {
    pub(crate) card: Card,
    pub(crate) trust: Trust,
}

impl Wallet {
    pub(crate) fn new() -> Self {
        let h = hierarchy();
        Self {
            card: Card {
                pan: h.card.pan.duplicate(),
                card_expiry: h.card.expiry.duplicate(),
                pan_secret: h.card.pan_secret.duplicate(),
                identity: identity(&h.cardholder, &h.cca.cert_signing),
            },
            trust: only_root(),
        }
    }
}

/// A data folder with nothing in it yet, or what an earlier one left.
pub(crate) async fn new_pos(folder: &TempDir) -> Pos {
    let mut config = Config::default();
    config.keys.iterations = 1000;
    pos(folder, &config, &Arc::default()).await
}

pub(crate) async fn pos(folder: &TempDir, config: &Config, clock: &Arc<Clock>) -> Pos {
    let clock = Arc::clone(clock);
    let passphrase = Passphrase::new("test").unwrap();
    Pos::with_station(
        folder.path(),
        config.clone(),
        Trace::Off,
        passphrase,
        station().with_clock(move || clock.now()),
    )
    .await
    .unwrap()
}

async fn open(
    folder: &TempDir,
    config: &Config,
    clock: &Arc<Clock>,
    gateway: &Server,
) -> (Arc<Till>, Server) {
    let pos = pos(folder, config, clock).await;
    let caller = pos.caller(gateway.tcp.clone(), "gateway", MediaType::Payment);
    let till = Arc::new(Till::open(&pos, Gateway::new(Some(caller))).unwrap());
    let pages = routes(ShopDoor::open(&pos).await.unwrap());
    let server = start(till.clone(), Some(pages)).await;
    (till, server)
}

/// The name of a message, and the ErrorCode if it is an Error and signed.
pub(crate) fn name_and_code(octets: &[u8]) -> (&'static str, Option<ErrorCode>) {
    let wrapper: MessageWrapper = asn1::decode(octets, &DecodeLimits::default()).unwrap();
    let code = match &wrapper.message {
        Message::Error(error) => match &**error {
            set_core::msg::error::Error::UnsignedError(tbs) => Some(tbs.error_code),
            set_core::msg::error::Error::SignedError(signed) => {
                let content = asn1::oid::content::ERROR_TBS;
                let tbs = set_core::treatment::s::unverified::<set_core::msg::error::ErrorTbs>(
                    signed, content,
                );
                Some(tbs.unwrap().error_code)
            }
        },
        _ => None,
    };
    (wrapper.message.name(), code)
}

/// What a command printed.
#[derive(Clone, Default)]
pub(crate) struct Printed(Arc<Mutex<Vec<u8>>>);

impl Printed {
    pub(crate) fn screen(&self) -> Screen {
        Screen::new(OutputFormat::Json, self.clone())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.0.lock().unwrap()).unwrap()
    }
}

impl Write for Printed {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        Write::write(&mut *self.0.lock().unwrap(), octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
