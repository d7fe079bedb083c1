//! The whole pipeline with a provider that is done at once, SQLite on disk: generations a second, against the raw commit
//! rate of the same disk, and again with 1,000,000 generations in the table. And: how long after "the provider says
//! done" the browser knows.
//!
//! `cargo bench --features ssr --bench pipeline`

#[path = "support/disk.rs"]
mod disk;
#[path = "support/provider.rs"]
mod provider;

use aisora::model::{catalogue::Size, composition::ComposerForm, generation::State, ids::UserId};
use aisora::server::{
    config::Config,
    db::Db,
    live::Stream,
    state::{App, Parts},
};
use provider::{Instant as InstantProvider, MODEL, SIZE};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// Generations in one run, people who create them, and how many of each person's are under way at once.
const GENERATIONS: usize = 3_000;
const PEOPLE: usize = 16;
const WINDOW: usize = 8;
const MILLION: i64 = 1_000_000;

#[tokio::main]
async fn main() {
    let folder = tempfile::Builder::new()
        .prefix("aisora-bench")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
        .expect("a folder on the disk");
    let raw = disk::commits(folder.path()).await;
    println!("raw commits of one small row, synchronous=FULL    {raw:>8.0} /s");
    let provider = InstantProvider::default();
    let app = open(folder.path(), provider.clone()).await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(app.worker.clone().run(stop.clone()));
    let people = people(&app).await;
    run(&app, &people, 300).await;
    let empty = run(&app, &people, GENERATIONS).await;
    println!(
        "whole pipeline, empty table                       {empty:>8.0} generations/s   {:.2} of raw commits",
        empty / raw
    );
    latency(&app, people[0], &provider).await;
    fill(&app.db).await;
    run(&app, &people, 300).await;
    let full = run(&app, &people, GENERATIONS).await;
    println!(
        "whole pipeline, {MILLION} generations in the table  {full:>8.0} generations/s   {:.2} of the empty table's",
        full / empty
    );
    stop.cancel();
    worker.await.expect("the worker ends");
    let breaches = aisora::server::credits::audit(&app.db)
        .await
        .expect("the audit runs");
    assert!(breaches.is_empty(), "{breaches:#?}");
    println!("audit: every credit is accounted for");
}

async fn open(folder: &Path, provider: InstantProvider) -> App {
    let environment = |name: &str| match name {
        "AISORA_DATA_DIR" => Some(folder.join("data").display().to_string()),
        "AISORA_CREDITS_WELCOME" => Some("1000000".into()),
        "AISORA_WORKER_PER_USER" => Some("64".into()),
        _ => None,
    };
    let config = Config::load(None, &environment, None).expect("a configuration");
    let parts = Parts {
        providers: vec![Arc::new(provider)],
        ..Parts::default()
    };
    App::open(config, true, parts).await.expect("the server opens")
}

async fn people(app: &App) -> Vec<UserId> {
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        people.push(
            app.identity
                .create(&format!("p{n}@example.org"), "seven quiet lamps burn", false)
                .await
                .expect("a person"),
        );
    }
    people
}

async fn form(app: &App, person: UserId) -> ComposerForm {
    let mut form = ComposerForm {
        prompt: "a paper boat".into(),
        model: MODEL.into(),
        size: SIZE.to_string(),
        seconds: "1".into(),
        takes: "1".into(),
        ..ComposerForm::default()
    };
    form.quote = app.generations.quote(person, &form).await.expect("a quote").token;
    form
}

/// Creates so many, waits until each has succeeded, and says how many that were a second.
async fn run(app: &App, people: &[UserId], generations: usize) -> f64 {
    let began = Instant::now();
    let each = generations / people.len();
    let people = people.iter().map(|person| {
        let (app, person) = (app.clone(), *person);
        tokio::spawn(async move {
            let after = aisora::server::db::events::head(&app.db, person.0)
                .await
                .expect("a head");
            let mut stream = Stream::new(&app.hub, app.db.clone(), person, after);
            let (mut created, mut ended) = (0, 0);
            while ended < each {
                while created < each && created - ended < WINDOW {
                    let form = form(&app, person).await;
                    app.generations.create(person, &form).await.expect("created");
                    created += 1;
                }
                let event = stream.next().await.expect("the table");
                if event.state.is_terminal() {
                    assert_eq!(event.state, State::Succeeded, "{event:?}");
                    ended += 1;
                }
            }
        })
    });
    for person in people.collect::<Vec<_>>() {
        person.await.expect("all succeeded");
    }
    let seconds = began.elapsed().as_secs_f64();
    f64::from(u32::try_from(each * PEOPLE).expect("small")) / seconds
}

/// From the poll that said done to the event in the stream, less the download: one at a time, nothing else going on.
async fn latency(app: &App, person: UserId, provider: &InstantProvider) {
    let mut times = Vec::new();
    for _ in 0..100 {
        let after = aisora::server::db::events::head(&app.db, person.0)
            .await
            .expect("a head");
        let mut stream = Stream::new(&app.hub, app.db.clone(), person, after);
        let form = form(app, person).await;
        app.generations.create(person, &form).await.expect("created");
        loop {
            let event = stream.next().await.expect("the table");
            if event.state.is_terminal() {
                break;
            }
        }
        let (done, download) = provider.last();
        times.push(done.elapsed().saturating_sub(download));
    }
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    println!(
        "provider done to stream, on top of the download   {:>8.1} ms median, {:.1} ms p99",
        ms(times[50]),
        ms(times[98])
    );
}

/// A million generations of a thousand other people, each with its hold and its capture.
async fn fill(db: &Db) {
    let Db::Sqlite { write, .. } = db else {
        unreachable!("opened as SQLite")
    };
    let Size { width, height } = SIZE;
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MILLION})
         INSERT INTO generations (id, user_id, quote_id, take, model, model_label, provider, prompt, prompt_search, width, height,
           seconds, seed, caption, credits, state, progress, media_prefix, media_etag, media_bytes, created_at, started_at, finished_at)
         SELECT unhex(printf('0190%028x', i)), unhex(printf('0191%028x', i % 1000)), unhex(printf('0192%028x', i)), 1, '{MODEL}',
           'Instant', 'instant', 'a paper boat ' || i, 'a paper boat ' || i, {width}, {height}, 1, i, 0, 0, 'succeeded', 100, 'x', 'y',
           5000, 1700000000000 + i, 1700000000000 + i, 1700000000500 + i FROM n"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(write)
        .await
        .expect("a million rows");
    let balances = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
         INSERT INTO ledger_balances (user_id, available, held, seq)
         SELECT unhex(printf('0191%028x', i)), 1000, 0, 1000 FROM n";
    sqlx::query(balances).execute(write).await.expect("balances");
    let postings = format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {MILLION} - 1)
         INSERT INTO ledger_postings (id, user_id, seq, kind, debit, credit, credits, reference, reason, available_after, at)
         SELECT unhex(printf('0193%028x', i)), unhex(printf('0191%028x', i % 1000)), i / 1000 + 1, 'grant', 'issued', 'available', 1,
           '', '', i / 1000 + 1, 1700000000000 + i FROM n"
    );
    sqlx::query(sqlx::AssertSqlSafe(postings))
        .execute(write)
        .await
        .expect("a million postings");
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(write)
        .await
        .expect("folded");
}
