use std::time::Duration;

use set_node::{
    config::{Limits, Timeouts},
    transport::{FramingFault, MediaType, TransportError},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::rig::{Rig, content, ends, impatient, message};

/// Sends octets as they are and reads until the server closes.
async fn raw(rig: &Rig, octets: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(rig.http).await.unwrap();
    stream.write_all(octets).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

fn post(media: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /set HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: {media}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn status(answer: &[u8]) -> &str {
    std::str::from_utf8(&answer[9..12]).unwrap()
}

#[tokio::test]
async fn a_client_gets_its_answers_over_one_connection() {
    let rig = Rig::plain().await;
    let client = rig.over_http();
    for text in ["abc", "defg", ""] {
        let answer = client.exchange(&message(text.as_bytes())).await.unwrap();
        assert_eq!(
            content(&answer),
            text.chars().rev().collect::<String>().as_bytes()
        );
    }
    assert!(
        rig.metrics
            .text()
            .contains("set_connections{binding=\"http\"} 1\n")
    );
}

#[tokio::test]
async fn the_answer_has_the_media_type_of_the_request() {
    let rig = Rig::plain().await;
    for media in [MediaType::Payment, MediaType::Registration] {
        let answer = raw(&rig, &post(media.name(), &message(b"ab"))).await;
        let text = String::from_utf8_lossy(&answer).to_ascii_lowercase();
        assert_eq!(status(&answer), "200");
        assert!(
            text.contains(&format!("content-type: {media}\r\n")),
            "{text}"
        );
        assert!(answer.ends_with(&message(b"ba")));
    }
    let client = rig.over_http().with_media_type(MediaType::Registration);
    assert_eq!(
        client.exchange(&message(b"ab")).await.unwrap(),
        message(b"ba")
    );
}

#[tokio::test]
async fn another_media_type_is_415_and_another_method_405() {
    let rig = Rig::plain().await;
    for media in ["application/set-payment-initiation", "text/plain", ""] {
        assert_eq!(
            status(&raw(&rig, &post(media, &message(b"ab"))).await),
            "415",
            "{media}"
        );
    }
    let answer = raw(
        &rig,
        b"GET /set HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert_eq!(status(&answer), "405");
    let client = rig
        .over_http()
        .with_media_type(MediaType::PaymentInitiation);
    let fault = client.exchange(&message(b"ab")).await.unwrap_err();
    assert!(
        matches!(fault, TransportError::Status { status: 415, .. }),
        "{fault:?}"
    );
}

#[tokio::test]
async fn a_body_announced_too_large_is_413_before_it_is_sent() {
    let rig = Rig::plain().await;
    let head = b"POST /set HTTP/1.1\r\nHost: h\r\nContent-Type: application/set-payment\r\n\
        Content-Length: 1048577\r\n\r\n";
    assert_eq!(status(&raw(&rig, head).await), "413");
}

#[tokio::test]
async fn a_body_that_grows_too_large_in_chunks_is_413() {
    let limits = Limits {
        message: 100,
        ..Limits::default()
    };
    let rig = Rig::start(limits, Timeouts::default()).await;
    let mut request = b"POST /set HTTP/1.1\r\nHost: h\r\nContent-Type: application/set-payment\r\n\
        Transfer-Encoding: chunked\r\n\r\n"
        .to_vec();
    for _ in 0..11 {
        request.extend_from_slice(b"a\r\n0123456789\r\n");
    }
    assert_eq!(status(&raw(&rig, &request).await), "413");
}

#[tokio::test]
async fn a_full_queue_is_503_and_the_client_says_busy() {
    let limits = Limits {
        requests: 1,
        queue: 0,
        ..Limits::default()
    };
    let rig = Rig::start(limits, Timeouts::default()).await;
    let client = rig.over_http();
    let held = message(b"hold");
    let (first, second) = tokio::join!(client.exchange(&held), async {
        rig.role.begun.notified().await;
        let refused = rig.over_http().exchange(&message(b"ab")).await;
        rig.role.gate.add_permits(1);
        refused
    });
    assert!(
        matches!(second, Err(TransportError::Busy { retry_after: Some(after), .. })
            if after == Duration::from_secs(1)),
        "{second:?}"
    );
    assert_eq!(content(&first.unwrap()), b"dloh");
    let answer = raw(&rig, &post("application/set-payment", &message(b"busy"))).await;
    assert_eq!(status(&answer), "503");
    assert!(String::from_utf8_lossy(&answer).contains("retry-after: 1"));
}

#[tokio::test]
async fn late_is_503_a_panic_500_and_nothing_to_say_204() {
    let hurried = impatient(|timeouts, short| timeouts.request = short);
    let hurried = Rig::start(Limits::default(), hurried).await;
    let late = post("application/set-payment", &message(b"hold"));
    assert_eq!(status(&raw(&hurried, &late).await), "503");
    let rig = Rig::plain().await;
    for (request, expected) in [("boom", "500"), ("mute", "204")] {
        let octets = post("application/set-payment", &message(request.as_bytes()));
        assert_eq!(status(&raw(&rig, &octets).await), expected, "{request}");
    }
    rig.over_http().send(&message(b"mute")).await.unwrap();
}

#[tokio::test]
async fn a_stalled_head_is_closed_and_a_stalled_body_is_408() {
    let silent = impatient(|timeouts, short| timeouts.first_octet = short);
    let rig = Rig::start(Limits::default(), silent).await;
    let stalled_head = raw(&rig, b"POST /set HTTP/1.1\r\nHo").await;
    assert!(stalled_head.is_empty() || status(&stalled_head).starts_with('4'));
    assert!(raw(&rig, b"").await.is_empty());
    let stalling = impatient(|timeouts, short| timeouts.between_octets = short);
    let rig = Rig::start(Limits::default(), stalling).await;
    let stalled_body =
        b"POST /set HTTP/1.1\r\nHost: h\r\nContent-Type: application/set-payment\r\n\
        Content-Length: 10\r\n\r\n0123";
    assert_eq!(status(&raw(&rig, stalled_body).await), "408");
}

#[tokio::test]
async fn other_paths_go_to_the_roles_own_routes() {
    let rig = Rig::plain().await;
    let answer = raw(
        &rig,
        b"GET /shop HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert_eq!(status(&answer), "200");
    assert!(answer.ends_with(b"goods"));
    let answer = raw(
        &rig,
        b"GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert_eq!(status(&answer), "404");
}

#[tokio::test]
async fn an_answer_beyond_the_clients_limit_is_not_read() {
    let rig = Rig::plain().await;
    let fault = rig
        .over_http()
        .with_limit(50)
        .exchange(&message(&[0; 60]))
        .await
        .unwrap_err();
    assert!(
        matches!(
            fault,
            TransportError::Framing {
                fault: FramingFault::TooBig {
                    length: 62,
                    limit: 50
                },
                ..
            }
        ),
        "{fault:?}"
    );
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_is_replaced() {
    let short_idle = impatient(|timeouts, short| timeouts.first_octet = short);
    let rig = Rig::start(Limits::default(), short_idle).await;
    let client = rig.over_http();
    let closed = || {
        let metrics = rig.metrics.text();
        metrics.contains("set_connections{binding=\"http\"} 0\n")
    };
    // A head that this machine is too busy to send in time is none of the client's faults; a
    // client that does not replace the connection never gets the second answer.
    let replaced = async {
        loop {
            if client.exchange(&message(b"ab")).await.is_err() {
                continue;
            }
            while !closed() {
                tokio::task::yield_now().await;
            }
            if let Ok(answer) = client.exchange(&message(b"cd")).await {
                return answer;
            }
        }
    };
    assert_eq!(ends(replaced).await, message(b"dc"));
}

#[tokio::test]
async fn stopping_finishes_the_work_begun() {
    let rig = Rig::plain().await;
    let client = rig.over_http();
    let held = message(b"hold");
    let (answer, ()) = tokio::join!(client.exchange(&held), async {
        rig.role.begun.notified().await;
        rig.stop.stop();
        rig.role.gate.add_permits(1);
    });
    assert_eq!(answer.unwrap(), message(b"dloh"));
    assert!(rig.served.await.unwrap());
}
