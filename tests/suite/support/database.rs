//! A database of its own for each test: a copy of one that was migrated once, because each test would do the same again.

use super::Engine;
use aisora::server::db::Db;
use std::{
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};
use tokio::sync::OnceCell;

/// Where the throwaway PostgreSQL is.
pub fn postgres_url() -> Option<String> {
    std::env::var("AISORA_TEST_POSTGRES_URL")
        .ok()
        .filter(|url| !url.is_empty())
}

/// The address of a new database; one of SQLite is a file in `folder`.
pub async fn fresh(engine: Engine, folder: &Path) -> String {
    match engine {
        Engine::Sqlite => fresh_sqlite(folder).await,
        Engine::Postgres => fresh_postgres().await,
    }
}

async fn fresh_sqlite(folder: &Path) -> String {
    static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();
    let migrated = MIGRATED.get_or_init(async || {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("aisora.db");
        migrate(&format!("sqlite://{}", file.display())).await;
        let wal = std::fs::metadata(folder.path().join("aisora.db-wal"));
        assert!(wal.is_err(), "all of it is in the one file once it is closed");
        std::fs::read(file).expect("a database")
    });
    let file = folder.join("aisora.db");
    std::fs::write(&file, migrated.await).expect("a copy");
    format!("sqlite://{}", file.display())
}

/// The address of a new database in the throwaway PostgreSQL.
pub async fn fresh_postgres() -> String {
    static MIGRATED: OnceCell<String> = OnceCell::const_new();
    let migrated = MIGRATED.get_or_init(async || {
        let name = create("template0").await;
        migrate(&address(&name)).await;
        name
    });
    address(&create(migrated.await).await)
}

/// Creates a database in the throwaway PostgreSQL that is a copy of `template`, and returns its name.
async fn create(template: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
    let url = postgres_url().expect("checked by the macro");
    let pool = sqlx::PgPool::connect(&url)
        .await
        .expect("the throwaway PostgreSQL answers");
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {template}"));
    sqlx::query(create)
        .execute(&pool)
        .await
        .expect("a database of its own");
    pool.close().await;
    name
}

fn address(name: &str) -> String {
    let url = postgres_url().expect("checked by the macro");
    let (before, _) = url.rsplit_once('/').expect("a database in the address");
    format!("{before}/{name}")
}

async fn migrate(url: &str) {
    let db = Db::open(url).await.expect("it opens");
    db.migrate().await.expect("it migrates");
    db.close().await;
}
