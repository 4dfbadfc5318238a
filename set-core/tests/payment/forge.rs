//! Requests that no honest wallet or shop makes, under their true keys.

use set_core::asn1::{Raw, oid};
use set_core::exchange::context::ids_of;
use set_core::merchant::order::Ordered;
use set_core::msg::back_key::BackKeyData;
use set_core::msg::message::Message;
use set_core::msg::payment::account::{PanData, PanToken};
use set_core::msg::payment::auth_req::{
    AuthReq, AuthReqData, AuthReqItem, AuthReqPayload, AuthReqTbs, AuthTags, CheckDigests,
    MerchData,
};
use set_core::msg::payment::p_req::{Inputs, Pi, PiHead, PiOiLink};
use set_core::msg::tags::{MerTermIds, RrTags};
use set_core::secret::ExNonce;
use set_core::treatment::enc::Types;
use set_core::treatment::{enc_b, exh, hmac};
use set_testkit::resign;

use crate::rig::{Rig, cents};

/// The payment instruction of an order in clear, to be spoilt.
pub(crate) struct Instruction {
    pub(crate) head: PiHead,
    pub(crate) pan_data: PanData,
}

pub(crate) fn instruction(rig: &Rig, ordered: &Ordered) -> Instruction {
    let context = rig.world.context();
    let trans_ids = ordered.initiated.trans_ids.clone();
    let secret = rig.card.pan_secret.expose();
    Instruction {
        head: PiHead {
            inputs: Inputs {
                hod: ordered.hod.clone(),
                purch_amt: ordered.initiated.offer.purch_amt,
            },
            merchant_id: rig.merchant.merchant_id().unwrap(),
            install_recur_data: None,
            trans_stain: hmac::hmac(context.crypto, &trans_ids.xid, secret).unwrap(),
            sw_ident: rig.world.sw_ident.clone(),
            acq_back_key_data: None,
            pi_extensions: None,
            trans_ids,
        },
        pan_data: PanData {
            pan: rig.card.pan.duplicate(),
            card_expiry: rig.card.card_expiry.duplicate(),
            pan_secret: rig.card.pan_secret.duplicate(),
            ex_nonce: ExNonce::random(context.crypto).unwrap(),
        },
    }
}

impl Instruction {
    pub(crate) fn with_back_key(mut self, back_key: BackKeyData) -> Self {
        self.head.acq_back_key_data = Some(back_key);
        self
    }

    /// Dual-signed by the cardholder, for the order.
    pub(crate) fn dual_sign(self, rig: &Rig, ordered: &Ordered) -> Raw<Pi> {
        resign::dual_signed(
            rig.world.context().crypto,
            &rig.card.identity,
            &rig.gateway.encryption,
            self.head,
            self.pan_data,
            &ordered.h_oi_data,
        )
    }

    /// Not signed at all.
    pub(crate) fn unsigned(self, rig: &Rig, ordered: &Ordered) -> Raw<Pi> {
        let link = Raw::new(PiOiLink {
            t1: Raw::new(self.head).unwrap(),
            t2: ordered.h_oi_data.clone(),
        })
        .unwrap();
        let token = PanToken {
            pan: self.pan_data.pan,
            card_expiry: self.pan_data.card_expiry,
            ex_nonce: self.pan_data.ex_nonce,
        };
        let sealed = exh::exh(
            rig.world.context().crypto,
            &rig.gateway.encryption.recipient(),
            oid::content::PI_UNSIGNED_TBE,
            &link,
            &token,
        )
        .unwrap();
        Raw::new(Pi::PiUnsigned(sealed)).unwrap()
    }
}

/// An honest AuthReq about the order, altered before it is signed.
pub(crate) fn auth_req(
    rig: &Rig,
    ordered: &Ordered,
    alter: impl FnOnce(&mut AuthReqData),
) -> Vec<u8> {
    let context = rig.world.context();
    let rrpid = context.fresh_rrpid().unwrap();
    let mut data = AuthReqData {
        auth_req_item: AuthReqItem {
            auth_tags: AuthTags {
                auth_rr_tags: RrTags {
                    rrpid,
                    mer_term_ids: MerTermIds {
                        merchant_id: rig.merchant.merchant_id().unwrap(),
                        terminal_id: None,
                        agent_num: None,
                        chain_num: None,
                        store_num: None,
                    },
                    current_date: context.now,
                },
                trans_ids: ordered.initiated.trans_ids.clone(),
                auth_ret_num: None,
            },
            check_digests: Some(CheckDigests {
                h_oi_data: ordered.h_oi_data.clone(),
                hod2: ordered.hod.clone(),
            }),
            auth_req_payload: AuthReqPayload {
                subsequent_auth_ind: false,
                auth_req_amt: cents(12_950),
                avs_data: None,
                special_processing: None,
                card_suspect: None,
                request_card_type_ind: false,
                install_recur_data: None,
                market_spec_auth_data: None,
                merch_data: MerchData {
                    merch_cat_code: None,
                    merch_group: None,
                },
                a_rq_extensions: None,
            },
        },
        m_thumbs: None,
        capture_now: false,
        sale_detail: None,
    };
    alter(&mut data);
    let trans_ids = data.auth_req_item.auth_tags.trans_ids.clone();
    let mut attached = rig.merchant.signature.attached();
    attached
        .certificates
        .push(rig.merchant.encryption.certificate.to_opaque());
    let enc = enc_b::enc_b::<AuthReqTbs, _, _>(
        context.crypto,
        &[rig.merchant.signature.signer()],
        &rig.gateway.encryption.recipient(),
        Types {
            tbe: oid::content::AUTH_REQ_TBE,
            tbs: oid::content::AUTH_REQ_TBS,
        },
        &Raw::new(data).unwrap(),
        oid::content::PI,
        &ordered.pi,
        &attached,
    )
    .unwrap();
    let request = AuthReq {
        enc,
        baggage: ordered.pi.clone(),
    };
    context
        .wrap(
            Message::AuthReq(Box::new(request)),
            Some(rrpid),
            Some(ids_of(&trans_ids)),
        )
        .unwrap()
}
