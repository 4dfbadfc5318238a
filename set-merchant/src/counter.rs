//! What serves the orders of one brand: keys, whom they believe, and the gateway that is asked.

use std::path::{Path, PathBuf};

use set_core::merchant::Merchant;
use set_core::msg::ids::BrandId;
use set_core::x509::Brand;
use set_node::upkeep::InService;

use crate::failure::Failure;
use crate::gateway::Gateway;
use crate::pos::Pos;

/// One brand at the till.
#[derive(Debug)]
pub(crate) struct Counter {
    pub(crate) merchant: InService<Merchant>,
    pub(crate) gateway: Gateway,
    folder: PathBuf,
}

impl Counter {
    /// The brand of a data folder, and the gateway that is asked about it.
    pub(crate) fn open(pos: &Pos, gateway: Gateway) -> Result<Self, Failure> {
        Ok(Self {
            merchant: pos.merchant()?.into(),
            gateway,
            folder: pos.data.clone(),
        })
    }

    /// Whether this is its brand.
    pub(crate) fn is_of(&self, brand_id: &BrandId) -> bool {
        let ours = self.merchant.now().signature.certificate.brand();
        ours.is_ok_and(|ours| ours == Brand::of(brand_id))
    }

    /// Whether its keys lie there.
    pub(crate) fn is_at(&self, folder: &Path) -> bool {
        self.folder == folder
    }
}
