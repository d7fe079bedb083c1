//! The real program as browsers meet it: memory when idle, 5,000 open event streams, library pages a second.
//!
//! `make build && cargo bench --features ssr --bench web` (Linux; it reads /proc and pins the server with taskset)

#[path = "support/bare.rs"]
mod bare;
#[path = "support/load.rs"]
mod load;
#[path = "support/proc.rs"]
mod proc;
#[path = "support/program.rs"]
mod program;

use aisora::model::{ids::UserId, live::LiveEvent};
use aisora::server::{
    config::Config,
    db::people::{self, NewUser},
    state::{App, Parts},
};
use bare::BareServer;
use load::{fetch, load};
use proc::proc;
use program::Program;
use serde_json::json;
use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

const STREAMS: usize = 5_000;
const CARDS: usize = 48;

#[tokio::main]
async fn main() {
    if BareServer::is_asked_for() {
        return BareServer::serve().await;
    }
    let folder = tempfile::Builder::new()
        .prefix("aisora-bench")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
        .expect("a folder on the disk");
    let app = open(folder.path()).await;
    let (reader, token) = reader(&app).await;
    let everybody = crowd(&app).await;
    library_cards(&app, reader).await;
    let program = start(folder.path()).await;
    println!(
        "idle server                                       {:>8.1} MB resident",
        resident_kb(&program) / 1024.0
    );
    streams(&program, &everybody).await;
    drop(program);
    library(&start(folder.path()).await, &token).await;
}

async fn start(folder: &Path) -> Program {
    Program::start(folder, &[], &[("AISORA_BUILTIN_CREDITS_PER_SECOND", "64x64=1")]).await
}

/// Memory in use, in kB, as the kernel counts it.
fn resident_kb(program: &Program) -> f64 {
    let status = proc(program, "status");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    kb.expect("VmRSS")
}

async fn open(folder: &Path) -> App {
    let environment = |name: &str| match name {
        "AISORA_DATA_DIR" => Some(folder.join("data").display().to_string()),
        "AISORA_CREDITS_WELCOME" => Some("1000".into()),
        "AISORA_BUILTIN_CREDITS_PER_SECOND" => Some("64x64=1".into()),
        _ => None,
    };
    let config = Config::load(None, &environment, None).expect("a configuration");
    App::open(config, true, Parts::default())
        .await
        .expect("the server opens")
}

async fn reader(app: &App) -> (UserId, String) {
    let person = app
        .identity
        .create("reader@example.org", "seven quiet lamps burn", false)
        .await
        .expect("a person");
    let token = app.identity.start_session(person, None).await.expect("a session");
    (person, token.secret().to_owned())
}

/// People with sessions, without the seconds that five thousand password hashes take.
async fn crowd(app: &App) -> Vec<String> {
    let ids = aisora::server::clock::Ids::new(app.clock.clone());
    let mut tokens = Vec::new();
    for n in 0..STREAMS {
        let (id, email) = (ids.user(), format!("c{n}@example.org"));
        let user = NewUser {
            id: id.0,
            email: &email,
            name: None,
            password_hash: "",
            admin: false,
            age_checked_at: None,
            at: 0,
        };
        let mut tx = app.db.begin().await.expect("a transaction");
        people::add_user(&mut tx, &user).await.expect("a person");
        app.ledger.open(&mut tx, id).await.expect("an account");
        app.ledger
            .grant(&mut tx, id, aisora::model::credits::Credits(10), "bench")
            .await
            .expect("credits");
        tx.commit().await.expect("committed");
        tokens.push(
            app.identity
                .start_session(id, None)
                .await
                .expect("a session")
                .secret()
                .to_owned(),
        );
    }
    tokens
}

/// A library of finished videos, as the page shows it.
async fn library_cards(app: &App, reader: UserId) {
    use aisora::server::db::Db;
    let Db::Sqlite { write, .. } = &app.db else {
        unreachable!("opened as SQLite")
    };
    for n in 0..CARDS {
        let sql = "INSERT INTO generations (id, user_id, quote_id, take, model, model_label, provider, prompt, prompt_search, width,
            height, seconds, seed, caption, credits, state, progress, media_prefix, media_etag, media_bytes, media_stills, created_at,
            started_at, finished_at)
          VALUES ($1, $2, $1, 1, 'builtin', 'Preview renderer', 'builtin', $3, $3, 1280, 720, 4, 7, 0, 0, 'succeeded', 100, 'x', 'y',
            5000000, 1, 1795000000000, 1795000000100, 1795000003000)";
        let prompt =
            format!("First light over a glass sea, a single lantern boat drifting, low fog, take {n}");
        let id = uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n as u128);
        sqlx::query(sql)
            .bind(id)
            .bind(reader.0)
            .bind(prompt)
            .execute(write)
            .await
            .expect("a card");
    }
}

