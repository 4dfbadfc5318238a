//! PCertReq → PCertRes: the gateway's encryption certificates, before a merchant needs them.

use crate::asn1::{Raw, SeqOf, oid};
use crate::error::{CallerFault, Error, PeerFault};
use crate::exchange::receive::check_rrpid;
use crate::exchange::{Context, extensions};
use crate::gateway::Gateway;
use crate::msg::message::Message;
use crate::msg::payment::p_cert::{
    BrandAndBin, PCertCode, PCertReq, PCertReqData, PCertResItem, PCertResTbs,
};
use crate::msg::thumbs::CertThumb;
use crate::msg::wrapper::MessageHeader;
use crate::party::Purpose;
use crate::proof::ChainVerified;
use crate::treatment::{Attached, s};
use crate::x509::thumbs::cert_thumb;
use crate::x509::{Brand, BrandCrlIdentifier, Certificate};

/// Answers PCertReq for the brands that `gateways` serve; and tells who asked.
///
/// The gateway of the merchant's own brand signs. The certificates asked for are enclosed
/// with their chains, CRLs and BCIs, as far as the thumbs do not show that they are held;
/// each item's thumbprint names its certificate, because a certificate itself is not under
/// the signature. An item without a BIN stands for all BINs that the gateway serves. A brand
/// may have several gateways, of several acquirers or BINs; the first that fits is named. Its
/// code is brandNotSupported without any of the brand; unknownBIN when none serves the cards;
/// unspecifiedFailure when the certificate of the one that does is not good any more.
///
/// # Errors
///
/// In the order of checking: decodingFailure; unrecognizedExtension; the certificate codes
/// and signatureFailure; unknownRRPID; unspecifiedFailure when `merTermIDs` names another
/// merchant. [`Error::Caller`] when there is no gateway at all.
pub fn p_cert(
    context: &Context<'_>,
    gateways: &mut [Gateway],
    header: &MessageHeader,
    request: &PCertReq,
) -> Result<(Vec<u8>, ChainVerified), Error> {
    let data = s::unverified::<PCertReqData>(request, oid::content::P_CERT_REQ_DATA)?;
    extensions::check(&data, context.policy)?;
    let (signer, merchant) = verify(context, gateways, request)?;
    check_rrpid(header, data.p_cert_rr_tags.rrpid)?;
    let mut answer = Answer {
        merchant: merchant.certificate().clone(),
        offers: vec![None; gateways.len()],
        items: Vec::new(),
        attached: Attached::default(),
        bcis: Vec::new(),
    };
    for wanted in &data.brand_and_bin_seq {
        answer.item(context, gateways, &data, wanted)?;
    }
    let signer = gateways.get(signer).ok_or(NO_GATEWAY)?;
    answer.enclose(context, signer, &signer.signature.certificate, &data)?;
    let tbs = Raw::new(PCertResTbs {
        p_cert_rr_tags: data.p_cert_rr_tags.clone(),
        p_cert_res_item_seq: SeqOf::new(answer.items)?,
        brand_crl_identifier_seq: SeqOf::new(answer.bcis).ok(),
        pc_rs_extensions: None,
    })?;
    let signed = s::s(
        context.crypto,
        &[signer.signature.signer()],
        oid::content::P_CERT_RES_TBS,
        &tbs,
        &answer.attached,
    )?;
    let octets = context.wrap(
        Message::PCertRes(Box::new(signed)),
        Some(data.p_cert_rr_tags.rrpid),
        None,
    )?;
    Ok((octets, merchant))
}

/// Verifies the merchant's signature, and tells which of our gateways knows the merchant.
///
/// Gateways of the brand that the signer's certificate says come first, since others hold no
/// lists of that brand; the failure is that of the first.
fn verify(
    context: &Context<'_>,
    gateways: &mut [Gateway],
    request: &PCertReq,
) -> Result<(usize, ChainVerified), Error> {
    let mut order = Vec::with_capacity(gateways.len());
    for (index, gateway) in gateways.iter_mut().enumerate() {
        gateway.trust.learn(context, request, None)?;
        order.push((!is_of_brand(gateway, request)?, index));
    }
    order.sort_unstable();
    let mut failure = None;
    for (_, index) in order {
        let Some(gateway) = gateways.get_mut(index) else {
            continue;
        };
        let error = match verify_with(context, gateway, request) {
            Ok(Some(merchant)) => return Ok((index, merchant)),
            Ok(None) => {
                PeerFault::Unspecified("no gateway of the merchant's brand and acquirer").into()
            }
            Err(error) => error,
        };
        failure = failure.or(Some(error));
    }
    Err(failure.unwrap_or(NO_GATEWAY))
}

/// Whether a certificate to which the signer points is of the gateway's brand.
fn is_of_brand(gateway: &Gateway, request: &PCertReq) -> Result<bool, Error> {
    let ours = gateway.signature.certificate.brand()?;
    let pointer = &request.signer_infos.first().issuer_and_serial_number;
    Ok(gateway
        .trust
        .at_hand()
        .filter(|certificate| certificate.issuer_and_serial_number() == pointer)
        .any(|certificate| certificate.brand().is_ok_and(|brand| brand == ours)))
}

