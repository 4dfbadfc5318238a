//! One history: the network between merchant and gateway, the gateway's lives, and what must
//! be true at the end.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use set_core::gateway::host::IdempotencyKey;
use set_core::merchant::Sale;
use set_gateway::audit::audit;
use set_gateway::service::{GatewayService, Parts};
use set_node::call::Trace;
use set_node::config::Limits;
use set_node::service::{Binding, CryptoPool, Handler as _, Reply, RequestContext};
use set_node::station::Station;
use set_node::store::{CommitFate, PaymentKey, Store};
use set_testkit::clock::Clock;
use set_testkit::prng::Prng;

use crate::Planted;
use crate::bank::{self, Bank};
use crate::shop::{Shop, Who};
use crate::town::{station, town};

/// What happened in a history, or in several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
    pub(crate) requests: u64,
    pub(crate) dropped: u64,
    pub(crate) doubled: u64,
    pub(crate) failed_commits: u64,
    pub(crate) deaths: u64,
    /// Requests to the bank of which no answer came, or none in time.
    pub(crate) unanswered: u64,
    pub(crate) approved: u64,
    pub(crate) captures: u64,
    pub(crate) corrections: u64,
    pub(crate) reversals: u64,
    pub(crate) closed: u64,
}

impl History {
    /// Whether a hundred histories or more had enough of everything.
    pub(crate) fn is_eventful(&self) -> bool {
        [
            self.requests,
            self.dropped,
            self.doubled,
            self.failed_commits,
            self.deaths,
            self.unanswered,
            self.approved,
            self.captures,
            self.corrections,
            self.reversals,
            self.closed,
        ]
        .into_iter()
        .all(|count| count >= 50)
    }
}

pub(crate) struct World {
    planted: Planted,
    clock: Arc<Clock>,
    prng: Prng,
    store: Store,
    fates: Arc<Mutex<Fates>>,
    bank: Arc<Bank>,
    pool: CryptoPool,
    station: Station,
    service: GatewayService,
    shop: Shop,
    /// By second, and by number among those of one second.
    events: BTreeMap<(u64, u64), Event>,
    number: u64,
    now: u64,
    told: History,
}

enum Event {
    /// Somebody has time to ask for something.
    Asks(Who),
    /// A request comes to the gateway.
    Arrives(Who, Vec<u8>),
    /// An answer comes to the merchant.
    Returns(Who, Vec<u8>, Vec<u8>),
    /// Somebody has waited long enough.
    Repeats(Who, Vec<u8>),
    /// The gateway tells the bank what it is to be told.
    Advises,
    /// The gateway dies, and is started again.
    Dies,
}

/// What becomes of commits.
struct Fates {
    prng: Prng,
    planted: Planted,
    calm: bool,
    /// Of all until further notice: in what order things go on at once is nobody's to say.
    all: Option<CommitFate>,
    failed: u64,
}

impl Fates {
    fn next(&mut self) -> CommitFate {
        let fate = match self.all {
            _ if self.calm => CommitFate::Done,
            Some(fate) => fate,
            None => self.draw(),
        };
        if matches!(fate, CommitFate::Lost | CommitFate::Unheard) {
            self.failed += 1;
        }
        fate
    }

    fn draw(&mut self) -> CommitFate {
        match self.prng.between(0, 39) {
            0 if self.planted == Planted::ForgetfulStore => CommitFate::Pretended,
            0 | 1 => CommitFate::Lost,
            2 | 3 => CommitFate::Unheard,
            _ => CommitFate::Done,
        }
    }
}

impl World {
    pub(crate) async fn new(seed: u64, planted: Planted) -> Self {
        let fates = Arc::new(Mutex::new(Fates {
            prng: Prng::new(!seed),
            planted,
            // Until the gateway is up.
            calm: true,
            all: None,
            failed: 0,
        }));
        let decides = Arc::clone(&fates);
        let store = Store::in_memory().await.unwrap();
        let store = store.with_fates(move || decides.lock().unwrap().next());
        let limits = Limits {
            crypto_workers: 1,
            ..Limits::default()
        };
        let clock = Arc::new(Clock::default());
        let sales = town().orders.iter().cloned().map(Sale::from).collect();
        let shop = Shop::new(town().merchant.clone(), station(seed * 2, &clock), sales);
        let bank = Arc::new(Bank::new(seed, planted));
        let pool = CryptoPool::new(&limits).unwrap();
        let station = station(seed * 2 + 1, &clock);
        let service = service(&store, &bank, &pool, &station);
        Self {
            planted,
            clock,
            prng: Prng::new(seed),
            store,
            fates,
            bank,
            pool,
            station,
            service,
            shop,
            events: BTreeMap::new(),
            number: 0,
            now: 0,
            told: History::default(),
        }
    }

