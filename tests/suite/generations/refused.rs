//! What is refused before anything starts, and what nobody but its owner may do.

use crate::support::{Engine, Setup, TestApp};
use aisora::model::{
    composition::ComposerForm,
    error::Code,
    generation::{LibraryQuery, State},
    ids::UserId,
};
use aisora::server::{clock::Clock, error::Failure};

crate::on_both_engines!(
    one_credit_short_is_refused_with_how_many_are_missing,
    stale_foreign_and_changed_quotes_are_refused,
    what_does_not_fit_is_refused_before_anything_starts,
    nobody_sees_or_touches_what_is_not_theirs,
);

async fn refused(test: &TestApp, person: UserId, form: &ComposerForm) -> aisora::model::error::AppError {
    match test.app.generations.create(person, form).await {
        Err(Failure::App(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(cards) => panic!("created {cards:?}"),
    }
}

async fn one_credit_short_is_refused_with_how_many_are_missing(engine: Engine) {
    let setup = Setup {
        environment: vec![("AISORA_CREDITS_WELCOME", "39".into())],
        ..Setup::default()
    };
    let test = TestApp::with(engine, setup).await;
    let person = test.person().await;
    let form = test.form(person, "a boat", 4).await;
    let error = refused(&test, person, &form).await;
    assert_eq!(error.code, Code::InsufficientCredits);
    assert!(
        error.message.contains("you need 1 credit more"),
        "{}",
        error.message
    );
    assert_eq!(test.balance(person).await, (39, 0));
    assert!(
        test.app
            .generations
            .snapshot(person)
            .await
            .unwrap()
            .cards
            .is_empty(),
        "not even one of the takes"
    );
    test.audit().await;
}

async fn stale_foreign_and_changed_quotes_are_refused(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let test = TestApp::with(
        engine,
        Setup {
            clock: clock.clone(),
            ..Setup::default()
        },
    )
    .await;
    let (person, other) = (test.person().await, test.person().await);
    let form = test.form(person, "a boat", 1).await;
    assert_eq!(
        refused(&test, other, &form).await.code,
        Code::QuoteStale,
        "somebody else's"
    );
    let more = ComposerForm {
        takes: "4".into(),
        ..form.clone()
    };
    assert_eq!(
        refused(&test, person, &more).await.code,
        Code::QuoteStale,
        "for other choices"
    );
    let forged = ComposerForm {
        quote: form.quote.replace('a', "b"),
        ..form.clone()
    };
    assert_eq!(
        refused(&test, person, &forged).await.code,
        Code::QuoteStale,
        "tampered with"
    );
    clock.advance(31 * 60_000);
    let error = refused(&test, person, &form).await;
    assert_eq!(error.code, Code::QuoteStale, "expired");
    assert!(error.at("quote").is_some());
    // A clock that went backwards does not make it fresh for somebody else, and keeps it good for its owner.
    clock.advance(-60 * 60_000);
    assert_eq!(test.app.generations.create(person, &form).await.unwrap().len(), 1);
    test.audit().await;
}

async fn what_does_not_fit_is_refused_before_anything_starts(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let good = test.form(person, "a boat", 1).await;
    let long = "x".repeat(32_001);
    let bad = [
        (
            "prompt",
            ComposerForm {
                prompt: String::new(),
                ..good.clone()
            },
        ),
        (
            "prompt",
            ComposerForm {
                prompt: long,
                ..good.clone()
            },
        ),
        (
            "prompt",
            ComposerForm {
                prompt: "a\u{0}b".into(),
                ..good.clone()
            },
        ),
        (
            "model",
            ComposerForm {
                model: "sora-2".into(),
                ..good.clone()
            },
        ),
        (
            "size",
            ComposerForm {
                size: "1x1".into(),
                ..good.clone()
            },
        ),
        (
            "seconds",
            ComposerForm {
                seconds: "900".into(),
                ..good.clone()
            },
        ),
        (
            "takes",
            ComposerForm {
                takes: "0".into(),
                ..good.clone()
            },
        ),
        (
            "takes",
            ComposerForm {
                takes: "5".into(),
                ..good.clone()
            },
        ),
        (
            "takes",
            ComposerForm {
                takes: "-1".into(),
                ..good.clone()
            },
        ),
        (
            "seed",
            ComposerForm {
                seed: "2147483648".into(),
                ..good.clone()
            },
        ),
    ];
    for (field, form) in bad {
        let error = refused(&test, person, &form).await;
        assert_eq!(error.code, Code::Invalid);
        assert!(error.at(field).is_some(), "{field}: {error:?}");
    }
    assert_eq!(test.balance(person).await, (200, 0));
    let arabic = ComposerForm {
        prompt: "قارب ورقي يعبر المطر عند الغسق".into(),
        ..good
    };
    assert_eq!(
        test.app.generations.create(person, &arabic).await.unwrap()[0].prompt,
        arabic.prompt
    );
}

async fn nobody_sees_or_touches_what_is_not_theirs(engine: Engine) {
    let test = TestApp::start(engine).await;
    let (owner, other) = (test.person().await, test.person().await);
    let card = test.create(owner, "mine", 1).await.remove(0);
    let generations = &test.app.generations;
    let not_found = |failure: Failure| matches!(failure, Failure::App(error) if error.code == Code::NotFound);
    assert!(not_found(generations.page(other, card.id).await.unwrap_err()));
    assert!(not_found(generations.cancel(other, card.id).await.unwrap_err()));
    assert!(not_found(generations.delete(other, card.id).await.unwrap_err()));
    assert!(not_found(generations.media(other, card.id).await.unwrap_err()));
    assert!(not_found(
        generations.studio(other, Some(card.id), None).await.unwrap_err()
    ));
    assert!(
        generations
            .library(other, &LibraryQuery::default())
            .await
            .unwrap()
            .cards
            .is_empty()
    );
    assert_eq!(
        test.app
            .generations
            .page(owner, card.id)
            .await
            .unwrap()
            .card
            .state,
        State::Queued
    );
}
