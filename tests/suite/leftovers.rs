//! What is left behind: by claims that were lost, by work that nobody wants any more, by stores and clocks that fail.
//! Everything ends, and nothing stays that belongs to nobody.

mod chores;
mod slow_commits;
mod stubborn;

use crate::support::{Engine, MODEL, PATIENCE, Play, Setup, TestApp};
use aisora::model::generation::{Charge, Reason, State};
use aisora::server::{clock::Clock, storage::Storage};
use object_store::memory::InMemory;
use std::{sync::Arc, time::Duration};

crate::on_both_engines!(
    work_that_is_cancelled_elsewhere_is_stopped_at_its_provider,
    what_is_done_at_a_provider_is_fetched_however_long_nobody_asked,
    an_order_that_is_being_handed_over_is_heard_out_before_the_worker_stops,
    an_order_that_was_taken_is_written_down_at_the_second_try,
    an_order_that_cannot_be_written_down_is_cancelled,
    jobs_of_a_provider_that_is_gone_end_without_a_charge,
    a_clock_that_goes_back_half_an_hour_holds_nothing_up,
    a_job_that_kills_its_workers_is_given_up_in_time,
    a_stream_that_missed_something_reads_the_table,
);

/// Under a lease that is soon lost.
fn with(play: &Play) -> Setup {
    Setup {
        play: Some(play.clone()),
        environment: vec![("AISORA_WORKER_LEASE_SECONDS", "2".into())],
        ..Setup::default()
    }
}

async fn work_that_is_cancelled_elsewhere_is_stopped_at_its_provider(engine: Engine) {
    let play = Play::default();
    let mut test = TestApp::with(engine, with(&play)).await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "slow", 1).await.remove(0);
    test.when(person, card.id, |state| state == State::Running).await;
    // Another process, as `serve --no-worker` beside `worker`.
    let web = test.sister(Setup::default()).await;
    web.generations.cancel(person, card.id).await.unwrap();
    test.until("the provider is told", async || {
        *play.cancelled.lock().unwrap() == [card.id.to_string()]
    })
    .await;
    assert_eq!(test.balance(person).await, (200, 0));
    test.audit().await;
}

/// Has the database refuse to write down that a provider took an order, when the condition holds.
async fn refuse_to_write_down(test: &TestApp, sqlite: &'static str, postgres: &'static str) {
    if test.app.db.engine() == "sqlite" {
        return test.raw(sqlite).await;
    }
    test.raw(
        "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$ LANGUAGE plpgsql",
    )
    .await;
    test.raw(postgres).await;
}

async fn an_order_that_was_taken_is_written_down_at_the_second_try(engine: Engine) {
    let play = Play::default();
    let mut test = TestApp::with(engine, with(&play)).await;
    // Its claim was a moment ago, so that the first try fails; the lease lasts two seconds.
    refuse_to_write_down(
        &test,
        "CREATE TRIGGER refuse BEFORE UPDATE ON generations WHEN NEW.state = 'running'
           AND unixepoch('subsec') * 1000 < NEW.started_at + 700 BEGIN SELECT RAISE(ABORT, 'not now'); END",
        "CREATE TRIGGER refuse BEFORE UPDATE ON generations FOR EACH ROW WHEN (NEW.state = 'running'
           AND extract(epoch FROM clock_timestamp()) * 1000 < NEW.started_at + 700) EXECUTE FUNCTION refuse()",
    )
    .await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    let card = test.ended(person, card.id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    assert_eq!(play.orders.lock().unwrap().len(), 1, "ordered once");
    assert!(play.cancelled.lock().unwrap().is_empty());
    test.audit().await;
}

async fn an_order_that_cannot_be_written_down_is_cancelled(engine: Engine) {
    let play = Play::default();
    let mut test = TestApp::with(engine, with(&play)).await;
    refuse_to_write_down(
        &test,
        "CREATE TRIGGER refuse BEFORE UPDATE ON generations WHEN NEW.state = 'running'
           BEGIN SELECT RAISE(ABORT, 'not now'); END",
        "CREATE TRIGGER refuse BEFORE UPDATE ON generations FOR EACH ROW WHEN (NEW.state = 'running')
           EXECUTE FUNCTION refuse()",
    )
    .await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "never", 1).await.remove(0);
    let card = test.ended(person, card.id).await;
    assert_eq!(
        (card.state, card.reason, card.charge),
        (State::Failed, Some(Reason::Interrupted), Charge::NotCharged)
    );
    assert_eq!(*play.cancelled.lock().unwrap(), [card.id.to_string()]);
    assert_eq!(play.orders.lock().unwrap().len(), 1, "ordered once");
    assert_eq!(test.balance(person).await, (200, 0));
    test.audit().await;
}

