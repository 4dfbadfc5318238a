//! A purchase: PInitReq, PInitRes, PReq, PRes.
//!
//! ```text
//! Wish ──start──▶ Initiating ──PInitRes──▶ Offered ──pay──▶ Ordering ──PRes──▶ Outcome
//! ```

use der::asn1::OctetString;

use super::card_message;
use super::outcome::{self, Outcome};
use crate::asn1::{Raw, oid};
use crate::cardholder::inquiry::Placed;
use crate::crypto::CryptoProvider;
use crate::error::{CallerFault, Error, PeerFault};
use crate::exchange::context::ids_of;
use crate::exchange::receive::check_ids;
use crate::exchange::{Context, extensions, receive_response};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{Bin, BrandId, Challenge, Language, LocalId, Nonce, Rrpid};
use crate::msg::message::Message;
use crate::msg::payment::account::{PanData, PanToken};
use crate::msg::payment::p_init::{PInitReq, PInitResData};
use crate::msg::payment::p_req::{
    HodInput, Inputs, OiData, OiDualSigned, OiUnsigned, PReq, PReqDualSigned, PReqUnsigned, PiData,
    PiDataUnsigned, PiDualSigned, PiHead, PiOiLink, PiTbs,
};
use crate::msg::recur::InstallRecurData;
use crate::msg::tags::TransIds;
use crate::msg::thumbs::Thumbs;
use crate::msg::wrapper::{MessageHeader, MessageIds};
use crate::party::identity::recipient;
use crate::party::{Identity, Purpose, Trust};
use crate::path::brand;
use crate::pkcs7::DetachedDigest;
use crate::proof::ChainVerified;
use crate::secret::{CardExpiry, ExNonce, Pan, PanSecret};
use crate::treatment::{dd, ex, exh, hmac, s, so};
use crate::x509::name::Brand;

/// What the cardholder wants to buy, as the wake-up described it.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The order description, octet for octet.
    pub od: Vec<u8>,
    /// Its price.
    pub purch_amt: CurrencyAmount,
    /// The brand to pay with.
    pub brand_id: BrandId,
    /// The cardholder's language.
    pub language: Language,
    /// The merchant's id of the order.
    pub lid_m: Option<LocalId>,
    /// Instalments or recurring payment.
    pub install_recur_data: Option<InstallRecurData>,
}

/// A card with its certificate.
#[derive(Debug)]
pub struct Card {
    /// The account number.
    pub pan: Pan,
    /// Its expiry.
    pub card_expiry: CardExpiry,
    /// The secret behind the unique cardholder id.
    pub pan_secret: PanSecret,
    /// The signature key and certificate.
    pub identity: Identity,
}

impl Card {
    /// The first six digits of the account number.
    ///
    /// # Errors
    ///
    /// [`Error::Caller`] when the number is shorter.
    pub fn bin(&self) -> Result<Bin, Error> {
        Ok(Bin::new(self.pan.bin())?)
    }
}

/// A card without a certificate.
#[derive(Debug)]
pub struct Account {
    /// The account number.
    pub pan: Pan,
    /// Its expiry.
    pub card_expiry: CardExpiry,
    /// A secret that the wallet keeps with it, for what it does not want to be guessed.
    pub secret: PanSecret,
}

/// PInitReq was sent.
#[derive(Debug)]
pub struct Initiating {
    wish: Wish,
    bin: Bin,
    rrpid: Rrpid,
    lid_c: LocalId,
    chall_c: Challenge,
    thumbs: Option<Thumbs>,
}

impl Initiating {
    /// Begins a purchase: gives the state and the octets of PInitReq.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`] when there is no randomness.
    pub fn start(
        context: &Context<'_>,
        wish: Wish,
        bin: Bin,
        trust: &Trust,
    ) -> Result<(Self, Vec<u8>), Error> {
        let lid_c = LocalId::new(context.fresh_nonce()?.as_octets().as_slice())?;
        let state = Self {
            bin,
            rrpid: context.fresh_rrpid()?,
            lid_c,
            chall_c: context.fresh_challenge()?,
            thumbs: trust.thumbs(context)?,
            wish,
        };
        let request = PInitReq {
            rrpid: state.rrpid,
            language: state.wish.language.clone(),
            local_id_c: state.lid_c.clone(),
            local_id_m: state.wish.lid_m.clone(),
            chall_c: state.chall_c,
            brand_id: state.wish.brand_id.clone(),
            bin: state.bin.clone(),
            thumbs: state.thumbs.clone(),
            pi_rq_extensions: None,
        };
        let octets = context.wrap(
            Message::PInitReq(Box::new(request)),
            Some(state.rrpid),
            Some(MessageIds {
                lid_c: Some(state.lid_c.clone()),
                lid_m: state.wish.lid_m.clone(),
                xid: None,
            }),
        )?;
        Ok((state, octets))
    }

