//! `aisora generate` as people and scripts use it: the program itself, against the real server, against one whose
//! provider is played, and against servers that do everything wrong.

mod odd;

use crate::{
    api::Program,
    crash::Server,
    sdk::{make_key, make_person},
    support::{Engine, Play, Setup, WebServer},
};
use aisora::server::media;
use odd::Odd;
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// What it says while nobody answers.
const AWAY: &str = "The server does not answer; trying again…\n";

/// Somebody with a key, in a folder of their own.
struct Client {
    folder: TempDir,
    server: String,
    key: String,
}

/// What the program said and ended with.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Client {
    fn of(server: &str, key: &str) -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            server: server.into(),
            key: key.into(),
        }
    }

    /// The program with nothing around it but the server's address and the key.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aisora"));
        command
            .arg("generate")
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            // It would not even start if it read this.
            .env("AISORA_CONFIG", "/nowhere/aisora.toml")
            .env("AISORA_SERVER", &self.server)
            .env("AISORA_API_KEY", &self.key)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let output = tokio::task::block_in_place(|| self.command(arguments).output());
        self.said(output.expect("the program runs"))
    }

    fn said(&self, output: Output) -> Said {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        let said = Said {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(
            !said.out.contains(&self.key) && !said.err.contains(&self.key),
            "the key is never shown: {said:?}"
        );
        said
    }

    /// What it prints for scripts: one object and nothing else.
    fn object(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let said = self.run(&[arguments, &["--json"]].concat());
        (said.code, said.object())
    }

    /// Starts it, and waits until the order was taken.
    fn started(&self, arguments: &[&str]) -> (Child, String) {
        let mut child = self.command(arguments).spawn().expect("the program runs");
        let mut stderr = BufReader::new(child.stderr.take().expect("its stderr"));
        let mut line = String::new();
        tokio::task::block_in_place(|| stderr.read_line(&mut line)).expect("a line");
        let id = line.split([' ', ',']).nth(1).expect("an id").to_owned();
        assert!(line.starts_with("Started video_"), "{line}");
        child.stderr = Some(stderr.into_inner());
        (child, id)
    }

    fn ended(&self, child: Child) -> Said {
        let output = tokio::task::block_in_place(|| child.wait_with_output());
        self.said(output.expect("it ends"))
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("a folder");
        let name = |entry: std::fs::DirEntry| entry.file_name().into_string().expect("a name");
        let mut files: Vec<_> = entries.map(|entry| name(entry.expect("an entry"))).collect();
        files.sort();
        files
    }

    /// Its file is a whole video of one second.
    fn has_video(&self, name: &str) {
        let facts = media::inspect(&self.folder.path().join(name)).expect("a video");
        assert_eq!((facts.width, facts.height), (128, 72));
        assert!((900..=1_100).contains(&facts.duration_ms), "{facts:?}");
    }
}

