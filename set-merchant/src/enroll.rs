//! `enroll`: the merchant's certificates.

use std::fmt;

use serde::Serialize;
use set_core::error::Error;
use set_core::merchant::Merchant;
use set_core::msg::cert::id_data::{IdData, MerchantAcquirerId};
use set_core::msg::cert::request_type::RequestType;
use set_core::msg::ids::{Bin, BrandId, MerchantId};
use set_core::party::Trust;
use set_core::registration::{Application, Certified};
use set_core::x509::Brand;
use set_node::call::Caller;
use set_node::cli::Exit;
use set_node::enroll::{Applicant, Enrollment, FieldArg, Renewed};
use set_node::program::{Screen, value};
use set_node::transport::{Endpoint, MediaType};

use crate::cli::{EnrollArgs, RenewArgs};
use crate::failure::Failure;
use crate::pos::Pos;
use crate::refresh;

/// Registers the merchant at the CA, keeps keys and certificates, and fetches the gateway's
/// certificate where a gateway is known.
///
/// # Errors
///
/// There are certificates already; the root is not to be believed; the CA or the gateway
/// cannot be reached, does not prove who it is, or refuses. What the CA certified is kept
/// even when the gateway fails: [`refresh`](crate::refresh()) asks it again.
pub async fn enroll(
    pos: &mut Pos,
    args: &EnrollArgs,
    screen: &mut Screen,
) -> Result<Exit, Failure> {
    let application = application(pos, args)?;
    let mut further;
    let pos = match pos.is_enrolled()? {
        false => pos,
        // The data folder is another brand's: this one gets a folder beside.
        true => {
            let held = pos.merchant()?.signature.certificate.brand();
            further = pos.of_brand(&application.brand_id)?;
            let same = held.map_err(Error::from)? == Brand::of(&application.brand_id);
            if same || further.is_enrolled()? {
                return Err(Failure::Enrolled);
            }
            &mut further
        }
    };
    let brand_id = application.brand_id.clone();
    let rules = &pos.station.policy().key_rules;
    let root = args
        .root
        .install(&mut pos.trust, pos.station.crypto(), rules)?;
    if let Some(thumbprint) = root {
        tracing::info!(%thumbprint, "root believed; compare with the one that the brand publishes");
    }
    let ca = pos.caller(args.ca.clone(), "ca", MediaType::Registration);
    let mut trust = pos.trust.clone();
    let asking = applicant(pos, &ca, &args.fields);
    if args.anew {
        asking.enrolled()?;
    }
    let certified = asking.enroll(&mut trust, application, &args.ca).await?;
    let merchant = merchant(certified, trust)?;
    pos.keep(&merchant, brand_id).await?;
    applicant(pos, &ca, &args.fields).enrolled()?;
    if let Some(gateway) = pos.gateway(args.gateway.as_ref()).await? {
        refresh::fetch(pos, gateway).await?;
    }
    screen.result(&Enrolled {
        merchant: merchant.signature.certificate.subject().to_string(),
        merchant_id: args.merchant_id.clone(),
        not_after: merchant.signature.certificate.not_after().to_string(),
    });
    Ok(Exit::Success)
}

/// Renews both certificates of every brand with the old ones and keeps them.
///
/// # Errors
///
/// As [`renew_with`].
pub async fn renew(pos: &mut Pos, args: &RenewArgs, screen: &mut Screen) -> Result<Exit, Failure> {
    let mut all = pos.further()?;
    for pos in std::iter::once(pos).chain(&mut all) {
        let merchant = renew_with(pos, args.ca.as_ref(), &args.fields).await?;
        let certificate = &merchant.signature.certificate;
        screen.result(&Enrolled {
            merchant: certificate.subject().to_string(),
            merchant_id: certificate.merchant_id().map_err(Error::from)?.to_string(),
            not_after: certificate.not_after().to_string(),
        });
    }
    Ok(Exit::Success)
}

/// Renews both certificates with the old ones, at the CA of the enrollment unless another is
/// named, and keeps them in the data folder.
///
/// # Errors
///
/// There are no certificates; the CA cannot be reached, has not decided, or refuses.
pub async fn renew_with(
    pos: &mut Pos,
    ca: Option<&Endpoint>,
    fields: &[FieldArg],
) -> Result<Merchant, Failure> {
    let held = pos.merchant()?;
    let enrollment = Enrollment::load(&pos.data, &pos.keys)?;
    let ca = match ca {
        Some(ca) => ca.clone(),
        None => enrollment.endpoint()?,
    };
    let ca = pos.caller(ca, "ca", MediaType::Registration);
    let mut trust = held.trust;
    let old = Renewed::Both {
        signature: held.signature,
        encryption: held.encryption,
    };
    let asking = applicant(pos, &ca, fields);
    let certified = asking.renew(&mut trust, &enrollment, old).await?;
    let merchant = merchant(certified, trust)?;
    pos.keep_renewed(&merchant)?;
    applicant(pos, &ca, fields).renewed()?;
    pos.merchant()
}

/// Asks the CA of the enrollment for lists, and keeps them in the data folder.
///
/// # Errors
///
/// The CA cannot be reached or what it sends is not to be believed; files cannot be written.
pub async fn refresh_with(pos: &mut Pos) -> Result<(), Failure> {
    let enrollment = Enrollment::load(&pos.data, &pos.keys)?;
    let ca = pos.caller(enrollment.endpoint()?, "ca", MediaType::Registration);
    let mut trust = pos.trust.clone();
    applicant(pos, &ca, &[])
        .refresh(&mut trust, &enrollment)
        .await?;
    pos.trust = trust;
    pos.keep_trust()
}

fn applicant<'a>(pos: &'a Pos, ca: &'a Caller, fields: &'a [FieldArg]) -> Applicant<'a> {
    Applicant {
        role: "merchant",
        station: &pos.station,
        ca,
        keys: &pos.keys,
        data: &pos.data,
        fields,
        trace: pos.trace,
    }
}

fn merchant(certified: Certified, trust: Trust) -> Result<Merchant, Failure> {
    Ok(Merchant {
        signature: certified.signature,
        encryption: certified.encryption.ok_or(Failure::NotEnrolled)?,
        former: Vec::new(),
        trust,
        gateways: Vec::new(),
    })
}

fn application(pos: &Pos, args: &EnrollArgs) -> Result<Application, Failure> {
    Ok(Application {
        request_type: RequestType::MerInitialBoth,
        id_data: IdData::MerchantAcquirerId(MerchantAcquirerId {
            merchant_bin: Bin::new(args.bin.as_str()).map_err(value("--bin"))?,
            merchant_id: MerchantId::new(args.merchant_id.as_str())
                .map_err(value("--merchant-id"))?,
        }),
        brand_id: BrandId::new(args.brand.as_str()).map_err(value("--brand"))?,
        language: pos.language()?,
    })
}

#[derive(Serialize)]
struct Enrolled {
    merchant: String,
    merchant_id: String,
    not_after: String,
}

impl fmt::Display for Enrolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is certified as {} until {}",
            self.merchant_id, self.merchant, self.not_after
        )
    }
}
