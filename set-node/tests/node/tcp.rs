use std::sync::atomic::Ordering;

use set_node::{
    config::{Limits, Timeouts},
    transport::{FramingFault, Transport, TransportError},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
};

use crate::rig::{Rig, content, impatient, message};

async fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let mut octets = Vec::new();
    stream.read_to_end(&mut octets).await.unwrap();
    octets
}

async fn read_message(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).await.unwrap();
    assert!(head[1] < 0x80);
    let mut octets = vec![0; usize::from(head[1])];
    stream.read_exact(&mut octets).await.unwrap();
    octets
}

#[tokio::test]
async fn a_client_gets_its_answers_over_one_connection() {
    let rig = Rig::plain().await;
    let client = Transport::connect(format!("set://{}", rig.tcp).parse().unwrap())
        .await
        .unwrap();
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
            .contains("set_connections{binding=\"tcp\"} 1\n")
    );
}

#[tokio::test]
async fn messages_of_every_size_up_to_the_limit_pass() {
    let rig = Rig::plain().await;
    let client = rig.over_tcp();
    for size in [127, 128, 255, 256, 65_535, 65_536, 1_048_576 - 5] {
        let answer = client.exchange(&message(&vec![7; size])).await.unwrap();
        assert_eq!(answer, message(&vec![7; size]));
    }
}

