//! The OpenAPI document against the running program: whatever follows from the document is sent, and whatever breaks it.

use crate::{
    crash::Server,
    sdk::{make_key, make_person, tools},
    support::client,
};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

/// Schemathesis makes the requests: no answer may be a 5xx or differ from what the document says, and nothing that the
/// document forbids may be taken. Only one of its checks is left out, that everything the document allows is also
/// accepted: credits run out, limits are reached, and `max_credits` is there to refuse.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_does_what_its_document_says() {
    let schemathesis = tools().join("fuzz/bin/schemathesis");
    if !schemathesis.exists() {
        // Around the test's captured output, so that it is seen.
        let mut error = std::io::stderr();
        let _ = writeln!(
            error,
            "NOT RUN: schemathesis is not installed; scripts/tools test does it"
        );
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::new(folder.path(), None);
    server
        .environment
        .push(("AISORA_API_REQUESTS_PER_MINUTE", "1000000".into()));
    server.start(&client().build().expect("a client")).await;
    make_person(&server);
    let mut command = Command::new(schemathesis);
    command
        .args(["run", &format!("{}/v1/openapi.json", server.address)])
        .args(["--url", &format!("{}/v1", server.address)])
        .args([
            "--header",
            &format!("Authorization: Bearer {}", make_key(&server, &[])),
        ])
        .args([
            "--exclude-checks",
            "positive_data_acceptance",
            "--max-examples",
            "20",
        ])
        .args(["--seed", "1", "--no-color"])
        .current_dir(folder.path())
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::null());
    let output = tokio::task::block_in_place(|| command.output()).expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let tested = said.split("Tested: ").nth(1).and_then(|rest| rest.lines().next());
    let tested: usize = tested
        .and_then(|count| count.trim().parse().ok())
        .expect("a count");
    assert!(tested >= 19, "{said}");
    server.kill();
}
