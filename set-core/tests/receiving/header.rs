//! The header, and the Error about a message that does not decode.

use set_core::asn1::{self, Limits};
use set_core::error::Error;
use set_core::exchange::{Context, receive, receive_response};
use set_core::msg::error::{Error as ErrorMessage, ErrorCode, ErrorMsg, ErrorTbs};
use set_core::msg::message::Message;
use set_core::msg::wrapper::{MessageHeader, MessageWrapper, Version};
use set_core::policy::Policy;
use set_testkit::generate;
use set_testkit::street::{Street, Tools};

use crate::sealed::rewrap;

/// PInitReq with another header.
fn request(alter: impl FnOnce(&mut MessageHeader)) -> Vec<u8> {
    let (_, octets) = Street::new().p_init_req();
    rewrap(&octets, |wrapper| alter(&mut wrapper.message_header))
}

fn with_policy<T>(policy: Policy, look: impl FnOnce(&Context<'_>) -> T) -> T {
    let street = Street::new();
    let tools: &Tools = &street.shop.tools;
    let context = Context {
        policy: &policy,
        ..tools.context()
    };
    look(&context)
}

/// The Error that a server answers with; none when it takes the request.
fn error(policy: Policy, octets: &[u8]) -> Option<(Option<set_core::msg::ids::Rrpid>, ErrorTbs)> {
    with_policy(policy, |context| {
        let refusal = receive(context, octets, |_| true).err()?;
        let answer = refusal.answer(context, None).unwrap().unwrap();
        let answer: MessageWrapper = asn1::decode(&answer, &Limits::default()).unwrap();
        let Message::Error(error) = answer.message else {
            panic!("{}", answer.message.name());
        };
        let ErrorMessage::UnsignedError(tbs) = *error else {
            panic!("signed");
        };
        Some((answer.message_header.rrpid, tbs))
    })
}

fn code(policy: Policy, octets: &[u8]) -> Option<ErrorCode> {
    error(policy, octets).map(|(_, tbs)| tbs.error_code)
}

#[test]
fn only_version_one_is_taken() {
    for (version, expected) in [
        (0, Some(ErrorCode::VersionTooOld)),
        (1, None),
        (2, Some(ErrorCode::VersionTooNew)),
    ] {
        let octets = request(|header| header.version = Version::new(version).unwrap());
        assert_eq!(code(Policy::default(), &octets), expected, "{version}");
        let found = with_policy(Policy::default(), |context| {
            let rrpid = set_core::msg::ids::Rrpid::new([1; 20]);
            receive_response(context, &octets, rrpid)
                .unwrap_err()
                .code()
        });
        // Of a request in place of a response, the version is told first.
        let expected = expected.unwrap_or(ErrorCode::MessageNotSupported);
        assert_eq!(found, expected, "{version} as a response");
    }
}

#[test]
fn a_later_revision_is_taken_only_where_the_policy_says_so() {
    let octets = request(|header| header.revision = 1);
    let strict = code(Policy::default(), &octets);
    assert_eq!(strict, Some(ErrorCode::BadMessageHeader));
    let lenient = Policy {
        accept_later_revisions: true,
        ..Policy::default()
    };
    assert_eq!(code(lenient, &octets), None);
}

#[test]
fn a_message_that_is_too_big_is_told_so_by_its_header() {
    let octets = request(|_| {});
    let policy = |octets| Policy {
        limits: Limits {
            octets,
            ..Limits::default()
        },
        ..Policy::default()
    };
    assert_eq!(code(policy(octets.len()), &octets), None);
    let (rrpid, tbs) = error(policy(octets.len() - 1), &octets).unwrap();
    assert_eq!(tbs.error_code, ErrorCode::MessageTooBig);
    assert!(rrpid.is_some());
    assert!(matches!(tbs.error_msg, ErrorMsg::MessageHeader(_)));
}

/// A header, and a body that is none: NULL as the message of this tag.
fn with_broken_body(header: &MessageHeader, tag: u32) -> Vec<u8> {
    let header = asn1::encode(header).unwrap();
    let message = generate::tlv(generate::context(tag, true), &[5, 0]);
    let body = generate::tlv(generate::context(0, true), &message);
    generate::tlv(vec![0x30], &[header, body].concat())
}

fn header() -> MessageHeader {
    let wrapper: MessageWrapper = asn1::decode(&request(|_| {}), &Limits::default()).unwrap();
    wrapper.message_header
}

#[test]
fn an_error_about_a_message_that_does_not_decode_carries_its_header() {
    let header = header();
    let (rrpid, tbs) = error(Policy::default(), &with_broken_body(&header, 0)).unwrap();
    assert_eq!(tbs.error_code, ErrorCode::DecodingFailure);
    assert_eq!(rrpid, header.rrpid);
    assert_eq!(tbs.error_msg, ErrorMsg::MessageHeader(header));
}

#[test]
fn a_newer_version_with_messages_of_its_own_is_told_that_it_is_too_new() {
    for (version, revision, expected) in [
        (2, 0, ErrorCode::VersionTooNew),
        (0, 0, ErrorCode::VersionTooOld),
        (1, 1, ErrorCode::BadMessageHeader),
    ] {
        let header = MessageHeader {
            version: Version::new(version).unwrap(),
            revision,
            ..header()
        };
        for tag in [0, 77] {
            let octets = with_broken_body(&header, tag);
            let (rrpid, tbs) = error(Policy::default(), &octets).unwrap();
            assert_eq!(tbs.error_code, expected, "{version}.{revision}");
            assert_eq!(rrpid, header.rrpid);
        }
    }
}

#[test]
fn an_error_about_a_message_without_a_readable_header_quotes_the_message() {
    let octets = generate::tlv(vec![0x30], &[5, 0]);
    let (rrpid, tbs) = error(Policy::default(), &octets).unwrap();
    assert_eq!((tbs.error_code, rrpid), (ErrorCode::DecodingFailure, None));
    let ErrorMsg::BadWrapper(quoted) = tbs.error_msg else {
        panic!("a header");
    };
    assert_eq!(quoted.as_octets(), octets);
}

#[test]
fn responses_and_errors_that_do_not_decode_are_not_answered() {
    let header = header();
    for (tag, answered) in [(0, true), (1, false), (31, false), (999, false), (77, true)] {
        with_policy(Policy::default(), |context| {
            let octets = with_broken_body(&header, tag);
            let refusal = receive(context, &octets, |_| true).unwrap_err();
            let answer = refusal.answer(context, None).unwrap();
            assert_eq!(answer.is_some(), answered, "[{tag}]");
            assert!(matches!(*refusal.error, Error::Octets(_)));
        });
    }
}
