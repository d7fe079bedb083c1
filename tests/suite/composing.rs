//! Composing: several prompts and two models under one price, rules for prompts, presets.

mod presets;
mod rules;

use crate::support::{Engine, LENGTH, MODEL, Play, SIZE, Setup, TestApp, WebServer};
use aisora::model::{
    catalogue::Size,
    composition::ComposerForm,
    credits::Credits,
    error::{AppError, Code},
    generation::{Card, State},
    ids::UserId,
    spending::GuardsForm,
};
use futures::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeSet;

crate::on_both_engines!(
    each_line_is_made_and_paid_for_once,
    two_models_share_one_price_and_each_makes_what_it_can,
    when_not_everything_can_be_paid_nothing_is_created,
    a_price_is_for_so_many_lines_and_no_more,
    guards_count_everything_together,
    whatever_fails_of_an_order_is_given_back_and_the_rest_is_charged,
    lines_are_made_without_javascript_too,
);

/// The second model: another size, another length, 30 credits a second.
const SECOND: &str = "second";
const SECOND_SIZE: Size = Size::new(192, 108);

fn second() -> Play {
    Play::named("other", 30).offering(|offer| {
        offer.model.id = SECOND.into();
        offer.model.label = "Second".into();
        offer.model.sizes[0].size = SECOND_SIZE;
        offer.model.seconds = vec![2, 5];
        offer.model.default_seconds = 5;
    })
}

fn two_models() -> Setup {
    Setup {
        more: vec![second()],
        ..Setup::default()
    }
}

/// A form with each line a prompt, and its price.
async fn lines(test: &TestApp, person: UserId, prompt: &str, takes: u32, also: &str) -> ComposerForm {
    let mut form = ComposerForm {
        prompt: prompt.into(),
        model: MODEL.into(),
        size: SIZE.to_string(),
        seconds: LENGTH.to_string(),
        takes: takes.to_string(),
        lines: "on".into(),
        also: also.into(),
        ..ComposerForm::default()
    };
    let quote = test.app.generations.quote(person, &form).await.expect("a quote");
    form.quote = quote.token;
    form
}

async fn refused(test: &TestApp, person: UserId, form: &ComposerForm) -> AppError {
    let answer = test.app.generations.create(person, form).await;
    AppError::from(answer.expect_err("refused"))
}

async fn count(test: &TestApp, person: UserId) -> usize {
    test.app
        .generations
        .snapshot(person)
        .await
        .expect("told")
        .cards
        .len()
}

async fn each_line_is_made_and_paid_for_once(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let form = lines(&test, person, "a boat\n\n  a lighthouse \r\na storm", 2, "").await;
    // A double click, a reload, and two more at the same time.
    let tries = join_all((0..4).map(|_| test.app.generations.create(person, &form))).await;
    let first = tries[0].as_ref().expect("created");
    for cards in &tries {
        let ids = |cards: &[Card]| cards.iter().map(|card| card.id).collect::<Vec<_>>();
        assert_eq!(ids(cards.as_ref().expect("the same")), ids(first));
    }
    let made: Vec<_> = first
        .iter()
        .map(|card| (card.take, card.prompt.as_str()))
        .collect();
    let expected = [
        (1, "a boat"),
        (2, "a boat"),
        (3, "a lighthouse"),
        (4, "a lighthouse"),
        (5, "a storm"),
        (6, "a storm"),
    ];
    assert_eq!(made, expected);
    assert_eq!(
        first[0].seed, first[2].seed,
        "each line's first take has the same seed"
    );
    assert_ne!(first[0].seed, first[1].seed);
    assert_eq!(test.balance(person).await, (140, 60));
    assert_eq!(count(&test, person).await, 6);
    test.audit().await;
}

async fn two_models_share_one_price_and_each_makes_what_it_can(engine: Engine) {
    let mut test = TestApp::with(engine, two_models()).await;
    let person = test.person().await;
    let mut form = test.form(person, "a boat", 1).await;
    form.also = SECOND.into();
    assert_eq!(
        refused(&test, person, &form).await.code,
        Code::QuoteStale,
        "the price of one"
    );
    let quote = test.app.generations.quote(person, &form).await.unwrap();
    assert_eq!(
        (quote.credits_each, quote.credits_also, quote.credits),
        (Credits(10), Credits(60), Credits(70))
    );
    form.quote = quote.token;
    let cards = test.app.generations.create(person, &form).await.unwrap();
    let made: Vec<_> = cards
        .iter()
        .map(|card| (card.model.as_str(), card.size, card.seconds, card.take))
        .collect();
    assert_eq!(
        made,
        [("Played", SIZE, LENGTH, 1), ("Second", SECOND_SIZE, 2, 2)],
        "the nearest size and length"
    );
    assert_eq!(cards[0].seed, cards[1].seed);
    assert_eq!(test.balance(person).await, (130, 70));
    for card in &cards {
        let again = test.app.generations.create(person, &form).await.unwrap();
        assert!(again.iter().any(|known| known.id == card.id), "created once");
    }
    test.work();
    for card in &cards {
        test.ended(person, card.id).await;
    }
    let (available, held) = test.balance(person).await;
    assert!(held == 0 && available >= 130, "{available} {held}");
    test.audit().await;
}

