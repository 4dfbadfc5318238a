//! Identities that were renewed: what was made with them, or for them, outlives them.
//!
//! A merchant or wallet encrypts for the certificate that it was shown last, and a token comes
//! back weeks after it was given. So a party keeps the identities that it renewed. Which one is
//! meant is told by issuer and serial number, never found out by trial; and a former identity
//! serves others only as long as its certificate holds: valid, and not revoked.

use crate::crypto::PrivateKey;
use crate::error::Error;
use crate::exchange::Context;
use crate::party::{Identity, Purpose, Trust};
use crate::pkcs7::{EnvelopedData, IssuerAndSerialNumber};

/// The identity among `former` that a message names.
pub(crate) fn named<'a>(
    former: &'a [Identity],
    pointer: &IssuerAndSerialNumber,
) -> Option<&'a Identity> {
    former
        .iter()
        .find(|identity| identity.certificate.issuer_and_serial_number() == pointer)
}

/// The key to try on an envelope that a peer sealed: of the former identity that it names,
/// otherwise the one in use.
///
/// # Errors
///
/// [`Error::Certificate`] when the certificate of the former identity does not hold any more.
pub(crate) fn opener<'a>(
    context: &Context<'_>,
    trust: &Trust,
    (current, former): (&'a Identity, &'a [Identity]),
    purpose: Purpose,
    envelope: &EnvelopedData,
) -> Result<&'a PrivateKey, Error> {
    let Some(identity) = addressee(former, envelope) else {
        return Ok(&current.key);
    };
    trust.verify(context, &identity.certificate, purpose, None)?;
    Ok(&identity.key)
}

/// The key to try on an envelope that its keeper sealed for itself: as [`opener`], but for
/// what is one's own no certificate has to hold.
pub(crate) fn own_opener<'a>(
    (current, former): (&'a Identity, &'a [Identity]),
    envelope: &EnvelopedData,
) -> &'a PrivateKey {
    &addressee(former, envelope).unwrap_or(current).key
}

fn addressee<'a>(former: &'a [Identity], envelope: &EnvelopedData) -> Option<&'a Identity> {
    let recipient = envelope.recipient_infos.first();
    named(former, &recipient.issuer_and_serial_number)
}
