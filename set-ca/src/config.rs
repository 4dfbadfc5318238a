//! The configuration.

use serde::{Deserialize, Serialize};
use set_core::asn1::error::OutOfRange;
use set_core::ca::form::field;
use set_core::ca::hierarchy::{self, SigningShare};
use set_core::ca::{Backdate, Form, Forms, Validity};
use set_core::msg::cert::reg_form::{PolicyText, ReferralData, RegField};
use set_core::msg::ids::{Bin, Language, Url};
use set_core::registration::EndEntity;
use set_node::config::{
    KeyStoreConfig, Limits, ListenConfig, LogConfig, Period, StoreConfig, Timeouts, UpkeepConfig,
};
use set_node::transport::Endpoint;

/// The configuration of a CA; `fixtures/ca.toml` shows every key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where it listens.
    pub listen: ListenConfig,
    /// How long peers are waited for.
    pub timeouts: Timeouts,
    /// How much is taken on at once.
    pub limits: Limits,
    /// What is logged.
    pub log: LogConfig,
    /// Where registrations and certificates are kept.
    pub store: StoreConfig,
    /// Where the keys are kept.
    pub keys: KeyStoreConfig,
    /// Which CAs for end entities of the data folder are served, by their names in `keys/`;
    /// when empty, all. Default none.
    pub cas: Vec<String>,
    /// How long certificates hold.
    pub certificates: CertificatesConfig,
    /// When CRLs and BCIs are issued anew, and who is told.
    pub lists: ListsConfig,
    /// What applicants are asked.
    pub form: FormConfig,
    /// Who is certified.
    pub approval: ApprovalConfig,
}

impl Config {
    /// Whether the CA of that name is served.
    pub(crate) fn serves(&self, name: &str) -> bool {
        self.cas.is_empty() || self.cas.iter().any(|wanted| wanted == name)
    }
}

/// How long certificates hold; never longer than their CA's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CertificatesConfig {
    /// A cardholder's; never longer than the card. Default `1095d`.
    pub cardholder: Period,
    /// A merchant's. Default `365d`.
    pub merchant: Period,
    /// A gateway's. Default `365d`.
    pub gateway: Period,
    /// The root's. Default `7300d`.
    pub root: Period,
    /// A brand CA's. Default `3650d`.
    pub brand: Period,
    /// A geopolitical CA's. Default `3650d`.
    pub geopolitical: Period,
    /// Those of CAs for end entities. Default `1825d`.
    pub ca: Period,
    /// CRLs and the BCI. Default `365d`.
    pub lists: Period,
    /// For what share of its certificate's validity a CA's key for certificates alone signs,
    /// in percent from 1 to 100. Default 60: what it signs last then holds for some time.
    pub certificate_signing_percent: u8,
    /// The same for keys that sign messages, the CAs' and the end entities'. Default 100.
    pub message_signing_percent: u8,
    /// How long before it is signed a certificate begins to hold, for clocks that are behind; at
    /// most `1h`. Default `5min`.
    pub backdate: Period,
}

impl Default for CertificatesConfig {
    fn default() -> Self {
        let default = Validity::default();
        let cas = hierarchy::Validity::default();
        Self {
            cardholder: Period::seconds(default.cardholder),
            merchant: Period::seconds(default.merchant),
            gateway: Period::seconds(default.gateway),
            root: Period::seconds(cas.root),
            brand: Period::seconds(cas.brand),
            geopolitical: Period::seconds(cas.geopolitical),
            ca: Period::seconds(cas.ca),
            lists: Period::seconds(cas.lists),
            certificate_signing_percent: cas.signing.certificates,
            message_signing_percent: cas.signing.messages,
            backdate: Period::seconds(default.backdate.as_seconds()),
        }
    }
}

impl CertificatesConfig {
    /// How long end entities' certificates hold.
    pub(crate) fn validity(&self) -> Result<Validity, OutOfRange> {
        Ok(Validity {
            cardholder: self.cardholder.duration().as_secs(),
            merchant: self.merchant.duration().as_secs(),
            gateway: self.gateway.duration().as_secs(),
            signing_percent: self.message_signing_percent,
            backdate: Backdate::seconds(self.backdate.duration().as_secs())?,
        })
    }

    /// How long CAs' certificates and lists hold.
    pub(crate) fn ca_validity(&self) -> Result<hierarchy::Validity, OutOfRange> {
        Ok(hierarchy::Validity {
            root: self.root.duration().as_secs(),
            brand: self.brand.duration().as_secs(),
            geopolitical: self.geopolitical.duration().as_secs(),
            ca: self.ca.duration().as_secs(),
            lists: self.lists.duration().as_secs(),
            signing: SigningShare {
                certificates: self.certificate_signing_percent,
                messages: self.message_signing_percent,
            },
            backdate: Backdate::seconds(self.backdate.duration().as_secs())?,
        })
    }
}