    /// Takes PInitRes: the merchant and the gateway are who they say, and answered us.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the response; nothing was agreed and nothing is lost.
    pub fn handle(
        self,
        context: &Context<'_>,
        octets: &[u8],
        trust: &mut Trust,
    ) -> Result<Offered, Error> {
        let (header, message) = receive_response(context, octets, self.rrpid)?;
        let Message::PInitRes(signed) = message else {
            return Err(PeerFault::MessageNotSupported(message.name()).into());
        };
        let content: Raw<PInitResData> = s::unverified(&signed, oid::content::P_INIT_RES_DATA)?;
        trust.learn(context, &signed, content.brand_crl_identifier.as_ref())?;
        let merchant = trust.signer(context, &signed, Purpose::MerchantSignature)?;
        let verified = s::verify::<PInitResData>(
            context.crypto,
            &signed,
            oid::content::P_INIT_RES_DATA,
            &merchant,
        )?;
        let data = verified.content();
        self.check(&header, data)?;
        extensions::check(data, context.policy)?;
        let gateway = trust.by_thumb(context, &data.pe_thumb, Purpose::GatewayEncryption)?;
        let wanted = Brand::of(&self.wish.brand_id);
        brand::require(context.crypto, &merchant, &wanted)?;
        brand::require(context.crypto, &gateway, &wanted)?;
        Ok(Offered {
            trans_ids: data.trans_ids.clone(),
            chall_m: data.chall_m,
            merchant,
            gateway,
            wish: self.wish,
            bin: self.bin,
        })
    }

    fn check(&self, header: &MessageHeader, data: &PInitResData) -> Result<(), PeerFault> {
        check_ids(header, &data.trans_ids)?;
        if data.rrpid != self.rrpid {
            return Err(PeerFault::UnknownRrpid);
        }
        let lid_m = &data.trans_ids.lid_m;
        if data.trans_ids.lid_c != self.lid_c
            || (self.wish.lid_m.is_some() && *lid_m != self.wish.lid_m)
        {
            return Err(PeerFault::UnknownLid);
        }
        if data.chall_c != self.chall_c {
            return Err(PeerFault::ChallengeMismatch);
        }
        if data.thumbs != self.thumbs {
            return Err(PeerFault::ThumbsMismatch);
        }
        if data.trans_ids.language != self.wish.language {
            return Err(PeerFault::Unspecified(
                "transIDs name another language than PInitReq",
            ));
        }
        Ok(())
    }
}

/// The merchant answered; the cardholder is to agree.
#[derive(Debug)]
pub struct Offered {
    wish: Wish,
    bin: Bin,
    trans_ids: TransIds,
    chall_m: Challenge,
    merchant: ChainVerified,
    gateway: ChainVerified,
}

impl Offered {
    /// The merchant's certificate: its name is what the cardholder should be shown.
    #[must_use]
    pub fn merchant(&self) -> &ChainVerified {
        &self.merchant
    }

    /// The gateway's encryption certificate.
    #[must_use]
    pub fn gateway(&self) -> &ChainVerified {
        &self.gateway
    }

    /// The transaction.
    #[must_use]
    pub fn trans_ids(&self) -> &TransIds {
        &self.trans_ids
    }

    /// The cardholder agrees: gives the state and the octets of PReq, dual-signed.
    ///
    /// The order instruction goes to the merchant, the payment instruction to the gateway;
    /// one signature ties each to the digest of the other.
    ///
    /// # Errors
    ///
    /// [`Error::Caller`] when the gateway's certificate names no merchant id to pay;
    /// [`Error::Provider`].
    pub fn pay(self, context: &Context<'_>, card: &Card) -> Result<(Ordering, Vec<u8>), Error> {
        let oi_data = self.oi_data(context)?;
        let (rrpid, chall_c) = (oi_data.rrpid, oi_data.chall_c);
        let hod = oi_data.hod.clone();
        let request = self.dual_sign(context, card, hod, oi_data)?;
        self.order(context, PReq::PReqDualSigned(request), rrpid, chall_c)
    }

