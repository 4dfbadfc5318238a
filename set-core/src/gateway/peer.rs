//! The merchant at the other end of a request.

use crate::error::{Error, PeerFault};
use crate::exchange::Context;
use crate::gateway::Gateway;
use crate::msg::ids::MerchantId;
use crate::msg::tags::RrTags;
use crate::party::identity::recipient;
use crate::party::{Purpose, Trust};
use crate::pkcs7::SignedData;
use crate::proof::ChainVerified;
use crate::treatment::Recipient;

/// A merchant whose certificates were verified; its signature over the request is verified
/// with them next.
#[derive(Debug)]
pub(super) struct Peer {
    /// For its signature.
    pub(super) signature: ChainVerified,
    /// For the answer.
    pub(super) encryption: ChainVerified,
    /// As the signature certificate has it.
    pub(super) merchant_id: MerchantId,
}

impl Peer {
    /// Finds and verifies the certificates of the merchant that signed.
    ///
    /// A request does not say under which key the answer is to be encrypted. It is that of
    /// the merchant encryption certificate which has the signer's subject name and merchant
    /// id, whether it came with the request or was held before; of several the one that
    /// holds longest.
    ///
    /// # Errors
    ///
    /// The certificate codes; unspecifiedFailure for a merchant of an acquirer that the gateway
    /// does not serve.
    pub(super) fn prove(
        context: &Context<'_>,
        gateway: &mut Gateway,
        signed: &SignedData,
    ) -> Result<Self, Error> {
        gateway.trust.learn(context, signed, None)?;
        let signature = gateway
            .trust
            .signer(context, signed, Purpose::MerchantSignature)?;
        if !gateway.serves_acquirer_of(signature.certificate())? {
            return Err(OTHER_ACQUIRER.into());
        }
        let encryption = encryption_of(context, &gateway.trust, &signature)?;
        let merchant_id = signature.certificate().merchant_id()?;
        Ok(Self {
            signature,
            encryption,
            merchant_id,
        })
    }

    /// Checks that the request names the merchant that signed it.
    pub(super) fn check_tags(&self, tags: &RrTags) -> Result<(), PeerFault> {
        if tags.mer_term_ids.merchant_id == self.merchant_id {
            Ok(())
        } else {
            Err(PeerFault::Unspecified(
                "merTermIDs names another merchant than the certificate",
            ))
        }
    }

    /// Whom the answer is encrypted for.
    pub(super) fn recipient(&self) -> Recipient<'_> {
        recipient(self.encryption.certificate())
    }
}

/// The encryption certificate of the merchant that `signature` belongs to.
fn encryption_of(
    context: &Context<'_>,
    trust: &Trust,
    signature: &ChainVerified,
) -> Result<ChainVerified, Error> {
    let signer = signature.certificate();
    let ours = signer.merchant_data()?;
    let purpose = Purpose::MerchantEncryption;
    let mut fitting = trust.candidates(context, |certificate| {
        certificate.subject() == signer.subject()
            && certificate
                .extensions()
                .key_usage
                .contains(purpose.key_usage())
            && certificate.merchant_data().is_ok_and(|theirs| {
                (&theirs.mer_id, &theirs.mer_acquirer_bin) == (&ours.mer_id, &ours.mer_acquirer_bin)
            })
    });
    fitting.sort_by_key(|certificate| certificate.not_after());
    fitting.reverse();
    trust
        .first_believed(context, &fitting, purpose, signature.brand())?
        .ok_or_else(|| PeerFault::MissingCertificate("the merchant's encryption key").into())
}

const OTHER_ACQUIRER: PeerFault =
    PeerFault::Unspecified("the merchant's acquirer is none that this gateway serves");
