use std::path::Path;

use set_core::asn1::{self, Limits, SeqOf};
use set_core::msg::cert::cert_req::{FieldValue, RegFormItem};
use set_core::msg::cert::id_data::IdData;
use set_core::msg::cert::reg_form::RegFormData;
use set_core::msg::ids::{BrandId, Language, Url};
use set_core::secret::AcctIdentification;
use set_core::sequence;
use zeroize::Zeroizing;

use super::{FieldArg, FormFault, answers};
use crate::keystore::{KeyStore, SealedFile};
use crate::program::Failure;
use crate::transport::Endpoint;

sequence! {
    /// How a party enrolled, so that its certificates can be renewed without asking anybody:
    /// the file `enrollment.pem`, sealed under the key store's passphrase.
    ///
    /// ```text
    /// Enrollment ::= SEQUENCE {
    ///   ca        URL,
    ///   brandID   BrandID,
    ///   language  Language,
    ///   idData    [0] EXPLICIT IDData OPTIONAL,
    ///   answers   [1] SEQUENCE SIZE(1..MAX) OF RegFormItem OPTIONAL,
    ///   account   [2] VisibleString (SIZE(74)) OPTIONAL
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct Enrollment = "Enrollment" {
        /// Where the CA is.
        ca: Url = "ca",
        /// Of which brand.
        brand_id: BrandId = "brandID",
        /// The language of the form.
        language: Language = "language",
        /// For whom, unless for a cardholder.
        id_data: Option<IdData> = "idData" [explicit 0 optional],
        /// The answers to the form.
        answers: Option<SeqOf<RegFormItem>> = "answers" [implicit 1 optional],
        /// The account, if the form asked for it.
        account: Option<AcctIdentification> = "account" [implicit 2 optional],
    }
}

impl Enrollment {
    /// Keeps it in a data folder, in place of any before.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn save(&self, data: &Path, keys: &KeyStore) -> Result<(), Failure> {
        let octets = Zeroizing::new(asn1::encode(self).map_err(|_| DAMAGED)?);
        Ok(keys.seal(&file(data), &octets)?)
    }

    /// What is kept in a data folder.
    ///
    /// # Errors
    ///
    /// [`Failure::NeverEnrolled`] when there is nothing; a file that cannot be read.
    pub fn load(data: &Path, keys: &KeyStore) -> Result<Self, Failure> {
        let file = file(data);
        if !file.path().exists() {
            return Err(Failure::NeverEnrolled);
        }
        asn1::decode(&keys.unseal(&file)?, &Limits::default()).map_err(|_| DAMAGED)
    }

    /// Where the CA is.
    ///
    /// # Errors
    ///
    /// The address that was kept is none.
    pub fn endpoint(&self) -> Result<Endpoint, Failure> {
        self.ca.as_str().parse().map_err(|_| DAMAGED)
    }

    /// Fills in a form without asking anybody: with `given`, and else with the answers of the
    /// enrollment to fields of the same name.
    ///
    /// # Errors
    ///
    /// [`FormFault`], where the form asks for what has never been answered.
    pub fn answered(
        &self,
        form: &RegFormData,
        given: &[FieldArg],
    ) -> Result<Vec<RegFormItem>, FormFault> {
        let fields = form
            .reg_template
            .as_ref()
            .and_then(|template| template.reg_field_seq.as_deref())
            .unwrap_or_default();
        let mut all = given.to_vec();
        for item in self.answers.as_deref().unwrap_or_default() {
            let name = &item.field_name;
            let asked = fields.iter().any(|field| field.field_name == *name);
            let told = given.iter().any(|given| given.answers(name.as_str()));
            if let (true, false, FieldValue::SetString(text)) = (asked, told, &item.field_value) {
                all.push(FieldArg::new(name.as_str(), text.as_str()));
            }
        }
        answers(form, &all, |_| None)
    }
}

fn file(data: &Path) -> SealedFile {
    SealedFile::new(data.join("enrollment.pem"))
}

const DAMAGED: Failure = Failure::Damaged {
    what: "the record of the enrollment",
};

#[cfg(test)]
mod tests {
    use set_core::ca::Form;
    use set_core::ca::form::{answer, field};
    use set_core::msg::cert::reg_form::RegFormOrReferral;
    use set_core::registration::EndEntity;

    use super::*;
    use crate::keystore::{Iterations, Passphrase};

    #[test]
    fn a_form_is_filled_in_as_before_unless_told_otherwise() {
        let data = tempfile::tempdir().unwrap();
        let passphrase = Passphrase::new("open sesame").unwrap();
        let keys =
            KeyStore::open(&data.path().join("keys"), passphrase, Iterations::LEAST).unwrap();
        assert!(matches!(
            Enrollment::load(data.path(), &keys),
            Err(Failure::NeverEnrolled)
        ));
        let answered = vec![
            answer("Name", "Tea House").unwrap(),
            answer("City", "Springfield").unwrap(),
            answer("Fax", "none").unwrap(),
        ];
        let enrollment = Enrollment {
            ca: "set://127.0.0.1:257/".parse().unwrap(),
            brand_id: "Orchard".parse().unwrap(),
            language: "en".parse().unwrap(),
            id_data: None,
            answers: SeqOf::new(answered).ok(),
            account: None,
        };
        enrollment.save(data.path(), &keys).unwrap();
        let again = Enrollment::load(data.path(), &keys).unwrap();
        assert_eq!(again, enrollment);

        let fields = vec![field("Name", true).unwrap(), field("City", false).unwrap()];
        let form = Form::new(
            1,
            EndEntity::Merchant,
            "en".parse().unwrap(),
            "Behave.".parse().unwrap(),
            fields,
        );
        let RegFormOrReferral::RegFormData(form) = form.to_wire() else {
            panic!("no form");
        };
        let items = again
            .answered(&form, &[FieldArg::new("city", "Shelbyville")])
            .unwrap();
        let expected = [
            answer("Name", "Tea House").unwrap(),
            answer("City", "Shelbyville").unwrap(),
        ];
        assert_eq!(items, expected);
    }
}
