//! Forms from a file, as applicants get them.

use set_core::cardholder::registration::Offered;

use super::*;

impl Rig {
    /// The form, or the referral, for a card and a language.
    fn form_for(&self, pan: &str, language: &str) -> Answer<Offered> {
        let mut trust = self.trust();
        let context = self.station.context();
        let brand = BrandId::new("Orchard").unwrap();
        let (state, request) = cardholder::Initiating::start(&context, brand, &trust).unwrap();
        let answer = self.exchange(&request);
        let context = self.station.context();
        let state = state.handle(&context, &answer, &mut trust).unwrap();
        let (pan, language) = (Pan::new(pan).unwrap(), Language::new(language).unwrap());
        let (state, request) = state.ask(&context, pan, language, &trust).unwrap();
        let answer = self.exchange(&request);
        let context = self.station.context();
        state.handle(&context, &answer, &mut trust).unwrap()
    }
}

/// Cards of an institution that the file has forms for, and of one that it has none for.
const SERVED: &str = "4111111111111111";
const NOT_SERVED: &str = "4333333333333331";

#[test]
fn a_card_gets_the_form_of_its_institution_and_language_from_the_file() {
    let mut rig = Rig::new();
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap();
    let example = Path::new(&manifest).join("fixtures/forms.toml");
    fs::copy(example, rig.data.path().join("forms.toml")).unwrap();
    rig.configure(&[("#: file = \"forms.toml\"", "file = \"forms.toml\"")]);
    rig.restart();
    for (language, id, policy, questions) in [
        (
            "en-US",
            11,
            "Keep your card and your passphrase to yourself.",
            &["Name", "Mother's maiden name", "Post code"][..],
        ),
        (
            "ja",
            12,
            "カードと合言葉は他人に渡さないでください。",
            &["お名前"],
        ),
        (
            "fr",
            11,
            "Keep your card and your passphrase to yourself.",
            &["Name", "Mother's maiden name", "Post code"],
        ),
    ] {
        let Answer::Form(offered) = rig.form_for(SERVED, language) else {
            panic!("no form in {language}");
        };
        let form = offered.form();
        let template = form.reg_template.as_ref().unwrap();
        assert_eq!(template.reg_form_id, id, "{language}");
        assert_eq!(form.policy.as_str(), policy);
        let fields = template.reg_field_seq.as_ref().unwrap();
        let asked: Vec<_> = fields
            .iter()
            .map(|field| field.field_name.as_str())
            .collect();
        assert_eq!(asked, questions);
        assert_eq!(fields.iter().any(|field| field.field_invisible), id == 11);
    }
    let Answer::Referral(referral) = rig.form_for(NOT_SERVED, "en") else {
        panic!("no referral");
    };
    let reason = referral.reason.unwrap();
    assert!(reason.as_str().contains("has no form here"), "{reason:?}");
    let urls = referral.referral_url_seq.unwrap();
    assert_eq!(urls.first().as_str(), "http://www.orchard.example/register");
}

#[test]
fn a_file_of_forms_that_is_none_keeps_the_ca_from_serving() {
    let rig = Rig::new();
    rig.configure(&[("#: file = \"forms.toml\"", "file = \"forms.toml\"")]);
    let serve = ["serve", "--set", "listen.tcp=127.0.0.1:0"];
    let missing = rig.run(&serve);
    assert_eq!(missing.status.code(), Some(4), "{missing:?}");
    fs::write(rig.data.path().join("forms.toml"), "[[form]]\nid = 1\n").unwrap();
    let broken = rig.run(&serve);
    assert_eq!(broken.status.code(), Some(4), "{broken:?}");
}
