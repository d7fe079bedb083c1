//! The main job and its rules: quote, create, watch, cancel, delete.

mod refused;

use crate::support::{Engine, MODEL, Play, Setup, TestApp};
use aisora::model::{
    composition::{ComposerForm, SEED_MAX},
    credits::Credits,
    error::Code,
    generation::{Card, Charge, LibraryQuery, Reason, State},
};
use aisora::server::error::Failure;

crate::on_both_engines!(
    a_poster_comes_from_the_provider_where_none_can_be_made,
    from_a_prompt_to_a_charged_video,
    the_built_in_renderer_makes_a_real_video,
    takes_have_their_own_seeds_holds_and_videos,
    a_double_click_creates_once,
    who_missed_the_answer_and_asks_for_something_else_is_told,
    two_browsers_spend_the_last_credits_once,
    cancelling_waiting_and_running_work_costs_nothing,
    the_library_pages_searches_and_filters,
    deleting_forgets_the_prompt_and_the_files,
    estimates_appear_with_history,
);

async fn from_a_prompt_to_a_charged_video(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    let card = test.create(person, "a paper boat", 1).await.remove(0);
    assert_eq!(
        (card.state, card.charge),
        (State::Queued, Charge::Held(Credits(10)))
    );
    assert_eq!(card.place, Some(1));
    assert_eq!(test.balance(person).await, (190, 10));
    test.work();
    let card = test.ended(person, card.id).await;
    assert_eq!(
        (card.state, card.charge),
        (State::Succeeded, Charge::Charged(Credits(10)))
    );
    assert!(card.poster);
    assert_eq!(test.balance(person).await, (190, 0));
    let page = test.app.generations.page(person, card.id).await.unwrap();
    let states: Vec<_> = page.history.iter().map(|line| line.state).collect();
    assert_eq!(
        states,
        [
            State::Queued,
            State::Submitting,
            State::Running,
            State::Storing,
            State::Succeeded
        ]
    );
    let statement = test.app.generations.statement(person, None).await.unwrap();
    assert_eq!(statement.lines[0].generation, Some(card.id));
    assert_eq!(statement.lines[0].name.as_deref(), Some("a paper boat"));
    test.audit().await;
}

async fn the_built_in_renderer_makes_a_real_video(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    test.work();
    let person = test.person().await;
    let mut form = test.form(person, "night rain over a harbour", 1).await;
    form.model = "builtin".into();
    form.seconds = "2".into();
    form.caption = "on".into();
    form.quote = test.app.generations.quote(person, &form).await.unwrap().token;
    let card = test
        .app
        .generations
        .create(person, &form)
        .await
        .unwrap()
        .remove(0);
    let card = test.ended(person, card.id).await;
    assert_eq!(card.state, State::Succeeded, "{card:?}");
    assert_eq!(card.charge, Charge::Charged(Credits(20)));
    test.audit().await;
}

async fn takes_have_their_own_seeds_holds_and_videos(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    let mut form = test.form(person, "four boats", 4).await;
    form.seed = "2147483646".into();
    let cards = test.app.generations.create(person, &form).await.unwrap();
    let seeds: Vec<_> = cards.iter().map(|card| card.seed).collect();
    assert_eq!(
        seeds,
        [2_147_483_646, 2_147_483_647, 0, 1],
        "seeds go round at their largest"
    );
    assert_eq!(test.balance(person).await, (160, 40));
    test.work();
    test.app.generations.cancel(person, cards[3].id).await.ok();
    for card in &cards {
        test.ended(person, card.id).await;
    }
    assert_eq!(test.balance(person).await.1, 0);
    test.audit().await;
}

async fn a_double_click_creates_once(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let form = test.form(person, "a boat", 2).await;
    let clicks = (0..6).map(|_| {
        let (generations, form) = (test.app.generations.clone(), form.clone());
        tokio::spawn(async move { generations.create(person, &form).await.unwrap() })
    });
    let mut seen = Vec::new();
    for click in clicks.collect::<Vec<_>>() {
        let ids: Vec<_> = click.await.unwrap().into_iter().map(|card| card.id).collect();
        seen.push(ids);
    }
    assert!(
        seen.iter().all(|ids| *ids == seen[0] && ids.len() == 2),
        "{seen:?}"
    );
    assert_eq!(test.balance(person).await, (180, 20));
    test.audit().await;
}

