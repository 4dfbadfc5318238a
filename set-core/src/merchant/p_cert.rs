//! PCertReq → PCertRes: the merchant fetches gateway certificates before it needs them.

use crate::asn1::{Raw, SeqOf, oid};
use crate::error::{Error, PeerFault};
use crate::exchange::{Context, extensions, receive_response};
use crate::merchant::{Merchant, gateway_response};
use crate::msg::ids::Rrpid;
use crate::msg::message::Message;
use crate::msg::payment::p_cert::{
    BrandAndBin, PCertCode, PCertReqData, PCertResItem, PCertResTbs,
};
use crate::party::Purpose;
use crate::treatment::s;
use crate::x509::Brand;

/// PCertReq was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    rrpid: Rrpid,
    wanted: Vec<BrandAndBin>,
}

/// Asks for the encryption certificates of the gateways for `wanted`.
///
/// # Errors
///
/// [`Error::Caller`] when nothing is wanted; whatever is wrong with our own keys and
/// certificates.
pub fn p_cert(
    context: &Context<'_>,
    merchant: &Merchant,
    wanted: Vec<BrandAndBin>,
) -> Result<(Asking, Vec<u8>), Error> {
    let p_cert_rr_tags = gateway_response::tags(context, merchant)?;
    let rrpid = p_cert_rr_tags.rrpid;
    let data = Raw::new(PCertReqData {
        p_cert_rr_tags,
        m_thumbs: merchant.trust.thumbs(context)?,
        brand_and_bin_seq: SeqOf::new(wanted.clone())?,
        pc_rq_extensions: None,
    })?;
    let (attached, _) = merchant
        .trust
        .attach(context, &[&merchant.signature.certificate], None)?;
    let signed = s::s(
        context.crypto,
        &[merchant.signature.signer()],
        oid::content::P_CERT_REQ_DATA,
        &data,
        &attached,
    )?;
    let octets = context.wrap(Message::PCertReq(Box::new(signed)), Some(rrpid), None)?;
    Ok((Asking { rrpid, wanted }, octets))
}

impl Asking {
    /// Takes PCertRes: the certificates are held from now on, each verified and vouched for
    /// by its thumbprint under the gateway's signature. Gives each item's code.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the response, a success without its certificate included.
    pub fn handle(
        self,
        context: &Context<'_>,
        merchant: &mut Merchant,
        octets: &[u8],
    ) -> Result<Vec<(BrandAndBin, PCertCode)>, Error> {
        let (_, message) = receive_response(context, octets, self.rrpid)?;
        let Message::PCertRes(signed) = message else {
            return Err(PeerFault::MessageNotSupported(message.name()).into());
        };
        let content = oid::content::P_CERT_RES_TBS;
        let unverified = s::unverified::<PCertResTbs>(&signed, content)?;
        let ours = merchant.signature.certificate.brand()?;
        let bci = unverified
            .brand_crl_identifier_seq
            .iter()
            .flatten()
            .find(|bci| Brand::of(&bci.to_be_signed.brand_id) == ours);
        let gateway = gateway_response::signer(context, merchant, &signed, bci)?;
        let verified = s::verify::<PCertResTbs>(context.crypto, &signed, content, &gateway)?;
        let tbs = verified.content();
        extensions::check(tbs.pc_rs_extensions.as_ref(), context.policy)?;
        gateway_response::check_tags(&tbs.p_cert_rr_tags, self.rrpid, merchant)?;
        if tbs.p_cert_res_item_seq.len() != self.wanted.len() {
            return Err(PeerFault::Unspecified("PCertRes does not list every item once").into());
        }
        self.wanted
            .into_iter()
            .zip(&tbs.p_cert_res_item_seq)
            .map(|(wanted, item)| {
                check_item(context, merchant, item)?;
                Ok((wanted, item.p_cert_code))
            })
            .collect()
    }
}

fn check_item(
    context: &Context<'_>,
    merchant: &mut Merchant,
    item: &PCertResItem,
) -> Result<(), Error> {
    match (item.p_cert_code, &item.cert_thumb) {
        (PCertCode::Success, None) => {
            Err(PeerFault::MissingCertificate("the gateway's encryption key").into())
        }
        (PCertCode::Success, Some(thumb)) => {
            merchant
                .trust
                .by_thumb(context, thumb, Purpose::GatewayEncryption)?;
            Ok(())
        }
        _ => Ok(()),
    }
}
