//! The official OpenAI clients for Python and Node, as they are, against the real program (`tests/sdk/`).
//! `make test` installs them; where they are not, this says so loudly and passes.

use crate::crash::Server;
use serde_json::Value;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk");
/// What both scripts print, line by line.
const WORKS: &str = "create_and_poll\nretrieve\nraw response\npoll\ndownload_content\nremix\nextend\nlist\nidempotency\ndelete\n404\n400\n\
                     400 for a picture\n401\n402\n403\n429\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_for_python_works_unchanged() {
    let python = python("sdk");
    let script = format!("{FOLDER}/check.py");
    run(
        "Python",
        Command::new(&python).args(["-c", "import openai"]),
        Command::new(&python).arg(script),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_for_node_works_unchanged() {
    let mut there = Command::new("node");
    there
        .args(["--input-type=module", "-e", "import 'openai'"])
        .current_dir(FOLDER);
    run(
        "Node",
        &mut there,
        Command::new("node").arg("check.mjs").current_dir(FOLDER),
    )
    .await;
}

/// Where `scripts/tools` puts what it installs: beside the program under test.
pub fn tools() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_aisora"));
    let target = program.ancestors().nth(2).expect("a folder of a folder");
    target.join("tools")
}

/// The Python with the packages that `scripts/tools` installed for something; else the machine's own, which may have them.
pub fn python(packages: &str) -> PathBuf {
    let own = tools().join(packages).join("bin/python3");
    if own.exists() { own } else { "python3".into() }
}

async fn run(name: &str, there: &mut Command, script: &mut Command) {
    let there = there.stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        // Around the test's captured output, so that it is seen.
        let mut error = std::io::stderr();
        let _ = writeln!(
            error,
            "NOT RUN: the OpenAI client for {name} is not installed; scripts/tools test does it"
        );
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::new(folder.path(), None);
    server
        .environment
        .push(("AISORA_API_REQUESTS_PER_MINUTE", "200".into()));
    server
        .start(&crate::support::client().build().expect("a client"))
        .await;
    make_person(&server);
    let key = |more: &[&str]| make_key(&server, more);
    script
        .env("AISORA_URL", &server.address)
        .env("AISORA_KEY", key(&[]))
        .env("AISORA_KEY_CAPPED", key(&["--monthly-cap", "1"]))
        .env("AISORA_KEY_READ", key(&["--scopes", "read"]))
        // Nothing but the server under test is asked.
        .env("NO_PROXY", "127.0.0.1");
    let output = script.output().expect("the script runs");
    let (told, complaints) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{name}:\n{told}\n{complaints}");
    assert_eq!(told, WORKS, "{name}");
    let audit = server.command(&["audit"]).output().expect("the audit runs");
    assert!(
        audit.status.success(),
        "{}",
        String::from_utf8_lossy(&audit.stdout)
    );
}

pub fn make_person(server: &Server) {
    let mut command = server.command(&["user", "create", "--email", "ada@example.org", "--password-stdin"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the command runs");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(b"seven quiet lamps burn\n").expect("written");
    drop(input);
    assert!(child.wait().expect("it ends").success());
}

pub fn make_key(server: &Server, more: &[&str]) -> String {
    let mut arguments = vec![
        "key",
        "create",
        "--email",
        "ada@example.org",
        "--name",
        "sdk",
        "--json",
    ];
    arguments.extend(more);
    let output = server.command(&arguments).output().expect("the command runs");
    let made: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(made.as_object().map(serde_json::Map::len), Some(2), "id and key");
    assert!(made["id"].is_string());
    made["key"].as_str().expect("a key").to_owned()
}

#[test]
fn keys_are_listed_and_revoked_by_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::new(folder.path(), None);
    make_person(&server);
    let key = make_key(&server, &["--scopes", "read", "--monthly-cap", "7"]);
    let list = || {
        let output = server
            .command(&["key", "list", "--email", "ada@example.org", "--json"])
            .output()
            .expect("the command runs");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(!text.contains(&key), "the key itself is shown once");
        serde_json::from_str::<Value>(&text).expect("JSON")[0].clone()
    };
    let listed = list();
    assert_eq!(
        (&listed["scopes"][0], &listed["monthly_cap"]),
        (&"read".into(), &7.into())
    );
    let id = listed["id"].as_str().expect("an id").to_owned();
    let revoke = |id: &str| {
        server
            .command(&["key", "revoke", "--id", id])
            .output()
            .expect("it runs")
            .status
    };
    assert!(revoke(&id).success());
    assert!(list()["revoked_at"].is_i64());
    assert!(
        !revoke("01890000-0000-7000-8000-000000000000").success(),
        "unknown"
    );
    for wrong in [["--name", ""], ["--scopes", "fly"], ["--monthly-cap", "0"]] {
        let mut arguments = vec!["key", "create", "--email", "ada@example.org", "--name", "x"];
        if wrong[0] == "--name" {
            arguments.truncate(4);
        }
        arguments.extend(wrong);
        let output = server.command(&arguments).output().expect("it runs");
        assert!(!output.status.success() && output.stdout.is_empty(), "{wrong:?}");
    }
}
