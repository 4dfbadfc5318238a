//! Requests put to a party, and what it makes of them.
//!
//! Whatever a party refuses must leave no trace: [`ask`] compares all that it keeps. What is
//! refused with a code of the message's own is an answer: it is remembered, and given again
//! for the same octets. What is refused with an Error is not.

use set_core::asn1::oid;
use set_core::cardholder::Outcome;
use set_core::error::Error;
use set_core::exchange::{CapRevOrCred, receive_response};
use set_core::msg::error::{Error as ErrorMessage, ErrorTbs};
use set_core::msg::message::Message;
use set_core::msg::payment::auth_res::{AuthRes, AuthResTbs};
use set_core::msg::payment::auth_rev::{AuthRevRes, AuthRevResData, AuthRevResTbs};
use set_core::msg::payment::batch_admin::BatchAdminResData;
use set_core::msg::payment::cap::CapResData;
use set_core::msg::payment::cap_rev_or_cred::CapRevOrCredResData;
use set_core::msg::payment::p_cert::PCertResTbs;
use set_core::pkcs7::EnvelopedData;
use set_core::treatment::enc::{self, Types};
use set_core::treatment::s;
use set_testkit::resign;
use set_testkit::street::{Books, Refused, Server, Shop, Street};

/// The answer to a request, or the Error that it gets; then nothing was stored.
pub(crate) fn ask<S: Server>(server: &mut S, request: &[u8]) -> Result<Vec<u8>, String> {
    let (store, answers) = (server.store().clone(), server.answers().clone());
    server.answer(request).map_err(|refused| {
        assert!(*server.store() == store, "a refusal has changed something");
        assert!(*server.answers() == answers, "an Error is remembered");
        told(&refused)
    })
}

/// The code of a refusal, which the Error sent back has as well.
fn told(refused: &Refused) -> String {
    let code = refused.error.code();
    let Some(answer) = &refused.answer else {
        return format!("no answer, {code}");
    };
    let wrapper = resign::opened(answer);
    let Message::Error(error) = &wrapper.message else {
        panic!("{} instead of an Error", wrapper.message.name());
    };
    let ErrorMessage::SignedError(signed) = &**error else {
        panic!("an Error that nobody signed");
    };
    let tbs = s::unverified::<ErrorTbs>(signed, oid::content::ERROR_TBS).unwrap();
    assert_eq!(tbs.error_code, code);
    format!("Error {code}")
}

/// What the merchant makes of a request.
pub(crate) fn shop_says(shop: &mut Shop, request: &[u8]) -> String {
    match ask(shop, request) {
        Ok(answer) => {
            assert_eq!(ask(shop, request).as_ref(), Ok(&answer), "asked again");
            said(shop, &answer)
        }
        Err(error) => error,
    }
}

/// What the gateway makes of a request. What it does not approve changes no money, and asks
/// the host of nothing.
pub(crate) fn gateway_says(street: &mut Street, request: &[u8]) -> String {
    let before = street.acquirer.books.clone();
    let answer = match ask(&mut street.acquirer, request) {
        Ok(answer) => answer,
        Err(error) => return error,
    };
    let said = said(&street.shop, &answer);
    let done = ["approved", "success"]
        .iter()
        .any(|word| said.contains(word));
    let books = &street.acquirer.books;
    match &street.acquirer.decision {
        None if done => assert_ne!(*books, before, "nothing was done"),
        None => assert_eq!(*books, before, "{said} has changed something"),
        Some(_) => assert!(done || no_money(books, &before), "{said} has moved money"),
    }
    let after = books.clone();
    let again = ask(&mut street.acquirer, request);
    assert_eq!(again, Ok(answer), "asked again");
    assert_eq!(street.acquirer.books, after, "done again");
    said
}

/// Whether nothing was added to the books but what holds and moves no money.
fn no_money(books: &Books, before: &Books) -> bool {
    let in_force = |books: &Books| -> Vec<_> {
        let all = books.authorizations.iter();
        all.filter(|one| one.in_force()).cloned().collect()
    };
    in_force(books) == in_force(before)
        && (&books.batches, &books.items) == (&before.batches, &before.items)
        && books.events == before.events
}

