//! The short programs for integrators, run on what a mall leaves behind.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use set_core::asn1::{self, Limits};
use set_core::msg::wrapper::MessageWrapper;

/// One of the programs, which Cargo builds beside the tests.
fn program(name: &str) -> Command {
    let deps = env::current_exe().unwrap();
    let profile = deps.ancestors().nth(2).unwrap();
    Command::new(profile.join("examples").join(name))
}

/// What a program prints when all goes well.
fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{error}: `cargo test` builds the examples, `--tests` alone does not")
    });
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The recorded message of that name.
fn recorded(record: &Path, message: &str) -> PathBuf {
    let end = format!("-{message}.der");
    let mut files = fs::read_dir(record).unwrap().map(|it| it.unwrap().path());
    files
        .find(|file| file.to_str().is_some_and(|file| file.ends_with(&end)))
        .unwrap_or_else(|| panic!("no {message} is recorded"))
}

/// A server that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone_already = self.0.kill();
        let _gone_already = self.0.wait();
    }
}

#[test]
fn each_program_does_what_it_says_with_what_a_mall_recorded() {
    let place = tempfile::tempdir().unwrap();
    let (record, data) = (place.path().join("record"), place.path().join("data"));
    let told = printed(
        Command::new(env!("CARGO_BIN_EXE_mall"))
            .arg("--record")
            .arg(&record)
            .arg("--data")
            .arg(&data),
    );
    assert!(told.contains("PReq"), "{told}");

    let p_req = recorded(&record, "PReq");
    let shown = printed(program("open_message").arg(&p_req));
    assert!(shown.contains(": PReq of "), "{shown}");
    assert!(shown.contains("oiDualSigned"), "{shown}");

    let merchant = data.join("merchant");
    let verified = printed(program("verify_dual_signature").arg(&p_req).arg(&merchant));
    assert!(verified.ends_with("One cardholder signed both.\n"));
    // Another certificate's chain is not believed without its root.
    let elsewhere = place.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let stranger = program("verify_dual_signature")
        .arg(&p_req)
        .arg(&elsewhere)
        .output();
    assert!(!stranger.unwrap().status.success());

    let mut server = Running(
        program("embed_merchant")
            .arg(&merchant)
            .env("SET_PASSPHRASE", examples::mall::stage::DEMO_PASSPHRASE)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.trim().strip_prefix("one teapot at http://").unwrap();
    let (address, path) = address.split_once('/').unwrap();
    let request = fs::read(recorded(&record, "PInitReq")).unwrap();
    let answer = post(address, path, &request);
    let answer: MessageWrapper = asn1::decode(&answer, &Limits::default()).unwrap();
    assert_eq!(answer.message.name(), "PInitRes");
}

fn post(address: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/set-payment\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
    let body = answer.split_off(end + 4);
    let head = String::from_utf8_lossy(&answer).to_ascii_lowercase();
    let media = "content-type: application/set-payment\r\n";
    assert!(head.contains(media), "{head}");
    body
}
