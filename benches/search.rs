//! The search of a library of 50,000 videos among 1,000,000 of others, on SQLite: each page's time at the database.
//!
//! `cargo bench --features ssr --bench search`

use aisora::{
    model::library::Sort,
    server::db::{
        Db,
        generations::{
            search::NEWEST,
            view::{Place, View, page},
        },
    },
};
use std::time::{Duration, Instant};
use uuid::Uuid;

const ROWS: usize = 1_050_000;
/// Every 21st video is the reader's, so that theirs lie between those of the others.
const EACH: usize = 21;
const PAGE: i64 = 49;
const RUNS: usize = 100;

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
        let view = View {
            user: reader,
            search: typed.into(),
            show: show.into(),
            ..View::default()
        };
        measure(&db, what, &view).await;
    }
    println!("\nfilters and orders of the library");
    for (what, view) in views(reader) {
        for (_, word, _) in Sort::ALL {
            let sort = Sort::parse(word);
            let first = View { sort, ..view.clone() };
            measure(&db, &format!("{what}, {word}"), &first).await;
            let after = deep(&db, &first).await;
            measure(&db, &format!("{what}, {word}, page 21"), &View { after, ..first }).await;
        }
    }
    db.close().await;
}

/// One of each filter: frequent, rare, and several at once.
fn views(user: Uuid) -> Vec<(&'static str, View)> {
    let all = View {
        user,
        ..View::default()
    };
    let with = |change: fn(&mut View)| {
        let mut view = all.clone();
        change(&mut view);
        view
    };
    vec![
        ("everything", all.clone()),
        ("ready", with(|view| view.show = "ready".into())),
        ("not made", with(|view| view.show = "not-made".into())),
        ("a frequent model", with(|view| view.model = Some("m0".into()))),
        ("a rare model", with(|view| view.model = Some("rare".into()))),
        ("a rare shape", with(|view| view.shape = "square".into())),
        (
            "a month",
            with(|view| (view.from, view.until) = (Some(10_000_000_000), Some(12_592_000_000))),
        ),
        ("favourites, 1 in 50", with(|view| view.favourite = true)),
        (
            "a collection of 25,000",
            with(|view| view.collection = Some(Uuid::from_u128(1))),
        ),
        (
            "a collection of 100",
            with(|view| view.collection = Some(Uuid::from_u128(2))),
        ),
        ("a tag on 5,000", with(|view| view.tag = Some("sea".into()))),
        (
            "five filters at once",
            with(|view| {
                view.show = "ready".into();
                view.model = Some("m0".into());
                view.shape = "wide".into();
                view.favourite = true;
                view.collection = Some(Uuid::from_u128(1));
            }),
        ),
        ("a word in every prompt", with(|view| view.search = "boat".into())),
        ("a word in one of 20", with(|view| view.search = "lantern".into())),
        (
            "a word in one of 5,000",
            with(|view| view.search = "w4321".into()),
        ),
    ]
}

/// The place after twenty pages.
async fn deep(db: &Db, view: &View) -> Option<Place> {
    let mut view = view.clone();
    for _ in 0..20 {
        let rows = page(db, &view, PAGE, NEWEST).await.expect("a page");
        match rows.last() {
            Some(last) if rows.len() == 49 => view.after = Some(Place::of(last, view.sort)),
            _ => break,
        }
    }
    view.after
}

async fn measure(db: &Db, what: &str, view: &View) {
    let mut times = Vec::new();
    let mut found = 0;
    for _ in 0..RUNS {
        let began = Instant::now();
        let rows = page(db, view, PAGE, NEWEST).await;
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
           seconds, seed, caption, credits, state, progress, created_at, started_at, finished_at, favourite)
         SELECT unhex(printf('%012x%020x', i * 20000, i)), unhex(printf('0191%022x%06x', 0, CASE WHEN i % {EACH} = 0 THEN 0 ELSE 1 + i % 1000 END)),
           unhex(printf('0192%028x', i)), 1, CASE WHEN i / {EACH} % 1000 = 7 THEN 'rare' ELSE 'm' || (i / {EACH} % 3) END, 'M', 'p',
           'First light over a glass sea, a paper boat w' || (i / {EACH} % 5000) || ' drifts past w' || (i / {EACH} * 7 % 4999) || '-w'
             || (i % 977) || CASE WHEN i / {EACH} % 20 = 3 THEN ', a single lantern' ELSE '' END
             || CASE WHEN i < {ROWS} / 2 THEN ' leaving the harbour' ELSE '' END || CASE WHEN i % {EACH} = 5 THEN ' elsewhere' ELSE '' END
             || CASE WHEN i / {EACH} % 5000 = 77 THEN ' 東京塔' ELSE '' END || ', low fog, 35 mm, slow dolly in, colours of dusk',
           '', CASE WHEN i / {EACH} % 400 = 11 THEN 720 ELSE 1280 END, 720, 1 + i / {EACH} * 7 % 20, i, 0, 0, CASE WHEN i / {EACH} % 500 = 9 THEN 'failed' ELSE 'succeeded' END, 100, i * 20000, i, i * 20000 + i / {EACH} * 7919 % 90000, i / {EACH} % 50 = 3 FROM n"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(write)
        .await
        .expect("the videos");
    let reader = Uuid::from_u128(0x0191 << 112);
    for (number, condition) in [(1_u128, "seed / 21 % 2 = 0"), (2, "seed / 21 % 500 = 4")] {
        let add = format!(
            "INSERT INTO collection_items SELECT $1, id FROM generations WHERE user_id = $2 AND {condition}"
        );
        sqlx::query("INSERT INTO collections VALUES ($1, $2, $3, $3, 1)")
            .bind(Uuid::from_u128(number))
            .bind(reader)
            .bind(condition)
            .execute(write)
            .await
            .expect("a collection");
        sqlx::query(sqlx::AssertSqlSafe(add))
            .bind(Uuid::from_u128(number))
            .bind(reader)
            .execute(write)
            .await
            .expect("its videos");
    }
    let tag = "INSERT INTO generation_tags SELECT user_id, 'sea', id FROM generations WHERE user_id = $1 AND seed / 21 % 10 = 6";
    sqlx::query(tag).bind(reader).execute(write).await.expect("tags");
    reader
}
