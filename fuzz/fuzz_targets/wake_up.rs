//! A wake-up that parses is written so that it parses to the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use set_core::wake_up::WakeUp;

fuzz_target!(|octets: &[u8]| {
    let Ok(wake_up) = WakeUp::parse(octets) else {
        return;
    };
    let _ = wake_up.payment();
    let written = wake_up.to_octets().unwrap();
    assert_eq!(WakeUp::parse(&written).as_ref(), Ok(&wake_up));
});
