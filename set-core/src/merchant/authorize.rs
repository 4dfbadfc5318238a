//! AuthReq → AuthRes: the merchant asks the gateway to authorize an order.

use der::asn1::OctetString;

use crate::asn1::{EncodeError, Raw, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::context::ids_of;
use crate::exchange::receive::check_ids;
use crate::exchange::{Context, extensions, receive_response};
use crate::merchant::order::{Authorized, Authorizing, Captured, Declined, Order, Ordered};
use crate::merchant::{Merchant, gateway_response};
use crate::msg::amount::CurrencyAmount;
use crate::msg::message::Message;
use crate::msg::payment::account::PanToken;
use crate::msg::payment::auth_req::{
    AuthReq, AuthReqData, AuthReqItem, AuthReqPayload, AuthReqTbs, AuthTags, CheckDigests,
    MerchData,
};
use crate::msg::payment::auth_res::{
    AuthCode, AuthRes, AuthResBaggage, AuthResData, AuthResPayload, AuthResTbs,
};
use crate::msg::payment::cap::CapCode;
use crate::msg::wrapper::MessageHeader;
use crate::party::identity::recipient;
use crate::treatment::enc::{self, Types};
use crate::treatment::{dd, enc_b, enc_x, s, so};

const REQUEST: Types = Types {
    tbe: oid::content::AUTH_REQ_TBE,
    tbs: oid::content::AUTH_REQ_TBS,
};
const RESPONSE: Types = Types {
    tbe: oid::content::AUTH_RES_TBE,
    tbs: oid::content::AUTH_RES_TBS,
};
const RESPONSE_WITH_PAN: Types = Types {
    tbe: oid::content::AUTH_RES_TBEX,
    tbs: oid::content::AUTH_RES_TBSX,
};

/// What came of an authorization.
#[derive(Debug)]
pub enum Outcome {
    /// Approved; to be captured.
    Authorized(Authorized),
    /// Approved and captured at once.
    Captured(Captured),
    /// Not approved.
    Declined(Declined),
}

impl From<Outcome> for Order {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Authorized(state) => Self::Authorized(state),
            Outcome::Captured(state) => Self::Captured(state),
            Outcome::Declined(state) => Self::Declined(state),
        }
    }
}

/// An outcome, with the account number where the gateway gave it to us.
#[derive(Debug)]
pub struct Answer {
    /// The order's next state.
    pub outcome: Outcome,
    /// The account, when our certificate asks for it and the gateway's policy allows it.
    /// Not part of any state: what is stored has no account number.
    pub pan_token: Option<PanToken>,
}

/// Asks for an authorization of `amount`, and with `capture_now` for its capture as well.
///
/// Gives the state to be stored before the octets are sent; [`Authorizing::request`] has
/// them for a retry.
///
/// # Errors
///
/// [`Error::Caller`] when no gateway certificate is held; whatever is wrong with our own
/// keys and certificates.
pub fn authorize(
    context: &Context<'_>,
    merchant: &Merchant,
    ordered: Ordered,
    amount: CurrencyAmount,
    capture_now: bool,
) -> Result<(Authorizing, Vec<u8>), Error> {
    let gateway = merchant.gateway(context)?;
    let auth_tags = AuthTags {
        auth_rr_tags: gateway_response::tags(context, merchant)?,
        trans_ids: ordered.initiated.trans_ids.clone(),
        auth_ret_num: None,
    };
    let (rrpid, trans_ids) = (auth_tags.auth_rr_tags.rrpid, auth_tags.trans_ids.clone());
    let data = Raw::new(AuthReqData {
        auth_req_item: AuthReqItem {
            auth_tags,
            check_digests: Some(CheckDigests {
                h_oi_data: ordered.h_oi_data.clone(),
                hod2: ordered.hod.clone(),
            }),
            auth_req_payload: payload(&ordered, amount),
        },
        m_thumbs: merchant.trust.thumbs(context)?,
        capture_now,
        sale_detail: None,
    })?;
    let enc = enc_b::enc_b::<AuthReqTbs, _, _>(
        context.crypto,
        &[merchant.signature.signer()],
        &recipient(gateway.certificate()),
        REQUEST,
        &data,
        oid::content::PI,
        &ordered.pi,
        &gateway_response::attached(context, merchant)?,
    )?;
    let request = AuthReq {
        enc,
        baggage: ordered.pi.clone(),
    };
    let octets = context.wrap(
        Message::AuthReq(Box::new(request)),
        Some(rrpid),
        Some(ids_of(&trans_ids)),
    )?;
    let state = Authorizing {
        ordered,
        rrpid,
        amount,
        capture_now,
        request: OctetString::new(octets.as_slice()).map_err(EncodeError::from)?,
    };
    Ok((state, octets))
}

fn payload(ordered: &Ordered, amount: CurrencyAmount) -> AuthReqPayload {
    AuthReqPayload {
        subsequent_auth_ind: false,
        auth_req_amt: amount,
        avs_data: None,
        special_processing: None,
        card_suspect: None,
        request_card_type_ind: false,
        install_recur_data: ordered.initiated.offer.install_recur_data.clone(),
        market_spec_auth_data: None,
        merch_data: MerchData {
            merch_cat_code: None,
            merch_group: None,
        },
        a_rq_extensions: None,
    }
}

