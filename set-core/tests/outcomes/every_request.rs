//! What is looked at before a message is looked into; each done to all requests of a payment.

use set_core::asn1::{self, SeqOf, oid};
use set_core::exchange::CapRevOrCred;
use set_core::merchant::{batch_admin, correct};
use set_core::msg::ids::{LocalId, Rrpid, Xid};
use set_core::msg::tags::{MsgExtension, MsgExtensions};
use set_core::msg::wrapper::{MessageIds, MessageWrapper, Version};
use set_testkit::resign;
use set_testkit::street::{Server, Street, amount};

use crate::Stimulus;
use crate::act::ask;
use crate::forge::{captured, correcting, first};

pub(crate) const STIMULI: &[Stimulus] = &[
    ("no-octets", || all(|_, request| request.clear())),
    ("cut-short", || {
        all(|_, request| {
            request.pop();
        })
    }),
    ("more-octets", || all(|_, request| request.push(0))),
    ("too-large", || {
        all(|street, request| {
            let most = request.len() - 1;
            street.shop.tools.policy.limits.octets = most;
            street.acquirer.tools.policy.limits.octets = most;
        })
    }),
    ("version-0", || all_altered(|wrapper| version(wrapper, 0))),
    ("version-2", || all_altered(|wrapper| version(wrapper, 2))),
    ("revision-1", || {
        all_altered(|wrapper| wrapper.message_header.revision = 1)
    }),
    ("stale", || all(|street, _| street.clock.advance(3_601))),
    ("of-tomorrow", || {
        all_altered(|wrapper| {
            let date = &mut wrapper.message_header.date;
            *date = date.plus(86_400);
        })
    }),
    ("no-rrpid", || {
        all_altered(|wrapper| wrapper.message_header.rrpid = None)
    }),
    ("another-rrpid", || {
        all_altered(|wrapper| {
            wrapper.message_header.rrpid = Some(Rrpid::new([9; 20]));
        })
    }),
    ("another-xid", || {
        naming(|ids| ids.xid.as_mut().map(|xid| *xid = Xid::new([9; 20])))
    }),
    ("another-lid-c", || {
        let other = LocalId::new([9; 20]).unwrap();
        naming(|ids| ids.lid_c.as_mut().map(|lid| *lid = other.clone()))
    }),
    ("another-lid-m", || {
        let other = LocalId::new([9; 20]).unwrap();
        naming(|ids| ids.lid_m.as_mut().map(|lid| *lid = other.clone()))
    }),
    ("critical-extension", || {
        all_altered(|wrapper| wrapper.mw_extensions = Some(unknown_extension()))
    }),
    ("to-another-role", || {
        one_outcome(
            requests()
                .into_iter()
                .map(|(mut street, place, request)| match place {
                    Place::Shop => outcome(ask(&mut street.acquirer, &request)),
                    Place::Gateway => outcome(ask(&mut street.shop, &request)),
                }),
        )
    }),
    ("same-again", || {
        one_outcome(requests().into_iter().map(|(mut street, place, request)| {
            let first = place.ask(&mut street, &request);
            let kept = place.kept(&street);
            street.clock.advance(60);
            let again = place.ask(&mut street, &request);
            assert_eq!(place.kept(&street), kept, "done twice");
            match again {
                Ok(answer) if Ok(&answer) == first.as_ref() => "the same answer".to_owned(),
                other => outcome(other),
            }
        }))
    }),
    ("same-rrpid-again", || {
        one_outcome(requests().into_iter().map(|(mut street, place, request)| {
            place.ask(&mut street, &request).unwrap();
            let other = resign::message(&request, |wrapper| {
                let date = &mut wrapper.message_header.date;
                *date = date.plus(1);
            });
            outcome(place.ask(&mut street, &other))
        }))
    }),
    ("an-error", || {
        one_outcome(requests().into_iter().map(|(mut street, place, request)| {
            let broken = resign::message(&request, |wrapper| version(wrapper, 2));
            let refused = match place {
                Place::Shop => street.shop.answer(&broken),
                Place::Gateway => street.acquirer.answer(&broken),
            };
            let error = refused.unwrap_err().answer.unwrap();
            outcome(place.ask(&mut street, &error))
        }))
    }),
    ("a-response", || {
        one_outcome(requests().into_iter().map(|(mut street, place, request)| {
            let response = place.ask(&mut street, &request).unwrap();
            outcome(place.ask(&mut street, &response))
        }))
    }),
];

/// Who answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Shop,
    Gateway,
}

