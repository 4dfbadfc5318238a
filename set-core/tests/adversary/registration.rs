//! Cardholders obtain certificates from an honest CA, an adversary among them.

use std::collections::BTreeMap;
use std::sync::Arc;

use set_core::ca::cert_req::{self, Judged};
use set_core::ca::{Ca, Decision, Grant, Registration, Rejecter, Serials, card_c_init, reg_form};
use set_core::cardholder::purchase::Card;
use set_core::cardholder::registration::{Asking, Filed, Initiating, KeptCard};
use set_core::crypto::{PrivateKey, PublicKey};
use set_core::error::{Error, PeerFault};
use set_core::exchange::receive;
use set_core::msg::error::ErrorCode;
use set_core::msg::ids::{BrandId, Language, Rrpid};
use set_core::msg::message::Message;
use set_core::party::{Identity, Trust};
use set_core::pkcs7::SerialNumber;
use set_core::registration::{Answer, Verdict};
use set_core::secret::{CardExpiry, Pan};
use set_core::x509::Certificate;
use set_testkit::adversary::Adversary;
use set_testkit::clock::Clock;
use set_testkit::hierarchy::BRAND;
use set_testkit::keys;
use set_testkit::street::{Filing, Street, Tools};

use crate::{Violation, decoded, none_violates, one_finds, readdressed};
use set_testkit::rogues;

/// A check that somebody honest leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The CA certifies a key again, for whoever asks.
    CaCertifiesAnyKey,
    /// The CA does not keep its key to itself.
    CaTellsItsKey,
    /// Cardholders take a CertRes that is no answer to them.
    CardholderTakesOldAnswers,
}

/// The CA, and what it certified.
struct Office {
    tools: Tools,
    ca: Ca,
    records: BTreeMap<Vec<u8>, Registration>,
    answers: BTreeMap<[u8; 20], (Vec<u8>, Vec<u8>)>,
    certified: Vec<Certificate>,
    careless: bool,
}

/// Somebody who applies.
struct Applicant {
    tools: Tools,
    trust: Trust,
    pan: &'static str,
    key: PrivateKey,
    honest: bool,
    state: State,
    /// What the request holds that nobody else may know.
    kept: Option<KeptCard>,
    card: Option<Card>,
    rrpid: Option<Rrpid>,
}

enum State {
    Idle,
    Initiating(Box<Initiating>),
    Asking(Box<Asking>),
    Filed(Box<Filed>),
}

struct World {
    office: Office,
    applicants: Vec<Applicant>,
    adversary: Adversary,
    fault: Option<Fault>,
}

/// How far the games came, over all.
#[derive(Debug, Default)]
struct Reached {
    certified: usize,
    opened: usize,
    crooks: usize,
}

const HONEST: [&str; 2] = ["4111111111111111", "4111110000000008"];
const CROOK: &str = "4111119999999995";

fn play(
    seed: u64,
    steps: usize,
    fault: Option<Fault>,
    reached: &mut Reached,
) -> Result<(), Violation> {
    let mut world = World::new(seed, fault);
    for _ in 0..steps {
        world.step()?;
    }
    world.secrets()?;
    let mut cards = world
        .applicants
        .iter()
        .filter(|applicant| applicant.card.is_some());
    reached.crooks += cards.clone().filter(|applicant| !applicant.honest).count();
    reached.certified += cards.by_ref().filter(|applicant| applicant.honest).count();
    reached.opened += world.adversary.knowledge().opened();
    Ok(())
}

impl World {
    fn new(seed: u64, fault: Option<Fault>) -> Self {
        let street = Street::new();
        let (clock, ca) = (Arc::clone(&street.clock), street.cca.ca);
        let pans = [HONEST[0], HONEST[1], CROOK];
        let applicants = pans.into_iter().enumerate().map(|(number, pan)| Applicant {
            tools: Tools::new(200 + u64::try_from(number).unwrap(), Arc::clone(&clock)),
            trust: street.wallet.trust.clone(),
            pan,
            key: keys::rsa_1024(26 + number).unwrap(),
            honest: pan != CROOK,
            state: State::Idle,
            kept: None,
            card: None,
            rrpid: None,
        });
        // Certificates of a cardholder, and of a merchant, that the brand knows.
        let mut identities: Vec<Identity> = vec![rogues::card(21, "5105105105105100").identity];
        identities.extend(rogues::merchant());
        if fault == Some(Fault::CaTellsItsKey) {
            identities.push(ca.encryption.clone());
        }
        Self {
            applicants: applicants.collect(),
            office: Office::new(ca, clock, fault == Some(Fault::CaCertifiesAnyKey)),
            adversary: Adversary::new(seed, identities),
            fault,
        }
    }

