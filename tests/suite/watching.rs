//! What is told while work goes on: when its provider last answered and when it is given up, on cards and in the strip of
//! every page.

use crate::support::{Browser, DEADLINE, Engine, TestApp, WebServer};
use aisora::model::{
    composition::ComposerForm,
    generation::{Card, State},
    ids::{GenerationId, UserId},
};
use aisora::server::clock::Clock;

crate::on_both_engines!(
    a_card_tells_when_its_provider_last_answered_and_when_it_is_given_up,
    a_provider_that_says_nothing_has_not_answered,
    what_ends_late_is_told_however_much_newer_work_has_ended,
    a_large_order_is_told_whole,
    every_page_of_who_is_signed_in_has_a_strip_of_their_own_work,
    a_prompt_in_the_strip_is_text,
);

async fn working(engine: Engine) -> (TestApp, UserId) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    test.work();
    (test, person)
}

async fn only_card(test: &TestApp, person: UserId) -> Card {
    let snapshot = test.app.generations.snapshot(person).await;
    snapshot.expect("a snapshot").cards.remove(0)
}

async fn a_card_tells_when_its_provider_last_answered_and_when_it_is_given_up(engine: Engine) {
    let (mut test, person) = working(engine).await;
    let waiting = test.create(person, "unknown state", 1).await.remove(0);
    assert_eq!((waiting.answered_at, waiting.deadline_at), (None, None));
    let card = test
        .when(person, waiting.id, |state| state == State::Running)
        .await;
    let (started, deadline) = (card.started_at.unwrap(), card.deadline_at.unwrap());
    assert_eq!(deadline - started, i64::try_from(DEADLINE.as_millis()).unwrap());
    // It gets on by nothing, so no event tells that it lives; the lease carries the time along.
    test.until("an answer is noted", async || {
        only_card(&test, person).await.answered_at.is_some()
    })
    .await;
    let first = only_card(&test, person).await.answered_at.unwrap();
    assert!(first >= started && first <= Clock::System.now());
    test.until("a later answer is noted", async || {
        only_card(&test, person).await.answered_at > Some(first)
    })
    .await;
    test.app.generations.cancel(person, card.id).await.unwrap();
    let ended = only_card(&test, person).await;
    assert_eq!((ended.answered_at, ended.deadline_at), (None, None));
    test.stop_work().await;
}

async fn a_provider_that_says_nothing_has_not_answered(engine: Engine) {
    let (mut test, person) = working(engine).await;
    let card = test.create(person, "garbage", 1).await.remove(0);
    test.when(person, card.id, |state| state == State::Running).await;
    // Longer than a lease is renewed after.
    tokio::time::sleep(test.app.worker.lease / 2).await;
    let card = only_card(&test, person).await;
    assert_eq!(card.state, State::Running);
    assert!(card.answered_at.is_none() && card.deadline_at.is_some());
    test.app.generations.cancel(person, card.id).await.unwrap();
    test.stop_work().await;
}

/// An order of so many prompts; its parts are cancelled.
async fn cancelled(test: &TestApp, person: UserId, prompts: usize) -> Vec<GenerationId> {
    let lines: Vec<_> = (0..prompts).map(|n| format!("boat {n}")).collect();
    let mut form = ComposerForm {
        prompt: lines.join("\n"),
        lines: "on".into(),
        ..test.form(person, "a boat", 1).await
    };
    form.quote = test
        .app
        .generations
        .quote(person, &form)
        .await
        .expect("a quote")
        .token;
    let order = test.app.generations.create(person, &form).await.expect("created");
    for card in &order {
        test.app
            .generations
            .cancel(person, card.id)
            .await
            .expect("cancelled");
    }
    order.into_iter().map(|card| card.id).collect()
}

