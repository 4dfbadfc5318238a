//! What a CA remembers of a registration between its messages.
//!
//! The encoding is DER; a store keeps it under lid-CA. It holds no account number and no
//! secret in clear: what an answer must still carry in secret is sealed for the CA's own
//! encryption key.

use crate::asn1::strings::SetString;
use crate::asn1::{self, Date, Opaque, SeqOf};
use crate::crypto::KeyRules;
use crate::error::{CallerFault, Error};
use crate::msg::back_key::BackKeyData;
use crate::msg::cert::cert_req::PublicKeySorE;
use crate::msg::cert::cert_res::CertStatusCode;
use crate::msg::cert::id_data::IdData;
use crate::msg::cert::request_type::RequestType;
use crate::msg::ids::{Bin, Challenge, LocalId};
use crate::pkcs7::{EnvelopedData, Name};
use crate::secret::Secret;
use crate::x509::Certificate;
use crate::{choice, sequence};

choice! {
    /// A registration at the CA.
    ///
    /// ```text
    /// Offered ──CertReq──▶ Pended ──CertInqReq──▶ Decided
    ///    └────────────────CertReq──────────────────▲
    /// ```
    ///
    /// ```text
    /// Registration ::= CHOICE {
    ///   offered  [0] Offered,
    ///   pended   [1] Pended,
    ///   decided  [2] Decided
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Registration = "Registration" {
        /// The form, or a referral, was sent.
        Offered(Offered) = "offered" [implicit 0],
        /// The request waits for its approval.
        Pended(Pended) = "pended" [implicit 1],
        /// The request was granted or refused.
        Decided(Decided) = "decided" [implicit 2],
    }
}

impl Registration {
    /// How it began.
    #[must_use]
    pub const fn offered(&self) -> &Offered {
        match self {
            Self::Offered(offered) => offered,
            Self::Pended(pended) => &pended.offered,
            Self::Decided(decided) => &decided.pended.offered,
        }
    }
}

sequence! {
    /// The form, or a referral, was sent.
    ///
    /// ```text
    /// Offered ::= SEQUENCE {
    ///   ca           Name,
    ///   lid-CA       LocalID,
    ///   lid-EE       LocalID,
    ///   chall-CA     Challenge,
    ///   requestType  RequestType,
    ///   bin          BIN,
    ///   date         Date,
    ///   idData       [0] EXPLICIT IDData OPTIONAL,
    ///   regFormID    [1] INTEGER (0..MAX) OPTIONAL,
    ///   refusal      [2] CertStatusCode OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Offered = "Offered" {
        /// The CA's name: several CAs may share one store.
        ca: Name = "ca",
        /// The CA's id of the registration.
        lid_ca: LocalId = "lid-CA",
        /// The entity's id of the registration.
        lid_ee: LocalId = "lid-EE",
        /// What the CertReq must echo.
        chall_ca: Challenge = "chall-CA",
        /// Which certificates.
        request_type: RequestType = "requestType",
        /// The issuer or acquirer.
        bin: Bin = "bin",
        /// When.
        date: Date = "date",
        /// For whom, unless for a cardholder.
        id_data: Option<IdData> = "idData" [explicit 0 optional],
        /// The form that was sent.
        reg_form_id: Option<u64> = "regFormID" [implicit 1 optional],
        /// Why a referral was sent instead.
        refusal: Option<CertStatusCode> = "refusal" [implicit 2 optional],
    }
}

sequence! {
    /// A request that is in order and waits for its approval.
    ///
    /// ```text
    /// Pended ::= SEQUENCE {
    ///   offered       Offered,
    ///   keys          PublicKeySorE,
    ///   uniqueCardID  [0] UniqueCardholderID OPTIONAL,
    ///   cardEnd       [1] Date OPTIONAL,
    ///   sealed        [2] EnvelopedData,
    ///   standing      [3] EXPLICIT ANY OPTIONAL       -- Certificate
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Pended = "Pended" {
        /// How it began.
        offered: Offered = "offered",
        /// The keys to be certified.
        keys: PublicKeySorE = "keys",
        /// The common name of a cardholder's certificate.
        unique_card_id: Option<UniqueCardholderId> = "uniqueCardID" [implicit 0 optional],
        /// The last second of a card's last month.
        card_end: Option<Date> = "cardEnd" [implicit 1 optional],
        /// [`AnswerSecrets`], for the CA's own encryption key.
        sealed: EnvelopedData = "sealed" [implicit 2],
        /// The signature certificate that the request stands on: the one that is renewed, or
        /// the one that vouches for a new encryption key.
        standing: Option<Opaque> = "standing" [explicit 3 optional],
    }
}

impl Pended {
    /// Who asks, as octets that are the same in each of its requests: a cardholder's unique
    /// id, or what names a merchant or acquirer. A key that is certified for one owner is
    /// not certified for another.
    ///
    /// # Errors
    ///
    /// [`Error::Caller`] for a record that names nobody.
    pub fn owner(&self) -> Result<Vec<u8>, Error> {
        match (&self.unique_card_id, &self.offered.id_data) {
            (Some(id), _) => Ok(asn1::encode(id)?),
            (None, Some(id_data)) => Ok(asn1::encode(id_data)?),
            (None, None) => Err(CallerFault::State("the registration names nobody").into()),
        }
    }

    /// The signature certificate that the request stands on.
    pub(super) fn standing(&self, rules: &KeyRules) -> Result<Option<Certificate>, Error> {
        match &self.standing {
            None => Ok(None),
            Some(octets) => Ok(Some(Certificate::parse(octets.as_octets(), rules)?)),
        }
    }
}

sequence! {
    /// A request that was granted or refused.
    ///
    /// ```text
    /// Decided ::= SEQUENCE {
    ///   pended        Pended,
    ///   code          CertStatusCode,
    ///   message       [0] EXPLICIT SETString OPTIONAL,
    ///   certificates  [1] SEQUENCE OF ANY OPTIONAL       -- Certificate
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Decided = "Decided" {
        /// The request.
        pended: Pended = "pended",
        /// What came of it.
        code: CertStatusCode = "code",
        /// The word that went with it.
        message: Option<SetString> = "message" [explicit 0 optional],
        /// The certificates issued.
        certificates: Option<SeqOf<Opaque>> = "certificates" [implicit 1 optional],
    }
}

sequence! {
    /// What an answer carries in secret, or is encrypted under.
    ///
    /// ```text
    /// AnswerSecrets ::= SEQUENCE {
    ///   nonceCCA  [0] Nonce OPTIONAL,
    ///   backKey   [1] BackKeyData OPTIONAL
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct AnswerSecrets = "AnswerSecrets" {
        /// The CCA's half of the PANSecret.
        nonce_cca: Option<Secret> = "nonceCCA" [implicit 0 optional],
        /// The key that the entity gave for the answer.
        back_key: Option<BackKeyData> = "backKey" [implicit 1 optional],
    }
}

crate::text! {
    /// The common name of a cardholder's certificate: base64 of 20 octets, which show no
    /// account number.
    ///
    /// ```text
    /// UniqueCardholderID ::= VisibleString (SIZE(28))
    /// ```
    pub struct UniqueCardholderId = "UniqueCardholderID", Visible, 28..=28, "VisibleString (SIZE(28))";
}
