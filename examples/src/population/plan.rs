//! The plan of the hierarchy.

use set_core::ca::hierarchy::{GeopoliticalPlan, Plan, Validity, label};
use set_core::error::Error;
use set_core::msg::ids::BrandId;
use set_core::x509::ext::SetQualifier;

use super::cli::Options;

/// As many brands as wanted, each with as many regions, each with a CCA, an MCA and a PCA.
pub(super) fn plan(options: &Options) -> Result<Plan, Error> {
    let policy = SetQualifier::terse("For study and testing; no one is liable.")?;
    let mut plan = Plan {
        policy: policy.clone(),
        validity: Validity::default(),
        brands: Vec::new(),
    };
    for number in 0..options.brands {
        let name = numbered(&BRANDS, number);
        let brand_id = BrandId::new(name.as_str())?;
        let simple = Plan::simple(brand_id, "US", Some(&numbered(&REGIONS, 0)), policy.clone());
        for mut brand in simple.brands {
            let model = brand.geopolitical.pop();
            match model {
                Some(model) if options.geopolitical > 0 => {
                    for region in 0..options.geopolitical {
                        let region = numbered(&REGIONS, region);
                        brand.geopolitical.push(regional(model.clone(), &region));
                    }
                }
                Some(model) => brand.end_entity_cas = model.end_entity_cas,
                None => {}
            }
            plan.brands.push(brand);
        }
    }
    Ok(plan)
}

/// The model of a region under another name; two CAs of one name could not be told apart.
fn regional(mut model: GeopoliticalPlan, region: &str) -> GeopoliticalPlan {
    model.ca.unit = Some(region.to_owned());
    model.ca.label = label(region);
    for below in &mut model.end_entity_cas {
        let unit = below.ca.unit.take().unwrap_or_default();
        below.ca.unit = Some(format!("{region} {unit}"));
    }
    model
}

/// The names in their order, then with numbers.
fn numbered<const N: usize>(names: &[&str; N], number: u32) -> String {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    let round = number / N;
    let name = names.iter().cycle().nth(number % N).copied().unwrap_or("X");
    match round {
        0 => name.to_owned(),
        round => format!("{name}{}", round + 1),
    }
}

const BRANDS: [&str; 3] = ["Orchard", "Cherry", "Olive"];

const REGIONS: [&str; 2] = ["North", "South"];
