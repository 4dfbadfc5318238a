//! Random histories of a gateway behind a bad line: messages to the bank and its answers get
//! lost, come late or twice, and the gateway dies and starts again in between.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use set_core::asn1::{self, Limits};
use set_core::gateway::batch::Batch;
use set_core::gateway::host::{
    Decision, HostAdvice, HostAnswer, HostEvent, HostRequest, IdempotencyKey,
};
use set_core::merchant::order::Ordered;
use set_core::merchant::{Merchant, Sale, capture};
use set_core::msg::ids::MerchantId;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::cap::CapCode;
use set_core::msg::wrapper::MessageWrapper;
use set_gateway::host::{
    AcquirerHost, HostFuture, HostReversal, HostTrace, HostUnavailable, Settlement,
};
use set_gateway::service::GatewayService;
use set_node::store::Store;
use tokio::sync::Notify;

use crate::rig::{agreed, ask, auth_req, merchant, order, price, service, station, takes};

/// The bank and the line to it. What happens to each message is drawn from a seed.
#[derive(Debug)]
struct BadLine {
    bank: Mutex<Bank>,
    /// A request was swallowed: whoever asked waits for ever.
    hung: Notify,
}

#[derive(Debug)]
struct Bank {
    drawn: u64,
    /// The line is good from now on.
    calm: bool,
    book: BTreeMap<[u8; 40], Entry>,
    /// Requests that are still on their way.
    late: Vec<(IdempotencyKey, HostTrace)>,
    /// The number of each message, and what it was about.
    numbers: BTreeMap<u64, String>,
}

#[derive(Debug, Default)]
struct Entry {
    decision: Option<Decision>,
    /// How often the amount was held.
    held: u32,
    captured: Vec<u64>,
    reversed: bool,
    /// An answer of the line that leaves open what became of a request.
    open: bool,
}

impl BadLine {
    fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self {
            bank: Mutex::new(Bank {
                drawn: seed,
                calm: false,
                book: BTreeMap::new(),
                late: Vec::new(),
                numbers: BTreeMap::new(),
            }),
            hung: Notify::new(),
        })
    }

    fn bank(&self) -> MutexGuard<'_, Bank> {
        self.bank.lock().unwrap()
    }
}

impl Bank {
    /// A number below `below` (SplitMix64).
    fn draw(&mut self, below: u64) -> u64 {
        self.drawn = self.drawn.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.drawn ^ (self.drawn >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % below
    }

    /// No two messages share a number, and a repetition has that of the first.
    fn number(&mut self, trace: HostTrace, about: String) {
        let known = self.numbers.entry(trace.number).or_insert(about.clone());
        assert_eq!(*known, about, "two messages have number {}", trace.number);
    }

    fn entry(&mut self, key: IdempotencyKey) -> &mut Entry {
        self.book.entry(octets(key)).or_default()
    }

    fn decide(&mut self, key: IdempotencyKey) -> Decision {
        let declines = self.draw(5) == 0;
        let entry = self.entry(key);
        if entry.reversed {
            return Decision::Declined;
        }
        if let Some(decision) = &entry.decision {
            return decision.clone();
        }
        let decision = match declines {
            true => Decision::Declined,
            false => {
                entry.held += 1;
                Decision::Approved {
                    approval_code: None,
                    amount: price(),
                }
            }
        };
        entry.decision = Some(decision.clone());
        decision
    }

    /// Some of what is on its way arrives, in any order.
    fn deliver_late(&mut self) {
        while !self.late.is_empty() && (self.calm || self.draw(2) == 0) {
            let waiting = u64::try_from(self.late.len()).unwrap();
            let place = usize::try_from(self.draw(waiting)).unwrap();
            let (key, _) = self.late.swap_remove(place);
            self.decide(key);
        }
    }

    /// An advice, by way of the line: whether the bank acknowledges it.
    fn advised(&mut self, book: impl Fn(&mut Self)) -> Result<(), HostUnavailable> {
        self.deliver_late();
        match if self.calm { 9 } else { self.draw(5) } {
            0 => Err(HostUnavailable),
            1 => {
                book(self);
                Err(HostUnavailable)
            }
            2 => {
                book(self);
                book(self);
                Ok(())
            }
            _ => {
                book(self);
                Ok(())
            }
        }
    }
}

impl AcquirerHost for BadLine {
    fn authorize<'a>(
        &'a self,
        trace: HostTrace,
        request: &'a HostRequest,
    ) -> HostFuture<'a, HostAnswer> {
        Box::pin(async move {
            let key = request.key;
            let decision = {
                let mut bank = self.bank();
                bank.deliver_late();
                bank.number(trace, format!("authorization {key:?}"));
                let fate = match (bank.calm, trace.repeated) {
                    (true, _) => 99,
                    (false, false) => bank.draw(14),
                    // As often not taken as answered.
                    (false, true) => {
                        [0, 1, 5, 5, 6, 8, 8, 8][usize::try_from(bank.draw(8)).unwrap()]
                    }
                };
                match fate {
                    // The request is lost, or its answer, or it is late.
                    0 => Some(Decision::NoReply),
                    1 | 2 => {
                        bank.decide(key);
                        Some(Decision::NoReply)
                    }
                    3 => {
                        bank.late.push((key, trace));
                        Some(Decision::NoReply)
                    }
                    // It comes twice.
                    4 => {
                        bank.decide(key);
                        Some(bank.decide(key))
                    }
                    // There is no connection.
                    5 => Some(Decision::SystemError),
                    // The gateway dies while it waits.
                    6 => None,
                    7 | 12 => {
                        bank.decide(key);
                        None
                    }
                    _ => Some(bank.decide(key)),
                }
            };
            match decision {
                Some(decision) => {
                    if decision == Decision::NoReply {
                        self.bank().entry(key).open = true;
                    }
                    decision.into()
                }
                None => {
                    self.hung.notify_one();
                    std::future::pending().await
                }
            }
        })
    }

    fn settle<'a>(
        &'a self,
        _: &'a MerchantId,
        _: &'a Batch,
    ) -> HostFuture<'a, Result<Settlement, HostUnavailable>> {
        Box::pin(async { Err(HostUnavailable) })
    }

    fn advise<'a>(
        &'a self,
        trace: HostTrace,
        capture: &'a HostAdvice,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        Box::pin(async move {
            assert_eq!(capture.event, HostEvent::Capture);
            let mut bank = self.bank();
            bank.number(trace, format!("capture {:?}", capture.key));
            bank.advised(|bank| {
                let captured = &mut bank.entry(capture.key).captured;
                if captured.is_empty() {
                    captured.push(capture.amount.amount);
                }
            })
        })
    }

    fn reverse<'a>(
        &'a self,
        trace: HostTrace,
        reversal: &'a HostReversal,
    ) -> HostFuture<'a, Result<(), HostUnavailable>> {
        Box::pin(async move {
            let mut bank = self.bank();
            bank.number(trace, format!("reversal {:?}", reversal.key));
            let original = format!("authorization {:?}", reversal.key);
            assert_eq!(bank.numbers[&reversal.original.number], original);
            bank.advised(|bank| bank.entry(reversal.key).reversed = true)
        })
    }
}

