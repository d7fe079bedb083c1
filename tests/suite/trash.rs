//! The trash: every order of moving, restoring and deleting, the end after 30 days, and what people see of it.

mod doors;

use crate::{
    crash::Server,
    support::{Engine, Setup, TestApp},
};
use aisora::model::{
    error::Code,
    generation::{LibraryQuery, State},
    ids::{GenerationId, UserId},
    trash::{KEPT_MS, TrashQuery},
};
use aisora::server::{
    clock::Clock,
    db::generations,
    error::{Failure, Result},
    generation::service::trash::expire,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::time::Duration;

crate::on_both_engines!(
    every_order_of_moving_restoring_and_deleting_ends_well,
    what_lies_in_the_trash_is_left_out_and_still_there,
    many_are_moved_and_what_cannot_be_is_told,
    after_thirty_days_it_is_gone_for_good,
    two_at_once_do_it_once,
    the_trash_is_listed_by_deletion_and_emptied,
    kills_lose_and_repeat_nothing,
);

fn code<T: std::fmt::Debug>(result: Result<T>) -> Code {
    match result {
        Err(Failure::App(error)) => error.code,
        other => panic!("{other:?}"),
    }
}

/// A person with so many finished videos, oldest first.
async fn with_videos(test: &mut TestApp, count: usize) -> (UserId, Vec<GenerationId>) {
    test.work();
    let person = test.person().await;
    let mut ids = Vec::new();
    for n in 0..count {
        let card = test.create(person, &format!("boat {n}"), 1).await.remove(0);
        assert_eq!(test.ended(person, card.id).await.state, State::Succeeded);
        ids.push(card.id);
    }
    (person, ids)
}

async fn library(test: &TestApp, person: UserId, query: LibraryQuery) -> Vec<GenerationId> {
    let page = test.app.generations.library(person, &query).await.unwrap();
    page.cards.iter().map(|card| card.id).collect()
}

async fn in_trash(test: &TestApp, person: UserId) -> Vec<GenerationId> {
    let page = test
        .app
        .generations
        .trash_page(person, &TrashQuery::default())
        .await;
    page.unwrap().videos.iter().map(|video| video.id).collect()
}

async fn every_order_of_moving_restoring_and_deleting_ends_well(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let (person, ids) = with_videos(&mut test, 1).await;
    let (balance, id) = (test.balance(person).await, ids[0]);
    let generations = &test.app.generations;
    for _ in 0..2 {
        let moved = generations.trash(person, &ids).await.unwrap();
        assert_eq!(moved.ids, ids);
        assert!(moved.bytes > 0 && moved.left.is_empty());
        // Once more is the same.
        assert_eq!(generations.trash(person, &ids).await.unwrap(), moved);
        assert_eq!(in_trash(&test, person).await, ids);
        assert_eq!(generations.restore(person, &ids).await.unwrap().ids, ids);
        assert_eq!(generations.restore(person, &ids).await.unwrap().ids, ids);
        assert_eq!(in_trash(&test, person).await, []);
        assert_eq!(library(&test, person, LibraryQuery::default()).await, ids);
    }
    // Undone by its moment, and only by its person.
    let at = generations.trash(person, &ids).await.unwrap().at;
    let other = test.person().await;
    assert_eq!(code(generations.undo_trash(other, at).await), Code::NotFound);
    assert_eq!(generations.undo_trash(person, at).await.unwrap().ids, ids);
    assert_eq!(code(generations.undo_trash(person, at).await), Code::NotFound);
    for (name, result) in [
        ("trash", generations.trash(other, &ids).await),
        ("restore", generations.restore(other, &ids).await),
        ("delete", generations.delete_all(other, &ids).await),
    ] {
        assert_eq!(code(result), Code::NotFound, "{name} of somebody else's");
    }
    assert_eq!(library(&test, person, LibraryQuery::default()).await, ids);
    generations.trash(person, &ids).await.unwrap();
    generations.delete(person, id).await.unwrap();
    for (name, result) in [
        ("trash", generations.trash(person, &ids).await),
        ("restore", generations.restore(person, &ids).await),
        ("delete", generations.delete_all(person, &ids).await),
    ] {
        assert_eq!(code(result), Code::NotFound, "{name} of what is gone");
    }
    assert_eq!(code(generations.trash(person, &[]).await), Code::Invalid);
    let many: Vec<_> = (0..2_001)
        .map(|n| GenerationId(uuid::Uuid::from_u128(n)))
        .collect();
    assert_eq!(code(generations.restore(person, &many).await), Code::Invalid);
    assert_eq!(test.balance(person).await, balance, "the ledger is not touched");
    test.audit().await;
}

async fn what_lies_in_the_trash_is_left_out_and_still_there(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let (person, ids) = with_videos(&mut test, 2).await;
    let generations = &test.app.generations;
    generations.trash(person, &ids[..1]).await.unwrap();
    for (search, show) in [("", "all"), ("", "ready"), ("boat", "all"), ("boat", "ready")] {
        let query = LibraryQuery {
            search: search.into(),
            show: show.into(),
            ..LibraryQuery::default()
        };
        assert_eq!(library(&test, person, query).await, ids[1..], "{search} {show}");
    }
    let snapshot = generations.snapshot(person).await.unwrap();
    assert_eq!(
        snapshot.cards.iter().map(|card| card.id).collect::<Vec<_>>(),
        ids[1..]
    );
    let listed = aisora::server::db::generations::list(&test.app.db, person.0, None, false, 10).await;
    assert_eq!(
        listed.unwrap().iter().map(|row| row.id).collect::<Vec<_>>(),
        [ids[1].0]
    );
    // Its page says so, its video plays, its line in the statement has its words.
    let page = generations.page(person, ids[0]).await.unwrap();
    assert_eq!(page.trash.unwrap().days, 30);
    assert_eq!(generations.page(person, ids[1]).await.unwrap().trash, None);
    assert!(generations.media(person, ids[0]).await.is_ok());
    let statement = generations.statement(person, None).await.unwrap();
    let prompts = statement.lines.iter().filter_map(|line| line.name.as_deref());
    assert!(
        prompts.clone().any(|prompt| prompt == "boat 0") && prompts.clone().any(|prompt| prompt == "boat 1")
    );
    test.audit().await;
}

async fn many_are_moved_and_what_cannot_be_is_told(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let (person, ids) = with_videos(&mut test, 2).await;
    let slow = test.create(person, "slow", 1).await.remove(0).id;
    let gone = GenerationId(uuid::Uuid::from_u128(7));
    let all = [ids[1], slow, ids[0], gone, ids[1]];
    let moved = test.app.generations.trash(person, &all).await.unwrap();
    assert_eq!(moved.ids, ids);
    let mut left: Vec<_> = moved.left.iter().map(|left| (left.id, left.why.code)).collect();
    left.sort_unstable_by_key(|left| left.0);
    assert_eq!(left, [(gone, Code::NotFound), (slow, Code::Conflict)]);
    assert_eq!(
        code(test.app.generations.delete(person, slow).await),
        Code::Conflict
    );
    let deleted = test.app.generations.delete_all(person, &all).await.unwrap();
    assert_eq!((deleted.ids.len(), deleted.bytes), (2, moved.bytes));
    test.app.generations.cancel(person, slow).await.unwrap();
    assert_eq!(
        test.app.generations.trash(person, &[slow]).await.unwrap().ids,
        [slow],
        "what was not made can be moved too"
    );
    test.audit().await;
}

async fn after_thirty_days_it_is_gone_for_good(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let setup = Setup {
        clock: clock.clone(),
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup).await;
    let (person, ids) = with_videos(&mut test, 3).await;
    test.stop_work().await;
    let balance = test.balance(person).await;
    let row = test.app.generations.media(person, ids[0]).await.unwrap();
    let key = format!("{}/video.mp4", row.media_prefix.unwrap());
    let life = &test.app.worker.life;
    test.app.generations.trash(person, &ids[..2]).await.unwrap();
    clock.advance(1);
    test.app.generations.restore(person, &ids[1..2]).await.unwrap();
    test.app.generations.trash(person, &ids[1..2]).await.unwrap();
    clock.advance(KEPT_MS - 2);
    expire(life).await.unwrap();
    assert_eq!(in_trash(&test, person).await.len(), 2, "a millisecond too early");
    clock.advance(1);
    expire(life).await.unwrap();
    assert_eq!(in_trash(&test, person).await, ids[1..2], "each at its own time");
    assert_eq!(
        code(test.app.generations.restore(person, &ids[..1]).await),
        Code::NotFound
    );
    assert!(
        test.app.storage.length(&key).await.is_ok(),
        "the worker removes files"
    );
    // The worker does the rest by itself.
    clock.advance(1);
    test.work();
    test.until("all of it is gone", async || {
        in_trash(&test, person).await.is_empty() && test.app.storage.length(&key).await.is_err()
    })
    .await;
    assert_eq!(library(&test, person, LibraryQuery::default()).await, ids[2..]);
    assert_eq!(test.balance(person).await, balance);
    test.audit().await;
}

async fn two_at_once_do_it_once(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let setup = Setup {
        clock: clock.clone(),
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup).await;
    let (person, ids) = with_videos(&mut test, 6).await;
    test.stop_work().await;
    let generations = &test.app.generations;
    // Deletes: one does it, for the other there is nothing.
    let (one, two) = tokio::join!(
        generations.delete(person, ids[0]),
        generations.delete(person, ids[0])
    );
    let lost = if one.is_ok() { two } else { one };
    assert_eq!(code(lost), Code::NotFound);
    // Moves and restores in opposite orders wait for nobody for ever.
    let backwards: Vec<_> = ids[1..].iter().rev().copied().collect();
    let (one, two) = tokio::join!(
        generations.trash(person, &ids[1..]),
        generations.trash(person, &backwards)
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!((one.ids.len(), &one.ids, one.bytes), (5, &two.ids, two.bytes));
    let (one, two) = tokio::join!(
        generations.restore(person, &ids[1..3]),
        generations.restore(person, &backwards[3..])
    );
    assert_eq!(one.unwrap().ids, two.unwrap().ids);
    // Due, restored and deleted at the same moment: somebody was first, and the rest is told so.
    clock.advance(KEPT_MS);
    let other = test.sister(Setup {
        clock: clock.clone(),
        ..Setup::default()
    });
    let other = other.await;
    let (mine, theirs, restored, emptied) = tokio::join!(
        expire(&test.app.worker.life),
        expire(&other.worker.life),
        generations.restore(person, &ids[3..]),
        generations.empty_trash(person),
    );
    mine.unwrap();
    theirs.unwrap();
    emptied.unwrap();
    let restored = match restored {
        Ok(moved) => moved.ids,
        Err(Failure::App(error)) if error.code == Code::NotFound => Vec::new(),
        Err(error) => panic!("{error}"),
    };
    let mut stay: Vec<_> = ids[1..3].iter().chain(&restored).copied().collect();
    stay.reverse();
    assert_eq!(library(&test, person, LibraryQuery::default()).await, stay);
    assert_eq!(in_trash(&test, person).await, []);
    test.audit().await;
}

async fn the_trash_is_listed_by_deletion_and_emptied(engine: Engine) {
    let test = TestApp::start(engine).await;
    let (person, other) = (test.person().await, test.person().await);
    let mut form = test.form(person, "boat", 1).await;
    form.takes = "4".into();
    let mut ids = Vec::new();
    for _ in 0..5 {
        form.quote = test.app.generations.quote(person, &form).await.unwrap().token;
        ids.extend(
            test.app
                .generations
                .create(person, &form)
                .await
                .unwrap()
                .iter()
                .map(|card| card.id),
        );
    }
    test.raw("UPDATE generations SET state = 'cancelled', credits = 0")
        .await;
    test.raw("DELETE FROM jobs").await;
    let foreign = test.create(other, "not mine", 1).await[0].id;
    test.raw("UPDATE generations SET state = 'cancelled', credits = 0, media_bytes = 1000000")
        .await;
    let generations = &test.app.generations;
    generations.trash(other, &[foreign]).await.unwrap();
    // The oldest video was deleted last.
    for pair in ids.chunks(2).rev() {
        generations.trash(person, pair).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let page = generations
        .trash_page(person, &TrashQuery::default())
        .await
        .unwrap();
    assert_eq!((page.count, page.bytes, page.next), (20, 20_000_000, None));
    let listed: Vec<_> = page.videos.iter().map(|video| video.id).collect();
    let expected: Vec<_> = ids.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
    assert_eq!(listed, expected);
    // A place inside of one deletion is gone on from.
    let at = page.videos[2].gone.gone_at - KEPT_MS;
    let after = format!("{at}.{}", page.videos[2].id);
    let rest = generations
        .trash_page(person, &TrashQuery { after })
        .await
        .unwrap();
    assert_eq!(rest.videos, page.videos[3..]);
    for junk in ["x", "1", "1.x", "9999999999999999999999.1"] {
        let after = junk.to_owned();
        let page = generations
            .trash_page(person, &TrashQuery { after })
            .await
            .unwrap();
        assert_eq!(page.videos.len(), 20, "{junk}");
    }
    let emptied = generations.empty_trash(person).await.unwrap();
    assert_eq!(
        (emptied.ids.len(), emptied.bytes, emptied.left.len()),
        (20, 20_000_000, 0)
    );
    assert_eq!(in_trash(&test, person).await, []);
    assert_eq!(in_trash(&test, other).await, [foreign]);
    assert!(generations.empty_trash(person).await.unwrap().ids.is_empty());
}

/// The server is killed again and again while it deletes what is due: all of it goes, and nothing else.
async fn kills_lose_and_repeat_nothing(engine: Engine) {
    let setup = Setup {
        environment: vec![("AISORA_CREDITS_WELCOME", "100000".into())],
        ..Setup::default()
    };
    let test = TestApp::with(engine, setup).await;
    let person = test.person().await;
    let mut form = test.form(person, "boat", 4).await;
    let mut ids = Vec::new();
    for _ in 0..20 {
        form.quote = test.app.generations.quote(person, &form).await.unwrap().token;
        ids.extend(
            test.app
                .generations
                .create(person, &form)
                .await
                .unwrap()
                .iter()
                .map(|card| card.id),
        );
        for id in &ids[ids.len() - 4..] {
            let name = format!("generations/{id}/1/video.mp4");
            test.app.storage.put(&name, vec![7; 100]).await.unwrap();
        }
        test.raw("UPDATE generations SET state = 'cancelled', credits = 0, media_bytes = 100")
            .await;
        test.raw("DELETE FROM jobs").await;
    }
    // All but the last four are long due; the first one was restored in time.
    test.app.generations.trash(person, &ids[..76]).await.unwrap();
    test.raw("UPDATE generations SET trashed_at = 1 WHERE trashed_at IS NOT NULL")
        .await;
    test.app.generations.restore(person, &ids[..1]).await.unwrap();
    let mut random = StdRng::seed_from_u64(7);
    let mut server = Server::new(test.folder.path(), Some(test.database_url.clone()));
    let client = crate::support::client().build().unwrap();
    let mut kills = 0;
    while !in_trash(&test, person).await.is_empty() {
        server.start(&client).await;
        tokio::time::sleep(Duration::from_millis(random.random_range(1..40))).await;
        server.kill();
        kills += 1;
        assert!(kills < 200, "it never ends");
    }
    // Files that a killed worker was removing are removed by the next one when the lease is over.
    test.raw("UPDATE jobs SET lease_until = 0").await;
    server.start(&client).await;
    test.until("the files of all others are gone", async || {
        let mut there = 0;
        for id in &ids {
            let name = format!("generations/{id}/1/video.mp4");
            there += usize::from(test.app.storage.length(&name).await.is_ok());
        }
        there == 5
    })
    .await;
    server.kill();
    eprintln!("{engine:?}: {kills} kills");
    for (n, id) in ids.iter().enumerate() {
        let is_there = generations::lookup(&test.app.db, person.0, id.0)
            .await
            .unwrap()
            .is_some();
        assert_eq!(is_there, n == 0 || n >= 76, "video {n}");
    }
    test.audit().await;
}
