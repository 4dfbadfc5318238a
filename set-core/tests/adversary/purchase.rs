//! Purchases: honest wallets, a merchant and a gateway, and dishonest ones of each.

mod authorizations;
mod compose;
mod games;
mod theorems;

use std::sync::Arc;

use set_core::asn1::{Raw, oid};
use set_core::cardholder::purchase::{Account, Card, Initiating, Offered, Ordering};
use set_core::merchant::{Order, Sale};
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{Challenge, MerchantId, Rrpid, Xid};
use set_core::msg::message::Message;
use set_core::msg::payment::p_init::PInitResData;
use set_core::msg::payment::p_req::{OiData, PReq};
use set_core::msg::payment::p_res::PResData;
use set_core::party::Identity;
use set_core::pkcs7::{Digest, IssuerAndSerialNumber, SignedData};
use set_core::treatment::enc::Types;
use set_core::treatment::{dd, s};
use set_testkit::adversary::Adversary;
use set_testkit::street::{Server as _, Shop, Street, Tools, Wallet};

use crate::{Violation, decoded, readdressed};
use set_testkit::rogues;

/// A check that somebody honest leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Wallets take a PInitRes that is no answer to them.
    WalletTakesOldOffers,
    /// The gateway does not keep its key to itself.
    GatewayTellsItsKey,
    /// The merchant does not verify the dual signature.
    MerchantTakesAnySignature,
    /// The gateway does not compare what merchant and cardholder say.
    GatewayComparesNothing,
}

/// Who plays.
#[derive(Clone, Copy, Debug, Default)]
struct Rules {
    /// Cardholders pay without certificates.
    unsigned: bool,
    /// The adversary has a gateway's keys too.
    rogue_gateway: bool,
    fault: Option<Fault>,
}

/// What an honest wallet ordered.
struct Paid {
    xid: Xid,
    merchant_id: MerchantId,
    cents: u64,
    h_oi_data: Digest,
    /// The value of the dual signature.
    signature: Vec<u8>,
    wallet: usize,
    /// Whether it was encrypted for the dishonest gateway.
    to_rogue: bool,
}

/// What honest parties said and did, which nobody but the test knows.
#[derive(Default)]
struct Truth {
    p_inits: Vec<Raw<PInitResData>>,
    paid: Vec<Paid>,
    p_reses: Vec<Raw<PResData>>,
    auth_reqs: Vec<(Xid, Rrpid, u64)>,
}

/// A purchase that a wallet has begun.
struct Session {
    wallet: usize,
    rrpid: Rrpid,
    chall_c: Challenge,
    state: State,
}

enum State {
    Initiating(Box<Initiating>),
    Ordering(Box<Ordering>),
}

/// How far the games came, over all.
#[derive(Debug, Default)]
struct Reached {
    offered: usize,
    ordered: usize,
    asked: usize,
    authorized: usize,
    told: usize,
    opened: usize,
}

struct World {
    street: Street,
    /// The dishonest merchant, who also knows how to do it right.
    rogue: Shop,
    rogue_gateway: [Identity; 2],
    wallets: Vec<Wallet>,
    /// The adversary's own card.
    crook: Wallet,
    adversary: Adversary,
    sessions: Vec<Session>,
    truth: Truth,
    orders: u8,
    rules: Rules,
    reached: Reached,
}

/// A game of so many steps.
fn play(seed: u64, steps: usize, rules: Rules, reached: &mut Reached) -> Result<(), Violation> {
    let mut world = World::new(seed, rules);
    for _ in 0..steps {
        world.step()?;
    }
    world.secrets()?;
    let now = &world.reached;
    reached.offered += now.offered;
    reached.ordered += now.ordered;
    reached.asked += now.asked;
    reached.authorized += now.authorized;
    reached.told += now.told;
    reached.opened += world.adversary.knowledge().opened();
    Ok(())
}

