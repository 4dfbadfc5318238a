//! The first authorization of an order.

use set_core::asn1::{Date, Raw};
use set_core::merchant::{Sale, authorize, sale};
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::ids::{BatchId, LocalId, MerchantId, Xid};
use set_core::msg::payment::account::PanData;
use set_core::msg::payment::auth_req::AuthReqData;
use set_core::msg::payment::p_req::{Pi, PiHead};
use set_core::msg::recur::{
    InstallRecurData, InstallRecurInd, InstallTotalTrans, Recurring, RecurringFrequency,
};
use set_core::pkcs7::Digest;
use set_core::secret::{CardExpiry, Pan, PanSecret};
use set_core::x509::SetName;
use set_core::x509::build::Profile;
use set_testkit::hierarchy::{DAY, hierarchy};
use set_testkit::street::{Server, Street, amount};
use set_testkit::{keys, rogues};

use crate::Stimulus;
use crate::act::gateway_says;
use crate::every_request::unknown_extension;
use crate::forge;
use crate::p_req::unsigned;

pub(crate) const STIMULI: &[Stimulus] = &[
    ("honest", || merchant_says(|_, _| {})),
    ("another-xid", || {
        merchant_says(|data, _| ids(data).xid = Xid::new([9; 20]))
    }),
    ("another-lid-c", || {
        merchant_says(|data, _| ids(data).lid_c = lid())
    }),
    ("another-lid-m", || {
        merchant_says(|data, _| ids(data).lid_m = Some(lid()))
    }),
    ("no-lid-m", || {
        merchant_says(|data, _| ids(data).lid_m = None)
    }),
    ("another-hod", || {
        merchant_says(|data, _| {
            let digests = data.auth_req_item.check_digests.as_mut().unwrap();
            digests.hod2.digest = Digest::new([9; 20]);
        })
    }),
    ("another-order-digest", || {
        merchant_says(|data, _| {
            let digests = data.auth_req_item.check_digests.as_mut().unwrap();
            digests.h_oi_data.digest = Digest::new([9; 20]);
        })
    }),
    ("no-digests", || {
        merchant_says(|data, _| data.auth_req_item.check_digests = None)
    }),
    ("critical-extension-in-the-pi", || {
        cardholder_says(|head, _| head.pi_extensions = Some(unknown_extension()))
    }),
    ("pi-of-another-order", || {
        let mut street = Street::new();
        let second = forge::placed(&mut street, 2);
        street.placed();
        let (_, request) = street.auth_req(12_950, false);
        let request = forge::auth_req(&street, &request, |_, pi| {
            *pi = second.ordered.pi.clone();
        });
        gateway_says(&mut street, &request)
    }),
    ("pi-and-order-of-another-order", || {
        // The merchant's view is of order 1, all that the cardholder signed is of order 2.
        let mut street = Street::new();
        let second = forge::placed(&mut street, 2);
        street.placed();
        let (_, request) = street.auth_req(12_950, false);
        let request = forge::auth_req(&street, &request, |data, pi| {
            *pi = second.ordered.pi.clone();
            let digests = data.auth_req_item.check_digests.as_mut().unwrap();
            digests.h_oi_data = second.ordered.h_oi_data.clone();
        });
        gateway_says(&mut street, &request)
    }),
    ("pi-with-another-xid", || {
        cardholder_says(|head, _| head.trans_ids.xid = Xid::new([9; 20]))
    }),
    ("pi-with-another-hod", || {
        cardholder_says(|head, _| head.inputs.hod.digest = Digest::new([9; 20]))
    }),
    ("pi-for-another-merchant", || {
        cardholder_says(|head, _| head.merchant_id = MerchantId::new("MER-0002").unwrap())
    }),
    ("pi-with-another-price", || {
        cardholder_says(|head, _| head.inputs.purch_amt = amount(12_949))
    }),
    ("pi-with-another-pan", || {
        cardholder_says(|_, card| card.pan = Pan::new("4111111111111112").unwrap())
    }),
    ("pi-with-another-expiry", || {
        cardholder_says(|_, card| card.card_expiry = CardExpiry::new("200012").unwrap())
    }),
    ("pi-with-another-secret", || {
        cardholder_says(|_, card| card.pan_secret = PanSecret::from_octets([0; 20]))
    }),
    ("pi-with-another-stain", || {
        cardholder_says(|head, _| head.trans_stain = Digest::new([0; 20]))
    }),
    ("pi-signed-by-another-key", || {
        let mut street = Street::new();
        street.placed();
        let mut sale = street.shop.sale(1);
        let genuine = street.wallet.card.identity.key.clone();
        street.wallet.card.identity.key = keys::rsa_1024(20).unwrap();
        forge::instruct(&street, &mut sale, |_, _| {});
        street.wallet.card.identity.key = genuine;
        asks(street, sale, wish())
    }),
    ("pi-signed-by-another-cardholder", || {
        // Their own certificate, a stranger's account.
        let mut street = Street::new();
        street.placed();
        let mut sale = street.shop.sale(1);
        street.wallet.card.identity = rogues::card(20, "4012888888881881").identity;
        forge::instruct(&street, &mut sale, |_, _| {});
        asks(street, sale, wish())
    }),
    ("pi-signed-by-a-merchant", || {
        let mut street = Street::new();
        street.placed();
        let mut sale = street.shop.sale(1);
        let [merchant, _] = rogues::merchant();
        street.wallet.card.identity = merchant;
        forge::instruct(&street, &mut sale, |_, _| {});
        asks(street, sale, wish())
    }),
    ("pi-under-another-brand", || {
        let mut street = Street::new();
        street.placed();
        let mut sale = street.shop.sale(1);
        let name = SetName::new("US", "Meadow").and_then(|name| name.with_unit("First Bank"));
        let name = name
            .and_then(|name| name.with_common_name("somebody"))
            .unwrap();
        let cca = &hierarchy().cca;
        street.wallet.card.identity = rogues::certify(20, cca, name, Profile::Cardholder);
        forge::instruct(&street, &mut sale, |_, _| {});
        asks(street, sale, wish())
    }),
    ("pi-for-another-gateway", || {
        let mut street = Street::new();
        street.placed();
        let mut sale = street.shop.sale(1);
        let [_, other] = rogues::gateway(true);
        forge::instruct_for(&street, &other, &mut sale, |_, _| {});
        asks(street, sale, wish())
    }),
    ("amount-above-the-purchase", || with_amount(amount(12_951))),
    ("amount-above-the-margin", || {
        let mut street = Street::new();
        street.acquirer.tools.policy.amount_margin_percent = 15;
        street.placed();
        let (_, request) = street.auth_req(14_893, false);
        gateway_says(&mut street, &request)
    }),
    ("amount-within-the-margin", || {
        let mut street = Street::new();
        street.acquirer.tools.policy.amount_margin_percent = 15;
        street.placed();
        let (_, request) = street.auth_req(14_892, false);
        gateway_says(&mut street, &request)
    }),
    ("amount-of-nothing", || with_amount(amount(0))),
    ("amount-too-large-to-book", || {
        let mut street = Street::new();
        street.shop.price = amount(u64::MAX);
        street.placed();
        let (_, request) = street.auth_req(u64::MAX, false);
        gateway_says(&mut street, &request)
    }),
    ("another-currency", || {
        with_amount(CurrencyAmount {
            currency: Currency::new(978).unwrap(),
            ..amount(100)
        })
    }),
    ("another-exponent", || {
        with_amount(CurrencyAmount {
            amt_exp10: 0,
            ..amount(100)
        })
    }),
    ("card-expired", || {
        // No certificate vouches for the expiry of this card.
        let mut street = Street::new();
        street.recertify_gateway(false, None);
        street.wallet.card.card_expiry = CardExpiry::new("199705").unwrap();
        let offered = street.offered();
        let request = unsigned(&street, offered);
        street.shop.answer(&request).unwrap();
        let sale = street.shop.sale(1);
        asks(street, sale, wish())
    }),
    ("unsigned-where-not-allowed", || {
        let mut street = Street::new();
        street.recertify_gateway(false, None);
        let offered = street.offered();
        let request = unsigned(&street, offered);
        street.shop.answer(&request).unwrap();
        let sale = street.shop.sale(1);
        street.recertify_gateway(true, None);
        asks(street, sale, wish())
    }),
    ("unsigned-where-allowed", || {
        let mut street = Street::new();
        street.recertify_gateway(false, None);
        let offered = street.offered();
        let request = unsigned(&street, offered);
        street.shop.answer(&request).unwrap();
        let sale = street.shop.sale(1);
        asks(street, sale, wish())
    }),
    ("pi-used-before", || {
        let mut street = Street::new();
        let sale = street.authorized();
        let sale: Sale = sale.ordered.into();
        asks(street, sale, wish())
    }),
    ("pi-used-but-declined", || {
        let mut street = Street::new();
        street.acquirer.decision = Some(set_core::gateway::host::Decision::Declined);
        street.placed();
        street.authorize(wish());
        street.acquirer.decision = None;
        let sale = street.shop.sale(1);
        asks(street, sale, wish())
    }),
    ("pi-used-but-taken-back", || {
        let mut street = Street::new();
        let sale = street.authorized();
        let sale = street.reverse(sale, 0).sale;
        asks(street, sale, wish())
    }),
    ("instalments-the-merchant-alone-has", || {
        merchant_says(|data, _| {
            data.auth_req_item.auth_req_payload.install_recur_data = Some(instalments(3));
        })
    }),
    ("instalments-the-cardholder-alone-has", || {
        cardholder_says(|head, _| head.install_recur_data = Some(instalments(3)))
    }),
    ("other-instalments", || {
        let mut street = Street::new();
        street.shop.install_recur_data = Some(instalments(3));
        street.placed();
        let (_, request) = street.auth_req(100, false);
        let request = forge::auth_req(&street, &request, |data, _| {
            data.auth_req_item.auth_req_payload.install_recur_data = Some(instalments(4));
        });
        gateway_says(&mut street, &request)
    }),
    ("recurring-expired", || {
        let mut street = Street::new();
        let today = street.clock.now().unix() / DAY * DAY;
        street.shop.install_recur_data = Some(InstallRecurData {
            install_recur_ind: InstallRecurInd::Recurring(Recurring {
                recurring_frequency: RecurringFrequency::new(2).unwrap(),
                recurring_expiry: Date::from_unix(today).unwrap(),
            }),
            ir_extensions: None,
        });
        street.placed();
        let (_, request) = street.auth_req(100, false);
        gateway_says(&mut street, &request)
    }),
    ("capture-now-not-allowed", || {
        let mut street = Street::new();
        street.acquirer.gateway.captures = false;
        street.placed();
        let (_, request) = street.auth_req(12_950, true);
        gateway_says(&mut street, &request)
    }),
    ("capture-now", || {
        let mut street = Street::new();
        street.placed();
        let (_, request) = street.auth_req(12_950, true);
        gateway_says(&mut street, &request)
    }),
    ("capture-now-into-an-unknown-batch", || {
        capture_into(77, |_| {})
    }),
    ("capture-now-into-a-closed-batch", || {
        capture_into(1, crate::batch_admin::close)
    }),
    ("another-merchants-order", || {
        // What an honest merchant was sent, asked about by another one in its own name.
        let mut street = Street::new();
        street.placed();
        let sale = street.shop.sale(1);
        become_another_merchant(&mut street);
        asks(street, sale, wish())
    }),
];

