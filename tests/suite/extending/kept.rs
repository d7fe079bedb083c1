//! Videos that their provider keeps, because it extends only what it has: offered while it can, deleted there too.

use super::{additions, extend, why_not};
use crate::support::{Engine, Play, Setup, TestApp};
use aisora::model::{
    generation::State,
    ids::{GenerationId, UserId},
};
use aisora::server::{clock::Clock, jobs, providers::Extends};
use std::sync::atomic::Ordering;

crate::on_both_engines!(
    only_what_is_kept_there_is_offered_by_whom_is_awake,
    what_is_deleted_here_is_deleted_there,
    a_provider_that_never_answers_is_given_up,
);

/// A provider that extends what it made, by its own id.
fn keeper() -> Play {
    Play::named("east", 10).offering(|offer| {
        offer.model.extends_to = 60;
        offer.extends = Extends::Id;
    })
}

fn with(play: &Play) -> Setup {
    Setup {
        play: Some(play.clone()),
        ..Setup::default()
    }
}

async fn made(test: &TestApp, person: UserId) -> GenerationId {
    let id = test.create(person, "a boat", 1).await.remove(0).id;
    assert_eq!(test.ended(person, id).await.state, State::Succeeded);
    id
}

/// Whether providers are still to be asked.
async fn asks(test: &TestApp) -> bool {
    let whenever = i64::MAX / 2;
    jobs::is_due(&test.app.db, "providers", whenever, jobs::LONGEST_PAUSE)
        .await
        .expect("an answer")
}

async fn only_what_is_kept_there_is_offered_by_whom_is_awake(engine: Engine) {
    let east = keeper();
    let setup = Setup {
        more: vec![Play::named("west", 10)],
        ..with(&east)
    };
    let mut test = TestApp::with(engine, setup).await;
    let person = test.person().await;
    test.work();
    let id = made(&test, person).await;
    assert_eq!(additions(&test, person, id).await[0].total, 2);
    // West is awake and makes the model, but has nothing to go on from.
    let health = east.health.clone().expect("it has one");
    for _ in 0..5 {
        health.failed("502");
    }
    let why = why_not(&test, person, id).await;
    assert!(why.contains("fails again and again"), "{why}");
    health.worked();
    let longer = extend(&test, person, id, "on", 1).await.expect("created");
    let card = test.ended(person, longer.id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    // Made before its provider kept anything.
    test.raw("UPDATE generations SET kept_there = FALSE WHERE added_seconds IS NULL")
        .await;
    let why = why_not(&test, person, id).await;
    assert!(why.contains("what its server made and still has"), "{why}");
    assert_eq!(additions(&test, person, longer.id).await[0].total, 3);
    test.stop_work().await;
    test.audit().await;
}

async fn what_is_deleted_here_is_deleted_there(engine: Engine) {
    let play = keeper();
    let forgotten = || play.forgotten.lock().expect("unpoisoned").clone();
    let mut test = TestApp::with(engine, with(&play)).await;
    let person = test.person().await;
    test.work();
    let (one, two) = (made(&test, person).await, made(&test, person).await);
    test.app.generations.trash(person, &[one]).await.expect("moved");
    assert!(forgotten().is_empty() && !asks(&test).await, "it may come back");
    play.deaf.store(2, Ordering::SeqCst);
    test.app.generations.delete(person, one).await.expect("deleted");
    test.until("it is asked again until it answers", async || {
        forgotten() == [one.to_string()]
    })
    .await;
    test.until("nobody asks any more", async || !asks(&test).await)
        .await;
    // A provider that is not configured any more cannot be asked.
    test.raw("UPDATE generations SET provider = 'gone'").await;
    test.app.generations.delete(person, two).await.expect("deleted");
    test.until("there is nothing to do", async || !asks(&test).await)
        .await;
    assert_eq!(forgotten(), [one.to_string()]);
    test.stop_work().await;
    // A model that extends nothing is not kept, whatever else its provider does.
    let plain = keeper().offering(|offer| offer.model.extends_to = 0);
    let mut other = TestApp::with(engine, with(&plain)).await;
    let person = other.person().await;
    other.work();
    let id = made(&other, person).await;
    let there = || plain.forgotten.lock().expect("unpoisoned").clone();
    other
        .until("it is forgotten at once", async || there() == [id.to_string()])
        .await;
    other.app.generations.delete(person, id).await.expect("deleted");
    assert!(!asks(&other).await, "there is nothing to delete there");
    other.stop_work().await;
}

async fn a_provider_that_never_answers_is_given_up(engine: Engine) {
    const UNDER_WAY: &str = "SELECT COUNT(*) FROM jobs WHERE queue = 'providers' AND lease_owner IS NOT NULL";
    let play = keeper();
    let clock = Clock::manual(1_795_000_000_000);
    let setup = Setup {
        clock: clock.clone(),
        ..with(&play)
    };
    let mut test = TestApp::with(engine, setup).await;
    let person = test.person().await;
    test.work();
    let id = made(&test, person).await;
    play.deaf.store(u32::MAX, Ordering::SeqCst);
    test.app.generations.delete(person, id).await.expect("deleted");
    let tried = async |times: u32| {
        test.until("it was asked, and that is written down", async || {
            play.deaf.load(Ordering::SeqCst) <= u32::MAX - times && test.count(UNDER_WAY).await == 0
        })
        .await;
    };
    tried(1).await;
    clock.advance(60 * 60 * 1_000);
    tried(2).await;
    assert!(asks(&test).await, "an hour is not enough to give up");
    clock.advance(24 * 60 * 60 * 1_000);
    test.until("nobody asks any more", async || !asks(&test).await)
        .await;
    test.stop_work().await;
    test.audit().await;
}
