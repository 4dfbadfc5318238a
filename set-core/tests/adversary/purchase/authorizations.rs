//! Between merchants and the gateway.

use set_core::merchant::sale::Waiting;
use set_core::merchant::{Sale, authorize};
use set_core::msg::message::Message;
use set_core::msg::payment::auth_req::AuthReqTbs;
use set_core::msg::payment::auth_res::AuthCode;
use set_core::treatment::{enc, s};
use set_testkit::rogues::ROGUE_MERCHANT;
use set_testkit::street::{Server as _, amount};

use super::{AUTH_REQ, Fault, World};
use crate::{Violation, decoded, readdressed};

impl World {
    /// The merchant asks the gateway about an order.
    pub(super) fn ask_for_authorization(&mut self) {
        let Some(sale) = self.some_sale(|sale| sale.waiting.is_none() && sale.payments.is_empty())
        else {
            return;
        };
        let cents = sale.ordered.initiated.offer.purch_amt.amount;
        let wish = authorize::Wish::of(amount(cents));
        let xid = sale.trans_ids().xid;
        let (sale, request) = self.street.shop.auth_req(sale, wish);
        let rrpid = sale.waiting.as_ref().unwrap().rrpid();
        self.truth.auth_reqs.push((xid, rrpid, cents));
        self.adversary.hear(&request);
    }

    /// Some AuthReq, as it was or otherwise, reaches the gateway.
    pub(super) fn deliver_to_gateway(&mut self) -> Result<(), Violation> {
        let Some(request) = self
            .adversary
            .any(|heard| heard.message.name() == "AuthReq")
        else {
            return Ok(());
        };
        let (request, _) = self.adversary.tamper(&request);
        self.at_gateway(&request)
    }

    pub(super) fn at_gateway(&mut self, request: &[u8]) -> Result<(), Violation> {
        let Message::AuthReq(message) = decoded(request).message else {
            return Ok(());
        };
        let before = self.street.acquirer.books.authorizations.len();
        let answer = self.street.acquirer.answer(request);
        let answer = answer.or_else(|refused| refused.answer.ok_or(()));
        self.adversary.hear(&answer.unwrap_or_default());
        let books = &self.street.acquirer.books;
        for record in books
            .authorizations
            .iter()
            .skip(before)
            .cloned()
            .collect::<Vec<_>>()
        {
            self.reached.asked += 1;
            let cents = record.auth_amt.amount;
            let xid = record.trans_ids.xid;
            self.asked(&record.merchant_id, xid, cents, &message.baggage)?;
            let known = &self.truth.auth_reqs;
            if record.merchant_id.as_str() != ROGUE_MERCHANT
                && !known.contains(&(xid, record.auth_rrpid, cents))
            {
                return Err(Violation::of("gateway: the merchant never asked", xid));
            }
        }
        if self.rules.fault == Some(Fault::GatewayComparesNothing)
            && self.street.acquirer.books.authorizations.len() == before
        {
            let key = &self.street.acquirer.gateway.encryption.key;
            let crypto = self.street.acquirer.tools.context().crypto;
            if let Ok(signed) = enc::open(crypto, key, AUTH_REQ, &message.enc)
                && let Ok(tbs) = s::unverified::<AuthReqTbs>(&signed, AUTH_REQ.tbs)
            {
                let item = &tbs.t1.auth_req_item;
                let merchant_id = item.auth_tags.auth_rr_tags.mer_term_ids.merchant_id.clone();
                let cents = item.auth_req_payload.auth_req_amt.amount;
                let xid = item.auth_tags.trans_ids.xid;
                self.asked(&merchant_id, xid, cents, &message.baggage)?;
            }
        }
        Ok(())
    }

    /// Some AuthRes, as it was or otherwise, reaches the merchant.
    pub(super) fn deliver_authorization(&mut self) -> Result<(), Violation> {
        let waits = |sale: &Sale| matches!(sale.waiting, Some(Waiting::Authorization(_)));
        let Some(sale) = self.some_sale(waits) else {
            return Ok(());
        };
        let rrpid = sale.waiting.as_ref().unwrap().rrpid();
        let answer = match self.adversary.prng.one_in(5) {
            true => self
                .adversary
                .any(|heard| heard.message.name() == "AuthRes"),
            false => self.adversary.answer_to(rrpid, "AuthRes"),
        };
        let Some(answer) = answer else {
            return Ok(());
        };
        let (answer, _) = self.adversary.tamper(&readdressed(&answer, rrpid));
        let shop = &mut self.street.shop;
        let context = shop.tools.context();
        // What an answer teaches of certificates is not forgotten: it is the gateway's.
        let Ok(answer) = authorize::handle(&context, &mut shop.merchant, sale, &answer) else {
            return Ok(());
        };
        shop.keep(answer.sale.clone().into());
        if answer.auth_code == AuthCode::Approved {
            self.reached.authorized += 1;
            self.authorized(&answer.sale)?;
        }
        Ok(())
    }
}
