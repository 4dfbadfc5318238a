use std::process::{Command, Output};

use set_core::gateway::host::Decision;
use set_core::msg::payment::auth_res::AuthCode;
use set_gateway::host::AcquirerHost as _;
use set_gateway::host::iso8583::LinkFault;
use set_gateway::host::iso8583::codec::Encoding;
use set_gateway::host::iso8583::frame::Prefix;
use set_node::config::Period;
use set_testkit::relay::Relay;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::iso8583::bank::{Bank, card, host, request, trace, within};

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_signs_on_first_and_tests_an_idle_connection() {
    let Some(mut bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
        return;
    };
    let mut config = bank.config();
    config.echo = Period::milliseconds(20);
    let host = host(&config);
    host.authorize(trace(1), &request(1, card("00", 0))).await;
    within(async {
        loop {
            let network = bank.book()["network"].clone();
            let codes: Vec<_> = network.as_array().unwrap().iter().collect();
            assert_eq!(codes[0], "001");
            if codes.len() > 3 {
                assert!(codes[1..].iter().all(|code| *code == "301"));
                break;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_comes_back_is_connected_to_again() {
    let Some(bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
        return;
    };
    let relay = Relay::start().unwrap();
    let lead_to = |bank: &Bank| {
        let port = u16::try_from(bank.port).unwrap();
        relay.lead_to(([127, 0, 0, 1], port).into());
    };
    lead_to(&bank);
    let mut config = bank.config();
    config.address = Some(relay.address().to_string());
    let host = host(&config);
    let answer = host.authorize(trace(1), &request(1, card("00", 0))).await;
    assert_eq!(answer.decision.auth_code(), AuthCode::Approved);
    drop(bank);
    // Until the loss is noticed a request may have left.
    let mut number = 1;
    within(async {
        loop {
            number += 1;
            let lost = request(number, card("00", 0));
            let decision = host.authorize(trace(number), &lost).await.decision;
            if decision == Decision::SystemError {
                break;
            }
            assert_eq!(decision, Decision::NoReply);
        }
    })
    .await;
    let bank = Bank::start(Prefix::Binary, Encoding::Binary).unwrap();
    lead_to(&bank);
    within(async {
        loop {
            number += 1;
            let again = request(number, card("00", 0));
            match host.authorize(trace(number), &again).await.decision {
                Decision::SystemError => tokio::task::yield_now().await,
                decision => break assert_eq!(decision.auth_code(), AuthCode::Approved),
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_the_host_does_not_know_is_told_so() {
    let Some(bank) = Bank::start(Prefix::Binary, Encoding::Binary) else {
        return;
    };
    let mut config = bank.config();
    config.acquirer = "666".to_owned();
    match host(&config).try_out().await {
        Err(LinkFault::Refused { code }) => assert_eq!(code, "63"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_host_that_stalls_floods_or_closes_never_hangs_a_request() {
    for behaviour in ["nothing", "close", "flood", "long", "text"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let config = set_gateway::Iso8583Config {
            address: Some(listener.local_addr().unwrap().to_string()),
            connect: Period::milliseconds(200),
            answer: Period::milliseconds(200),
            ..set_gateway::Iso8583Config::default()
        };
        let serving = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let octets: &[u8] = match behaviour {
                    "close" => continue,
                    "flood" => &[0; 65_536],
                    "long" => &[0xff; 65_536],
                    "text" => b"\x00\x10HTTP/1.1 400 Bad",
                    _ => &[],
                };
                // It may have hung up.
                let _written = stream.write_all(octets).await;
                let mut taken = Vec::new();
                let _read = stream.read_to_end(&mut taken).await;
            }
        });
        let host = host(&config);
        let answer = host.authorize(trace(1), &request(1, card("00", 0))).await;
        assert_eq!(answer.decision, Decision::SystemError, "{behaviour}");
        serving.abort();
    }
}

fn host_test(arguments: &[&str]) -> Output {
    Command::new(std::env::var_os("CARGO_BIN_EXE_set-gateway").unwrap())
        .args(["host", "test", "--format", "json"])
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn host_test_says_what_came_back() {
    let Some(bank) = Bank::start(Prefix::Ascii, Encoding::Hex) else {
        return;
    };
    let address = format!("host.iso8583.address=127.0.0.1:{}", bank.port);
    let mut arguments = vec!["--set", "host.kind=iso8583", "--set", &address];
    arguments.extend(["--set", "host.iso8583.prefix=ascii"]);
    arguments.extend(["--set", "host.iso8583.bitmap=hex"]);
    let done = host_test(&arguments);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        (&told["sign_on"], &told["echo"]),
        (&"00".into(), &"00".into())
    );
    drop(bank);
    assert_eq!(host_test(&arguments).status.code(), Some(3));
    assert_eq!(
        host_test(&["--set", "host.kind=iso8583"]).status.code(),
        Some(4)
    );
    assert_eq!(host_test(&[]).status.code(), Some(0));
}