    fn step(&mut self) -> Result<(), Violation> {
        match self.adversary.prng.between(0, 9) {
            0 => self.begin(),
            1 => self.steal_key(),
            2..=4 => self.deliver_to_ca()?,
            _ => self.deliver_to_applicant()?,
        }
        Ok(())
    }

    fn some_applicant(&mut self) -> usize {
        let last = u64::try_from(self.applicants.len()).unwrap() - 1;
        usize::try_from(self.adversary.prng.between(0, last)).unwrap()
    }

    fn begin(&mut self) {
        let index = self.some_applicant();
        let applicant = &mut self.applicants[index];
        if !matches!(applicant.state, State::Idle) || applicant.card.is_some() {
            return;
        }
        let brand: BrandId = BRAND.parse().unwrap();
        let (state, request) =
            Initiating::start(&applicant.tools.context(), brand, &applicant.trust).unwrap();
        applicant.send(State::Initiating(Box::new(state)), &request);
        self.adversary.hear(&request);
    }

    /// The adversary applies with a public key that somebody else has a certificate for.
    fn steal_key(&mut self) {
        let honest = self
            .applicants
            .iter()
            .find(|applicant| applicant.card.is_some());
        let Some(key) = honest.map(|applicant| applicant.key.clone()) else {
            return;
        };
        // Whoever owns both, or signs blindly, can prove possession.
        for applicant in &mut self.applicants {
            if !applicant.honest && matches!(applicant.state, State::Asking(_)) {
                applicant.key = key.clone();
            }
        }
    }

    fn deliver_to_ca(&mut self) -> Result<(), Violation> {
        let served = ["CardCInitReq", "RegFormReq", "CertReq"];
        let Some(request) = self
            .adversary
            .any(|heard| served.contains(&heard.message.name()))
        else {
            return Ok(());
        };
        let (request, _) = self.adversary.tamper(&request);
        if let Ok(answer) = self.office.answer(&request) {
            self.adversary.hear(&answer);
        }
        self.certified()
    }

    fn deliver_to_applicant(&mut self) -> Result<(), Violation> {
        let index = self.some_applicant();
        let Some(rrpid) = self.applicants[index].rrpid else {
            return Ok(());
        };
        let name = match self.applicants[index].state {
            State::Idle => return Ok(()),
            State::Initiating(_) => "CardCInitRes",
            State::Asking(_) => "RegFormRes",
            State::Filed(_) => "CertRes",
        };
        let answer = match self.adversary.prng.one_in(8) {
            true => self.adversary.any(|heard| heard.message.name() == name),
            false => self.adversary.answer_to(rrpid, name),
        };
        let Some(answer) = answer else {
            return Ok(());
        };
        let (answer, _) = self.adversary.tamper(&readdressed(&answer, rrpid));
        let applicant = &mut self.applicants[index];
        let outcome = applicant.take(&answer);
        if let Ok(Some(request)) = &outcome {
            self.adversary.hear(request);
        }
        self.accepted(index, outcome.err())
    }

    // The theorems.

    /// A certified key identifies one cardholder.
    fn certified(&self) -> Result<(), Violation> {
        let all = &self.office.certified;
        for (index, one) in all.iter().enumerate() {
            for other in all.iter().skip(index + 1) {
                if one.public_key() == other.public_key() && one.subject() != other.subject() {
                    return Err(Violation::of("CA: one key, two cardholders", one.subject()));
                }
            }
        }
        Ok(())
    }

