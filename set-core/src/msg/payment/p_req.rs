//! PReq: the order and the payment instruction.

use der::asn1::{ObjectIdentifier, OctetString};

use crate::asn1::{Raw, SeqOf};
use crate::msg::amount::CurrencyAmount;
use crate::msg::back_key::BackKeyData;
use crate::msg::ids::{Bin, BrandId, Challenge, MerchantId, Nonce, Rrpid, SwIdent};
use crate::msg::payment::account::{PanData, PanToken};
use crate::msg::payment::tokens::AuthToken;
use crate::msg::recur::InstallRecurData;
use crate::msg::tags::{MsgExtensions, TransIds};
use crate::pkcs7::{DetachedDigest, Digest, EnvelopedData, SignedData};
use crate::{choice, sequence};

choice! {
    /// The order, tied to a payment instruction that the merchant cannot read.
    ///
    /// ```text
    /// PReq ::= CHOICE {
    ///   pReqDualSigned  [0] EXPLICIT PReqDualSigned,
    ///   pReqUnsigned    [1] EXPLICIT PReqUnsigned
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum PReq = "PReq" {
        /// By a cardholder with a certificate.
        PReqDualSigned(PReqDualSigned) = "pReqDualSigned" [explicit 0],
        /// By a cardholder without.
        PReqUnsigned(PReqUnsigned) = "pReqUnsigned" [explicit 1],
    }
}

sequence! {
    /// Order and payment instruction under one dual signature.
    ///
    /// ```text
    /// PReqDualSigned ::= SEQUENCE {
    ///   piDualSigned  PIDualSigned,
    ///   oiDualSigned  OIDualSigned
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PReqDualSigned = "PReqDualSigned" {
        /// For the gateway.
        pi_dual_signed: PiDualSigned = "piDualSigned",
        /// For the merchant.
        oi_dual_signed: OiDualSigned = "oiDualSigned",
    }
}

sequence! {
    /// The payment instruction and the dual signature.
    ///
    /// ```text
    /// PIDualSigned ::= SEQUENCE {
    ///   piSignature  SignedData,  -- SO{C, PI-TBS}
    ///   exPIData     EnvelopedData  -- EX{P, PI-OILink, PANData}; PIDualSignedTBE inside
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PiDualSigned = "PIDualSigned" {
        /// `SO{C, PI-TBS}`: the dual signature.
        pi_signature: SignedData = "piSignature",
        /// `EX{P, PI-OILink, PANData}`.
        ex_pi_data: EnvelopedData = "exPIData",
    }
}

sequence! {
    /// What the dual signature is over: the digests of both halves.
    ///
    /// ```text
    /// PI-TBS ::= SEQUENCE {
    ///   hPIData  DetachedDigest,  -- DD{PIData}
    ///   hOIData  DetachedDigest  -- DD{OIData}
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PiTbs = "PI-TBS" {
        /// Digest of [`PiData`].
        h_pi_data: DetachedDigest = "hPIData",
        /// Digest of [`OiData`].
        h_oi_data: DetachedDigest = "hOIData",
    }
}

sequence! {
    /// The DES part of a signed payment instruction: `L{PI-OILink, PANData}`.
    ///
    /// ```text
    /// PIDualSignedTBE ::= SEQUENCE {  -- L{PI-OILink, PANData}; PANData itself is in the OAEP block
    ///   t1  PI-OILink,
    ///   t2  DetachedDigest
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct PiDualSignedTbe = "PIDualSignedTBE" {
        /// The payment instruction without the account.
        t1: PiOiLink = "t1",
        /// Digest of [`PanData`], which is in the OAEP block.
        t2: DetachedDigest = "t2",
    }
}

sequence! {
    /// The payment instruction tied to its order: `L{PIHead, OIData}`.
    ///
    /// ```text
    /// PI-OILink ::= SEQUENCE {  -- L{PIHead, OIData}
    ///   t1  PIHead,
    ///   t2  DetachedDigest
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct PiOiLink = "PI-OILink" {
        /// The payment instruction without the account.
        t1: Raw<PiHead> = "t1",
        /// Digest of [`OiData`].
        t2: DetachedDigest = "t2",
    }
}

