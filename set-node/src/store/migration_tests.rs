use std::{fs, path::PathBuf};

use set_testkit::externals::Postgres;
use sqlx::{
    AssertSqlSafe,
    postgres::PgPool,
    sqlite::{SqliteConnectOptions, SqlitePool},
};

use super::{ApprovalRuling, MIGRATOR, Pool, Recall, RecordKey, Store, StoreError};
use crate::config::{StoreConfig, StoreUrl};

fn fixture(name: &str) -> String {
    let home = std::env::var_os("CARGO_MANIFEST_DIR").unwrap();
    fs::read_to_string(PathBuf::from(home).join("fixtures/store").join(name)).unwrap()
}

fn data(version: i64) -> String {
    fixture(&format!("{version:04}.sql"))
}

async fn new_file(folder: &tempfile::TempDir) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("store.db"))
        .create_if_missing(true);
    SqlitePool::connect_with(options).await.unwrap()
}

/// What the fixtures of all versions hold.
async fn has_the_data(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let rrpid: Vec<u8> = (1..=20).collect();
    let recall = tx.recall(&rrpid, "PReq", b"request").await.unwrap();
    assert_eq!(recall, Recall::Same(vec![0x30, 3, 2, 1, 1]));
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

/// What the fixtures from version 3 on hold besides.
async fn has_the_rulings(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let ruling = tx.approval_ruling("1F00A6").await.unwrap().unwrap();
    let ApprovalRuling::Approved(terms) = ruling else {
        panic!("{ruling:?}");
    };
    assert_eq!(terms.name.unwrap(), "Tea House");
    assert_eq!((terms.country, terms.auth_flag), (Some(840), Some(true)));
    let ruling = tx.approval_ruling("1F00A7").await.unwrap().unwrap();
    let reason = Some("Come in person.".to_owned());
    assert_eq!(ruling, ApprovalRuling::Rejected { reason });
}

#[tokio::test]
async fn data_that_every_version_stored_in_sqlite_is_read_by_this_one() {
    for migration in MIGRATOR.iter() {
        let folder = tempfile::tempdir().unwrap();
        let pool = new_file(&folder).await;
        MIGRATOR.run_to(migration.version, &pool).await.unwrap();
        let script = AssertSqlSafe(data(migration.version));
        sqlx::raw_sql(script).execute(&pool).await.unwrap();
        pool.close().await;
        let store = Store::open(folder.path(), &StoreConfig::default())
            .await
            .unwrap();
        has_the_data(&store).await;
        if migration.version >= 3 {
            has_the_rulings(&store).await;
        }
    }
}

#[tokio::test]
async fn data_that_every_version_stored_in_postgresql_is_read_by_this_one() {
    let Some(server) = Postgres::require() else {
        return;
    };
    for migration in MIGRATOR.iter() {
        let url = server.database();
        let pool = PgPool::connect(&url).await.unwrap();
        let domain = sqlx::raw_sql("CREATE DOMAIN blob AS bytea");
        domain.execute(&pool).await.unwrap();
        MIGRATOR.run_to(migration.version, &pool).await.unwrap();
        // The one literal that the engines write differently.
        let script = data(migration.version).replace("x'", "'\\x");
        sqlx::raw_sql(AssertSqlSafe(script))
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
        let config = StoreConfig {
            url: Some(StoreUrl::new(url)),
            ..StoreConfig::default()
        };
        let store = Store::open("".as_ref(), &config).await.unwrap();
        has_the_data(&store).await;
        if migration.version >= 3 {
            has_the_rulings(&store).await;
        }
    }
}

/// The form of migration 1 that was for SQLite only.
#[tokio::test]
async fn a_file_with_strict_tables_is_brought_to_the_common_ones() {
    let folder = tempfile::tempdir().unwrap();
    let pool = new_file(&folder).await;
    MIGRATOR.run_to(0, &pool).await.unwrap();
    let schema = fixture("0001_strict_schema.sql");
    let checksum = "7eb816e89b87eedfdf12a58239b95ee6c6a402302f82567206241a217d00c474\
                    0604187e88940d4efb3d20a888425685";
    let note = format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (1, 'first', 1, x'{checksum}', 0);"
    );
    for script in [schema, note, data(1)] {
        sqlx::raw_sql(AssertSqlSafe(script))
            .execute(&pool)
            .await
            .unwrap();
    }
    pool.close().await;
    // The second time there is nothing left to do.
    for _ in 0..2 {
        let store = Store::open(folder.path(), &StoreConfig::default())
            .await
            .unwrap();
        has_the_data(&store).await;
        let strict: (i64,) = sqlx::query_as(
            "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%STRICT%' OR name LIKE 'strict%'",
        )
        .fetch_one(file(&store))
        .await
        .unwrap();
        assert_eq!(strict, (0,));
        store.close().await;
    }
}

fn file(store: &Store) -> &SqlitePool {
    match &store.pool {
        Pool::Sqlite(pool) => pool,
        Pool::Postgres(_) => panic!("the test opened a file"),
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
    .execute(file(&store))
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
        .fetch_one(file(&store))
        .await
        .unwrap();
    let (synchronous,): (i64,) = sqlx::query_as("PRAGMA synchronous")
        .fetch_one(file(&store))
        .await
        .unwrap();
    let (foreign_keys,): (i64,) = sqlx::query_as("PRAGMA foreign_keys")
        .fetch_one(file(&store))
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
