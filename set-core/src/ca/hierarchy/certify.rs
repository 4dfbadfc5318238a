//! Certifying one key of a CA.

use super::Validity;
use crate::asn1::{Date, SeqOf};
use crate::crypto::random_array;
use crate::error::{CallerFault, Error};
use crate::exchange::Context;
use crate::party::Identity;
use crate::pkcs7::SerialNumber;
use crate::x509::build::{CaKey, CertificateContents, Profile};
use crate::x509::ext::{
    AdditionalPolicy, CertificatePolicies, CertificateType, SetPolicyQualifier, SetQualifier,
};
use crate::x509::lint::{self, DraftKey};
use crate::x509::pkcs10::CaRequest;
use crate::x509::{Certificate, X509Error};

/// Certifies a key of a CA with the key of the CA above it.
///
/// The certificate has the policies of the issuer's and, as an additional one, what the
/// subject says of its own in `adds`. Its draft is linted before the issuer signs. It holds as long as `validity` has it for its type,
/// never past the issuer's certificate.
///
/// # Errors
///
/// [`Error::Caller`] when more than three CAs add to the policy; [`Error::X509`] when the
/// certificate cannot be made, or would be outside of the profile: the issuer's type does
/// not certify the subject's, the issuer's key no longer signs, the brand is another.
pub fn certify(
    context: &Context<'_>,
    issuer: &Identity,
    draft_key: &DraftKey,
    asked: &CaRequest,
    adds: Option<&SetQualifier>,
    validity: &Validity,
) -> Result<Certificate, Error> {
    let above = issuer.certificate.extensions();
    let not_after = context
        .now
        .plus(seconds(asked.certificate_type, validity))
        .min(issuer.certificate.not_after());
    let contents = CertificateContents {
        serial_number: fresh_serial_number(context)?,
        subject: asked.subject.clone(),
        public_key: asked.public_key.clone(),
        not_before: validity
            .backdate
            .begin(context.now, Some(&issuer.certificate)),
        not_after,
        private_key_not_before: None,
        private_key_not_after: signing_end(asked.key, context.now, not_after, validity),
        policies: adding(&above.certificate_policies, asked.certificate_type, adds)?,
        profile: Profile::Ca {
            certificate_type: asked.certificate_type,
            key: asked.key,
        },
    };
    Ok(lint::issue(
        &contents,
        &issuer.certificate,
        &issuer.key,
        draft_key,
        context.crypto,
    )?)
}

/// A serial number that nobody else has: 126 random bits, so that no counter has to survive
/// between one ceremony and the next.
///
/// # Errors
///
/// [`Error::Provider`] when there is no randomness.
pub fn fresh_serial_number(context: &Context<'_>) -> Result<SerialNumber, Error> {
    let mut octets: [u8; 16] = random_array(context.crypto)?;
    // Positive, and of the same length always.
    octets[0] = octets[0] & 0x3f | 0x40;
    Ok(SerialNumber::new(&octets)?)
}

/// CA certificates that may follow one of that type: none below a CA for end entities, one
/// below a geopolitical CA, two below a brand CA, three below the root.
#[must_use]
pub const fn path_len(certificate_type: CertificateType) -> u32 {
    if certificate_type.contains(CertificateType::RCA) {
        3
    } else if certificate_type.contains(CertificateType::BCA) {
        2
    } else if certificate_type.contains(CertificateType::GCA) {
        1
    } else {
        0
    }
}

pub(super) const fn seconds(certificate_type: CertificateType, validity: &Validity) -> u64 {
    if certificate_type.contains(CertificateType::BCA) {
        validity.brand
    } else if certificate_type.contains(CertificateType::GCA) {
        validity.geopolitical
    } else {
        validity.ca
    }
}

/// Until when the key signs, if less long than its certificate holds.
pub(super) fn signing_end(
    key: CaKey,
    from: Date,
    until: Date,
    validity: &Validity,
) -> Option<Date> {
    let percent = match key {
        CaKey::CertSigning { .. } => validity.signing.certificates,
        CaKey::MessageSigning => validity.signing.messages,
        CaKey::CertAndCrlSigning { .. } | CaKey::CrlSigning | CaKey::Encryption => return None,
    };
    Some(share(from, until, percent))
}

/// The end of the first `percent` of a span of time.
pub(in crate::ca) fn share(from: Date, until: Date, percent: u8) -> Date {
    let span = until.unix().saturating_sub(from.unix());
    from.plus(span / 100 * u64::from(percent.clamp(1, 100)))
        .min(until)
}

/// The policies of the issuer, the first of which gets what the subject adds.
fn adding(
    policies: &CertificatePolicies,
    by: CertificateType,
    adds: Option<&SetQualifier>,
) -> Result<CertificatePolicies, Error> {
    let Some(words) = adds else {
        return Ok(policies.clone());
    };
    let mut policies: Vec<_> = policies.iter().cloned().collect();
    let Some(first) = policies.first_mut() else {
        return Err(CallerFault::State("the issuer has no policy").into());
    };
    let malformed = |error| X509Error::Extension {
        name: "certificatePolicies",
        error,
    };
    let qualifier = first
        .set_qualifier()
        .map_err(malformed)?
        .ok_or(CallerFault::State(
            "the issuer's policy has no SET qualifier",
        ))?;
    let mut additional = qualifier
        .additional_policies
        .map(|additional| additional.to_vec())
        .unwrap_or_default();
    additional.push(AdditionalPolicy {
        policy_oid: None,
        policy_qualifier: Some(words.clone()),
        policy_added_by: by,
    });
    *first = crate::x509::ext::PolicyInformation::qualified(
        first.policy_identifier,
        &SetPolicyQualifier {
            root_qualifier: qualifier.root_qualifier,
            additional_policies: Some(SeqOf::new(additional)?),
        },
    )?;
    Ok(SeqOf::new(policies)?)
}
