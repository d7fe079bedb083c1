//! Pages of a library of 50,000 videos among 1,000,000 of others, as the program answers them: searches, filters, orders and the
//! place far down, on SQLite and (with `AISORA_TEST_POSTGRES_URL`) on PostgreSQL.
//!
//! `scripts/with-postgres cargo bench --features ssr --bench library`, and for one engine, and a few rows of it, `… -- SQLite "rare"`.

#[path = "support/program.rs"]
mod program;

use aisora::{
    model::{
        ids::UserId,
        library::{LibraryQuery, Sort},
    },
    on_db,
    server::{
        config::Config,
        db::{Db, generations::search},
        state::{App, Parts},
    },
};
use program::Program;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use uuid::Uuid;

const ROWS: usize = 1_050_000;
/// Every 21st video is the reader's, so that theirs lie between those of the others.
const EACH: usize = 21;
/// One in so many prompts of others was written by a version without an index of words.
const LEFT: usize = 42;
const RUNS: usize = 60;
const POSTGRES: &str = "AISORA_TEST_POSTGRES_URL";
const DATABASE: &str = "aisora_bench_library";

#[tokio::main]
async fn main() {
    let asked = asked();
    if let Some(engine) = asked.first() {
        assert!(
            ["SQLite", "PostgreSQL"].contains(&engine.as_str()),
            "no engine {engine}"
        );
    }
    let is_asked = |engine: &str| asked.first().is_none_or(|asked| asked == engine);
    if is_asked("SQLite") {
        on("SQLite", None).await;
    }
    if let (true, Ok(url)) = (is_asked("PostgreSQL"), std::env::var(POSTGRES)) {
        let (server, _) = url.rsplit_once('/').expect("a database in the address");
        say(&url, "DROP DATABASE IF EXISTS").await;
        say(&url, "CREATE DATABASE").await;
        on("PostgreSQL", Some(format!("{server}/{DATABASE}"))).await;
        say(&url, "DROP DATABASE").await;
    }
}

/// The engine, and a part of the names of rows; nothing means all.
fn asked() -> Vec<String> {
    let words = std::env::args().skip(1);
    words.filter(|word| !word.starts_with('-')).collect()
}

async fn say(url: &str, what: &str) {
    let mut connection = PgConnection::connect(url).await.expect("PostgreSQL");
    sqlx::query(AssertSqlSafe(format!("{what} {DATABASE}")))
        .execute(&mut connection)
        .await
        .expect("it obeys");
}

async fn on(engine: &str, url: Option<String>) {
    let folder = tempfile::Builder::new()
        .prefix("aisora-bench")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
        .expect("a folder on the disk");
    println!("\n{engine}");
    let app = open(folder.path(), url.clone()).await;
    let reader = app
        .identity
        .create("reader@example.org", "seven quiet lamps burn", false)
        .await
        .expect("a person");
    let token = app.identity.start_session(reader, None).await.expect("a session");
    fill(&app.db, reader).await;
    let began = Instant::now();
    app.db.migrate().await.expect("an index");
    println!(
        "prompts made searchable after an update {:>8.0} a second",
        f64::from(u32::try_from(ROWS / LEFT).expect("small")) / began.elapsed().as_secs_f64()
    );
    settle(&app.db).await;
    let database = url.map(|url| ("AISORA_DATABASE_URL", url));
    let settings: Vec<_> = database.iter().map(|(name, url)| (*name, url.as_str())).collect();
    let program = Program::start(folder.path(), &["--no-worker"], &settings).await;
    let page = Page {
        app,
        reader,
        program,
        client: reqwest::Client::builder().build().expect("a client"),
        cookie: format!("aisora_session={}", token.secret()),
    };
    println!(
        "                                          newest first        the worst of five orders, first page and 21st"
    );
    let part = asked().into_iter().nth(1).unwrap_or_default();
    for (what, query) in queries().into_iter().filter(|(what, _)| what.contains(&part)) {
        page.in_all_orders(what, &query).await;
    }
    let Page { app, program, .. } = page;
    drop(program);
    app.db.close().await;
}

/// Statistics, which PostgreSQL would gather by itself after a minute.
async fn settle(db: &Db) {
    let Db::Postgres(pool) = db else { return };
    sqlx::query("VACUUM ANALYZE")
        .execute(pool)
        .await
        .expect("statistics");
}

async fn open(folder: &Path, url: Option<String>) -> App {
    let environment = |name: &str| match name {
        "AISORA_DATA_DIR" => Some(folder.join("data").display().to_string()),
        "AISORA_DATABASE_URL" => url.clone(),
        _ => None,
    };
    let config = Config::load(None, &environment, None).expect("a configuration");
    App::open(config, true, Parts::default())
        .await
        .expect("the server opens")
}

