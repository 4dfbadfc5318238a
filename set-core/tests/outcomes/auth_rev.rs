//! Authorizations lowered and taken back.

use set_core::merchant::Sale;
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::ids::{LocalId, Rrpid, Xid};
use set_core::msg::payment::auth_rev::{AuthRevReqBaggage, AuthRevReqData};
use set_testkit::street::{Street, amount};

use crate::Stimulus;
use crate::act::gateway_says;
use crate::auth::become_another_merchant;
use crate::forge;

pub(crate) const STIMULI: &[Stimulus] = &[
    ("lowered", || asks(authorized(), 5_000)),
    ("taken-back", || asks(authorized(), 0)),
    ("not-less", || asks(authorized(), 12_950)),
    ("more", || asks(authorized(), 12_951)),
    ("less-than-captured", || {
        let (mut street, sale) = authorized();
        let (sale, _) = street.capture(sale, 5_000);
        asks((street, sale), 4_999)
    }),
    ("another-currency", || {
        altered(|data, _| data.auth_new_amt.currency = Currency::new(978).unwrap())
    }),
    ("another-exponent", || {
        altered(|data, _| {
            data.auth_new_amt = CurrencyAmount {
                amt_exp10: 0,
                ..amount(50)
            };
        })
    }),
    ("taken-back-before", || {
        let (mut street, sale) = authorized();
        street.reverse(sale.clone(), 0);
        street.clock.advance(1);
        asks((street, sale), 0)
    }),
    ("declined-before", || {
        let (mut street, sale) = authorized();
        street.acquirer.books.authorizations[0].auth_code =
            set_core::msg::payment::auth_res::AuthCode::Declined;
        asks((street, sale), 0)
    }),
    ("too-old", || {
        let (mut street, sale) = authorized();
        let date = &mut street.acquirer.books.authorizations[0].date;
        *date = date.minus(31 * 86_400);
        asks((street, sale), 0)
    }),
    ("never-made", || {
        let (mut street, sale) = authorized();
        street.acquirer.books.authorizations.clear();
        asks((street, sale), 0)
    }),
    ("another-xid", || {
        altered(|data, _| data.auth_rev_tags.trans_ids.xid = Xid::new([9; 20]))
    }),
    ("another-lid-c", || {
        altered(|data, _| data.auth_rev_tags.trans_ids.lid_c = LocalId::new([9]).unwrap())
    }),
    ("another-lid-m", || {
        altered(|data, _| data.auth_rev_tags.trans_ids.lid_m = LocalId::new([9]).ok())
    }),
    ("another-request", || {
        altered(|data, _| {
            let request = data.auth_req_data.as_mut().unwrap();
            let tags = &mut request.auth_req_item.auth_tags.auth_rr_tags;
            tags.rrpid = Rrpid::new([9; 20]);
        })
    }),
    ("pi-of-another-order", || {
        let (mut street, sale) = authorized();
        let other = forge::placed(&mut street, 2);
        let (_, request) = street.shop.auth_rev_req(sale, 100);
        let request = forge::auth_rev_req(&street, &request, |_, baggage| {
            baggage.pi = (*other.ordered.pi).clone();
        });
        gateway_says(&mut street, &request)
    }),
    ("no-token", || {
        altered(|_, baggage| baggage.cap_token = None)
    }),
    ("no-token-to-take-all-back", || {
        let (mut street, sale) = authorized();
        let (_, request) = street.shop.auth_rev_req(sale, 0);
        let request = forge::auth_rev_req(&street, &request, |_, baggage| {
            baggage.cap_token = None;
        });
        gateway_says(&mut street, &request)
    }),
    ("token-that-was-replaced", || {
        let (mut street, sale) = authorized();
        let old = sale.payments[0].cap_token.clone();
        let mut lowered = street.reverse(sale, 5_000).sale;
        lowered.payments.as_mut_slice()[0].cap_token = old;
        asks((street, lowered), 100)
    }),
    ("token-of-another-order", || {
        let (mut street, mut sale) = authorized();
        let other = forge::authorized(&mut street, 2);
        sale.payments.as_mut_slice()[0].cap_token = other.payments[0].cap_token.clone();
        asks((street, sale), 100)
    }),
    ("token-sealed-by-another-gateway", || foreign(true)),
    ("token-signed-by-another-gateway", || foreign(false)),
    ("another-merchants-authorization", || {
        let (mut street, sale) = authorized();
        become_another_merchant(&mut street);
        asks((street, sale), 0)
    }),
];

fn authorized() -> (Street, Sale) {
    let mut street = Street::new();
    let sale = street.authorized();
    (street, sale)
}

fn asks((mut street, sale): (Street, Sale), cents: u64) -> String {
    let (_, request) = street.shop.auth_rev_req(sale, cents);
    gateway_says(&mut street, &request)
}

/// The answer to an AuthRevReq that its merchant altered and signed.
fn altered(alter: impl FnOnce(&mut AuthRevReqData, &mut AuthRevReqBaggage)) -> String {
    let (mut street, sale) = authorized();
    let (_, request) = street.shop.auth_rev_req(sale, 100);
    let request = forge::auth_rev_req(&street, &request, alter);
    gateway_says(&mut street, &request)
}

fn foreign(sealed: bool) -> String {
    let (street, mut sale) = authorized();
    let token = sale.payments[0].cap_token.as_ref().unwrap();
    let token = forge::foreign_cap_token(&street, token, sealed);
    sale.payments.as_mut_slice()[0].cap_token = Some(token);
    asks((street, sale), 100)
}
