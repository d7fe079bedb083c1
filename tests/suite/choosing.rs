//! One model at several providers: who is asked, who is asked next, and who never.

use crate::{
    on_both_engines,
    support::{Engine, LENGTH, MODEL, Play, SIZE, Setup, TestApp},
};
use aisora::model::{
    composition::ComposerForm,
    credits::Credits,
    error::{AppError, Code},
    generation::{Charge, Reason, State},
};
use aisora::server::{
    clock::Clock,
    error::Failure,
    providers::{Providers, health},
};
use serde_json::json;

on_both_engines!(
    a_provider_that_refuses_hands_on_to_the_next,
    a_busy_provider_is_asked_again_after_the_others,
    what_nobody_takes_ends_without_a_charge,
    what_a_safety_system_stops_is_not_carried_to_the_next,
    nobody_dearer_than_the_quote_is_asked,
    a_broken_order_is_given_to_nobody_else,
    a_paused_provider_is_passed_over,
    every_process_knows_how_a_provider_does,
    work_of_a_provider_that_left_goes_to_another,
    a_retired_model_names_its_successor,
);

fn two(east: Play, west: Play) -> Setup {
    Setup {
        play: Some(east),
        more: vec![west],
        ..Setup::default()
    }
}

fn orders(play: &Play) -> usize {
    play.orders.lock().unwrap().len()
}

async fn a_provider_that_refuses_hands_on_to_the_next(engine: Engine) {
    let (east, west) = (Play::named("east", 10), Play::named("west", 10));
    let mut test = TestApp::with(engine, two(east.clone(), west.clone())).await;
    let person = test.person().await;
    test.work();
    for prompt in ["east: refuse", "east: busy"] {
        let card = test.create(person, prompt, 1).await.remove(0);
        let card = test.ended(person, card.id).await;
        assert_eq!(card.state, State::Succeeded, "{prompt}: {:?}", card.reason);
    }
    assert_eq!((orders(&east), orders(&west)), (0, 2));
    assert_eq!(test.balance(person).await, (180, 0));
    // Who takes it, makes it.
    let card = test.create(person, "a boat", 1).await.remove(0);
    assert_eq!(test.ended(person, card.id).await.state, State::Succeeded);
    assert_eq!((orders(&east), orders(&west)), (1, 2));
    test.audit().await;
}

