//! Which gateway certificate serves which cards of the brand.

use crate::error::{CallerFault, Error};
use crate::exchange::Context;
use crate::merchant::Merchant;
use crate::msg::ids::Bin;
use crate::msg::thumbs::CertThumb;
use crate::party::Purpose;
use crate::proof::ChainVerified;
use crate::sequence;
use crate::x509::Certificate;

sequence! {
    /// What PCertRes said of the cards of one BIN, or of all others of the brand.
    ///
    /// ```text
    /// GatewayFor ::= SEQUENCE {
    ///   bin        BIN OPTIONAL,
    ///   certThumb  [0] EXPLICIT CertThumb OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct GatewayFor = "GatewayFor" {
        /// The first six digits of the cards; when absent, all cards of which nothing else is
        /// said.
        bin: Option<Bin> = "bin" [optional],
        /// The gateway's encryption certificate; none when no gateway takes these cards.
        cert_thumb: Option<CertThumb> = "certThumb" [explicit 0 optional],
    }
}

impl Merchant {
    /// The encryption certificate of the gateway that takes cards of this BIN, its chain
    /// verified now.
    ///
    /// It is the one that PCertRes named for the BIN, or for the brand as a whole; once that
    /// gateway was renewed, its newest certificate that is held. Where PCertRes said nothing, it
    /// is the one of the brand that holds longest.
    ///
    /// # Errors
    ///
    /// [`Error::Caller`] when the gateway said that it does not take these cards;
    /// missingCertificate when none is held; [`Error::Certificate`].
    pub fn gateway(
        &self,
        context: &Context<'_>,
        bin: Option<&Bin>,
    ) -> Result<ChainVerified, Error> {
        let brand = self.signature.certificate.brand()?;
        let purpose = Purpose::GatewayEncryption;
        let said = |bin: Option<&Bin>| self.gateways.iter().find(|said| said.bin.as_ref() == bin);
        let said = match bin {
            Some(_) => said(bin).or_else(|| said(None)),
            None => said(None),
        };
        match said.map(|said| &said.cert_thumb) {
            None => self.trust.held_for(context, purpose, &brand),
            Some(None) => Err(NOT_TAKEN.into()),
            Some(Some(thumb)) => self.trust.held_as(context, thumb, purpose, &brand),
        }
    }

    /// The one gateway that takes the cards of all these BINs.
    ///
    /// # Errors
    ///
    /// As [`gateway`](Self::gateway); [`Error::Caller`] when there are several.
    pub(super) fn one_gateway<'a>(
        &self,
        context: &Context<'_>,
        bins: impl IntoIterator<Item = &'a Bin>,
    ) -> Result<ChainVerified, Error> {
        let mut one: Option<ChainVerified> = None;
        for bin in bins {
            let gateway = self.gateway(context, Some(bin))?;
            match &one {
                Some(one) if one.certificate() != gateway.certificate() => {
                    return Err(SEVERAL.into());
                }
                _ => one = Some(gateway),
            }
        }
        match one {
            Some(one) => Ok(one),
            None => self.gateway(context, None),
        }
    }

    /// Whether a certificate is of a gateway that this merchant asks: it has the name of one whose
    /// encryption certificate is held, and is in use.
    pub(super) fn asks(&self, context: &Context<'_>, gateway: &Certificate) -> bool {
        let named = |certificate: &Certificate| {
            let thumb = certificate.thumbprint(context.crypto);
            let mut said = self
                .gateways
                .iter()
                .filter_map(|said| said.cert_thumb.as_ref());
            self.gateways.is_empty() || said.any(|said| said.thumbprint == thumb)
        };
        let extensions = |held: &&Certificate| {
            let purpose = Purpose::GatewayEncryption;
            purpose.admits(held.extensions().certificate_type)
                && held.extensions().key_usage.contains(purpose.key_usage())
        };
        self.trust
            .certificates()
            .iter()
            .filter(extensions)
            .any(|held| held.subject() == gateway.subject() && named(held))
    }

    /// Remembers which gateway takes the cards of a BIN, or of the brand.
    pub(super) fn learn_gateway(&mut self, bin: Option<Bin>, cert_thumb: Option<CertThumb>) {
        self.gateways.retain(|said| said.bin != bin);
        self.gateways.push(GatewayFor { bin, cert_thumb });
    }
}

const NOT_TAKEN: CallerFault = CallerFault::State("no gateway takes cards of this BIN");

const SEVERAL: CallerFault =
    CallerFault::State("these orders were paid through different gateways; ask one at a time");
