//! A commit that is slower than the lease under which it was begun.

use super::with;
use crate::support::{Engine, LENGTH, PATIENCE, Play, SIZE, TestApp};
use aisora::model::{
    credits::Credits,
    generation::{Charge, State},
    ids::GenerationId,
    live::LiveEvent,
};
use aisora::server::providers::{JobStatus, Order};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::broadcast;

crate::on_both_engines!(a_video_whose_commit_outlasts_its_lease_is_kept);

/// Three leases: by then, the worker has given up what it was doing.
const LONG: Duration = Duration::from_secs(6);

async fn a_video_whose_commit_outlasts_its_lease_is_kept(engine: Engine) {
    let play = Play::default();
    let mut test = TestApp::with(engine, with(&play)).await;
    if engine == Engine::Postgres {
        test.raw(
            "CREATE FUNCTION slow() RETURNS trigger AS $$ BEGIN PERFORM pg_sleep(6); RETURN NULL; END $$ LANGUAGE plpgsql",
        )
        .await;
        test.raw(
            "CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON generations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
               WHEN (NEW.state = 'succeeded' AND OLD.state <> 'succeeded') EXECUTE FUNCTION slow()",
        )
        .await;
    }
    test.work();
    let person = test.person().await;
    let mut heard = test.app.hub.subscribe(person);
    // On SQLite it takes some luck to get into the same commit.
    for made in 1..=10 {
        let id = test.create(person, "a boat", 1).await.remove(0).id;
        let slow = engine == Engine::Postgres || commit_slowly(&test, id).await;
        let card = test.ended(person, id).await;
        assert_eq!(
            (card.state, card.charge),
            (State::Succeeded, Charge::Charged(Credits(10)))
        );
        if slow {
            assert!(
                test.app.storage.length(&video(id)).await.is_ok(),
                "it was charged for"
            );
            test.until("what the claim left is cleared up", async || {
                play.forgotten.lock().unwrap().len() == made
            })
            .await;
            assert!(test.app.storage.length(&video(id)).await.is_ok(), "and it stays");
            assert!(play.cancelled.lock().unwrap().is_empty());
            hears_the_end(&mut heard, id).await;
            return test.audit().await;
        }
    }
    panic!("no commit was slow");
}

/// The worker has given up by then; whoever watches hears of it all the same.
async fn hears_the_end(heard: &mut broadcast::Receiver<Arc<LiveEvent>>, id: GenerationId) {
    let end = async {
        loop {
            match heard.recv().await {
                Ok(event) if event.id == id && event.state == State::Succeeded => return,
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(closed) => panic!("{closed}"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, end).await.expect("it is told");
}

fn video(id: GenerationId) -> String {
    format!("generations/{id}/1/video.mp4")
}

/// Stands in line at SQLite's one writer until it shares a commit with the transaction that ends the generation, and holds
/// that commit up. False when it came too late.
async fn commit_slowly(test: &TestApp, id: GenerationId) -> bool {
    const SQL: &str = "SELECT state FROM generations WHERE id = $1";
    loop {
        let mut tx = test.app.db.begin().await.unwrap();
        let (inside,): (String,) =
            aisora::on_tx!(&mut tx, |c| sqlx::query_as(SQL).bind(id.0).fetch_one(c).await).unwrap();
        if inside == "succeeded" {
            let (outside,): (String,) = aisora::on_db!(&test.app.db, |c| sqlx::query_as(SQL)
                .bind(id.0)
                .fetch_one(c)
                .await)
            .unwrap();
            let shared = outside != "succeeded";
            let patience = Instant::now() + LONG;
            while shared && Instant::now() < patience && test.app.storage.length(&video(id)).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            tx.rollback().await.unwrap();
            return shared;
        }
        tx.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn the_rendering_of_a_lost_claim_stops_alone() {
    let test = TestApp::start(Engine::Sqlite).await;
    let builtin = test.app.worker.providers.get("builtin").unwrap().clone();
    let order = |claim| Order {
        reference: uuid::Uuid::nil(),
        claim,
        model: "builtin".into(),
        prompt: "a boat".into(),
        size: SIZE,
        seconds: LENGTH,
        seed: 7,
        caption: false,
        picture: None,
        original: None,
    };
    let lost = builtin.submit(&order(1)).await.unwrap();
    let next = builtin.submit(&order(2)).await.unwrap();
    builtin.cancel(&lost).await;
    assert_eq!(builtin.poll(&lost).await.unwrap(), JobStatus::Gone);
    test.until("the other one is rendered", async || {
        let status = builtin.poll(&next).await.unwrap();
        assert!(
            !matches!(status, JobStatus::Gone | JobStatus::Ended(..)),
            "{status:?}"
        );
        status == JobStatus::Done
    })
    .await;
    let file = test.folder.path().join("film.mp4");
    builtin.download(&next, &file, u64::MAX).await.unwrap();
    assert!(file.metadata().unwrap().len() > 0);
}
