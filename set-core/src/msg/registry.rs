//! Every type of the wire contract, by its name there.

use crate::asn1::strings::SetString;
use crate::asn1::{self, Asn1, DecodeError, Limits, Schema, Wire};
use crate::asn1::{Date, FloatingPoint, Opaque};
use crate::msg::amount::{Currency, CurrencyAmount};
use crate::msg::back_key::BackKeyData;
use crate::msg::cert::bci_distribution::{BciDistribution, BciDistributionTbs};
use crate::msg::cert::card_c_init::{CardCInitReq, CardCInitRes, CardCInitResTbs};
use crate::msg::cert::cert_inq::{CertInqReq, CertInqReqTbs, CertInqRes};
use crate::msg::cert::cert_req::{
    AcctData, AcctInfo, CertReq, CertReqData, CertReqTbe, CertReqTbex, CertReqTbs, FieldValue,
    PanData0, PublicKeySorE, RegFormItem,
};
use crate::msg::cert::cert_res::{
    CaMsg, CertRes, CertResData, CertResTbe, CertStatus, CertStatusCode, FailedItem,
};
use crate::msg::cert::crl_notification::{
    CrlNotification, CrlNotificationRes, CrlNotificationResTbs, CrlNotificationTbs,
};
use crate::msg::cert::id_data::{AcquirerId, IdData, MerchantAcquirerId};
use crate::msg::cert::me_aq_c_init::{MeAqCInitReq, MeAqCInitRes, MeAqCInitResTbs};
use crate::msg::cert::reg_form::{
    PanOnly, PolicyText, ReferralData, RegField, RegFormData, RegFormOrReferral, RegFormReq,
    RegFormReqData, RegFormReqTbe, RegFormRes, RegFormResTbs, RegTemplate,
};
use crate::msg::cert::request_type::RequestType;
use crate::msg::error::{Error, ErrorCode, ErrorMsg, ErrorTbs};
use crate::msg::ids::{
    ApprovalCode, AuthRetNum, BatchId, BatchSequenceNum, Bin, BrandId, Challenge, Language,
    LocalId, LogRefId, MerOrderNum, MerchCatCode, MerchantId, Nonce, PaySysId, Phone, Rrpid,
    SwIdent, TerminalId, Url, ValidationCode, Xid,
};
use crate::msg::message::Message;
use crate::msg::payment::account::{PanData, PanToken};
use crate::msg::payment::acq_card::{
    AcqCardCode, AcqCardCodeMsg, AcqCardCodeMsgTbe, AcqCardMsg, AcqCardMsgData,
};
use crate::msg::payment::auth_req::{
    AuthReq, AuthReqData, AuthReqItem, AuthReqPayload, AuthReqTbe, AuthReqTbs, AuthTags, AvsData,
    CardSuspect, CheckDigests, MerchData, MerchGroup, SpecialProcessing,
};
use crate::msg::payment::auth_res::{
    AuthCharInd, AuthCode, AuthHeader, AuthRes, AuthResB, AuthResBaggage, AuthResBx, AuthResData,
    AuthResPayload, AuthResTbe, AuthResTbex, AuthResTbs, AuthResTbsx, AuthValCodes, AvsResult,
    CardType, RespReason, ResponseData,
};
use crate::msg::payment::auth_rev::{
    AuthResDataNew, AuthRevCode, AuthRevReq, AuthRevReqBaggage, AuthRevReqData, AuthRevReqTbe,
    AuthRevReqTbs, AuthRevRes, AuthRevResB, AuthRevResBaggage, AuthRevResData, AuthRevResTbe,
    AuthRevResTbeb, AuthRevResTbs, AuthRevTags,
};
use crate::msg::payment::batch::{
    AmountType, BatchDetails, BatchStatus, BatchTotals, BrandBatchDetails, CloseStatus, ClosedWhen,
    ReimbursementId, TransDetails, TransactionDetail, TransactionStatus,
};
use crate::msg::payment::batch_admin::{
    BaStatus, BatchAdminReq, BatchAdminReqData, BatchAdminRes, BatchAdminResData, BatchOperation,
    ReturnTransactionDetail, SettlementInfo, TransmissionStatus,
};
use crate::msg::payment::cap::{
    CapCode, CapItem, CapPayload, CapReq, CapReqB, CapReqBx, CapReqData, CapReqTbe, CapReqTbex,
    CapReqTbs, CapReqTbsx, CapRes, CapResData, CapResItem, CapResPayload, CapResTbe, CapTokenSeq,
};
use crate::msg::payment::cap_rev_or_cred::{
    CapRevOrCredCode, CapRevOrCredReqB, CapRevOrCredReqBx, CapRevOrCredReqData,
    CapRevOrCredReqItem, CapRevOrCredReqTbe, CapRevOrCredReqTbex, CapRevOrCredReqTbs,
    CapRevOrCredReqTbsx, CapRevOrCredResData, CapRevOrCredResItem, CapRevOrCredResPayload,
    CapRevReq, CapRevRes, CredReq, CredRes, CredRevReq, CredRevRes,
};
use crate::msg::payment::commercial::{ChargeInfo, CommercialCardData, Item};
use crate::msg::payment::inq::{InqReq, InqReqData, InqRes};
use crate::msg::payment::market::auto::{
    AutoApplicableRate, AutoCharges, AutoRateInfo, MarketAutoCap, NoShow,
};
use crate::msg::payment::market::hotel::{
    HotelCharges, HotelNoShow, HotelRateInfo, MarketHotelCap,
};
use crate::msg::payment::market::transport::{
    MarketTransportCap, Restrictions, StopOverCode, TripLeg,
};
use crate::msg::payment::market::{
    MarketAutoAuth, MarketHotelAuth, MarketSpecAuthData, MarketSpecCapData, MarketSpecDataId,
    MarketSpecSaleData, MarketTransportAuth, Prestige,
};
use crate::msg::payment::p_cert::{
    BrandAndBin, PCertCode, PCertReq, PCertReqData, PCertRes, PCertResItem, PCertResTbs,
};
use crate::msg::payment::p_init::{PInitReq, PInitRes, PInitResData};
use crate::msg::payment::p_req::{
    HodInput, Inputs, OiData, OiDualSigned, OiUnsigned, PReq, PReqDualSigned, PReqUnsigned, Pi,
    PiData, PiDataUnsigned, PiDualSigned, PiDualSignedTbe, PiHead, PiOiLink, PiTbs, PiUnsignedTbe,
};
use crate::msg::payment::p_res::{
    AuthStatus, CapStatus, CompletionCode, CreditStatus, CurrConv, PRes, PResData, PResPayload,
    Results,
};
use crate::msg::payment::sale_detail::{PayRecurInd, SaleDetail};
use crate::msg::payment::tokens::{
    AuthToken, AuthTokenData, AuthTokenTbe, AuthTokenTbs, CapToken, CapTokenData, CapTokenTbe,
    CapTokenTbex, CapTokenTbs,
};
use crate::msg::recur::{InstallRecurData, InstallRecurInd, Location, Recurring};
use crate::msg::tags::{MerTermIds, MsgExtension, MsgExtensions, RrTags, TransIds};
use crate::msg::thumbs::{CertThumb, Thumbs};
use crate::msg::wrapper::{MessageHeader, MessageIds, MessageWrapper};
use crate::pkcs7::algorithm::AlgorithmIdentifier;
use crate::pkcs7::digested::{DetachedDigest, Digest};
use crate::pkcs7::encrypted::{EncryptedContentInfo, EncryptedData, EnvelopedData, RecipientInfo};
use crate::pkcs7::name::{IssuerAndSerialNumber, Name};
use crate::pkcs7::signed::{Attribute, AttributeSeq, ContentInfo, SignedData, SignerInfo};
use crate::secret::{CardExpiry, Pan, Secret};
use crate::x509::bci::{BrandCrlIdentifier, CrlIdentifier, UnsignedBrandCrlIdentifier};
use crate::x509::ext::CardCertRequired;
use crate::x509::ext::CertificateType;
use crate::x509::ext::HashedRootKey;
use crate::x509::ext::SetExtensions;
use crate::x509::ext::Tunneling;
use crate::x509::ext::{AdditionalPolicy, SetPolicyQualifier, SetQualifier};
use crate::x509::ext::{MerNames, MerchantData};
use crate::x509::extension::{Extension, Extensions};
use crate::x509::spki::SubjectPublicKeyInfo;