/// Searches and filters: frequent, rare, and several at once.
fn queries() -> Vec<(&'static str, LibraryQuery)> {
    let with = |parameters: &[(&str, &str)]| {
        let mut query = LibraryQuery::default();
        for (name, word) in parameters {
            query = query.with(name, word);
        }
        query
    };
    let half = Uuid::from_u128(1).to_string();
    let few = Uuid::from_u128(2).to_string();
    vec![
        ("everything", with(&[])),
        ("ready", with(&[("show", "ready")])),
        ("not made", with(&[("show", "not-made")])),
        ("a frequent model", with(&[("model", "m0")])),
        ("a rare model", with(&[("model", "rare")])),
        ("a rare shape", with(&[("shape", "square")])),
        ("a month", with(&[("from", "1970-04-27"), ("to", "1970-05-26")])),
        ("favourites, 1 in 50", with(&[("favourite", "1")])),
        ("a collection of 25,000", with(&[("collection", &half)])),
        ("a collection of 100", with(&[("collection", &few)])),
        ("a tag on 5,000", with(&[("tag", "sea")])),
        (
            "five filters at once",
            with(&[
                ("show", "ready"),
                ("model", "m0"),
                ("shape", "wide"),
                ("favourite", "1"),
                ("collection", &half),
            ]),
        ),
        ("a word in every prompt", with(&[("search", "boat")])),
        ("one letter", with(&[("search", "l")])),
        ("a word in one of 20", with(&[("search", "lantern")])),
        ("a word in one of 5,000", with(&[("search", "w4321")])),
        ("two words in any order", with(&[("search", "w4321 boat")])),
        ("a phrase", with(&[("search", "\"paper boat w4321\"")])),
        ("a word in the older half only", with(&[("search", "harbour")])),
        (
            "frequent words in no such phrase",
            with(&[("search", "\"boat paper\"")]),
        ),
        ("a word that others have", with(&[("search", "elsewhere")])),
        ("a word that nobody has", with(&[("search", "xylophone")])),
        ("a script without spaces, rare", with(&[("search", "京塔")])),
        (
            "a frequent word, among the few not made",
            with(&[("search", "boat"), ("show", "not-made")]),
        ),
        (
            "a rare word in a collection of 25,000",
            with(&[("search", "w4321"), ("collection", &half)]),
        ),
    ]
}

/// Asks the program for pages of the reader's library.
struct Page {
    app: App,
    reader: UserId,
    program: Program,
    client: reqwest::Client,
    cookie: String,
}

impl Page {
    async fn in_all_orders(&self, what: &str, query: &LibraryQuery) {
        let (mut newest, mut worst) = (None, (Duration::ZERO, String::new()));
        for (_, order, _) in Sort::ALL {
            let first = query.with("sort", order);
            for after in [None, self.far_down(&first).await] {
                let place = if after.is_some() { ", 21st" } else { "" };
                let (p50, p95) = self
                    .times(&LibraryQuery {
                        after,
                        ..first.clone()
                    })
                    .await;
                newest = newest.or(Some((p50, p95)));
                if p95 > worst.0 {
                    worst = (p95, format!("{order}{place}"));
                }
            }
        }
        let (p50, p95) = newest.expect("measured");
        let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
        println!(
            "{what:<40} {:>6.1} ms p50 {:>6.1} ms p95 {:>9.1} ms p95 ({})",
            ms(p50),
            ms(p95),
            ms(worst.0),
            worst.1
        );
    }

    /// The place after twenty pages, or after as many as there are but the last.
    async fn far_down(&self, query: &LibraryQuery) -> Option<String> {
        let mut query = query.clone();
        for _ in 0..20 {
            let page = self.app.generations.library(self.reader, &query).await;
            match page.expect("a page").next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        query.after
    }

    async fn times(&self, query: &LibraryQuery) -> (Duration, Duration) {
        // What is scrolled to comes from another address than the first page.
        let path = if query.after.is_some() {
            "/library/more"
        } else {
            "/library"
        };
        let mut parameters = query.parameters();
        parameters.extend(query.after.iter().map(|after| ("after", after.as_str())));
        let parameters = serde_urlencoded::to_string(parameters).expect("parameters");
        let address = format!("http://{}{path}?{parameters}", self.program.address);
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let request = self.client.get(&address).header("cookie", &self.cookie);
            let began = Instant::now();
            let answer = request.send().await.and_then(reqwest::Response::error_for_status);
            answer.expect("a page").bytes().await.expect("all of it");
            times.push(began.elapsed());
        }
        times.sort();
        (times[RUNS / 2], times[RUNS * 95 / 100])
    }
}

