//! AuthReq → AuthRes: the merchant asks the gateway to authorize an order, or the next part
//! of one.

use der::asn1::OctetString;

use crate::asn1::{EncodeError, Raw, SeqOf, oid};
use crate::error::{CallerFault, Error, PeerFault};
use crate::exchange::context::ids_of;
use crate::exchange::receive::check_ids;
use crate::exchange::{Context, extensions, receive_response};
use crate::merchant::sale::{Authorizing, Captured, Declined, Payment, Sale, Waiting};
use crate::merchant::{Merchant, gateway_response};
use crate::msg::amount::CurrencyAmount;
use crate::msg::message::Message;
use crate::msg::payment::account::PanToken;
use crate::msg::payment::auth_req::{
    AuthReq, AuthReqData, AuthReqItem, AuthReqPayload, AuthReqTbs, AuthTags, AvsData, CardSuspect,
    CheckDigests, MerchData, SpecialProcessing,
};
use crate::msg::payment::auth_res::{
    AuthCode, AuthRes, AuthResBaggage, AuthResData, AuthResPayload, AuthResTbs,
};
use crate::msg::payment::cap::{CapCode, CapPayload, CapResPayload};
use crate::msg::payment::market::MarketSpecAuthData;
use crate::msg::payment::p_req::Pi;
use crate::msg::payment::sale_detail::SaleDetail;
use crate::msg::wrapper::MessageHeader;
use crate::party::identity::recipient;
use crate::treatment::enc::{self, Types};
use crate::treatment::{dd, enc_b, enc_x, s, so};

const REQUEST: Types = Types {
    tbe: oid::content::AUTH_REQ_TBE,
    tbs: oid::content::AUTH_REQ_TBS,
};
pub(super) const RESPONSE: Types = Types {
    tbe: oid::content::AUTH_RES_TBE,
    tbs: oid::content::AUTH_RES_TBS,
};
const RESPONSE_WITH_PAN: Types = Types {
    tbe: oid::content::AUTH_RES_TBEX,
    tbs: oid::content::AUTH_RES_TBSX,
};

/// What the merchant wants authorized, and what it says about it.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The amount.
    pub amount: CurrencyAmount,
    /// Whether to capture it at once.
    pub capture_now: bool,
    /// Whether another authorization of this order may follow: asks for an AuthToken.
    pub subsequent_auth_ind: bool,
    /// Whether to tell the type of card.
    pub request_card_type_ind: bool,
    /// The cardholder's address, to be verified.
    pub avs_data: Option<AvsData>,
    /// Special treatment.
    pub special_processing: Option<SpecialProcessing>,
    /// A suspicion.
    pub card_suspect: Option<CardSuspect>,
    /// Details of the line of business.
    pub market_spec_auth_data: Option<MarketSpecAuthData>,
    /// The line of business.
    pub merch_data: MerchData,
    /// Details of the sale, when captured at once.
    pub sale_detail: Option<SaleDetail>,
}

impl Wish {
    /// Just this amount.
    #[must_use]
    pub const fn of(amount: CurrencyAmount) -> Self {
        Self {
            amount,
            capture_now: false,
            subsequent_auth_ind: false,
            request_card_type_ind: false,
            avs_data: None,
            special_processing: None,
            card_suspect: None,
            market_spec_auth_data: None,
            merch_data: MerchData {
                merch_cat_code: None,
                merch_group: None,
            },
            sale_detail: None,
        }
    }
}

/// What came of an authorization.
#[derive(Debug)]
pub struct Answer {
    /// The sale as it is now.
    pub sale: Sale,
    /// Whether it was approved, and why not.
    pub auth_code: AuthCode,
    /// What came of the capture, where that was asked for as well.
    pub cap_code: Option<CapCode>,
    /// The account, when our certificate asks for it and the gateway's policy allows it.
    /// Not part of any state: what is stored has no account number.
    pub pan_token: Option<PanToken>,
}

