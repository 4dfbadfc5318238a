//! The lists that CAs issue: the CRL of each, and the brand CA's BrandCRLIdentifier.
//!
//! A list follows the one before it: its number is higher, and what was revoked stays
//! revoked. So whoever lost its records but has the last list loses no revocation.

use std::collections::BTreeMap;

use crate::asn1::Date;
use crate::error::{CallerFault, Error};
use crate::exchange::Context;
use crate::msg::ids::BrandId;
use crate::party::Identity;
use crate::x509::bci::{BciContents, CrlIdentifier};
use crate::x509::crl::{CrlContents, Revoked};
use crate::x509::{BrandCrlIdentifier, Certificate, Crl};

/// Issues the CRL that follows `last`, for `lifetime` seconds from now.
///
/// Its number is the first above that of `last` and above `floor`, the highest number that
/// the CA is known to have used. It lists what `last` does and `revoked`; who is in both
/// stays as in `last`.
///
/// # Errors
///
/// [`Error::Caller`] when the numbers are used up; [`Error::X509`] when the identity may not
/// sign CRLs, or its key fails.
pub fn next_crl(
    context: &Context<'_>,
    signer: &Identity,
    last: Option<&Crl>,
    floor: u64,
    revoked: &[Revoked],
    lifetime: u64,
) -> Result<Crl, Error> {
    let listed = last.into_iter().flat_map(Crl::revoked);
    let all: BTreeMap<Vec<u8>, Revoked> = revoked
        .iter()
        .cloned()
        .chain(listed)
        .map(|revoked| (order(&revoked), revoked))
        .collect();
    let contents = CrlContents {
        number: after(last.map_or(floor, |last| last.number().max(floor)))?,
        this_update: context.now,
        next_update: context.now.plus(lifetime),
        revoked: all.into_values().collect(),
    };
    let (certificate, key) = (&signer.certificate, &signer.key);
    Ok(Crl::sign(&contents, certificate, key, context.crypto)?)
}

/// Issues the BCI that follows `last`, for `lifetime` seconds from now, over the newest of
/// `crls` of each issuer.
///
/// Its number is the first above that of `last` and above `floor`. For an issuer of whom
/// `last` names a higher CRL than `crls` holds, it goes on naming that one.
///
/// # Errors
///
/// As [`next_crl`]; the signer must be the brand CA.
pub fn next_bci(
    context: &Context<'_>,
    signer: &Identity,
    last: Option<&BrandCrlIdentifier>,
    floor: u64,
    crls: &[Crl],
    lifetime: u64,
) -> Result<BrandCrlIdentifier, Error> {
    let named = last.into_iter().flat_map(BrandCrlIdentifier::crls).cloned();
    let mut newest: Vec<CrlIdentifier> = Vec::new();
    for identifier in named.chain(crls.iter().map(identifier)) {
        let known = newest
            .iter_mut()
            .find(|known| known.issuer_name == identifier.issuer_name);
        match known {
            Some(known) => known.crl_number = known.crl_number.max(identifier.crl_number),
            None => newest.push(identifier),
        }
    }
    let list = last.map(|last| &last.to_be_signed);
    let contents = BciContents {
        sequence_num: after(list.map_or(floor, |list| list.sequence_num.max(floor)))?,
        brand_id: match list {
            Some(list) => list.brand_id.clone(),
            None => brand_id(&signer.certificate)?,
        },
        not_before: context.now,
        not_after: context.now.plus(lifetime),
        crls: newest,
    };
    let (certificate, key) = (&signer.certificate, &signer.key);
    Ok(BrandCrlIdentifier::sign(
        contents,
        certificate,
        key,
        context.crypto,
    )?)
}

/// Whether a BCI names the newest CRL of each issuer that is in `crls`.
#[must_use]
pub fn names_all(bci: &BrandCrlIdentifier, crls: &[Crl]) -> bool {
    crls.iter().all(|crl| {
        bci.number_of(crl.issuer())
            .is_some_and(|named| named >= crl.number())
    })
}

/// Whether a list that holds until `until` is to be issued anew: it ends within `ahead`
/// seconds from now.
#[must_use]
pub fn is_due(until: Date, now: Date, ahead: u64) -> bool {
    until <= now.plus(ahead)
}

/// By number, and not by the letters of its octets.
fn order(revoked: &Revoked) -> Vec<u8> {
    let octets = revoked.serial_number.as_octets();
    let mut order = vec![u8::try_from(octets.len()).unwrap_or(u8::MAX)];
    order.extend_from_slice(octets);
    order
}

fn identifier(crl: &Crl) -> CrlIdentifier {
    CrlIdentifier {
        issuer_name: crl.issuer().clone(),
        crl_number: crl.number(),
    }
}

fn after(number: u64) -> Result<u64, Error> {
    number
        .checked_add(1)
        .ok_or(CallerFault::State("the numbers of this list are used up").into())
}

fn brand_id(brand_ca: &Certificate) -> Result<BrandId, Error> {
    Ok(BrandId::new(brand_ca.subject_name()?.organization())?)
}
