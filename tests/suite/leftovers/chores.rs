//! What a worker does beside its queue, while something of it fails.

use super::with;
use crate::support::{Engine, Play, Setup, TestApp};
use aisora::model::generation::State;
use aisora::server::clock::Clock;
use std::{fs::File, sync::atomic::Ordering, time::SystemTime};

crate::on_both_engines!(
    a_queue_that_refuses_keeps_no_other_waiting,
    a_chore_that_fails_holds_up_nothing_else,
);

async fn a_queue_that_refuses_keeps_no_other_waiting(engine: Engine) {
    let western = Play::named("west", 10).offering(|offer| offer.model.id = "western".into());
    let setup = Setup {
        more: vec![western],
        ..with(&Play::default())
    };
    let mut test = TestApp::with(engine, setup).await;
    if engine == Engine::Sqlite {
        test.raw(
            "CREATE TRIGGER refuse BEFORE UPDATE ON jobs WHEN OLD.queue = 'play'
               BEGIN SELECT RAISE(ABORT, 'not now'); END",
        )
        .await;
    } else {
        test.raw(
            "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$ LANGUAGE plpgsql",
        )
        .await;
        test.raw(
            "CREATE TRIGGER refuse BEFORE UPDATE ON jobs FOR EACH ROW WHEN (OLD.queue = 'play')
               EXECUTE FUNCTION refuse()",
        )
        .await;
    }
    let person = test.person().await;
    let waiting = test.create(person, "a boat", 1).await.remove(0);
    let mut form = test.form(person, "a boat", 1).await;
    form.model = "western".into();
    form.quote = test.app.generations.quote(person, &form).await.unwrap().token;
    let made = test
        .app
        .generations
        .create(person, &form)
        .await
        .unwrap()
        .remove(0);
    test.work();
    assert_eq!(test.ended(person, made.id).await.state, State::Succeeded);
    let waiting = test.app.generations.page(person, waiting.id).await.unwrap();
    assert_eq!(waiting.card.state, State::Queued);
    test.until("the worker is ready", async || {
        test.app.worker.alive_at.load(Ordering::Relaxed) > 0
    })
    .await;
}

async fn a_chore_that_fails_holds_up_nothing_else(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let setup = Setup {
        clock: clock.clone(),
        ..with(&Play::default())
    };
    let mut test = TestApp::with(engine, setup).await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    test.ended(person, card.id).await;
    let prefix = test
        .app
        .generations
        .media(person, card.id)
        .await
        .unwrap()
        .media_prefix;
    let video = format!("{}/video.mp4", prefix.unwrap());
    test.app.generations.trash(person, &[card.id]).await.unwrap();
    test.stop_work().await;
    // Pictures cannot be swept any more.
    test.raw("ALTER TABLE pictures RENAME COLUMN created_at TO hidden")
        .await;
    clock.advance(31 * 86_400_000);
    test.app.worker.alive_at.store(0, Ordering::Relaxed);
    test.work();
    test.until("the trash is emptied", async || {
        test.app.storage.length(&video).await.is_err()
    })
    .await;
    test.until("the worker is ready", async || {
        test.app.worker.alive_at.load(Ordering::Relaxed) > 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_killed_processes_left_goes_without_another_restart() {
    let clock = Clock::manual(1_800_000_000_000);
    let setup = Setup {
        clock: clock.clone(),
        ..Setup::default()
    };
    let mut test = TestApp::with(Engine::Sqlite, setup).await;
    test.work();
    test.until("the worker works", async || {
        test.app.worker.alive_at.load(Ordering::Relaxed) > 0
    })
    .await;
    let scratch = test.app.worker.scratch.clone();
    let [film, drawn, fresh] = ["film.mp4", "rendering/film.mp4", "fresh.mp4"].map(|name| scratch.join(name));
    for old in [&film, &drawn] {
        let file = File::create(old).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }
    File::create(&fresh).unwrap();
    clock.advance(3_600_000);
    test.until("it is removed", async || !film.exists() && !drawn.exists())
        .await;
    assert!(fresh.exists(), "it may belong to another process");
}