/// Asks for an authorization: the first of an order, or the next where the one before gave an
/// AuthToken.
///
/// Gives the sale to be stored before the octets are sent; its
/// [`Waiting`] has them for a retry.
///
/// # Errors
///
/// [`Error::Caller`] when no authorization may follow, another answer is awaited, or no
/// gateway certificate is held; whatever is wrong with our own keys and certificates.
pub fn authorize(
    context: &Context<'_>,
    merchant: &Merchant,
    mut sale: Sale,
    wish: Wish,
) -> Result<(Sale, Vec<u8>), Error> {
    let instruction = sale.next_instruction()?;
    let gateway = merchant.gateway(context, Some(sale.bin()))?;
    let auth_tags = AuthTags {
        auth_rr_tags: gateway_response::tags(context, merchant)?,
        trans_ids: sale.trans_ids().clone(),
        auth_ret_num: None,
    };
    let rrpid = auth_tags.auth_rr_tags.rrpid;
    let check_digests = match &*instruction {
        Pi::AuthToken(_) => None,
        Pi::PiUnsigned(_) | Pi::PiDualSigned(_) => Some(CheckDigests {
            h_oi_data: sale.ordered.h_oi_data.clone(),
            hod2: sale.ordered.hod.clone(),
        }),
    };
    let Wish {
        capture_now,
        sale_detail,
        ..
    } = wish.clone();
    let item = AuthReqItem {
        auth_tags,
        check_digests,
        auth_req_payload: payload(&sale, wish),
    };
    let data = Raw::new(AuthReqData {
        auth_req_item: item.clone(),
        m_thumbs: merchant.trust.thumbs(context)?,
        capture_now,
        sale_detail: sale_detail.clone(),
    })?;
    let enc = enc_b::enc_b::<AuthReqTbs, _, _>(
        context.crypto,
        &[merchant.signature.signer()],
        &recipient(gateway.certificate()),
        REQUEST,
        &data,
        oid::content::PI,
        &instruction,
        &gateway_response::attached(context, merchant)?,
    )?;
    let request = AuthReq {
        enc,
        baggage: instruction.clone(),
    };
    let octets = context.wrap(
        Message::AuthReq(Box::new(request)),
        Some(rrpid),
        Some(ids_of(sale.trans_ids())),
    )?;
    sale.waiting = Some(Waiting::Authorization(Authorizing {
        rrpid,
        item,
        capture_now,
        request: OctetString::new(octets.as_slice()).map_err(EncodeError::from)?,
        sale_detail,
        instruction: match instruction.into_value() {
            Pi::AuthToken(token) => Some(token),
            Pi::PiUnsigned(_) | Pi::PiDualSigned(_) => None,
        },
    }));
    Ok((sale, octets))
}

fn payload(sale: &Sale, wish: Wish) -> AuthReqPayload {
    AuthReqPayload {
        subsequent_auth_ind: wish.subsequent_auth_ind,
        auth_req_amt: wish.amount,
        avs_data: wish.avs_data,
        special_processing: wish.special_processing,
        card_suspect: wish.card_suspect,
        request_card_type_ind: wish.request_card_type_ind,
        install_recur_data: sale.ordered.initiated.offer.install_recur_data.clone(),
        market_spec_auth_data: wish.market_spec_auth_data,
        merch_data: wish.merch_data,
        a_rq_extensions: None,
    }
}

/// Takes AuthRes.
///
/// # Errors
///
/// Whatever is wrong with the response: it is dropped, and the request may be sent again as
/// it was. [`Error::Caller`] when no AuthRes is awaited.
pub fn handle(
    context: &Context<'_>,
    merchant: &mut Merchant,
    sale: Sale,
    octets: &[u8],
) -> Result<Answer, Error> {
    let Some(Waiting::Authorization(state)) = &sale.waiting else {
        return Err(CallerFault::State("no authorization was asked for").into());
    };
    let (header, message) = receive_response(context, octets, state.rrpid)?;
    let Message::AuthRes(response) = message else {
        return Err(PeerFault::MessageNotSupported(message.name()).into());
    };
    let Opened {
        tbs,
        baggage,
        pan_token,
    } = open(context, merchant, *response)?;
    let baggage_type = oid::content::AUTH_RES_BAGGAGE;
    dd::check(context.crypto, &tbs.t2, baggage_type, &baggage)?;
    extensions::check(&tbs, context.policy)?;
    let data = tbs.into_value().t1;
    check(merchant, state, &header, &data)?;
    gateway_response::check_pe_thumb(context, merchant, data.pe_thumb.as_ref())?;
    let (payload, baggage) = (data.auth_res_payload, baggage.into_value());
    let state = state.clone();
    Ok(outcome(context, sale, state, payload, baggage, pan_token))
}