fn ids(data: &mut AuthReqData) -> &mut set_core::msg::tags::TransIds {
    &mut data.auth_req_item.auth_tags.trans_ids
}

fn lid() -> LocalId {
    LocalId::new([9; 20]).unwrap()
}

pub(crate) fn instalments(count: u64) -> InstallRecurData {
    InstallRecurData {
        install_recur_ind: InstallRecurInd::InstallTotalTrans(
            InstallTotalTrans::new(count).unwrap(),
        ),
        ir_extensions: None,
    }
}

pub(crate) fn wish() -> authorize::Wish {
    authorize::Wish::of(amount(12_950))
}

/// Another merchant with good certificates, that knows what the first one knew.
pub(crate) fn become_another_merchant(street: &mut Street) {
    let [signature, encryption] = rogues::merchant();
    let merchant = &mut street.shop.merchant;
    for identity in [&signature, &encryption] {
        merchant.trust.hold(identity.certificate.clone());
    }
    merchant.signature = signature;
    merchant.encryption = encryption;
}

/// What the gateway makes of what the merchant asks about a sale.
pub(crate) fn asks(mut street: Street, sale: Sale, wish: authorize::Wish) -> String {
    let (_, request) = street.shop.auth_req(sale, wish);
    gateway_says(&mut street, &request)
}

