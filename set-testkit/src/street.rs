//! One of each party in memory, under one simulated clock.
//!
//! The servers ([`Shop`], [`Acquirer`], [`Office`]) answer octets with octets, as a node
//! does: what is outside of a message is checked first, an answered request is answered
//! with the same octets again, an error becomes an Error message, and what a request
//! teaches of certificates is forgotten with it. The clients are the states of
//! [`set_core`], given what a [`Wallet`] or a [`Shop`] has.
//!
//! Whatever goes from one to the other is in the test's hands, to be lost, repeated or
//! altered. Nothing is random: the same calls give the same octets in every run.
//!
//! ```
//! use set_testkit::street::{Server, Street};
//!
//! let mut street = Street::new();
//! let (wallet_waits, p_init_req) = street.p_init_req();
//! let p_init_res = street.shop.answer(&p_init_req).map_err(|refused| refused.error)?;
//! let (wallet, now) = (&mut street.wallet, street.clock.now());
//! let offered = wallet_waits.handle(&wallet.tools.context(), &p_init_res, &mut wallet.trust)?;
//! assert_eq!(offered.trans_ids().p_req_date, now);
//!
//! let refused = street.shop.answer(b"not SET").unwrap_err();
//! assert_eq!(refused.error.code().to_string(), "decodingFailure");
//! assert!(refused.answer.is_some());
//! # Ok::<(), set_core::error::Error>(())
//! ```
#![expect(clippy::expect_used, reason = "a test kit may stop the test")]

mod acquirer;
mod answers;
mod office;
mod purchase;
mod shop;
mod tools;
mod wallet;

use std::sync::Arc;

pub use self::acquirer::{Acquirer, Books};
pub use self::answers::{Answers, Refused, Server};
pub use self::office::{Filing, Office};
pub use self::shop::{OD, Orders, Shop, amount};
pub use self::tools::Tools;
pub use self::wallet::Wallet;

use der::asn1::ObjectIdentifier;
use set_core::asn1::SeqOf;
use set_core::registration::EndEntity;
use set_core::x509::build::{Profile, issue};
use set_core::x509::ext::Tunneling;

use crate::clock::Clock;
use crate::hierarchy::{contents, hierarchy};

/// A cardholder, a merchant, a gateway, and the CAs of the
/// [test hierarchy](crate::hierarchy).
#[derive(Debug)]
pub struct Street {
    /// Everybody's clock.
    pub clock: Arc<Clock>,
    /// The cardholder.
    pub wallet: Wallet,
    /// The merchant.
    pub shop: Shop,
    /// The gateway and the host behind it.
    pub acquirer: Acquirer,
    /// The cardholder CA.
    pub cca: Office,
    /// The merchant CA.
    pub mca: Office,
    /// The gateway CA.
    pub pca: Office,
}

impl Street {
    /// Everybody at [`noon`](crate::clock::noon), with empty stores.
    #[must_use]
    pub fn new() -> Self {
        let clock = Arc::new(Clock::default());
        Self {
            wallet: Wallet::new(Arc::clone(&clock)),
            shop: Shop::new(Arc::clone(&clock)),
            acquirer: Acquirer::new(Arc::clone(&clock)),
            cca: Office::new(EndEntity::Cardholder, Arc::clone(&clock)),
            mca: Office::new(EndEntity::Merchant, Arc::clone(&clock)),
            pca: Office::new(EndEntity::Gateway, Arc::clone(&clock)),
            clock,
        }
    }

    /// Gives the gateway another encryption certificate: whether it demands that cardholders
    /// sign, and the cipher of its messages to them. The merchant holds no other.
    ///
    /// # Panics
    ///
    /// Never: what is certified is good.
    pub fn recertify_gateway(
        &mut self,
        card_cert_required: bool,
        tunnel: Option<ObjectIdentifier>,
    ) {
        let all = hierarchy();
        let old = &self.acquirer.gateway.encryption;
        let subject = old.certificate.subject_name().expect("it has a name");
        let profile = Profile::GatewayEncryption {
            card_cert_required,
            tunneling: tunnel.map(|algorithm| Tunneling {
                tunneling: true,
                tunnel_alg_ids: SeqOf::one(algorithm),
            }),
            set_extensions: None,
        };
        let contents = contents(9_001, subject, &old.key, profile).expect("it is complete");
        let ca = &all.pca.cert_signing;
        let crypto = self.acquirer.tools.context().crypto;
        let certificate = issue(&contents, &ca.certificate, &ca.key, crypto).expect("it is sound");
        let own = [&all.merchant_signature, &all.merchant_encryption];
        let mut trust = tools::insider(&self.shop.tools, own);
        trust.hold(certificate.clone());
        self.shop.merchant.trust = trust;
        let gateway = &mut self.acquirer.gateway;
        gateway.trust.hold(certificate.clone());
        gateway.encryption.certificate = certificate;
    }
}

impl Default for Street {
    fn default() -> Self {
        Self::new()
    }
}