    /// The cardholder agrees, and has no certificate: gives the state and the octets of PReq,
    /// unsigned.
    ///
    /// # Errors
    ///
    /// [`Error::Caller`] when the gateway's certificate demands a signature;
    /// [`Error::Provider`].
    pub fn pay_unsigned(
        self,
        context: &Context<'_>,
        account: &Account,
    ) -> Result<(Ordering, Vec<u8>), Error> {
        if self.gateway.certificate().card_cert_required() {
            return Err(CallerFault::State(
                "this gateway takes payments only from cardholders with a certificate",
            )
            .into());
        }
        let crypto = context.crypto;
        let oi_data = self.oi_data(context)?;
        let (rrpid, chall_c) = (oi_data.rrpid, oi_data.chall_c);
        let pi_head = self.pi_head(context, &account.secret, oi_data.hod.clone())?;
        let pi_data = Raw::new(PiDataUnsigned {
            pi_head,
            pan_token: PanToken {
                pan: account.pan.duplicate(),
                card_expiry: account.card_expiry.duplicate(),
                ex_nonce: ExNonce::random(context.crypto)?,
            },
        })?;
        let h_pi_data = dd::dd(crypto, oid::content::PI_DATA_UNSIGNED, &pi_data)?;
        let PiDataUnsigned { pi_head, pan_token } = pi_data.into_value();
        let link = Raw::new(PiOiLink {
            t1: pi_head,
            t2: dd::dd(crypto, oid::content::OI_DATA, &oi_data)?,
        })?;
        let pi_unsigned = exh::exh(
            crypto,
            &recipient(self.gateway.certificate()),
            oid::content::PI_UNSIGNED_TBE,
            &link,
            &pan_token,
        )?;
        let request = PReqUnsigned {
            pi_unsigned,
            oi_unsigned: OiUnsigned {
                t1: oi_data,
                t2: h_pi_data,
            },
        };
        self.order(context, PReq::PReqUnsigned(request), rrpid, chall_c)
    }

    /// The order instruction.
    fn oi_data(&self, context: &Context<'_>) -> Result<Raw<OiData>, Error> {
        let rrpid = context.fresh_rrpid()?;
        let chall_c = context.fresh_challenge()?;
        let od_salt = context.fresh_nonce()?;
        Ok(Raw::new(OiData {
            trans_ids: self.trans_ids.clone(),
            rrpid,
            chall_c,
            hod: self.hod(context, od_salt)?,
            od_salt,
            chall_m: Some(self.chall_m),
            brand_id: self.wish.brand_id.clone(),
            bin: self.bin.clone(),
            od_ext_oids: None,
            oi_extensions: None,
        })?)
    }

    fn order(
        self,
        context: &Context<'_>,
        request: PReq,
        rrpid: Rrpid,
        chall_c: Challenge,
    ) -> Result<(Ordering, Vec<u8>), Error> {
        let octets = context.wrap(
            Message::PReq(Box::new(request)),
            Some(rrpid),
            Some(ids_of(&self.trans_ids)),
        )?;
        let state = Ordering {
            placed: Placed {
                trans_ids: self.trans_ids,
                brand_id: self.wish.brand_id,
                purch_amt: self.wish.purch_amt,
                merchant_id: self.merchant.certificate().merchant_id()?,
                date: context.now,
            },
            rrpid,
            chall_c,
        };
        Ok((state, octets))
    }

    fn hod(&self, context: &Context<'_>, od_salt: Nonce) -> Result<DetachedDigest, Error> {
        hod(
            context,
            &self.wish.od,
            self.wish.purch_amt,
            od_salt,
            self.wish.install_recur_data.as_ref(),
        )
    }

