//! Distinguished names in SET's form, brands, and the unique cardholder id.

use core::fmt;

use base64ct::{Base64, Encoding};
use der::asn1::{Any, ObjectIdentifier};
use der::{Decode, Tag, Tagged};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{RdnSequence, RelativeDistinguishedName};
use zeroize::Zeroizing;

use super::X509Error;
use crate::asn1::{self, oid};
use crate::crypto::CryptoProvider;
use crate::msg::ids::BrandId;
use crate::pkcs7::Name;
use crate::secret::{AcctIdentification, CardExpiry, Pan, PanSecret};
use crate::sequence;

/// A name as SET has it: country, organization (the brand, or the root's own),
/// organizational units, common name; in that order, one attribute each.
///
/// ```
/// use set_core::x509::SetName;
///
/// let name = SetName::new("US", "Orchard:Gold")?.with_unit("First Bank")?.with_common_name("7")?;
/// assert_eq!(SetName::parse(&name.to_name()?)?, name);
/// # Ok::<(), set_core::x509::X509Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetName {
    country: String,
    organization: String,
    organizational_units: Vec<String>,
    common_name: Option<String>,
}

impl SetName {
    /// A name with a country, two capital letters (ISO 3166), and an organization of 1 to
    /// 64 characters.
    ///
    /// # Errors
    ///
    /// [`X509Error::Name`] when one of them is not so.
    pub fn new(
        country: impl Into<String>,
        organization: impl Into<String>,
    ) -> Result<Self, X509Error> {
        let country = country.into();
        if country.len() != 2 || !country.bytes().all(|octet| octet.is_ascii_uppercase()) {
            return Err(X509Error::Name("countryName is not two capital letters"));
        }
        Ok(Self {
            country,
            organization: bounded(organization.into())?,
            organizational_units: Vec::new(),
            common_name: None,
        })
    }

    /// The same name with one more organizational unit, 1 to 64 characters; two at most.
    ///
    /// # Errors
    ///
    /// [`X509Error::Name`].
    pub fn with_unit(mut self, unit: impl Into<String>) -> Result<Self, X509Error> {
        if self.organizational_units.len() >= MAX_UNITS {
            return Err(X509Error::Name("more than two organizationalUnitNames"));
        }
        self.organizational_units.push(bounded(unit.into())?);
        Ok(self)
    }

    /// The same name with a common name, 1 to 64 characters.
    ///
    /// # Errors
    ///
    /// [`X509Error::Name`].
    pub fn with_common_name(mut self, name: impl Into<String>) -> Result<Self, X509Error> {
        self.common_name = Some(bounded(name.into())?);
        Ok(self)
    }

    /// Takes a distinguished name apart.
    ///
    /// # Errors
    ///
    /// [`X509Error::Name`] when it is not in SET's form.
    pub fn parse(name: &Name) -> Result<Self, X509Error> {
        let mut attributes = Vec::new();
        for rdn in name.0.iter_rdn() {
            let mut values = rdn.iter();
            match (values.next(), values.next()) {
                (Some(attribute), None) => {
                    attributes.push((attribute.oid, text(&attribute.value)?));
                }
                _ => return Err(X509Error::Name("not one attribute in each RDN")),
            }
        }
        let mut attributes = attributes.into_iter().peekable();
        let mut next = |wanted: ObjectIdentifier| {
            attributes
                .next_if(|(oid, _)| *oid == wanted)
                .map(|(_, text)| text)
        };
        let country = next(oid::name::COUNTRY).ok_or(X509Error::Name("no countryName first"))?;
        let organization = next(oid::name::ORGANIZATION)
            .ok_or(X509Error::Name("no organizationName after countryName"))?;
        let mut name = Self::new(country, organization)?;
        while let Some(unit) = next(oid::name::ORGANIZATIONAL_UNIT) {
            name = name.with_unit(unit)?;
        }
        if let Some(common_name) = next(oid::name::COMMON_NAME) {
            name = name.with_common_name(common_name)?;
        }
        match attributes.next() {
            None => Ok(name),
            Some(_) => Err(X509Error::Name("an attribute that SET has not there")),
        }
    }

