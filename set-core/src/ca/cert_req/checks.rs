//! What a CertReq must satisfy before the institution is asked.

use super::Opened;
use crate::asn1::SeqOf;
use crate::ca::answer::{Words, back_cipher};
use crate::ca::record::Offered;
use crate::ca::{Ca, Form, issue};
use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::exchange::receive::check_date;
use crate::msg::cert::cert_req::AcctInfo;
use crate::msg::cert::cert_res::CertStatusCode;
use crate::registration::{EndEntity, Wanted};

/// An outcome that the CA decides on its own.
pub(super) struct Unfit {
    pub(super) code: CertStatusCode,
    pub(super) words: Box<Words>,
}

impl Unfit {
    pub(super) fn new(code: CertStatusCode, words: Words) -> Self {
        Self {
            code,
            words: Box::new(words),
        }
    }

    pub(super) fn because(code: CertStatusCode, message: &str) -> Self {
        Self::new(code, Words::of(message))
    }
}

impl Opened {
    /// That the request continues this registration.
    pub(super) fn check_registration(
        &self,
        context: &Context<'_>,
        offered: &Offered,
    ) -> Result<(), Error> {
        let data = &self.data;
        if data.lid_ca.as_ref() != Some(&offered.lid_ca) || data.lid_ee != offered.lid_ee {
            return Err(PeerFault::UnknownLid.into());
        }
        if data.chall_ca != Some(offered.chall_ca) {
            return Err(PeerFault::ChallengeMismatch.into());
        }
        if data.request_type != offered.request_type || data.id_data != offered.id_data {
            return Err(PeerFault::Unspecified(
                "requestType or idData are not those that the registration began with",
            )
            .into());
        }
        Ok(check_date(context, data.request_date)?)
    }

    /// Keys, account, back key and form.
    pub(super) fn check_content(
        &self,
        context: &Context<'_>,
        ca: &Ca,
        offered: &Offered,
    ) -> Result<(), Unfit> {
        let wanted = self.wanted();
        self.check_keys(context, wanted)
            .map_err(|message| Unfit::because(CertStatusCode::RejectedByCa, message))?;
        self.check_back_key(wanted)?;
        let form = offered
            .reg_form_id
            .filter(|id| *id == self.data.reg_form_id)
            .and_then(|id| ca.forms.by_id(id, wanted.entity, &offered.bin))
            .ok_or_else(|| {
                Unfit::because(
                    CertStatusCode::RegFormAnswerMalformed,
                    "regFormID is not that of the form that was sent",
                )
            })?;
        self.check_account(context, wanted, offered, form)?;
        match SeqOf::new(form.check(self.answers())) {
            Err(_) => Ok(()),
            Ok(failed) => Err(Unfit::new(
                CertStatusCode::RegFormAnswerMalformed,
                Words {
                    failed_items: Some(failed),
                    ..Words::default()
                },
            )),
        }
    }

    /// That the answer can be encrypted; a cardholder's must be, as it carries a secret.
    fn check_back_key(&self, wanted: Wanted) -> Result<(), Unfit> {
        let usable = match &self.data.ca_back_key_data {
            Some(back) => back_cipher(back).is_some(),
            None => wanted.entity != EndEntity::Cardholder,
        };
        if usable {
            Ok(())
        } else {
            let code = CertStatusCode::UnableToEncryptCertRes;
            Err(Unfit::new(code, Words::default()))
        }
    }

    fn check_account(
        &self,
        context: &Context<'_>,
        wanted: Wanted,
        offered: &Offered,
        form: &Form,
    ) -> Result<(), Unfit> {
        match (&self.account, wanted.entity) {
            (Some(AcctInfo::PanData0(account)), EndEntity::Cardholder) => {
                if account.pan.bin() != offered.bin.as_str() {
                    let code = CertStatusCode::InvalidBin;
                    return Err(Unfit::new(code, Words::default()));
                }
                let end = issue::card_end(&account.card_expiry);
                if end.is_none_or(|end| end < context.now) {
                    let code = CertStatusCode::RejectedByCa;
                    return Err(Unfit::because(code, "the card has expired"));
                }
                Ok(())
            }
            (Some(AcctInfo::AcctData(_)), _) => Ok(()),
            (None, EndEntity::Merchant | EndEntity::Gateway) if !form.demands_account() => Ok(()),
            _ => Err(Unfit::because(
                CertStatusCode::RejectedByCa,
                "the account data is missing or of another kind",
            )),
        }
    }

    fn check_keys(&self, context: &Context<'_>, wanted: Wanted) -> Result<(), &'static str> {
        let keys = &self.data.public_key_s_or_e;
        if keys.public_key_s.is_some() != wanted.signature
            || keys.public_key_e.is_some() != wanted.encryption
        {
            return Err("the keys are not those that requestType asks for");
        }
        if keys.public_key_s == keys.public_key_e {
            return Err("one key cannot both sign and decrypt");
        }
        match &keys.public_key_e {
            Some(key) if key.key(&context.policy.key_rules).is_err() => {
                Err("the encryption key is not acceptable")
            }
            _ => Ok(()),
        }
    }
}
