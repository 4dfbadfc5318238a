//! Settings from variables and flags, and files: an answer or an error, which shows no value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use set_fuzz::Input;
use set_node::config::{Layers, ListenConfig, Timeouts};

fuzz_target!(|octets: &[u8]| {
    let mut input = Input::new(octets);
    let flag = String::from_utf8_lossy(input.some()).into_owned();
    let variable = String::from_utf8_lossy(input.some()).into_owned();
    let name = format!("SET_{}", String::from_utf8_lossy(input.some()));
    let layers = Layers::default()
        .with_flags([flag])
        .with_variables([(name, variable)]);
    let _ = layers.load::<Timeouts>();
    let _ = layers.load::<ListenConfig>();
    if let Ok(text) = std::str::from_utf8(input.rest()) {
        let _ = toml::from_str::<Timeouts>(text);
    }
});