/// When CRLs and BCIs are issued anew, and who is told of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListsConfig {
    /// How long before its end a list is issued anew, but never before half its time; each
    /// list up to a quarter earlier, so that not all are made at once. Default `30d`.
    pub ahead: Period,
    /// How often the server looks whether a list is due, or was changed by a command.
    /// Default `1min`.
    pub check: Period,
    /// The brand CA, when it is another server: it is told of every new CRL. Default none.
    pub brand_ca: Option<Endpoint>,
    /// The servers that the brand CA sends every new BCI, with the CRLs. Default none.
    pub distribute_to: Vec<Endpoint>,
    /// How long before the end of a list, or of a CA's certificate, there is a warning in the
    /// logs, but never more than a quarter of its lifetime. Default `30d`, `7d` and `1d`.
    pub warn: Vec<Period>,
}

impl Default for ListsConfig {
    fn default() -> Self {
        Self {
            ahead: Period::seconds(30 * 86_400),
            check: Period::seconds(60),
            brand_ca: None,
            distribute_to: Vec::new(),
            warn: UpkeepConfig::default().warn,
        }
    }
}

/// What applicants are asked, and in which language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FormConfig {
    /// A file within the data folder with forms per institution and language, in place of all
    /// keys below; `fixtures/forms.toml` shows every key. Default none.
    pub file: Option<String>,
    /// The language of the form, an RFC 1766 tag. Default `en`.
    pub language: String,
    /// What applicants agree to, 1 to 20,000 characters.
    pub policy: String,
    /// The issuers and acquirers who are served, by BIN; when empty, all. Default none.
    pub bins: Vec<String>,
    /// Where others are sent, as URLs. Default none.
    pub referrals: Vec<String>,
    /// The questions to a cardholder, at most 50. Default `Name`, which is required, and
    /// `Address`.
    pub cardholder: Vec<FieldConfig>,
    /// The questions to a merchant, at most 50. Default `Name`, `City` and `Country`.
    pub merchant: Vec<FieldConfig>,
    /// The questions to a gateway's owner, at most 50. Default `Contact`.
    pub gateway: Vec<FieldConfig>,
}

/// One question of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldConfig {
    /// What is asked, 1 to 128 characters.
    pub name: String,
    /// Whether an answer must be given. Default no.
    #[serde(default)]
    pub required: bool,
}

impl FieldConfig {
    fn new(name: &str, required: bool) -> Self {
        Self {
            name: name.to_owned(),
            required,
        }
    }
}

impl Default for FormConfig {
    fn default() -> Self {
        Self {
            file: None,
            language: "en".to_owned(),
            policy: "Certificates of this CA are for study and testing; no one is liable."
                .to_owned(),
            bins: Vec::new(),
            referrals: Vec::new(),
            cardholder: vec![
                FieldConfig::new("Name", true),
                FieldConfig::new("Address", false),
            ],
            merchant: vec![
                FieldConfig::new("Name", false),
                FieldConfig::new("City", false),
                FieldConfig::new("Country", false),
            ],
            gateway: vec![FieldConfig::new("Contact", false)],
        }
    }
}

impl FormConfig {
    /// The forms as the protocol has them.
    pub(crate) fn forms(&self) -> Result<Forms, OutOfRange> {
        let form = |id: u64, entity: EndEntity, fields: &[FieldConfig]| {
            if fields.len() > MOST_FIELDS {
                return Err(OutOfRange {
                    expected: "form of at most 50 questions",
                });
            }
            let fields: Vec<RegField> = fields
                .iter()
                .map(|config| field(&config.name, config.required))
                .collect::<Result<_, _>>()?;
            let mut form = Form::new(
                id,
                entity,
                Language::new(self.language.as_str())?,
                PolicyText::new(self.policy.as_str())?,
                fields,
            );
            form.bins = self
                .bins
                .iter()
                .map(|bin| Bin::new(bin.as_str()))
                .collect::<Result<_, _>>()?;
            Ok(form)
        };
        let urls = self
            .referrals
            .iter()
            .map(|url| Url::new(url.as_str()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Forms {
            forms: vec![
                form(1, EndEntity::Cardholder, &self.cardholder)?,
                form(2, EndEntity::Merchant, &self.merchant)?,
                form(3, EndEntity::Gateway, &self.gateway)?,
            ],
            referral: ReferralData {
                reason: "This CA has no form for that institution or language."
                    .parse()
                    .ok(),
                referral_url_seq: set_core::asn1::SeqOf::new(urls).ok(),
            },
        })
    }
}

/// Who is certified, and who decides it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApprovalConfig {
    /// Who decides. Default `rules`.
    pub source: ApprovalSource,
    /// The folder of rulings within the data folder, where the source is `folder`. Default
    /// `rulings`.
    pub folder: String,
    /// The institution's address, as `http://host:port/path`, where the source is `http`.
    /// Account numbers go there in clear: it must be this machine or at the end of a tunnel.
    pub url: Option<Endpoint>,
    /// How long the institution may take. Default `10s`.
    pub timeout: Period,
    /// The file within the data folder with the bearer token for the institution, if any.
    pub token_file: Option<String>,
    /// Approve also whom no rule below names; for tests only. Default no.
    pub automatic: bool,
    /// Put every request aside; it is decided when the applicant asks again and this has
    /// been turned off. Default no.
    pub hold: bool,
    /// The issuers whose cardholders are certified.
    pub issuers: Vec<IssuerRule>,
    /// The acquirers whose gateways are certified.
    pub acquirers: Vec<AcquirerRule>,
    /// The merchants that are certified.
    pub merchants: Vec<MerchantRule>,
}