impl World {
    fn new(seed: u64, rules: Rules) -> Self {
        let mut street = Street::new();
        let mut rogue = Street::new().shop;
        if rules.unsigned {
            let mut other = Street::new();
            other.recertify_gateway(false, None);
            rogue = other.shop;
            street.recertify_gateway(false, None);
        }
        let wallet = |seed: u64, card: Card| Wallet {
            tools: Tools::new(100 + seed, Arc::clone(&street.clock)),
            trust: street.wallet.trust.clone(),
            card,
        };
        let wallets = vec![
            wallet(1, street.wallet.restarted().card),
            wallet(2, rogues::card(20, "4012888888881881")),
        ];
        let crook = wallet(3, rogues::card(21, "5105105105105100"));
        let [signature, encryption] = rogues::merchant();
        for identity in [&signature, &encryption] {
            rogue.merchant.trust.hold(identity.certificate.clone());
        }
        (rogue.merchant.signature, rogue.merchant.encryption) = (signature, encryption);
        rogue.tools = Tools::new(104, Arc::clone(&street.clock));
        let rogue_gateway = rogues::gateway(!rules.unsigned);
        let mut keys = vec![
            crook.card.identity.clone(),
            rogue.merchant.signature.clone(),
            rogue.merchant.encryption.clone(),
        ];
        if rules.rogue_gateway {
            keys.extend(rogue_gateway.iter().cloned());
        }
        if rules.fault == Some(Fault::GatewayTellsItsKey) {
            keys.push(street.acquirer.gateway.encryption.clone());
        }
        let mut world = Self {
            adversary: Adversary::new(seed, keys),
            street,
            rogue,
            rogue_gateway,
            wallets,
            crook,
            sessions: Vec::new(),
            truth: Truth::default(),
            orders: 0,
            rules,
            reached: Reached::default(),
        };
        if rules.rogue_gateway && world.adversary.prng.one_in(2) {
            world.mislead();
        }

        world
    }

    /// The dishonest merchant names the dishonest gateway to wallets.
    fn mislead(&mut self) {
        let own = [
            &self.rogue.merchant.signature,
            &self.rogue.merchant.encryption,
            &self.rogue_gateway[0],
            &self.rogue_gateway[1],
        ];
        let mut trust = self.rogue.merchant.trust.clone();
        for identity in own {
            trust.hold(identity.certificate.clone());
        }
        self.rogue.merchant.trust = trust;
        let thumb = self.rogue_gateway[1]
            .certificate
            .thumb(&self.rogue.tools.crypto)
            .unwrap();
        self.rogue.merchant.gateways = vec![set_core::merchant::GatewayFor {
            bin: None,
            cert_thumb: Some(thumb),
        }];
    }

    fn step(&mut self) -> Result<(), Violation> {
        match self.adversary.prng.between(0, 19) {
            0 | 1 => self.begin(),
            2..=5 => self.deliver_to_shop()?,
            6..=9 => self.deliver_to_wallet()?,
            10 | 11 => self.ask_for_authorization(),
            12 | 13 => self.deliver_to_gateway()?,
            14 | 15 => self.deliver_authorization()?,
            16 => self.crook_orders(),
            17 => self.rogue_answers(),
            18 => self.compose_auth_req()?,
            _ => self.compose_auth_res(),
        }
        Ok(())
    }

    /// An honest wallet begins a purchase, at one of both merchants.
    fn begin(&mut self) {
        if self.orders == u8::MAX {
            return;
        }
        self.orders += 1;
        let wake_up = self.street.shop.offer(self.orders);
        self.rogue.offer(self.orders);
        let wallet = usize::from(self.adversary.prng.one_in(2));
        let (state, request) = initiate(&self.wallets[wallet], &wake_up);
        self.adversary.hear(&request);
        let Message::PInitReq(asked) = decoded(&request).message else {
            panic!("no PInitReq");
        };
        self.sessions.push(Session {
            wallet,
            rrpid: asked.rrpid,
            chall_c: asked.chall_c,
            state: State::Initiating(Box::new(state)),
        });
    }

    /// The adversary buys with their own card, and hands the request over or not.
    fn crook_orders(&mut self) {
        let number = self.adversary.prng.between(0, u64::from(self.orders));
        let number = u8::try_from(number).unwrap();
        if number == 0 {
            return;
        }
        let wake_up = Street::new().shop.offer(number);
        let (state, request) = initiate(&self.crook, &wake_up);
        let Ok(answer) = self.street.shop.answer(&request) else {
            return;
        };
        self.said_by_shop(&answer);
        let crook = &mut self.crook;
        let context = crook.tools.context();
        let Ok(offered) = state.handle(&context, &answer, &mut crook.trust) else {
            return;
        };
        let (_, request) = pay(crook, offered, self.rules.unsigned);
        self.adversary.hear(&request);
    }