    pub(crate) async fn play(mut self) -> Result<History, String> {
        self.fates().calm = false;
        for who in self.shop.everybody() {
            let when = match who {
                Who::Order(_) => self.prng.between(0, 5),
                Who::Clerk => self.prng.between(30, 200),
            };
            self.after(when, Event::Asks(who));
        }
        self.after(20, Event::Advises);
        let dies = self.prng.between(10, 300);
        self.after(dies, Event::Dies);
        while let Some(((when, _), event)) = self.events.pop_first() {
            self.clock.advance(when - self.now);
            self.now = when;
            if when > MOST_SECONDS {
                break;
            }
            self.happens(event).await?;
        }
        self.clear_up().await?;
        self.check().await?;
        Ok(self.told)
    }

    fn fates(&self) -> MutexGuard<'_, Fates> {
        self.fates.lock().unwrap()
    }

    fn after(&mut self, seconds: u64, event: Event) {
        self.number += 1;
        self.events.insert((self.now + seconds, self.number), event);
    }

    async fn happens(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Asks(who) => {
                if let Some(request) = self.shop.ask(who, &mut self.prng) {
                    self.told.requests += 1;
                    self.send(who, &request);
                } else if matches!(who, Who::Order(number) if !self.shop.is_done(number)) {
                    self.after(5, Event::Asks(who));
                }
            }
            Event::Arrives(who, request) => {
                if let Some(response) = self.deliver(&request).await {
                    for delay in self.copies() {
                        let returns = Event::Returns(who, request.clone(), response.clone());
                        self.after(delay, returns);
                    }
                }
            }
            Event::Returns(who, request, response) => {
                if self.shop.take(who, &request, &response)? {
                    let pause = self.prng.between(1, 10);
                    self.after(pause, Event::Asks(who));
                }
            }
            Event::Repeats(who, request) => {
                if self.shop.waiting(who) == Some(&request) {
                    if self.planted == Planted::ImpatientMerchant {
                        self.shop.ask_anew(who, &mut self.prng);
                    }
                    if let Some(request) = self.shop.waiting(who).map(<[u8]>::to_vec) {
                        self.send(who, &request);
                    }
                }
            }
            Event::Advises => {
                let fate = match self.prng.between(0, 7) {
                    0 => CommitFate::Lost,
                    1 => CommitFate::Unheard,
                    _ => CommitFate::Done,
                };
                self.fates().all = Some(fate);
                // What the store did not take is told again.
                let _untold = self.service.advise().await;
                self.fates().all = None;
                self.after(20, Event::Advises);
            }
            Event::Dies => {
                self.start_again().await?;
                let dies = self.prng.between(60, 600);
                self.after(dies, Event::Dies);
            }
        }
        Ok(())
    }

    /// Hands a request to the network, which may lose it or double it, and takes its time.
    fn send(&mut self, who: Who, request: &[u8]) {
        for delay in self.copies() {
            self.after(delay, Event::Arrives(who, request.to_vec()));
        }
        self.after(25, Event::Repeats(who, request.to_vec()));
    }

    /// After how long the copies of a message arrive.
    fn copies(&mut self) -> Vec<u64> {
        let count = match self.prng.between(0, 9) {
            0 | 1 => 0,
            2 | 3 => 2,
            _ => 1,
        };
        self.told.dropped += u64::from(count == 0);
        self.told.doubled += u64::from(count == 2);
        (0..count).map(|_| self.prng.between(0, 30)).collect()
    }

    /// The gateway's answer to a request, if there is one.
    async fn deliver(&mut self, request: &[u8]) -> Option<Vec<u8>> {
        let failed = self.fates().failed;
        let (service, octets) = (self.service.clone(), Bytes::copy_from_slice(request));
        let work = tokio::spawn(async move {
            let context = RequestContext {
                peer: SocketAddr::from(([127, 0, 0, 1], 9)),
                binding: Binding::Tcp,
                deadline: tokio::time::Instant::now() + Duration::from_secs(3600),
            };
            service.handle(octets, context).await
        });
        let abort = work.abort_handle();
        let reply = tokio::select! {
            reply = work => reply.unwrap(),
            () = self.bank.died.notified() => {
                abort.abort();
                self.start_again().await.ok()?;
                return None;
            }
        };
        let answer = match reply {
            Reply::Message(octets) => Some(octets.to_vec()),
            _ => None,
        };
        // Some gateways do not survive a store that fails.
        if self.fates().failed > failed && self.prng.one_in(3) {
            self.start_again().await.ok()?;
        }
        answer
    }

    /// The gateway dies and is started again, as often as it takes until it is up.
    async fn start_again(&mut self) -> Result<(), String> {
        let mut last = String::new();
        for _ in 0..100 {
            self.told.deaths += 1;
            self.service = service(&self.store, &self.bank, &self.pool, &self.station);
            let service = self.service.clone();
            let work = tokio::spawn(async move { service.recover().await });
            let abort = work.abort_handle();
            tokio::select! {
                done = work => match done.map_err(|fault| fault.to_string())? {
                    Ok(_) => return Ok(()),
                    Err(fault) => last = fault.to_string(),
                },
                () = self.bank.died.notified() => {
                    abort.abort();
                    "it died while it asked the bank".clone_into(&mut last);
                }
            }
        }
        Err(format!("the gateway does not come up: {last}"))
    }

    /// The weather clears, and everything is finished.
    async fn clear_up(&mut self) -> Result<(), String> {
        let failed = {
            let mut fates = self.fates();
            fates.calm = true;
            fates.failed
        };
        self.told.failed_commits = failed;
        self.bank.books().calm = true;
        self.events.clear();
        for who in self.shop.everybody() {
            let Some(request) = self.shop.waiting(who).map(<[u8]>::to_vec) else {
                continue;
            };
            let response = self.deliver(&request).await;
            let response = response.ok_or("a request is not answered in the end")?;
            self.shop.take(who, &request, &response)?;
        }
        self.start_again().await?;
        while self
            .service
            .advise()
            .await
            .map_err(|fault| fault.to_string())?
            > 0
        {}
        self.bank.books().deliver_late();
        Ok(())
    }

    async fn check(&mut self) -> Result<(), String> {
        let audit = audit(&self.store, 0)
            .await
            .map_err(|fault| fault.to_string())?;
        if !audit.faults.is_empty() || audit.asking + audit.untold + audit.without_books > 0 {
            return Err(format!("{audit}"));
        }
        self.same_amounts().await?;
        for (request, first) in self.shop.answered.clone() {
            let again = self.deliver(&request).await;
            if again.as_ref() != Some(&first) {
                return Err("a request has another answer in the end".to_owned());
            }
        }
        self.told.captures = self.shop.captures;
        self.told.corrections = self.shop.corrections;
        self.told.reversals = self.shop.reversals;
        self.told.closed = self.shop.closed;
        Ok(())
    }

    /// Merchant, gateway and bank have the same amounts of the same authorizations.
    async fn same_amounts(&mut self) -> Result<(), String> {
        let mut accounts = self.bank.books().accounts.clone();
        let mut tx = self.store.begin().await.unwrap();
        for order in &self.shop.orders {
            let xid = order.sale.ordered.initiated.trans_ids.xid;
            for payment in &order.sale.payments {
                self.told.approved += 1;
                let rrpid = payment.auth_rrpid;
                let key = PaymentKey {
                    role: "gateway",
                    xid,
                    rrpid,
                };
                let books = tx.payment(key).await.unwrap();
                let books = books.ok_or("an approved authorization is lost at the gateway")?;
                let name = bank::name(IdempotencyKey { xid, rrpid });
                let account = accounts.remove(&name);
                let account = account.ok_or("an approved authorization is lost at the bank")?;
                let amounts = [
                    payment.amount.amount.into(),
                    payment.captured(),
                    payment.credited(),
                ];
                let booked = [books.authorized.amount, books.captured, books.credited];
                let banked = [account.held.into(), account.captured, account.credited];
                let same = booked.map(u128::from) == amounts
                    && banked == amounts.map(|amount| i128::try_from(amount).unwrap())
                    && account.approvals == 1
                    && !account.reversed
                    && !account.open;
                if !same {
                    return Err(format!(
                        "merchant {amounts:?}, gateway {booked:?}, bank {account:?}"
                    ));
                }
            }
        }
        tx.roll_back().await.unwrap();
        for account in accounts.values() {
            self.told.unanswered += u64::from(account.reversed);
            let nothing = account.held == 0 && account.captured == 0 && account.credited == 0;
            if !nothing || account.approvals > 1 {
                return Err(format!("nobody but the bank knows of {account:?}"));
            }
            if account.open && !account.reversed {
                return Err(format!("neither answered nor reversed: {account:?}"));
            }
        }
        Ok(())
    }
}

fn service(
    store: &Store,
    bank: &Arc<Bank>,
    pool: &CryptoPool,
    station: &Station,
) -> GatewayService {
    GatewayService::new(Parts {
        station: station.clone(),
        gateway: town().gateway.clone().into(),
        store: store.clone(),
        pool: pool.clone(),
        host: bank.clone(),
        places: 16,
        assigns_batches: true,
        keep_answers: Duration::from_secs(86_400),
        trace: Trace::Off,
    })
}

/// After this the weather clears: well before what is repeated is too old.
const MOST_SECONDS: u64 = 1_200;
