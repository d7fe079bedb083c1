//! Filters, orders and places in an address.

use super::{all, fill};
use crate::support::{Engine, TestApp};
use aisora::model::{
    ids::{GenerationId, UserId},
    library::{AT_ONCE, AboutChange, LibraryQuery, Sort},
};
use aisora::server::organising::Act;
use futures::{StreamExt as _, stream};
use std::collections::BTreeSet;

crate::on_both_engines!(
    every_filter_in_every_order_shows_each_video_once,
    words_in_an_address_that_mean_nothing_are_passed_over,
    as_many_are_selected_as_can_be_at_once,
);

async fn every_filter_in_every_order_shows_each_video_once(engine: Engine) {
    let setup = crate::support::Setup {
        environment: vec![("AISORA_CREDITS_WELCOME", "100000".into())],
        ..Default::default()
    };
    let test = TestApp::with(engine, setup).await;
    let (person, other) = (test.person().await, test.person().await);
    let ids = fill(&test, person, 130).await;
    fill(&test, other, 5).await;
    let organising = &test.app.organising;
    let half: Vec<_> = ids.iter().step_by(2).copied().collect();
    let shelf = organising.collection(person, "Half").await.unwrap();
    organising.act(person, &half, &Act::Collect(shelf)).await.unwrap();
    organising
        .act(person, &ids[..60], &Act::Favourite(true))
        .await
        .unwrap();
    organising
        .act(person, &ids[50..], &Act::Tag(vec!["sea".into()]))
        .await
        .unwrap();
    let query = LibraryQuery::default();
    let views = [
        (query.clone(), 130),
        (query.with("show", "not-made"), 86),
        (query.with("show", "making"), 44),
        (query.with("search", "boat"), 130),
        (query.with("search", "sea"), 80),
        (query.with("favourite", "yes"), 60),
        (query.with("collection", &shelf.to_string()), 65),
        (query.with("tag", "SEA"), 80),
        (
            query
                .with("tag", "sea")
                .with("favourite", "1")
                .with("search", "paper"),
            10,
        ),
        (query.with("from", "2020-01-01").with("to", "2999-12-31"), 130),
        (query.with("to", "2020-01-01"), 0),
        (query.with("from", "2999-01-01"), 0),
    ];
    for (view, many) in &views {
        let mut sets = BTreeSet::new();
        for (_, sort, _) in Sort::ALL {
            let view = view.with("sort", sort);
            let found = all(&test, person, &view).await;
            let matching = test.app.generations.matching(person, &view).await.unwrap();
            assert_eq!((&matching.ids, matching.more), (&found, false), "{view:?}");
            let set: BTreeSet<_> = found.iter().copied().collect();
            assert_eq!((found.len(), set.len()), (*many, *many), "{view:?} {sort}");
            sets.insert(set);
        }
        assert_eq!(sets.len(), 1, "the same videos in every order: {view:?}");
    }
    // Filters whose sizes the rows decide: together they are everything, and each keeps to its own.
    let shapes = ["wide", "tall", "square"].map(|shape| query.with("shape", shape));
    let models = ["rare", "often"].map(|model| query.with("model", model));
    for parts in [&shapes[..], &models[..]] {
        let mut sum = BTreeSet::new();
        for part in parts {
            for (_, sort, _) in Sort::ALL {
                sum.extend(all(&test, person, &part.with("sort", sort)).await);
            }
        }
        assert_eq!(sum.len(), 130);
    }
    orders_are_what_they_say(&test, person, &ids).await;
}

