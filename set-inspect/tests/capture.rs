//! Captures of SET over TCP and HTTP: what is heard, and what Wireshark makes of it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use etherparse::PacketBuilder;
use set_core::asn1::{self, Asn1 as _, Limits};
use set_core::msg::MessageWrapper;
use set_core::msg::message::Message;
use set_inspect::capture::{self, CaptureError};
use set_testkit::generate::{Fullness, Generator};
use set_testkit::street::{Server as _, Street};
use set_testkit::{externals, files};

/// A capture that is made packet by packet.
struct Pcap {
    octets: Vec<u8>,
}

/// One side of a connection.
struct Side {
    from: ([u8; 4], u16),
    to: ([u8; 4], u16),
    next: u32,
}

impl Pcap {
    /// Ethernet, little-endian, microseconds.
    fn new() -> Self {
        let mut octets = Vec::new();
        octets.extend(0xa1b2_c3d4_u32.to_le_bytes());
        octets.extend([2, 0, 4, 0]);
        octets.extend([0; 8]);
        octets.extend(262_144_u32.to_le_bytes());
        octets.extend(1_u32.to_le_bytes());
        Self { octets }
    }

    fn packet(&mut self, frame: &[u8]) {
        self.octets.extend([0; 8]);
        for _ in 0..2 {
            self.octets.extend((frame.len() as u32).to_le_bytes());
        }
        self.octets.extend(frame);
    }

    fn segment(&mut self, side: &Side, sequence: u32, payload: &[u8]) {
        self.packet(&frame(side, sequence, payload, |builder| builder));
    }

    /// Everything in segments of at most `size` octets.
    fn stream(&mut self, side: &mut Side, octets: &[u8], size: usize) {
        for part in octets.chunks(size) {
            self.segment(side, side.next, part);
            side.next = side.next.wrapping_add(part.len() as u32);
        }
    }

    fn open(&mut self, side: &mut Side) {
        let syn = frame(side, side.next, b"", etherparse::PacketBuilderStep::syn);
        self.packet(&syn);
        side.next = side.next.wrapping_add(1);
    }
}

type Tcp = etherparse::PacketBuilderStep<etherparse::TcpHeader>;

fn frame(side: &Side, sequence: u32, payload: &[u8], dress: impl FnOnce(Tcp) -> Tcp) -> Vec<u8> {
    let builder = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2])
        .ipv4(side.from.0, side.to.0, 64)
        .tcp(side.from.1, side.to.1, sequence, 65_000);
    let builder = dress(builder.ack(1));
    let mut octets = Vec::new();
    builder.write(&mut octets, payload).unwrap();
    octets
}

fn side(client: u16, server: u16, next: u32) -> Side {
    Side {
        from: ([10, 0, 0, 1], client),
        to: ([10, 0, 0, 2], server),
        next,
    }
}

fn back(side: &Side, next: u32) -> Side {
    Side {
        from: side.to,
        to: side.from,
        next,
    }
}

fn exchange() -> (Vec<u8>, Vec<u8>) {
    let mut street = Street::new();
    let (_, request) = street.p_init_req();
    let response = street.shop.answer(&request).unwrap();
    (request, response)
}

fn octets(heard: &[capture::Heard]) -> Vec<Vec<u8>> {
    heard.iter().map(|heard| heard.octets.clone()).collect()
}

