//! BatchAdminReq → BatchAdminRes: the merchant opens, closes and purges batches, and asks
//! what is in them.

use crate::asn1::{Raw, SeqOf, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::{Context, receive_response};
use crate::merchant::{Merchant, gateway_response};
use crate::msg::ids::{BatchId, Bin, Rrpid};
use crate::msg::message::Message;
use crate::msg::payment::batch::{BatchStatus, TransDetails};
use crate::msg::payment::batch_admin::{
    BatchAdminReqData, BatchAdminResData, BatchOperation, ReturnTransactionDetail,
};
use crate::msg::payment::p_cert::BrandAndBin;
use crate::party::identity::recipient;
use crate::treatment::enc::{self, Types};

const REQUEST: Types = Types {
    tbe: oid::content::BATCH_ADMIN_REQ_TBE,
    tbs: oid::content::BATCH_ADMIN_REQ_DATA,
};
const RESPONSE: Types = Types {
    tbe: oid::content::BATCH_ADMIN_RES_TBE,
    tbs: oid::content::BATCH_ADMIN_RES_DATA,
};

/// What is to be done with which batch.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The batch; the open one, or the one that the gateway assigns, without it.
    pub batch_id: Option<BatchId>,
    /// Restricts the batch to these.
    pub brands: Option<SeqOf<BrandAndBin>>,
    /// What to do; only to ask without it.
    pub operation: Option<BatchOperation>,
    /// Whether to return totals.
    pub summary: bool,
    /// Which items to return.
    pub page: Option<ReturnTransactionDetail>,
    /// Our own totals, to be compared.
    pub totals: Option<BatchStatus>,
    /// Our own items, to be compared.
    pub items: Option<TransDetails>,
}

/// BatchAdminReq was sent.
#[derive(Clone, Debug)]
pub struct Asking {
    rrpid: Rrpid,
    batch_id: Option<BatchId>,
}

impl Asking {
    /// The RRPID of the request.
    #[must_use]
    pub const fn rrpid(&self) -> Rrpid {
        self.rrpid
    }

    /// The state after a request whose octets were kept, to be sent again.
    #[must_use]
    pub const fn again(rrpid: Rrpid, batch_id: Option<BatchId>) -> Self {
        Self { rrpid, batch_id }
    }

    /// Takes BatchAdminRes.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the response: it is dropped, and the request may be sent again
    /// as it was.
    pub fn handle(
        self,
        context: &Context<'_>,
        merchant: &mut Merchant,
        octets: &[u8],
    ) -> Result<BatchAdminResData, Error> {
        let (_, message) = receive_response(context, octets, self.rrpid)?;
        let Message::BatchAdminRes(response) = message else {
            return Err(PeerFault::MessageNotSupported(message.name()).into());
        };
        let data: BatchAdminResData =
            gateway_response::open(context, merchant, RESPONSE, &response, |_| None)?;
        gateway_response::check_tags(&data.batch_admin_rr_tags, self.rrpid, merchant)?;
        if self
            .batch_id
            .is_some_and(|batch_id| batch_id != data.batch_id)
        {
            return Err(PeerFault::Unspecified("the answer is about another batch").into());
        }
        Ok(data)
    }
}

/// Asks; gives the state and the octets.
///
/// # Errors
///
/// [`Error::Caller`] when no gateway certificate is held; whatever is wrong with our own keys
/// and certificates.
pub fn batch_admin(
    context: &Context<'_>,
    merchant: &Merchant,
    wish: Wish,
) -> Result<(Asking, Vec<u8>), Error> {
    let of_brand = wish.brands.iter().flat_map(|brands| brands.iter());
    let bins: Vec<&Bin> = of_brand.filter_map(|one| one.bin.as_ref()).collect();
    let gateway = merchant.one_gateway(context, bins)?;
    let tags = gateway_response::tags(context, merchant)?;
    let state = Asking {
        rrpid: tags.rrpid,
        batch_id: wish.batch_id,
    };
    let data = Raw::new(BatchAdminReqData {
        batch_admin_rr_tags: tags,
        batch_id: wish.batch_id,
        brand_and_bin_seq: wish.brands,
        batch_operation: wish.operation,
        return_batch_summary_ind: wish.summary,
        return_transaction_detail: wish.page,
        batch_status: wish.totals,
        trans_details: wish.items,
        ba_rq_extensions: None,
    })?;
    let envelope = enc::enc(
        context.crypto,
        &[merchant.signature.signer()],
        &recipient(gateway.certificate()),
        REQUEST,
        &data,
        &gateway_response::attached(context, merchant)?,
    )?;
    let message = Message::BatchAdminReq(Box::new(envelope));
    let octets = context.wrap(message, Some(state.rrpid), None)?;
    Ok((state, octets))
}