async fn when_not_everything_can_be_paid_nothing_is_created(engine: Engine) {
    let test = TestApp::with(engine, two_models()).await;
    let person = test.person().await;
    // 3 lines on 10 and 60 credits: 210 of 200.
    let dear = lines(&test, person, "a\nb\nc", 1, SECOND).await;
    let error = refused(&test, person, &dear).await;
    assert_eq!(error.code, Code::InsufficientCredits);
    assert_eq!(error.message, "This costs 210 credits; you need 10 credits more.");
    assert_eq!(
        (test.balance(person).await, count(&test, person).await),
        ((200, 0), 0)
    );
    // Two orders of 140 at the same time: one of them, as a whole.
    let (one, two) = (
        lines(&test, person, "a\nb", 1, SECOND).await,
        lines(&test, person, "c\nd", 1, SECOND).await,
    );
    let (one, two) = futures::join!(
        test.app.generations.create(person, &one),
        test.app.generations.create(person, &two)
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    assert_eq!(
        (test.balance(person).await, count(&test, person).await),
        ((60, 140), 4)
    );
    test.audit().await;
}

async fn a_price_is_for_so_many_lines_and_no_more(engine: Engine) {
    let test = TestApp::with(engine, two_models()).await;
    let person = test.person().await;
    let form = lines(&test, person, "a\nb", 1, "").await;
    let change = |change: fn(&mut ComposerForm)| {
        let mut changed = form.clone();
        change(&mut changed);
        changed
    };
    let stale = [
        change(|form| form.prompt = "a\nb\nc".into()),
        change(|form| form.prompt = "a".into()),
        change(|form| form.lines.clear()),
        change(|form| form.also = SECOND.into()),
        change(|form| form.takes = "2".into()),
    ];
    for other in &stale {
        assert_eq!(
            refused(&test, person, other).await.code,
            Code::QuoteStale,
            "{other:?}"
        );
    }
    let many = ComposerForm {
        prompt: "a\n".repeat(21),
        ..form.clone()
    };
    let error = refused(&test, person, &many).await;
    assert_eq!(
        error.at("prompt").unwrap(),
        "These are 21 lines; at most 20 can be made at once."
    );
    for also in [MODEL, "nothing", "../second"] {
        let bad = ComposerForm {
            also: also.into(),
            ..form.clone()
        };
        assert!(refused(&test, person, &bad).await.at("also").is_some(), "{also}");
    }
    assert_eq!(
        (test.balance(person).await, count(&test, person).await),
        ((200, 0), 0)
    );
    let most = lines(&test, person, &"a\n".repeat(20), 1, "").await;
    assert_eq!(
        test.app.generations.create(person, &most).await.unwrap().len(),
        20
    );
    assert_eq!(test.balance(person).await, (0, 200), "to the last credit");
    test.audit().await;
}

async fn guards_count_everything_together(engine: Engine) {
    let test = TestApp::with(engine, two_models()).await;
    let person = test.person().await;
    let guards = |job: &str, day: &str, above: &str| GuardsForm {
        most_per_job: job.into(),
        most_per_day: day.into(),
        confirm_above: above.into(),
    };
    let set = async |form: GuardsForm| test.app.spending.set(person, &form).await.expect("set");
    let form = lines(&test, person, "a\nb", 1, SECOND).await;
    set(guards("139", "", "")).await;
    assert_eq!(refused(&test, person, &form).await.code, Code::SpendingGuard);
    set(guards("140", "139", "")).await;
    assert_eq!(refused(&test, person, &form).await.code, Code::SpendingGuard);
    set(guards("", "", "139")).await;
    assert_eq!(refused(&test, person, &form).await.code, Code::ConfirmationNeeded);
    assert_eq!(
        (test.balance(person).await, count(&test, person).await),
        ((200, 0), 0)
    );
    tokio::time::sleep(std::time::Duration::from_millis(750)).await;
    let cards = test
        .app
        .generations
        .create(person, &form)
        .await
        .expect("one confirmation for all");
    assert_eq!(cards.len(), 4);
    assert_eq!(test.balance(person).await, (60, 140));
    test.audit().await;
}

async fn whatever_fails_of_an_order_is_given_back_and_the_rest_is_charged(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    let form = lines(&test, person, "a boat\nrefuse\na storm", 1, "").await;
    let cards = test.app.generations.create(person, &form).await.unwrap();
    let kept = test.app.generations.cancel(person, cards[2].id).await.unwrap();
    assert_eq!(kept.state, State::Cancelled);
    assert_eq!(test.balance(person).await, (180, 20));
    test.work();
    let ended = [
        test.ended(person, cards[0].id).await,
        test.ended(person, cards[1].id).await,
    ];
    let states: BTreeSet<_> = ended.iter().map(|card| card.state.as_str()).collect();
    assert!(states.contains("succeeded") && states.len() == 2, "{states:?}");
    assert_eq!(test.balance(person).await, (190, 0), "one of three was charged");
    test.audit().await;
}

async fn lines_are_made_without_javascript_too(engine: Engine) {
    let server = WebServer::with(engine, two_models()).await;
    let browser = server.signed_up("ada@example.org").await;
    let form = |quote: &str| {
        [
            ("prompt", "a boat\r\na storm".to_owned()),
            ("model", MODEL.into()),
            ("size", SIZE.to_string()),
            ("seconds", LENGTH.to_string()),
            ("takes", "1".into()),
            ("lines", "on".into()),
            ("also", SECOND.into()),
            ("quote", quote.into()),
        ]
    };
    let post = async |quote: &str| {
        let fields = form(quote);
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        browser.post_form("/create", &fields).await
    };
    let answer = post("").await;
    assert_eq!(answer.status(), 422, "no price yet");
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("for 140 credits") && page.contains("Queue 4 videos"),
        "it is told first"
    );
    let token = page
        .split("name=\"quote\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert_eq!(post(token).await.status(), 303);
    assert_eq!(post(token).await.status(), 303, "sent again");
    let answer = browser.call("generation/snapshot", &json!({})).await;
    let snapshot: Value = answer.json().await.expect("JSON");
    assert_eq!(snapshot["balance"], json!({ "available": 60, "held": 140 }));
    assert_eq!(snapshot["cards"].as_array().expect("cards").len(), 4);
    server.test.audit().await;
}