    /// Some request, as it was or otherwise, reaches the honest merchant.
    fn deliver_to_shop(&mut self) -> Result<(), Violation> {
        let served = ["PInitReq", "PReq"];
        let Some(request) = self
            .adversary
            .any(|heard| served.contains(&heard.message.name()))
        else {
            return Ok(());
        };
        let (request, _) = self.adversary.tamper(&request);
        let before = self.placed(&request);
        match self.street.shop.answer(&request) {
            Ok(answer) => {
                self.said_by_shop(&answer);
                if let (Message::PReq(message), false) = (decoded(&request).message, before)
                    && let Some(sale) = self.sale_of(&message)
                {
                    self.reached.ordered += 1;
                    self.ordered(&message, &sale.ordered)?;
                }
            }
            Err(refused) => {
                self.adversary.hear(&refused.answer.unwrap_or_default());
                if self.rules.fault == Some(Fault::MerchantTakesAnySignature)
                    && refused.error.code() == ErrorCode::SignatureFailure
                    && let Message::PReq(message) = decoded(&request).message
                {
                    self.taken_anyway(&message)?;
                }
            }
        }
        Ok(())
    }

    /// Some answer, as it was or otherwise, reaches a wallet that waits.
    fn deliver_to_wallet(&mut self) -> Result<(), Violation> {
        if self.sessions.is_empty() {
            return Ok(());
        }
        let last = u64::try_from(self.sessions.len()).unwrap() - 1;
        let index = usize::try_from(self.adversary.prng.between(0, last)).unwrap();
        let session = &self.sessions[index];
        let name = match session.state {
            State::Initiating(_) => "PInitRes",
            State::Ordering(_) => "PRes",
        };
        let rrpid = session.rrpid;
        let answer = match self.adversary.prng.one_in(6) {
            // Any answer of that kind, with a header that fits: it is under no signature.
            true => self.adversary.any(|heard| heard.message.name() == name),
            false => self.adversary.answer_to(rrpid, name),
        };
        let Some(answer) = answer else {
            return Ok(());
        };
        let (answer, _) = self.adversary.tamper(&readdressed(&answer, rrpid));
        let session = self.sessions.remove(index);
        match session.state {
            State::Initiating(state) => {
                let Session {
                    wallet, chall_c, ..
                } = session;
                self.p_init_res(wallet, chall_c, *state, &answer)
            }
            State::Ordering(state) => self.p_res(session.wallet, *state, &answer),
        }
    }

    fn p_init_res(
        &mut self,
        number: usize,
        chall_c: Challenge,
        state: Initiating,
        answer: &[u8],
    ) -> Result<(), Violation> {
        let wallet = &mut self.wallets[number];
        let context = wallet.tools.context();
        let offered = match state.handle(&context, answer, &mut wallet.trust) {
            Ok(offered) => offered,
            Err(error) => {
                let forgiven = [ErrorCode::ChallengeMismatch, ErrorCode::UnknownRrpid];
                if self.rules.fault == Some(Fault::WalletTakesOldOffers)
                    && forgiven.contains(&error.code())
                    && let Some(data) = p_init_res_data(answer)
                {
                    return self.offered(&data.trans_ids, chall_c);
                }
                return Ok(());
            }
        };
        self.reached.offered += 1;
        let honest =
            offered.merchant().certificate() == &self.street.shop.merchant.signature.certificate;
        if honest {
            self.offered(offered.trans_ids(), chall_c)?;
        }
        let to_rogue = offered.gateway().certificate() == &self.rogue_gateway[1].certificate;
        let wallet = &self.wallets[number];
        let (state, request) = pay(wallet, offered, self.rules.unsigned);
        self.adversary.hear(&request);
        let Message::PReq(message) = decoded(&request).message else {
            panic!("no PReq");
        };
        let oi_data = oi_data(&message);
        self.truth.paid.push(Paid {
            xid: oi_data.trans_ids.xid,
            merchant_id: state.placed().merchant_id.clone(),
            cents: state.placed().purch_amt.amount,
            h_oi_data: digest(oi_data),
            signature: signature(&message).map(value_of).unwrap_or_default(),
            wallet: number,
            to_rogue,
        });
        self.sessions.push(Session {
            wallet: number,
            rrpid: oi_data.rrpid,
            chall_c: oi_data.chall_c,
            state: State::Ordering(Box::new(state)),
        });
        Ok(())
    }

    fn p_res(&mut self, number: usize, state: Ordering, answer: &[u8]) -> Result<(), Violation> {
        let wallet = &mut self.wallets[number];
        let context = wallet.tools.context();
        let Ok((placed, outcome)) = state.handle(&context, answer, &mut wallet.trust) else {
            return Ok(());
        };
        self.reached.told += 1;
        if placed.merchant_id == self.street.shop.merchant.merchant_id().unwrap() {
            self.outcome(outcome.verified().content())?;
        }
        Ok(())
    }