    /// What an honest cardholder takes for its certificate, the CA made, and for its key.
    fn accepted(&self, index: usize, error: Option<Error>) -> Result<(), Violation> {
        let applicant = &self.applicants[index];
        if !applicant.honest {
            return Ok(());
        }
        let forgiven = [
            ErrorCode::ChallengeMismatch,
            ErrorCode::UnknownRrpid,
            ErrorCode::UnknownLid,
        ];
        let forgives = self.fault == Some(Fault::CardholderTakesOldAnswers)
            && error.is_some_and(|error| forgiven.contains(&error.code()));
        if forgives {
            return Err(Violation::of("cardholder: not its answer", index));
        }
        let Some(card) = &applicant.card else {
            return Ok(());
        };
        let certificate = &card.identity.certificate;
        let made = self.office.certified.contains(certificate);
        if made && certificate.public_key() == applicant.key.public_key() {
            Ok(())
        } else {
            Err(Violation::of("cardholder: never certified", index))
        }
    }

    /// PAN, CardSecret, NonceCCA, PANSecret, the back key, and the keys of all envelopes stay
    /// secret.
    fn secrets(&self) -> Result<(), Violation> {
        let knowledge = self.adversary.knowledge();
        let ca = &self.office.ca.encryption;
        for key in knowledge.session_keys(ca) {
            if knowledge.knows(&key) {
                return Err(Violation::of("secrecy: a session key", key));
            }
        }
        for (index, applicant) in self.applicants.iter().enumerate() {
            if !applicant.honest {
                continue;
            }
            let mut secrets = vec![("the PAN", applicant.pan.as_bytes().to_vec())];
            if let Some(kept) = &applicant.kept {
                secrets.push(("CardSecret", kept.card_secret.expose().to_vec()));
                if let Some(back_key) = &kept.kept.back_key {
                    secrets.push(("the back key", back_key.expose().to_vec()));
                }
                if let Some(card) = &applicant.card {
                    let both = kept
                        .card_secret
                        .expose()
                        .iter()
                        .zip(card.pan_secret.expose());
                    secrets.push(("NonceCCA", both.map(|(one, other)| one ^ other).collect()));
                    secrets.push(("PANSecret", card.pan_secret.expose().to_vec()));
                }
            }
            for (name, secret) in secrets {
                if knowledge.knows(&secret) {
                    return Err(Violation::of("secrecy", (name, index)));
                }
            }
        }
        Ok(())
    }
}

impl Applicant {
    fn send(&mut self, state: State, request: &[u8]) {
        self.state = state;
        self.rrpid = decoded(request).message_header.rrpid;
    }

    /// Takes an answer; gives the next request, if there is one. An answer that is refused is
    /// dropped, and with it, to keep the game short, the attempt.
    fn take(&mut self, answer: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let context = self.tools.context();
        let trust = &mut self.trust;
        let (state, request) = match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => return Ok(None),
            State::Initiating(state) => {
                let initiated = state.handle(&context, answer, trust)?;
                let (pan, language) = (Pan::new(self.pan).unwrap(), Language::new("en").unwrap());
                let (state, request) = initiated.ask(&context, pan, language, trust)?;
                (State::Asking(Box::new(state)), request)
            }
            State::Asking(state) => {
                let Answer::Form(offered) = state.handle(&context, answer, trust)? else {
                    return Ok(None);
                };
                let expiry = CardExpiry::new("199912").unwrap();
                let (key, answers) = (self.key.clone(), Filing::answers());
                let (state, request) = offered.file(&context, key, expiry, answers, trust)?;
                self.kept = state.kept();
                (State::Filed(Box::new(state)), request)
            }
            State::Filed(state) => {
                if let Verdict::Certified(card) = state.handle(&context, answer, trust)? {
                    self.card = Some(*card);
                }
                return Ok(None);
            }
        };
        self.send(state, &request);
        Ok(Some(request))
    }
}

impl Office {
    fn new(ca: Ca, clock: Arc<Clock>, careless: bool) -> Self {
        Self {
            tools: Tools::new(300, clock),
            ca,
            records: BTreeMap::new(),
            answers: BTreeMap::new(),
            certified: Vec::new(),
            careless,
        }
    }

