use set_node::{
    config::{StoreConfig, StoreUrl},
    store::{RecordKey, Store, StoreError},
};

use crate::rig::Place;

const KEY: RecordKey<'static> = RecordKey {
    role: "merchant",
    kind: "order",
    key: b"1",
};

#[tokio::test]
async fn a_lost_connection_fails_the_transaction_and_the_next_one_has_another() {
    let Some(place) = Place::postgres() else {
        return;
    };
    let database = place.database.as_ref().unwrap();
    let store = place.open().await;
    let mut lost = store.begin().await.unwrap();
    lost.save(KEY, 0, b"lost").await.unwrap();
    database.server.run_sql(
        &database.url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    let fault = lost.commit().await.unwrap_err();
    assert!(matches!(fault, StoreError::Unavailable(_)), "{fault:?}");
    assert!(fault.is_passing());

    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.load(KEY).await.unwrap(), None);
    tx.save(KEY, 0, b"kept").await.unwrap();
    tx.commit().await.unwrap();
    store.check().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().display();
    let config = StoreConfig {
        url: Some(StoreUrl::new(format!(
            "postgres://set:hunter2@localhost/none?host={nowhere}"
        ))),
        ..StoreConfig::default()
    };
    let fault = Store::open(folder.path(), &config).await.unwrap_err();
    let shown = format!("{fault} {fault:?} {config:?}");
    assert!(matches!(fault, StoreError::Open { .. }), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn nodes_that_open_a_new_database_together_make_its_tables_once() {
    let Some(place) = Place::postgres() else {
        return;
    };
    let (one, two, three) = tokio::join!(place.open(), place.open(), place.open());
    for (number, store) in [one, two, three].into_iter().enumerate() {
        let mut tx = store.begin().await.unwrap();
        let given = tx.next("node").await.unwrap();
        assert_eq!(given, u64::try_from(number).unwrap() + 1);
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn parties_that_share_a_database_have_schemas_of_their_own() {
    let Some(place) = Place::postgres() else {
        return;
    };
    let of = |schema| Store::open_within(place.folder.path(), &place.config, schema);
    let (first, other) = tokio::join!(of(None), of(Some("meadow-466666")));
    let (first, other) = (first.unwrap(), other.unwrap());
    let mut tx = first.begin().await.unwrap();
    tx.save(KEY, 0, b"first").await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = other.begin().await.unwrap();
    assert_eq!(tx.load(KEY).await.unwrap(), None);
    tx.save(KEY, 0, b"other").await.unwrap();
    tx.commit().await.unwrap();
    let again = of(Some("meadow-466666")).await.unwrap();
    let mut tx = again.begin().await.unwrap();
    assert_eq!(tx.load(KEY).await.unwrap().unwrap().body, b"other");
}