fn http(start: &str, media: &str, body: &[u8]) -> Vec<u8> {
    let mut octets = format!(
        "{start}\r\nHost: shop.example\r\nContent-Type: {media}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    octets.extend(body);
    octets
}

#[test]
fn messages_over_tcp_are_heard_in_their_order() {
    let (request, response) = exchange();
    let mut pcap = Pcap::new();
    let mut client = side(40_000, 257, 77);
    let mut server = back(&client, u32::MAX - 500);
    pcap.open(&mut client);
    pcap.open(&mut server);
    pcap.stream(&mut client, &request, 100);
    pcap.stream(&mut server, &response, 1_400);
    pcap.stream(&mut client, &request, 7);
    let heard = capture::read(&pcap.octets).unwrap();
    assert_eq!(octets(&heard), [request.clone(), response, request]);
    assert!(heard[0].place.contains("10.0.0.1:40000 to 10.0.0.2:257"));
}

#[test]
fn segments_out_of_order_and_sent_twice_make_the_same_message() {
    let (_, response) = exchange();
    let mut pcap = Pcap::new();
    let mut client = side(40_000, 257, u32::MAX - 100);
    pcap.open(&mut client);
    let start = client.next;
    let mut parts: Vec<(u32, &[u8])> = response
        .chunks(500)
        .enumerate()
        .map(|(number, part)| (start.wrapping_add(500 * number as u32), part))
        .collect();
    parts.reverse();
    for (sequence, part) in parts.iter().chain(&parts) {
        pcap.segment(&client, *sequence, part);
    }
    assert_eq!(octets(&capture::read(&pcap.octets).unwrap()), [response]);
}

#[test]
fn bodies_over_http_are_heard_and_other_bodies_are_not() {
    let (request, response) = exchange();
    let mut pcap = Pcap::new();
    let mut client = side(40_000, 8_080, 1);
    let mut server = back(&client, 1);
    pcap.open(&mut client);
    pcap.open(&mut server);
    let media = "application/set-payment";
    pcap.stream(
        &mut client,
        &http("GET / HTTP/1.1", "text/html", b""),
        1_400,
    );
    pcap.stream(
        &mut server,
        &http("HTTP/1.1 200 OK", "text/html", b"<p>0</p>"),
        1_400,
    );
    pcap.stream(
        &mut client,
        &http("POST /set HTTP/1.1", media, &request),
        100,
    );
    pcap.stream(
        &mut server,
        &http("HTTP/1.1 200 OK", media, &response),
        1_400,
    );
    assert_eq!(
        octets(&capture::read(&pcap.octets).unwrap()),
        [request, response]
    );
}

#[test]
fn a_message_that_was_broken_off_is_heard_as_far_as_it_came() {
    let (request, _) = exchange();
    let mut pcap = Pcap::new();
    let mut client = side(40_000, 257, 1);
    pcap.open(&mut client);
    pcap.stream(&mut client, &request[..50], 20);
    let heard = capture::read(&pcap.octets).unwrap();
    assert_eq!(octets(&heard), [request[..50].to_vec()]);
    assert!(heard[0].place.ends_with("broken off"));
}

#[test]
fn damaged_empty_and_foreign_captures_are_refused_with_the_reason() {
    let (request, _) = exchange();
    let mut pcap = Pcap::new();
    let mut client = side(40_000, 257, 1);
    pcap.open(&mut client);
    assert_eq!(
        capture::read(&pcap.octets),
        Err(CaptureError::Nothing { packets: 1 })
    );
    pcap.stream(&mut client, &request, 1_400);
    let cut = &pcap.octets[..pcap.octets.len() - 3];
    assert!(matches!(
        capture::read(cut),
        Err(CaptureError::File { packet: 1, .. })
    ));
    let mut foreign = pcap.octets.clone();
    foreign[20] = 147;
    assert_eq!(capture::read(&foreign), Err(CaptureError::LinkType(147)));
    // Whatever is altered or cut, there is an answer.
    for place in 0..pcap.octets.len().min(400) {
        let mut altered = pcap.octets.clone();
        altered[place] ^= 0xff;
        let _any = capture::read(&altered);
        let _any = capture::read(&pcap.octets[..place]);
    }
}

/// One message of each kind, with its name: random, but of the right types.
fn one_of_each() -> Vec<(&'static str, Vec<u8>)> {
    let mut random = Generator::new(11, Fullness::Some);
    let mut all: Vec<(&'static str, Vec<u8>)> = Vec::new();
    while all.len() < Message::NAMES.len() {
        let octets = random.value(MessageWrapper::SCHEMA);
        let decoded = asn1::decode::<MessageWrapper>(&octets, &Limits::default());
        if let Ok(wrapper) = decoded {
            let name = wrapper.message.name();
            if all.iter().all(|(known, _)| *known != name) {
                all.push((name, octets));
            }
        }
    }
    all
}

fn tshark(program: &Path, capture: &Path, fields: &[&str]) -> Vec<String> {
    let script = files::package_folder().join("dissector/set.lua");
    let mut command = Command::new(program);
    command
        .arg("-X")
        .arg(format!("lua_script:{}", script.display()))
        .arg("-r")
        .arg(capture)
        .args(["-Y", "set1", "-T", "fields"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    assert!(!errors.contains("Lua"), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn wireshark_names_every_message_over_tcp_and_http() {
    let Some(program) = externals::require("tshark") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let messages = one_of_each();
    for over_http in [false, true] {
        let mut pcap = Pcap::new();
        let mut client = side(40_000, if over_http { 80 } else { 257 }, 1);
        pcap.open(&mut client);
        for (_, octets) in &messages {
            let sent = match over_http {
                true => http("POST /set HTTP/1.1", "application/set-payment", octets),
                false => octets.clone(),
            };
            pcap.stream(&mut client, &sent, 1_400);
        }
        let file = folder.path().join(format!("{over_http}.pcap"));
        std::fs::write(&file, &pcap.octets).unwrap();
        let lines = tshark(&program, &file, &["set1.message"]);
        // Several messages that end in one packet share a line.
        let named: Vec<&str> = lines
            .iter()
            .flat_map(|line| line.split(','))
            .filter(|name| !name.is_empty())
            .collect();
        let expected: Vec<&str> = messages.iter().map(|(name, _)| *name).collect();
        assert_eq!(named, expected, "over HTTP: {over_http}");
        let heard = capture::read(&pcap.octets).unwrap();
        let sent: Vec<Vec<u8>> = messages.iter().map(|(_, octets)| octets.clone()).collect();
        assert_eq!(octets(&heard), sent);
    }
    let names: BTreeSet<&str> = messages.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, Message::NAMES.iter().copied().collect());
}

#[test]
fn wireshark_shows_what_the_header_says() {
    let Some(program) = externals::require("tshark") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (request, _) = exchange();
    let mut pcap = Pcap::new();
    let mut client = side(40_000, 257, 1);
    pcap.open(&mut client);
    pcap.stream(&mut client, &request, 60);
    let file = folder.path().join("one.pcap");
    std::fs::write(&file, &pcap.octets).unwrap();
    let fields = [
        "set1.message",
        "set1.version",
        "set1.date",
        "set1.sw_ident",
        "set1.length",
    ];
    let lines = tshark(&program, &file, &fields);
    let expected = format!(
        "PInitReq\t1.0\t19970604120000Z\tstreet 1\t{}",
        request.len()
    );
    assert_eq!(lines, [expected]);
}
