//! Opens SET messages from files and prints them, secrets left out.
//!
//! ```sh
//! cargo run --release -- --record out
//! cargo run --release -p examples --example open_message out/0001-*.der
//! ```
#![forbid(unsafe_code)]

use std::error::Error;

use set_core::asn1::{self, Limits};
use set_core::dump;
use set_core::msg::wrapper::MessageWrapper;

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        return Err("usage: open_message FILE…, where each file holds a MessageWrapper".into());
    }
    for file in files {
        let octets = std::fs::read(&file)?;
        // Strict: limits first, one canonical encoding, nothing after the end. The error
        // says where, by path and offset.
        let wrapper: MessageWrapper = asn1::decode(&octets, &Limits::default())?;
        let header = &wrapper.message_header;
        println!(
            "{file}: {} of {}, {} octets, by {}",
            wrapper.message.name(),
            header.date,
            octets.len(),
            header.sw_ident
        );
        println!("{}", dump::wrapper(&octets));
    }
    Ok(())
}
