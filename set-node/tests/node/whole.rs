use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use set_node::{
    config::{Limits, ListenConfig, Timeouts},
    node::Node,
    service::{BoxFuture, Shutdown},
    telemetry::{Metrics, Readiness},
    transport::{Listener, ListenerError, Transport},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use set_testkit::externals;

use crate::rig::{ends, message, mirror};

async fn ask(address: std::net::SocketAddr, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    (answer[9..12].to_owned(), answer)
}

#[tokio::test]
async fn operators_see_health_readiness_and_counters_to_the_end() {
    let any = "127.0.0.1:0".parse().ok();
    let config = ListenConfig {
        tcp: any,
        http: any,
        admin: any,
        ..ListenConfig::default()
    };
    let node = Node::bind(&config, &Limits::default(), &Timeouts::default())
        .await
        .unwrap();
    let admin = node.admin_address().unwrap();
    let [tcp, http] = node.endpoints().try_into().unwrap();
    let role = Arc::new(mirror());
    let store_answers = Arc::new(AtomicBool::new(true));
    let asked = store_answers.clone();
    let ready: Readiness = Arc::new(move || -> BoxFuture<'static, _> {
        let answers = asked.load(Ordering::SeqCst);
        Box::pin(async move {
            if answers {
                Ok(())
            } else {
                Err("no store".to_owned())
            }
        })
    });
    let (stop, shutdown) = Shutdown::new();
    let served = tokio::spawn(node.serve(
        role.clone(),
        axum::Router::new(),
        Metrics::default(),
        ready,
        shutdown,
    ));

    assert_eq!(
        Transport::new(tcp).exchange(&message(b"ab")).await.unwrap(),
        message(b"ba")
    );
    assert_eq!(ask(admin, "/healthz").await.0, "200");
    assert_eq!(ask(admin, "/readyz").await.0, "200");
    let (status, text) = ask(admin, "/metrics").await;
    assert_eq!(status, "200");
    assert!(
        text.contains("set_requests_total{binding=\"tcp\",outcome=\"answered\"} 1\n"),
        "{text}"
    );
    assert!(
        text.contains("content-type: application/openmetrics-text;"),
        "{text}"
    );
    assert_eq!(ask(admin, "/set").await.0, "404");
    store_answers.store(false, Ordering::SeqCst);
    let (status, text) = ask(admin, "/readyz").await;
    assert_eq!(status, "503");
    assert!(text.ends_with("no store\n"), "{text}");

    let client = Transport::new(http);
    let held = message(b"hold");
    let (answer, ()) = tokio::join!(client.exchange(&held), async {
        role.begun.notified().await;
        stop.stop();
        let (status, text) = ask(admin, "/readyz").await;
        assert_eq!(status, "503");
        assert!(text.ends_with("stopping\n"), "{text}");
        role.gate.add_permits(1);
    });
    assert_eq!(answer.unwrap(), message(b"dloh"));
    assert!(served.await.unwrap());
}

#[tokio::test]
async fn an_address_in_use_or_missing_is_named() {
    let any = "127.0.0.1:0".parse().ok();
    let config = ListenConfig {
        tcp: any,
        ..ListenConfig::default()
    };
    let (limits, timeouts) = (Limits::default(), Timeouts::default());
    let first = Listener::bind(&config, &limits, &timeouts).await.unwrap();
    let taken = ListenConfig {
        tcp: first.tcp_address(),
        ..ListenConfig::default()
    };
    let fault = Listener::bind(&taken, &limits, &timeouts)
        .await
        .unwrap_err();
    assert!(
        fault
            .to_string()
            .contains(&first.tcp_address().unwrap().to_string()),
        "{fault}"
    );
    let none = Listener::bind(&ListenConfig::default(), &limits, &timeouts).await;
    assert!(matches!(none, Err(ListenerError::NoAddress)));
    let path = ListenConfig {
        path: "set".into(),
        ..config
    };
    let fault = Listener::bind(&path, &limits, &timeouts).await;
    assert!(matches!(fault, Err(ListenerError::Path { .. })));
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_to_terminate_stops_the_node() {
    let Some(kill) = externals::require("kill") else {
        return;
    };
    let shutdown = Shutdown::on_signals().unwrap();
    assert!(!shutdown.is_requested());
    let id = std::process::id().to_string();
    let killed = tokio::process::Command::new(kill)
        .args(["-TERM", &id])
        .status()
        .await
        .unwrap();
    assert!(killed.success());
    ends(shutdown.requested()).await;
}
