//! Live progress over HTTP: in order, without holes, resumable, to every tab, across processes.

use crate::support::{Browser, Engine, PATIENCE, Setup, WebServer, site_in};
use aisora::model::{ids::UserId, live::LiveEvent};
use futures::StreamExt as _;
use reqwest::Method;
use std::{
    net::TcpListener,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

crate::on_both_engines!(
    two_tabs_see_the_same_events_in_order,
    a_stream_resumes_where_it_broke,
    work_of_another_process_is_heard_of,
    nobody_hears_of_somebody_elses_work,
    who_has_heard_what_never_was_begins_anew,
);

/// Reads events from an open stream until `enough` says so.
async fn read(browser: &Browser, after: i64, enough: impl Fn(&[LiveEvent]) -> bool) -> Vec<LiveEvent> {
    let request = browser
        .request(Method::GET, "/events")
        .header("last-event-id", after.to_string());
    let answer = browser.send(request).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut body = answer.bytes_stream();
    let mut text = String::new();
    let mut events: Vec<LiveEvent> = Vec::new();
    let patience = tokio::time::sleep(PATIENCE);
    tokio::pin!(patience);
    while !enough(&events) {
        tokio::select! {
            piece = body.next() => text.push_str(std::str::from_utf8(&piece.expect("open").expect("bytes")).expect("text")),
            () = &mut patience => panic!("after {PATIENCE:?}: {events:#?}"),
        }
        while let Some((event, rest)) = text.split_once("\n\n") {
            if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) {
                events.push(serde_json::from_str(data).expect("an event"));
            }
            text = rest.to_owned();
        }
    }
    events
}

fn has_end(events: &[LiveEvent]) -> bool {
    events.last().is_some_and(|event| event.state.is_terminal())
}

fn gapless(events: &[LiveEvent], first: i64) {
    for (seq, event) in (first..).zip(events) {
        assert_eq!(event.seq, seq, "{events:#?}");
    }
}

async fn person(server: &WebServer, email: &str) -> (Browser, UserId) {
    let browser = server.signed_up(email).await;
    (
        browser,
        server.test.app.identity.find(email).await.expect("the person"),
    )
}

async fn two_tabs_see_the_same_events_in_order(engine: Engine) {
    let mut server = WebServer::start(engine).await;
    let (browser, user) = person(&server, "ada@example.org").await;
    let other_tab = browser.clone();
    let tabs =
        tokio::spawn(async move { tokio::join!(read(&browser, 0, has_end), read(&other_tab, 0, has_end)) });
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.test.work();
    server.test.create(user, "slow", 1).await;
    let (first, second) = tabs.await.unwrap();
    assert_eq!(first, second);
    gapless(&first, 1);
    assert!(first.len() > 4);
}

async fn a_stream_resumes_where_it_broke(engine: Engine) {
    let mut server = WebServer::start(engine).await;
    let (browser, user) = person(&server, "ada@example.org").await;
    server.test.work();
    server.test.create(user, "slow", 1).await;
    let first = read(&browser, 0, |events| events.len() >= 3).await;
    let last = first.last().unwrap().seq;
    let rest = read(&browser, last, has_end).await;
    gapless(&rest, last + 1);
    let again = read(&browser, 0, has_end).await;
    gapless(&again, 1);
    assert_eq!(again.last(), rest.last());
}

