//! Ends that meet the postman at the same letter: neither waits for the other for ever, and nothing is lost.

use super::{MINUTE, Scene, setup};
use crate::support::Engine;
use aisora::{
    language::Language,
    model::ids::UserId,
    server::{
        clock::Ids,
        db::{
            Db,
            generations::{self, GenerationRow},
            letters,
        },
        error::Result,
        mail::{LONG, announce},
    },
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

crate::on_both_engines!(
    an_end_joins_a_letter_that_is_being_closed,
    what_ends_while_a_letter_is_closed_is_in_the_next_one,
    many_ends_and_many_postmen_never_wait_for_each_other_for_ever,
);

const OPEN: &str = "SELECT id FROM letters";

/// Work of somebody that has ended and was told by nobody, as the transactions that end work know it.
async fn ends(scene: &mut Scene, person: UserId) -> Vec<GenerationRow> {
    let orders = ["a boat", "a kite", "a comet"].map(|prompt| (person, prompt));
    let mut rows = Vec::new();
    for card in scene.made_after(LONG - 1, &orders).await {
        let row = generations::lookup(&scene.server.test.app.db, person.0, card.id.0).await;
        let mut row = row.unwrap().expect("it is there");
        row.created_at = row.finished_at.expect("it ended") - LONG;
        rows.push(row);
    }
    rows
}

/// Each of these ends, one after the other, in one transaction.
async fn told(db: &Db, ids: &Ids, rows: &[&GenerationRow]) -> Result<()> {
    let mut tx = db.begin().await?;
    for row in rows {
        announce(&mut tx, ids, row).await?;
    }
    tx.commit().await
}

async fn an_end_joins_a_letter_that_is_being_closed(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    let rows = ends(&mut scene, person).await;
    let (db, ids) = (scene.server.test.app.db.clone(), Ids::new(scene.clock.clone()));
    told(&db, &ids, &[&rows[0]]).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    announce(&mut tx, &ids, &rows[1]).await.unwrap();
    // Now the postman has the job, and waits for the letter.
    scene.pass(MINUTE).await;
    announce(&mut tx, &ids, &rows[2]).await.expect("it need not wait");
    tx.commit().await.unwrap();
    let letter = scene.arrived(1).await.remove(0);
    assert_eq!(letter.header("subject"), "3 videos are ready");
    scene.nothing_waits().await;
}

async fn what_ends_while_a_letter_is_closed_is_in_the_next_one(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    let rows = ends(&mut scene, person).await;
    let db = scene.server.test.app.db.clone();
    let ids = Ids::new(scene.clock.clone());
    told(&db, &ids, &[&rows[0]]).await.unwrap();
    let open: std::result::Result<(uuid::Uuid,), sqlx::Error> =
        aisora::on_db!(&db, |c| sqlx::query_as(OPEN).fetch_one(c).await);
    let mut closing = db.begin().await.unwrap();
    letters::seal(&mut closing, open.unwrap().0, scene.clock.now())
        .await
        .unwrap();
    let (other, row) = (db.clone(), rows[1].clone());
    let next = tokio::spawn(async move { told(&other, &ids, &[&row]).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!next.is_finished(), "it waits to see what becomes of the letter");
    closing.commit().await.unwrap();
    next.await.unwrap().unwrap();
    scene.pass(MINUTE).await;
    let letters = scene.arrived(2).await;
    for (row, words) in [(&rows[0], "a boat"), (&rows[1], "a kite")] {
        let tell = letters.iter().filter(|letter| letter.plain.text.contains(words));
        assert_eq!(tell.count(), 1, "{row:?}: {letters:#?}");
    }
    scene.nothing_waits().await;
}

async fn many_ends_and_many_postmen_never_wait_for_each_other_for_ever(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    let rows = Arc::new(ends(&mut scene, person).await);
    scene.clock.advance(2 * MINUTE);
    let stop = CancellationToken::new();
    let mut postmen = Vec::new();
    for _ in 0..3 {
        let sister = scene
            .server
            .test
            .sister(setup(&scene.mail, "", &scene.clock))
            .await;
        postmen.push(tokio::spawn(sister.worker.clone().run(stop.clone())));
    }
    let enough = Arc::new(AtomicBool::new(false));
    let mut enders = Vec::new();
    for _ in 0..4 {
        let (db, rows, enough) = (scene.server.test.app.db.clone(), rows.clone(), enough.clone());
        let ids = Ids::new(scene.clock.clone());
        enders.push(tokio::spawn(async move {
            while !enough.load(Ordering::SeqCst) {
                let told = told(&db, &ids, &[&rows[0], &rows[1], &rows[2]]).await;
                told.expect("no end of work fails over a letter");
                // As fast as a busy person's work ends: the postmen find gaps.
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }));
    }
    let sent = async || scene.mail.received().len() >= 8;
    scene
        .server
        .test
        .until("letters are closed meanwhile", sent)
        .await;
    enough.store(true, Ordering::SeqCst);
    for ender in enders {
        ender.await.unwrap();
    }
    scene.nothing_waits().await;
    stop.cancel();
    for postman in postmen {
        postman.await.unwrap();
    }
}
