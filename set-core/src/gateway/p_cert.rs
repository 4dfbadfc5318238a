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
use crate::msg::wrapper::MessageHeader;
use crate::party::Purpose;
use crate::treatment::{Attached, s};
use crate::x509::thumbs::cert_thumb;
use crate::x509::{Brand, BrandCrlIdentifier, Certificate};

/// Answers PCertReq for the brands that `gateways` serve.
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
) -> Result<Vec<u8>, Error> {
    let data = s::unverified::<PCertReqData>(request, oid::content::P_CERT_REQ_DATA)?;
    extensions::check(&data, context.policy)?;
    let (signer, merchant) = verify(context, gateways, request)?;
    check_rrpid(header, data.p_cert_rr_tags.rrpid)?;
    let mut answer = Answer {
        merchant: Some(merchant),
        ..Answer::default()
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
    context.wrap(
        Message::PCertRes(Box::new(signed)),
        Some(data.p_cert_rr_tags.rrpid),
        None,
    )
}

/// Verifies the merchant's signature, and tells which of our gateways knows the merchant.
fn verify(
    context: &Context<'_>,
    gateways: &mut [Gateway],
    request: &PCertReq,
) -> Result<(usize, Certificate), Error> {
    let mut failure = NO_GATEWAY;
    for (index, gateway) in gateways.iter_mut().enumerate() {
        match verify_with(context, gateway, request) {
            Ok(Some(merchant)) => return Ok((index, merchant)),
            Ok(None) => {
                failure =
                    PeerFault::Unspecified("no gateway of the merchant's brand and acquirer").into()
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// The merchant's certificate if it is of this gateway's brand and acquirer, its signature
/// being good.
fn verify_with(
    context: &Context<'_>,
    gateway: &mut Gateway,
    request: &PCertReq,
) -> Result<Option<Certificate>, Error> {
    gateway.trust.learn(context, request, None)?;
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
    Ok(fits.then(|| certificate.clone()))
}

/// The response while it is put together.
#[derive(Default)]
struct Answer {
    /// Who asks.
    merchant: Option<Certificate>,
    items: Vec<PCertResItem>,
    attached: Attached,
    bcis: Vec<BrandCrlIdentifier>,
}

impl Answer {
    /// Whether the merchant may pay through a gateway of that brand. Its acquirer is known for
    /// its own brand only.
    fn may_use(&self, gateway: &Gateway, brand: &Brand) -> Result<bool, Error> {
        match &self.merchant {
            Some(merchant) if merchant.brand()? == *brand => gateway.serves_acquirer_of(merchant),
            _ => Ok(true),
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
        for gateway in gateways {
            let theirs = gateway.signature.certificate.brand()?;
            if theirs != brand || !self.may_use(gateway, &brand)? {
                continue;
            }
            if !gateway.serves(wanted.bin.as_ref()) {
                code = PCertCode::UnknownBin;
                continue;
            }
            if gateway.own_encryption(context).is_err() {
                code = PCertCode::UnspecifiedFailure;
                continue;
            }
            let certificate = &gateway.encryption.certificate;
            self.enclose(context, gateway, certificate, data)?;
            self.items.push(PCertResItem {
                p_cert_code: PCertCode::Success,
                cert_thumb: Some(cert_thumb(certificate, context.crypto)?),
            });
            return Ok(());
        }
        self.items.push(PCertResItem {
            p_cert_code: code,
            cert_thumb: None,
        });
        Ok(())
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
