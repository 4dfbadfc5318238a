//! What every request of a merchant to the gateway is asked, whatever it is about.

use set_core::asn1::{Raw, SeqOf};
use set_core::exchange::CapRevOrCred;
use set_core::exchange::cap_rev_or_cred::CapRevOrCredReq;
use set_core::msg::ids::{MerchantId, Rrpid};
use set_core::msg::message::Message;
use set_core::msg::payment::cap::{CapReq, CapTokenSeq};
use set_core::msg::payment::tokens::CapToken;
use set_core::msg::tags::RrTags;
use set_core::party::Identity;
use set_testkit::hierarchy::{DAY, hierarchy, taken_back};
use set_testkit::street::Street;
use set_testkit::{keys, resign};

use crate::Stimulus;
use crate::act::ask;
use crate::every_request::{MERCHANT_REQUESTS, one_outcome, outcome, unknown_extension};
use crate::forge;

pub(crate) const STIMULI: &[Stimulus] = &[
    ("signed-by-another-key", || {
        all(|street, request| {
            let genuine = street.shop.merchant.signature.key.clone();
            street.shop.merchant.signature.key = keys::rsa_1024(25).unwrap();
            let request = tagged(street, request, |_| {});
            street.shop.merchant.signature.key = genuine;
            Some(request)
        })
    }),
    ("signed-by-a-gateway", || {
        all(|street, request| {
            let gateway = street.acquirer.gateway.signature.clone();
            Some(signed_by(street, request, gateway))
        })
    }),
    ("signed-by-a-cardholder", || {
        all(|street, request| {
            let cardholder = street.wallet.card.identity.clone();
            Some(signed_by(street, request, cardholder))
        })
    }),
    ("certificate-expired", || {
        all(|street, request| {
            street.acquirer.tools.policy.freshness_seconds = 600 * DAY;
            street.clock.advance(400 * DAY);
            Some(request.to_vec())
        })
    }),
    ("certificate-revoked", || {
        all(|street, request| {
            let merchant = &street.shop.merchant.signature.certificate;
            let serial = merchant.issuer_and_serial_number().serial_number.clone();
            let (crl, bci) = taken_back(&hierarchy().mca, vec![serial]).unwrap();
            let acquirer = &mut street.acquirer;
            let context = acquirer.tools.context();
            acquirer.gateway.trust.hold_crl(&context, crl);
            acquirer.gateway.trust.hold_bci(&context, bci);
            Some(request.to_vec())
        })
    }),
    ("no-lists-in-force", || {
        all(|street, request| {
            street.acquirer.tools.policy.freshness_seconds = 600 * DAY;
            street.clock.advance(100 * DAY);
            Some(request.to_vec())
        })
    }),
    ("for-another-gateway", || {
        all(|street, request| {
            street.acquirer.gateway.encryption.key = keys::rsa_1024(27).unwrap();
            if let Message::PCertReq(_) = resign::opened(request).message {
                return None;
            }
            Some(request.to_vec())
        })
    }),
    ("rrpid-inside", || {
        all(|street, request| {
            Some(tagged(street, request, |tags| {
                tags.rrpid = Rrpid::new([9; 20]);
            }))
        })
    }),
    ("another-merchant-id", || {
        all(|street, request| {
            Some(tagged(street, request, |tags| {
                tags.mer_term_ids.merchant_id = MerchantId::new("MER-0002").unwrap();
            }))
        })
    }),
    ("merchant-of-another-acquirer", || {
        all(|street, request| {
            street.acquirer.gateway.acquirer = "999999".parse().unwrap();
            Some(request.to_vec())
        })
    }),
    ("critical-extension-inside", || all(extended)),
    ("baggage-exchanged", || all(exchanged)),
    ("more-tokens-than-items", || all(more_tokens)),
];

/// What becomes of all of them that `alter` can be done to.
fn all(alter: fn(&mut Street, &[u8]) -> Option<Vec<u8>>) -> String {
    one_outcome(MERCHANT_REQUESTS.iter().filter_map(|make| {
        let mut street = Street::new();
        let genuine = make(&mut street);
        let request = alter(&mut street, &genuine)?;
        Some(outcome(ask(&mut street.acquirer, &request)))
    }))
}

fn signed_by(street: &mut Street, request: &[u8], identity: Identity) -> Vec<u8> {
    let genuine = std::mem::replace(&mut street.shop.merchant.signature, identity);
    let request = tagged(street, request, |_| {});
    street.shop.merchant.signature = genuine;
    request
}

