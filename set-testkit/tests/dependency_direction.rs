//! Arrows between the crates point one way only.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each crate may be built upon. Test-only dependencies are free.
const ALLOWED: &[(&str, &[&str])] = &[
    ("set-core", &[]),
    ("set-node", &["set-core"]),
    ("set-testkit", &["set-core"]),
    ("set-cardholder", &["set-core", "set-node"]),
    ("set-merchant", &["set-core", "set-node"]),
    ("set-gateway", &["set-core", "set-node"]),
    ("set-ca", &["set-core", "set-node"]),
    ("set-inspect", &["set-core", "set-node"]),
    ("set-conformance", &["set-core", "set-node", "set-testkit"]),
    (
        "examples",
        &[
            "set-ca",
            "set-cardholder",
            "set-core",
            "set-gateway",
            "set-merchant",
            "set-node",
            "set-testkit",
        ],
    ),
    ("benches", &["set-core", "set-testkit"]),
];

#[test]
fn no_crate_is_built_upon_one_above_it() {
    let metadata = MetadataCommand::new()
        .no_deps()
        .exec()
        .expect("cargo metadata runs");
    let ours: BTreeSet<&str> = metadata
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let may = allowed
            .get(name)
            .unwrap_or_else(|| panic!("{name} has no place in the picture of the crates"));
        for dependency in &package.dependencies {
            let inside = ours.contains(dependency.name.as_str());
            if inside && dependency.kind != DependencyKind::Development {
                assert!(
                    may.contains(&dependency.name.as_str()),
                    "{name} must not be built upon {}",
                    dependency.name
                );
            }
        }
    }
}
