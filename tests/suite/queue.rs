//! Leases, fences and fairness.

use crate::support::{Engine, MODEL, Setup, TestApp};
use aisora::model::{generation::State, ids::UserId};
use aisora::server::{
    db::generations::{self, Change},
    generation::{JOB, life::Ending},
    jobs::{self, Claim, Job},
};
use std::collections::HashSet;

crate::on_both_engines!(
    a_job_is_claimed_by_one_worker_at_a_time,
    a_lost_lease_never_writes,
    a_dead_workers_job_is_taken_over_with_a_higher_fence,
    forty_takes_of_one_person_do_not_starve_another,
    a_worker_that_stops_gives_its_work_back,
    what_was_being_handed_over_is_not_handed_over_again,
    work_of_a_model_that_is_gone_ends_without_a_charge,
);

fn claim(now: i64, at_once: i64, per_owner: i64, most: i64) -> Claim<'static> {
    Claim {
        kind: JOB,
        queue: "play",
        worker: "test",
        now,
        lease_ms: 2_000,
        at_once,
        per_owner,
        most,
        longest_pause: jobs::LONGEST_PAUSE,
    }
}

async fn take(test: &TestApp, claim: &Claim<'_>) -> Vec<Job> {
    let mut tx = test.app.db.begin().await.unwrap();
    let jobs = jobs::claim(&mut tx, claim).await.unwrap();
    tx.commit().await.unwrap();
    jobs
}

async fn many(test: &TestApp, person: UserId, prompt: &str, forms: usize) {
    for _ in 0..forms {
        test.create(person, prompt, 4).await;
    }
}

async fn a_job_is_claimed_by_one_worker_at_a_time(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    many(&test, person, "a boat", 5).await;
    let now = test.app.clock.now();
    let workers = (0..8).map(|_| {
        let db = test.app.db.clone();
        tokio::spawn(async move {
            let mut tx = db.begin().await.unwrap();
            let jobs = jobs::claim(&mut tx, &claim(now, 100, 100, 3)).await.unwrap();
            tx.commit().await.unwrap();
            jobs
        })
    });
    let mut seen = HashSet::new();
    for worker in workers.collect::<Vec<_>>() {
        for job in worker.await.unwrap() {
            assert!(seen.insert(job.subject), "claimed twice");
        }
    }
    assert_eq!(seen.len(), 20);
    assert!(take(&test, &claim(now, 100, 100, 3)).await.is_empty());
}

