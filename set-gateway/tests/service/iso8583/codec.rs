use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::Value;
use set_gateway::host::iso8583::codec::{self, Encoding};
use set_gateway::host::iso8583::field::{Content, Field, Size};
use set_gateway::host::iso8583::message::{Message, MessageType};

use crate::iso8583::bank::python;

/// A message with one field at its shortest or longest, and one with all of them.
fn messages() -> Vec<Message> {
    let mut all = Message::new(MessageType::REVERSAL_ADVICE);
    let mut messages = Vec::new();
    for field in (2..=128).filter_map(Field::new) {
        let (shortest, longest) = match field.size() {
            Size::Fixed(size) => (size, size),
            Size::Two(most) | Size::Three(most) => (1, most),
        };
        for length in [shortest, longest] {
            let mut message = Message::new(MessageType::AUTHORIZATION);
            fill(&mut message, field, length);
            messages.push(message);
        }
        fill(&mut all, field, shortest);
    }
    messages.push(all);
    messages
}

fn fill(message: &mut Message, field: Field, length: usize) {
    let set = match field.content() {
        Content::Octets => message.set_octets(field, vec![0xa5; length]),
        Content::Signed => message.set(field, format!("C{:01$}", 42, length - 1)),
        Content::Text => message.set(field, "Az 09~".repeat(200)[..length].to_owned()),
        Content::Pan | Content::Digits => {
            message.set(field, "1234567890".repeat(10)[..length].to_owned())
        }
    };
    set.unwrap();
}

/// What pyiso8583 makes of each of these octets.
fn foreign(bitmap: &str, all: &[Vec<u8>]) -> Option<Vec<Value>> {
    let mut child = python()?
        .args(["codec", bitmap])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut to, mut from) = (
        child.stdin.take().unwrap(),
        BufReader::new(child.stdout.take().unwrap()),
    );
    let mut said = Vec::new();
    for octets in all {
        let hex: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
        writeln!(to, "{hex}").unwrap();
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        said.push(serde_json::from_str(&line).unwrap());
    }
    drop(to);
    child.wait().unwrap();
    Some(said)
}

fn octets_of(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn every_field_is_the_same_to_pyiso8583_in_both_directions() {
    for (bitmap, encoding) in [("binary", Encoding::Binary), ("hex", Encoding::Hex)] {
        let messages = messages();
        let octets: Vec<_> = messages
            .iter()
            .map(|message| codec::encode(message, encoding).to_vec())
            .collect();
        let Some(said) = foreign(bitmap, &octets) else {
            return;
        };
        for ((message, sent), said) in messages.iter().zip(&octets).zip(said) {
            let fields = &said["fields"];
            assert_eq!(fields["t"], message.message_type().to_string(), "{said}");
            for field in message.fields() {
                let found = fields[field.number().to_string()].as_str().unwrap();
                match field.content() {
                    Content::Octets => assert_eq!(octets_of(found), message.octets(field).unwrap()),
                    Content::Pan => assert_eq!(found, message.pan().unwrap().expose()),
                    _ => assert_eq!(Some(found), message.text(field)),
                }
            }
            let again = octets_of(said["again"].as_str().unwrap());
            assert_eq!(&again, sent);
            assert_eq!(&codec::decode(&again, encoding).unwrap(), message);
        }
    }
}

/// SplitMix64: the same octets in every run.
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[test]
fn random_octets_and_random_alterations_are_messages_or_faults_and_never_panic() {
    let mut state = 1;
    let mut messages = 0;
    let templates: Vec<_> = self::messages()
        .iter()
        .map(|message| codec::encode(message, Encoding::Hex).to_vec())
        .collect();
    for round in 0..40_000_usize {
        let mut octets = templates[round % templates.len()].clone();
        if round % 4 == 0 {
            octets = (0..draw(&mut state) % 64)
                .map(|_| draw(&mut state).to_be_bytes()[0])
                .collect();
        }
        for _ in 0..draw(&mut state) % 4 {
            let drawn = draw(&mut state).to_be_bytes();
            if let Some(place) = usize::from(drawn[0]).checked_rem(octets.len()) {
                octets[place] = drawn[1];
            }
        }
        for encoding in [Encoding::Binary, Encoding::Hex] {
            if let Ok(message) = codec::decode(&octets, encoding) {
                messages += 1;
                let again = codec::encode(&message, encoding);
                // Hexadecimal digits come back in capitals.
                assert!(again.eq_ignore_ascii_case(&octets));
            }
        }
    }
    assert!(messages > 2_000, "{messages}");
}
