//! Files from before the tables were common to both engines.
//!
//! The first form of migration 1 was for SQLite only: its tables were STRICT, which refuses
//! the type names that both engines take. Such a file is known by the checksum of that form.
//! Its tables are made anew by the present form and filled with what they held.

use sqlx::{AssertSqlSafe, sqlite::SqlitePool};

use super::MIGRATOR;

/// Brings a file of the first form to what the present migration 1 would have made.
pub(super) async fn adopt(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let Some(first) = MIGRATOR.iter().find(|migration| migration.version == 1) else {
        return Ok(());
    };
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let migrated: Option<(i64,)> =
        sqlx::query_as("SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations'")
            .fetch_optional(&mut *tx)
            .await?;
    if migrated.is_none() {
        return Ok(());
    }
    let adopted = sqlx::query(
        "UPDATE _sqlx_migrations SET checksum = $1 WHERE version = 1 AND hex(checksum) = $2",
    )
    .bind(first.checksum.as_ref())
    .bind(STRICT_CHECKSUM)
    .execute(&mut *tx)
    .await?;
    if adopted.rows_affected() == 0 {
        return Ok(());
    }
    let mut script = String::from(
        "DROP INDEX exchange_created_at; \
         DROP INDEX certificate_subject; \
         DROP INDEX certificate_kind;\n",
    );
    for table in TABLES {
        script.push_str(&format!("ALTER TABLE {table} RENAME TO strict_{table};\n"));
    }
    script.push_str(first.sql.as_str());
    for table in TABLES {
        script.push_str(&format!(
            "INSERT INTO {table} SELECT * FROM strict_{table}; DROP TABLE strict_{table};\n"
        ));
    }
    // Made of constants only.
    sqlx::raw_sql(AssertSqlSafe(script))
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// The tables of the first form, which have the same columns now.
const TABLES: [&str; 6] = ["exchange", "certificate", "crl", "bci", "record", "counter"];

/// SHA-384 of the first form of migration 1.
const STRICT_CHECKSUM: &str = "7EB816E89B87EEDFDF12A58239B95EE6C6A402302F82567206241A217D00C474\
                               0604187E88940D4EFB3D20A888425685";
