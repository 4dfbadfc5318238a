//! A peer with a planted fault, to see whether the runner finds it.
//!
//! Behind it are the parties of the test street, which do everything right; the fault is put
//! between them and the wire. What every rule of the cases is worth shows here: a fault that
//! no case finds is a case that is missing.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use set_core::asn1::{self, Limits};
use set_core::gateway::host::{Decision, HostRequest};
use set_core::msg::MessageWrapper;
use set_core::msg::error::{BadWrapper, Error, ErrorCode, ErrorMsg, ErrorTbs};
use set_core::msg::ids::ApprovalCode;
use set_core::msg::message::Message;
use set_core::msg::wrapper::Version;
use set_testkit::annotated::{Body, Element};
use set_testkit::street::{Server, Street};

use crate::case::Role;

/// What is wrong with a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// It answers with the response to an earlier request what it should refuse with this code.
    Takes(ErrorCode),
    /// It says nothing where it should refuse with this code.
    Swallows(ErrorCode),
    /// It gives another code in place of this one.
    Miscalls(ErrorCode),
    /// Any other.
    Other(Odd),
}

/// Faults of their own kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd {
    /// Responses have another RRPID.
    OtherRrpid,
    /// Responses have no RRPID.
    NoRrpid,
    /// Answers are of version 2.
    LaterVersion,
    /// Answers are of revision 1.
    LaterRevision,
    /// Answers are dated yesterday.
    DatedYesterday,
    /// Answers are dated tomorrow.
    DatedTomorrow,
    /// An octet of padding in the lengths of answers.
    LongLength,
    /// An unknown element at the end of answers.
    MoreElements,
    /// Errors carry the header of another message.
    QuotesAnotherHeader,
    /// Errors carry octets of another message.
    QuotesOtherOctets,
    /// Errors carry no header where there was one to be read.
    QuotesOctetsOnly,
    /// It sends requests back.
    Echoes,
    /// It never answers.
    Mute,
    /// It refuses everything.
    RefusesAll,
    /// After a refusal it answers nothing any more.
    DiesOfRefusals,
    /// It answers one request and no other.
    AnswersOnce,
    /// It refuses all extensions, critical or not.
    RefusesExtensions,
    /// It takes no more than 5,000 octets.
    Small,
    /// It takes dates only within a minute.
    Impatient,
    /// It takes payments only from cardholders with a certificate. That is no fault, and not
    /// among [`Fault::all`].
    DemandsSignatures,
}

impl Fault {
    /// All faults that a peer can have.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for code in CODES {
            all.extend([Self::Takes(code), Self::Miscalls(code)]);
            // Whoever says nothing of what is too big is within its rights.
            if code != ErrorCode::MessageTooBig {
                all.push(Self::Swallows(code));
            }
        }
        all.extend(ODD.map(Self::Other));
        all
    }
}

/// Starts a peer that plays `role` with a fault, on a port of its own, for as long as the
/// process lives.
///
/// # Errors
///
/// The system refuses the port.
pub fn start(role: Role, fault: Fault) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        let mut peer = Peer::new(role, fault);
        for stream in listener.incoming().flatten() {
            // A peer that goes away is no fault of this one.
            let _gone = peer.serve(stream);
        }
    });
    Ok(address)
}

struct Peer {
    role: Role,
    fault: Fault,
    street: Street,
    /// The last response.
    response: Option<Vec<u8>>,
    refused: bool,
    answered: usize,
}

impl Peer {
    fn new(role: Role, fault: Fault) -> Self {
        let mut street = Street::new();
        // The orders that PInitReq is about.
        for number in ORDERS {
            let _wake_up = street.shop.offer(number);
        }
        street.acquirer.host = Some(host);
        // Cardholders need no certificate, unless that is what is wrong with the gateway.
        if fault != Fault::Other(Odd::DemandsSignatures) {
            street.recertify_gateway(false, None);
        }
        Self {
            role,
            fault,
            street,
            response: None,
            refused: false,
            answered: 0,
        }
    }