async fn who_missed_the_answer_and_asks_for_something_else_is_told(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let mut form = test.form(person, "a boat\na lamp", 2).await;
    form.lines = "on".into();
    form.seed = "2147483647".into();
    form.quote = test.app.generations.quote(person, &form).await.unwrap().token;
    let cards = test.app.generations.create(person, &form).await.unwrap();
    let seeds: Vec<_> = cards.iter().map(|card| card.seed).collect();
    assert_eq!(seeds, [SEED_MAX, 0, SEED_MAX, 0]);

    let other = |change: &dyn Fn(&mut ComposerForm)| {
        let mut other = form.clone();
        change(&mut other);
        other
    };
    for changed in [
        other(&|form| form.prompt = "a boat\na lantern".into()),
        other(&|form| form.prompt = "a lamp\na boat".into()),
        other(&|form| form.seed = "7".into()),
        other(&|form| form.caption = "on".into()),
    ] {
        let refused = test.app.generations.create(person, &changed).await;
        let Err(Failure::App(error)) = refused else {
            panic!("{changed:?}: {refused:?}")
        };
        assert_eq!(error.code, Code::QuoteStale);
        assert!(error.fields[0].message.contains("created after all"), "{error}");
    }
    // The same again is answered with the same, also when some of it is gone, or its seed was left to us.
    test.app.generations.cancel(person, cards[0].id).await.unwrap();
    test.app.generations.delete(person, cards[0].id).await.unwrap();
    for same in [form.clone(), other(&|form| form.seed = String::new())] {
        let again = test.app.generations.create(person, &same).await.unwrap();
        let ids = |cards: &[Card]| cards.iter().map(|card| card.id).collect::<Vec<_>>();
        assert_eq!(ids(&again), ids(&cards[1..]));
    }
    assert_eq!(test.balance(person).await, (170, 30));
    test.audit().await;
}