fn check(
    merchant: &Merchant,
    state: &Authorizing,
    header: &MessageHeader,
    data: &AuthResData,
) -> Result<(), Error> {
    let ours = &state.item.auth_tags.trans_ids;
    let tags = &data.auth_tags;
    check_ids(header, &tags.trans_ids)?;
    let payload = &data.auth_res_payload;
    gateway_response::check_tags(&tags.auth_rr_tags, state.rrpid, merchant)?;
    if tags.trans_ids.xid != ours.xid {
        return Err(PeerFault::UnknownXid.into());
    }
    if tags.trans_ids != *ours {
        return Err(PeerFault::UnknownLid.into());
    }
    let given = &payload.auth_header.auth_amt;
    let asked = &state.item.auth_req_payload.auth_req_amt;
    let covered = given.currency == asked.currency
        && given.amt_exp10 == asked.amt_exp10
        && given.amount <= asked.amount;
    if !covered {
        return Err(PeerFault::Unspecified("authorized is not what was asked for").into());
    }
    match &payload.cap_res_payload {
        Some(capture) if is_captured(state, capture) && capture.cap_amt != *given => {
            Err(PeerFault::Unspecified("captured is not what was authorized").into())
        }
        _ => Ok(()),
    }
}

fn is_captured(state: &Authorizing, capture: &CapResPayload) -> bool {
    state.capture_now && capture.cap_code == CapCode::Success
}

fn outcome(
    context: &Context<'_>,
    mut sale: Sale,
    state: Authorizing,
    payload: AuthResPayload,
    baggage: AuthResBaggage,
    pan_token: Option<PanToken>,
) -> Answer {
    let auth_code = payload.auth_header.auth_code;
    let cap_code = payload
        .cap_res_payload
        .as_ref()
        .map(|capture| capture.cap_code);
    sale.waiting = None;
    if auth_code == AuthCode::Approved {
        sale.declined = None;
        sale.payments.push(Payment {
            auth_rrpid: state.rrpid,
            amount: payload.auth_header.auth_amt,
            date: context.now,
            captures: captures(context, &state, &payload),
            request: state.item,
            response: payload,
            cap_token: baggage.cap_token,
            acq_card_msg: baggage.acq_card_msg,
            instruction: state.instruction,
            auth_token: baggage.auth_token,
        });
        sale.auth_token = sale.newest_token();
    } else {
        sale.declined = Some(Declined {
            auth_code,
            date: context.now,
            acq_card_msg: baggage.acq_card_msg,
        });
    }
    Answer {
        sale,
        auth_code,
        cap_code,
        pan_token,
    }
}

/// The capture that came with the authorization, if one did.
fn captures(
    context: &Context<'_>,
    state: &Authorizing,
    payload: &AuthResPayload,
) -> SeqOf<Captured, 0> {
    let capture = payload.cap_res_payload.as_ref();
    let Some(capture) = capture.filter(|capture| is_captured(state, capture)) else {
        return SeqOf::default();
    };
    SeqOf::from(vec![Captured {
        payload: CapPayload {
            cap_date: state.item.auth_tags.auth_rr_tags.current_date,
            cap_req_amt: capture.cap_amt,
            auth_req_item: None,
            auth_res_payload: None,
            sale_detail: state.sale_detail.clone(),
            c_pay_extensions: None,
        },
        date: context.now,
        reversed: false,
        credits: SeqOf::default(),
        slot: gateway_response::slot(capture.batch_id, capture.batch_sequence_num),
    }])
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
            let key = merchant.opener(context, &response.enc)?;
            let signed = enc::open(crypto, key, RESPONSE, &response.enc)?;
            let unverified = s::unverified::<AuthResTbs>(&signed, RESPONSE.tbs)?;
            let bci = unverified.t1.brand_crl_identifier.as_ref();
            let gateway = gateway_response::asked_signer(context, merchant, &signed, bci)?;
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
                merchant.opener(context, &response.enc_x)?,
                types,
                &response.enc_x,
            )?;
            let bci = opened.t.t1.brand_crl_identifier.as_ref();
            let gateway =
                gateway_response::asked_signer(context, merchant, &opened.signature, bci)?;
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
