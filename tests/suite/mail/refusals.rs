//! What a mail server says no to, and what happens when nobody answers.

use super::{MINUTE, Scene, setup};
use crate::support::Engine;
use aisora::language::Language;
use std::time::Duration;

crate::on_both_engines!(
    what_is_refused_for_now_is_sent_later,
    what_is_refused_for_good_is_given_up,
    after_a_day_a_letter_is_given_up,
    a_lost_answer_sends_the_same_letter_again,
    a_letter_outlives_its_server,
    a_wrong_password_costs_no_letter,
    a_letter_that_nobody_knows_is_dropped,
);

const HOUR: i64 = 60 * MINUTE;
const UNKNOWN: &str =
    "INSERT INTO letters (id, user_id, kind, created_at) SELECT id, id, 'birthday', 1 FROM users";
const ITS_JOB: &str = "INSERT INTO jobs (subject, kind, queue, owner, run_at, created_at) SELECT id, 'letter', 'letters', user_id, 1, 1 FROM letters";

async fn what_is_refused_for_now_is_sent_later(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    scene.mail.next(&["451 4.7.1 greylisted", "421 4.3.2 closing"]);
    let first = scene.long(&[(person, "a boat")]).await.remove(0);
    scene.pass(MINUTE).await;
    scene.arrived(1).await;
    // It waits about a minute, and then about five.
    scene.pass(MINUTE * 79 / 100).await;
    scene.arrived(1).await;
    scene.pass(MINUTE * 41 / 100).await;
    scene.arrived(2).await;
    scene.pass(4 * MINUTE - 1).await;
    scene.arrived(2).await;
    // What ends meanwhile is another letter: this one may have arrived.
    scene.server.test.stop_work().await;
    scene.long(&[(person, "a kite")]).await;
    let letters = scene.arrived(3).await;
    scene.pass(MINUTE).await;
    let all = scene.arrived(4).await;
    let answers: Vec<_> = all.iter().map(|letter| letter.answer.as_str()).collect();
    assert_eq!(
        answers,
        [
            "451 4.7.1 greylisted",
            "421 4.3.2 closing",
            "250 taken",
            "250 taken"
        ]
    );
    for letter in &letters {
        assert_eq!(letter.header("message-id"), letters[0].header("message-id"));
        assert_eq!(letter.header("date"), letters[0].header("date"));
        assert_eq!(letter.plain.text, letters[0].plain.text);
        assert!(letter.plain.text.contains(&first.page()) && !letter.plain.text.contains("a kite"));
    }
    assert_ne!(all[3].header("message-id"), all[0].header("message-id"));
    assert!(all[3].plain.text.contains("a kite") && !all[3].plain.text.contains("a boat"));
    scene.nothing_waits().await;
}

async fn what_is_refused_for_good_is_given_up(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    scene.mail.next(&["550 5.1.1 <ada@example.org>: nobody here"]);
    scene.long(&[(person, "a boat")]).await;
    scene.pass(MINUTE).await;
    scene.arrived(1).await;
    scene.nothing_waits().await;
    scene.pass(24 * HOUR).await;
    scene.arrived(1).await;
    // The next one is tried again.
    scene.server.test.stop_work().await;
    scene.long(&[(person, "a kite")]).await;
    scene.pass(MINUTE).await;
    scene.arrived(2).await;
    scene.server.test.audit().await;
}

async fn after_a_day_a_letter_is_given_up(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    scene.mail.next(&["450 not now"; 20]);
    scene.long(&[(person, "a boat")]).await;
    scene.pass(MINUTE).await;
    // A little longer than each pause may be.
    for (tries, minutes) in (1..).zip([1, 5, 15, 60, 120, 240, 360, 360]) {
        scene.arrived(tries).await;
        scene.pass(minutes * MINUTE * 121 / 100).await;
    }
    scene.arrived(9).await;
    scene.nothing_waits().await;
    scene.pass(24 * HOUR).await;
    scene.arrived(9).await;
}

async fn a_lost_answer_sends_the_same_letter_again(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    scene.mail.next(&["lost"]);
    scene.long(&[(person, "a boat")]).await;
    scene.pass(MINUTE).await;
    scene.arrived(1).await;
    scene.pass(2 * MINUTE).await;
    let letters = scene.arrived(2).await;
    // Readers and mail servers tell by this that they have it already.
    assert_eq!(letters[0].header("message-id"), letters[1].header("message-id"));
    assert_eq!(letters[0].html.text, letters[1].html.text);
    scene.nothing_waits().await;
}

async fn a_letter_outlives_its_server(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    scene.long(&[(person, "a boat")]).await;
    scene.server.test.stop_work().await;
    scene.clock.advance(MINUTE);
    // A server without mail does its work meanwhile and touches nothing.
    let mut without = setup(&scene.mail, "", &scene.clock);
    without.environment.clear();
    let stop = tokio_util::sync::CancellationToken::new();
    let app = scene.server.test.sister(without).await;
    let worker = tokio::spawn(app.worker.clone().run(stop.clone()));
    tokio::time::sleep(Duration::from_millis(700)).await;
    stop.cancel();
    worker.await.unwrap();
    scene.arrived(0).await;
    // Two postmen at once send it once.
    let stop = tokio_util::sync::CancellationToken::new();
    for _ in 0..2 {
        let app = scene
            .server
            .test
            .sister(setup(&scene.mail, "", &scene.clock))
            .await;
        tokio::spawn(app.worker.clone().run(stop.clone()));
    }
    scene.nothing_waits().await;
    scene.pass(MINUTE).await;
    scene.arrived(1).await;
    stop.cancel();
}

async fn a_wrong_password_costs_no_letter(engine: Engine) {
    let Some(mut scene) = Scene::with(engine, Some("ada:p@ss/word"), "ada:wrong@").await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    scene.long(&[(person, "a boat")]).await;
    scene.pass(MINUTE).await;
    scene.arrived(0).await;
    // The operator puts it right, and starts anew.
    scene.server.test.stop_work().await;
    let mut right = setup(&scene.mail, "ada:p%40ss%2Fword@", &scene.clock);
    right
        .environment
        .push(("AISORA_PUBLIC_URL", "http://localhost:3000".into()));
    scene.server.test.app = scene.server.test.sister(right).await;
    scene.server.test.work();
    scene.pass(2 * MINUTE).await;
    let letter = scene.arrived(1).await.remove(0);
    assert_eq!(
        (letter.user.as_deref(), letter.answer.as_str()),
        (Some("ada"), "250 taken")
    );
    assert_eq!(letter.hello, "localhost", "it says who it is");
    scene.nothing_waits().await;
}

async fn a_letter_that_nobody_knows_is_dropped(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    scene.reader("ada@example.org", Language::English).await;
    scene.server.test.raw(UNKNOWN).await;
    scene.server.test.raw(ITS_JOB).await;
    scene.server.test.work();
    scene.nothing_waits().await;
    scene.arrived(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_port_is_a_server_that_comes_back() {
    let Some(mut scene) = Scene::set(Engine::Sqlite).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    scene.long(&[(person, "a boat")]).await;
    scene.server.test.stop_work().await;
    let mut away = setup(&scene.mail, "", &scene.clock);
    away.environment[0].1 = "smtp://127.0.0.1:9".into();
    let app = scene.server.test.sister(away).await;
    let stop = tokio_util::sync::CancellationToken::new();
    tokio::spawn(app.worker.clone().run(stop.clone()));
    scene.pass(MINUTE).await;
    stop.cancel();
    scene.server.test.work();
    scene.pass(2 * MINUTE).await;
    scene.arrived(1).await;
}