async fn two_browsers_spend_the_last_credits_once(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    // 200 credits; each of the two wants 4 takes, five times over: only five forms of 40 fit.
    let mut forms = Vec::new();
    for n in 0..10 {
        forms.push(test.form(person, &format!("boat {n}"), 4).await);
    }
    let tries = forms.into_iter().map(|form| {
        let generations = test.app.generations.clone();
        tokio::spawn(async move { generations.create(person, &form).await })
    });
    let (mut won, mut lost) = (0, 0);
    for each in tries.collect::<Vec<_>>() {
        match each.await.unwrap() {
            Ok(_) => won += 1,
            Err(Failure::App(error)) if error.code == Code::InsufficientCredits => lost += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((won, lost), (5, 5));
    assert_eq!(test.balance(person).await, (0, 200));
    test.audit().await;
}

async fn cancelling_waiting_and_running_work_costs_nothing(engine: Engine) {
    let play = Play::default();
    let mut test = TestApp::with(
        engine,
        Setup {
            play: Some(play.clone()),
            ..Setup::default()
        },
    )
    .await;
    let person = test.person().await;
    let waiting = test.create(person, "never", 1).await.remove(0);
    let card = test.app.generations.cancel(person, waiting.id).await.unwrap();
    assert_eq!(
        (card.state, card.charge, card.reason),
        (
            State::Cancelled,
            Charge::NotCharged,
            Some(Reason::CancelledByUser)
        )
    );
    test.work();
    let running = test.create(person, "never", 1).await.remove(0);
    test.when(person, running.id, |state| state == State::Running)
        .await;
    test.app.generations.cancel(person, running.id).await.unwrap();
    assert_eq!(test.balance(person).await, (200, 0));
    test.until("the provider was told", async || {
        !play.cancelled.lock().unwrap().is_empty()
    })
    .await;
    assert_eq!(
        *play.cancelled.lock().unwrap(),
        [running.id.to_string()],
        "and of this one only"
    );
    let again = test.app.generations.cancel(person, running.id).await;
    assert!(matches!(again, Err(Failure::App(error)) if error.code == Code::Conflict));
    test.audit().await;
}

async fn the_library_pages_searches_and_filters(engine: Engine) {
    let setup = Setup {
        environment: vec![("AISORA_CREDITS_WELCOME", "1000".into())],
        ..Setup::default()
    };
    let test = TestApp::with(engine, setup).await;
    let person = test.person().await;
    for n in 0..60 {
        test.create(person, &format!("Boat {n} at 100% Ärger"), 1).await;
    }
    let library = async |query: LibraryQuery| test.app.generations.library(person, &query).await.unwrap();
    let first = library(LibraryQuery::default()).await;
    assert_eq!(first.cards.len(), 48);
    assert!(first.cards[0].prompt.starts_with("Boat 59 "), "newest first");
    let second = library(LibraryQuery {
        after: first.next,
        ..LibraryQuery::default()
    })
    .await;
    assert_eq!((second.cards.len(), second.next), (12, None));
    let found = |search: &str| LibraryQuery {
        search: search.into(),
        ..LibraryQuery::default()
    };
    assert_eq!(library(found("boat 7 ")).await.cards.len(), 1);
    assert_eq!(
        library(found("ärger")).await.cards.len(),
        48,
        "whatever the case, umlauts too"
    );
    assert_eq!(library(found("argER 100%")).await.cards.len(), 48);
    let older = LibraryQuery {
        after: library(found("ärger")).await.next,
        ..found("ärger")
    };
    assert_eq!(library(older).await.cards.len(), 12, "a search has pages too");
    assert_eq!(
        library(found("b%t")).await.cards.len(),
        0,
        "signs are signs, not patterns"
    );
    let shown = |show: &str| LibraryQuery {
        show: show.into(),
        ..LibraryQuery::default()
    };
    assert_eq!(library(shown("making")).await.cards.len(), 48);
    assert_eq!(library(shown("ready")).await.cards.len(), 0);
    test.app
        .generations
        .cancel(person, first.cards[0].id)
        .await
        .unwrap();
    assert_eq!(library(shown("not-made")).await.cards.len(), 1);
    assert_eq!(library(shown("nonsense")).await.cards.len(), 48, "shows all");
}

async fn deleting_forgets_the_prompt_and_the_files(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    let card = test.create(person, "a secret boat", 1).await.remove(0);
    let early = test.app.generations.delete(person, card.id).await;
    assert!(
        matches!(early, Err(Failure::App(error)) if error.code == Code::Conflict),
        "while it is being made"
    );
    test.work();
    test.ended(person, card.id).await;
    let row = test.app.generations.media(person, card.id).await.unwrap();
    let key = format!("{}/video.mp4", row.media_prefix.unwrap());
    assert!(test.app.storage.length(&key).await.unwrap() > 0);
    test.app.generations.delete(person, card.id).await.unwrap();
    test.until("the files are removed", async || {
        test.app.storage.length(&key).await.is_err()
    })
    .await;
    assert!(test.app.generations.page(person, card.id).await.is_err());
    let statement = test.app.generations.statement(person, None).await.unwrap();
    assert_eq!(statement.lines.len(), 3, "the ledger keeps its lines");
    assert_eq!(
        (statement.lines[0].generation, statement.lines[0].name.clone()),
        (None, None)
    );
    test.audit().await;
}

async fn estimates_appear_with_history(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    test.work();
    let person = test.person().await;
    for card in test.create(person, "a boat", 4).await {
        test.ended(person, card.id).await;
    }
    // Another process has no remembered answer from before.
    let sister = test.sister(Setup::default()).await;
    let mut form = test.form(person, "a boat", 1).await;
    form.model = MODEL.into();
    let estimate = sister
        .generations
        .quote(person, &form)
        .await
        .unwrap()
        .estimate
        .expect("history");
    assert_eq!(estimate.of, 4);
    assert!(estimate.p50_ms <= estimate.p90_ms);
}

async fn a_poster_comes_from_the_provider_where_none_can_be_made(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    test.work();
    let person = test.person().await;
    for (prompt, poster) in [("fine colours", false), ("fine colours, with a picture", true)] {
        let card = test.create(person, prompt, 1).await.remove(0);
        let card = test.ended(person, card.id).await;
        assert_eq!(
            (card.state, card.poster),
            (State::Succeeded, poster),
            "{prompt}: {:?}",
            card.reason
        );
        if poster {
            let row = test.app.generations.media(person, card.id).await.expect("stored");
            let name = format!("{}/poster.jpg", row.media_prefix.expect("a place"));
            let length = test.app.storage.length(&name).await.expect("a poster");
            assert!(length > 1_000, "{length}");
        }
    }
    test.audit().await;
}
