//! The requests of a purchase, each made where the one before it left off.

use set_core::cardholder::inquiry::{Inquiring, Placed};
use set_core::cardholder::purchase::{Initiating, Offered, Ordering, Wish};
use set_core::exchange::CapRevOrCred;
use set_core::merchant::{Order, Sale, authorize, batch_admin, capture, correct, p_cert, reverse};
use set_core::msg::ids::Language;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::batch_admin::BatchAdminResData;
use set_core::msg::payment::cap::CapCode;
use set_core::msg::payment::cap_rev_or_cred::CapRevOrCredCode;
use set_core::msg::payment::p_cert::BrandAndBin;
use set_core::wake_up::WakeUp;

use super::{Server, Shop, Street, Wallet};

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

impl Shop {
    /// What came of order `number`, which was placed.
    ///
    /// # Panics
    ///
    /// When it was not placed.
    #[must_use]
    pub fn sale(&self, number: u8) -> Sale {
        match self.order(number) {
            Order::Placed(sale) => Ok(sale),
            other => Err(other.state()),
        }
        .expect("the order is placed")
    }

    /// Asks for an authorization, and stores that it did.
    ///
    /// # Panics
    ///
    /// When it cannot ask.
    pub fn auth_req(&mut self, sale: Sale, wish: authorize::Wish) -> (Sale, Vec<u8>) {
        let context = self.tools.context();
        let (sale, octets) = authorize::authorize(&context, &self.merchant, sale, wish)
            .expect("AuthReq can be made");
        self.keep(sale.clone().into());
        (sale, octets)
    }

    /// Asks that only `cents` be left of a sale's last authorization.
    ///
    /// # Panics
    ///
    /// When it cannot ask.
    pub fn auth_rev_req(&mut self, sale: Sale, cents: u64) -> (Sale, Vec<u8>) {
        let auth_rrpid = sale.payments.last().expect("it is authorized").auth_rrpid;
        let (context, left) = (self.tools.context(), self.amount(cents));
        let (sale, octets) = reverse::reverse(&context, &self.merchant, sale, auth_rrpid, left)
            .expect("AuthRevReq can be made");
        self.keep(sale.clone().into());
        (sale, octets)
    }

    /// Asks for captures, and stores that it did.
    ///
    /// # Panics
    ///
    /// When it cannot ask.
    pub fn cap_req(&mut self, sales: Vec<(Sale, Vec<capture::Wish>)>) -> (Vec<Sale>, Vec<u8>) {
        let context = self.tools.context();
        let (sales, octets) =
            capture::capture(&context, &self.merchant, sales, None).expect("CapReq can be made");
        for sale in &sales {
            self.keep(sale.clone().into());
        }
        (sales, octets)
    }