impl Default for ApprovalConfig {
    fn default() -> Self {
        Self {
            source: ApprovalSource::Rules,
            folder: "rulings".to_owned(),
            url: None,
            timeout: Period::seconds(10),
            token_file: None,
            automatic: false,
            hold: false,
            issuers: Vec::new(),
            acquirers: Vec::new(),
            merchants: Vec::new(),
        }
    }
}

/// Who decides on requests. What `set-ca approve` and `set-ca reject` say about a request
/// that was put aside comes before all of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalSource {
    /// The rules of the configuration.
    #[default]
    Rules,
    /// `set-ca approve` and `set-ca reject` alone.
    Operator,
    /// Files of rulings in a folder.
    Folder,
    /// An institution's own software, in the table `approval` of the store.
    Table,
    /// An institution, asked over HTTP.
    Http,
}

/// An issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerRule {
    /// Its BIN.
    pub bin: String,
    /// Its name, as in its cardholders' certificates.
    pub name: String,
    /// The promotional name of its card, if any.
    pub card_name: Option<String>,
}

/// An acquirer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcquirerRule {
    /// Its BIN.
    pub bin: String,
    /// Its name, as in its merchants' and gateway's certificates.
    pub name: String,
    /// The id of its gateway.
    pub gateway_id: String,
    /// Whether its gateway takes only payments of cardholders with a certificate. Default
    /// yes.
    #[serde(default = "yes")]
    pub card_cert_required: bool,
}

/// A merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MerchantRule {
    /// Its acquirer's BIN.
    pub bin: String,
    /// Its id at the acquirer.
    pub id: String,
    /// Its name, as on statements: up to 25 characters.
    pub name: String,
    /// Where it is.
    pub city: String,
    /// The name of its country.
    pub country_name: String,
    /// Its country, as an ISO 3166 number.
    pub country: u16,
    /// Whether it may be told account numbers. Default no.
    #[serde(default)]
    pub auth_flag: bool,
}

const fn yes() -> bool {
    true
}

/// Questions that a CertRes can point at.
const MOST_FIELDS: usize = 50;

/// The example, which `init` writes.
pub(crate) const EXAMPLE: &str = include_str!("../fixtures/ca.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_the_default_but_for_automatic_approval() {
        let mut example: Config = toml::from_str(EXAMPLE).unwrap();
        assert!(example.approval.automatic);
        example.approval.automatic = false;
        assert_eq!(example, Config::default());
        let written = toml::to_string(&Config::default()).unwrap();
        let keys = written
            .lines()
            .filter_map(|line| line.split_once(" = ").map(|(key, _)| key));
        for key in keys {
            assert!(EXAMPLE.contains(key), "{key} is not in the example");
        }
    }

    #[test]
    fn certificates_are_dated_back_by_no_more_than_an_hour() {
        let config = |seconds| CertificatesConfig {
            backdate: Period::seconds(seconds),
            ..CertificatesConfig::default()
        };
        assert!(config(3_600).validity().is_ok() && config(3_600).ca_validity().is_ok());
        assert!(config(3_601).validity().is_err() && config(3_601).ca_validity().is_err());
    }

    #[test]
    fn the_rules_that_the_example_shows_are_rules() {
        let shown = EXAMPLE.replace("#: ", "");
        let config: Config = toml::from_str(&shown).unwrap();
        assert_eq!(config.approval.issuers.len(), 1);
        assert_eq!(config.approval.acquirers.len(), 1);
        assert_eq!(config.approval.merchants.len(), 1);
    }

    #[test]
    fn a_form_with_too_many_questions_or_a_bad_bin_is_refused() {
        let many = FormConfig {
            gateway: vec![FieldConfig::new("Contact", false); 51],
            ..FormConfig::default()
        };
        assert!(many.forms().is_err());
        let bad = FormConfig {
            bins: vec!["12345".to_owned()],
            ..FormConfig::default()
        };
        assert!(bad.forms().is_err());
        assert_eq!(FormConfig::default().forms().unwrap().forms.len(), 3);
    }
}
