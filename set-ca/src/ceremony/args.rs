//! The arguments of `ceremony`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use set_core::x509::ext::CertificateType;

use crate::plan::PolicyWords;

/// What a step of a ceremony can be.
#[derive(Debug, Subcommand)]
pub enum CeremonyCommand {
    /// Make a root in an offline folder, its first CRL, and the key of its successor
    #[command(after_help = ROOT)]
    Root(RootArgs),
    /// Make the keys of a CA, and a request (PKCS #10) for each
    #[command(after_help = REQUEST)]
    Request(RequestArgs),
    /// Certify the keys of a CA; refuses what this CA's own type may not certify
    #[command(after_help = SIGN)]
    Sign(SignArgs),
    /// Take in certificates, CRLs and BCIs; installs the chain of a key that waits for it
    #[command(after_help = ACCEPT)]
    Accept(AcceptArgs),
    /// Write all certificates, CRLs and BCIs of this folder to a file, for other CAs
    #[command(after_help = BUNDLE)]
    Bundle(BundleArgs),
}

/// Arguments of `ceremony root`.
#[derive(Clone, Debug, Args)]
pub struct RootArgs {
    /// What the root's policy says.
    #[command(flatten)]
    pub policy: PolicyArgs,
}

/// Words of a policy.
#[derive(Clone, Debug, Args)]
pub struct PolicyArgs {
    /// What the policy says in short
    #[arg(long = "policy", value_name = "TEXT")]
    pub statement: Option<String>,
    /// Where all of the policy is to be read
    #[arg(long = "policy-url", value_name = "URL")]
    pub url: Option<String>,
    /// Whom to ask about the policy
    #[arg(long = "policy-email", value_name = "URL")]
    pub email: Option<String>,
}

/// Arguments of `ceremony request`.
#[derive(Clone, Debug, Args)]
pub struct RequestArgs {
    /// What kind of CA; cca, mca and pca may be given together
    #[arg(
        long = "type",
        value_name = "TYPE",
        required = true,
        value_delimiter = ','
    )]
    pub types: Vec<CaType>,
    /// The brand, as Brand or Brand:Product
    #[arg(long, value_name = "BRAND")]
    pub brand: String,
    /// Country of the CA, two capital letters (ISO 3166)
    #[arg(long, value_name = "CC", default_value = "US")]
    pub country: String,
    /// Organizational unit; every CA but a brand CA has one
    #[arg(long, value_name = "NAME")]
    pub unit: Option<String>,
    /// Common name
    #[arg(long, value_name = "NAME")]
    pub common_name: Option<String>,
    /// Name of the CA for files, beginning with the brand's, as in orchard.kansai.cca
    /// [default: made of brand and unit]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Sign CRLs with another key than certificates
    #[arg(long)]
    pub separate_crl_key: bool,
    /// Folder for the requests [default: requests in the data folder]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Kinds of CAs below the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CaType {
    /// Brand CA
    Bca,
    /// Geopolitical CA
    Gca,
    /// Cardholder CA
    Cca,
    /// Merchant CA
    Mca,
    /// Payment gateway CA
    Pca,
}

/// Arguments of `ceremony sign`.
#[derive(Clone, Debug, Args)]
pub struct SignArgs {
    /// The requests, PEM
    #[arg(value_name = "REQUEST", required = true)]
    pub requests: Vec<PathBuf>,
    /// File for the certificates, those above them, CRLs and BCI; must not exist
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The CA that signs, by its name for files [default: the only one here that may]
    #[arg(long, value_name = "NAME")]
    pub issuer: Option<String>,
    /// What the CA adds to the policy.
    #[command(flatten)]
    pub policy: PolicyArgs,
}

/// Arguments of `ceremony accept`.
#[derive(Clone, Debug, Args)]
pub struct AcceptArgs {
    /// PEM files with certificates, CRLs and BCIs
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Thumbprint of the root, 40 hexadecimal digits, as its holder read it out; needed once
    #[arg(long, value_name = "HEX")]
    pub root_thumbprint: Option<String>,
}

/// Arguments of `ceremony bundle`.
#[derive(Clone, Debug, Args)]
pub struct BundleArgs {
    /// The file; must not exist
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

impl PolicyArgs {
    pub(super) fn words(&self) -> Option<PolicyWords> {
        let words = PolicyWords {
            statement: self.statement.clone(),
            url: self.url.clone(),
            email: self.email.clone(),
        };
        (words != PolicyWords::default()).then_some(words)
    }
}

impl CaType {
    pub(super) const fn certificate_type(self) -> CertificateType {
        match self {
            Self::Bca => CertificateType::BCA,
            Self::Gca => CertificateType::GCA,
            Self::Cca => CertificateType::CCA,
            Self::Mca => CertificateType::MCA,
            Self::Pca => CertificateType::PCA,
        }
    }
}

const ROOT: &str = "\
Examples:
  set-ca --data root ceremony root --policy \"For study and testing\"";

const REQUEST: &str = "\
Examples:
  set-ca --data orchard ceremony request --type bca --brand Orchard
  set-ca --data kansai ceremony request --type gca --brand Orchard --unit Kansai --country JP
  set-ca --data cca ceremony request --type cca --brand Orchard --unit \"Cardholder CA\"
  set-ca --data ca ceremony request --type cca,mca,pca --brand Orchard --unit \"Orchard CA\"";

const SIGN: &str = "\
Examples:
  set-ca --data root ceremony sign requests/*.pem --out orchard.pem
  set-ca --data orchard ceremony sign cca/*.pem --out cca.pem --policy \"No liability\"";

const ACCEPT: &str = "\
Examples:
  set-ca --data orchard ceremony accept orchard.pem --root-thumbprint 3f2c...
  set-ca --data orchard ceremony accept cca-bundle.pem";

const BUNDLE: &str = "\
Examples:
  set-ca --data cca ceremony bundle --out cca-bundle.pem";
