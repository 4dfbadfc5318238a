//! PCertReq → PCertRes: the merchant fetches gateway certificates before it needs them.

use crate::asn1::{Raw, SeqOf, oid};
use crate::error::{CallerFault, Error, PeerFault};
use crate::exchange::{Context, extensions, receive_response};
use crate::merchant::{Merchant, gateway_response};
use crate::msg::ids::Rrpid;
use crate::msg::message::Message;
use crate::msg::payment::p_cert::{
    BrandAndBin, PCertCode, PCertReqData, PCertResItem, PCertResTbs,
};
use crate::party::Purpose;
use crate::treatment::s;
use crate::x509::{Brand, BrandCrlIdentifier};

/// PCertReq was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    rrpid: Rrpid,
    wanted: Vec<BrandAndBin>,
}

/// Asks for the encryption certificates of the gateways for `wanted`, which may be of any
/// brand of ours. The first of `merchants` signs; its gateway answers for all that it serves.
///
/// # Errors
///
/// [`Error::Caller`] when nothing is wanted, or nobody asks; whatever is wrong with our own
/// keys and certificates.
pub fn p_cert(
    context: &Context<'_>,
    merchants: &[Merchant],
    wanted: Vec<BrandAndBin>,
) -> Result<(Asking, Vec<u8>), Error> {
    let merchant = merchants.first().ok_or(NOBODY)?;
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
    /// by its thumbprint under the gateway's signature, by the one of `merchants` of their
    /// brand; which of them serves which cards is remembered. Gives each item's code.
    ///
    /// `merchants` are those that asked, the signer first.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the response, a success without its certificate included, or with
    /// one of another brand than asked for. [`Error::Caller`] for a success with a brand that
    /// is none of ours.
    pub fn handle(
        self,
        context: &Context<'_>,
        merchants: &mut [Merchant],
        octets: &[u8],
    ) -> Result<Vec<(BrandAndBin, PCertCode)>, Error> {
        let (first, others) = merchants.split_first_mut().ok_or(NOBODY)?;
        let (_, message) = receive_response(context, octets, self.rrpid)?;
        let Message::PCertRes(signed) = message else {
            return Err(PeerFault::MessageNotSupported(message.name()).into());
        };
        let content = oid::content::P_CERT_RES_TBS;
        let unverified = s::unverified::<PCertResTbs>(&signed, content)?;
        let bci = bci_of(&unverified, &first.signature.certificate.brand()?);
        let gateway = gateway_response::signer(context, first, &signed, bci)?;
        let verified = s::verify::<PCertResTbs>(context.crypto, &signed, content, &gateway)?;
        let tbs = verified.content();
        extensions::check(tbs, context.policy)?;
        gateway_response::check_tags(&tbs.p_cert_rr_tags, self.rrpid, first)?;
        if tbs.p_cert_res_item_seq.len() != self.wanted.len() {
            return Err(PeerFault::Unspecified("PCertRes does not list every item once").into());
        }
        for other in others {
            let bci = bci_of(tbs, &other.signature.certificate.brand()?);
            other.trust.learn(context, &signed, bci)?;
        }
        let items = self.wanted.iter().zip(&tbs.p_cert_res_item_seq);
        // All are looked at before anything is remembered.
        for (wanted, item) in items.clone() {
            check_item(context, merchants, wanted, item)?;
        }
        for (wanted, item) in items {
            remember(merchants, wanted, item);
        }
        let codes = tbs.p_cert_res_item_seq.iter().map(|item| item.p_cert_code);
        Ok(self.wanted.into_iter().zip(codes).collect())
    }
}

fn bci_of<'a>(tbs: &'a PCertResTbs, brand: &Brand) -> Option<&'a BrandCrlIdentifier> {
    let mut all = tbs.brand_crl_identifier_seq.iter().flatten();
    all.find(|bci| Brand::of(&bci.to_be_signed.brand_id) == *brand)
}

fn check_item(
    context: &Context<'_>,
    merchants: &mut [Merchant],
    wanted: &BrandAndBin,
    item: &PCertResItem,
) -> Result<(), Error> {
    if item.p_cert_code != PCertCode::Success {
        return Ok(());
    }
    let Some(thumb) = &item.cert_thumb else {
        return Err(PeerFault::MissingCertificate("the gateway's encryption key").into());
    };
    let brand = Brand::of(&wanted.brand_id);
    let mut ours = merchants.iter_mut();
    let merchant = ours.find(|merchant| merchant.is_of(&brand)).ok_or(NOBODY)?;
    let purpose = Purpose::GatewayEncryption;
    let verified = merchant.trust.by_thumb(context, thumb, purpose)?;
    if verified.brand() == Some(&brand) {
        Ok(())
    } else {
        Err(PeerFault::Unspecified("the certificate is of another brand than asked for").into())
    }
}

fn remember(merchants: &mut [Merchant], wanted: &BrandAndBin, item: &PCertResItem) {
    let brand = Brand::of(&wanted.brand_id);
    let mut ours = merchants.iter_mut();
    let Some(merchant) = ours.find(|merchant| merchant.is_of(&brand)) else {
        return;
    };
    let bin = wanted.bin.clone();
    match (item.p_cert_code, &bin) {
        (PCertCode::Success, _) => merchant.learn_gateway(bin, item.cert_thumb.clone()),
        (PCertCode::UnknownBin, Some(_)) => merchant.learn_gateway(bin, None),
        _ => {}
    }
}

const NOBODY: CallerFault = CallerFault::NoCredentials("merchant key of the brand");
