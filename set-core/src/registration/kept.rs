//! A request that waits, as an entity keeps it between two runs of its program.

use super::filed::Asked;
use super::{Filed, NewKeys, Pended, Standing};
use crate::msg::cert::id_data::IdData;
use crate::msg::cert::request_type::RequestType;
use crate::msg::ids::{BrandId, LocalId};
use crate::secret::BackKey;
use crate::sequence;

sequence! {
    /// A request that was sent and whose outcome is not known.
    ///
    /// The back key in it is a secret: what is made of it is kept encrypted. The private keys
    /// are not in it, as they may lie in a token; they are kept beside it.
    ///
    /// ```text
    /// Kept ::= SEQUENCE {
    ///   brandID      BrandID,
    ///   requestType  RequestType,
    ///   lid-EE       LocalID,
    ///   lid-CA       LocalID,
    ///   idData       [0] EXPLICIT IDData OPTIONAL,
    ///   backKey      [1] Secret OPTIONAL
    /// }
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct Kept = "Kept" {
        /// Of which brand.
        brand_id: BrandId = "brandID",
        /// Which certificates.
        request_type: RequestType = "requestType",
        /// The entity's id of the registration.
        lid_ee: LocalId = "lid-EE",
        /// The CA's id of the registration.
        lid_ca: LocalId = "lid-CA",
        /// For whom, unless for a cardholder.
        id_data: Option<IdData> = "idData" [explicit 0 optional],
        /// The key under which the answer comes, if the request gave one.
        back_key: Option<BackKey> = "backKey" [implicit 1 optional],
    }
}

impl Filed {
    /// What is kept until the outcome is known; none when the CA has given the registration
    /// no id, by which alone it can be asked.
    #[must_use]
    pub fn kept(&self) -> Option<Kept> {
        let lid_ca = self.lid_ca.clone()?;
        Some(self.asked.kept(lid_ca))
    }
}

impl Pended {
    /// What is kept until the outcome is known.
    #[must_use]
    pub fn kept(&self) -> Kept {
        self.asked.kept(self.lid_ca().clone())
    }
}

impl Kept {
    /// Goes on, with the keys of the request and the certificates that it stands on.
    #[must_use]
    pub fn resume(self, keys: NewKeys, standing: Option<Standing>) -> Pended {
        let asked = Asked {
            brand_id: self.brand_id,
            request_type: self.request_type,
            id_data: self.id_data,
            lid_ee: self.lid_ee,
            keys,
            standing,
            back_key: self.back_key,
        };
        Pended::new(asked, self.lid_ca)
    }
}

impl Asked {
    fn kept(&self, lid_ca: LocalId) -> Kept {
        Kept {
            brand_id: self.brand_id.clone(),
            request_type: self.request_type,
            lid_ee: self.lid_ee.clone(),
            lid_ca,
            id_data: self.id_data.clone(),
            back_key: self.back_key.as_ref().map(BackKey::duplicate),
        }
    }
}
