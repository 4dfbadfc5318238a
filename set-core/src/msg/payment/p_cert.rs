//! PCertReq and PCertRes: the merchant fetches gateway certificates.

use crate::asn1::SeqOf;
use crate::msg::ids::{Bin, BrandId};
use crate::msg::tags::{MsgExtensions, RrTags};
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::pkcs7::SignedData;
use crate::x509::bci::BrandCrlIdentifier;
use crate::{enumerated, sequence};

/// The merchant asks for gateway encryption certificates: `S{M, PCertReqData}`.
///
/// ```text
/// PCertReq ::= SignedData  -- S{M, PCertReqData}
/// ```
pub type PCertReq = SignedData;

sequence! {
    /// Which certificates.
    ///
    /// ```text
    /// PCertReqData ::= SEQUENCE {
    ///   pCertRRTags     RRTags,
    ///   mThumbs         [0] EXPLICIT Thumbs OPTIONAL,
    ///   brandAndBINSeq  SEQUENCE SIZE(1..MAX) OF BrandAndBIN,
    ///   pcRqExtensions  [1] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PCertReqData = "PCertReqData" {
        /// The request and its sender.
        p_cert_rr_tags: RrTags = "pCertRRTags",
        /// What the merchant holds already.
        m_thumbs: Option<Thumbs> = "mThumbs" [explicit 0 optional],
        /// For which brands and BINs.
        brand_and_bin_seq: SeqOf<BrandAndBin> = "brandAndBINSeq",
        /// Extensions.
        pc_rq_extensions: Option<MsgExtensions> = "pcRqExtensions" [implicit 1 optional],
    }
}

sequence! {
    /// A brand, and a BIN within it.
    ///
    /// ```text
    /// BrandAndBIN ::= SEQUENCE {
    ///   brandID  BrandID,
    ///   bin      BIN OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BrandAndBin = "BrandAndBIN" {
        /// The brand.
        brand_id: BrandId = "brandID",
        /// The first six digits of the card; all of the brand's when absent.
        bin: Option<Bin> = "bin" [optional],
    }
}

/// The gateway's answer, with the certificates: `S{P, PCertResTBS}`.
///
/// ```text
/// PCertRes ::= SignedData  -- S{P, PCertResTBS}
/// ```
pub type PCertRes = SignedData;

sequence! {
    /// What the gateway signs in PCertRes.
    ///
    /// ```text
    /// PCertResTBS ::= SEQUENCE {
    ///   pCertRRTags            RRTags,
    ///   pCertResItemSeq        SEQUENCE SIZE(1..MAX) OF PCertResItem,
    ///   brandCRLIdentifierSeq  [0] SEQUENCE SIZE(1..MAX) OF BrandCRLIdentifier OPTIONAL,
    ///   pcRsExtensions         [1] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PCertResTbs = "PCertResTBS" {
        /// Those of the request.
        p_cert_rr_tags: RrTags = "pCertRRTags",
        /// One for each brand and BIN asked for, in that order.
        p_cert_res_item_seq: SeqOf<PCertResItem> = "pCertResItemSeq",
        /// The BCI of each brand.
        brand_crl_identifier_seq: Option<SeqOf<BrandCrlIdentifier>> = "brandCRLIdentifierSeq" [implicit 0 optional],
        /// Extensions.
        pc_rs_extensions: Option<MsgExtensions> = "pcRsExtensions" [implicit 1 optional],
    }
}

sequence! {
    /// What came of one brand and BIN.
    ///
    /// ```text
    /// PCertResItem ::= SEQUENCE {
    ///   pCertCode  PCertCode,
    ///   certThumb  [0] EXPLICIT CertThumb OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PCertResItem = "PCertResItem" {
        /// Whether, and why not.
        p_cert_code: PCertCode = "pCertCode",
        /// The certificate, among those sent.
        cert_thumb: Option<CertThumb> = "certThumb" [explicit 0 optional],
    }
}

enumerated! {
    /// The outcome for one brand and BIN.
    ///
    /// ```text
    /// PCertCode ::= ENUMERATED { success(0), unspecifiedFailure(1), brandNotSupported(2), unknownBIN(3) }
    /// ```
    pub enum PCertCode = "PCertCode" {
        /// The certificate is there.
        Success = 0 "success",
        /// Failed without a reason.
        UnspecifiedFailure = 1 "unspecifiedFailure",
        /// The gateway does not take this brand.
        BrandNotSupported = 2 "brandNotSupported",
        /// The gateway does not take this BIN.
        UnknownBin = 3 "unknownBIN",
    }
}
