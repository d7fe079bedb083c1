//! Live progress over HTTP: in order, without holes, resumable, to every tab, across processes.

use crate::support::{Browser, Engine, Setup, WebServer};
use aisora::model::{ids::UserId, live::LiveEvent};
use futures::StreamExt as _;
use reqwest::Method;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

crate::on_both_engines!(
    two_tabs_see_the_same_events_in_order,
    a_stream_resumes_where_it_broke,
    work_of_another_process_is_heard_of,
    nobody_hears_of_somebody_elses_work,
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
    let patience = tokio::time::sleep(Duration::from_secs(30));
    tokio::pin!(patience);
    while !enough(&events) {
        tokio::select! {
            piece = body.next() => text.push_str(std::str::from_utf8(&piece.expect("open").expect("bytes")).expect("text")),
            () = &mut patience => panic!("after half a minute: {events:#?}"),
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