/// What the merchant knows of one AuthReq.
struct Asked {
    key: [u8; 40],
    request: Vec<u8>,
    response: Vec<u8>,
    authorized: Option<Sale>,
    code: AuthCode,
    captured: bool,
}

/// A gateway that is started anew on the folder of the last one whenever that dies.
struct Life<'a> {
    folder: &'a std::path::Path,
    line: Arc<BadLine>,
    service: GatewayService,
}

impl<'a> Life<'a> {
    async fn begin(folder: &'a std::path::Path, line: &Arc<BadLine>) -> Self {
        let store = Store::open(folder, &Default::default()).await.unwrap();
        let mut life = Self {
            folder,
            line: Arc::clone(line),
            service: service(&store, line),
        };
        life.recover().await;
        life
    }

    async fn restart(&mut self) {
        let store = Store::open(self.folder, &Default::default()).await.unwrap();
        self.service = service(&store, &self.line);
    }

    /// Resolves what was interrupted, however often that is interrupted itself.
    async fn recover(&mut self) {
        loop {
            let service = self.service.clone();
            let work = tokio::spawn(async move { service.recover().await.unwrap() });
            let abort = work.abort_handle();
            tokio::select! {
                done = work => {
                    done.unwrap();
                    return;
                }
                () = self.line.hung.notified() => {
                    abort.abort();
                    self.restart().await;
                }
            }
        }
    }

    /// Asks until there is an answer: the merchant repeats its octets.
    async fn ask(&mut self, request: &[u8]) -> Vec<u8> {
        loop {
            let (service, octets) = (self.service.clone(), request.to_vec());
            let work = tokio::spawn(async move { ask(&service, &octets).await });
            let abort = work.abort_handle();
            tokio::select! {
                done = work => return done.unwrap(),
                () = self.line.hung.notified() => {
                    abort.abort();
                    self.restart().await;
                    // Some merchants come back before the gateway has looked.
                    if self.line.bank().draw(2) == 0 {
                        self.recover().await;
                    }
                }
            }
        }
    }