/// The answer to an AuthReq that its merchant altered and signed.
fn merchant_says(alter: impl FnOnce(&mut AuthReqData, &mut Raw<Pi>)) -> String {
    let mut street = Street::new();
    street.placed();
    let (_, request) = street.auth_req(12_950, false);
    let request = forge::auth_req(&street, &request, alter);
    gateway_says(&mut street, &request)
}

/// The answer to an honest AuthReq with a payment instruction that its cardholder made and
/// signed so.
fn cardholder_says(alter: impl FnOnce(&mut PiHead, &mut PanData)) -> String {
    let mut street = Street::new();
    street.placed();
    let mut sale = street.shop.sale(1);
    forge::instruct(&street, &mut sale, alter);
    asks(street, sale, wish())
}

fn with_amount(amount: CurrencyAmount) -> String {
    let mut street = Street::new();
    street.placed();
    let sale = street.shop.sale(1);
    asks(street, sale, authorize::Wish::of(amount))
}

fn capture_into(batch: u64, before: fn(&mut Street)) -> String {
    let mut street = Street::new();
    street.placed();
    before(&mut street);
    let sale = street.shop.sale(1);
    let detail = set_core::msg::payment::sale_detail::SaleDetail {
        batch_id: BatchId::new(batch).ok(),
        ..sale::no_detail()
    };
    let wish = authorize::Wish {
        capture_now: true,
        sale_detail: Some(detail),
        ..wish()
    };
    let (_, request) = street.shop.auth_req(sale, wish);
    let said = gateway_says(&mut street, &request);
    assert!(
        street.acquirer.books.items.is_empty(),
        "something was captured"
    );
    said
}
