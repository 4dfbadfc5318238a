//! Each message of the path with each of its fields altered in flight, and what comes of it.
//!
//! `tests/altered/<Message>.txt` has a line for each alteration: the field, what was done
//! to it, and the outcome. With `SET_BLESS=1` in the environment the tables are written
//! anew, to be read line by line. An alteration that does no harm has its reason in
//! `harmless.rs`; without one the test fails.
//!
//! | outcome | what it means |
//! |---|---|
//! | `Error x` | the request was refused with this ErrorCode, signed, and nothing was stored |
//! | `dropped, x` | the response was refused for a fault of this ErrorCode, and the genuine one was taken after it |
//! | `answered; dropped, x` | the server could not know, but the client refused its answer |
//! | `told as x` | an Error whose code is another now: shown to the user, and the genuine response was taken after it |
//! | `harmless: …` | all went on as if nothing had been altered |
//!
//! What is encrypted cannot be altered but as a whole. Of certificates and CRLs that came
//! along, some fields are altered, evenly spread.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

mod harmless;
mod inquiry;
mod purchase;
mod refusals;
mod registration;
mod table;

use set_core::asn1::{self, Asn1, Limits};
use set_core::error::Error;
use set_core::exchange::{Context, receive_response};
use set_core::msg::wrapper::MessageWrapper;
use set_testkit::alter::{self, Altered, How};
use set_testkit::street::{Refused, Server};

use crate::table::Table;

/// A request and its response, with both parties as they were before.
struct Exchange<S, P, M, H> {
    /// Before the request.
    server: S,
    request: Vec<u8>,
    response: Vec<u8>,
    /// The client, after it sent the request.
    party: P,
    /// Its state, the same whenever it is made.
    state: M,
    /// Takes a response; what it says on success.
    handle: H,
}

/// A client that can be put back to where it was.
trait Party {
    fn again(&self) -> Self;
    fn context(&self) -> Context<'_>;
}

