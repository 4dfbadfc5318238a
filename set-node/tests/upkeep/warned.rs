//! Warnings ahead of expiry.

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use set_node::config::UpkeepConfig;
use set_node::upkeep::{Kind, Lifetime, Thing, UpkeepMetrics, Watch};
use set_testkit::clock::noon;

const DAY: u64 = 86_400;

fn thing(name: &str, days: u64) -> Thing {
    Thing {
        kind: Kind::Ca,
        name: name.to_owned(),
        lifetime: Lifetime {
            from: noon(),
            until: noon().plus(days * DAY),
        },
    }
}

#[test]
fn each_threshold_is_warned_of_once_and_so_is_the_end() {
    let watch = Watch::new(&UpkeepConfig::default().warn, UpkeepMetrics::default());
    let held = [thing("CN=One", 365)];
    let warned: Vec<u64> = (0..370)
        .filter(|day| !watch.look(noon().plus(day * DAY + 1), &held).is_empty())
        .collect();
    assert_eq!(warned, [335, 358, 364, 365]);
}

#[test]
fn a_threshold_is_at_most_a_quarter_of_the_lifetime() {
    let watch = Watch::new(&UpkeepConfig::default().warn, UpkeepMetrics::default());
    let held = [thing("CN=Short", 4)];
    let warned: Vec<u64> = (0..=100)
        .filter(|hour| !watch.look(noon().plus(hour * 3_600), &held).is_empty())
        .collect();
    assert_eq!(warned, [72, 97]);
}

#[test]
fn what_is_replaced_is_warned_of_no_more_and_its_successor_anew() {
    let watch = Watch::new(&UpkeepConfig::default().warn, UpkeepMetrics::default());
    let (old, new) = (thing("CN=One", 100), thing("CN=One", 200));
    let late = noon().plus(80 * DAY);
    assert_eq!(watch.look(late, std::slice::from_ref(&old)).len(), 1);
    let both = [old, new];
    assert!(watch.look(late, &both).is_empty());
    let later = noon().plus(195 * DAY);
    assert_eq!(watch.look(later, &both).len(), 1);
}

#[test]
fn ends_are_told_in_unix_seconds_for_as_long_as_the_thing_is_held() {
    let mut registry = Registry::default();
    let metrics = UpkeepMetrics::register(&mut registry);
    let watch = Watch::new(&UpkeepConfig::default().warn, metrics);
    let text = || {
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        text
    };
    let until = noon().plus(10 * DAY).unix();
    watch.look(noon(), &[thing("CN=\"One\", O=Bank", 10)]);
    let line = format!(
        "set_expiry_timestamp_seconds{{kind=\"ca\",name=\"CN=\\\"One\\\", O=Bank\"}} {until}\n"
    );
    assert!(text().contains(&line), "{}", text());
    watch.look(noon(), &[thing("CN=Two", 10)]);
    assert!(!text().contains("One"), "{}", text());
}
