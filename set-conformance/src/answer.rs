//! What came back, in the words of the cases.

use set_core::asn1::oid::content;
use set_core::asn1::{self, Date, Limits};
use set_core::crypto::RustCrypto;
use set_core::msg::MessageWrapper;
use set_core::msg::error::{Error, ErrorMsg, ErrorTbs};
use set_core::msg::message::Message;
use set_core::msg::wrapper::MessageHeader;
use set_core::treatment::s;

/// What a subject did with a message.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It sent octets.
    Octets(Vec<u8>),
    /// It closed the connection, or said that there is no answer.
    Nothing,
    /// It said and did nothing until the time was over.
    Silence,
    /// It answered with an HTTP status that is not 200.
    Status(u16),
    /// It broke the rules of the transport.
    Broken(String),
}

impl Answer {
    /// In a word or two: `response` for the message that is expected, `Error x`, `nothing`, the
    /// name of another message.
    pub(crate) fn word(&self, expected: &str) -> String {
        match self {
            Self::Octets(octets) => match decoded(octets) {
                Err(fault) => format!("malformed: {fault}"),
                Ok(wrapper) => match &wrapper.message {
                    Message::Error(error) => match tbs(error) {
                        Some(tbs) => format!("Error {}", tbs.error_code),
                        None => "Error, unreadable".into(),
                    },
                    message if message.name() == expected => "response".into(),
                    message => message.name().into(),
                },
            },
            Self::Nothing => "nothing".into(),
            Self::Silence => "silence".into(),
            Self::Status(status) => format!("status {status}"),
            Self::Broken(what) => format!("broken: {what}"),
        }
    }

    /// Which of the rules that hold for every answer it breaks; `request` is what was sent.
    pub(crate) fn broken_rules(&self, request: &[u8], now: Date) -> Vec<&'static str> {
        let Self::Octets(octets) = self else {
            return Vec::new();
        };
        let Ok(wrapper) = decoded(octets) else {
            return vec!["an answer is strict DER"];
        };
        let asked = decoded(request).ok().map(|wrapper| wrapper.message_header);
        let mut broken = header(&wrapper.message_header, asked.as_ref(), now);
        if let Message::Error(error) = &wrapper.message {
            broken.extend(quoted(error, asked.as_ref(), request));
        }
        broken
    }
}

fn decoded(octets: &[u8]) -> Result<MessageWrapper, asn1::DecodeError> {
    asn1::decode(octets, &Limits::default())
}

/// What an Error says, signed or not.
pub(crate) fn tbs(error: &Error) -> Option<ErrorTbs> {
    match error {
        Error::UnsignedError(tbs) => Some(tbs.clone()),
        Error::SignedError(signed) => s::unverified::<ErrorTbs>(signed, content::ERROR_TBS)
            .ok()
            .map(asn1::Raw::into_value),
    }
}

fn header(header: &MessageHeader, asked: Option<&MessageHeader>, now: Date) -> Vec<&'static str> {
    let mut broken = Vec::new();
    if header.version.value() != 1 || header.revision != 0 {
        broken.push("an answer has version 1.0");
    }
    if header.date.unix().abs_diff(now.unix()) > WINDOW {
        broken.push("an answer has the present date");
    }
    if let Some(asked) = asked
        && asked.rrpid.is_some()
        && header.rrpid != asked.rrpid
    {
        broken.push("an answer repeats the RRPID of the request");
    }
    broken
}

/// An Error carries the header of the offender or, when that could not be read, its octets.
fn quoted(error: &Error, asked: Option<&MessageHeader>, request: &[u8]) -> Option<&'static str> {
    let tbs = tbs(error)?;
    match (&tbs.error_msg, asked) {
        (ErrorMsg::MessageHeader(header), Some(asked)) if header == asked => None,
        (ErrorMsg::BadWrapper(octets), None) if request.starts_with(octets.as_octets()) => None,
        // What does not decode here may still have had a header that could be read.
        (ErrorMsg::MessageHeader(_), None) => None,
        _ => Some("an Error carries the header or the octets of what it refuses"),
    }
}

/// Whether the signature of an Error fits the certificate that came with it.
pub(crate) fn is_signed(answer: &Answer) -> Option<bool> {
    let Answer::Octets(octets) = answer else {
        return None;
    };
    let wrapper = decoded(octets).ok()?;
    let Message::Error(error) = wrapper.message else {
        return None;
    };
    let Error::SignedError(signed) = *error else {
        return Some(false);
    };
    let content = s::unverified::<ErrorTbs>(&signed, content::ERROR_TBS).ok()?;
    let rules = set_core::crypto::KeyRules::default();
    let certificates = signed.certificates.iter().flatten();
    let fits = certificates
        .filter_map(|octets| set_core::x509::Certificate::parse(octets.as_octets(), &rules).ok())
        .any(|certificate| {
            set_core::treatment::so::verify_with_key(
                &RustCrypto,
                &signed,
                content::ERROR_TBS,
                content.octets(),
                certificate.issuer_and_serial_number(),
                certificate.public_key(),
            )
            .is_ok()
        });
    Some(fits)
}

/// Seconds by which an answer's date may be off.
const WINDOW: u64 = 3_600;