impl<S, P, T, M, H> Exchange<S, P, M, H>
where
    S: Server,
    P: Party,
    M: Fn(&mut P) -> T,
    H: Fn(&mut P, T, &[u8]) -> Result<String, Error>,
{
    /// Begins with a request to `server`; `make` gives the state that sent it.
    fn new(server: &S, request: Vec<u8>, party: &P, state: M, handle: H) -> Self {
        let response = server.restarted().answer(&request).map_err(|r| r.error);
        let exchange = Self {
            server: server.restarted(),
            response: response.unwrap(),
            request,
            party: party.again(),
            state,
            handle,
        };
        let taken = exchange.take(&[&exchange.response]);
        assert!(taken[0].is_ok(), "the genuine response: {:?}", taken[0]);
        exchange
    }

    /// Gives responses to one client one after the other, as if each were the first.
    fn take(&self, responses: &[&[u8]]) -> Vec<Result<String, Error>> {
        // Making the state may teach the party what the responses before have taught it.
        let mut party = self.party.again();
        let mut states = vec![(self.state)(&mut party)];
        for _ in responses.iter().skip(1) {
            states.push((self.state)(&mut self.party.again()));
        }
        let both = states.into_iter().zip(responses);
        both.map(|(state, response)| (self.handle)(&mut party, state, response))
            .collect()
    }

    /// Alters each field of the request and of the response.
    fn check(&self, request: &str, response: &str) {
        let mut table = Table::new(request);
        for altered in fields(&self.request) {
            table.line(&altered, &self.request_outcome(&altered));
        }
        let wrong = table.done();
        let mut table = Table::new(response);
        for altered in fields(&self.response) {
            table.line(&altered, &self.response_outcome(&altered));
        }
        let wrong = wrong + &table.done();
        assert!(wrong.is_empty(), "{wrong}");
        self.check_flipped();
    }

    /// One bit flipped anywhere, in what is encrypted as well: nobody takes it for something
    /// else than what was sent.
    fn check_flipped(&self) {
        for octets in flipped(&self.request) {
            let outcome = self.request_outcome(&octets);
            let understood = [
                "Error",
                "no answer",
                "answered",
                "harmless",
                REFERRAL,
                UNSIGNED,
            ]
            .iter()
            .any(|start| outcome.starts_with(start));
            assert!(understood, "{}: {outcome}", octets.path);
        }
        for octets in flipped(&self.response) {
            let outcome = self.response_outcome(&octets);
            let understood = ["dropped", "harmless"]
                .iter()
                .any(|start| outcome.starts_with(start));
            assert!(understood, "{}: {outcome}", octets.path);
        }
    }

    fn request_outcome(&self, altered: &Altered) -> String {
        let mut server = self.server.restarted();
        match server.answer(&altered.octets) {
            Err(refused) => {
                let unchanged = server.store() == self.server.store()
                    && server.answers() == self.server.answers();
                assert!(unchanged, "{}: stored", altered.path);
                let again = server
                    .answer(&self.request)
                    .map_err(|refused| refused.error);
                assert_eq!(again.err(), None, "{}: the genuine one", altered.path);
                self.refusal(&refused)
            }
            Ok(answer) => {
                let mut genuine = self.server.restarted();
                let response = genuine.answer(&self.request).unwrap();
                let kept = match server.store() == genuine.store() {
                    true => "",
                    false => ", and stored",
                };
                let taken = self.take(&[&answer, &response]);
                match (&taken[0], &taken[1]) {
                    (Ok(said), Ok(genuine)) if said == genuine => format!("harmless{kept}"),
                    (Ok(said), _) => {
                        let unchanged = server.store() == self.server.store();
                        assert!(unchanged || said == REFERRAL, "{}: stored", altered.path);
                        said.clone()
                    }
                    (Err(error), _) => format!("answered{kept}; dropped, {}", error.code()),
                }
            }
        }
    }

    /// The code of a refusal, which the Error sent back has as well.
    fn refusal(&self, refused: &Refused) -> String {
        let code = refused.error.code();
        let Some(answer) = &refused.answer else {
            return format!("no answer, {code}");
        };
        let request: MessageWrapper = asn1::decode(&self.request, &Limits::default()).unwrap();
        let rrpid = request.message_header.rrpid.unwrap();
        let party = self.party.again();
        match receive_response(&party.context(), answer, rrpid) {
            Err(Error::Refused(told)) if told.code == code => format!("Error {code}"),
            other => panic!("{code} became {other:?}"),
        }
    }

    fn response_outcome(&self, altered: &Altered) -> String {
        let taken = self.take(&[&altered.octets, &self.response]);
        match (&taken[0], &taken[1]) {
            (Ok(said), Ok(genuine)) if said == genuine => "harmless".to_owned(),
            (Ok(said), Ok(_)) => said.clone(),
            (Err(error), Ok(_)) => format!("dropped, {}", error.code()),
            (_, Err(error)) => panic!("{}: then the genuine one: {error}", altered.path),
        }
    }
}

/// Each field altered; of those in certificates and CRLs at most [`SAMPLED`].
fn fields(octets: &[u8]) -> Vec<Altered> {
    let all = alter::fields(octets, MessageWrapper::SCHEMA);
    assert!(!all.is_empty());
    let sampled = |altered: &Altered| {
        ["certificates[", "crls["]
            .iter()
            .any(|bag| altered.path.contains(bag))
    };
    let many = all.iter().filter(|altered| sampled(altered)).count();
    let every = many.div_ceil(SAMPLED).max(1);
    let mut seen = 0;
    all.into_iter()
        .filter(|altered| {
            let index = seen;
            seen += usize::from(sampled(altered));
            !sampled(altered) || index % every == 0
        })
        .collect()
}

/// One bit flipped in each of [`FLIPPED`] octets, evenly spread.
fn flipped(octets: &[u8]) -> impl Iterator<Item = Altered> + '_ {
    let every = octets.len().div_ceil(FLIPPED);
    (0..octets.len()).step_by(every).map(|at| {
        let mut changed = octets.to_vec();
        changed[at] ^= 1 << (at % 8);
        Altered {
            path: format!("octet {at}"),
            how: How::Changed,
            octets: changed,
        }
    })
}

const SAMPLED: usize = 60;
const FLIPPED: usize = 48;
/// What becomes of a CertReq whose signature fails: no Error.
const UNSIGNED: &str = "CertStatusCode sigValidationFail";
/// What an applicant says who gets one.
const REFERRAL: &str = "a referral in place of the form";