sequence! {
    /// The payment instruction as a whole; hashed, never sent as such.
    ///
    /// ```text
    /// PIData ::= SEQUENCE {  -- hashed, never sent as such
    ///   piHead   PIHead,
    ///   panData  PANData
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct PiData = "PIData" {
        /// All but the account.
        pi_head: Raw<PiHead> = "piHead",
        /// The account.
        pan_data: PanData = "panData",
    }
}

sequence! {
    /// The payment instruction without the account.
    ///
    /// ```text
    /// PIHead ::= SEQUENCE {
    ///   transIDs          TransIDs,
    ///   inputs            Inputs,
    ///   merchantID        MerchantID,
    ///   installRecurData  [0] InstallRecurData OPTIONAL,
    ///   transStain        Digest,  -- HMAC{XID, panSecret of the cardholder certificate}
    ///   swIdent           SWIdent,
    ///   acqBackKeyData    [1] EXPLICIT BackKeyData OPTIONAL,
    ///   piExtensions      [2] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct PiHead = "PIHead" {
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// What is paid for.
        inputs: Inputs = "inputs",
        /// Who is paid.
        merchant_id: MerchantId = "merchantID",
        /// Whether more authorizations will follow.
        install_recur_data: Option<InstallRecurData> = "installRecurData" [implicit 0 optional],
        /// HMAC of the XID under the cardholder's PANSecret: the holder of the certificate is the
        /// payer.
        trans_stain: Digest = "transStain",
        /// The program that sends.
        sw_ident: SwIdent = "swIdent",
        /// The key for the acquirer's message to the cardholder.
        acq_back_key_data: Option<BackKeyData> = "acqBackKeyData" [explicit 1 optional],
        /// Extensions.
        pi_extensions: Option<MsgExtensions> = "piExtensions" [implicit 2 optional],
    }
}

sequence! {
    /// What is paid for.
    ///
    /// ```text
    /// Inputs ::= SEQUENCE {
    ///   hod       DetachedDigest,  -- DD{HODInput}
    ///   purchAmt  CurrencyAmount
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Inputs = "Inputs" {
        /// Digest of [`HodInput`].
        hod: DetachedDigest = "hod",
        /// The amount of the whole order.
        purch_amt: CurrencyAmount = "purchAmt",
    }
}

sequence! {
    /// The order tied to its payment instruction: `L{OIData, PIData}`.
    ///
    /// ```text
    /// OIDualSigned ::= SEQUENCE {  -- L{OIData, PIData}
    ///   t1  OIData,
    ///   t2  DetachedDigest
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct OiDualSigned = "OIDualSigned" {
        /// The order.
        t1: Raw<OiData> = "t1",
        /// Digest of [`PiData`].
        t2: DetachedDigest = "t2",
    }
}

sequence! {
    /// The order, without its description, which both sides know from shopping.
    ///
    /// ```text
    /// OIData ::= SEQUENCE {
    ///   transIDs      TransIDs,
    ///   rrpid         RRPID,
    ///   chall-C       Challenge,
    ///   hod           DetachedDigest,  -- DD{HODInput}
    ///   odSalt        Nonce,
    ///   chall-M       Challenge OPTIONAL,
    ///   brandID       BrandID,
    ///   bin           BIN,
    ///   odExtOIDs     [0] SEQUENCE OF OBJECT IDENTIFIER OPTIONAL,
    ///   oiExtensions  [1] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct OiData = "OIData" {
        /// Which transaction.
        trans_ids: TransIds = "transIDs",
        /// Ties the response to its request.
        rrpid: Rrpid = "rrpid",
        /// The cardholder's challenge.
        chall_c: Challenge = "chall-C",
        /// Digest of [`HodInput`].
        hod: DetachedDigest = "hod",
        /// Keeps that digest from being searched.
        od_salt: Nonce = "odSalt",
        /// The merchant's challenge of PInitRes; absent when there was none.
        chall_m: Option<Challenge> = "chall-M" [optional],
        /// The brand of the card.
        brand_id: BrandId = "brandID",
        /// The first six digits of the card.
        bin: Bin = "bin",
        /// Extensions that are in [`HodInput`].
        od_ext_oids: Option<SeqOf<ObjectIdentifier, 0>> = "odExtOIDs" [implicit 0 optional],
        /// Extensions.
        oi_extensions: Option<MsgExtensions> = "oiExtensions" [implicit 1 optional],
    }
}