/// One type of the contract.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name in the contract.
    pub name: &'static str,
    /// What it looks like. A type that is but another name for a second one has the
    /// schema of that.
    pub schema: &'static Schema,
    reencode: fn(&[u8], &Limits) -> Result<Vec<u8>, DecodeError>,
}

impl Entry {
    /// Decodes a value of the type and encodes it again.
    ///
    /// # Errors
    ///
    /// As [`asn1::decode`].
    pub fn reencode(&self, octets: &[u8], limits: &Limits) -> Result<Vec<u8>, DecodeError> {
        (self.reencode)(octets, limits)
    }
}

/// The type called `name` in the contract.
///
/// ```
/// use set_core::asn1::Limits;
/// use set_core::msg::registry;
///
/// let bin = registry::find("BIN").expect("a type of the contract");
/// assert!(bin.reencode(b"\x12\x06411111", &Limits::default()).is_ok());
/// ```
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.name == name)
}

macro_rules! entries {
    ($($name:literal => $type:ty,)+) => {
        &[$(Entry {
            name: $name,
            schema: <$type as Asn1>::SCHEMA,
            reencode: reencode::<$type>,
        }),+]
    };
}

/// Every type, in the order of the contract; the two parts of a Name excepted, which have
/// no type of their own here.
pub const ALL: &[Entry] = entries! {
    // SetPkcs7
    "AlgorithmIdentifier" => AlgorithmIdentifier,
    "Name" => Name,
    "IssuerAndSerialNumber" => IssuerAndSerialNumber,
    "Certificate" => Opaque,
    "CRL" => Opaque,
    "Digest" => Digest,
    "ContentInfo" => ContentInfo,
    "SignedData" => SignedData,
    "SignerInfo" => SignerInfo,
    "AttributeSeq" => AttributeSeq,
    "Attribute" => Attribute,
    "EnvelopedData" => EnvelopedData,
    "RecipientInfo" => RecipientInfo,
    "EncryptedContentInfo" => EncryptedContentInfo,
    "EncryptedData" => EncryptedData,
    "DetachedDigest" => DetachedDigest,
    // SetMessage
    "MessageWrapper" => MessageWrapper,
    "MessageHeader" => MessageHeader,
    "MessageIDs" => MessageIds,
    "Message" => Message,
    "Date" => Date,
    "LocalID" => LocalId,
    "XID" => Xid,
    "RRPID" => Rrpid,
    "Challenge" => Challenge,
    "Nonce" => Nonce,
    "Secret" => Secret,
    "SWIdent" => SwIdent,
    "Language" => Language,
    "PaySysID" => PaySysId,
    "URL" => Url,
    "BIN" => Bin,
    "PAN" => Pan,
    "CardExpiry" => CardExpiry,
    "ApprovalCode" => ApprovalCode,
    "ValidationCode" => ValidationCode,
    "LogRefID" => LogRefId,
    "MerOrderNum" => MerOrderNum,
    "TerminalID" => TerminalId,
    "MerchCatCode" => MerchCatCode,
    "Phone" => Phone,
    "BatchID" => BatchId,
    "BatchSequenceNum" => BatchSequenceNum,
    "AuthRetNum" => AuthRetNum,
    "Currency" => Currency,
    "SETString" => SetString,
    "BrandID" => BrandId,
    "MerchantID" => MerchantId,
    "CurrencyAmount" => CurrencyAmount,
    "TransIDs" => TransIds,
    "RRTags" => RrTags,
    "MerTermIDs" => MerTermIds,
    "MsgExtensions" => MsgExtensions,
    "MsgExtension" => MsgExtension,
    "CertThumb" => CertThumb,
    "Thumbs" => Thumbs,
    "BackKeyData" => BackKeyData,
    "InstallRecurData" => InstallRecurData,
    "InstallRecurInd" => InstallRecurInd,
    "Recurring" => Recurring,
    "Location" => Location,
    "PInitReq" => PInitReq,
    "PInitRes" => PInitRes,
    "PInitResData" => PInitResData,
    "PReq" => PReq,
    "PReqDualSigned" => PReqDualSigned,
    "PIDualSigned" => PiDualSigned,
    "PI-TBS" => PiTbs,
    "PIDualSignedTBE" => PiDualSignedTbe,
    "PI-OILink" => PiOiLink,
    "PIData" => PiData,
    "PIHead" => PiHead,
    "Inputs" => Inputs,
    "PANData" => PanData,
    "PANToken" => PanToken,
    "OIDualSigned" => OiDualSigned,
    "OIData" => OiData,
    "HODInput" => HodInput,
    "PReqUnsigned" => PReqUnsigned,
    "PIUnsignedTBE" => PiUnsignedTbe,
    "OIUnsigned" => OiUnsigned,
    "PIDataUnsigned" => PiDataUnsigned,
    "PI" => Pi,
    "PRes" => PRes,
    "PResData" => PResData,
    "PResPayload" => PResPayload,
    "CompletionCode" => CompletionCode,
    "Results" => Results,
    "AuthStatus" => AuthStatus,
    "CapStatus" => CapStatus,
    "CreditStatus" => CreditStatus,
    "FloatingPoint" => FloatingPoint,
    "CurrConv" => CurrConv,
    "AcqCardMsg" => AcqCardMsg,
    "AcqCardCodeMsgTBE" => AcqCardCodeMsgTbe,
    "AcqCardCodeMsg" => AcqCardCodeMsg,
    "AcqCardCode" => AcqCardCode,
    "AcqCardMsgData" => AcqCardMsgData,
    "InqReq" => InqReq,
    "InqReqData" => InqReqData,
    "InqRes" => InqRes,
    "AuthReq" => AuthReq,
    "AuthReqTBE" => AuthReqTbe,
    "AuthReqTBS" => AuthReqTbs,
    "AuthReqData" => AuthReqData,
    "AuthReqItem" => AuthReqItem,
    "AuthTags" => AuthTags,
    "CheckDigests" => CheckDigests,
    "AuthReqPayload" => AuthReqPayload,
    "AVSData" => AvsData,
    "SpecialProcessing" => SpecialProcessing,
    "CardSuspect" => CardSuspect,
    "MerchData" => MerchData,
    "MerchGroup" => MerchGroup,
    "MarketSpecAuthData" => MarketSpecAuthData,
    "MarketAutoAuth" => MarketAutoAuth,
    "MarketHotelAuth" => MarketHotelAuth,
    "MarketTransportAuth" => MarketTransportAuth,
    "Prestige" => Prestige,
    "AuthRes" => AuthRes,
    "AuthResB" => AuthResB,
    "AuthResBX" => AuthResBx,
    "AuthResTBE" => AuthResTbe,
    "AuthResTBS" => AuthResTbs,
    "AuthResTBEX" => AuthResTbex,
    "AuthResTBSX" => AuthResTbsx,
    "AuthResBaggage" => AuthResBaggage,
    "AuthResData" => AuthResData,
    "AuthResPayload" => AuthResPayload,
    "AuthHeader" => AuthHeader,
    "AuthCode" => AuthCode,
    "ResponseData" => ResponseData,
    "AuthValCodes" => AuthValCodes,
    "RespReason" => RespReason,
    "CardType" => CardType,
    "AVSResult" => AvsResult,
    "AuthCharInd" => AuthCharInd,
    "MarketSpecDataID" => MarketSpecDataId,
    "CapToken" => CapToken,
    "CapTokenTBE" => CapTokenTbe,
    "CapTokenTBEX" => CapTokenTbex,
    "CapTokenTBS" => CapTokenTbs,
    "CapTokenData" => CapTokenData,
    "TokenOpaque" => Opaque,
    "AuthToken" => AuthToken,
    "AuthTokenTBE" => AuthTokenTbe,
    "AuthTokenTBS" => AuthTokenTbs,
    "AuthTokenData" => AuthTokenData,
    "AuthRevReq" => AuthRevReq,
    "AuthRevReqTBE" => AuthRevReqTbe,
    "AuthRevReqTBS" => AuthRevReqTbs,
    "AuthRevReqBaggage" => AuthRevReqBaggage,
    "AuthRevReqData" => AuthRevReqData,
    "AuthRevTags" => AuthRevTags,
    "AuthRevRes" => AuthRevRes,
    "AuthRevResB" => AuthRevResB,
    "AuthRevResTBE" => AuthRevResTbe,
    "AuthRevResTBEB" => AuthRevResTbeb,
    "AuthRevResTBS" => AuthRevResTbs,
    "AuthRevResBaggage" => AuthRevResBaggage,
    "AuthRevResData" => AuthRevResData,
    "AuthRevCode" => AuthRevCode,
    "AuthResDataNew" => AuthResDataNew,
    "CapReq" => CapReq,
    "CapReqB" => CapReqB,
    "CapReqBX" => CapReqBx,
    "CapReqTBE" => CapReqTbe,
    "CapReqTBS" => CapReqTbs,
    "CapReqTBEX" => CapReqTbex,
    "CapReqTBSX" => CapReqTbsx,
    "CapTokenSeq" => CapTokenSeq,
    "CapReqData" => CapReqData,
    "CapItem" => CapItem,
    "CapPayload" => CapPayload,
    "CapRes" => CapRes,
    "CapResTBE" => CapResTbe,
    "CapResData" => CapResData,
    "CapResItem" => CapResItem,
    "CapResPayload" => CapResPayload,
    "CapCode" => CapCode,
    "CapRevReq" => CapRevReq,
    "CredReq" => CredReq,
    "CredRevReq" => CredRevReq,
    "CapRevOrCredReqB" => CapRevOrCredReqB,
    "CapRevOrCredReqBX" => CapRevOrCredReqBx,
    "CapRevOrCredReqTBE" => CapRevOrCredReqTbe,
    "CapRevOrCredReqTBS" => CapRevOrCredReqTbs,
    "CapRevOrCredReqTBEX" => CapRevOrCredReqTbex,
    "CapRevOrCredReqTBSX" => CapRevOrCredReqTbsx,
    "CapRevOrCredReqData" => CapRevOrCredReqData,
    "CapRevOrCredReqItem" => CapRevOrCredReqItem,
    "CapRevRes" => CapRevRes,
    "CredRes" => CredRes,
    "CredRevRes" => CredRevRes,
    "CapRevOrCredResData" => CapRevOrCredResData,
    "CapRevOrCredResItem" => CapRevOrCredResItem,
    "CapRevOrCredResPayload" => CapRevOrCredResPayload,
    "CapRevOrCredCode" => CapRevOrCredCode,
    "SaleDetail" => SaleDetail,
    "PayRecurInd" => PayRecurInd,
    "MarketSpecSaleData" => MarketSpecSaleData,
    "MarketSpecCapData" => MarketSpecCapData,
    "MarketAutoCap" => MarketAutoCap,
    "NoShow" => NoShow,
    "AutoRateInfo" => AutoRateInfo,
    "AutoApplicableRate" => AutoApplicableRate,
    "AutoCharges" => AutoCharges,
    "MarketHotelCap" => MarketHotelCap,
    "HotelNoShow" => HotelNoShow,
    "HotelRateInfo" => HotelRateInfo,
    "HotelCharges" => HotelCharges,
    "MarketTransportCap" => MarketTransportCap,
    "TripLeg" => TripLeg,
    "StopOverCode" => StopOverCode,
    "Restrictions" => Restrictions,
    "CommercialCardData" => CommercialCardData,
    "ChargeInfo" => ChargeInfo,
    "Item" => Item,
    "PCertReq" => PCertReq,
    "PCertReqData" => PCertReqData,
    "BrandAndBIN" => BrandAndBin,
    "PCertRes" => PCertRes,
    "PCertResTBS" => PCertResTbs,
    "PCertResItem" => PCertResItem,
    "PCertCode" => PCertCode,
    "BatchAdminReq" => BatchAdminReq,
    "BatchAdminReqData" => BatchAdminReqData,
    "BatchOperation" => BatchOperation,
    "ReturnTransactionDetail" => ReturnTransactionDetail,
    "TransDetails" => TransDetails,
    "TransactionDetail" => TransactionDetail,
    "AmountType" => AmountType,
    "TransactionStatus" => TransactionStatus,
    "ReimbursementID" => ReimbursementId,
    "BatchStatus" => BatchStatus,
    "ClosedWhen" => ClosedWhen,
    "CloseStatus" => CloseStatus,
    "BatchDetails" => BatchDetails,
    "BrandBatchDetails" => BrandBatchDetails,
    "BatchTotals" => BatchTotals,
    "BatchAdminRes" => BatchAdminRes,
    "BatchAdminResData" => BatchAdminResData,
    "BAStatus" => BaStatus,
    "TransmissionStatus" => TransmissionStatus,
    "SettlementInfo" => SettlementInfo,
    "Error" => Error,
    "ErrorTBS" => ErrorTbs,
    "ErrorMsg" => ErrorMsg,
    "ErrorCode" => ErrorCode,
    // SetCertMsgs
    "RequestType" => RequestType,
    "CardCInitReq" => CardCInitReq,
    "CardCInitRes" => CardCInitRes,
    "CardCInitResTBS" => CardCInitResTbs,
    "RegFormReq" => RegFormReq,
    "RegFormReqTBE" => RegFormReqTbe,
    "RegFormReqData" => RegFormReqData,
    "PANOnly" => PanOnly,
    "RegFormRes" => RegFormRes,
    "RegFormResTBS" => RegFormResTbs,
    "RegFormOrReferral" => RegFormOrReferral,
    "RegFormData" => RegFormData,
    "RegTemplate" => RegTemplate,
    "RegField" => RegField,
    "PolicyText" => PolicyText,
    "ReferralData" => ReferralData,
    "Me-AqCInitReq" => MeAqCInitReq,
    "IDData" => IdData,
    "MerchantAcquirerID" => MerchantAcquirerId,
    "AcquirerID" => AcquirerId,
    "Me-AqCInitRes" => MeAqCInitRes,
    "Me-AqCInitResTBS" => MeAqCInitResTbs,
    "CertReq" => CertReq,
    "CertReqTBE" => CertReqTbe,
    "CertReqTBEX" => CertReqTbex,
    "CertReqTBS" => CertReqTbs,
    "CertReqData" => CertReqData,
    "RegFormItem" => RegFormItem,
    "FieldValue" => FieldValue,
    "PublicKeySorE" => PublicKeySorE,
    "SubjectPublicKeyInfo" => SubjectPublicKeyInfo,
    "AcctInfo" => AcctInfo,
    "PANData0" => PanData0,
    "AcctData" => AcctData,
    "CertRes" => CertRes,
    "CertResTBE" => CertResTbe,
    "CertResData" => CertResData,
    "CertStatus" => CertStatus,
    "CertStatusCode" => CertStatusCode,
    "CAMsg" => CaMsg,
    "FailedItem" => FailedItem,
    "CertInqReq" => CertInqReq,
    "CertInqReqTBS" => CertInqReqTbs,
    "CertInqRes" => CertInqRes,
    "CRLNotification" => CrlNotification,
    "CRLNotificationTBS" => CrlNotificationTbs,
    "CRLNotificationRes" => CrlNotificationRes,
    "CRLNotificationResTBS" => CrlNotificationResTbs,
    "BCIDistribution" => BciDistribution,
    "BCIDistributionTBS" => BciDistributionTbs,
    // SetCertExtensions
    "HashedRootKey" => HashedRootKey,
    "CertificateType" => CertificateType,
    "MerchantData" => MerchantData,
    "MerNames" => MerNames,
    "CardCertRequired" => CardCertRequired,
    "Tunneling" => Tunneling,
    "SETExtensions" => SetExtensions,
    "SetPolicyQualifier" => SetPolicyQualifier,
    "AdditionalPolicy" => AdditionalPolicy,
    "SETQualifier" => SetQualifier,
    "BrandCRLIdentifier" => BrandCrlIdentifier,
    "UnsignedBrandCRLIdentifier" => UnsignedBrandCrlIdentifier,
    "CRLIdentifier" => CrlIdentifier,
    "Extensions" => Extensions,
    "Extension" => Extension,
};

fn reencode<T: Wire>(octets: &[u8], limits: &Limits) -> Result<Vec<u8>, DecodeError> {
    let value: T = asn1::decode(octets, limits)?;
    Ok(value.to_der()?)
}