impl Place {
    pub(crate) fn ask(self, street: &mut Street, request: &[u8]) -> Result<Vec<u8>, String> {
        match self {
            Self::Shop => ask(&mut street.shop, request),
            Self::Gateway => ask(&mut street.acquirer, request),
        }
    }

    fn kept(self, street: &Street) -> String {
        match self {
            Self::Shop => format!("{:?}", street.shop.store()),
            Self::Gateway => format!("{:?}", street.acquirer.store()),
        }
    }
}

/// Every request of a payment, each with a street that has come so far.
pub(crate) fn requests() -> Vec<(Street, Place, Vec<u8>)> {
    let mut all = Vec::new();
    let mut add = |place: Place, make: fn(&mut Street) -> Vec<u8>| {
        let mut street = Street::new();
        let request = make(&mut street);
        all.push((street, place, request));
    };
    add(Place::Shop, |street| street.p_init_req().1);
    add(Place::Shop, |street| street.p_req().1);
    add(Place::Shop, |street| {
        let placed = street.placed();
        street.inq_req(placed).1
    });
    for make in MERCHANT_REQUESTS {
        add(Place::Gateway, *make);
    }
    all
}

/// Every request of a merchant to the gateway.
pub(crate) const MERCHANT_REQUESTS: &[fn(&mut Street) -> Vec<u8>] = &[
    |street| {
        street.placed();
        street.auth_req(12_950, false).1
    },
    |street| {
        let sale = street.authorized();
        street.shop.auth_rev_req(sale, 100).1
    },
    |street| {
        let sale = street.authorized();
        street.cap_req(sale, 12_950).1
    },
    |street| {
        let sale = captured(street);
        correcting(street, CapRevOrCred::CapRev, &sale, first(&sale))
    },
    |street| {
        let sale = captured(street);
        correcting(street, CapRevOrCred::Cred, &sale, first(&sale))
    },
    |street| {
        let sale = captured(street);
        let wish = correct::Wish {
            amount: Some(amount(100)),
            ..first(&sale)
        };
        let (sale, _) = street.correct(CapRevOrCred::Cred, sale, wish);
        let wish = correct::Wish {
            credit: Some(0),
            ..first(&sale)
        };
        correcting(street, CapRevOrCred::CredRev, &sale, wish)
    },
    |street| {
        let wish = batch_admin::Wish {
            summary: true,
            ..batch_admin::Wish::default()
        };
        let shop = &street.shop;
        batch_admin::batch_admin(&shop.tools.context(), &shop.merchant, wish)
            .unwrap()
            .1
    },
    |street| street.p_cert_req().1,
];

fn version(wrapper: &mut MessageWrapper, number: u32) {
    wrapper.message_header.version = Version::new(number).unwrap();
}

/// The requests whose header names what `alter` alters.
fn naming(alter: impl Fn(&mut MessageIds) -> Option<()>) -> String {
    let altered = requests()
        .into_iter()
        .filter_map(|(mut street, place, request)| {
            let mut wrapper = resign::opened(&request);
            alter(wrapper.message_header.message_ids.as_mut()?)?;
            let request = asn1::encode(&wrapper).unwrap();
            Some(outcome(place.ask(&mut street, &request)))
        });
    one_outcome(altered)
}

/// A critical extension that nobody knows.
pub(crate) fn unknown_extension() -> MsgExtensions {
    SeqOf::one(MsgExtension {
        extn_id: oid::content::PI,
        critical: true,
        extn_value: der::asn1::OctetString::new([5, 0].as_slice()).unwrap(),
    })
}

fn all_altered(alter: impl Fn(&mut MessageWrapper)) -> String {
    all(|_, request| *request = resign::message(request, &alter))
}

/// The one thing that becomes of all requests, each of them altered.
fn all(alter: impl Fn(&mut Street, &mut Vec<u8>)) -> String {
    one_outcome(requests().into_iter().map(|(mut street, place, genuine)| {
        let mut request = genuine.clone();
        alter(&mut street, &mut request);
        outcome(place.ask(&mut street, &request))
    }))
}

pub(crate) fn outcome(asked: Result<Vec<u8>, String>) -> String {
    match asked {
        Ok(_) => "answered".to_owned(),
        Err(error) => error,
    }
}

/// What all have in common; all of them where they do not.
pub(crate) fn one_outcome(outcomes: impl Iterator<Item = String>) -> String {
    let mut outcomes: Vec<String> = outcomes.collect();
    outcomes.sort();
    outcomes.dedup();
    outcomes.join("; ")
}