/// The merchant's certificate if it is of this gateway's brand and acquirer, its signature
/// being good.
fn verify_with(
    context: &Context<'_>,
    gateway: &mut Gateway,
    request: &PCertReq,
) -> Result<Option<ChainVerified>, Error> {
    let merchant = gateway
        .trust
        .signer(context, request, Purpose::MerchantSignature)?;
    let verified = s::verify::<PCertReqData>(
        context.crypto,
        request,
        oid::content::P_CERT_REQ_DATA,
        &merchant,
    )?;
    let named = &verified.content().p_cert_rr_tags.mer_term_ids.merchant_id;
    if *named != merchant.certificate().merchant_id()? {
        return Err(PeerFault::Unspecified(
            "merTermIDs names another merchant than the certificate",
        )
        .into());
    }
    let certificate = merchant.certificate();
    let fits = certificate.brand()? == gateway.signature.certificate.brand()?
        && gateway.serves_acquirer_of(certificate)?;
    Ok(fits.then_some(merchant))
}

/// The response while it is put together.
struct Answer {
    /// Who asks.
    merchant: Certificate,
    /// What each gateway's certificate comes to, once it was asked for: so that many items about
    /// one gateway cost no more than one.
    offers: Vec<Option<Offer>>,
    items: Vec<PCertResItem>,
    attached: Attached,
    bcis: Vec<BrandCrlIdentifier>,
}

/// What a gateway's certificate comes to.
#[derive(Clone)]
enum Offer {
    /// It is enclosed; this names it.
    Enclosed(CertThumb),
    /// It is not good any more.
    Unfit,
}

impl Answer {
    /// Whether the merchant may pay through a gateway of that brand. Its acquirer is known for
    /// its own brand only.
    fn may_use(&self, gateway: &Gateway, brand: &Brand) -> Result<bool, Error> {
        match self.merchant.brand()? == *brand {
            true => gateway.serves_acquirer_of(&self.merchant),
            false => Ok(true),
        }
    }

    fn item(
        &mut self,
        context: &Context<'_>,
        gateways: &[Gateway],
        data: &PCertReqData,
        wanted: &BrandAndBin,
    ) -> Result<(), Error> {
        let brand = Brand::of(&wanted.brand_id);
        let mut code = PCertCode::BrandNotSupported;
        for (index, gateway) in gateways.iter().enumerate() {
            let theirs = gateway.signature.certificate.brand()?;
            if theirs != brand || !self.may_use(gateway, &brand)? {
                continue;
            }
            if !gateway.serves(wanted.bin.as_ref()) {
                code = PCertCode::UnknownBin;
                continue;
            }
            match self.offer(context, index, gateway, data)? {
                Offer::Unfit => code = PCertCode::UnspecifiedFailure,
                Offer::Enclosed(thumb) => {
                    self.items.push(PCertResItem {
                        p_cert_code: PCertCode::Success,
                        cert_thumb: Some(thumb),
                    });
                    return Ok(());
                }
            }
        }
        self.items.push(PCertResItem {
            p_cert_code: code,
            cert_thumb: None,
        });
        Ok(())
    }

    /// Encloses a gateway's encryption certificate, if that is good and was not done before.
    fn offer(
        &mut self,
        context: &Context<'_>,
        index: usize,
        gateway: &Gateway,
        data: &PCertReqData,
    ) -> Result<Offer, Error> {
        if let Some(Some(offer)) = self.offers.get(index) {
            return Ok(offer.clone());
        }
        let offer = match gateway.own_encryption(context) {
            Err(_) => Offer::Unfit,
            Ok(_) => {
                let certificate = &gateway.encryption.certificate;
                self.enclose(context, gateway, certificate, data)?;
                Offer::Enclosed(cert_thumb(certificate, context.crypto)?)
            }
        };
        if let Some(place) = self.offers.get_mut(index) {
            *place = Some(offer.clone());
        }
        Ok(offer)
    }

    /// Adds a chain with its CRLs and BCI, each element once.
    fn enclose(
        &mut self,
        context: &Context<'_>,
        gateway: &Gateway,
        certificate: &Certificate,
        data: &PCertReqData,
    ) -> Result<(), Error> {
        let (attached, bci) =
            gateway
                .trust
                .attach(context, &[certificate], data.m_thumbs.as_ref())?;
        add(&mut self.attached.certificates, attached.certificates);
        add(&mut self.attached.crls, attached.crls);
        add(&mut self.bcis, bci.into_iter().collect());
        Ok(())
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
    for element in more {
        if !list.contains(&element) {
            list.push(element);
        }
    }
}

const NO_GATEWAY: Error = Error::Caller(CallerFault::NoCredentials("gateway key"));
