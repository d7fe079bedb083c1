//! The search of a library of 50,000 videos among 1,000,000 of others, on SQLite: each page's time at the database.
//!
//! `cargo bench --features ssr --bench search`

use aisora::server::db::{
    Db,
    generations::{self, search::NEWEST},
};
use std::time::{Duration, Instant};
use uuid::Uuid;

const ROWS: usize = 1_050_000;
/// Every 21st video is the reader's, so that theirs lie between those of the others.
const EACH: usize = 21;
const PAGE: i64 = 49;
const RUNS: usize = 200;

#[tokio::main]
async fn main() {
    let folder = tempfile::Builder::new()
        .prefix("aisora-bench")
        .tempdir_in("target")
        .expect("a folder on the disk");
    let url = format!("sqlite://{}", folder.path().join("aisora.db").display());
    let db = Db::open(&url).await.expect("a database");
    db.migrate().await.expect("tables");
    let reader = fill(&db).await;
    let began = Instant::now();
    // As after an update from a version without the index.
    db.migrate().await.expect("an index");
    println!(
        "prompts made searchable                           {:>8.0} a second",
        f64::from(u32::try_from(ROWS).expect("small")) / began.elapsed().as_secs_f64()
    );
    for (what, typed, show) in [
        ("a word in every prompt", "boat", "all"),
        ("one letter", "l", "all"),
        ("a word in one of 20", "lantern", "all"),
        ("a word in one of 5,000", "w4321", "all"),
        ("two words in any order", "w4321 boat", "all"),
        ("a phrase", "\"paper boat w4321\"", "all"),
        ("a word in the older half only", "harbour", "all"),
        ("a word that others have", "elsewhere", "all"),
        ("a word that nobody has", "xylophone", "all"),
        ("a script without spaces, rare", "京塔", "all"),
        ("a frequent word, among the few not made", "boat", "not-made"),
        ("no search", "", "all"),
    ] {
        measure(&db, reader, what, typed, show).await;
    }
    db.close().await;
}

async fn measure(db: &Db, reader: Uuid, what: &str, typed: &str, show: &str) {
    let mut times = Vec::new();
    let mut found = 0;
    for _ in 0..RUNS {
        let began = Instant::now();
        let rows = if typed.is_empty() {
            generations::page(db, reader, None, show, PAGE).await
        } else {
            generations::found(db, reader, None, typed, show, PAGE, NEWEST).await
        };
        found = rows.expect("a page").len();
        times.push(began.elapsed());
    }
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    println!(
        "{what:<42} {found:>3} found {:>8.2} ms p50 {:>8.2} ms p95",
        ms(times[RUNS / 2]),
        ms(times[RUNS * 95 / 100])
    );
}

/// A million videos of a thousand people, and the reader's between them.
async fn fill(db: &Db) -> Uuid {
    let Db::Sqlite { write, .. } = db else {
        unreachable!("opened as SQLite")
    };
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS} - 1)
         INSERT INTO generations (id, user_id, quote_id, take, model, model_label, provider, prompt, prompt_search, width, height,
           seconds, seed, caption, credits, state, progress, created_at, started_at, finished_at)
         SELECT unhex(printf('0190%028x', i)), unhex(printf('0191%022x%06x', 0, CASE WHEN i % {EACH} = 0 THEN 0 ELSE 1 + i % 1000 END)),
           unhex(printf('0192%028x', i)), 1, 'm', 'M', 'p',
           'First light over a glass sea, a paper boat w' || (i / {EACH} % 5000) || ' drifts past w' || (i / {EACH} * 7 % 4999) || '-w'
             || (i % 977) || CASE WHEN i / {EACH} % 20 = 3 THEN ', a single lantern' ELSE '' END
             || CASE WHEN i < {ROWS} / 2 THEN ' leaving the harbour' ELSE '' END || CASE WHEN i % {EACH} = 5 THEN ' elsewhere' ELSE '' END
             || CASE WHEN i / {EACH} % 5000 = 77 THEN ' 東京塔' ELSE '' END || ', low fog, 35 mm, slow dolly in, colours of dusk',
           '', 1280, 720, 4, i, 0, 0, CASE WHEN i / {EACH} % 500 = 9 THEN 'failed' ELSE 'succeeded' END, 100, i, i, i FROM n"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(write)
        .await
        .expect("the videos");
    Uuid::from_u128(0x0191 << 112)
}
