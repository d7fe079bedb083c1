//! What a person asks for many times at the same moment, and what they come back to when it is gone.

use crate::support::{Engine, TestApp};
use aisora::model::{
    error::{AppError, Code},
    keys::KeyForm,
    presets::PresetForm,
};
use aisora::server::{
    generation::JOB,
    jobs::{self, Claim},
};
use std::future::Future;

crate::on_both_engines!(
    keys_presets_and_collections_keep_their_limits,
    a_price_whose_videos_are_gone_for_good_is_stale,
    places_in_line_are_the_order_in_which_work_starts,
);

/// How many of so many tries at the same moment are let through.
async fn let_through<F>(tries: usize, one: impl Fn(usize) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let tries: Vec<_> = (0..tries).map(|number| tokio::spawn(one(number))).collect();
    let mut through = 0;
    for one in tries {
        through += usize::from(one.await.expect("no panic"));
    }
    through
}

async fn keys_presets_and_collections_keep_their_limits(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let keys = let_through(60, |number| {
        let app = test.app.clone();
        async move {
            let form = KeyForm {
                name: format!("program {number}"),
                read: "on".into(),
                ..KeyForm::default()
            };
            app.keys.create(person, &form).await.is_ok()
        }
    });
    assert_eq!(keys.await, 50);
    let most = aisora::model::presets::MOST;
    let file = |from: usize, to: usize| {
        let one = |number| format!(r#"{{"name": "preset {number}", "kind": "look", "text": "fog"}}"#);
        let presets: Vec<_> = (from..to).map(one).collect();
        format!(
            r#"{{"format": "aisora.presets", "version": 1, "presets": [{}]}}"#,
            presets.join(",")
        )
    };
    // All but three are there already.
    test.app
        .presets
        .import(person, file(3, most).as_bytes())
        .await
        .expect("imported");
    let presets = let_through(8, |number| {
        let app = test.app.clone();
        async move {
            let form = PresetForm {
                name: format!("another {number}"),
                kind: "look".into(),
                text: "fog".into(),
            };
            app.presets.create(person, &form).await.is_ok()
        }
    });
    assert_eq!(presets.await, 3);
    let collections = let_through(210, |number| {
        let app = test.app.clone();
        async move {
            let name = format!("collection {number}");
            app.organising.collection(person, &name).await.is_ok()
        }
    });
    assert_eq!(collections.await, 200);
}

/// The browser's way back, and Create once more.
async fn a_price_whose_videos_are_gone_for_good_is_stale(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    let form = test.form(person, "a paper boat", 1).await;
    let card = test
        .app
        .generations
        .create(person, &form)
        .await
        .unwrap()
        .remove(0);
    test.work();
    test.ended(person, card.id).await;
    let again = test.app.generations.create(person, &form).await.unwrap();
    assert_eq!(again[0].id, card.id, "the same press again");
    test.app.generations.delete_all(person, &[card.id]).await.unwrap();
    let error: AppError = test
        .app
        .generations
        .create(person, &form)
        .await
        .unwrap_err()
        .into();
    assert_eq!(error.code, Code::QuoteStale);
    test.audit().await;
}

async fn places_in_line_are_the_order_in_which_work_starts(engine: Engine) {
    let test = TestApp::start(engine).await;
    let (one, other) = (test.person().await, test.person().await);
    let first = test.create(one, "a boat", 3).await;
    let second = test.create(other, "a boat", 1).await;
    let now = test.app.clock.now();
    let mut tx = test.app.db.begin().await.unwrap();
    let claim = Claim {
        kind: JOB,
        queue: "play",
        worker: "test",
        now,
        lease_ms: 60_000,
        at_once: 9,
        per_owner: 9,
        most: 1,
        longest_pause: jobs::LONGEST_PAUSE,
    };
    let started = jobs::claim(&mut tx, &claim).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(started[0].subject, first[0].id.0);
    // One of theirs runs: the other person's comes before the rest.
    let places = async |owner: aisora::model::ids::UserId| {
        jobs::places(&test.app.db, JOB, owner.0, now).await.unwrap()
    };
    assert_eq!(places(other).await, [(second[0].id.0, 1)]);
    assert_eq!(places(one).await, [(first[1].id.0, 2), (first[2].id.0, 3)]);
}