async fn work_of_another_process_is_heard_of(engine: Engine) {
    let server = WebServer::start(engine).await;
    let (browser, user) = person(&server, "ada@example.org").await;
    let stop = CancellationToken::new();
    tokio::spawn(
        server
            .test
            .app
            .hub
            .clone()
            .relay(server.test.app.db.clone(), stop.clone()),
    );
    tokio::time::sleep(Duration::from_millis(300)).await;
    let sister = server.test.sister(Setup::default()).await;
    let worker = tokio::spawn(sister.worker.clone().run(stop.clone()));
    let tab = tokio::spawn(async move { read(&browser, 0, has_end).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.test.create(user, "a boat", 1).await;
    gapless(&tab.await.unwrap(), 1);
    stop.cancel();
    worker.await.unwrap();
}

async fn nobody_hears_of_somebody_elses_work(engine: Engine) {
    let mut server = WebServer::start(engine).await;
    let (ada, ada_id) = person(&server, "ada@example.org").await;
    let (bob, bob_id) = person(&server, "bob@example.org").await;
    server.test.work();
    let card = server.test.create(ada_id, "a boat", 1).await.remove(0);
    server.test.ended(ada_id, card.id).await;
    let own = server.test.create(bob_id, "a boat", 1).await.remove(0);
    let heard = read(&bob, 0, has_end).await;
    assert!(heard.iter().all(|event| event.id == own.id), "{heard:#?}");
    assert!(
        read(&ada, 0, has_end)
            .await
            .iter()
            .all(|event| event.id == card.id)
    );
}

async fn who_has_heard_what_never_was_begins_anew(engine: Engine) {
    let mut server = WebServer::start(engine).await;
    let (browser, user) = person(&server, "ada@example.org").await;
    let first = server.test.create(user, "a boat", 1).await.remove(0);
    let head = read(&browser, 0, |events| !events.is_empty()).await.len();
    let by_header = browser
        .request(Method::GET, "/events")
        .header("last-event-id", "900");
    let by_address = browser.request(Method::GET, "/events?after=900");
    let mut bodies = Vec::new();
    for request in [by_header, by_address] {
        let mut body = browser.send(request).await.bytes_stream();
        let told = body.next().await.unwrap().unwrap();
        let told = std::str::from_utf8(&told).unwrap();
        assert_eq!(told, format!("event: reset\nid: {head}\ndata: {{}}\n\n"));
        bodies.push(body);
    }
    server.test.work();
    server.test.ended(user, first.id).await;
    for mut body in bodies {
        let told = body.next().await.unwrap().unwrap();
        let told = String::from_utf8_lossy(&told).into_owned();
        assert!(
            told.contains("event: generation") && told.contains(&format!("id: {}\n", head + 1)),
            "{told}"
        );
    }
}

/// The real program, which gets a real SIGTERM.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_ends_in_time_whoever_listens() {
    let folder = tempfile::tempdir().unwrap();
    let site = site_in(folder.path());
    let place = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let mut program = Command::new(env!("CARGO_BIN_EXE_aisora"))
        .args(["serve", "--bind", &place])
        .env("AISORA_DATA_DIR", folder.path().join("data"))
        .env("AISORA_SITE_DIR", &site)
        .env("AISORA_LOG", "warn")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let address = format!("http://{place}");
    let client = crate::support::client().build().unwrap();
    let patience = Instant::now() + PATIENCE;
    while client.get(format!("{address}/healthz")).send().await.is_err() {
        assert!(Instant::now() < patience, "the server does not start");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let form = "email=ada%40example.org&password=seven+quiet+lamps+burn&name=&born=1990-01-01";
    let request = client.post(format!("{address}/sign-up")).body(form);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let cookie = request.send().await.unwrap().headers()["set-cookie"].clone();
    let mut streams = Vec::new();
    for _ in 0..5 {
        let stream = client.get(format!("{address}/events")).header("cookie", &cookie);
        let stream = stream.send().await.unwrap();
        assert_eq!(stream.status(), 200);
        streams.push(stream);
    }
    let kill = Command::new("kill")
        .args(["-TERM", &program.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let patience = Instant::now() + Duration::from_secs(10);
    let end = loop {
        if let Some(end) = program.try_wait().unwrap() {
            break end;
        }
        if Instant::now() > patience {
            program.kill().unwrap();
            panic!("it runs on after ten seconds");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(end.success(), "{end}");
    for stream in streams {
        assert!(
            stream.bytes().await.is_ok(),
            "a stream ends, and is not broken off"
        );
    }
}
