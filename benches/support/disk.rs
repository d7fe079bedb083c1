//! What the disk gives: the measure for everything that has to be durable.

use aisora::server::db::{Db, Tx};
use std::{path::Path, time::Instant};

/// Commits a second of one row each, from one writer, like the ledger's.
pub async fn commits(folder: &Path) -> f64 {
    let db = Db::open(&format!("sqlite://{}", folder.join("raw.db").display()))
        .await
        .expect("a database");
    let Db::Sqlite { write, .. } = &db else {
        unreachable!("opened as SQLite")
    };
    sqlx::query("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)")
        .execute(write)
        .await
        .expect("a table");
    let began = Instant::now();
    for n in 0..2_000_i64 {
        let Ok(Tx::Sqlite(mut tx)) = db.begin().await else {
            unreachable!("opened as SQLite")
        };
        sqlx::query("INSERT INTO rows (text) VALUES ($1)")
            .bind(n.to_string())
            .execute(&mut *tx)
            .await
            .expect("a row");
        tx.commit().await.expect("committed");
    }
    2_000.0 / began.elapsed().as_secs_f64()
}
