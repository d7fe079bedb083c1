//! The ledger against a model: any sequence of grants, holds, captures and releases, in any order, twice and too late.

use crate::support::{Engine, TestApp};
use aisora::model::{
    credits::{Credits, PostingKind},
    error::Code,
    ids::{PostingId, UserId},
};
use aisora::server::{credits::Ledger, db::Db, error::Failure};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use std::collections::HashMap;

crate::on_both_engines!(
    it_agrees_with_a_model,
    the_last_credits_are_spent_once,
    a_hold_is_resolved_once_however_many_try,
    postings_can_be_neither_changed_nor_removed,
    an_audit_finds_what_was_tampered_with,
    a_statement_pages_through_every_line,
);

#[derive(Clone, Debug)]
enum Step {
    Grant(i64),
    Hold(i64),
    Capture(usize),
    Release(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (-5_i64..200).prop_map(Step::Grant),
        (1_i64..120).prop_map(Step::Hold),
        (0_usize..12).prop_map(Step::Capture),
        (0_usize..12).prop_map(Step::Release),
    ];
    prop::collection::vec(step, 1..40)
}

/// One step in a transaction of its own; false when it was refused, and then nothing of it happened.
async fn apply(ledger: &Ledger, db: &Db, user: UserId, step: &Step, holds: &mut Vec<PostingId>) -> bool {
    let mut tx = db.begin().await.unwrap();
    let unknown = PostingId(uuid::Uuid::nil());
    let done = match step {
        Step::Grant(credits) => ledger
            .grant(&mut tx, user, Credits(*credits), "test")
            .await
            .map(|_| None),
        Step::Hold(credits) => ledger
            .hold(&mut tx, user, Credits(*credits), "work")
            .await
            .map(Some),
        Step::Capture(n) => ledger
            .capture(&mut tx, *holds.get(*n).unwrap_or(&unknown))
            .await
            .map(|()| None),
        Step::Release(n) => ledger
            .release(&mut tx, *holds.get(*n).unwrap_or(&unknown), "")
            .await
            .map(|()| None),
    };
    match done {
        Ok(hold) => {
            tx.commit().await.unwrap();
            holds.extend(hold);
            true
        }
        Err(_) => false,
    }
}

/// What the ledger must say, in the simplest words.
#[derive(Default)]
struct Model {
    available: i64,
    held: i64,
    open: HashMap<usize, i64>,
    holds: usize,
}

impl Model {
    fn apply(&mut self, step: &Step) -> bool {
        match step {
            Step::Grant(credits) if *credits > 0 => self.available += credits,
            Step::Hold(credits) if *credits <= self.available => {
                self.available -= credits;
                self.held += credits;
                self.open.insert(self.holds, *credits);
                self.holds += 1;
            }
            Step::Capture(n) if self.open.contains_key(n) => self.held -= self.open.remove(n).unwrap_or(0),
            Step::Release(n) if self.open.contains_key(n) => {
                let credits = self.open.remove(n).unwrap_or(0);
                self.held -= credits;
                self.available += credits;
            }
            _ => return false,
        }
        true
    }
}

async fn it_agrees_with_a_model(engine: Engine) {
    let test = TestApp::start(engine).await;
    let ledger = test.app.ledger.clone();
    let db = test.app.db.clone();
    let mut runner = TestRunner::deterministic();
    for round in 0..20 {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        let user = test.person().await;
        // The welcome is part of the model.
        let mut model = Model {
            available: 200,
            ..Model::default()
        };
        let mut holds = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            let done = apply(&ledger, &db, user, step, &mut holds).await;
            assert_eq!(
                done,
                model.apply(step),
                "round {round}, step {at}: {step:?} of {steps:?}"
            );
            assert_eq!(
                test.balance(user).await,
                (model.available, model.held),
                "round {round} after step {at}: {step:?}"
            );
        }
    }
    test.audit().await;
}

async fn the_last_credits_are_spent_once(engine: Engine) {
    let test = TestApp::start(engine).await;
    let user = test.person().await;
    let tries = (0..12).map(|_| {
        let (ledger, db) = (test.app.ledger.clone(), test.app.db.clone());
        tokio::spawn(async move {
            let mut tx = db.begin().await.unwrap();
            match ledger.hold(&mut tx, user, Credits(150), "work").await {
                Ok(_) => {
                    tx.commit().await.unwrap();
                    true
                }
                Err(Failure::App(error)) => {
                    assert_eq!(error.code, Code::InsufficientCredits);
                    false
                }
                Err(other) => panic!("{other}"),
            }
        })
    });
    let mut won = 0;
    for each in tries.collect::<Vec<_>>() {
        won += i32::from(each.await.unwrap());
    }
    assert_eq!(won, 1);
    assert_eq!(test.balance(user).await, (50, 150));
    test.audit().await;
}

