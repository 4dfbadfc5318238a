//! The root and its successors.

use super::Validity;
use super::certify::{fresh_serial_number, path_len};
use crate::crypto::PrivateKey;
use crate::error::Error;
use crate::exchange::Context;
use crate::party::Identity;
use crate::pkcs7::SerialNumber;
use crate::x509::build::{self, CertificateContents, Profile};
use crate::x509::ext::{CertificateType, SetQualifier};
use crate::x509::lint::{self, DraftKey};
use crate::x509::{Certificate, SetName};

/// Makes a root that holds as long as `validity` has it, and the key that it announces as its
/// successor's.
///
/// # Errors
///
/// [`Error::Provider`].
pub fn make_root(
    context: &Context<'_>,
    policy: &SetQualifier,
    validity: &Validity,
) -> Result<(Identity, PrivateKey), Error> {
    let next = context.crypto.generate_rsa(ROOT_BITS)?;
    let key = context.crypto.generate_rsa(ROOT_BITS)?;
    let contents = CertificateContents {
        serial_number: fresh_serial_number(context)?,
        subject: SetName::new("US", "SET Root")?,
        public_key: key.public_key().clone(),
        not_before: validity.backdate.begin(context.now, None),
        not_after: context.now.plus(validity.root),
        private_key_not_before: None,
        private_key_not_after: None,
        policies: build::root_policy(policy.clone())?,
        profile: Profile::Root {
            next: next.public_key().clone(),
            path_len: path_len(CertificateType::RCA),
        },
    };
    let draft_key = DraftKey::generate(context.crypto, ROOT_BITS)?;
    let certificate = lint::self_sign(&contents, &key, &draft_key, context.crypto)?;
    let root = Identity {
        key,
        chain: Vec::new(),
        certificate,
    };
    Ok((root, next))
}

/// Makes the successor of a root: self-signed, with the key that the old root announced,
/// announcing the key after that. It is believed by whoever believes the old root.
///
/// # Errors
///
/// [`Error::Caller`] when the old root has no SET name; [`Error::Provider`].
pub fn succeed(
    context: &Context<'_>,
    old: &Certificate,
    key: &PrivateKey,
    next: &PrivateKey,
    serial_number: SerialNumber,
    validity: &Validity,
) -> Result<Certificate, Error> {
    let extensions = old.extensions();
    let contents = CertificateContents {
        serial_number,
        subject: old.subject_name()?,
        public_key: key.public_key().clone(),
        not_before: validity.backdate.begin(context.now, None),
        not_after: context.now.plus(validity.root),
        private_key_not_before: None,
        private_key_not_after: None,
        policies: extensions.certificate_policies.clone(),
        profile: Profile::Root {
            next: next.public_key().clone(),
            path_len: extensions
                .basic_constraints
                .path_len_constraint
                .unwrap_or(path_len(CertificateType::RCA)),
        },
    };
    let draft_key = DraftKey::generate(context.crypto, key.public_key().bits())?;
    Ok(lint::self_sign(&contents, key, &draft_key, context.crypto)?)
}

/// Bits of a root's key.
pub const ROOT_BITS: usize = 2048;