async fn orders_are_what_they_say(test: &TestApp, person: UserId, ids: &[GenerationId]) {
    let cards = async |sort: &str| {
        let query = LibraryQuery::default().with("sort", sort);
        test.app.generations.library(person, &query).await.unwrap().cards
    };
    assert_eq!(cards("oldest").await[0].id, ids[0]);
    assert_eq!(cards("nonsense").await[0].id, ids[129]);
    let longest = cards("longest").await;
    assert!(longest.is_sorted_by(|a, b| a.seconds >= b.seconds) && longest[0].seconds > 1);
    let finished = cards("finished").await;
    assert!(finished.is_sorted_by(|a, b| a.finished_at >= b.finished_at));
    assert!(finished[0].finished_at.is_some(), "what goes on comes last");
    let change = AboutChange {
        title: "Äpfel".into(),
        ..AboutChange::default()
    };
    test.app
        .organising
        .write(person, ids[77], change, "")
        .await
        .unwrap();
    let first = cards("title").await.remove(0);
    assert_eq!(
        (first.id, first.name()),
        (ids[77], "Äpfel"),
        "umlauts stand with their letter"
    );
}

async fn as_many_are_selected_as_can_be_at_once(engine: Engine) {
    let setup = crate::support::Setup {
        environment: vec![("AISORA_CREDITS_WELCOME", "1000000".into())],
        ..Default::default()
    };
    let test = TestApp::with(engine, setup).await;
    let (person, other) = (test.person().await, test.person().await);
    let orders = stream::iter(0..=AT_ONCE / 4).map(|n| {
        let test = &test;
        async move { test.create(person, &format!("lamp {n}"), 4).await }
    });
    let made: Vec<_> = orders.buffer_unordered(16).collect().await;
    test.create(other, "a lamp of somebody else", 4).await;
    let mut made: Vec<_> = made.iter().flatten().map(|card| card.id).collect();
    made.sort_unstable();
    let (first, rest) = made.split_at(AT_ONCE);
    assert_eq!(rest.len(), 4);

    let query = LibraryQuery {
        // A place is no part of what is shown.
        after: Some(made[7].to_string()),
        ..LibraryQuery::default().with("sort", "oldest")
    };
    for query in [query.clone(), query.with("search", "lamp")] {
        let matching = test.app.generations.matching(person, &query).await.unwrap();
        assert!(matching.more);
        assert_eq!(matching.ids, first);
    }
    let organising = &test.app.organising;
    let done = organising
        .act(person, first, &Act::Favourite(true))
        .await
        .unwrap();
    assert_eq!(done, AT_ONCE);
    let refused = organising.act(person, &made, &Act::Favourite(true)).await;
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("at most 2000"), "{message}");
    let favourites = query.with("favourite", "1");
    let matching = test.app.generations.matching(person, &favourites).await.unwrap();
    assert_eq!((matching.ids.as_slice(), matching.more), (first, false));
}

async fn words_in_an_address_that_mean_nothing_are_passed_over(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    test.create(person, "one", 1).await;
    let query = LibraryQuery::default();
    for (name, word) in [
        ("show", "x"),
        ("shape", "round"),
        ("from", "yesterday"),
        ("to", "2026-02-31"),
        ("collection", "not-an-id"),
        ("sort", "'; DROP TABLE"),
        ("view", "\0"),
        ("model", "\0"),
        ("tag", "\0"),
    ] {
        let page = test
            .app
            .generations
            .library(person, &query.with(name, word))
            .await
            .unwrap();
        assert_eq!(page.cards.len(), 1, "{name}={word:?}");
    }
    for sort in ["newest", "longest", "title"] {
        let query = LibraryQuery {
            after: Some("x'.%".into()),
            ..query.with("sort", sort)
        };
        assert_eq!(
            test.app
                .generations
                .library(person, &query)
                .await
                .unwrap()
                .cards
                .len(),
            1
        );
    }
    for (name, word) in [
        ("model", "%"),
        ("tag", "_"),
        ("collection", "0191f000-0000-7000-8000-000000000001"),
    ] {
        let page = test
            .app
            .generations
            .library(person, &query.with(name, word))
            .await
            .unwrap();
        assert_eq!(page.cards.len(), 0, "{name}={word:?} is a word that no video has");
    }
}
