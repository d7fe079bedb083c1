//! The door of programs: videos created a second by `POST /v1/videos`, SQLite on disk, one core for the server, against
//! the raw commit rate of the same disk; and what one look at a video costs, against a bare handler with the same bytes.
//!
//! `make build && cargo bench --features ssr --bench videos` (Linux; it reads /proc and pins the server with taskset)

#[path = "support/bare.rs"]
mod bare;
#[path = "support/disk.rs"]
mod disk;
#[path = "support/load.rs"]
mod load;
#[path = "support/proc.rs"]
mod proc;
#[path = "support/program.rs"]
mod program;

use aisora::model::keys::KeyForm;
use aisora::server::{
    config::Config,
    credits::audit,
    state::{App, Parts},
};
use bare::BareServer;
use load::{fetch, load};
use proc::proc;
use program::Program;
use std::{path::Path, time::Duration};

const PEOPLE: usize = 16;
const PRICES: (&str, &str) = ("AISORA_BUILTIN_CREDITS_PER_SECOND", "64x64=1");
const BODY: &str =
    r#"{"prompt": "a paper boat in the rain", "model": "builtin", "size": "64x64", "seconds": "1"}"#;

#[tokio::main]
async fn main() {
    if BareServer::is_asked_for() {
        return BareServer::serve().await;
    }
    let folder = tempfile::Builder::new()
        .prefix("aisora-bench")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
        .expect("a folder on the disk");
    let raw = disk::commits(folder.path()).await;
    println!("raw commits of one small row, synchronous=FULL    {raw:>8.0} /s");
    let app = open(folder.path()).await;
    let keys = keys(&app).await;
    // Without a worker nothing is made: what is measured is the creating.
    let settings = [PRICES, ("AISORA_API_REQUESTS_PER_MINUTE", "10000000")];
    let program = Program::start(folder.path(), &["--no-worker"], &settings).await;
    creating(&program, &keys, raw).await;
    looking(&program, &keys[0]).await;
    drop(program);
    let breaches = audit(&app.db).await.expect("the audit runs");
    assert!(breaches.is_empty(), "{breaches:#?}");
    println!("audit: every credit is accounted for");
}

async fn open(folder: &Path) -> App {
    let environment = |name: &str| match name {
        "AISORA_DATA_DIR" => Some(folder.join("data").display().to_string()),
        "AISORA_CREDITS_WELCOME" => Some("1000000".into()),
        name if name == PRICES.0 => Some(PRICES.1.into()),
        _ => None,
    };
    let config = Config::load(None, &environment, None).expect("a configuration");
    App::open(config, true, Parts::default())
        .await
        .expect("the server opens")
}

/// A key for each of some people.
async fn keys(app: &App) -> Vec<String> {
    let mut keys = Vec::new();
    for n in 0..PEOPLE {
        let person = app
            .identity
            .create(&format!("p{n}@example.org"), "seven quiet lamps burn", false)
            .await
            .expect("a person");
        let form = KeyForm {
            name: "bench".into(),
            create: "on".into(),
            read: "on".into(),
            ..KeyForm::default()
        };
        keys.push(app.keys.create(person, &form).await.expect("a key").key);
    }
    keys
}

fn request(program: &Program, key: &str, line: &str, body: &str) -> String {
    let length = body.len();
    let address = &program.address;
    format!(
        "{line} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
}

async fn creating(program: &Program, keys: &[String], raw: f64) {
    let create = |key: &String| request(program, key, "POST /v1/videos", BODY);
    let requests: Vec<_> = keys.iter().map(create).collect();
    let (rate, cpu) = measure(program, &requests).await;
    println!(
        "POST /v1/videos, SQLite on disk, one core         {rate:>8.0} /s   {cpu:.2} ms of the core each, {:.2} of the raw commits",
        rate / raw
    );
}

async fn looking(program: &Program, key: &str) {
    let video = fetch(&program.address, &request(program, key, "POST /v1/videos", BODY)).await;
    let video: serde_json::Value = serde_json::from_slice(&video).expect("a video");
    let line = format!("GET /v1/videos/{}", video["id"].as_str().expect("an id"));
    let request = request(program, key, &line, "");
    let answer = fetch(&program.address, &request).await;
    let (rate, cpu) = measure(program, &[request]).await;
    let bare = BareServer::start(&answer).load().await;
    println!(
        "GET /v1/videos/{{id}}, one core                     {rate:>8.0} /s   {cpu:.3} ms of the core each, {:.2} of a bare handler",
        rate / bare
    );
}

/// Answers a second once it is warm, and milliseconds on the processor for each.
async fn measure(program: &Program, requests: &[String]) -> (f64, f64) {
    let time = Duration::from_secs(8);
    load(&program.address, requests, Duration::from_secs(2)).await;
    let before = cpu_seconds(program);
    let rate = load(&program.address, requests, time).await;
    let cpu = cpu_seconds(program) - before;
    (rate, cpu * 1_000.0 / (rate * time.as_secs_f64()))
}

/// Seconds on the processor so far, the program's own and the kernel's for it.
fn cpu_seconds(program: &Program) -> f64 {
    let stat = proc(program, "stat");
    // Behind the name, which may contain anything, come the state and ten more before utime and stime, in hundredths.
    let behind_name = stat.rsplit(')').next().expect("a name");
    let ticks = behind_name.split_whitespace().skip(11).take(2);
    let ticks: u32 = ticks.map(|ticks| ticks.parse::<u32>().expect("a number")).sum();
    f64::from(ticks) / 100.0
}