impl Authorizing {
    /// Takes AuthRes.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the response: it is dropped, and the request may be sent
    /// again as it was.
    pub fn handle(
        self,
        context: &Context<'_>,
        merchant: &mut Merchant,
        octets: &[u8],
    ) -> Result<Answer, Error> {
        let (header, message) = receive_response(context, octets, self.rrpid)?;
        let Message::AuthRes(response) = message else {
            return Err(PeerFault::MessageNotSupported(message.name()).into());
        };
        let Opened {
            tbs,
            baggage,
            pan_token,
        } = open(context, merchant, *response)?;
        dd::check(
            context.crypto,
            &tbs.t2,
            oid::content::AUTH_RES_BAGGAGE,
            &baggage,
        )?;
        let data = tbs.into_value().t1;
        self.check(context, merchant, &header, &data)?;
        gateway_response::check_pe_thumb(context, merchant, data.pe_thumb.as_ref())?;
        Ok(Answer {
            outcome: self.outcome(context, data.auth_res_payload, baggage.into_value()),
            pan_token,
        })
    }

    fn check(
        &self,
        context: &Context<'_>,
        merchant: &Merchant,
        header: &MessageHeader,
        data: &AuthResData,
    ) -> Result<(), Error> {
        let ours = &self.ordered.initiated.trans_ids;
        let tags = &data.auth_tags;
        check_ids(header, &tags.trans_ids)?;
        extensions::check(
            data.auth_res_payload.a_rs_extensions.as_ref(),
            context.policy,
        )?;
        gateway_response::check_tags(&tags.auth_rr_tags, self.rrpid, merchant)?;
        if tags.trans_ids.xid != ours.xid {
            return Err(PeerFault::UnknownXid.into());
        }
        if tags.trans_ids != *ours {
            return Err(PeerFault::UnknownLid.into());
        }
        let given = &data.auth_res_payload.auth_header.auth_amt;
        let covered = given.currency == self.amount.currency
            && given.amt_exp10 == self.amount.amt_exp10
            && given.amount <= self.amount.amount;
        if covered {
            Ok(())
        } else {
            Err(PeerFault::Unspecified("authorized is not what was asked for").into())
        }
    }

    fn outcome(
        self,
        context: &Context<'_>,
        payload: AuthResPayload,
        baggage: AuthResBaggage,
    ) -> Outcome {
        let header = payload.auth_header;
        if header.auth_code != AuthCode::Approved {
            return Outcome::Declined(Declined {
                ordered: self.ordered,
                auth_code: header.auth_code,
                date: context.now,
                acq_card_msg: baggage.acq_card_msg,
            });
        }
        let codes = header.response_data.auth_val_codes;
        let authorized = Authorized {
            ordered: self.ordered,
            auth_rrpid: self.rrpid,
            amount: header.auth_amt,
            date: context.now,
            approval_code: codes.and_then(|codes| codes.approval_code),
            cap_token: baggage.cap_token,
            acq_card_msg: baggage.acq_card_msg,
        };
        match payload.cap_res_payload {
            Some(capture) if self.capture_now && capture.cap_code == CapCode::Success => {
                Outcome::Captured(Captured {
                    authorized,
                    amount: capture.cap_amt,
                    cap_code: capture.cap_code,
                    date: context.now,
                    batch_id: capture.batch_id,
                })
            }
            _ => Outcome::Authorized(authorized),
        }
    }
}

/// A response in clear, its signature verified.
struct Opened {
    tbs: Raw<AuthResTbs>,
    baggage: Raw<AuthResBaggage>,
    pan_token: Option<PanToken>,
}

/// Decrypts the response and verifies that a gateway signed it.
fn open(
    context: &Context<'_>,
    merchant: &mut Merchant,
    response: AuthRes,
) -> Result<Opened, Error> {
    let crypto = context.crypto;
    match response {
        AuthRes::EncB(response) => {
            let signed = enc::open(crypto, &merchant.encryption.key, RESPONSE, &response.enc)?;
            let unverified = s::unverified::<AuthResTbs>(&signed, RESPONSE.tbs)?;
            let bci = unverified.t1.brand_crl_identifier.as_ref();
            let gateway = gateway_response::signer(context, merchant, &signed, bci)?;
            let verified = s::verify::<AuthResTbs>(crypto, &signed, RESPONSE.tbs, &gateway)?;
            Ok(Opened {
                tbs: verified.content().clone(),
                baggage: response.baggage,
                pan_token: None,
            })
        }
        AuthRes::EncBx(response) => {
            let types = RESPONSE_WITH_PAN;
            let opened = enc_x::open::<AuthResTbs, PanToken>(
                crypto,
                &merchant.encryption.key,
                types,
                &response.enc_x,
            )?;
            let bci = opened.t.t1.brand_crl_identifier.as_ref();
            let gateway = gateway_response::signer(context, merchant, &opened.signature, bci)?;
            let to_be_signed = opened.to_be_signed()?;
            so::verify(
                crypto,
                &opened.signature,
                types.tbs,
                &to_be_signed,
                &gateway,
            )?;
            Ok(Opened {
                tbs: opened.t,
                baggage: response.baggage,
                pan_token: Some(opened.p),
            })
        }
    }
}