    async fn authorize(&mut self, merchant: &mut Merchant, ordered: &Ordered, now: bool) -> Asked {
        let (sale, request) = auth_req(merchant, ordered.clone(), now);
        let response = self.ask(&request).await;
        let answer = takes(merchant, sale, &response).unwrap();
        let wrapper: MessageWrapper = asn1::decode(&request, &Limits::default()).unwrap();
        let header = wrapper.message_header;
        let xid = header.message_ids.unwrap().xid.unwrap();
        let mut asked = Asked {
            key: octets(IdempotencyKey {
                xid,
                rrpid: header.rrpid.unwrap(),
            }),
            request,
            response,
            authorized: None,
            code: AuthCode::Approved,
            captured: false,
        };
        asked.code = answer.auth_code;
        asked.captured = answer.sale.captured() > 0;
        if asked.code == AuthCode::Approved && !asked.captured {
            asked.authorized = Some(answer.sale);
        }
        asked
    }

    async fn capture(&mut self, merchant: &mut Merchant, asked: &mut Asked) {
        let Some(authorized) = asked.authorized.take() else {
            return;
        };
        let station = station();
        let wish = capture::Wish {
            auth_rrpid: authorized.payments[0].auth_rrpid,
            amount: price(),
            sale_detail: None,
        };
        let context = station.context();
        let sales = vec![(authorized, vec![wish])];
        let (sales, request) = capture::capture(&context, merchant, sales, None).unwrap();
        let response = self.ask(&request).await;
        let answers = capture::handle(&context, merchant, sales, &response).unwrap();
        assert_eq!(answers[0].cap_codes, [CapCode::Success]);
        asked.captured = true;
    }
}

async fn history(seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let line = BadLine::new(seed);
    let mut merchant = merchant();
    let mut life = Life::begin(folder.path(), &line).await;
    let mut all = Vec::new();
    for _ in 0..4 {
        let ordered = order(&mut merchant);
        for _ in 0..3 {
            let now = line.bank().draw(3) == 0;
            let mut asked = life.authorize(&mut merchant, &ordered, now).await;
            let choice = line.bank().draw(8);
            if choice < 3 {
                life.capture(&mut merchant, &mut asked).await;
            }
            if choice.is_multiple_of(3) {
                life.service.advise().await.unwrap();
            }
            if choice == 7 {
                life.restart().await;
                life.recover().await;
            }
            let approved = asked.code == AuthCode::Approved;
            all.push(asked);
            if approved {
                break;
            }
        }
    }
    // The line gets well, the gateway is started once more, and all is told.
    line.bank().calm = true;
    life.restart().await;
    life.recover().await;
    while life.service.advise().await.unwrap() > 0 {}
    line.bank().deliver_late();

    let store = Store::open(folder.path(), &Default::default())
        .await
        .unwrap();
    let audit = agreed(&store).await;
    assert_eq!((audit.asking, audit.untold), (0, 0), "seed {seed}");
    for asked in &all {
        assert_eq!(
            life.ask(&asked.request).await,
            asked.response,
            "seed {seed}"
        );
        let bank = line.bank();
        let nothing = Entry::default();
        let entry = bank.book.get(&asked.key).unwrap_or(&nothing);
        let shown = format!("seed {seed}, {:?}: {entry:?}", asked.code);
        if asked.code == AuthCode::Approved {
            assert!(entry.held == 1 && !entry.reversed, "{shown}");
            let captured: &[u64] = if asked.captured {
                &[price().amount]
            } else {
                &[]
            };
            assert_eq!(entry.captured, captured, "{shown}");
        } else {
            assert!(entry.held == 0 || entry.reversed, "{shown}");
            assert!(entry.captured.is_empty(), "{shown}");
            assert!(entry.held <= 1, "{shown}");
            assert!(asked.code != AuthCode::NoReply || entry.reversed, "{shown}");
        }
        assert!(!entry.open || entry.reversed, "{shown}");
    }
    // Nothing is at the bank of which the merchant does not know.
    let known: Vec<_> = all.iter().map(|asked| asked.key).collect();
    assert!(
        line.bank().book.keys().all(|key| known.contains(key)),
        "seed {seed}"
    );
    let open = line.bank().book.values().filter(|entry| entry.open).count();
    OPEN.fetch_add(open, std::sync::atomic::Ordering::Relaxed);
}

#[tokio::test]
async fn behind_a_bad_line_nothing_approved_is_lost_or_doubled_and_the_unanswered_is_reversed() {
    for seed in 0..SEEDS {
        history(seed).await;
    }
    // The histories have what they are for.
    assert!(OPEN.load(std::sync::atomic::Ordering::Relaxed) > 8);
}

fn octets(key: IdempotencyKey) -> [u8; 40] {
    let octets = [key.xid.as_octets().as_slice(), key.rrpid.as_octets()].concat();
    octets.try_into().unwrap()
}

/// Requests of all histories whose answer did not come.
static OPEN: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

const SEEDS: u64 = 20;