    /// The dishonest merchant answers a wallet like an honest one, and asks the gateway.
    fn rogue_answers(&mut self) {
        let served = ["PInitReq", "PReq"];
        let Some(request) = self
            .adversary
            .any(|heard| served.contains(&heard.message.name()))
        else {
            return;
        };
        if let Ok(answer) = self.rogue.answer(&request) {
            self.adversary.hear(&answer);
        }
    }

    // What the test knows.

    fn honest_wallet(&self, signed: &SignedData) -> Option<usize> {
        let pointer: &IssuerAndSerialNumber = &signed.signer_infos.first().issuer_and_serial_number;
        self.wallets.iter().position(|wallet| {
            wallet.card.identity.certificate.issuer_and_serial_number() == pointer
        })
    }

    fn said_by_shop(&mut self, answer: &[u8]) {
        self.adversary.hear(answer);
        if let Some(data) = p_init_res_data(answer) {
            self.truth.p_inits.push(data);
        }
        if let Message::PRes(signed) = decoded(answer).message {
            let data = s::unverified::<PResData>(&signed, oid::content::P_RES_DATA).unwrap();
            self.truth.p_reses.push(data);
        }
    }

    fn any_p_req(&mut self) -> Option<Box<PReq>> {
        let octets = self.adversary.any(|heard| heard.message.name() == "PReq")?;
        match decoded(&octets).message {
            Message::PReq(message) => Some(message),
            _ => None,
        }
    }

    fn sale_of(&self, message: &PReq) -> Option<Sale> {
        let xid = oi_data(message).trans_ids.xid;
        let numbers = 1..=self.orders;
        numbers
            .filter_map(|number| match self.street.shop.order(number) {
                Order::Placed(sale) => Some(sale),
                _ => None,
            })
            .find(|sale| sale.trans_ids().xid == xid)
    }

    /// Whether a PReq is about an order that was placed before.
    fn placed(&self, request: &[u8]) -> bool {
        match decoded(request).message {
            Message::PReq(message) => self.sale_of(&message).is_some(),
            _ => false,
        }
    }

    fn some_sale(&mut self, fits: impl Fn(&Sale) -> bool) -> Option<Sale> {
        let all: Vec<Sale> = (1..=self.orders)
            .filter_map(|number| match self.street.shop.order(number) {
                Order::Placed(sale) if fits(&sale) => Some(sale),
                _ => None,
            })
            .collect();
        self.adversary.prng.pick(&all).cloned()
    }
}

fn initiate(wallet: &Wallet, wake_up: &[u8]) -> (Initiating, Vec<u8>) {
    let wish = wallet.wish(wake_up);
    let bin = wallet.card.bin().unwrap();
    Initiating::start(&wallet.tools.context(), wish, bin, &wallet.trust).unwrap()
}

fn pay(wallet: &Wallet, offered: Offered, unsigned: bool) -> (Ordering, Vec<u8>) {
    let context = wallet.tools.context();
    if !unsigned {
        return offered.pay(&context, &wallet.card).unwrap();
    }
    let account = Account {
        pan: wallet.card.pan.duplicate(),
        card_expiry: wallet.card.card_expiry.duplicate(),
        secret: wallet.card.pan_secret.duplicate(),
    };
    offered.pay_unsigned(&context, &account).unwrap()
}

fn p_init_res_data(octets: &[u8]) -> Option<Raw<PInitResData>> {
    match decoded(octets).message {
        Message::PInitRes(signed) => {
            s::unverified::<PInitResData>(&signed, oid::content::P_INIT_RES_DATA).ok()
        }
        _ => None,
    }
}

fn oi_data(message: &PReq) -> &Raw<OiData> {
    match message {
        PReq::PReqDualSigned(signed) => &signed.oi_dual_signed.t1,
        PReq::PReqUnsigned(unsigned) => &unsigned.oi_unsigned.t1,
    }
}

fn signature(message: &PReq) -> Option<&SignedData> {
    match message {
        PReq::PReqDualSigned(signed) => Some(&signed.pi_dual_signed.pi_signature),
        PReq::PReqUnsigned(_) => None,
    }
}

fn value_of(signed: &SignedData) -> Vec<u8> {
    let info = signed.signer_infos.first();
    info.encrypted_digest.as_octets().to_vec()
}

fn digest(oi_data: &Raw<OiData>) -> Digest {
    let crypto = set_core::crypto::RustCrypto;
    dd::dd(&crypto, oid::content::OI_DATA, oi_data)
        .unwrap()
        .digest
}

const AUTH_REQ: Types = Types {
    tbe: oid::content::AUTH_REQ_TBE,
    tbs: oid::content::AUTH_REQ_TBS,
};