    /// As a node does: an answered request is answered with the same octets again.
    fn answer(&mut self, octets: &[u8]) -> Result<Vec<u8>, Error> {
        let context = self.tools.context();
        let received =
            receive(&context, octets, set_core::ca::serves).map_err(|refusal| *refusal.error)?;
        let rrpid = received.header.rrpid.ok_or(PeerFault::UnknownRrpid)?;
        match self.answers.get(rrpid.as_octets()) {
            Some((same, answer)) if same == octets => return Ok(answer.clone()),
            Some(_) => return Err(PeerFault::ReplayedRrpid.into()),
            None => {}
        }
        let header = &received.header;
        let answer = match &received.message {
            Message::CardCInitReq(request) => {
                card_c_init::card_c_init(&context, &self.ca, header, request)?
            }
            Message::RegFormReq(request) => {
                let (record, answer) = reg_form::reg_form(&context, &self.ca, header, request)?;
                let lid_ca = record.offered().lid_ca.as_octets().to_vec();
                self.records.insert(lid_ca, record);
                answer
            }
            Message::CertReq(request) => {
                let opened = cert_req::open(&context, &self.ca, header, request)?;
                let record = opened
                    .lid_ca()
                    .and_then(|lid| self.records.get(lid.as_octets()));
                let answered = match opened.judge(&context, &self.ca, record.cloned())? {
                    Judged::Answered(answered) => *answered,
                    Judged::Pending(pending) => {
                        let asked = pending.pended().keys.public_key_s.as_ref();
                        let key = asked.and_then(|info| info.key(&context.policy.key_rules).ok());
                        let decision = self.decide(key.as_ref());
                        let number = u32::try_from(self.certified.len()).unwrap();
                        let serial = SerialNumber::new(&(7_000 + number).to_be_bytes()).unwrap();
                        let serials = Serials {
                            signature: serial.clone(),
                            encryption: serial,
                        };
                        pending.decide(&context, &self.ca, decision, &serials)?
                    }
                };
                if let Some(record) = answered.registration {
                    let lid_ca = record.offered().lid_ca.as_octets().to_vec();
                    self.records.insert(lid_ca, record);
                }
                let issued = answered.issued.into_iter();
                self.certified
                    .extend(issued.map(|issued| issued.certificate));
                answered.octets
            }
            other => return Err(PeerFault::MessageNotSupported(other.name()).into()),
        };
        let both = (octets.to_vec(), answer.clone());
        self.answers.insert(*rrpid.as_octets(), both);
        Ok(answer)
    }

    /// Everybody may have a certificate, but for a key that is certified for somebody else.
    fn decide(&self, key: Option<&PublicKey>) -> Decision {
        let mut certified = self.certified.iter();
        let taken = certified.any(|one| key == Some(one.public_key()));
        if taken && !self.careless {
            return Decision::Rejected {
                by: Rejecter::Ca,
                message: None,
            };
        }
        Decision::Approved(Box::new(Grant::Cardholder {
            issuer: "First Bank".to_owned(),
            card_name: None,
            ca_msg: None,
        }))
    }
}

/// Steps of a game.
const STEPS: usize = 150;

#[test]
fn registrations_keep_every_theorem() {
    let mut reached = Reached::default();
    none_violates(0, 12, |seed| play(seed, STEPS, None, &mut reached));
    assert!(reached.certified > 5 && reached.crooks > 1, "{reached:?}");
}

fn with(fault: Fault) -> impl FnMut(u64) -> Result<(), Violation> {
    move |seed| play(seed, STEPS, Some(fault), &mut Reached::default())
}

#[test]
fn a_ca_that_certifies_any_key_is_found_out() {
    one_finds(
        "CA: one key, two cardholders",
        0,
        with(Fault::CaCertifiesAnyKey),
    );
}

#[test]
fn a_ca_that_tells_its_key_is_found_out() {
    one_finds("secrecy", 0, with(Fault::CaTellsItsKey));
}

#[test]
fn a_cardholder_that_takes_old_answers_is_found_out() {
    one_finds(
        "cardholder: not its answer",
        0,
        with(Fault::CardholderTakesOldAnswers),
    );
}
