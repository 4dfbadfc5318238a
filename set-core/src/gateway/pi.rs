//! The payment instruction: opened, and its dual signature verified.

use crate::asn1::{Raw, oid};
use crate::crypto::PrivateKey;
use crate::error::Error;
use crate::exchange::{Context, extensions};
use crate::gateway::Gateway;
use crate::gateway::auth_token::{self, FollowUp, Terms};
use crate::gateway::host::Account;
use crate::msg::payment::account::{PanData, PanToken};
use crate::msg::payment::auth_req::CheckDigests;
use crate::msg::payment::auth_res::AuthCode;
use crate::msg::payment::p_req::{Pi, PiData, PiDualSigned, PiHead, PiOiLink, PiTbs};
use crate::party::Purpose;
use crate::pkcs7::{DetachedDigest, EnvelopedData, SignedData};
use crate::proof::ChainVerified;
use crate::secret::PanSecret;
use crate::treatment::{dd, ex, exh, so};

/// What came of reading a PI.
#[derive(Debug)]
pub(super) enum Reading {
    /// It was opened.
    Instruction(Box<Instruction>),
    /// It was opened, and is signed under another brand than the gateway's: nothing here can
    /// tell whether the signature is good, nor need it.
    OtherBrand(Box<Instruction>),
    /// It is the AuthToken of an earlier authorization.
    FollowUp(Box<FollowUp>),
    /// It is of a kind that is answered without a look inside.
    Unserved(AuthCode),
}

/// A payment instruction in clear.
#[derive(Debug)]
pub(super) struct Instruction {
    /// All but the account.
    pub(super) head: Raw<PiHead>,
    /// DD(OIData), as the cardholder sealed it.
    pub(super) h_oi_data: DetachedDigest,
    /// The account.
    pub(super) account: Account,
    /// Who signed, unless nobody did.
    pub(super) cardholder: Option<Cardholder>,
}

/// A cardholder whose dual signature was verified.
#[derive(Debug)]
pub(super) struct Cardholder {
    /// The certificate.
    pub(super) chain: ChainVerified,
    /// The secret behind its unique cardholder id.
    pub(super) pan_secret: PanSecret,
}

impl Instruction {
    /// What the cardholder agreed to.
    pub(super) fn into_terms(self) -> Terms {
        let head = self.head.into_value();
        Terms {
            purch_amt: head.inputs.purch_amt,
            install_recur_data: head.install_recur_data,
            back_key: head.acq_back_key_data,
            account: self.account,
            so_far: None,
        }
    }
}

/// Opens a PI that an authorization used, for what the cardholder agreed to: its signatures
/// were verified then, and its digest is that of the record.
///
/// # Errors
///
/// decodingFailure when it does not open; the certificate codes and signatureFailure for an
/// AuthToken.
pub(super) fn again(context: &Context<'_>, gateway: &Gateway, pi: &Pi) -> Result<Terms, Error> {
    let (head, account) = match pi {
        Pi::AuthToken(token) => return Ok(auth_token::open(context, gateway, token)?.terms),
        Pi::PiUnsigned(pi) => {
            let key = gateway.own_opener(pi);
            return Ok(opened_unsigned(context, key, pi)?.into_terms());
        }
        Pi::PiDualSigned(pi) => {
            let (link, pan_data) = ex::open::<PiOiLink, PanData>(
                context.crypto,
                gateway.own_opener(&pi.ex_pi_data),
                oid::content::PI_DUAL_SIGNED_TBE,
                &pi.ex_pi_data,
            )?;
            let account = Account {
                pan: pan_data.pan,
                card_expiry: pan_data.card_expiry,
            };
            (link.into_value().t1.into_value(), account)
        }
    };
    Ok(Terms {
        purch_amt: head.inputs.purch_amt,
        install_recur_data: head.install_recur_data,
        back_key: head.acq_back_key_data,
        account,
        so_far: None,
    })
}