    /// Asks for one correction, and stores that it did.
    ///
    /// # Panics
    ///
    /// When it cannot ask.
    pub fn correction(
        &mut self,
        what: CapRevOrCred,
        sale: Sale,
        wish: correct::Wish,
    ) -> (Vec<Sale>, Vec<u8>) {
        let context = self.tools.context();
        let asked = vec![(sale, vec![wish])];
        let (sales, octets) = correct::correct(&context, &self.merchant, what, asked, None)
            .expect("the request can be made");
        for sale in &sales {
            self.keep(sale.clone().into());
        }
        (sales, octets)
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
    pub fn auth_req(&mut self, cents: u64, capture_now: bool) -> (Sale, Vec<u8>) {
        let wish = authorize::Wish {
            capture_now,
            ..authorize::Wish::of(self.shop.amount(cents))
        };
        let sale = self.shop.sale(ORDER);
        self.shop.auth_req(sale, wish)
    }

    /// Order 1, placed and authorized in full.
    ///
    /// # Panics
    ///
    /// When any step fails.
    pub fn authorized(&mut self) -> Sale {
        self.placed();
        let answer = self.authorize(authorize::Wish::of(self.shop.price));
        assert_eq!(answer.auth_code, AuthCode::Approved);
        answer.sale
    }

    /// An authorization of order 1, asked for and answered.
    ///
    /// # Panics
    ///
    /// When any step fails.
    pub fn authorize(&mut self, wish: authorize::Wish) -> authorize::Answer {
        let sale = self.shop.sale(ORDER);
        let (sale, request) = self.shop.auth_req(sale, wish);
        let answer = self.acquirer.answer(&request).expect("AuthReq is answered");
        let shop = &mut self.shop;
        let context = shop.tools.context();
        let answer = authorize::handle(&context, &mut shop.merchant, sale, &answer)
            .expect("AuthRes is good");
        shop.keep(answer.sale.clone().into());
        answer
    }

    /// The first authorization of a sale lowered, asked for and answered.
    ///
    /// # Panics
    ///
    /// When any step fails.
    pub fn reverse(&mut self, sale: Sale, cents: u64) -> reverse::Answer {
        let (sale, request) = self.shop.auth_rev_req(sale, cents);
        let answer = self.acquirer.answer(&request);
        let answer = answer.expect("AuthRevReq is answered");
        let shop = &mut self.shop;
        let context = shop.tools.context();
        let answer = reverse::handle(&context, &mut shop.merchant, sale, &answer)
            .expect("AuthRevRes is good");
        shop.keep(answer.sale.clone().into());
        answer
    }

    /// The merchant asks for the capture of order 1, which was authorized, and stores that
    /// it did.
    ///
    /// # Panics
    ///
    /// When it cannot ask.
    pub fn cap_req(&mut self, sale: Sale, cents: u64) -> (Vec<Sale>, Vec<u8>) {
        let wish = capture::Wish {
            auth_rrpid: sale.payments.last().expect("it is authorized").auth_rrpid,
            amount: self.shop.amount(cents),
            sale_detail: None,
        };
        self.shop.cap_req(vec![(sale, vec![wish])])
    }

    /// The last authorization of a sale captured, asked for and answered.
    ///
    /// # Panics
    ///
    /// When any step fails.
    pub fn capture(&mut self, sale: Sale, cents: u64) -> (Sale, CapCode) {
        let (sales, request) = self.cap_req(sale, cents);
        let answer = self.acquirer.answer(&request).expect("CapReq is answered");
        let shop = &mut self.shop;
        let context = shop.tools.context();
        let mut answers =
            capture::handle(&context, &mut shop.merchant, sales, &answer).expect("CapRes is good");
        let answer = answers.pop().expect("one sale was asked about");
        shop.keep(answer.sale.clone().into());
        let code = answer.cap_codes.first().expect("one item was asked about");
        (answer.sale, *code)
    }

    /// One correction of a sale, asked for and answered.
    ///
    /// # Panics
    ///
    /// When any step fails.
    pub fn correct(
        &mut self,
        what: CapRevOrCred,
        sale: Sale,
        wish: correct::Wish,
    ) -> (Sale, CapRevOrCredCode) {
        let (sales, request) = self.shop.correction(what, sale, wish);
        let answer = self.acquirer.answer(&request);
        let answer = answer.expect("the request is answered");
        let shop = &mut self.shop;
        let context = shop.tools.context();
        let mut answers = correct::handle(&context, &mut shop.merchant, sales, &answer)
            .expect("the response is good");
        let answer = answers.pop().expect("one sale was asked about");
        shop.keep(answer.sale.clone().into());
        let code = answer.codes.first().expect("one item was asked about");
        (answer.sale, *code)
    }

    /// A batch administered, asked for and answered.
    ///
    /// # Panics
    ///
    /// When any step fails.
    pub fn administer(&mut self, wish: batch_admin::Wish) -> BatchAdminResData {
        let shop = &mut self.shop;
        let (state, request) =
            batch_admin::batch_admin(&shop.tools.context(), &shop.merchant, wish)
                .expect("BatchAdminReq can be made");
        let answer = self.acquirer.answer(&request);
        let answer = answer.expect("BatchAdminReq is answered");
        state
            .handle(&shop.tools.context(), &mut shop.merchant, &answer)
            .expect("BatchAdminRes is good")
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
        p_cert::p_cert(
            &shop.tools.context(),
            std::slice::from_ref(&shop.merchant),
            wanted,
        )
        .expect("PCertReq can be made")
    }
}
