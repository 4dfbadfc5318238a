//! The same for every type of the contract by itself; the first two octets choose it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use set_core::asn1::Limits;
use set_core::dump;
use set_core::msg::registry;
use set_fuzz::Input;

fuzz_target!(|octets: &[u8]| {
    let mut input = Input::new(octets);
    let Some(entry) = input.one_of(registry::ALL) else {
        return;
    };
    let octets = input.rest();
    if let Ok(again) = entry.reencode(octets, &Limits::default()) {
        assert_eq!(again, octets, "{}", entry.name);
        let json = dump::json(octets, entry.schema);
        assert!(
            serde_json::from_str::<serde_json::Value>(&json).is_ok(),
            "{json}"
        );
    }
});
