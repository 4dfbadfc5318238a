//! Requests and answers that dishonest parties put together of what they know.

use set_core::asn1::{Raw, SeqOf, oid};
use set_core::merchant::order::{Initiated, Ordered};
use set_core::merchant::sale::Waiting;
use set_core::merchant::{Offer, Sale, authorize};
use set_core::msg::ids::{BrandId, Challenge};
use set_core::msg::message::Message;
use set_core::msg::payment::auth_req::AuthTags;
use set_core::msg::payment::auth_res::{
    AuthCode, AuthHeader, AuthRes, AuthResB, AuthResBaggage, AuthResData, AuthResPayload,
    AuthResTbs, ResponseData,
};
use set_core::msg::payment::p_req::{PReq, Pi};
use set_core::party::identity::recipient;
use set_core::treatment::enc::Types;
use set_core::treatment::{dd, enc_b};
use set_testkit::hierarchy::BRAND;
use set_testkit::street::amount;

use super::{World, oi_data};
use crate::Violation;

impl World {
    /// The dishonest merchant puts together an AuthReq around a payment instruction.
    pub(super) fn compose_auth_req(&mut self) -> Result<(), Violation> {
        let (Some(one), Some(other)) = (self.any_p_req(), self.any_p_req()) else {
            return Ok(());
        };
        let mix = self.adversary.prng.one_in(4);
        let order = if mix { &other } else { &one };
        let oi_data = oi_data(order);
        let crypto = &self.rogue.tools.crypto;
        let pi = match &*one {
            PReq::PReqDualSigned(signed) => Pi::PiDualSigned(signed.pi_dual_signed.clone()),
            PReq::PReqUnsigned(unsigned) => Pi::PiUnsigned(unsigned.pi_unsigned.clone()),
        };
        let offer = Offer {
            lid_m: oi_data.trans_ids.lid_m.clone().unwrap(),
            od: der::asn1::OctetString::new(b"goods".as_slice()).unwrap(),
            purch_amt: amount(12_950),
            brands: SeqOf::one(BrandId::new(BRAND).unwrap()),
            install_recur_data: None,
        };
        let ordered = Ordered {
            initiated: Initiated {
                offer,
                trans_ids: oi_data.trans_ids.clone(),
                chall_m: Challenge::new([0; 20]),
                brand_id: oi_data.brand_id.clone(),
                bin: oi_data.bin.clone(),
            },
            rrpid: oi_data.rrpid,
            chall_c: oi_data.chall_c,
            h_oi_data: dd::dd(crypto, oid::content::OI_DATA, oi_data).unwrap(),
            hod: oi_data.hod.clone(),
            pi: Raw::new(pi).unwrap(),
            date: self.street.clock.now(),
        };
        let cents =
            [1, 12_950, 99_999][usize::try_from(self.adversary.prng.between(0, 2)).unwrap()];
        let context = self.rogue.tools.context();
        let mut merchant = self.rogue.merchant.clone();
        // For the honest gateway, whomever wallets were sent to.
        merchant.gateways.clear();
        let gateway = &self.street.acquirer.gateway.encryption.certificate;
        let mut trust = self.street.shop.merchant.trust.clone();
        for own in [&merchant.signature, &merchant.encryption] {
            trust.hold(own.certificate.clone());
        }
        trust.hold(gateway.clone());
        merchant.trust = trust;
        let wish = authorize::Wish::of(amount(cents));
        let (_, request) = authorize::authorize(&context, &merchant, ordered.into(), wish).unwrap();
        self.adversary.hear(&request);
        self.at_gateway(&request)
    }

    /// The dishonest gateway approves what the honest one was asked.
    pub(super) fn compose_auth_res(&mut self) {
        if !self.rules.rogue_gateway {
            return;
        }
        let waits = |sale: &Sale| matches!(sale.waiting, Some(Waiting::Authorization(_)));
        let Some(sale) = self.some_sale(waits) else {
            return;
        };
        let Some(Waiting::Authorization(asked)) = &sale.waiting else {
            return;
        };
        // All of it can be known: the header shows the RRPID, PInitRes the rest.
        let auth_tags: AuthTags = asked.item.auth_tags.clone();
        let crypto = &self.rogue.tools.crypto;
        let baggage = Raw::new(AuthResBaggage {
            cap_token: None,
            acq_card_msg: None,
            auth_token: None,
        })
        .unwrap();
        let data = AuthResData {
            auth_tags,
            brand_crl_identifier: None,
            pe_thumb: None,
            auth_res_payload: AuthResPayload {
                auth_header: AuthHeader {
                    auth_amt: amount(sale.ordered.initiated.offer.purch_amt.amount),
                    auth_code: AuthCode::Approved,
                    response_data: ResponseData {
                        auth_val_codes: None,
                        resp_reason: None,
                        card_type: None,
                        avs_result: None,
                        log_ref_id: None,
                    },
                    batch_status: None,
                    curr_conv: None,
                },
                cap_res_payload: None,
                a_rs_extensions: None,
            },
        };
        let [signature, _] = &self.rogue_gateway;
        let data = Raw::new(data).unwrap();
        let enc = enc_b::enc_b::<AuthResTbs, _, _>(
            crypto,
            &[signature.signer()],
            &recipient(&self.street.shop.merchant.encryption.certificate),
            AUTH_RES,
            &data,
            oid::content::AUTH_RES_BAGGAGE,
            &baggage,
            &signature.attached(),
        )
        .unwrap();
        let response = AuthRes::EncB(AuthResB { enc, baggage });
        let context = self.rogue.tools.context();
        let octets = context
            .wrap(
                Message::AuthRes(Box::new(response)),
                Some(asked.rrpid),
                None,
            )
            .unwrap();
        self.adversary.hear(&octets);
    }
}

const AUTH_RES: Types = Types {
    tbe: oid::content::AUTH_RES_TBE,
    tbs: oid::content::AUTH_RES_TBS,
};