/// The codes of an answer.
pub(crate) fn said(shop: &Shop, answer: &[u8]) -> String {
    let message = resign::opened(answer).message;
    match &message {
        Message::PInitRes(_) => "PInitRes".to_owned(),
        Message::PRes(signed) | Message::InqRes(signed) => {
            use set_core::msg::payment::p_res::PResData;
            let data = s::unverified::<PResData>(signed, oid::content::P_RES_DATA).unwrap();
            codes("CompletionCode", data.p_res_payload_seq.iter(), |payload| {
                payload.completion_code.to_string()
            })
        }
        Message::AuthRes(response) => {
            let data = auth_res(shop, response).t1;
            let header = &data.auth_res_payload.auth_header;
            let capture = data.auth_res_payload.cap_res_payload.as_ref();
            let captured = capture.map(|capture| format!(", CapCode {}", capture.cap_code));
            format!(
                "AuthCode {}{}",
                header.auth_code,
                captured.unwrap_or_default()
            )
        }
        Message::AuthRevRes(response) => format!("AuthRevCode {}", auth_rev_code(shop, response)),
        Message::CapRes(response) => {
            let data: CapResData = open(shop, cap_res(), response);
            codes("CapCode", data.cap_res_item_seq.iter(), |item| {
                item.cap_res_payload.cap_code.to_string()
            })
        }
        Message::BatchAdminRes(response) => {
            let types = Types {
                tbe: oid::content::BATCH_ADMIN_RES_TBE,
                tbs: oid::content::BATCH_ADMIN_RES_DATA,
            };
            let data: BatchAdminResData = open(shop, types, response);
            format!("BAStatus {}", data.ba_status.unwrap())
        }
        Message::PCertRes(signed) => {
            let content = oid::content::P_CERT_RES_TBS;
            let tbs = s::unverified::<PCertResTbs>(signed, content).unwrap();
            codes("PCertCode", tbs.p_cert_res_item_seq.iter(), |item| {
                item.p_cert_code.to_string()
            })
        }
        _ => corrected(shop, &message),
    }
}

fn codes<T>(name: &str, items: impl Iterator<Item = T>, code: fn(T) -> String) -> String {
    let codes: Vec<String> = items.map(code).collect();
    format!("{name} {}", codes.join(", "))
}

/// An AuthRes without an account, in clear.
pub(crate) fn auth_res(shop: &Shop, response: &AuthRes) -> AuthResTbs {
    let AuthRes::EncB(response) = response else {
        panic!("with an account");
    };
    let types = Types {
        tbe: oid::content::AUTH_RES_TBE,
        tbs: oid::content::AUTH_RES_TBS,
    };
    open(shop, types, &response.enc)
}

fn auth_rev_code(shop: &Shop, response: &AuthRevRes) -> String {
    let code = match response {
        AuthRevRes::EncB(response) => {
            let types = Types {
                tbe: oid::content::AUTH_REV_RES_TBEB,
                tbs: oid::content::AUTH_REV_RES_TBS,
            };
            open::<AuthRevResTbs>(shop, types, &response.enc)
                .t1
                .auth_rev_code
        }
        AuthRevRes::Enc(envelope) => {
            let types = Types {
                tbe: oid::content::AUTH_REV_RES_TBE,
                tbs: oid::content::AUTH_REV_RES_DATA,
            };
            open::<AuthRevResData>(shop, types, envelope).auth_rev_code
        }
    };
    code.to_string()
}

fn corrected(shop: &Shop, message: &Message) -> String {
    let kinds = [
        CapRevOrCred::CapRev,
        CapRevOrCred::Cred,
        CapRevOrCred::CredRev,
    ];
    let mut found = kinds
        .iter()
        .filter_map(|what| Some((what.response(), what.response_in(message)?)));
    let (types, response) = found.next().unwrap();
    let data: CapRevOrCredResData = open(shop, types, response);
    codes(
        "CapRevOrCredCode",
        data.cap_rev_or_cred_res_item_seq.iter(),
        |item| {
            let payload = &item.cap_rev_or_cred_res_payload;
            payload.cap_rev_or_cred_code.to_string()
        },
    )
}

/// The types of CapRes.
pub(crate) fn cap_res() -> Types {
    Types {
        tbe: oid::content::CAP_RES_TBE,
        tbs: oid::content::CAP_RES_DATA,
    }
}

fn open<T: set_core::asn1::Wire>(shop: &Shop, types: Types, envelope: &EnvelopedData) -> T {
    let crypto = &shop.tools.crypto;
    let key = &shop.merchant.encryption.key;
    let signed = enc::open(crypto, key, types, envelope).unwrap();
    s::unverified::<T>(&signed, types.tbs).unwrap().into_value()
}

/// What a client makes of a response: it takes it, or drops it for a fault with this code.
pub(crate) fn taken<T>(outcome: Result<T, Error>) -> String {
    match outcome {
        Ok(_) => "taken".to_owned(),
        Err(Error::Refused(told)) => format!("told as {}", told.code),
        Err(error) => format!("dropped, {}", error.code()),
    }
}

/// The codes of a purchase or inquiry that the wallet took.
pub(crate) fn completion(outcome: &Outcome) -> String {
    codes("CompletionCode", outcome.payloads().iter(), |payload| {
        payload.completion_code.to_string()
    })
}

/// Whether a response names this request; for responses that were swapped.
pub(crate) fn is_for(street: &Street, response: &[u8], request: &[u8]) -> bool {
    let rrpid = resign::opened(request).message_header.rrpid.unwrap();
    receive_response(&street.shop.tools.context(), response, rrpid).is_ok()
}