    fn serve(&mut self, mut stream: TcpStream) -> io::Result<()> {
        while let Some(request) = frame(&mut stream)? {
            match self.answer(&request) {
                Some(answer) => stream.write_all(&answer)?,
                None => return Ok(()),
            }
            if request.first() != Some(&SEQUENCE) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn answer(&mut self, request: &[u8]) -> Option<Vec<u8>> {
        let right = self.right(request);
        let code = right.as_deref().and_then(code_of);
        let answer = self.faulty(request, right, code);
        self.refused |= code.is_some();
        self.answered += 1;
        answer
    }

    /// What the street answers.
    fn right(&mut self, request: &[u8]) -> Option<Vec<u8>> {
        let street = &mut self.street;
        let outcome = match self.role {
            Role::Cca => street.cca.answer(request),
            Role::Mca => street.mca.answer(request),
            Role::Pca => street.pca.answer(request),
            Role::Merchant => street.shop.answer(request),
            Role::Gateway => street.acquirer.answer(request),
        };
        match outcome {
            Ok(response) => {
                self.response = Some(response.clone());
                Some(response)
            }
            Err(refused) => refused.answer,
        }
    }

    fn faulty(
        &mut self,
        request: &[u8],
        right: Option<Vec<u8>>,
        code: Option<ErrorCode>,
    ) -> Option<Vec<u8>> {
        match self.fault {
            Fault::None => right,
            Fault::Takes(wrong) if code == Some(wrong) => self.response.clone().or(right),
            Fault::Swallows(wrong) if code == Some(wrong) => None,
            Fault::Miscalls(wrong) if code == Some(wrong) => {
                let other = match wrong {
                    ErrorCode::UnspecifiedFailure => ErrorCode::DecodingFailure,
                    _ => ErrorCode::UnspecifiedFailure,
                };
                error(&right?, |tbs| tbs.error_code = other)
            }
            Fault::Other(odd) => self.odd(odd, request, right?, code),
            _ => right,
        }
    }

    fn odd(
        &mut self,
        odd: Odd,
        request: &[u8],
        right: Vec<u8>,
        code: Option<ErrorCode>,
    ) -> Option<Vec<u8>> {
        let refuse = |code| {
            let asked = wrapper(request)?.message_header;
            let answer = wrapper(&right)?;
            let tbs = ErrorTbs {
                error_code: code,
                error_nonce: set_core::msg::ids::Nonce::new([5; 20]),
                error_oid: None,
                error_thumb: None,
                error_msg: ErrorMsg::MessageHeader(asked),
            };
            asn1::encode(&MessageWrapper {
                message: Message::Error(Box::new(Error::UnsignedError(tbs))),
                ..answer
            })
            .ok()
        };
        let header = |change: &dyn Fn(&mut MessageWrapper)| {
            let mut answer = wrapper(&right)?;
            change(&mut answer);
            asn1::encode(&answer).ok()
        };
        let asked = wrapper(request);
        let answer = match odd {
            Odd::OtherRrpid => header(&|answer| {
                let other = set_core::msg::ids::Rrpid::new([9; 20]);
                answer.message_header.rrpid = answer.message_header.rrpid.map(|_| other);
            }),
            Odd::NoRrpid => header(&|answer| answer.message_header.rrpid = None),
            Odd::LaterVersion => header(&|answer| {
                if let Ok(later) = Version::new(2) {
                    answer.message_header.version = later;
                }
            }),
            Odd::LaterRevision => header(&|answer| answer.message_header.revision = 1),
            Odd::DatedYesterday => moved(&right, -86_400),
            Odd::DatedTomorrow => moved(&right, 86_400),
            Odd::LongLength => edited(&right, |whole| whole.long_length = true),
            Odd::MoreElements => edited(&right, |whole| {
                if let Body::Constructed(children) = &mut whole.body {
                    let content = children.iter().flat_map(Element::write);
                    whole.body = Body::Primitive(content.chain([5, 0]).collect());
                }
            }),
            Odd::QuotesAnotherHeader => error(&right, |tbs| {
                if let ErrorMsg::MessageHeader(header) = &mut tbs.error_msg {
                    header.revision = 7;
                }
            }),
            Odd::QuotesOtherOctets => error(&right, |tbs| {
                if let (ErrorMsg::BadWrapper(_), Ok(other)) =
                    (&tbs.error_msg, BadWrapper::new(vec![7; 7]))
                {
                    tbs.error_msg = ErrorMsg::BadWrapper(other);
                }
            }),
            Odd::QuotesOctetsOnly => error(&right, |tbs| {
                let quoted = request.get(..100).unwrap_or(request).to_vec();
                if let Ok(quoted) = BadWrapper::new(quoted) {
                    tbs.error_msg = ErrorMsg::BadWrapper(quoted);
                }
            }),
            Odd::Echoes => Some(request.to_vec()),
            Odd::Mute => return None,
            Odd::RefusesAll => refuse(ErrorCode::UnspecifiedFailure),
            Odd::DiesOfRefusals if self.refused => return None,
            Odd::AnswersOnce if self.answered > 0 => return None,
            Odd::RefusesExtensions => asked
                .and_then(|asked| asked.mw_extensions)
                .and_then(|_| refuse(ErrorCode::UnrecognizedExtension)),
            Odd::Small if request.len() > 5_000 => refuse(ErrorCode::MessageTooBig),
            Odd::Impatient => asked
                .filter(|asked| {
                    let now = self.street.clock.now().unix();
                    asked.message_header.date.unix().abs_diff(now) > 60 && code.is_none()
                })
                .and_then(|_| refuse(ErrorCode::MessageTooOld)),
            Odd::DiesOfRefusals | Odd::AnswersOnce | Odd::Small | Odd::DemandsSignatures => None,
        };
        Some(answer.unwrap_or(right))
    }
}

/// The host behind the gateway: decides by the last digits but one of the account number.
fn host(request: &HostRequest) -> Decision {
    let digits = request.pan.expose();
    let code = digits
        .len()
        .checked_sub(3)
        .and_then(|at| digits.get(at..at + 2));
    match code {
        Some("01") => Decision::CallIssuer,
        Some("05" | "51") => Decision::Declined,
        Some("12") => Decision::InvalidTransaction,
        Some("13") => Decision::AmountError,
        Some("54") => Decision::ExpiredCard,
        Some("68") => Decision::NoReply,
        Some("91") => Decision::SystemError,
        _ => Decision::Approved {
            approval_code: ApprovalCode::new("123456").ok(),
            amount: request.amount,
        },
    }
}

fn wrapper(octets: &[u8]) -> Option<MessageWrapper> {
    asn1::decode(octets, &Limits::default()).ok()
}

/// The code of an Error.
fn code_of(octets: &[u8]) -> Option<ErrorCode> {
    let Message::Error(error) = wrapper(octets)?.message else {
        return None;
    };
    Some(tbs_of(&error)?.error_code)
}

fn tbs_of(error: &Error) -> Option<ErrorTbs> {
    crate::answer::tbs(error)
}

/// An Error with other content. It is no longer signed, which an Error need not be.
fn error(octets: &[u8], change: impl FnOnce(&mut ErrorTbs)) -> Option<Vec<u8>> {
    let answer = wrapper(octets)?;
    let Message::Error(error) = &answer.message else {
        return None;
    };
    let mut tbs = tbs_of(error)?;
    change(&mut tbs);
    asn1::encode(&MessageWrapper {
        message: Message::Error(Box::new(Error::UnsignedError(tbs))),
        ..answer
    })
    .ok()
}

fn moved(octets: &[u8], seconds: i64) -> Option<Vec<u8>> {
    let change = crate::case::Change::MoveDate { seconds };
    crate::stimulus::change(octets.to_vec(), &[change]).ok()
}

fn edited(octets: &[u8], change: impl FnOnce(&mut Element)) -> Option<Vec<u8>> {
    use set_core::asn1::Asn1 as _;
    let mut whole = Element::read(octets, MessageWrapper::SCHEMA)?;
    change(&mut whole);
    Some(whole.write())
}

/// One message: its header says how long it is. What has no such header is all that comes
/// until the sender waits.
fn frame(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut octets = vec![0; 2];
    let read = stream.read(&mut octets)?;
    if read == 0 {
        return Ok(None);
    }
    let rest = octets.get_mut(read..).unwrap_or_default();
    stream.read_exact(rest)?;
    let [first, length] = octets.as_slice() else {
        return Ok(None);
    };
    let (first, length) = (*first, *length);
    let mut count = usize::from(length);
    if first != SEQUENCE || length == 0x80 || length > 0x84 {
        return Ok(Some(octets));
    }
    if length > 0x80 {
        let mut more = vec![0; usize::from(length & 0x7f)];
        stream.read_exact(&mut more)?;
        count = more
            .iter()
            .fold(0, |count, octet| count << 8 | usize::from(*octet));
        octets.extend(more);
    }
    if count > MOST_OCTETS {
        return Ok(Some(octets));
    }
    let mut content = vec![0; count];
    stream.read_exact(&mut content)?;
    octets.extend(content);
    Ok(Some(octets))
}

/// The codes that the first requests of a dialogue can be refused with.
const CODES: [ErrorCode; 9] = [
    ErrorCode::UnspecifiedFailure,
    ErrorCode::DecodingFailure,
    ErrorCode::VersionTooOld,
    ErrorCode::VersionTooNew,
    ErrorCode::UnrecognizedExtension,
    ErrorCode::MessageTooBig,
    ErrorCode::MessageTooOld,
    ErrorCode::MessageTooNew,
    ErrorCode::UnknownRrpid,
];

const ODD: [Odd; 19] = [
    Odd::OtherRrpid,
    Odd::NoRrpid,
    Odd::LaterVersion,
    Odd::LaterRevision,
    Odd::DatedYesterday,
    Odd::DatedTomorrow,
    Odd::LongLength,
    Odd::MoreElements,
    Odd::QuotesAnotherHeader,
    Odd::QuotesOtherOctets,
    Odd::QuotesOctetsOnly,
    Odd::Echoes,
    Odd::Mute,
    Odd::RefusesAll,
    Odd::DiesOfRefusals,
    Odd::AnswersOnce,
    Odd::RefusesExtensions,
    Odd::Small,
    Odd::Impatient,
];

const SEQUENCE: u8 = 0x30;
/// The orders that the merchant offers.
pub const ORDERS: std::ops::RangeInclusive<u8> = 1..=200;
/// Octets of a message that are read at all.
const MOST_OCTETS: usize = 4 << 20;