async fn a_lost_lease_never_writes(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    let life = test.app.worker.life.clone();
    let now = test.app.clock.now();
    let first = take(&test, &claim(now, 1, 1, 1)).await.remove(0);
    let mut tx = test.app.db.begin().await.unwrap();
    let mut mine = generations::adopt(&mut tx, card.id.0, first.fence)
        .await
        .unwrap()
        .unwrap();
    tx.commit().await.unwrap();
    // The lease runs out; another worker takes over.
    let second = take(&test, &claim(now + 3_000, 1, 1, 1)).await.remove(0);
    assert!(second.fence > first.fence);
    let mut tx = test.app.db.begin().await.unwrap();
    let mut theirs = generations::adopt(&mut tx, card.id.0, second.fence)
        .await
        .unwrap()
        .unwrap();
    tx.commit().await.unwrap();
    let reason = aisora::model::generation::Reason::ProviderFailed;
    assert!(
        !life.end(&mut mine, &Ending::Without(reason, "")).await.unwrap(),
        "the old fence writes nothing"
    );
    let mut moment = life.begin().await.unwrap();
    assert!(
        !moment
            .step(&mut mine, State::Submitting, Change::default())
            .await
            .unwrap()
    );
    drop(moment);
    let mut tx = test.app.db.begin().await.unwrap();
    assert!(
        !jobs::renew(&mut tx, JOB, card.id.0, first.fence, now + 9_000, None)
            .await
            .unwrap()
    );
    assert!(
        !jobs::give_back(&mut tx, JOB, card.id.0, first.fence, now, true)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    assert!(
        life.end(&mut theirs, &Ending::Without(reason, "")).await.unwrap(),
        "the new one does"
    );
    test.audit().await;
}

async fn a_dead_workers_job_is_taken_over_with_a_higher_fence(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    test.create(person, "a boat", 1).await;
    let now = test.app.clock.now();
    let first = take(&test, &claim(now, 1, 1, 1)).await.remove(0);
    assert!(
        take(&test, &claim(now + 1_999, 1, 1, 1)).await.is_empty(),
        "the lease still holds"
    );
    let second = take(&test, &claim(now + 2_000, 1, 1, 1)).await.remove(0);
    assert_eq!((second.fence, second.attempts), (first.fence + 1, 2));
    let long_ago = take(&test, &claim(now - 86_400_000, 1, 1, 1)).await;
    assert_eq!(
        long_ago.len(),
        1,
        "a lease a day away is a clock that went backwards"
    );
}

async fn forty_takes_of_one_person_do_not_starve_another(engine: Engine) {
    let setup = Setup {
        environment: vec![("AISORA_CREDITS_WELCOME", "400".into())],
        ..Setup::default()
    };
    let test = TestApp::with(engine, setup).await;
    let (greedy, modest) = (test.person().await, test.person().await);
    many(&test, greedy, "mine", 10).await;
    let one = test.create(modest, "one", 1).await.remove(0);
    assert_eq!(one.place, Some(2), "first turns come before second turns");
    let now = test.app.clock.now();
    let jobs = take(&test, &claim(now, 10, 3, 10)).await;
    assert_eq!(jobs.len(), 4, "three of one person at once, and the other's one");
    assert!(jobs.iter().any(|job| job.subject == one.id.0));
    assert!(
        take(&test, &claim(now, 10, 3, 10)).await.is_empty(),
        "their share is used up"
    );
    assert!(
        take(&test, &claim(now, 4, 9, 10)).await.is_empty(),
        "and so may be the provider's places"
    );
}

async fn a_worker_that_stops_gives_its_work_back(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    test.work();
    let card = test.create(person, "slow", 1).await.remove(0);
    test.when(person, card.id, |state| state == State::Running).await;
    test.stop_work().await;
    let now = test.app.clock.now();
    let counts = jobs::counts(&test.app.db, now).await.unwrap();
    assert_eq!(
        counts,
        [("play".to_owned(), 1, 0)],
        "waiting, not being worked on"
    );
    test.work();
    assert_eq!(
        test.ended(person, card.id).await.state,
        State::Succeeded,
        "the same job at the provider went on"
    );
    test.audit().await;
}

async fn what_was_being_handed_over_is_not_handed_over_again(engine: Engine) {
    let play = crate::support::Play::default();
    let mut test = TestApp::with(
        engine,
        Setup {
            play: Some(play.clone()),
            ..Setup::default()
        },
    )
    .await;
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    // A worker that died right after it wrote `submitting`: its lease is over, the state stays.
    let now = test.app.clock.now() - 10_000;
    let job = {
        let mut tx = test.app.db.begin().await.unwrap();
        aisora::on_tx!(&mut tx, |c| sqlx::query("UPDATE jobs SET run_at = 0")
            .execute(c)
            .await
            .map(|_| ()))
        .unwrap();
        tx.commit().await.unwrap();
        take(&test, &claim(now, 1, 1, 1)).await.remove(0)
    };
    let mut moment = test.app.worker.life.begin().await.unwrap();
    let mut row = generations::adopt(&mut moment.tx, card.id.0, job.fence)
        .await
        .unwrap()
        .unwrap();
    assert!(
        moment
            .step(&mut row, State::Submitting, Change::default())
            .await
            .unwrap()
    );
    moment.commit().await.unwrap();
    test.work();
    let card = test.ended(person, card.id).await;
    assert_eq!(card.reason, Some(aisora::model::generation::Reason::Interrupted));
    assert!(
        play.orders.lock().unwrap().is_empty(),
        "nobody submits on a guess"
    );
    assert_eq!(test.balance(person).await, (200, 0));
    test.audit().await;
}

async fn work_of_a_model_that_is_gone_ends_without_a_charge(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    assert_eq!(card.model, "Played");
    let mut tx = test.app.db.begin().await.unwrap();
    let gone = "UPDATE generations SET model = 'sora-2'";
    aisora::on_tx!(&mut tx, |c| sqlx::query(gone).execute(c).await.map(|_| ())).unwrap();
    tx.commit().await.unwrap();
    test.work();
    let card = test.ended(person, card.id).await;
    assert_eq!(card.reason, Some(aisora::model::generation::Reason::ModelGone));
    let page = test.app.generations.page(person, card.id).await.unwrap();
    assert!(!page.offered && page.model_id != MODEL);
    test.audit().await;
}
