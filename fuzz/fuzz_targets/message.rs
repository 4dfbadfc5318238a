//! What decodes as a message encodes to the same octets, and prints.
#![no_main]

use libfuzzer_sys::fuzz_target;
use set_core::asn1::{self, Limits};
use set_core::dump;
use set_core::msg::wrapper::MessageWrapper;

fuzz_target!(|octets: &[u8]| {
    if let Ok(wrapper) = asn1::decode::<MessageWrapper>(octets, &Limits::default()) {
        assert_eq!(asn1::encode(&wrapper).as_deref(), Ok(octets));
        let _ = format!("{wrapper:?}");
    }
    let _ = dump::wrapper(octets);
});
