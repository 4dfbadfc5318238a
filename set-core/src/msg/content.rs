//! What a PKCS #7 content type stands for.

use der::asn1::ObjectIdentifier;

use super::cert::bci_distribution::BciDistributionTbs;
use super::cert::card_c_init::CardCInitResTbs;
use super::cert::cert_inq::CertInqReqTbs;
use super::cert::cert_req::{CertReqData, CertReqTbe, CertReqTbex, CertReqTbs};
use super::cert::cert_res::{CertResData, CertResTbe};
use super::cert::crl_notification::{CrlNotificationResTbs, CrlNotificationTbs};
use super::cert::me_aq_c_init::MeAqCInitResTbs;
use super::cert::reg_form::{PanOnly, RegFormReqTbe, RegFormResTbs};
use super::error::ErrorTbs;
use super::payment::account::{PanData, PanToken};
use super::payment::acq_card::{AcqCardCodeMsg, AcqCardCodeMsgTbe};
use super::payment::auth_req::{AuthReqTbe, AuthReqTbs};
use super::payment::auth_res::{AuthResBaggage, AuthResTbe, AuthResTbex, AuthResTbs, AuthResTbsx};
use super::payment::auth_rev::{
    AuthRevReqBaggage, AuthRevReqTbe, AuthRevReqTbs, AuthRevResBaggage, AuthRevResData,
    AuthRevResTbe, AuthRevResTbeb, AuthRevResTbs,
};
use super::payment::batch_admin::{BatchAdminReqData, BatchAdminResData};
use super::payment::cap::{
    CapReqTbe, CapReqTbex, CapReqTbs, CapReqTbsx, CapResData, CapResTbe, CapTokenSeq,
};
use super::payment::cap_rev_or_cred::{
    CapRevOrCredReqTbe, CapRevOrCredReqTbex, CapRevOrCredReqTbs, CapRevOrCredReqTbsx,
    CapRevOrCredResData,
};
use super::payment::inq::InqReqData;
use super::payment::p_cert::{PCertReqData, PCertResTbs};
use super::payment::p_init::PInitResData;
use super::payment::p_req::{
    HodInput, OiData, Pi, PiData, PiDataUnsigned, PiDualSignedTbe, PiTbs, PiUnsignedTbe,
};
use super::payment::p_res::PResData;
use super::payment::tokens::{
    AuthTokenTbe, AuthTokenTbs, CapTokenData, CapTokenTbe, CapTokenTbex, CapTokenTbs,
};
use crate::asn1::oid::content;
use crate::asn1::{Asn1, Schema};
use crate::pkcs7::SignedData;
use crate::x509::spki::SubjectPublicKeyInfo;

/// The type that a content type names, whether it is signed, enveloped or digested.
///
/// ```
/// use set_core::asn1::oid::content;
/// use set_core::msg::content::schema_of_content;
///
/// let schema = schema_of_content(&content::OI_DATA).map(|schema| schema.name);
/// assert_eq!(schema, Some("OIData"));
/// ```
#[must_use]
pub fn schema_of_content(content_type: &ObjectIdentifier) -> Option<&'static Schema> {
    TYPES
        .iter()
        .find(|(known, _)| known == content_type)
        .map(|(_, schema)| *schema)
}