#[tokio::test]
async fn fragments_of_one_octet_make_a_message() {
    let rig = Rig::plain().await;
    let mut stream = TcpStream::connect(rig.tcp).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for octet in message(&[b'x'; 200]) {
        stream.write_all(&[octet]).await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut answer = vec![0; 203];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, message(&[b'x'; 200]));
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order_though_the_first_takes_longest() {
    let rig = Rig::plain().await;
    let mut stream = TcpStream::connect(rig.tcp).await.unwrap();
    let requests = [message(b"hold1"), message(b"ab"), message(b"cd")].concat();
    stream.write_all(&requests).await.unwrap();
    rig.role.begun.notified().await;
    rig.role.gate.add_permits(1);
    assert_eq!(read_message(&mut stream).await, b"1dloh");
    assert_eq!(read_message(&mut stream).await, b"ba");
    assert_eq!(read_message(&mut stream).await, b"dc");
}

#[tokio::test]
async fn a_peer_that_half_closes_still_gets_its_answers() {
    let rig = Rig::plain().await;
    let mut stream = TcpStream::connect(rig.tcp).await.unwrap();
    stream
        .write_all(&[message(b"ab"), message(b"cd")].concat())
        .await
        .unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(
        read_all(&mut stream).await,
        [message(b"ba"), message(b"dc")].concat()
    );
}

#[tokio::test]
async fn a_length_beyond_the_limit_is_refused_before_the_rest_is_sent() {
    let rig = Rig::plain().await;
    let mut stream = TcpStream::connect(rig.tcp).await.unwrap();
    stream
        .write_all(&[0x30, 0x83, 0x0f, 0xff, 0xfc])
        .await
        .unwrap();
    let refusal = read_message(&mut stream).await;
    assert_eq!(
        refusal,
        b"the message has 1048577 octets, the limit is 1048576 / 5"
    );
    assert_eq!(rig.role.handled.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_client_that_sends_too_much_reads_the_refusal_and_not_a_reset() {
    let rig = Rig::plain().await;
    let answer = rig
        .over_tcp()
        .exchange(&message(&vec![0; 2_000_000]))
        .await
        .unwrap();
    assert!(content(&answer).starts_with(b"the message has 2000005 octets"));
}

#[tokio::test]
async fn garbage_closes_the_connection_without_a_word() {
    let rig = Rig::plain().await;
    let mut stream = TcpStream::connect(rig.tcp).await.unwrap();
    stream.write_all(b"G").await.unwrap();
    assert_eq!(read_all(&mut stream).await, b"");
}

#[tokio::test]
async fn lengths_that_der_has_not_are_refused() {
    let rig = Rig::plain().await;
    for (head, words) in [
        (&[0x30, 0x80][..], "the message's length is indefinite / 2"),
        (
            &[0x30, 0x81, 0x05],
            "the message's length is not in its shortest form / 3",
        ),
    ] {
        let mut stream = TcpStream::connect(rig.tcp).await.unwrap();
        stream.write_all(head).await.unwrap();
        assert_eq!(read_message(&mut stream).await, words.as_bytes());
    }
}

#[tokio::test]
async fn a_message_cut_short_is_refused() {
    let rig = Rig::plain().await;
    let mut stream = TcpStream::connect(rig.tcp).await.unwrap();
    stream.write_all(&[0x30, 10, 1, 2, 3]).await.unwrap();
    stream.shutdown().await.unwrap();
    let refusal = read_message(&mut stream).await;
    assert_eq!(refusal, b"the peer closed after 5 octets of a message / 5");
}

#[tokio::test]
async fn silent_and_stalling_peers_are_closed() {
    let silent = impatient(|timeouts, short| timeouts.first_octet = short);
    let stalling = impatient(|timeouts, short| timeouts.between_octets = short);
    for (sent, timeouts) in [
        (&[][..], &silent),
        (&[0x30], &stalling),
        (&[0x30, 10, 1, 2], &stalling),
    ] {
        let rig = Rig::start(Limits::default(), timeouts.clone()).await;
        let mut stream = TcpStream::connect(rig.tcp).await.unwrap();
        stream.write_all(sent).await.unwrap();
        assert_eq!(read_all(&mut stream).await, b"", "{sent:02x?}");
        let metrics = rig.metrics.text();
        assert!(
            metrics.contains("set_refused_total{binding=\"tcp\"} 1\n"),
            "{metrics}"
        );
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_its_client_makes_another() {
    let short_idle = impatient(|timeouts, short| timeouts.idle = short);
    let rig = Rig::start(Limits::default(), short_idle).await;
    let mut stream = TcpStream::connect(rig.tcp).await.unwrap();
    let client = rig.over_tcp();
    client.exchange(&message(b"ab")).await.unwrap();
    stream.write_all(&message(b"ab")).await.unwrap();
    assert_eq!(read_all(&mut stream).await, message(b"ba"));
    assert_eq!(
        client.exchange(&message(b"cd")).await.unwrap(),
        message(b"dc")
    );
}

#[tokio::test]
async fn a_busy_node_says_so_and_closes() {
    let limits = Limits {
        requests: 1,
        queue: 0,
        ..Limits::default()
    };
    let rig = Rig::start(limits, Timeouts::default()).await;
    let client = rig.over_tcp();
    let held = message(b"hold");
    let (first, second) = tokio::join!(client.exchange(&held), async {
        rig.role.begun.notified().await;
        let answer = rig.over_tcp().exchange(&message(b"ab")).await.unwrap();
        rig.role.gate.add_permits(1);
        answer
    });
    assert_eq!(content(&second), b"the node is busy / 4");
    assert_eq!(content(&first.unwrap()), b"dloh");
    let answer = client.exchange(&message(b"busy")).await.unwrap();
    assert_eq!(content(&answer), b"the node is busy / 6");
}

#[tokio::test]
async fn a_request_past_its_time_is_refused() {
    let hurried = impatient(|timeouts, short| timeouts.request = short);
    let rig = Rig::start(Limits::default(), hurried).await;
    let mut stream = TcpStream::connect(rig.tcp).await.unwrap();
    stream.write_all(&message(b"hold")).await.unwrap();
    let refusal = read_all(&mut stream).await;
    assert_eq!(
        content(&refusal),
        b"the request was not answered in time / 6"
    );
}

#[tokio::test]
async fn a_panic_costs_its_own_connection_only() {
    let rig = Rig::plain().await;
    let client = rig.over_tcp();
    let fault = client.exchange(&message(b"boom")).await.unwrap_err();
    assert!(matches!(fault, TransportError::Closed { .. }), "{fault:?}");
    assert_eq!(
        client.exchange(&message(b"ab")).await.unwrap(),
        message(b"ba")
    );
}

#[tokio::test]
async fn who_waits_for_an_answer_that_will_not_come_learns_it_at_once() {
    let rig = Rig::plain().await;
    let answer = rig.over_tcp().exchange(&message(b"mute")).await;
    assert!(
        matches!(answer, Err(TransportError::Closed { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn what_came_along_with_a_message_without_answer_is_answered() {
    let rig = Rig::plain().await;
    rig.over_tcp().send(&message(b"mute")).await.unwrap();
    let mut stream = TcpStream::connect(rig.tcp).await.unwrap();
    stream
        .write_all(&[message(b"mute"), message(b"ab")].concat())
        .await
        .unwrap();
    assert_eq!(read_message(&mut stream).await, b"ba");
}

#[tokio::test]
async fn past_the_connection_limit_a_peer_waits_for_a_place() {
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let rig = Rig::start(limits, Timeouts::default()).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(rig.tcp).await.unwrap();
        stream.write_all(&message(b"ab")).await.unwrap();
        read_message(&mut stream).await;
        open.push(stream);
    }
    let mut third = TcpStream::connect(rig.tcp).await.unwrap();
    third.write_all(&message(b"cd")).await.unwrap();
    // The two open connections are still served, the third is not.
    for stream in &mut open {
        stream.write_all(&message(b"ab")).await.unwrap();
        read_message(stream).await;
    }
    assert_eq!(rig.role.handled.load(Ordering::SeqCst), 4);
    open.pop();
    assert_eq!(read_message(&mut third).await, b"dc");
}

#[tokio::test]
async fn the_one_place_there_is_serves_both_bindings() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let rig = Rig::start(limits, Timeouts::default()).await;
    for transport in [rig.over_tcp(), rig.over_http(), rig.over_tcp()] {
        assert_eq!(
            transport.exchange(&message(b"ab")).await.unwrap(),
            message(b"ba")
        );
    }
}

#[tokio::test]
async fn many_exchanges_at_once_each_get_their_own_answer() {
    let rig = Rig::plain().await;
    let client = std::sync::Arc::new(rig.over_tcp());
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..100 {
        let client = client.clone();
        tasks.spawn(async move {
            let text = format!("n{number:03}");
            let answer = client.exchange(&message(text.as_bytes())).await.unwrap();
            assert_eq!(
                content(&answer),
                text.chars().rev().collect::<String>().as_bytes()
            );
        });
    }
    tasks.join_all().await;
}

#[tokio::test]
async fn stopping_closes_resting_connections_and_finishes_the_work_begun() {
    let rig = Rig::plain().await;
    let mut resting = TcpStream::connect(rig.tcp).await.unwrap();
    resting.write_all(&message(b"ab")).await.unwrap();
    read_message(&mut resting).await;
    let mut working = TcpStream::connect(rig.tcp).await.unwrap();
    working.write_all(&message(b"hold")).await.unwrap();
    rig.role.begun.notified().await;
    rig.stop.stop();
    assert_eq!(read_all(&mut resting).await, b"");
    rig.role.gate.add_permits(1);
    assert_eq!(read_all(&mut working).await, message(b"dloh"));
    assert!(rig.served.await.unwrap());
    assert!(TcpStream::connect(rig.tcp).await.is_err());
}

#[tokio::test]
async fn what_does_not_finish_in_the_drain_time_is_cut_off() {
    let short_drain = impatient(|timeouts, short| timeouts.drain = short);
    let rig = Rig::start(Limits::default(), short_drain).await;
    let mut working = TcpStream::connect(rig.tcp).await.unwrap();
    working.write_all(&message(b"hold")).await.unwrap();
    rig.role.begun.notified().await;
    rig.stop.stop();
    assert!(!rig.served.await.unwrap());
    assert_eq!(read_all(&mut working).await, b"");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    // Bound, so that nobody else gets the port, and never listening.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let fault = Transport::connect(format!("set://{address}").parse().unwrap())
        .await
        .unwrap_err();
    assert!(fault.is_unreachable(), "{fault:?}");
}

#[tokio::test]
async fn a_client_refuses_answers_that_are_garbage_too_big_or_late() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint: set_node::transport::Endpoint =
        format!("set://{}", listener.local_addr().unwrap())
            .parse()
            .unwrap();
    let server = tokio::spawn(async move {
        for answer in [&b"HTTP"[..], &[0x30, 0x84, 0x7f, 0, 0, 0], &[0x30]] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4];
            stream.read_exact(&mut request).await.unwrap();
            stream.write_all(answer).await.unwrap();
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        }
    });
    let client = Transport::new(endpoint.clone());
    let fault = client.exchange(&message(b"ab")).await.unwrap_err();
    assert!(
        matches!(
            fault,
            TransportError::Framing {
                fault: FramingFault::NotASequence { .. },
                ..
            }
        ),
        "{fault:?}"
    );
    let fault = client.exchange(&message(b"ab")).await.unwrap_err();
    assert!(
        matches!(
            fault,
            TransportError::Framing {
                fault: FramingFault::TooBig { .. },
                ..
            }
        ),
        "{fault:?}"
    );
    let timeouts = impatient(|timeouts, short| timeouts.between_octets = short);
    let short = timeouts.between_octets.duration();
    let client = Transport::new(endpoint).with_timeouts(timeouts);
    let fault = client.exchange(&message(b"ab")).await.unwrap_err();
    assert!(
        matches!(fault, TransportError::TimedOut { after, .. } if after == short),
        "{fault:?}"
    );
    server.await.unwrap();
}