async fn a_hold_is_resolved_once_however_many_try(engine: Engine) {
    let test = TestApp::start(engine).await;
    let user = test.person().await;
    let mut tx = test.app.db.begin().await.unwrap();
    let hold = test
        .app
        .ledger
        .hold(&mut tx, user, Credits(30), "work")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let tries = (0..10).map(|n| {
        let (ledger, db) = (test.app.ledger.clone(), test.app.db.clone());
        tokio::spawn(async move {
            let mut tx = db.begin().await.unwrap();
            let done = match n % 2 {
                0 => ledger.capture(&mut tx, hold).await,
                _ => ledger.release(&mut tx, hold, "").await,
            };
            done.is_ok() && tx.commit().await.is_ok()
        })
    });
    let mut won = 0;
    for each in tries.collect::<Vec<_>>() {
        won += i32::from(each.await.unwrap());
    }
    assert_eq!(won, 1);
    assert_eq!(test.balance(user).await.1, 0);
    test.audit().await;
}

async fn raw(db: &Db, sql: &'static str) -> Result<(), String> {
    let mut tx = db.begin().await.map_err(|error| error.to_string())?;
    aisora::on_tx!(&mut tx, |c| sqlx::query(sql).execute(c).await.map(|_| ()))
        .map_err(|error| error.to_string())?;
    tx.commit().await.map_err(|error| error.to_string())
}

async fn postings_can_be_neither_changed_nor_removed(engine: Engine) {
    let test = TestApp::start(engine).await;
    test.person().await;
    for sql in [
        "UPDATE ledger_postings SET credits = 1",
        "DELETE FROM ledger_postings",
    ] {
        let refused = raw(&test.app.db, sql).await.unwrap_err();
        assert!(refused.contains("append-only"), "{refused}");
    }
    assert!(
        raw(&test.app.db, "UPDATE ledger_balances SET available = -1")
            .await
            .is_err()
    );
    test.audit().await;
}

async fn an_audit_finds_what_was_tampered_with(engine: Engine) {
    let test = TestApp::start(engine).await;
    let user = test.person_named("rich@example.org").await;
    raw(
        &test.app.db,
        "UPDATE ledger_balances SET available = available + 1000",
    )
    .await
    .unwrap();
    let breaches = aisora::server::credits::audit(&test.app.db).await.unwrap();
    assert_eq!(breaches.len(), 1, "{breaches:#?}");
    assert!(breaches[0].contains("rich@example.org"), "{breaches:#?}");
    raw(
        &test.app.db,
        "UPDATE ledger_balances SET available = available - 1000",
    )
    .await
    .unwrap();
    test.audit().await;
    // Work that lost its job would never end; work that ended without money would be a gift.
    test.create(user, "a calm sea", 1).await;
    raw(&test.app.db, "DELETE FROM jobs").await.unwrap();
    assert_eq!(
        aisora::server::credits::audit(&test.app.db).await.unwrap().len(),
        1
    );
    raw(&test.app.db, "UPDATE generations SET state = 'succeeded'")
        .await
        .unwrap();
    assert_eq!(
        aisora::server::credits::audit(&test.app.db).await.unwrap().len(),
        2,
        "not charged, and no video"
    );
}

async fn a_statement_pages_through_every_line(engine: Engine) {
    let test = TestApp::start(engine).await;
    let user = test.person().await;
    for n in 1..=119 {
        let mut tx = test.app.db.begin().await.unwrap();
        test.app
            .ledger
            .grant(&mut tx, user, Credits(n), "drop")
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    let mut after = None;
    let mut lines = Vec::new();
    loop {
        let page = test.app.generations.statement(user, after).await.unwrap();
        lines.extend(page.lines);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(lines.len(), 120);
    assert_eq!(lines[0].credits, Credits(119));
    assert_eq!(lines[119].reason, "Welcome");
    assert_eq!(lines[119].kind, PostingKind::Grant);
    for pair in lines.windows(2) {
        assert_eq!(
            pair[0].available_after.0,
            pair[1].available_after.0 + pair[0].credits.0
        );
    }
}