/// Every content type of SET with the type that it names.
pub const TYPES: &[(ObjectIdentifier, &Schema)] = &[
    (content::PAN_DATA, PanData::SCHEMA),
    (content::PAN_TOKEN, PanToken::SCHEMA),
    (content::PAN_ONLY, PanOnly::SCHEMA),
    (content::OI_DATA, OiData::SCHEMA),
    (content::PI, Pi::SCHEMA),
    (content::PI_DATA, PiData::SCHEMA),
    (content::PI_DATA_UNSIGNED, PiDataUnsigned::SCHEMA),
    (content::HOD_INPUT, HodInput::SCHEMA),
    (content::AUTH_RES_BAGGAGE, AuthResBaggage::SCHEMA),
    (content::AUTH_REV_REQ_BAGGAGE, AuthRevReqBaggage::SCHEMA),
    (content::AUTH_REV_RES_BAGGAGE, AuthRevResBaggage::SCHEMA),
    (content::CAP_TOKEN_SEQ, CapTokenSeq::SCHEMA),
    (content::P_INIT_RES_DATA, PInitResData::SCHEMA),
    (content::PI_TBS, PiTbs::SCHEMA),
    (content::P_RES_DATA, PResData::SCHEMA),
    (content::INQ_REQ_DATA, InqReqData::SCHEMA),
    (content::AUTH_REQ_TBS, AuthReqTbs::SCHEMA),
    (content::AUTH_RES_TBS, AuthResTbs::SCHEMA),
    (content::AUTH_RES_TBSX, AuthResTbsx::SCHEMA),
    (content::AUTH_TOKEN_TBS, AuthTokenTbs::SCHEMA),
    (content::CAP_TOKEN_DATA, CapTokenData::SCHEMA),
    (content::CAP_TOKEN_TBS, CapTokenTbs::SCHEMA),
    (content::ACQ_CARD_CODE_MSG, AcqCardCodeMsg::SCHEMA),
    (content::AUTH_REV_REQ_TBS, AuthRevReqTbs::SCHEMA),
    (content::AUTH_REV_RES_DATA, AuthRevResData::SCHEMA),
    (content::AUTH_REV_RES_TBS, AuthRevResTbs::SCHEMA),
    (content::CAP_REQ_TBS, CapReqTbs::SCHEMA),
    (content::CAP_REQ_TBSX, CapReqTbsx::SCHEMA),
    (content::CAP_RES_DATA, CapResData::SCHEMA),
    (content::CAP_REV_REQ_TBS, CapRevOrCredReqTbs::SCHEMA),
    (content::CAP_REV_REQ_TBSX, CapRevOrCredReqTbsx::SCHEMA),
    (content::CAP_REV_RES_DATA, CapRevOrCredResData::SCHEMA),
    (content::CRED_REQ_TBS, CapRevOrCredReqTbs::SCHEMA),
    (content::CRED_REQ_TBSX, CapRevOrCredReqTbsx::SCHEMA),
    (content::CRED_RES_DATA, CapRevOrCredResData::SCHEMA),
    (content::CRED_REV_REQ_TBS, CapRevOrCredReqTbs::SCHEMA),
    (content::CRED_REV_REQ_TBSX, CapRevOrCredReqTbsx::SCHEMA),
    (content::CRED_REV_RES_DATA, CapRevOrCredResData::SCHEMA),
    (content::P_CERT_REQ_DATA, PCertReqData::SCHEMA),
    (content::P_CERT_RES_TBS, PCertResTbs::SCHEMA),
    (content::BATCH_ADMIN_REQ_DATA, BatchAdminReqData::SCHEMA),
    (content::BATCH_ADMIN_RES_DATA, BatchAdminResData::SCHEMA),
    (content::CARD_C_INIT_RES_TBS, CardCInitResTbs::SCHEMA),
    (content::ME_AQ_C_INIT_RES_TBS, MeAqCInitResTbs::SCHEMA),
    (content::REG_FORM_RES_TBS, RegFormResTbs::SCHEMA),
    (content::CERT_REQ_DATA, CertReqData::SCHEMA),
    (content::CERT_REQ_TBS, CertReqTbs::SCHEMA),
    (content::CERT_RES_DATA, CertResData::SCHEMA),
    (content::CERT_INQ_REQ_TBS, CertInqReqTbs::SCHEMA),
    (content::ERROR_TBS, ErrorTbs::SCHEMA),
    (content::PI_DUAL_SIGNED_TBE, PiDualSignedTbe::SCHEMA),
    (content::PI_UNSIGNED_TBE, PiUnsignedTbe::SCHEMA),
    (content::AUTH_REQ_TBE, AuthReqTbe::SCHEMA),
    (content::AUTH_RES_TBE, AuthResTbe::SCHEMA),
    (content::AUTH_RES_TBEX, AuthResTbex::SCHEMA),
    (content::AUTH_TOKEN_TBE, AuthTokenTbe::SCHEMA),
    (content::CAP_TOKEN_TBE, CapTokenTbe::SCHEMA),
    (content::CAP_TOKEN_TBEX, CapTokenTbex::SCHEMA),
    (content::ACQ_CARD_CODE_MSG_TBE, AcqCardCodeMsgTbe::SCHEMA),
    (content::AUTH_REV_REQ_TBE, AuthRevReqTbe::SCHEMA),
    (content::AUTH_REV_RES_TBE, AuthRevResTbe::SCHEMA),
    (content::AUTH_REV_RES_TBEB, AuthRevResTbeb::SCHEMA),
    (content::CAP_REQ_TBE, CapReqTbe::SCHEMA),
    (content::CAP_REQ_TBEX, CapReqTbex::SCHEMA),
    (content::CAP_RES_TBE, CapResTbe::SCHEMA),
    (content::CAP_REV_REQ_TBE, CapRevOrCredReqTbe::SCHEMA),
    (content::CAP_REV_REQ_TBEX, CapRevOrCredReqTbex::SCHEMA),
    (content::CAP_REV_RES_TBE, SignedData::SCHEMA),
    (content::CRED_REQ_TBE, CapRevOrCredReqTbe::SCHEMA),
    (content::CRED_REQ_TBEX, CapRevOrCredReqTbex::SCHEMA),
    (content::CRED_RES_TBE, SignedData::SCHEMA),
    (content::CRED_REV_REQ_TBE, CapRevOrCredReqTbe::SCHEMA),
    (content::CRED_REV_REQ_TBEX, CapRevOrCredReqTbex::SCHEMA),
    (content::CRED_REV_RES_TBE, SignedData::SCHEMA),
    (content::BATCH_ADMIN_REQ_TBE, SignedData::SCHEMA),
    (content::BATCH_ADMIN_RES_TBE, SignedData::SCHEMA),
    (content::REG_FORM_REQ_TBE, RegFormReqTbe::SCHEMA),
    (content::CERT_REQ_TBE, CertReqTbe::SCHEMA),
    (content::CERT_REQ_TBEX, CertReqTbex::SCHEMA),
    (content::CERT_RES_TBE, CertResTbe::SCHEMA),
    (content::CRL_NOTIFICATION_TBS, CrlNotificationTbs::SCHEMA),
    (
        content::CRL_NOTIFICATION_RES_TBS,
        CrlNotificationResTbs::SCHEMA,
    ),
    (content::BCI_DISTRIBUTION_TBS, BciDistributionTbs::SCHEMA),
    (content::ROOT_KEY_THUMB, SubjectPublicKeyInfo::SCHEMA),
];