async fn told(test: &TestApp, person: UserId) -> Vec<GenerationId> {
    let snapshot = test.app.generations.snapshot(person).await.expect("a snapshot");
    let ids: Vec<_> = snapshot.cards.iter().map(|card| card.id).collect();
    assert!(
        ids.is_sorted_by(|one, other| one > other),
        "newest first, none twice"
    );
    ids
}

async fn what_ends_late_is_told_however_much_newer_work_has_ended(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let slow = test.create(person, "a slow boat", 1).await.remove(0).id;
    let order = cancelled(&test, person, 15).await;
    // As if that had been hours ago.
    test.raw("UPDATE generations SET finished_at = 1 WHERE finished_at IS NOT NULL")
        .await;
    test.app
        .generations
        .cancel(person, slow)
        .await
        .expect("cancelled");
    let known = told(&test, person).await;
    assert!(known.contains(&slow));
    assert!(
        order.iter().all(|id| known.contains(id)),
        "the newest order is whole"
    );
    // And when all of it is news.
    cancelled(&test, person, 15).await;
    let known = told(&test, person).await;
    assert!(known.contains(&slow) && known.len() >= 16, "{known:?}");
}

async fn a_large_order_is_told_whole(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let order = cancelled(&test, person, 20).await;
    assert_eq!(told(&test, person).await.len(), 20);
    test.raw("UPDATE generations SET finished_at = 1").await;
    assert_eq!(
        told(&test, person).await.len(),
        20,
        "whoever comes later sees all of it too"
    );
    // A part of it that still goes on keeps it whole beside a newer one.
    test.raw("UPDATE generations SET state = 'queued', finished_at = NULL WHERE take = 1")
        .await;
    let newer = cancelled(&test, person, 14).await;
    let snapshot = test.app.generations.snapshot(person).await.expect("a snapshot");
    let known: Vec<_> = snapshot.cards.iter().map(|card| card.id).collect();
    for id in order.iter().chain(&newer) {
        assert!(known.contains(id), "{id} is missing of {known:?}");
    }
}

async fn every_page_of_who_is_signed_in_has_a_strip_of_their_own_work(engine: Engine) {
    let server = WebServer::start(engine).await;
    let (ada, bob) = (
        server.signed_up("ada@example.org").await,
        server.signed_up("bob@example.org").await,
    );
    let person = server.test.app.identity.find("ada@example.org").await.unwrap();
    server.test.create(person, "a boat of her own", 1).await;
    let page = async |browser: &Browser, path: &str| {
        let request = browser
            .request(reqwest::Method::GET, path)
            .header("accept", "text/html");
        browser.send(request).await.text().await.unwrap()
    };
    for path in [
        "/",
        "/library",
        "/credits",
        "/account",
        "/account/keys",
        "/docs/api",
        "/nothing-here",
    ] {
        let hers = page(&ada, path).await;
        assert!(
            hers.contains("1 video waits in line") && hers.contains("a boat of her own"),
            "{path}"
        );
        let his = page(&bob, path).await;
        assert!(
            his.contains("id=\"strip\"") && !his.contains("a boat of her own"),
            "{path}"
        );
        let nobodys = page(&server.browser(), path).await;
        assert!(
            !nobodys.contains("id=\"strip\"") && !nobodys.contains("a boat of her own"),
            "{path}"
        );
    }
    let program = ada.page("/account").await;
    assert!(
        !program.contains("id=\"strip\""),
        "only browsers are shown a strip"
    );
}

async fn a_prompt_in_the_strip_is_text(engine: Engine) {
    let server = WebServer::start(engine).await;
    let ada = server.signed_up("ada@example.org").await;
    let person = server.test.app.identity.find("ada@example.org").await.unwrap();
    server
        .test
        .create(person, "</script><script>alert(1)</script>", 1)
        .await;
    let request = ada
        .request(reqwest::Method::GET, "/account")
        .header("accept", "text/html");
    let page = ada.send(request).await.text().await.unwrap();
    assert!(
        page.contains("alert(1)") && !page.contains("<script>alert(1)"),
        "{page}"
    );
}
