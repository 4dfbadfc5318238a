//! An inquiry: how far has the order come?

use super::outcome::{self, Outcome};
use crate::asn1::{Date, Raw, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::context::ids_of;
use crate::exchange::{Context, receive_response};
use crate::msg::amount::CurrencyAmount;
use crate::msg::ids::{BrandId, Challenge, MerchantId, Rrpid};
use crate::msg::message::Message;
use crate::msg::payment::inq::{InqReq, InqReqData};
use crate::msg::tags::TransIds;
use crate::party::{Identity, Trust};
use crate::sequence;
use crate::treatment::s;

sequence! {
    /// What a wallet remembers of an order, to ask about it later.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Placed = "Placed" {
        /// The transaction.
        trans_ids: TransIds = "transIDs",
        /// The brand paid with.
        brand_id: BrandId = "brandID",
        /// The price.
        purch_amt: CurrencyAmount = "purchAmt",
        /// The merchant ordered from, as its certificate names it.
        merchant_id: MerchantId = "merchantID",
        /// When.
        date: Date = "date",
    }
}

/// InqReq was sent.
#[derive(Debug)]
pub struct Inquiring {
    placed: Placed,
    rrpid: Rrpid,
    chall_c2: Challenge,
}

impl Inquiring {
    /// Asks: gives the state and the octets of InqReq, signed by the wallet's certificate.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`].
    pub fn start(
        context: &Context<'_>,
        placed: Placed,
        identity: &Identity,
    ) -> Result<(Self, Vec<u8>), Error> {
        let state = Self::new(context, placed)?;
        let data = Raw::new(state.data())?;
        let signed = s::s(
            context.crypto,
            &[identity.signer()],
            oid::content::INQ_REQ_DATA,
            &data,
            &identity.attached(),
        )?;
        let octets = state.wrap(context, InqReq::InqReqSigned(signed))?;
        Ok((state, octets))
    }

    /// Asks without a signature, about an order that was placed without one.
    ///
    /// # Errors
    ///
    /// [`Error::Provider`].
    pub fn start_unsigned(context: &Context<'_>, placed: Placed) -> Result<(Self, Vec<u8>), Error> {
        let state = Self::new(context, placed)?;
        let request = InqReq::InqReqUnsigned(state.data());
        let octets = state.wrap(context, request)?;
        Ok((state, octets))
    }

    fn new(context: &Context<'_>, placed: Placed) -> Result<Self, Error> {
        Ok(Self {
            rrpid: context.fresh_rrpid()?,
            chall_c2: context.fresh_challenge()?,
            placed,
        })
    }

    fn data(&self) -> InqReqData {
        InqReqData {
            trans_ids: self.placed.trans_ids.clone(),
            rrpid: self.rrpid,
            chall_c2: self.chall_c2,
            inq_rq_extensions: None,
        }
    }

    fn wrap(&self, context: &Context<'_>, request: InqReq) -> Result<Vec<u8>, Error> {
        context.wrap(
            Message::InqReq(Box::new(request)),
            Some(self.rrpid),
            Some(ids_of(&self.placed.trans_ids)),
        )
    }

    /// Takes InqRes.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the response; ask again.
    pub fn handle(
        self,
        context: &Context<'_>,
        octets: &[u8],
        trust: &mut Trust,
    ) -> Result<Outcome, Error> {
        let (header, message) = receive_response(context, octets, self.rrpid)?;
        let Message::InqRes(signed) = message else {
            return Err(PeerFault::MessageNotSupported(message.name()).into());
        };
        outcome::of_p_res(
            context,
            &header,
            &signed,
            &self.placed,
            self.rrpid,
            self.chall_c2,
            trust,
        )
    }
}
