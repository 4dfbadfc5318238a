use std::fs;

use set_testkit::files::package_folder;
use sqlx::{AssertSqlSafe, sqlite::SqliteConnectOptions, sqlite::SqlitePool};

use super::{MIGRATOR, Recall, RecordKey, Store, StoreError};
use crate::config::StoreConfig;

/// A fixture of every version is brought to the latest, and all of it is read back.
#[tokio::test]
async fn data_stored_by_every_version_is_read_by_this_one() {
    for migration in MIGRATOR.iter() {
        let version = migration.version;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        MIGRATOR.run_to(version, &pool).await.unwrap();
        let fixture = package_folder()
            .join("fixtures/store")
            .join(format!("{version:04}.sql"));
        let sql = fs::read_to_string(&fixture).unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;

        let store = Store::open(folder.path(), &StoreConfig::default())
            .await
            .unwrap();
        let mut tx = store.begin().await.unwrap();
        let rrpid: Vec<u8> = (1..=20).collect();
        let recall = tx.recall(&rrpid, "PReq", b"request").await.unwrap();
        assert_eq!(
            recall,
            Recall::Same(vec![0x30, 3, 2, 1, 1]),
            "version {version}"
        );
        let certificate = tx.certificate(&[0xa1; 20]).await.unwrap().unwrap();
        assert_eq!(certificate.kind, "merchant-signature");
        assert_eq!(certificate.not_after, 946_684_799);
        let crl = tx.latest_crl(&certificate.issuer).await.unwrap().unwrap();
        assert_eq!(crl, (7, vec![0x30, 1, 0x33]));
        assert_eq!(
            tx.latest_bci("Brand").await.unwrap().unwrap(),
            (3, vec![0x30, 1, 0x34])
        );
        let key = RecordKey {
            role: "merchant",
            kind: "order",
            key: b"LID",
        };
        let record = tx.load(key).await.unwrap().unwrap();
        assert_eq!((record.version, record.body.as_slice()), (4, &b"{}"[..]));
        assert_eq!(tx.next("batch").await.unwrap(), 42);
    }
}

#[tokio::test]
async fn a_store_from_a_later_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::default();
    let store = Store::open(folder.path(), &config).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'later', 1, x'00', 0)",
    )
    .execute(&store.pool)
    .await
    .unwrap();
    store.close().await;
    let fault = Store::open(folder.path(), &config).await.unwrap_err();
    assert!(
        matches!(fault, StoreError::Newer { version: 9999, .. }),
        "{fault:?}"
    );
}

#[tokio::test]
async fn a_file_is_opened_with_the_settings_that_durability_needs() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &StoreConfig::default())
        .await
        .unwrap();
    let (journal,): (String,) = sqlx::query_as("PRAGMA journal_mode")
        .fetch_one(&store.pool)
        .await
        .unwrap();
    let (synchronous,): (i64,) = sqlx::query_as("PRAGMA synchronous")
        .fetch_one(&store.pool)
        .await
        .unwrap();
    let (foreign_keys,): (i64,) = sqlx::query_as("PRAGMA foreign_keys")
        .fetch_one(&store.pool)
        .await
        .unwrap();
    assert_eq!((journal.as_str(), synchronous, foreign_keys), ("wal", 2, 1));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for name in ["store.db", "store.db-wal"] {
            let mode = fs::metadata(folder.path().join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}