/// Opens a PI.
///
/// # Errors
///
/// decodingFailure when it does not open; unrecognizedExtension; the certificate codes, also when
/// it is encrypted for a former certificate that does not hold any more, which comes before all
/// others; signatureFailure when the dual signature is not over this PI and the merchant's digest of the order.
pub(super) fn read(
    context: &Context<'_>,
    gateway: &mut Gateway,
    pi: &Pi,
    merchant: Option<&CheckDigests>,
) -> Result<Reading, Error> {
    match (pi, merchant) {
        (Pi::AuthToken(token), None) => {
            let follow_up = auth_token::open(context, gateway, token)?;
            Ok(Reading::FollowUp(Box::new(follow_up)))
        }
        (Pi::AuthToken(_), Some(_)) | (_, None) => Ok(Reading::Unserved(AuthCode::PiAuthMismatch)),
        (Pi::PiDualSigned(pi), Some(digests)) => dual_signed(context, gateway, pi, digests),
        (Pi::PiUnsigned(pi), Some(_)) => unsigned(context, gateway, pi),
    }
}

fn dual_signed(
    context: &Context<'_>,
    gateway: &mut Gateway,
    pi: &PiDualSigned,
    merchant: &CheckDigests,
) -> Result<Reading, Error> {
    let crypto = context.crypto;
    let (link, pan_data) = ex::open::<PiOiLink, PanData>(
        crypto,
        gateway.opener(context, &pi.ex_pi_data)?,
        oid::content::PI_DUAL_SIGNED_TBE,
        &pi.ex_pi_data,
    )?;
    let PiOiLink { t1: pi_head, t2 } = link.into_value();
    extensions::check(&pi_head, context.policy)?;
    let pi_data = Raw::new(PiData { pi_head, pan_data })?;
    let pi_tbs = Raw::new(PiTbs {
        h_pi_data: dd::dd(crypto, oid::content::PI_DATA, &pi_data)?,
        h_oi_data: merchant.h_oi_data.clone(),
    })?;
    gateway.trust.learn(context, &pi.pi_signature, None)?;
    if signed_under_other_brand(gateway, &pi.pi_signature)? {
        let PiData { pi_head, pan_data } = pi_data.into_value();
        return Ok(Reading::OtherBrand(Box::new(Instruction {
            head: pi_head,
            h_oi_data: t2,
            account: Account {
                pan: pan_data.pan,
                card_expiry: pan_data.card_expiry,
            },
            cardholder: None,
        })));
    }
    let chain = gateway
        .trust
        .signer(context, &pi.pi_signature, Purpose::CardholderSignature)?;
    so::verify(
        crypto,
        &pi.pi_signature,
        oid::content::PI_TBS,
        pi_tbs.octets(),
        &chain,
    )?;
    let PiData { pi_head, pan_data } = pi_data.into_value();
    Ok(Reading::Instruction(Box::new(Instruction {
        head: pi_head,
        h_oi_data: t2,
        account: Account {
            pan: pan_data.pan,
            card_expiry: pan_data.card_expiry,
        },
        cardholder: Some(Cardholder {
            chain,
            pan_secret: pan_data.pan_secret,
        }),
    })))
}

/// Whether the signer's certificate names another brand than the gateway's.
fn signed_under_other_brand(gateway: &Gateway, signature: &SignedData) -> Result<bool, Error> {
    let ours = gateway.encryption.certificate.brand()?;
    let pointer = &signature.signer_infos.first().issuer_and_serial_number;
    Ok(gateway
        .trust
        .at_hand()
        .filter(|certificate| certificate.issuer_and_serial_number() == pointer)
        .any(|certificate| certificate.brand().is_ok_and(|brand| brand != ours)))
}

fn unsigned(
    context: &Context<'_>,
    gateway: &Gateway,
    pi: &EnvelopedData,
) -> Result<Reading, Error> {
    let instruction = opened_unsigned(context, gateway.opener(context, pi)?, pi)?;
    extensions::check(&instruction.head, context.policy)?;
    Ok(Reading::Instruction(Box::new(instruction)))
}

fn opened_unsigned(
    context: &Context<'_>,
    key: &PrivateKey,
    pi: &EnvelopedData,
) -> Result<Instruction, Error> {
    let (link, pan_token) =
        exh::open::<PiOiLink, PanToken>(context.crypto, key, oid::content::PI_UNSIGNED_TBE, pi)?;
    let PiOiLink { t1, t2 } = link.into_value();
    Ok(Instruction {
        head: t1,
        h_oi_data: t2,
        account: pan_token.into(),
        cardholder: None,
    })
}