/// The request with other tags inside, signed anew.
fn tagged(street: &Street, request: &[u8], alter: impl FnOnce(&mut RrTags)) -> Vec<u8> {
    match resign::opened(request).message {
        Message::AuthReq(_) => forge::auth_req(street, request, |data, _| {
            alter(&mut data.auth_req_item.auth_tags.auth_rr_tags);
        }),
        Message::AuthRevReq(_) => forge::auth_rev_req(street, request, |data, _| {
            alter(&mut data.auth_rev_tags.auth_rev_rr_tags);
        }),
        Message::CapReq(_) => forge::cap_req(street, request, |data, _| {
            alter(&mut data.cap_rr_tags);
        }),
        Message::BatchAdminReq(_) => forge::batch_admin_req(street, request, |data| {
            alter(&mut data.batch_admin_rr_tags);
        }),
        Message::PCertReq(_) => forge::p_cert_req(street, request, |data| {
            alter(&mut data.p_cert_rr_tags);
        }),
        _ => forge::correction(street, request, |data, _| {
            alter(&mut data.cap_rev_or_cred_rr_tags);
        }),
    }
}

/// The request with a critical extension that nobody knows.
fn extended(street: &mut Street, request: &[u8]) -> Option<Vec<u8>> {
    let unknown = Some(unknown_extension());
    Some(match resign::opened(request).message {
        Message::AuthReq(_) => forge::auth_req(street, request, |data, _| {
            data.auth_req_item.auth_req_payload.a_rq_extensions = unknown;
        }),
        Message::AuthRevReq(_) => forge::auth_rev_req(street, request, |data, _| {
            data.a_rv_rq_extensions = unknown;
        }),
        Message::CapReq(_) => forge::cap_req(street, request, |data, _| {
            data.c_rq_extensions = unknown;
        }),
        Message::BatchAdminReq(_) => forge::batch_admin_req(street, request, |data| {
            data.ba_rq_extensions = unknown;
        }),
        Message::PCertReq(_) => forge::p_cert_req(street, request, |data| {
            data.pc_rq_extensions = unknown;
        }),
        _ => forge::correction(street, request, |data, _| {
            data.c_rv_rq_extensions = unknown;
        }),
    })
}

/// The request with other baggage than its merchant signed for.
fn exchanged(street: &mut Street, request: &[u8]) -> Option<Vec<u8>> {
    let genuine = resign::opened(request).message;
    let other = match genuine {
        Message::AuthReq(_) => {
            let second = forge::placed(street, 2);
            forge::auth_req(street, request, |_, pi| *pi = second.ordered.pi.clone())
        }
        Message::AuthRevReq(_) => {
            forge::auth_rev_req(street, request, |_, baggage| baggage.cap_token = None)
        }
        Message::CapReq(_) => forge::cap_req(street, request, |_, tokens| none(tokens)),
        Message::BatchAdminReq(_) | Message::PCertReq(_) => return None,
        _ => forge::correction(street, request, |_, tokens| none(tokens)),
    };
    let other = resign::opened(&other).message;
    Some(resign::message(request, |wrapper| {
        exchange(&mut wrapper.message, &other);
    }))
}

/// Puts the baggage of `other` into a message of the same kind.
fn exchange(message: &mut Message, other: &Message) {
    match (&mut *message, other) {
        (Message::AuthReq(ours), Message::AuthReq(theirs)) => {
            ours.baggage = theirs.baggage.clone();
        }
        (Message::AuthRevReq(ours), Message::AuthRevReq(theirs)) => {
            ours.baggage = theirs.baggage.clone();
        }
        (Message::CapReq(ours), Message::CapReq(theirs)) => {
            let (CapReq::EncB(ours), CapReq::EncB(theirs)) = (&mut **ours, &**theirs) else {
                panic!("with an account");
            };
            ours.baggage = theirs.baggage.clone();
        }
        (ours, theirs) => {
            let (what, theirs) = CapRevOrCred::request_in(theirs).unwrap();
            let Some((_, CapRevOrCredReq::EncB(request))) = CapRevOrCred::request_in(ours) else {
                panic!("with an account");
            };
            let mut made = request.clone();
            made.baggage = theirs.tokens().clone();
            *ours = what.request_message(made);
        }
    }
}

fn none(tokens: &mut Raw<CapTokenSeq>) {
    *tokens = Raw::new(SeqOf::one(CapToken::Null(der::asn1::Null))).unwrap();
}

/// The request with each token twice.
fn more_tokens(street: &mut Street, request: &[u8]) -> Option<Vec<u8>> {
    let twice = |tokens: &mut Raw<CapTokenSeq>| {
        let both = [tokens.to_vec(), tokens.to_vec()].concat();
        *tokens = Raw::new(SeqOf::new(both).unwrap()).unwrap();
    };
    match resign::opened(request).message {
        Message::CapReq(_) => Some(forge::cap_req(street, request, |_, tokens| twice(tokens))),
        Message::CapRevReq(_) | Message::CredReq(_) | Message::CredRevReq(_) => {
            Some(forge::correction(street, request, |_, tokens| {
                twice(tokens)
            }))
        }
        _ => None,
    }
}
