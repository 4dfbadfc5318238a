//! Cardholders and their certificates.

use set_core::ca;
use set_core::ca::hierarchy::{CA_BITS, EndEntityCa, Hierarchy, fresh_serial_number};
use set_core::crypto::{PublicKey, random_array};
use set_core::error::{CallerFault, Error};
use set_core::exchange::Context;
use set_core::registration::EndEntity;
use set_core::secret::{CardExpiry, Pan, PanSecret};
use set_core::x509::build::{CertificateContents, Profile};
use set_core::x509::lint::{self, DraftKey};
use set_core::x509::name::unique_cardholder_id;
use set_core::x509::{Certificate, SetName};

use super::cli::Options;
use super::fault::PopulationFault;
use super::files;
use super::workers::spread;

/// As many keys as wanted; only the public halves are of use here.
pub(super) fn keys(
    context: &Context<'_>,
    count: u32,
    threads: usize,
) -> Result<Vec<PublicKey>, PopulationFault> {
    spread(count, threads, |_| {
        let pair = context.crypto.generate_rsa(CA_BITS).map_err(Error::from)?;
        Ok(pair.public_key().clone())
    })
}

/// Issues all certificates, a batch at a time.
pub(super) fn issue_all(
    context: &Context<'_>,
    options: &Options,
    hierarchy: &Hierarchy,
    keys: &[PublicKey],
    draft_key: &DraftKey,
    threads: usize,
) -> Result<(), PopulationFault> {
    let cas: Vec<&EndEntityCa> = hierarchy
        .brands
        .iter()
        .flat_map(|brand| &brand.end_entity_cas)
        .filter(|ca| {
            ca.certificate_type()
                .contains(EndEntity::Cardholder.ca_type())
        })
        .collect();
    let count = u32::try_from(cas.len()).unwrap_or(u32::MAX);
    let batches: Vec<(&EndEntityCa, u32, Vec<u32>)> = cas
        .into_iter()
        .zip(0..)
        .flat_map(|(ca, which)| {
            let numbers: Vec<u32> = (0..options.cardholders)
                .filter(|number| number % count == which)
                .collect();
            let size = usize::try_from(options.batch).unwrap_or(usize::MAX);
            let batches: Vec<(&EndEntityCa, u32, Vec<u32>)> = numbers
                .chunks(size)
                .zip(1..)
                .map(|(batch, number)| (ca, number, batch.to_vec()))
                .collect();
            batches
        })
        .collect();
    let issue = |which: u32| {
        let Some((ca, batch, numbers)) = batches.get(usize::try_from(which).unwrap_or(0)) else {
            return Ok(());
        };
        for number in numbers {
            let key = usize::try_from(*number).unwrap_or(0) % keys.len().max(1);
            let Some(key) = keys.get(key) else { continue };
            let certificate = issue(context, ca, key, draft_key, *number)?;
            files::write_holder(options, &ca.name, *batch, *number, &certificate)?;
        }
        Ok(())
    };
    let count = u32::try_from(batches.len()).unwrap_or(u32::MAX);
    spread(count, threads, issue).map(drop)
}

/// Issues one certificate: for an account that exists nowhere.
fn issue(
    context: &Context<'_>,
    ca: &EndEntityCa,
    key: &PublicKey,
    draft_key: &DraftKey,
    number: u32,
) -> Result<Certificate, Error> {
    let issuer = &ca.certificate_signing;
    let pan = account(number)?;
    let expiry = CardExpiry::new("209912").map_err(|_| UNFIT)?;
    let secret = PanSecret::from_octets(random_array(context.crypto)?);
    let id = unique_cardholder_id(&pan, &expiry, &secret, context.crypto)?;
    let name = issuer.certificate.subject_name()?;
    let subject = SetName::new(name.country(), name.organization())?
        .with_unit("First Bank")?
        .with_common_name(id)?;
    let validity = ca::Validity::default().cardholder;
    let not_after = context
        .now
        .plus(validity)
        .min(issuer.certificate.not_after());
    let contents = CertificateContents {
        serial_number: fresh_serial_number(context)?,
        subject,
        public_key: key.clone(),
        not_before: context.now,
        not_after,
        private_key_not_before: None,
        private_key_not_after: None,
        policies: issuer.certificate.extensions().certificate_policies.clone(),
        profile: Profile::Cardholder,
    };
    Ok(lint::issue(
        &contents,
        &issuer.certificate,
        &issuer.key,
        draft_key,
        context.crypto,
    )?)
}

/// An account number of a BIN that no bank has, with its check digit.
fn account(number: u32) -> Result<Pan, Error> {
    let digits = format!("999901{number:09}");
    let sum: u32 = digits
        .bytes()
        .rev()
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, weight)| {
            let product = u32::from(digit - b'0') * weight;
            product / 10 + product % 10
        })
        .sum();
    Ok(Pan::new(format!("{digits}{}", (10 - sum % 10) % 10)).map_err(|_| UNFIT)?)
}

const UNFIT: CallerFault = CallerFault::State("an account of the population is refused");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_numbers_of_cards_and_differ() {
        let number = |n| account(n).unwrap().expose().to_owned();
        assert_eq!(number(1).len(), 16);
        assert_ne!(number(1), number(2));
        assert_eq!(number(0), "9999010000000003");
    }
}
