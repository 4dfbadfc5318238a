//! The merchant: takes orders, and asks the gateway when a test has it ask.

use std::collections::BTreeMap;
use std::sync::Arc;

use der::asn1::OctetString;
use set_core::asn1::SeqOf;
use set_core::error::{Error, PeerFault};
use set_core::merchant::order::{Offer, Order};
use set_core::merchant::{Merchant, inq, p_init, p_req, p_res};
use set_core::msg::amount::{Currency, CurrencyAmount};
use set_core::msg::ids::{BrandId, LocalId, Xid};
use set_core::msg::message::Message;
use set_core::msg::payment::p_init::PInitReq;
use set_core::msg::payment::p_req::PReq;
use set_core::msg::recur::InstallRecurData;
use set_core::msg::wrapper::MessageHeader;
use set_core::party::Identity;
use set_core::wake_up::{AcceptedBrand, InitiationType, WakeUp};

use super::answers::{self, Answers, Desk, Refused, Server};
use super::tools::{Tools, identity, insider};
use crate::clock::Clock;
use crate::hierarchy::{BRAND, hierarchy};

/// The order description of every order.
pub const OD: &[u8] = b"One teapot, brown";

/// US cents.
///
/// # Panics
///
/// Never: the currency is good.
#[must_use]
pub fn amount(cents: u64) -> CurrencyAmount {
    CurrencyAmount {
        currency: Currency::new(840).expect("840 is a currency"),
        amount: cents,
        amt_exp10: -2,
    }
}

/// A merchant.
#[derive(Debug)]
pub struct Shop {
    /// Provider, clock and policy.
    pub tools: Tools,
    /// Its keys, and whom it believes: it holds the gateway's encryption certificate.
    pub merchant: Merchant,
    /// The price of every order offered from now on; all amounts are in its unit. 129.50
    /// dollars unless it is changed.
    pub price: CurrencyAmount,
    /// Instalments or recurring payment, of every order offered from now on.
    pub install_recur_data: Option<InstallRecurData>,
    orders: Orders,
    answers: Answers,
}

/// What a merchant keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// By lid-M.
    orders: BTreeMap<Vec<u8>, Order>,
}

impl Shop {
    pub(super) fn new(clock: Arc<Clock>) -> Self {
        let all = hierarchy();
        let tools = Tools::new(12, clock);
        let held = [
            &all.merchant_signature,
            &all.merchant_encryption,
            &all.gateway_encryption,
        ];
        Self {
            merchant: Merchant {
                signature: identity(&all.merchant_signature, &all.mca),
                encryption: identity(&all.merchant_encryption, &all.mca),
                former: Vec::new(),
                trust: insider(&tools, held),
                gateways: Vec::new(),
            },
            tools,
            price: amount(12_950),
            install_recur_data: None,
            orders: Orders::default(),
            answers: Answers::default(),
        }
    }

    /// Offers [`OD`] for the price, under the order id `number`: the octets of the
    /// wake-up that a browser would give to the wallet.
    ///
    /// # Panics
    ///
    /// Never: what is offered is good.
    pub fn offer(&mut self, number: u8) -> Vec<u8> {
        let brand_id = BrandId::new(BRAND).expect("the brand is good");
        let offer = Offer {
            lid_m: LocalId::new([number]).expect("an octet is a local id"),
            od: OctetString::new(OD).expect("it is short"),
            purch_amt: self.price,
            brands: SeqOf::one(brand_id.clone()),
            install_recur_data: self.install_recur_data.clone(),
        };
        let mut wake_up = WakeUp::new(InitiationType::Payment);
        wake_up.set_url = Some("set://shop.example:257".parse().expect("it is a URL"));
        wake_up.brands = vec![AcceptedBrand {
            brand_id,
            logo: None,
        }];
        wake_up.purch_amt = Some(offer.purch_amt);
        wake_up.lid_m = Some(offer.lid_m.clone());
        wake_up.install_recur_ind = self
            .install_recur_data
            .as_ref()
            .map(|data| data.install_recur_ind.clone());
        wake_up.od = OD.to_vec();
        self.keep(Order::Offered(offer));
        wake_up.to_octets().expect("all fields can be written")
    }

    /// So much of the unit of the price.
    #[must_use]
    pub fn amount(&self, count: u64) -> CurrencyAmount {
        CurrencyAmount {
            amount: count,
            ..self.price
        }
    }