#[tokio::test]
async fn a_claim_that_wakes_up_late_removes_nothing_of_a_later_one() {
    let folder = tempfile::tempdir().unwrap();
    let local = {
        let find = |name: &str| {
            (name == "AISORA_DATA_DIR").then(|| folder.path().join("data").display().to_string())
        };
        Storage::open(&aisora::server::config::Config::load(None, &find, None).unwrap()).unwrap()
    };
    for storage in [local, Storage::over(Arc::new(InMemory::new()))] {
        for fence in [1, 2, 10] {
            let name = format!("generations/x/{fence}/video.mp4");
            storage.put(&name, b"video".to_vec()).await.unwrap();
        }
        storage.remove_before("generations/x", 10).await.unwrap();
        let mut left = Vec::new();
        for fence in [1, 2, 10] {
            let name = format!("generations/x/{fence}/video.mp4");
            left.push(storage.length(&name).await.is_ok());
        }
        assert_eq!(left, [false, false, true]);
        storage.remove_before("generations/none", 10).await.unwrap();
        storage.remove("generations/x").await.unwrap();
        assert!(storage.length("generations/x/10/video.mp4").await.is_err());
    }
}

async fn what_is_done_at_a_provider_is_fetched_however_long_nobody_asked(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let play = Play::default();
    let setup = || Setup {
        clock: clock.clone(),
        ..with(&play)
    };
    let mut test = TestApp::with(engine, setup()).await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "slow", 1).await.remove(0);
    test.when(person, card.id, |state| state == State::Running).await;
    test.stop_work().await;
    // A day without a worker: the model's deadline is over, and the provider was done long ago.
    clock.advance(86_400_000);
    play.hurry(&card.id.to_string());
    test.work();
    let card = test.ended(person, card.id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    test.audit().await;
}

async fn an_order_that_is_being_handed_over_is_heard_out_before_the_worker_stops(engine: Engine) {
    let play = Play::default();
    let mut test = TestApp::with(engine, with(&play)).await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "slow at the door", 1).await.remove(0);
    test.until("the order stands at the door", async || {
        *play.begun.lock().unwrap() == [card.id.to_string()]
    })
    .await;
    test.stop_work().await;
    assert_eq!(play.orders.lock().unwrap().len(), 1);
    test.work();
    let card = test.ended(person, card.id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    assert_eq!(play.orders.lock().unwrap().len(), 1, "ordered once");
    test.audit().await;
}

async fn jobs_of_a_provider_that_is_gone_end_without_a_charge(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let setup = || Setup {
        clock: clock.clone(),
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup()).await;
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    assert_eq!(test.balance(person).await, (190, 10));
    // The operator took it out of the configuration; other processes may still know it for ten minutes.
    clock.advance(700_000);
    test.app = test
        .sister(Setup {
            without_play: true,
            ..setup()
        })
        .await;
    test.work();
    let card = test.ended(person, card.id).await;
    assert_eq!(
        (card.state, card.reason, card.charge),
        (State::Failed, Some(Reason::ModelGone), Charge::NotCharged)
    );
    let offered = test.app.worker.providers.catalogue().models;
    assert!(offered.iter().all(|model| model.id != MODEL));
    test.audit().await;
}

async fn a_clock_that_goes_back_half_an_hour_holds_nothing_up(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let setup = Setup {
        clock: clock.clone(),
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup).await;
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    clock.advance(-1_800_000);
    test.work();
    assert_eq!(test.ended(person, card.id).await.state, State::Succeeded);
    test.audit().await;
}

async fn a_job_that_kills_its_workers_is_given_up_in_time(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    let fresh = test.create(person, "a boat", 1).await.remove(0);
    test.raw("UPDATE jobs SET attempts = 40").await;
    let old = test.create(person, "another boat", 1).await.remove(0);
    test.raw("UPDATE jobs SET attempts = 40").await;
    // Work on the second began long ago: longer than its model's deadline.
    test.raw("UPDATE generations SET started_at = 1 WHERE prompt = 'another boat'")
        .await;
    test.work();
    assert_eq!(
        test.ended(person, fresh.id).await.state,
        State::Succeeded,
        "a server that was killed often is not the job's fault"
    );
    let old = test.ended(person, old.id).await;
    assert_eq!(
        (old.state, old.reason, old.charge),
        (State::Failed, Some(Reason::Internal), Charge::NotCharged)
    );
    test.audit().await;
}

async fn a_stream_that_missed_something_reads_the_table(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let mut stream = aisora::server::live::Stream::new(&test.app.hub, test.app.db.clone(), person, 0);
    let unheard = tokio::time::timeout(Duration::from_millis(200), stream.next());
    assert!(unheard.await.is_err(), "nothing has happened");
    // Another process, whose note is lost: no relay runs here.
    let other = test.sister(Setup::default()).await;
    let form = test.form(person, "a boat", 1).await;
    other.generations.create(person, &form).await.unwrap();
    let unheard = tokio::time::timeout(Duration::from_millis(200), stream.next());
    assert!(unheard.await.is_err(), "it cannot know yet");
    test.app.hub.refresh();
    let event = tokio::time::timeout(PATIENCE, stream.next()).await;
    assert_eq!(event.expect("in time").unwrap().state, State::Queued);
}