impl Said {
    fn object(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The real server with a person, and a client with a key for it.
async fn real(folder: &Path) -> (Server, Client) {
    let mut server = Server::new(folder, None);
    server
        .start(&crate::support::client().build().expect("a client"))
        .await;
    make_person(&server);
    let client = Client::of(&server.address, &make_key(&server, &[]));
    (server, client)
}

fn balance(server: &Server) -> Value {
    let arguments = ["user", "balance", "--email", "ada@example.org", "--json"];
    let output = server.command(&arguments).output().expect("the command runs");
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prompt_becomes_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, client) = real(folder.path()).await;

    let said = client.run(&["a paper boat", "--seconds", "1", "--seed", "7", "--yes"]);
    assert_eq!(
        (said.code, said.out.as_str()),
        (Some(0), "a-paper-boat-128x72-1s.mp4\n"),
        "{said:?}"
    );
    assert!(
        said.err.contains("1 credit on hold") && said.err.contains("1 credit charged"),
        "{said:?}"
    );
    client.has_video("a-paper-boat-128x72-1s.mp4");

    let (code, told) = client.object(&[
        "a paper boat",
        "--model",
        "builtin",
        "--size",
        "128x72",
        "--seconds",
        "1",
        "--max-credits",
        "1",
        "--yes",
        "-o",
        "boat.mp4",
    ]);
    assert_eq!(code, Some(0), "{told}");
    let id = told["id"].as_str().expect("an id");
    assert_eq!(
        told,
        json!({ "id": id, "status": "completed", "credits": 1, "file": "boat.mp4", "seconds_taken": told["seconds_taken"] })
    );
    assert!(told["seconds_taken"].is_i64());
    client.has_video("boat.mp4");

    // The usual name is taken: the video comes under its id, and nothing is overwritten.
    let said = client.run(&["--resume", id]);
    assert_eq!((said.code, said.out), (Some(0), format!("{id}.mp4\n")));
    let said = client.run(&["--resume", id, "-o", "boat.mp4"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("--force"), "{said:?}");
    std::fs::write(client.folder.path().join("boat.mp4"), "old").expect("written");
    assert_eq!(
        client.run(&["--resume", id, "-o", "boat.mp4", "--force"]).code,
        Some(0)
    );
    client.has_video("boat.mp4");

    let files = [
        "a-paper-boat-128x72-1s.mp4".to_owned(),
        "boat.mp4".into(),
        format!("{id}.mp4"),
    ];
    assert_eq!(
        client.files(),
        files,
        "no parts are left, and no database was opened"
    );
    assert_eq!(balance(&server), json!({ "available": 99_998, "held": 0 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_made_says_why_and_holds_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, client) = real(folder.path()).await;
    let boat = |more: &[&'static str]| {
        let (code, told) = client.object(&[&["a boat"], more].concat());
        let text = |name: &str| told["error"][name].as_str().unwrap_or_default().to_owned();
        assert!(text("message").ends_with(['.', '?']), "{told}");
        (code.expect("a code"), text("code"), text("param"))
    };
    let told = |code, word: &str, param: &str| (code, word.to_owned(), param.to_owned());

    assert_eq!(
        boat(&["--seconds", "2", "--max-credits", "1", "--yes"]),
        told(3, "too_expensive", "max_credits")
    );
    assert_eq!(
        boat(&["--seconds", "1"]),
        told(2, "not_agreed", "yes"),
        "there is no terminal"
    );
    assert_eq!(
        boat(&["--size", "1x1", "--yes"]),
        told(2, "invalid_value", "size")
    );
    assert_eq!(
        boat(&["--size", "wide", "--yes"]),
        told(2, "invalid_value", "size")
    );
    assert_eq!(
        boat(&["--seconds", "soon", "--yes"]),
        told(2, "invalid_value", "seconds")
    );
    assert_eq!(boat(&["--seed", "-1", "--yes"]), told(2, "invalid_value", "seed"));
    assert_eq!(
        boat(&["--model", "sora", "--yes"]),
        told(2, "invalid_value", "model")
    );
    assert_eq!(
        boat(&["--yes", "-o", "no/such/folder/boat.mp4"]),
        told(2, "not_writable", "output")
    );
    assert_eq!(
        boat(&["--yes", "--key", "sk-wrong"]),
        told(4, "invalid_api_key", "")
    );
    assert_eq!(
        boat(&["--yes", "--key", "sk wrong"]),
        told(4, "invalid_api_key", "")
    );
    assert_eq!(
        boat(&["--yes", "--server", "localhost"]),
        told(2, "invalid_value", "server")
    );
    let (code, none) = client.object(&["--resume", "video_0"]);
    assert_eq!((code, &none["error"]["code"]), (Some(2), &json!("not_found")));
    let (code, empty) = client.object(&[" ", "--yes"]);
    assert_eq!((code, &empty["error"]["param"]), (Some(2), &json!("prompt")));

    let reader = Client::of(&server.address, &make_key(&server, &["--scopes", "read"]));
    assert_eq!(reader.run(&["a boat", "--yes"]).code, Some(4));
    let capped = Client::of(&server.address, &make_key(&server, &["--monthly-cap", "1"]));
    let (code, cap) = capped.object(&["a boat", "--seconds", "2", "--yes"]);
    assert_eq!(
        (code, &cap["error"]["code"]),
        (Some(3), &json!("monthly_cap_reached"))
    );
    let mut without_key = client.command(&["a boat", "--yes"]);
    let output = without_key
        .env_remove("AISORA_API_KEY")
        .output()
        .expect("it runs");
    let said = client.said(output);
    assert_eq!(said.code, Some(4));
    assert!(said.err.contains("/account/keys"), "{said:?}");

    assert_eq!(client.run(&[]).code, Some(2), "neither prompt nor --resume");
    assert!(client.files().is_empty());
    assert_eq!(balance(&server), json!({ "available": 100_000, "held": 0 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_and_comes_back_is_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut server, client) = real(folder.path()).await;
    let (mut child, id) = client.started(&["a boat", "--seconds", "1", "--yes", "-o", "boat.mp4", "--json"]);
    server.kill();
    // Longer than the pause until the next look, so that some find nobody.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(child.try_wait().expect("a child").is_none(), "it waits");
    server
        .start(&crate::support::client().build().expect("a client"))
        .await;
    let said = client.ended(child);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(said.object()["id"], json!(id));
    let waited = said.err.split(AWAY).collect::<Vec<_>>();
    assert!(waited.len() == 2 && waited[1].contains("Ready"), "{said:?}");
    client.has_video("boat.mp4");
    assert_eq!(balance(&server), json!({ "available": 99_999, "held": 0 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_leaves_the_work_running_and_says_how_to_go_on() {
    let mut server = WebServer::start(Engine::Sqlite).await;
    let program = Program::of(&server).await;
    let client = Client::of(&server.address, &program.key);
    let (child, id) = client.started(&["a boat", "--yes", "-o", "my boat.mp4"]);
    let kill = format!("kill -INT {}", child.id());
    assert!(
        Command::new("sh")
            .args(["-c", &kill])
            .status()
            .expect("a shell")
            .success()
    );
    let said = client.ended(child);
    assert_eq!(said.code, Some(130), "{said:?}");
    let go_on = format!("aisora generate --resume {id} -o 'my boat.mp4'\n");
    assert!(said.err.ends_with(&go_on), "{said:?}");
    server.test.work();
    assert_eq!(client.run(&["--resume", &id, "-o", "my boat.mp4"]).code, Some(0));
    client.has_video("my boat.mp4");
    server.test.audit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_video_that_does_not_work_out_is_told_and_not_charged() {
    let mut server = WebServer::start(Engine::Sqlite).await;
    server.test.work();
    let program = Program::of(&server).await;
    let client = Client::of(&server.address, &program.key);
    for (prompt, code) in [("refuse", "provider_refused"), ("block", "moderation_blocked")] {
        let said = client.run(&[prompt, "--yes", "--json"]);
        let told = said.object();
        assert_eq!(said.code, Some(1), "{said:?}");
        assert_eq!(
            (
                &told["status"],
                &told["credits"],
                &told["file"],
                &told["error"]["code"]
            ),
            (&json!("failed"), &json!(0), &json!(null), &json!(code))
        );
        assert!(
            said.err.contains("Nothing was charged") && !said.err.contains("--resume"),
            "{said:?}"
        );
    }
    assert_eq!(server.test.balance(program.user).await, (200, 0));
    let (code, told) = client.object(&[
        "a boat",
        "--model",
        "builtin",
        "--seconds",
        "3",
        "--yes",
        "--max-credits",
        "1000",
    ]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(told["credits"], 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_few_credits_are_told_before_anything_starts() {
    let server = WebServer::start(Engine::Sqlite).await;
    let program = Program::of(&server).await;
    let client = Client::of(&server.address, &program.key);
    for _ in 0..20 {
        program.create("a boat").await;
    }
    let (code, told) = client.object(&["a boat", "--yes"]);
    assert_eq!(
        (code, &told["error"]["code"]),
        (Some(3), &json!("insufficient_credits"))
    );
    assert_eq!(server.test.balance(program.user).await, (0, 200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_there_and_nonsense_are_told_at_once() {
    let began = Instant::now();
    let nobody = Client::of("http://127.0.0.1:9", "sk-x");
    let said = nobody.run(&["a boat", "--yes", "--json"]);
    assert_eq!(
        (said.code, &said.object()["error"]["code"]),
        (Some(5), &json!("unreachable"))
    );
    assert!(said.err.contains("AISORA_SERVER"), "{said:?}");
    for (path, code) in [
        ("page", "bad_answer"),
        ("empty", "bad_answer"),
        ("list", "bad_answer"),
        ("redirect", "redirected"),
        ("broken", "bad_answer"),
        ("cut", "unreachable"),
    ] {
        let odd = Odd::start().await;
        let client = Client::of(&format!("{}/{path}", odd.address), "sk-x");
        let (exit, told) = client.object(&["a boat", "--yes"]);
        assert_eq!(
            (exit, &told["error"]["code"]),
            (Some(5), &json!(code)),
            "{path}: {told}"
        );
        assert!(client.files().is_empty());
    }
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_sent_again_under_one_name_and_a_cut_file_is_taken_up_again() {
    let odd = Odd::start().await;
    let client = Client::of(&odd.address, "sk-x");
    let said = client.run(&["a boat", "--yes"]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "odd.mp4\n"), "{said:?}");
    client.has_video("odd.mp4");
    let told = format!(
        "{AWAY}Started video_odd, 3 credits on hold.\nWaiting in line\n{AWAY}Rendering\nFetching the video\nReady.\n"
    );
    assert_eq!(said.err, told);
    let seen = odd.seen();
    assert_eq!(seen.orders.len(), 3, "two tries found the door closed");
    assert!(
        seen.orders
            .iter()
            .all(|name| name.len() == 32 && *name == seen.orders[0])
    );
    assert_eq!(seen.ranges.len(), 2);
    assert!(seen.ranges[1].starts_with("bytes="), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_video_starts_from_a_picture() {
    let play = Play::default().offering(|offer| offer.model.input_reference = true);
    let setup = Setup {
        play: Some(play.clone()),
        ..Setup::default()
    };
    let mut server = WebServer::with(Engine::Sqlite, setup).await;
    server.test.work();
    let program = Program::of(&server).await;
    let client = Client::of(&server.address, &program.key);
    let file = client.folder.path().join("boat.png");
    image::RgbImage::from_pixel(300, 100, image::Rgb([9, 90, 200]))
        .save_with_format(&file, image::ImageFormat::Png)
        .expect("saved");
    let said = client.run(&["a boat", "--yes", "--input-reference", "boat.png", "-o", "a.mp4"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(play.orders.lock().unwrap()[0].picture.is_some());
    for (name, words) in [("nowhere.png", "cannot be read"), ("a.mp4", "no picture")] {
        let (code, told) = client.object(&["a boat", "--yes", "--input-reference", name, "-o", "b.mp4"]);
        assert_eq!(
            (code, &told["error"]["param"]),
            (Some(2), &json!("input_reference")),
            "{told}"
        );
        assert!(
            told["error"]["message"].as_str().unwrap().contains(words),
            "{told}"
        );
    }
    assert_eq!(play.orders.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_pipe_is_no_reason_to_panic() {
    let mut server = WebServer::start(Engine::Sqlite).await;
    server.test.work();
    let program = Program::of(&server).await;
    let client = Client::of(&server.address, &program.key);
    let mut child = client
        .command(&["a boat", "--yes", "--json", "-o", "boat.mp4"])
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let mut stderr = child.stderr.take().expect("its stderr");
    let mut words = String::new();
    tokio::task::block_in_place(|| stderr.read_to_string(&mut words)).expect("text");
    let status = tokio::task::block_in_place(|| child.wait()).expect("it ends");
    assert_eq!(status.code(), Some(0), "{words}");
    assert!(!words.contains("panicked"), "{words}");
    client.has_video("boat.mp4");
}