    /// The order with this number.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[must_use]
    pub fn order(&self, number: u8) -> Order {
        let order = self.orders.orders.get([number].as_slice());
        order.expect("there is such an order").clone()
    }

    /// Stores the next state of an order.
    pub fn keep(&mut self, order: Order) {
        let lid_m = order.offer().lid_m.as_octets().to_vec();
        self.orders.orders.insert(lid_m, order);
    }

    /// Keys and trust for one request; what it teaches is forgotten with it.
    pub(super) fn merchant(&self) -> Merchant {
        self.merchant.clone()
    }

    fn by_xid(&self, xid: Xid) -> Result<Order, PeerFault> {
        let mut orders = self.orders.orders.values();
        let found = orders.find(|order| order.trans_ids().is_some_and(|ids| ids.xid == xid));
        found.cloned().ok_or(PeerFault::UnknownXid)
    }

    fn p_init(&mut self, header: &MessageHeader, request: &PInitReq) -> Result<Vec<u8>, Error> {
        let lid_m = request.local_id_m.as_ref().ok_or(PeerFault::UnknownLid)?;
        let offer = match self.orders.orders.get(lid_m.as_octets()) {
            Some(Order::Offered(offer)) => offer.clone(),
            Some(Order::Initiated(state)) => state.offer.clone(),
            Some(_) => return Err(PLACED.into()),
            None => return Err(PeerFault::UnknownLid.into()),
        };
        let context = self.tools.context();
        let (state, answer) = p_init::p_init(&context, &self.merchant, header, request, offer)?;
        self.keep(Order::Initiated(state));
        Ok(answer)
    }

    fn p_req(&mut self, header: &MessageHeader, request: &PReq) -> Result<Vec<u8>, Error> {
        let oi_data = match request {
            PReq::PReqDualSigned(signed) => &signed.oi_dual_signed.t1,
            PReq::PReqUnsigned(unsigned) => &unsigned.oi_unsigned.t1,
        };
        let Order::Initiated(state) = self.by_xid(oi_data.trans_ids.xid)? else {
            return Err(PLACED.into());
        };
        let context = self.tools.context();
        let mut merchant = self.merchant();
        let ordered = p_req::p_req(&context, &mut merchant, header, request, state)?;
        let (trans_ids, rrpid) = (ordered.initiated.trans_ids.clone(), ordered.rrpid);
        let chall_c = ordered.chall_c;
        let order = Order::from(ordered);
        let answer = p_res::p_res(&context, &merchant, &trans_ids, rrpid, chall_c, &order)?;
        self.keep(order);
        Ok(answer)
    }
}

impl Server for Shop {
    type Store = Orders;

    fn answer(&mut self, octets: &[u8]) -> Result<Vec<u8>, Refused> {
        answers::answer(self, octets)
    }

    fn store(&self) -> &Orders {
        &self.orders
    }

    fn answers(&self) -> &Answers {
        &self.answers
    }

    fn restarted(&self) -> Self {
        Self {
            tools: self.tools.restarted(),
            merchant: self.merchant(),
            price: self.price,
            install_recur_data: self.install_recur_data.clone(),
            orders: self.orders.clone(),
            answers: self.answers.clone(),
        }
    }
}

impl Desk for Shop {
    fn tools(&self) -> &Tools {
        &self.tools
    }

    fn identity(&self) -> &Identity {
        &self.merchant.signature
    }

    fn serves(message: &Message) -> bool {
        matches!(
            message,
            Message::PInitReq(_) | Message::PReq(_) | Message::InqReq(_)
        )
    }

    fn answers_mut(&mut self) -> &mut Answers {
        &mut self.answers
    }

    fn treat(&mut self, header: &MessageHeader, message: &Message) -> Result<Vec<u8>, Error> {
        match message {
            Message::PInitReq(request) => self.p_init(header, request),
            Message::PReq(request) => self.p_req(header, request),
            Message::InqReq(request) => {
                let order = self.by_xid(inq::unverified(request)?.trans_ids.xid)?;
                let mut merchant = self.merchant();
                inq::inq(
                    &self.tools.context(),
                    &mut merchant,
                    header,
                    request,
                    &order,
                )
            }
            other => Err(PeerFault::MessageNotSupported(other.name()).into()),
        }
    }
}

const PLACED: PeerFault = PeerFault::Unspecified("the order was placed before");
