//! `kill -9` at random moments: afterwards every generation ends, and every credit is accounted for.
//!
//! `AISORA_KILLS` says how often (20 by default; the long mode is `make crash`).

use crate::support::{Emulator, Engine, KEY, LENGTH, PATIENCE, REMOTE, SIZE, postgres_url, site_in};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use reqwest::Client;
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_aisora");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_at_random_moments_lose_nothing_on_sqlite() {
    survive(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_at_random_moments_lose_nothing_on_postgres() {
    if postgres_url().is_none() {
        eprintln!("NOT RUN on PostgreSQL: AISORA_TEST_POSTGRES_URL is not set");
        return;
    }
    survive(Engine::Postgres).await;
}

/// PostgreSQL of its own, which may be restarted without disturbing the other tests.
struct OwnPostgres {
    child: Child,
    url: String,
    restart: String,
}

impl OwnPostgres {
    fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/with-postgres");
        let say = "echo $AISORA_TEST_POSTGRES_URL; echo $AISORA_TEST_POSTGRES_RESTART; exec cat";
        let mut command = Command::new(script);
        command
            .args(["sh", "-c", say])
            .env_remove("AISORA_TEST_POSTGRES_URL");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let lines: Vec<String> = lines
            .map_while(Result::ok)
            .filter(|line| line.contains('/'))
            .take(2)
            .collect();
        let [url, restart] = lines.try_into().unwrap();
        Self { child, url, restart }
    }

    fn restart(&self) {
        assert!(
            Command::new(&self.restart)
                .stdout(Stdio::null())
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        // Its command reads until its input ends; then the script clears everything away.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_of_postgres_under_load_loses_nothing() {
    if postgres_url().is_none() {
        eprintln!("NOT RUN: AISORA_TEST_POSTGRES_URL is not set");
        return;
    }
    let postgres = OwnPostgres::start();
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::new(folder.path(), Some(postgres.url.clone()));
    let client = crate::support::client()
        .timeout(Duration::from_mins(1))
        .build()
        .unwrap();
    server.start(&client).await;
    let visitor = sign_up(&server, &client).await;
    for round in 0..3 {
        for n in 0..4 {
            visitor.create(&format!("storm {round} {n}"), 3).await;
        }
        postgres.restart();
    }
    assert!(
        visitor.create("after the storm", 1).await.is_some(),
        "the server found its database again"
    );
    settle(&server, &visitor, "three restarts").await;
}

/// A server whose model is made elsewhere, by a server that takes three seconds to answer an order.
async fn slow_at_the_door(folder: &Path) -> (Emulator, Server) {
    let maker = Emulator::start("openai").await;
    let file = folder.join("aisora.toml");
    let text = format!(
        "[providers.gpu]\nkind = \"openai_videos\"\npreset = \"openai\"\nbase_url = \"http://{}/v1\"\nkey = \"{KEY}\"\n\
         [[providers.gpu.models]]\nid = \"remote\"\nremote = \"{REMOTE}\"\nsizes = {{ \"{SIZE}\" = 10 }}\nseconds = [{LENGTH}]\n",
        maker.address
    );
    std::fs::write(&file, text).unwrap();
    let mut server = Server::new(folder, None);
    let more = [
        ("AISORA_CONFIG", file.display().to_string()),
        // Nobody dies here, and a slow machine may lose a short lease.
        ("AISORA_WORKER_LEASE_SECONDS", "20".into()),
    ];
    server.environment.extend(more);
    (maker, server)
}

/// A deployment while an order stands at the door: its answer is heard, and what is made is paid for once.
async fn a_deployment_loses_no_order(beside: bool) {
    let folder = tempfile::tempdir().unwrap();
    let (maker, mut server) = slow_at_the_door(folder.path()).await;
    let client = crate::support::client()
        .timeout(Duration::from_mins(1))
        .build()
        .unwrap();
    let arguments: &[&str] = if beside {
        &["serve", "--no-worker"]
    } else {
        &["serve"]
    };
    server.start_as(arguments, &client).await;
    let mut worker = beside.then(|| server.worker());
    let visitor = sign_up(&server, &client).await;
    visitor.order("slow at the door", "remote", 1).await.unwrap();
    let patience = Instant::now() + PATIENCE;
    while maker.seen().orders.is_empty() {
        assert!(Instant::now() < patience, "nobody orders");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told = Instant::now();
    worker.as_mut().unwrap_or(&mut server).end().await;
    assert!(told.elapsed() < Duration::from_secs(10), "{:?}", told.elapsed());
    if beside {
        worker = Some(server.worker());
    } else {
        server.start_as(arguments, &client).await;
    }
    settle(&server, &visitor, "a deployment").await;
    assert_eq!(maker.seen().orders.len(), 1, "ordered once");
    drop(worker);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_of_the_server_loses_no_order() {
    a_deployment_loses_no_order(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_of_a_worker_loses_no_order() {
    a_deployment_loses_no_order(true).await;
}

/// A real server process on its own folder.
pub struct Server {
    pub environment: Vec<(&'static str, String)>,
    pub address: String,
    child: Option<Child>,
}

impl Server {
    pub fn new(folder: &Path, database_url: Option<String>) -> Self {
        let site = site_in(folder);
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut environment = vec![
            ("AISORA_DATA_DIR", folder.join("data").display().to_string()),
            ("AISORA_SITE_DIR", site.display().to_string()),
            ("AISORA_BIND", format!("127.0.0.1:{port}")),
            ("AISORA_BUILTIN_CREDITS_PER_SECOND", "128x72=1".into()),
            ("AISORA_WORKER_LEASE_SECONDS", "2".into()),
            ("AISORA_WORKER_PER_USER", "4".into()),
            ("AISORA_CREDITS_WELCOME", "100000".into()),
            ("AISORA_LOG", "warn".into()),
        ];
        environment.extend(database_url.map(|url| ("AISORA_DATABASE_URL", url)));
        Self {
            environment,
            address: format!("http://127.0.0.1:{port}"),
            child: None,
        }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .envs(self.environment.iter().map(|(key, value)| (key, value)));
        command
    }

    pub async fn start(&mut self, client: &Client) {
        self.start_as(&["serve"], client).await;
    }

    async fn start_as(&mut self, arguments: &[&str], client: &Client) {
        self.child = Some(self.command(arguments).stdout(Stdio::null()).spawn().unwrap());
        let patience = Instant::now() + PATIENCE;
        while client
            .get(format!("{}/healthz", self.address))
            .send()
            .await
            .is_err()
        {
            assert!(Instant::now() < patience, "the server does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A worker beside it, as a process of its own.
    fn worker(&self) -> Self {
        Self {
            environment: self.environment.clone(),
            address: self.address.clone(),
            child: Some(self.command(&["worker"]).spawn().unwrap()),
        }
    }

    /// SIGTERM, as service managers send it.
    async fn end(&mut self) {
        let child = self.child.as_mut().unwrap();
        let id = child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.unwrap().success());
        let patience = Instant::now() + PATIENCE;
        while child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < patience, "it does not stop");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.child = None;
    }

    /// SIGKILL: no handler, no farewell.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A person at the server; every call may fail, because the server is killed all the time.
struct Visitor {
    client: Client,
    address: String,
    cookie: String,
}

impl Visitor {
    async fn call(&self, function: &str, body: Value) -> Option<Value> {
        let request = self
            .client
            .post(format!("{}/api/{function}", self.address))
            .header("cookie", &self.cookie);
        request.json(&body).send().await.ok()?.json().await.ok()
    }

    async fn create(&self, prompt: &str, takes: u32) -> Option<()> {
        self.order(prompt, "builtin", takes).await
    }

    async fn order(&self, prompt: &str, model: &str, takes: u32) -> Option<()> {
        let mut form = json!({ "prompt": prompt, "model": model, "size": "128x72", "seconds": "1", "takes": takes.to_string() });
        let quote = self.call("generation/quote", json!({ "form": form })).await?;
        form["quote"] = quote["token"].clone();
        self.call("generation/create", json!({ "form": form }))
            .await
            .map(|_| ())
    }

    async fn alive(&self) -> Option<usize> {
        let snapshot = self.call("generation/snapshot", json!({})).await?;
        let ended = |card: &&Value| {
            ["succeeded", "failed", "blocked", "cancelled"]
                .iter()
                .any(|state| card["state"] == *state)
        };
        Some(
            snapshot["cards"]
                .as_array()?
                .iter()
                .filter(|card| !ended(card))
                .count(),
        )
    }
}

async fn survive(engine: Engine) {
    let kills: u32 = std::env::var("AISORA_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(20);
    let folder = tempfile::tempdir().unwrap();
    let database_url = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(crate::support::fresh_postgres().await),
    };
    let mut server = Server::new(folder.path(), database_url);
    let client = crate::support::client()
        .timeout(Duration::from_mins(1))
        .build()
        .unwrap();
    server.start(&client).await;
    let visitor = sign_up(&server, &client).await;
    // The seed is printed, so that a bad run can be repeated.
    let seed = rand::rng().random_range(0..u64::MAX);
    eprintln!("{engine:?}: {kills} kills with seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    for kill in 0..kills {
        for n in 0..random.random_range(1..4) {
            visitor
                .create(&format!("storm {kill} {n}"), random.random_range(1..4))
                .await;
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(0..900))).await;
        server.kill();
        server.start(&client).await;
    }
    settle(&server, &visitor, &format!("seed {seed}")).await;
}

async fn sign_up(server: &Server, client: &Client) -> Visitor {
    let form = "email=ada%40example.org&password=seven+quiet+lamps+burn&name=&born=1990-01-01";
    let request = client.post(format!("{}/sign-up", server.address)).body(form);
    let answer = request
        .header("content-type", "application/x-www-form-urlencoded")
        .send()
        .await
        .unwrap();
    let cookie = answer.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    Visitor {
        client: client.clone(),
        address: server.address.clone(),
        cookie,
    }
}

/// Everything ends, nothing is on hold, every credit is accounted for, and no video was lost.
async fn settle(server: &Server, visitor: &Visitor, story: &str) {
    let patience = Instant::now() + PATIENCE;
    while visitor.alive().await != Some(0) {
        assert!(Instant::now() < patience, "some generations never end ({story})");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let balance = server
        .command(&["user", "balance", "--email", "ada@example.org", "--json"])
        .output()
        .unwrap();
    let balance: Value = serde_json::from_slice(&balance.stdout).unwrap();
    assert_eq!(balance["held"], 0, "{story}");
    let audit = server.command(&["audit"]).output().unwrap();
    assert!(
        audit.status.success(),
        "{story}: {}",
        String::from_utf8_lossy(&audit.stdout)
    );
    let library = visitor
        .call("gallery/library", json!({ "query": { "show": "not-made" } }))
        .await
        .unwrap();
    let lost = library["cards"].as_array().unwrap().clone();
    assert!(
        lost.is_empty(),
        "the built-in renderer simply renders again ({story}): {lost:#?}"
    );
}