    fn dual_sign(
        &self,
        context: &Context<'_>,
        card: &Card,
        hod: DetachedDigest,
        oi_data: Raw<OiData>,
    ) -> Result<PReqDualSigned, Error> {
        let crypto = context.crypto;
        let pan_data = PanData {
            pan: card.pan.duplicate(),
            card_expiry: card.card_expiry.duplicate(),
            pan_secret: card.pan_secret.duplicate(),
            ex_nonce: ExNonce::random(context.crypto)?,
        };
        let pi_data = Raw::new(PiData {
            pi_head: self.pi_head(context, &card.pan_secret, hod)?,
            pan_data,
        })?;
        let h_pi_data = dd::dd(crypto, oid::content::PI_DATA, &pi_data)?;
        let PiData { pi_head, pan_data } = pi_data.into_value();
        let h_oi_data = dd::dd(crypto, oid::content::OI_DATA, &oi_data)?;
        let link = Raw::new(PiOiLink {
            t1: pi_head,
            t2: h_oi_data.clone(),
        })?;
        let ex_pi_data = ex::ex(
            crypto,
            &recipient(self.gateway.certificate()),
            oid::content::PI_DUAL_SIGNED_TBE,
            &link,
            &pan_data,
        )?;
        let pi_tbs = Raw::new(PiTbs {
            h_pi_data: h_pi_data.clone(),
            h_oi_data,
        })?;
        let pi_signature = so::so(
            crypto,
            &[card.identity.signer()],
            oid::content::PI_TBS,
            pi_tbs.octets(),
            &card.identity.attached(),
        )?;
        Ok(PReqDualSigned {
            pi_dual_signed: PiDualSigned {
                pi_signature,
                ex_pi_data,
            },
            oi_dual_signed: OiDualSigned {
                t1: oi_data,
                t2: h_pi_data,
            },
        })
    }

    fn pi_head(
        &self,
        context: &Context<'_>,
        secret: &PanSecret,
        hod: DetachedDigest,
    ) -> Result<Raw<PiHead>, Error> {
        Ok(Raw::new(PiHead {
            trans_ids: self.trans_ids.clone(),
            inputs: Inputs {
                hod,
                purch_amt: self.wish.purch_amt,
            },
            merchant_id: self.merchant.certificate().merchant_id()?,
            install_recur_data: self.wish.install_recur_data.clone(),
            trans_stain: hmac::hmac(context.crypto, &self.trans_ids.xid, secret.expose())?,
            sw_ident: context.sw_ident.clone(),
            acq_back_key_data: card_message::offer(
                context,
                self.gateway.certificate(),
                self.trans_ids.xid,
                secret,
            )?,
            pi_extensions: None,
        })?)
    }
}

/// PReq was sent.
#[derive(Debug)]
pub struct Ordering {
    placed: Placed,
    rrpid: Rrpid,
    chall_c: Challenge,
}

impl Ordering {
    /// What to remember of the purchase, whether or not a response comes.
    #[must_use]
    pub fn placed(&self) -> &Placed {
        &self.placed
    }

    /// Takes PRes.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the response; ask again with an inquiry.
    pub fn handle(
        self,
        context: &Context<'_>,
        octets: &[u8],
        trust: &mut Trust,
    ) -> Result<(Placed, Outcome), Error> {
        let (header, message) = receive_response(context, octets, self.rrpid)?;
        let Message::PRes(signed) = message else {
            return Err(PeerFault::MessageNotSupported(message.name()).into());
        };
        let outcome = outcome::of_p_res(
            context,
            &header,
            &signed,
            &self.placed,
            self.rrpid,
            self.chall_c,
            trust,
        )?;
        Ok((self.placed, outcome))
    }
}

/// DD of what both sides know from shopping.
///
/// # Errors
///
/// [`Error::Treatment`] when the order description is too long to encode.
pub fn hod(
    context: &Context<'_>,
    od: &[u8],
    purch_amt: CurrencyAmount,
    od_salt: Nonce,
    install_recur_data: Option<&InstallRecurData>,
) -> Result<DetachedDigest, Error> {
    hod_of(context.crypto, od, purch_amt, od_salt, install_recur_data)
}

/// As [`hod`], at no time in particular.
pub(crate) fn hod_of(
    crypto: &dyn CryptoProvider,
    od: &[u8],
    purch_amt: CurrencyAmount,
    od_salt: Nonce,
    install_recur_data: Option<&InstallRecurData>,
) -> Result<DetachedDigest, Error> {
    let input = Raw::new(HodInput {
        od: OctetString::new(od).map_err(crate::asn1::EncodeError::from)?,
        purch_amt,
        od_salt,
        install_recur_data: install_recur_data.cloned(),
        od_extensions: None,
    })?;
    Ok(dd::dd(crypto, oid::content::HOD_INPUT, &input)?)
}
