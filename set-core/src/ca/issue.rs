//! Issuing end entities' certificates.

use super::Ca;
use super::answer::Serials;
use super::approval::Grant;
use super::hierarchy::share;
use super::record::Pended;
use crate::asn1::{Date, SeqOf};
use crate::error::{CallerFault, Error};
use crate::exchange::Context;
use crate::msg::cert::id_data::IdData;
use crate::pkcs7::SerialNumber;
use crate::registration::{EndEntity, Wanted};
use crate::secret::CardExpiry;
use crate::x509::build::{CertificateContents, EntityKey, Profile};
use crate::x509::ext::MerchantData;
use crate::x509::lint;
use crate::x509::spki::SubjectPublicKeyInfo;
use crate::x509::{Certificate, SetName};

/// A certificate issued by a CA.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The certificate.
    pub certificate: Certificate,
    /// Whose it is.
    pub entity: EndEntity,
    /// What its key is for.
    pub key: EntityKey,
}

/// Issues the certificates that a request asks for and a grant describes.
pub(super) fn issue(
    context: &Context<'_>,
    ca: &Ca,
    request: &Pended,
    grant: &Grant,
    serials: &Serials,
) -> Result<Vec<Issued>, Error> {
    let entity = Wanted::from(request.offered.request_type).entity;
    let subject = subject(ca, request, grant)?;
    let keys = [
        (
            EntityKey::Signature,
            &request.keys.public_key_s,
            &serials.signature,
        ),
        (
            EntityKey::Encryption,
            &request.keys.public_key_e,
            &serials.encryption,
        ),
    ];
    let mut issued = Vec::with_capacity(keys.len());
    for (key, info, serial) in keys {
        let Some(info) = info else { continue };
        let profile = profile(request, grant, key)?;
        issued.push(Issued {
            certificate: certify(context, ca, request, &subject, info, serial, profile)?,
            entity,
            key,
        });
    }
    Ok(issued)
}

/// The last second of a card's last month; none past the year 9999.
pub(super) fn card_end(expiry: &CardExpiry) -> Option<Date> {
    let (year, month) = match expiry.month() {
        12 => (expiry.year().checked_add(1)?, 1),
        month => (expiry.year(), month + 1),
    };
    let next_month = der::DateTime::new(year, month, 1, 0, 0, 0).ok()?;
    let seconds = next_month.unix_duration().as_secs().checked_sub(1)?;
    Date::from_unix(seconds).ok()
}

fn certify(
    context: &Context<'_>,
    ca: &Ca,
    request: &Pended,
    subject: &SetName,
    info: &SubjectPublicKeyInfo,
    serial_number: &SerialNumber,
    profile: Profile,
) -> Result<Certificate, Error> {
    let issuer = &ca.certificate_signing;
    let not_after = not_after(context, ca, request);
    let signs_until = share(context.now, not_after, ca.validity.signing_percent);
    let contents = CertificateContents {
        serial_number: serial_number.clone(),
        subject: subject.clone(),
        public_key: info.key(&context.policy.key_rules)?,
        not_before: ca
            .validity
            .backdate
            .begin(context.now, Some(&issuer.certificate)),
        not_after,
        private_key_not_before: None,
        private_key_not_after: Some(signs_until),
        policies: issuer.certificate.extensions().certificate_policies.clone(),
        profile,
    };
    Ok(lint::issue(
        &contents,
        &issuer.certificate,
        &issuer.key,
        &ca.draft_key,
        context.crypto,
    )?)
}

/// Never past the CA's own certificate, nor past the card's last month.
fn not_after(context: &Context<'_>, ca: &Ca, request: &Pended) -> Date {
    let validity = match Wanted::from(request.offered.request_type).entity {
        EndEntity::Cardholder => ca.validity.cardholder,
        EndEntity::Merchant => ca.validity.merchant,
        EndEntity::Gateway => ca.validity.gateway,
    };
    let own = context
        .now
        .plus(validity)
        .min(ca.certificate_signing.certificate.not_after());
    request.card_end.map_or(own, |card| own.min(card))
}

pub(super) fn subject(ca: &Ca, request: &Pended, grant: &Grant) -> Result<SetName, Error> {
    let issuer = ca.certificate_signing.certificate.subject_name()?;
    let name = SetName::new(issuer.country(), issuer.organization())?;
    Ok(match grant {
        Grant::Cardholder {
            issuer, card_name, ..
        } => {
            let unique_id = request.unique_card_id.as_ref().ok_or(OTHER_KIND)?;
            let name = name.with_unit(issuer.as_str())?;
            let name = match card_name {
                Some(card_name) => name.with_unit(card_name.as_str())?,
                None => name,
            };
            name.with_common_name(unique_id.as_str())?
        }
        Grant::Merchant {
            acquirer, names, ..
        } => name
            .with_unit(acquirer.as_str())?
            .with_common_name(names.first().name.as_str())?,
        Grant::Gateway {
            acquirer,
            gateway_id,
            ..
        } => name
            .with_unit(acquirer.as_str())?
            .with_common_name(gateway_id.as_str())?,
    })
}

fn profile(request: &Pended, grant: &Grant, key: EntityKey) -> Result<Profile, Error> {
    let entity = Wanted::from(request.offered.request_type).entity;
    match (grant, entity, &request.offered.id_data) {
        (Grant::Cardholder { .. }, EndEntity::Cardholder, _) => Ok(Profile::Cardholder),
        (
            Grant::Merchant {
                names,
                country,
                auth_flag,
                ..
            },
            EndEntity::Merchant,
            Some(IdData::MerchantAcquirerId(id)),
        ) => Ok(Profile::Merchant {
            key,
            data: MerchantData {
                mer_id: id.merchant_id.clone(),
                mer_acquirer_bin: id.merchant_bin.clone(),
                mer_name_seq: names.clone(),
                mer_country: *country,
                mer_auth_flag: *auth_flag,
            },
        }),
        (
            Grant::Gateway {
                card_cert_required,
                tunneling,
                set_extensions,
                ..
            },
            EndEntity::Gateway,
            _,
        ) => {
            let set_extensions = SeqOf::new(set_extensions.clone()).ok();
            Ok(match key {
                EntityKey::Signature => Profile::GatewaySignature { set_extensions },
                EntityKey::Encryption => Profile::GatewayEncryption {
                    card_cert_required: *card_cert_required,
                    tunneling: tunneling.clone(),
                    set_extensions,
                },
            })
        }
        _ => Err(OTHER_KIND.into()),
    }
}

const OTHER_KIND: CallerFault =
    CallerFault::State("the grant is for another kind of entity than the request");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_good_to_the_last_second_of_its_month() {
        let end =
            |expiry: &str| card_end(&CardExpiry::new(expiry).unwrap()).map(|date| date.to_string());
        assert_eq!(end("199912").as_deref(), Some("1999-12-31T23:59:59Z"));
        assert_eq!(end("200002").as_deref(), Some("2000-02-29T23:59:59Z"));
        assert_eq!(end("203004").as_deref(), Some("2030-04-30T23:59:59Z"));
        assert_eq!(end("999912"), None);
    }
}