async fn library(program: &Program, token: &str) {
    let request = format!(
        "GET /library HTTP/1.1\r\nhost: {}\r\ncookie: aisora_session={token}\r\naccept: text/html\r\n\r\n",
        program.address
    );
    let page = fetch(&program.address, &request).await;
    let cards = String::from_utf8_lossy(&page).matches("/poster.jpg").count();
    assert!(cards >= CARDS, "{cards} posters on the page");
    let requests = [request];
    load(&program.address, &requests, Duration::from_secs(2)).await;
    let ours = load(&program.address, &requests, Duration::from_secs(8)).await;
    let bare = BareServer::start(&page).load().await;
    println!(
        "library page, 48 cards, {:>6} bytes, one core      {ours:>8.0} requests/s",
        page.len()
    );
    println!(
        "bare axum handler, the same bytes, one core       {bare:>8.0} requests/s   ours is {:.3} of it",
        ours / bare
    );
}

/// Opens all streams, lets everybody create something, and measures each delivery from the server's own time stamp.
async fn streams(program: &Program, tokens: &[String]) {
    let before = resident_kb(program);
    let delays = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for token in tokens {
        let mut stream = TcpStream::connect(&program.address).await.expect("connected");
        let request = format!(
            "GET /events?after=0 HTTP/1.1\r\nhost: {}\r\ncookie: aisora_session={token}\r\n\r\n",
            program.address
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        let delays = delays.clone();
        tasks.push(tokio::spawn(async move { listen(stream, &delays).await }));
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let each = (resident_kb(program) - before) / f64::from(u32::try_from(tokens.len()).expect("small"));
    println!(
        "{} open event streams                          {each:>8.1} kB each",
        tokens.len()
    );
    let client = reqwest::Client::builder().build().expect("a client");
    let mut creators = Vec::new();
    for part in tokens.chunks(tokens.len() / 8) {
        let (client, part, address) = (client.clone(), part.to_vec(), program.address.clone());
        creators.push(tokio::spawn(async move {
            for token in part {
                create(&client, &address, &token).await;
            }
        }));
    }
    for creator in creators {
        creator.await.expect("created");
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut delays = delays.lock().expect("unpoisoned").clone();
    delays.sort_unstable();
    let at = |percent: usize| delays[(delays.len() - 1) * percent / 100];
    let dropped = tasks.iter().filter(|task| task.is_finished()).count();
    println!(
        "delivery of {} first events                       {:>8} ms median, {} ms p99, {dropped} streams dropped",
        delays.len(),
        at(50),
        at(99)
    );
}

/// Notes the delay of the stream's first event, then stays.
async fn listen(stream: TcpStream, delays: &Mutex<Vec<i64>>) {
    let mut stream = BufReader::with_capacity(1_024, stream);
    let mut line = String::new();
    let mut first = true;
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let Some(event) = line.strip_prefix("data: ").filter(|_| first) else {
            continue;
        };
        let event: LiveEvent = serde_json::from_str(event).expect("an event");
        let now = aisora::server::clock::Clock::System.now();
        delays.lock().expect("unpoisoned").push(now - event.at);
        first = false;
    }
}

async fn create(client: &reqwest::Client, address: &str, token: &str) {
    let cookie = format!("aisora_session={token}");
    let mut form =
        json!({ "prompt": "a boat", "model": "builtin", "size": "64x64", "seconds": "1", "takes": "1" });
    let call = async |function: &str, form: &serde_json::Value| {
        let request = client
            .post(format!("http://{address}/api/generation/{function}"))
            .header("cookie", &cookie);
        let answer = request
            .json(&json!({ "form": form }))
            .send()
            .await
            .expect("an answer");
        answer.json::<serde_json::Value>().await.expect("json")
    };
    form["quote"] = call("quote", &form).await["token"].clone();
    let cards = call("create", &form).await;
    assert!(cards.is_array(), "{cards}");
}
