//! Processes that are killed. The test runs itself again as the process to be killed.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use set_node::{
    config::{StoreConfig, StoreUrl},
    store::{Recall, RecordKey, Store, Tx},
};
use set_testkit::prng::Prng;

use crate::rig::{Place, on_both_engines};

const KEY: RecordKey<'static> = RecordKey {
    role: "gateway",
    kind: "authorization",
    key: b"all",
};

on_both_engines! {
    what_was_committed_survives_a_kill_together_with_its_answer,
    what_was_not_committed_leaves_nothing_after_a_kill,
    kills_under_load_lose_no_answer_and_keep_state_and_answers_in_step,
}

async fn what_was_committed_survives_a_kill_together_with_its_answer(place: Place) {
    let mut child = start(&place, "commit", 0);
    assert_eq!(lines(&mut child, 1), ["0"]);
    kill(child);
    let store = place.open().await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(recalled(&mut tx, 0).await, Recall::Same(answer(0)));
    assert_eq!(tx.load(KEY).await.unwrap().unwrap().version, 1);
}

async fn what_was_not_committed_leaves_nothing_after_a_kill(place: Place) {
    let mut child = start(&place, "open", 0);
    assert_eq!(lines(&mut child, 1), ["0"]);
    kill(child);
    let store = place.open().await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(recalled(&mut tx, 0).await, Recall::New);
    assert_eq!(tx.load(KEY).await.unwrap(), None);
}

async fn kills_under_load_lose_no_answer_and_keep_state_and_answers_in_step(place: Place) {
    let mut prng = Prng::new(4);
    let mut acknowledged = 0;
    for _ in 0..KILLS {
        let mut child = start(&place, "load", acknowledged);
        let count = usize::try_from(prng.between(1, 40)).unwrap();
        acknowledged = lines(&mut child, count).last().unwrap().parse().unwrap();
        acknowledged += 1;
        kill(child);

        let store = place.open().await;
        let mut tx = store.begin().await.unwrap();
        let saved = tx.load(KEY).await.unwrap().unwrap().version;
        assert!(saved >= acknowledged, "{saved} of {acknowledged}");
        for number in 0..saved {
            let recall = recalled(&mut tx, number).await;
            assert_eq!(recall, Recall::Same(answer(number)), "request {number}");
        }
        assert_eq!(recalled(&mut tx, saved).await, Recall::New);
        tx.roll_back().await.unwrap();
        store.close().await;
        acknowledged = saved;
    }
}

#[tokio::test]
#[ignore = "it is the process that the others kill"]
async fn victim() {
    let Some(task) = env::var_os(TASK) else {
        return;
    };
    let mut config = StoreConfig::default();
    if let Ok(url) = env::var(URL) {
        config.url = Some(StoreUrl::new(url));
    }
    let folder = env::var_os(FOLDER).unwrap();
    let store = Store::open(folder.as_ref(), &config).await.unwrap();
    let mut number: u64 = env::var(FIRST).unwrap().parse().unwrap();
    loop {
        let mut tx = store.begin().await.unwrap();
        assert_eq!(recalled(&mut tx, number).await, Recall::New);
        tx.save(KEY, number, b"state").await.unwrap();
        tx.remember(&rrpid(number), "AuthReq", b"q", &answer(number), 1)
            .await
            .unwrap();
        if task == "open" {
            tell(number);
            std::future::pending::<()>().await;
        }
        tx.commit().await.unwrap();
        tell(number);
        if task == "commit" {
            std::future::pending::<()>().await;
        }
        number += 1;
    }
}

fn tell(number: u64) {
    eprintln!("{MARK}{number}");
}

fn start(place: &Place, task: &str, first: u64) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--ignored", "--exact", "crash::victim", "--nocapture"])
        .env(TASK, task)
        .env(FIRST, first.to_string())
        .env(FOLDER, place.folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    if let Some(database) = &place.database {
        command.env(URL, &database.url);
    }
    command.spawn().unwrap()
}

/// The next numbers that the process tells.
fn lines(child: &mut Child, count: usize) -> Vec<String> {
    let told = BufReader::new(child.stderr.as_mut().unwrap()).lines();
    let mut seen = Vec::new();
    for line in told {
        let line = line.unwrap();
        match line.strip_prefix(MARK) {
            Some(number) => seen.push(number.to_owned()),
            None => eprintln!("{line}"),
        }
        if seen.len() == count {
            break;
        }
    }
    assert_eq!(seen.len(), count, "the process ended early");
    seen
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn recalled(tx: &mut Tx, number: u64) -> Recall {
    tx.recall(&rrpid(number), "AuthReq", b"q").await.unwrap()
}

fn rrpid(number: u64) -> [u8; 20] {
    let mut octets = [0; 20];
    octets[..8].copy_from_slice(&number.to_be_bytes());
    octets
}

fn answer(number: u64) -> Vec<u8> {
    Prng::new(number).octets(300)
}

const KILLS: usize = 12;

const MARK: &str = "done ";

const TASK: &str = "SET_TEST_VICTIM_TASK";
const FIRST: &str = "SET_TEST_VICTIM_FIRST";
const FOLDER: &str = "SET_TEST_VICTIM_FOLDER";
const URL: &str = "SET_TEST_VICTIM_URL";
