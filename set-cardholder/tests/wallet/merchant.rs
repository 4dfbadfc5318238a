//! A merchant that receives orders and authorizes nothing yet.

use std::collections::HashMap;
use std::sync::Mutex;

use set_core::asn1::SeqOf;
use set_core::error::Error;
use set_core::exchange::{Context, Received};
use set_core::merchant::{Merchant, Offer, Order, inq, p_init, p_req, p_res};
use set_core::msg::ids::{BrandId, LocalId, Xid};
use set_core::msg::message::Message;
use set_core::wake_up::{AcceptedBrand, InitiationType, WakeUp};
use set_testkit::hierarchy::{BRAND, hierarchy};

use crate::rig::{Role, identity, price, trust};

pub(crate) struct TestMerchant {
    merchant: Mutex<Merchant>,
    orders: Mutex<HashMap<Xid, Order>>,
}

impl TestMerchant {
    pub(crate) fn new() -> Self {
        let brand = hierarchy();
        Self {
            merchant: Mutex::new(Merchant {
                signature: identity(&brand.merchant_signature, Some(&brand.mca)),
                encryption: identity(&brand.merchant_encryption, Some(&brand.mca)),
                former: Vec::new(),
                trust: trust(),
                gateways: Vec::new(),
            }),
            orders: Mutex::default(),
        }
    }
}

/// What the shop sends to the wallet.
pub(crate) fn wake_up(set_url: &str, brand: &str) -> Vec<u8> {
    let mut wake_up = WakeUp::new(InitiationType::Payment);
    wake_up.set_url = Some(set_url.parse().unwrap());
    wake_up.success_url = Some("http://shop.example/thanks".parse().unwrap());
    wake_up.purch_amt = Some(price());
    wake_up.lid_m = Some(LocalId::new(vec![42]).unwrap());
    wake_up.brands = vec![AcceptedBrand {
        brand_id: BrandId::new(brand).unwrap(),
        logo: None,
    }];
    wake_up.od = OD.to_vec();
    wake_up.to_octets().unwrap()
}

impl Role for TestMerchant {
    fn answer(&self, context: &Context<'_>, request: &Received<'_>) -> Result<Vec<u8>, Error> {
        let mut merchant = self.merchant.lock().unwrap();
        let mut orders = self.orders.lock().unwrap();
        match &request.message {
            Message::PInitReq(message) => {
                let offer = Offer {
                    lid_m: LocalId::new(vec![42]).unwrap(),
                    od: der::asn1::OctetString::new(OD).unwrap(),
                    purch_amt: price(),
                    brands: SeqOf::new(vec![BrandId::new(BRAND).unwrap()]).unwrap(),
                    install_recur_data: None,
                };
                let (initiated, octets) =
                    p_init::p_init(context, &merchant, &request.header, message, offer)?;
                orders.insert(initiated.trans_ids.xid, Order::Initiated(initiated));
                Ok(octets)
            }
            Message::PReq(message) => {
                let ids = request.header.message_ids.as_ref().unwrap();
                let Some(Order::Initiated(initiated)) = orders.remove(&ids.xid.unwrap()) else {
                    panic!("no such order")
                };
                let header = &request.header;
                let ordered = p_req::p_req(context, &mut merchant, header, message, initiated)?;
                let trans_ids = ordered.initiated.trans_ids.clone();
                let (rrpid, chall_c) = (ordered.rrpid, ordered.chall_c);
                let order = Order::from(ordered);
                let octets = p_res::p_res(context, &merchant, &trans_ids, rrpid, chall_c, &order)?;
                orders.insert(trans_ids.xid, order);
                Ok(octets)
            }
            Message::InqReq(message) => {
                let xid = inq::unverified(message)?.trans_ids.xid;
                inq::inq(
                    context,
                    &mut merchant,
                    &request.header,
                    message,
                    &orders[&xid],
                )
            }
            other => panic!("{}", other.name()),
        }
    }
}

const OD: &[u8] = b"One teapot";