    /// Puts the distinguished name together: PrintableString where the text fits it,
    /// BMPString otherwise.
    ///
    /// # Errors
    ///
    /// [`X509Error::Encode`], never in practice.
    pub fn to_name(&self) -> Result<Name, X509Error> {
        let units = self
            .organizational_units
            .iter()
            .map(|unit| (oid::name::ORGANIZATIONAL_UNIT, unit));
        let common_name = self
            .common_name
            .iter()
            .map(|name| (oid::name::COMMON_NAME, name));
        let mut sequence = RdnSequence::default();
        for (oid, text) in [
            (oid::name::COUNTRY, &self.country),
            (oid::name::ORGANIZATION, &self.organization),
        ]
        .into_iter()
        .chain(units)
        .chain(common_name)
        {
            let rdn = attribute(oid, text).map_err(asn1::EncodeError::from)?;
            sequence.push(rdn);
        }
        let octets = asn1::encode(&sequence)?;
        Ok(Name(
            x509_cert::name::Name::from_der(&octets).map_err(asn1::EncodeError::from)?,
        ))
    }

    /// The country.
    #[must_use]
    pub fn country(&self) -> &str {
        &self.country
    }

    /// The organization: below the root, the brand.
    #[must_use]
    pub fn organization(&self) -> &str {
        &self.organization
    }

    /// The brand that the organization names.
    #[must_use]
    pub fn brand(&self) -> Brand {
        Brand::named(&self.organization)
    }

    /// The organizational units.
    #[must_use]
    pub fn organizational_units(&self) -> &[String] {
        &self.organizational_units
    }

    /// The common name; a cardholder's unique id.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }
}

/// A brand, for comparison: what stands before the colon of `Brand:Product`, letters of
/// ASCII in lower case if there are no others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Brand(String);

impl Brand {
    /// The brand of a BrandID.
    #[must_use]
    pub fn of(id: &BrandId) -> Self {
        Self::named(id.as_str())
    }

    fn named(text: &str) -> Self {
        let brand = text.split_once(':').map_or(text, |(brand, _)| brand);
        if brand.is_ascii() {
            Self(brand.to_ascii_lowercase())
        } else {
            Self(brand.to_owned())
        }
    }
}

impl fmt::Display for Brand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Brand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Brand({:?})", self.0)
    }
}

/// The common name of a cardholder's certificate, 28 characters: base64 of HMAC-SHA-1, with
/// the PANSecret as key, over the DER of the account number and its expiry.
///
/// It shows nothing of the account, yet whoever is shown both can recompute it.
///
/// # Errors
///
/// [`X509Error::Encode`], never in practice.
pub fn unique_cardholder_id(
    pan: &Pan,
    card_expiry: &CardExpiry,
    pan_secret: &PanSecret,
    provider: &dyn CryptoProvider,
) -> Result<String, X509Error> {
    let account = Zeroizing::new(asn1::encode(&Account {
        pan: pan.duplicate(),
        card_expiry: card_expiry.duplicate(),
    })?);
    Ok(Base64::encode_string(
        &provider.hmac_sha1(pan_secret.expose(), &[&account]),
    ))
}

/// As [`unique_cardholder_id`], of an account that has no card: over the DER of its
/// identification, with its padding.
///
/// # Errors
///
/// [`X509Error::Encode`], never in practice.
pub fn unique_account_id(
    acct_identification: &AcctIdentification,
    pan_secret: &PanSecret,
    provider: &dyn CryptoProvider,
) -> Result<String, X509Error> {
    let account = Zeroizing::new(asn1::encode(&CardlessAccount {
        acct_identification: acct_identification.duplicate(),
    })?);
    Ok(Base64::encode_string(
        &provider.hmac_sha1(pan_secret.expose(), &[&account]),
    ))
}

sequence! {
    /// ```text
    /// SEQUENCE { acctIdentification VisibleString (SIZE(74)) }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct CardlessAccount = "Account" {
        /// As it is registered.
        acct_identification: AcctIdentification = "acctIdentification",
    }
}

sequence! {
    /// ```text
    /// SEQUENCE { pan PAN, cardExpiry CardExpiry }
    /// ```
    #[derive(Debug)]
    pub struct Account = "account" {
        /// The account number.
        pan: Pan = "pan",
        /// When the card expires.
        card_expiry: CardExpiry = "cardExpiry",
    }
}

fn attribute(oid: ObjectIdentifier, text: &str) -> der::Result<RelativeDistinguishedName> {
    let value = if text.bytes().all(printable) {
        Any::new(Tag::PrintableString, text.as_bytes())?
    } else {
        let octets: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        Any::new(Tag::BmpString, octets)?
    };
    RelativeDistinguishedName::try_from(vec![AttributeTypeAndValue { oid, value }])
}

