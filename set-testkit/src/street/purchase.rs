//! The requests of a purchase, each made where the one before it left off.

use set_core::cardholder::inquiry::{Inquiring, Placed};
use set_core::cardholder::purchase::{Initiating, Offered, Ordering, Wish};
use set_core::merchant::order::{Authorized, Authorizing, Capturing, Order};
use set_core::merchant::{authorize, capture, p_cert};
use set_core::msg::ids::Language;
use set_core::msg::payment::p_cert::BrandAndBin;
use set_core::wake_up::WakeUp;

use super::{Server, Street, Wallet, amount};

/// The order that the functions below are about.
const ORDER: u8 = 1;

impl Wallet {
    /// What a wake-up is about, wished in English.
    ///
    /// # Panics
    ///
    /// When it is not a complete wake-up for a payment.
    #[must_use]
    pub fn wish(&self, wake_up: &[u8]) -> Wish {
        let wake_up = WakeUp::parse(wake_up).expect("it is a wake-up");
        let payment = wake_up.payment().expect("it is about a payment");
        let brand = payment.brands.first().expect("a brand is accepted");
        Wish {
            od: payment.od.to_vec(),
            purch_amt: payment.purch_amt,
            brand_id: brand.brand_id.clone(),
            language: Language::new("en").expect("it is a language"),
            lid_m: payment.lid_m.cloned(),
            install_recur_data: wake_up.install_recur_data(),
        }
    }
}

impl Street {
    /// The shop offers order 1 and wakes the wallet up, which asks for the transaction.
    ///
    /// # Panics
    ///
    /// When the wallet cannot ask.
    pub fn p_init_req(&mut self) -> (Initiating, Vec<u8>) {
        let wake_up = self.shop.offer(ORDER);
        let wallet = &self.wallet;
        let wish = wallet.wish(&wake_up);
        let bin = wallet.card.bin().expect("the card has a BIN");
        Initiating::start(&wallet.tools.context(), wish, bin, &wallet.trust)
            .expect("PInitReq can be made")
    }

    /// The wallet's state after PInitRes.
    ///
    /// # Panics
    ///
    /// When any step fails.
    pub fn offered(&mut self) -> Offered {
        let (state, request) = self.p_init_req();
        let answer = self.shop.answer(&request).expect("PInitReq is answered");
        let wallet = &mut self.wallet;
        state
            .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
            .expect("PInitRes is good")
    }

    /// The cardholder agreed.
    ///
    /// # Panics
    ///
    /// When any step fails.
    pub fn p_req(&mut self) -> (Ordering, Vec<u8>) {
        let offered = self.offered();
        let wallet = &self.wallet;
        offered
            .pay(&wallet.tools.context(), &wallet.card)
            .expect("PReq can be made")
    }

    /// What the wallet remembers of order 1, once it was placed.
    ///
    /// # Panics
    ///
    /// When any step fails.
    pub fn placed(&mut self) -> Placed {
        let (state, request) = self.p_req();
        let answer = self.shop.answer(&request).expect("PReq is answered");
        let wallet = &mut self.wallet;
        let (placed, _) = state
            .handle(&wallet.tools.context(), &answer, &mut wallet.trust)
            .expect("PRes is good");
        placed
    }

    /// The wallet asks about an order.
    ///
    /// # Panics
    ///
    /// When it cannot ask.
    #[must_use]
    pub fn inq_req(&self, placed: Placed) -> (Inquiring, Vec<u8>) {
        let wallet = &self.wallet;
        Inquiring::start(&wallet.tools.context(), placed, &wallet.card.identity)
            .expect("InqReq can be made")
    }

    /// The merchant asks for an authorization of order 1, which was placed, and stores that
    /// it did.
    ///
    /// # Panics
    ///
    /// When the order is in another state.
    pub fn auth_req(&mut self, cents: u64, capture_now: bool) -> (Authorizing, Vec<u8>) {
        let shop = &mut self.shop;
        let ordered = match shop.order(ORDER) {
            Order::Ordered(state) => Ok(state),
            other => Err(other.state()),
        }
        .expect("the order is placed");
        let (context, amount) = (shop.tools.context(), amount(cents));
        let (state, octets) =
            authorize::authorize(&context, &shop.merchant, ordered, amount, capture_now)
                .expect("AuthReq can be made");
        shop.keep(Order::Authorizing(state.clone()));
        (state, octets)
    }

    /// Order 1, placed and authorized in full.
    ///
    /// # Panics
    ///
    /// When any step fails.
    pub fn authorized(&mut self) -> Authorized {
        self.placed();
        let (state, request) = self.auth_req(12_950, false);
        let answer = self.acquirer.answer(&request).expect("AuthReq is answered");
        let shop = &mut self.shop;
        let answer = state
            .handle(&shop.tools.context(), &mut shop.merchant, &answer)
            .expect("AuthRes is good");
        let order = Order::from(answer.outcome);
        shop.keep(order.clone());
        match order {
            Order::Authorized(state) => Ok(state),
            other => Err(other.state()),
        }
        .expect("the host approved")
    }

    /// The merchant asks for the capture of order 1, which was authorized, and stores that
    /// it did.
    ///
    /// # Panics
    ///
    /// When it cannot ask.
    pub fn cap_req(&mut self, authorized: Authorized, cents: u64) -> (Vec<Capturing>, Vec<u8>) {
        let shop = &mut self.shop;
        let orders = vec![(authorized, amount(cents))];
        let (states, octets) = capture::capture(&shop.tools.context(), &shop.merchant, orders)
            .expect("CapReq can be made");
        for state in &states {
            shop.keep(Order::Capturing(state.clone()));
        }
        (states, octets)
    }

    /// The merchant asks for the gateway's encryption certificate.
    ///
    /// # Panics
    ///
    /// When it cannot ask.
    #[must_use]
    pub fn p_cert_req(&self) -> (p_cert::Asking, Vec<u8>) {
        let shop = &self.shop;
        let wanted = vec![BrandAndBin {
            brand_id: crate::hierarchy::BRAND.parse().expect("the brand is good"),
            bin: None,
        }];
        p_cert::p_cert(&shop.tools.context(), &shop.merchant, wanted).expect("PCertReq can be made")
    }
}
