//! Authorizations after the first, by the token that came with the one before.

use set_core::asn1::Date;
use set_core::merchant::{Sale, authorize};
use set_core::msg::ids::LocalId;
use set_core::msg::payment::auth_req::CheckDigests;
use set_core::msg::recur::{InstallRecurData, InstallRecurInd, Recurring, RecurringFrequency};
use set_testkit::hierarchy::DAY;
use set_testkit::street::{Street, amount};

use crate::Stimulus;
use crate::act::gateway_says;
use crate::auth::{asks, become_another_merchant, instalments};
use crate::forge;

pub(crate) const STIMULI: &[Stimulus] = &[
    ("next-shipment", || {
        let (street, sale) = shipped(None);
        asks(street, sale, shipment(1_000))
    }),
    ("more-than-the-purchase-together", || {
        let (street, sale) = shipped(None);
        asks(street, sale, shipment(11_951))
    }),
    ("token-used-before", || {
        let (mut street, sale) = shipped(None);
        street.authorize(shipment(1_000));
        asks(street, sale, shipment(1_000))
    }),
    ("token-that-was-replaced", || {
        let (mut street, sale) = shipped(None);
        street.reverse(sale.clone(), 500);
        asks(street, sale, shipment(1_000))
    }),
    ("token-of-what-was-taken-back", || {
        let (mut street, sale) = shipped(None);
        street.reverse(sale.clone(), 0);
        asks(street, sale, shipment(1_000))
    }),
    ("token-of-another-order", || {
        let (mut street, sale) = shipped(None);
        let mut other = forge::placed(&mut street, 2);
        other.auth_token = sale.auth_token;
        asks(street, other, shipment(1_000))
    }),
    ("token-with-another-lid-c", || {
        let (street, mut sale) = shipped(None);
        sale.ordered.initiated.trans_ids.lid_c = LocalId::new([9]).unwrap();
        asks(street, sale, shipment(1_000))
    }),
    ("token-of-another-merchant", || {
        let (mut street, sale) = shipped(None);
        become_another_merchant(&mut street);
        asks(street, sale, shipment(1_000))
    }),
    ("token-sealed-by-another-gateway", || foreign(true)),
    ("token-signed-by-another-gateway", || foreign(false)),
    ("token-without-a-record", || {
        let (mut street, sale) = shipped(None);
        street.acquirer.books.authorizations.clear();
        asks(street, sale, shipment(1_000))
    }),
    ("token-with-digests", || {
        let (mut street, sale) = shipped(None);
        let digests = CheckDigests {
            h_oi_data: sale.ordered.h_oi_data.clone(),
            hod2: sale.ordered.hod.clone(),
        };
        let (_, request) = street.shop.auth_req(sale, shipment(1_000));
        let request = forge::auth_req(&street, &request, |data, _| {
            data.auth_req_item.check_digests = Some(digests);
        });
        gateway_says(&mut street, &request)
    }),
    ("cardholders-pi-after-a-token", || {
        let (street, mut sale) = shipped(None);
        sale.auth_token = None;
        sale.payments = Vec::new().into();
        asks(street, sale, shipment(1_000))
    }),
    ("without-a-token-asked-for", || {
        let mut street = Street::new();
        street.placed();
        let sale = street.authorize(authorize::Wish::of(amount(1_000))).sale;
        assert_eq!(sale.auth_token, None);
        let shop = &street.shop;
        let context = shop.tools.context();
        let next = authorize::authorize(&context, &shop.merchant, sale, shipment(1_000));
        match next {
            Ok(_) => "sent".to_owned(),
            Err(_) => "not sent".to_owned(),
        }
    }),
    ("one-instalment-too-many", || {
        let (mut street, _) = shipped(Some(instalments(2)));
        let sale = street.authorize(shipment(1_000)).sale;
        asks(street, sale, shipment(1_000))
    }),
    ("other-instalments", || {
        let (street, mut sale) = shipped(Some(instalments(3)));
        sale.ordered.initiated.offer.install_recur_data = Some(instalments(4));
        asks(street, sale, shipment(1_000))
    }),
    ("recurring-in-time", || {
        let (street, sale) = shipped(Some(every_other_day(5)));
        street.clock.advance(2 * DAY);
        asks(street, sale, shipment(12_950))
    }),
    ("recurring-too-soon", || {
        let (street, sale) = shipped(Some(every_other_day(5)));
        street.clock.advance(DAY);
        asks(street, sale, shipment(1_000))
    }),
    ("recurring-expired", || {
        let (street, sale) = shipped(Some(every_other_day(5)));
        street.clock.advance(6 * DAY);
        asks(street, sale, shipment(1_000))
    }),
    ("recurring-above-the-purchase", || {
        let (street, sale) = shipped(Some(every_other_day(5)));
        street.clock.advance(2 * DAY);
        asks(street, sale, shipment(12_951))
    }),
];

fn shipment(cents: u64) -> authorize::Wish {
    authorize::Wish {
        subsequent_auth_ind: true,
        ..authorize::Wish::of(amount(cents))
    }
}

/// An order of which 10.00 are authorized, with a token for the next.
fn shipped(terms: Option<InstallRecurData>) -> (Street, Sale) {
    let mut street = Street::new();
    street.shop.install_recur_data = terms;
    street.placed();
    let sale = street.authorize(shipment(1_000)).sale;
    (street, sale)
}

fn every_other_day(days: u64) -> InstallRecurData {
    let today = Street::new().clock.now().unix() / DAY * DAY;
    InstallRecurData {
        install_recur_ind: InstallRecurInd::Recurring(Recurring {
            recurring_frequency: RecurringFrequency::new(2).unwrap(),
            recurring_expiry: Date::from_unix(today).unwrap().plus(days * DAY),
        }),
        ir_extensions: None,
    }
}

fn foreign(sealed: bool) -> String {
    let (street, mut sale) = shipped(None);
    let token = sale.auth_token.as_ref().unwrap();
    sale.auth_token = Some(forge::foreign_auth_token(&street, token, sealed));
    asks(street, sale, shipment(1_000))
}