sequence! {
    /// The order description and the amount; hashed, never sent, for both sides know them from
    /// shopping.
    ///
    /// ```text
    /// HODInput ::= SEQUENCE {  -- hashed, never sent; both sides know it from shopping
    ///   od                OCTET STRING,
    ///   purchAmt          CurrencyAmount,
    ///   odSalt            Nonce,
    ///   installRecurData  [0] InstallRecurData OPTIONAL,
    ///   odExtensions      [1] MsgExtensions OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct HodInput = "HODInput" {
        /// The order description, octet for octet as shopping left it.
        od: OctetString = "od",
        /// The amount of the whole order.
        purch_amt: CurrencyAmount = "purchAmt",
        /// Keeps the digest from being searched.
        od_salt: Nonce = "odSalt",
        /// Whether more authorizations will follow.
        install_recur_data: Option<InstallRecurData> = "installRecurData" [implicit 0 optional],
        /// Extensions.
        od_extensions: Option<MsgExtensions> = "odExtensions" [implicit 1 optional],
    }
}

sequence! {
    /// Order and payment instruction of a cardholder without a certificate.
    ///
    /// ```text
    /// PReqUnsigned ::= SEQUENCE {
    ///   piUnsigned  EnvelopedData,  -- EXH{P, PI-OILink, PANToken}; PIUnsignedTBE inside
    ///   oiUnsigned  OIUnsigned
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PReqUnsigned = "PReqUnsigned" {
        /// `EXH{P, PI-OILink, PANToken}`.
        pi_unsigned: EnvelopedData = "piUnsigned",
        /// The order.
        oi_unsigned: OiUnsigned = "oiUnsigned",
    }
}

sequence! {
    /// The DES part of an unsigned payment instruction: `L{PI-OILink, PANToken}`.
    ///
    /// ```text
    /// PIUnsignedTBE ::= SEQUENCE {  -- L{PI-OILink, PANToken}
    ///   t1  PI-OILink,
    ///   t2  DetachedDigest
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct PiUnsignedTbe = "PIUnsignedTBE" {
        /// The payment instruction without the account.
        t1: PiOiLink = "t1",
        /// Digest of [`PanToken`], which is in the OAEP block.
        t2: DetachedDigest = "t2",
    }
}

sequence! {
    /// The order tied to its unsigned payment instruction: `L{OIData, PIDataUnsigned}`.
    ///
    /// ```text
    /// OIUnsigned ::= SEQUENCE {  -- L{OIData, PIDataUnsigned}
    ///   t1  OIData,
    ///   t2  DetachedDigest
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct OiUnsigned = "OIUnsigned" {
        /// The order.
        t1: Raw<OiData> = "t1",
        /// Digest of [`PiDataUnsigned`].
        t2: DetachedDigest = "t2",
    }
}

sequence! {
    /// The unsigned payment instruction as a whole; hashed, never sent as such.
    ///
    /// ```text
    /// PIDataUnsigned ::= SEQUENCE {
    ///   piHead    PIHead,
    ///   panToken  PANToken
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct PiDataUnsigned = "PIDataUnsigned" {
        /// All but the account.
        pi_head: Raw<PiHead> = "piHead",
        /// The account.
        pan_token: PanToken = "panToken",
    }
}

choice! {
    /// A payment instruction, as merchant and gateway see it.
    ///
    /// ```text
    /// PI ::= CHOICE {
    ///   piUnsigned    [0] EXPLICIT EnvelopedData,
    ///   piDualSigned  [1] EXPLICIT PIDualSigned,
    ///   authToken     [2] EXPLICIT AuthToken
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Pi = "PI" {
        /// Of a cardholder without a certificate.
        PiUnsigned(EnvelopedData) = "piUnsigned" [explicit 0],
        /// Of a cardholder with one.
        PiDualSigned(PiDualSigned) = "piDualSigned" [explicit 1],
        /// The gateway's own, for authorizations after the first.
        AuthToken(AuthToken) = "authToken" [explicit 2],
    }
}