async fn a_busy_provider_is_asked_again_after_the_others(engine: Engine) {
    let (east, west) = (Play::named("east", 10), Play::named("west", 10));
    let mut test = TestApp::with(engine, two(east.clone(), west.clone())).await;
    let person = test.person().await;
    test.work();
    let prompt = "east: busy once; west: refuse";
    let card = test.create(person, prompt, 1).await.remove(0);
    let card = test.ended(person, card.id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    assert_eq!((orders(&east), orders(&west)), (1, 0));
    test.audit().await;
}

async fn what_nobody_takes_ends_without_a_charge(engine: Engine) {
    let (east, west) = (Play::named("east", 10), Play::named("west", 10));
    let mut test = TestApp::with(engine, two(east.clone(), west.clone())).await;
    let person = test.person().await;
    test.work();
    let prompt = "east: refuse; west: refuse";
    let card = test.create(person, prompt, 1).await.remove(0);
    let card = test.ended(person, card.id).await;
    assert_eq!(
        (card.state, card.reason, card.charge),
        (State::Failed, Some(Reason::ProviderRefused), Charge::NotCharged)
    );
    assert_eq!(test.balance(person).await, (200, 0));
    test.audit().await;
}

async fn what_a_safety_system_stops_is_not_carried_to_the_next(engine: Engine) {
    let (east, west) = (Play::named("east", 10), Play::named("west", 10));
    let mut test = TestApp::with(engine, two(east, west.clone())).await;
    let person = test.person().await;
    test.work();
    let card = test.create(person, "east: block at the door", 1).await.remove(0);
    assert_eq!(test.ended(person, card.id).await.state, State::Blocked);
    assert_eq!(orders(&west), 0);
    test.audit().await;
}

async fn nobody_dearer_than_the_quote_is_asked(engine: Engine) {
    let (east, dear, west) = (
        Play::named("east", 10),
        Play::named("dear", 11),
        Play::named("west", 9),
    );
    let setup = Setup {
        more: vec![dear.clone(), west.clone()],
        play: Some(east),
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup).await;
    let person = test.person().await;
    test.work();
    let card = test.create(person, "east: refuse", 1).await.remove(0);
    let card = test.ended(person, card.id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    assert_eq!((orders(&dear), orders(&west)), (0, 1));
    assert_eq!(test.balance(person).await, (190, 0), "as it was quoted");
    test.audit().await;
}

async fn a_broken_order_is_given_to_nobody_else(engine: Engine) {
    let (east, west) = (Play::named("east", 10).hasty(), Play::named("west", 10));
    let mut test = TestApp::with(engine, two(east, west.clone())).await;
    let person = test.person().await;
    test.work();
    for prompt in ["east: break at the door", "east: hang at the door"] {
        let card = test.create(person, prompt, 1).await.remove(0);
        let card = test.ended(person, card.id).await;
        assert_eq!(
            (card.state, card.reason),
            (State::Failed, Some(Reason::ProviderUnreachable)),
            "{prompt}"
        );
    }
    assert_eq!(orders(&west), 0, "nobody knows whether the first one took it");
    test.audit().await;
}

async fn a_paused_provider_is_passed_over(engine: Engine) {
    let (east, west) = (Play::named("east", 10), Play::named("west", 12));
    let mut test = TestApp::with(engine, two(east.clone(), west.clone())).await;
    let person = test.person().await;
    let health = |play: &Play| play.health.clone().unwrap();
    for _ in 0..5 {
        health(&east).failed("502");
    }
    test.work();
    let card = test.create(person, "a boat", 1).await.remove(0);
    assert_eq!(
        test.ended(person, card.id).await.charge,
        Charge::Charged(Credits(12))
    );
    assert_eq!((orders(&east), orders(&west)), (0, 1));
    for _ in 0..5 {
        health(&west).failed("502");
    }
    let form = ComposerForm {
        prompt: "a boat".into(),
        model: MODEL.into(),
        size: SIZE.to_string(),
        seconds: LENGTH.to_string(),
        takes: "1".into(),
        ..ComposerForm::default()
    };
    let refused = app_error(test.app.generations.quote(person, &form).await);
    assert_eq!(
        (refused.code, refused.fields[0].field.as_str()),
        (Code::Unavailable, "model")
    );
    health(&east).worked();
    test.app
        .generations
        .quote(person, &form)
        .await
        .expect("one of them is well again");
}

fn app_error<T: std::fmt::Debug>(result: Result<T, Failure>) -> AppError {
    match result {
        Err(Failure::App(error)) => error,
        other => panic!("{other:?}"),
    }
}

async fn every_process_knows_how_a_provider_does(engine: Engine) {
    let one = Play::named("east", 10);
    let other = Play::named("east", 10);
    let test = TestApp::with(
        engine,
        Setup {
            play: Some(one.clone()),
            ..Setup::default()
        },
    )
    .await;
    for app_play in [&one, &other] {
        let providers = Providers::new(vec![std::sync::Arc::new(app_play.clone())], Clock::System);
        tokio::spawn(health::share(providers, test.app.db.clone(), Clock::System));
    }
    let (one, other) = (one.health.unwrap(), other.health.unwrap());
    for _ in 0..3 {
        one.failed("502");
    }
    for _ in 0..2 {
        other.failed("503");
    }
    let same = async || one.paused_until().is_some() && other.paused_until().is_some();
    test.until("both know that it is paused", same).await;
    let recorded = health::recorded(&test.app.db, "east").await.unwrap();
    let doing = recorded.doing().unwrap();
    assert_eq!((doing.worked, doing.of), (0, 5));
    one.worked();
    let well = async || other.paused_until().is_none();
    test.until("the other one knows that it is well", well).await;
    let (told, words) = (told(&test, &["--json"]), told(&test, &[]));
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(
        (
            &told[0]["provider"],
            &told[0]["worked"],
            &told[0]["of"],
            &told[0]["paused_until"]
        ),
        (&json!("east"), &json!(1), &json!(6), &json!(null))
    );
    assert!(words.contains("east: 1 of the last 6 worked"), "{words}");
}

/// What the operator is told of the providers.
fn told(test: &TestApp, arguments: &[&str]) -> String {
    let file = test.folder.path().join("health.toml");
    let text = "[providers.east]\nkind = \"openai_videos\"\nbase_url = \"http://127.0.0.1:9/v1\"\n";
    std::fs::write(&file, text).expect("written");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_aisora"))
        .args(["provider", "health"])
        .args(arguments)
        .env("AISORA_CONFIG", &file)
        .env("AISORA_DATA_DIR", test.folder.path().join("data"))
        .env("AISORA_DATABASE_URL", &test.database_url)
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

async fn work_of_a_provider_that_left_goes_to_another(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let setup = |plays: &[&'static str]| Setup {
        clock: clock.clone(),
        without_play: true,
        more: plays.iter().map(|name| Play::named(name, 10)).collect(),
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup(&["east", "west"])).await;
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    clock.advance(700_000);
    test.app = test.sister(setup(&["west"])).await;
    test.work();
    let card = test.ended(person, card.id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    assert_eq!(test.balance(person).await, (190, 0));
    test.audit().await;
}

async fn a_retired_model_names_its_successor(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let old = Play::named("east", 10).offering(|offer| {
        offer.model.id = "old".into();
        offer.model.label = "Old Star".into();
        offer.available_until = Some(1_800_000_001_000);
        offer.successor = Some("older".into());
    });
    let older = Play::named("south", 10).offering(|offer| {
        offer.model.id = "older".into();
        offer.available_until = Some(1);
        offer.successor = Some(MODEL.into());
    });
    let setup = Setup {
        clock: clock.clone(),
        play: Some(old),
        more: vec![older, Play::named("west", 10)],
        ..Setup::default()
    };
    let test = TestApp::with(engine, setup).await;
    let person = test.person().await;
    let mut form = ComposerForm {
        prompt: "a boat".into(),
        model: "old".into(),
        size: SIZE.to_string(),
        seconds: LENGTH.to_string(),
        takes: "1".into(),
        ..ComposerForm::default()
    };
    form.quote = test.app.generations.quote(person, &form).await.unwrap().token;
    clock.advance(2_000);
    // The quote still holds, the model does not.
    let refused = app_error(test.app.generations.create(person, &form).await);
    assert_eq!(refused.fields[0].field, "model");
    assert_eq!(
        refused.fields[0].message,
        "Old Star is retired. Its successor is Played (played)."
    );
    assert_eq!(test.balance(person).await, (200, 0), "nothing was held");
    assert!(
        app_error(test.app.generations.quote(person, &form).await).fields[0]
            .message
            .contains("successor")
    );
}