/// A million videos of a thousand people, and the reader's between them.
async fn fill(db: &Db, reader: UserId) {
    // Ids from two numbers, whose lengths in hexadecimal digits are given.
    let id = |high: &str, digits: usize, low: &str| match db {
        Db::Sqlite { .. } => format!("unhex(printf('%0{digits}x%0{}x', {high}, {low}))", 32 - digits),
        Db::Postgres(_) => format!(
            "CAST(lpad(to_hex(CAST({high} AS BIGINT)), {digits}, '0') || lpad(to_hex({low}), {}, '0') AS UUID)",
            32 - digits
        ),
    };
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS} - 1)
         INSERT INTO generations (id, user_id, quote_id, take, model, model_label, provider, prompt, prompt_search, searchable, width, height,
           seconds, seed, caption, credits, state, progress, created_at, started_at, finished_at, favourite)
         SELECT {id}, CASE WHEN i % {EACH} = 0 THEN $1 ELSE {other} END, {quote}, 1,
           CASE WHEN i / {EACH} % 1000 = 7 THEN 'rare' ELSE 'm' || (i / {EACH} % 3) END, 'M', 'p',
           'First light over a glass sea, a paper boat w' || (i / {EACH} % 5000) || ' drifts past w' || (i / {EACH} * 7 % 4999) || '-w'
             || (i % 977) || CASE WHEN i / {EACH} % 20 = 3 THEN ', a single lantern' ELSE '' END
             || CASE WHEN i < {ROWS} / 2 THEN ' leaving the harbour' ELSE '' END || CASE WHEN i % {EACH} = 5 THEN ' elsewhere' ELSE '' END
             || CASE WHEN i / {EACH} % 5000 = 77 THEN ' 東京塔' ELSE '' END || ', low fog, 35 mm, slow dolly in, colours of dusk',
           '', FALSE, CASE WHEN i / {EACH} % 400 = 11 THEN 720 ELSE 1280 END, 720, 1 + i / {EACH} * 7 % 20, i, FALSE, 0,
           CASE WHEN i / {EACH} % 500 = 9 THEN 'failed' ELSE 'succeeded' END, 100, i * 20000, i,
           i * 20000 + i / {EACH} * 7919 % 90000, i / {EACH} % 50 = 3 FROM n",
        id = id("i * 20000", 12, "i"),
        other = id("401", 4, "1 + i % 1000"),
        quote = id("402", 4, "i"),
    );
    run(db, sql, reader.0).await;
    index(db, reader).await;
    for (number, condition) in [(1, "seed / 21 % 2 = 0"), (2, "seed / 21 % 500 = 4")] {
        let collection = id("0", 12, &number.to_string());
        let add = format!("INSERT INTO collections VALUES ({collection}, $1, '{number}', '{number}', 1)");
        run(db, add, reader.0).await;
        let put = format!(
            "INSERT INTO collection_items SELECT {collection}, id FROM generations WHERE user_id = $1 AND {condition}"
        );
        run(db, put, reader.0).await;
    }
    let tag = "INSERT INTO generation_tags SELECT user_id, 'sea', id FROM generations WHERE user_id = $1 AND seed / 21 % 10 = 6";
    run(db, tag.into(), reader.0).await;
}

/// Folds the prompts as the program does, but all at once, and puts their words into the index in the order of time, as they
/// came. What is left over (signs without spaces, and every so many of others) is the program's to do.
async fn index(db: &Db, reader: UserId) {
    let fold = format!(
        "UPDATE generations SET searchable = TRUE, prompt_search = ' ' || replace(replace(lower(prompt), ',', ''), '-', ' ') || ' ',
           title_sort = substr(lower(prompt), 1, 60)
         WHERE prompt NOT LIKE '%京塔%' AND (user_id = $1 OR seed % {LEFT} <> 1)"
    );
    run(db, fold, reader.0).await;
    let next = "SELECT id, user_id, prompt_search FROM generations WHERE searchable AND id > $1 ORDER BY id LIMIT 20000";
    let mut last = Uuid::nil();
    loop {
        let rows: Vec<(Uuid, Uuid, String)> =
            on_db!(db, |c| sqlx::query_as(next).bind(last).fetch_all(c).await).expect("prompts");
        let Some((id, ..)) = rows.last() else { break };
        last = *id;
        let mut tx = db.begin().await.expect("a transaction");
        for (id, user, folded) in &rows {
            search::add(&mut tx, *user, *id, folded).await.expect("an entry");
        }
        tx.commit().await.expect("entries");
    }
}

async fn run(db: &Db, sql: String, reader: Uuid) {
    let sql = AssertSqlSafe(sql);
    let done = match db {
        Db::Sqlite { write, .. } => sqlx::query(sql).bind(reader).execute(write).await.map(drop),
        Db::Postgres(pool) => sqlx::query(sql).bind(reader).execute(pool).await.map(drop),
    };
    done.expect("rows");
}
