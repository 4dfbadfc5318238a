//! What is asked after every step, and of every secret at the end.

use set_core::asn1::Raw;
use set_core::merchant::Sale;
use set_core::merchant::order::Ordered;
use set_core::msg::ids::{Challenge, MerchantId, Xid};
use set_core::msg::payment::auth_res::AuthCode;
use set_core::msg::payment::p_init::PInitResData;
use set_core::msg::payment::p_req::{PReq, Pi};
use set_core::msg::payment::p_res::PResData;
use set_core::msg::tags::TransIds;

use super::{Paid, World, digest, oi_data, signature, value_of};
use crate::Violation;

impl World {
    /// Cardholder verifies PInitRes: what an honest merchant is said to offer, it offered, in
    /// this transaction and to this request.
    pub(super) fn offered(
        &self,
        trans_ids: &TransIds,
        chall_c: Challenge,
    ) -> Result<(), Violation> {
        let said =
            |data: &Raw<PInitResData>| data.trans_ids == *trans_ids && data.chall_c == chall_c;
        match self.truth.p_inits.iter().any(said) {
            true => Ok(()),
            false => Err(Violation::of("wallet: never offered", trans_ids.xid)),
        }
    }

    /// Cardholder verifies PRes: the merchant said just that.
    pub(super) fn outcome(&self, content: &Raw<PResData>) -> Result<(), Violation> {
        match self.truth.p_reses.contains(content) {
            true => Ok(()),
            false => Err(Violation::of("wallet: never told", content)),
        }
    }
    /// Merchant verifies a signed PReq: the cardholder whose certificate it names ordered just
    /// that, at that price. Whether from this merchant only the payment instruction says: the
    /// merchant knows it with AuthRes.
    pub(super) fn ordered(&self, message: &PReq, ordered: &Ordered) -> Result<(), Violation> {
        let Some(signed) = signature(message) else {
            return Ok(());
        };
        let Some(wallet) = self.honest_wallet(signed) else {
            return Ok(());
        };
        let same = |paid: &&Paid| {
            paid.wallet == wallet
                && paid.xid == ordered.initiated.trans_ids.xid
                && paid.h_oi_data == ordered.h_oi_data.digest
                && paid.cents == ordered.initiated.offer.purch_amt.amount
        };
        match self.truth.paid.iter().find(same) {
            Some(_) => Ok(()),
            None => Err(Violation::of("merchant: never ordered", ordered.hod.digest)),
        }
    }

    /// What a merchant takes that does not verify the signature.
    pub(super) fn taken_anyway(&self, message: &PReq) -> Result<(), Violation> {
        let Some(wallet) = signature(message).and_then(|signed| self.honest_wallet(signed)) else {
            return Ok(());
        };
        let h_oi_data = digest(oi_data(message));
        let same = |paid: &&Paid| paid.wallet == wallet && paid.h_oi_data == h_oi_data;
        match self.truth.paid.iter().find(same) {
            Some(_) => Ok(()),
            None => Err(Violation::of("merchant: never ordered", h_oi_data)),
        }
    }

    /// Gateway verifies AuthReq: an honest cardholder whose instruction it is agreed to pay this
    /// merchant in this transaction, and no less.
    pub(super) fn asked(
        &self,
        merchant_id: &MerchantId,
        xid: Xid,
        cents: u64,
        pi: &Pi,
    ) -> Result<(), Violation> {
        let books = &self.street.acquirer.books.authorizations;
        let in_force = |record: &&set_core::gateway::record::Authorization| {
            record.trans_ids.xid == xid && record.in_force()
        };
        if books.iter().filter(in_force).count() > 1 {
            return Err(Violation::of("gateway: paid twice", xid));
        }
        let Pi::PiDualSigned(signed) = pi else {
            return Ok(());
        };
        let Some(wallet) = self.honest_wallet(&signed.pi_signature) else {
            return Ok(());
        };
        let value = value_of(&signed.pi_signature);
        let same = |paid: &&Paid| {
            paid.wallet == wallet
                && paid.signature == value
                && paid.xid == xid
                && paid.merchant_id == *merchant_id
                && paid.cents >= cents
        };
        match self.truth.paid.iter().find(same) {
            Some(_) => Ok(()),
            None => Err(Violation::of("gateway: never agreed", (merchant_id, xid))),
        }
    }

    /// Merchant verifies AuthRes: the honest gateway approved that.
    pub(super) fn authorized(&self, sale: &Sale) -> Result<(), Violation> {
        let payment = sale.payments.last().unwrap();
        let merchant_id = self.street.shop.merchant.merchant_id().unwrap();
        let mut records = self.street.acquirer.books.authorizations.iter();
        let approved = records.any(|record| {
            record.trans_ids.xid == sale.trans_ids().xid
                && record.auth_rrpid == payment.auth_rrpid
                && record.merchant_id == merchant_id
                && record.auth_amt == payment.amount
                && record.auth_code == AuthCode::Approved
        });
        if !approved {
            let xid = sale.trans_ids().xid;
            return Err(Violation::of("merchant: never approved", xid));
        }
        // So the gateway has seen whom the cardholder meant to pay.
        let Pi::PiDualSigned(signed) = &*sale.ordered.pi else {
            return Ok(());
        };
        let value = value_of(&signed.pi_signature);
        let mut paid = self
            .truth
            .paid
            .iter()
            .filter(|paid| paid.signature == value);
        match paid.all(|paid| paid.merchant_id == merchant_id) {
            true => Ok(()),
            false => Err(Violation::of("merchant: not meant", sale.trans_ids().xid)),
        }
    }

    /// The PAN stays secret, and PANSecret with it, of everybody who was never led to a
    /// dishonest gateway that the brand certified.
    pub(super) fn secrets(&self) -> Result<(), Violation> {
        for (number, wallet) in self.wallets.iter().enumerate() {
            let disclosed = |paid: &Paid| paid.wallet == number && paid.to_rogue;
            if self.truth.paid.iter().any(disclosed) {
                continue;
            }
            let knowledge = self.adversary.knowledge();
            if knowledge.knows(wallet.card.pan.expose().as_bytes()) {
                return Err(Violation::of("secrecy: the PAN", number));
            }
            if knowledge.knows(wallet.card.pan_secret.expose()) {
                return Err(Violation::of("secrecy: the PANSecret", number));
            }
        }
        Ok(())
    }
}