fn text(value: &Any) -> Result<String, X509Error> {
    let octets = value.value();
    match value.tag() {
        Tag::PrintableString if octets.iter().copied().all(printable) => {
            String::from_utf8(octets.to_vec()).ok()
        }
        Tag::BmpString if octets.len().is_multiple_of(2) => {
            let units: Vec<u16> = octets
                .as_chunks::<2>()
                .0
                .iter()
                .map(|unit| u16::from_be_bytes(*unit))
                .collect();
            String::from_utf16(&units).ok()
        }
        _ => None,
    }
    .ok_or(X509Error::Name(
        "an attribute is neither PrintableString nor BMPString",
    ))
}

fn bounded(text: String) -> Result<String, X509Error> {
    let fits = (1..=MAX_CHARACTERS).contains(&text.chars().count())
        && text.chars().all(|c| u32::from(c) < 0x1_0000);
    if fits {
        Ok(text)
    } else {
        Err(X509Error::Name(
            "an attribute does not have 1 to 64 characters of a BMPString",
        ))
    }
}

fn printable(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&octet)
}

const MAX_CHARACTERS: usize = 64;
const MAX_UNITS: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::RustCrypto;

    #[test]
    fn a_name_is_printable_where_it_can_be_and_bmp_elsewhere() {
        let name = SetName::new("JP", "Orchard")
            .unwrap()
            .with_unit("銀行")
            .unwrap()
            .with_common_name("a+b/c=")
            .unwrap();
        let octets = asn1::encode(&name.to_name().unwrap()).unwrap();
        let expected = b"\x30\x3c\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02JP\
            \x31\x10\x30\x0e\x06\x03\x55\x04\x0a\x13\x07Orchard\
            \x31\x0d\x30\x0b\x06\x03\x55\x04\x0b\x1e\x04\x92\x80\x88\x4c\
            \x31\x0f\x30\x0d\x06\x03\x55\x04\x03\x13\x06a+b/c=";
        // The length octet is computed, the rest is compared as a whole.
        assert_eq!(octets[2..], expected[2..]);
        assert_eq!(usize::from(octets[1]), octets.len() - 2);
        assert_eq!(SetName::parse(&name.to_name().unwrap()).unwrap(), name);
    }

    #[test]
    fn names_in_another_order_or_with_other_attributes_are_refused() {
        for text in [
            "O=Orchard,C=US",
            "C=US",
            "CN=x,O=Orchard,L=Here,C=US",
            "CN=x+OU=y,O=Orchard,C=US",
        ] {
            let name = Name(text.parse().unwrap());
            assert!(SetName::parse(&name).is_err(), "{text}");
        }
    }

    #[test]
    fn parts_of_a_name_are_bounded() {
        assert!(SetName::new("us", "Orchard").is_err());
        assert!(SetName::new("USA", "Orchard").is_err());
        assert!(SetName::new("US", "").is_err());
        assert!(SetName::new("US", "x".repeat(65)).is_err());
        assert!(SetName::new("US", "\u{1f34e}").is_err());
        let name = SetName::new("US", "Orchard").unwrap();
        let twice = name.with_unit("1").unwrap().with_unit("2").unwrap();
        assert!(twice.with_unit("3").is_err());
    }

    #[test]
    fn brands_compare_before_the_colon_without_case() {
        let brand = |id: &str| Brand::of(&BrandId::new(id).unwrap());
        assert_eq!(brand("Orchard:Gold"), brand("ORCHARD:Silver"));
        assert_eq!(brand("Orchard"), brand("orchard:Gold"));
        assert_ne!(brand("Orchard"), brand("Orchards"));
        assert_ne!(brand("Ορχαρδ"), brand("ορχαρδ"));
    }

    #[test]
    fn the_unique_cardholder_id_hides_the_account_and_depends_on_all_of_it() {
        let id = |pan: &str, expiry: &str, secret: u8| {
            unique_cardholder_id(
                &Pan::new(pan).unwrap(),
                &CardExpiry::new(expiry).unwrap(),
                &PanSecret::from_octets([secret; 20]),
                &RustCrypto,
            )
            .unwrap()
        };
        let own = id("4111111111111111", "199912", 7);
        let der = b"\x30\x1a\x12\x104111111111111111\x12\x06199912";
        let expected = Base64::encode_string(&RustCrypto.hmac_sha1(&[7; 20], &[der]));
        assert_eq!(own, expected);
        assert_eq!(own.len(), 28);
        assert_ne!(own, id("4111111111111112", "199912", 7));
        assert_ne!(own, id("4111111111111111", "199911", 7));
        assert_ne!(own, id("4111111111111111", "199912", 8));
    }
}
