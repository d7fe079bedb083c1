//! Spending guards: what a person allows themselves holds at every door, to the credit, whoever comes at the same time.

mod doors;

use crate::support::{Engine, Setup, TestApp};
use aisora::model::{
    credits::Credits,
    error::{AppError, Code},
    generation::{Card, Charge, State},
    ids::UserId,
    spending::GuardsForm,
};
use aisora::server::{clock::Clock, error::Failure, state::App};
use futures::future::join_all;

/// 15 January 2027, 8:00 in UTC.
const MORNING: i64 = 1_800_000_000_000;
const HOUR: i64 = 3_600_000;

crate::on_both_engines!(
    all_takes_together_cost_no_more_than_one_job_may,
    a_day_costs_no_more_than_it_may_and_begins_at_midnight,
    what_was_not_charged_does_not_count_and_what_was_deleted_does,
    orders_at_the_same_time_stay_under_the_day_together,
    a_double_click_at_the_edge_of_the_day_creates_once,
    above_a_price_the_second_press_creates,
    each_price_is_asked_about_by_itself,
    new_guards_leave_alone_what_goes_on,
);

fn at(clock: &Clock) -> Setup {
    Setup {
        clock: clock.clone(),
        environment: vec![("AISORA_API_REQUESTS_PER_MINUTE", "100000".into())],
        ..Setup::default()
    }
}

/// Sets guards: for a job, for a day, and above what to ask. Nothing is no limit.
async fn allow(app: &App, person: UserId, guards: [&str; 3]) {
    let [most_per_job, most_per_day, confirm_above] = guards.map(ToOwned::to_owned);
    let form = GuardsForm {
        most_per_job,
        most_per_day,
        confirm_above,
    };
    app.spending.set(person, &form).await.expect("set");
}

/// Tries to create takes, 10 credits each.
async fn try_it(test: &TestApp, person: UserId, takes: u32) -> Result<Vec<Card>, AppError> {
    let form = test.form(person, "a boat", takes).await;
    seen(test.app.generations.create(person, &form).await)
}

fn seen<T>(answer: Result<T, Failure>) -> Result<T, AppError> {
    answer.map_err(AppError::from)
}

/// The sentence of a refusal at the price.
fn refused(answer: Result<Vec<Card>, AppError>, code: Code) -> String {
    let error = answer.expect_err("refused");
    assert_eq!(error.code, code, "{error}");
    error.at("quote").expect("at the price")
}

async fn today(test: &TestApp, person: UserId) -> i64 {
    test.app.spending.of(person).await.expect("told").today.0
}

async fn all_takes_together_cost_no_more_than_one_job_may(engine: Engine) {
    let test = TestApp::start(engine).await;
    let (person, other) = (test.person().await, test.person().await);
    allow(&test.app, person, ["30", "", ""]).await;
    let words = refused(try_it(&test, person, 4).await, Code::SpendingGuard);
    assert_eq!(
        words,
        "This costs 40 credits, more than the 30 that you allow for one job. You can change that in your account, under Spending."
    );
    assert_eq!(test.balance(person).await, (200, 0), "nothing is held");
    assert_eq!(try_it(&test, person, 3).await.expect("exactly that").len(), 3);
    assert_eq!(try_it(&test, person, 3).await.expect("a job, not a day").len(), 3);
    assert_eq!(try_it(&test, other, 4).await.expect("their own").len(), 4);
    allow(&test.app, person, ["29", "", ""]).await;
    refused(try_it(&test, person, 3).await, Code::SpendingGuard);
    allow(&test.app, person, ["", "", ""]).await;
    assert_eq!(try_it(&test, person, 4).await.expect("no limit again").len(), 4);
    test.audit().await;
}

async fn a_day_costs_no_more_than_it_may_and_begins_at_midnight(engine: Engine) {
    let clock = Clock::manual(MORNING);
    let test = TestApp::with(engine, at(&clock)).await;
    let person = test.person().await;
    allow(&test.app, person, ["", "50", ""]).await;
    try_it(&test, person, 4).await.expect("40 of 50");
    let words = refused(try_it(&test, person, 2).await, Code::SpendingGuard);
    assert_eq!(
        words,
        "This costs 20 credits and would make it 60 credits today, more than the 50 that you allow for a day (UTC). \
         You can change that in your account, under Spending."
    );
    assert_eq!(test.balance(person).await, (160, 40), "nothing more is held");
    try_it(&test, person, 1).await.expect("exactly 50");
    refused(try_it(&test, person, 1).await, Code::SpendingGuard);
    clock.advance(16 * HOUR - 1);
    refused(try_it(&test, person, 1).await, Code::SpendingGuard);
    assert_eq!(today(&test, person).await, 50);
    clock.advance(1);
    assert_eq!(today(&test, person).await, 0, "a new day");
    try_it(&test, person, 4).await.expect("40 of the new 50");
    try_it(&test, person, 1).await.expect("50 of the new 50");
    refused(try_it(&test, person, 1).await, Code::SpendingGuard);
    test.audit().await;
}

async fn what_was_not_charged_does_not_count_and_what_was_deleted_does(engine: Engine) {
    let clock = Clock::manual(MORNING);
    let mut test = TestApp::with(engine, at(&clock)).await;
    let person = test.person().await;
    allow(&test.app, person, ["", "20", ""]).await;
    let cards = try_it(&test, person, 2).await.expect("20 of 20");
    test.app
        .generations
        .cancel(person, cards[0].id)
        .await
        .expect("cancelled");
    assert_eq!(today(&test, person).await, 10);
    let blocked = test.create(person, "block", 1).await.remove(0);
    refused(try_it(&test, person, 1).await, Code::SpendingGuard);
    test.work();
    assert_eq!(test.ended(person, blocked.id).await.state, State::Blocked);
    assert_eq!(test.ended(person, cards[1].id).await.state, State::Succeeded);
    assert_eq!(today(&test, person).await, 10, "what was charged counts");
    test.app
        .generations
        .delete(person, cards[1].id)
        .await
        .expect("deleted");
    assert_eq!(today(&test, person).await, 10, "deleted and still paid for");
    try_it(&test, person, 1).await.expect("20 of 20 again");
    refused(try_it(&test, person, 1).await, Code::SpendingGuard);
    test.stop_work().await;
    test.audit().await;
}

async fn orders_at_the_same_time_stay_under_the_day_together(engine: Engine) {
    let clock = Clock::manual(MORNING);
    let test = TestApp::with(engine, at(&clock)).await;
    // Another process of the same server.
    let sister = test.sister(at(&clock)).await;
    let person = test.person().await;
    allow(&test.app, person, ["", "50", ""]).await;
    let mut orders = Vec::new();
    for number in 0..16 {
        let form = test.form(person, &format!("boat {number}"), 1).await;
        let app = if number % 2 == 0 { &test.app } else { &sister };
        let app = app.clone();
        orders.push(tokio::spawn(async move {
            seen(app.generations.create(person, &form).await)
        }));
    }
    let mut made = 0;
    for answer in join_all(orders).await {
        match answer.expect("no panic") {
            Ok(cards) => made += cards.len(),
            refusal => drop(refused(refusal, Code::SpendingGuard)),
        }
    }
    assert_eq!(made, 5);
    assert_eq!(test.balance(person).await, (150, 50));
    assert_eq!(today(&test, person).await, 50);
    test.audit().await;
}

async fn a_double_click_at_the_edge_of_the_day_creates_once(engine: Engine) {
    let clock = Clock::manual(MORNING);
    let test = TestApp::with(engine, at(&clock)).await;
    let person = test.person().await;
    allow(&test.app, person, ["20", "20", ""]).await;
    let form = test.form(person, "a boat", 2).await;
    let presses = (0..6).map(|_| {
        let (app, form) = (test.app.clone(), form.clone());
        tokio::spawn(async move { seen(app.generations.create(person, &form).await) })
    });
    for answer in join_all(presses).await {
        assert_eq!(answer.expect("no panic").expect("the same takes").len(), 2);
    }
    assert_eq!(test.balance(person).await, (180, 20));
    test.audit().await;
}

async fn above_a_price_the_second_press_creates(engine: Engine) {
    let clock = Clock::manual(MORNING);
    let test = TestApp::with(engine, at(&clock)).await;
    let person = test.person().await;
    allow(&test.app, person, ["", "", "20"]).await;
    try_it(&test, person, 2).await.expect("exactly 20 asks nothing");
    let form = test.form(person, "a boat", 3).await;
    let press = || async { seen(test.app.generations.create(person, &form).await) };
    let words = refused(press().await, Code::ConfirmationNeeded);
    assert_eq!(
        words,
        "This costs 30 credits, above the 20 that you want to confirm. Press again to confirm."
    );
    // The other half of a double click is no confirmation, and does not put one off.
    clock.advance(699);
    refused(press().await, Code::ConfirmationNeeded);
    assert_eq!(test.balance(person).await, (180, 20), "nothing is held");
    clock.advance(1);
    let cards = press().await.expect("confirmed");
    assert_eq!(cards.len(), 3);
    let again = press().await.expect("pressed once more");
    let ids = |cards: &[Card]| cards.iter().map(|card| card.id).collect::<Vec<_>>();
    assert_eq!(ids(&again), ids(&cards), "the same takes");
    assert_eq!(test.balance(person).await, (150, 50));
    refused(try_it(&test, person, 3).await, Code::ConfirmationNeeded);
    test.audit().await;
}

async fn each_price_is_asked_about_by_itself(engine: Engine) {
    let clock = Clock::manual(MORNING);
    let test = TestApp::with(engine, at(&clock)).await;
    let (person, other) = (test.person().await, test.person().await);
    for who in [person, other] {
        allow(&test.app, who, ["40", "60", "20"]).await;
    }
    let first = test.form(person, "a boat", 3).await;
    let second = test.form(person, "a boat", 3).await;
    let theirs = test.form(other, "a boat", 3).await;
    let press = async |who, form| {
        clock.advance(1_000);
        seen(test.app.generations.create(who, form).await)
    };
    refused(press(person, &first).await, Code::ConfirmationNeeded);
    refused(press(person, &second).await, Code::ConfirmationNeeded);
    refused(press(person, &first).await, Code::ConfirmationNeeded);
    refused(press(other, &theirs).await, Code::ConfirmationNeeded);
    press(person, &first).await.expect("asked about it last");
    press(other, &theirs).await.expect("their own");
    // What is not allowed at all is not asked about.
    let day = test.form(person, "a boat", 4).await;
    refused(press(person, &day).await, Code::SpendingGuard);
    refused(press(person, &day).await, Code::SpendingGuard);
    // A new guard asks anew.
    refused(press(person, &second).await, Code::ConfirmationNeeded);
    allow(&test.app, person, ["", "", "10"]).await;
    refused(press(person, &second).await, Code::ConfirmationNeeded);
    allow(&test.app, person, ["", "", "30"]).await;
    press(person, &second).await.expect("nothing to ask");
    assert_eq!(today(&test, person).await, 60);
    test.audit().await;
}

async fn new_guards_leave_alone_what_goes_on(engine: Engine) {
    let clock = Clock::manual(MORNING);
    let mut test = TestApp::with(engine, at(&clock)).await;
    let person = test.person().await;
    let cards = test.create(person, "a boat", 3).await;
    allow(&test.app, person, ["1", "1", "1"]).await;
    test.app
        .generations
        .cancel(person, cards[0].id)
        .await
        .expect("released");
    test.work();
    for card in &cards[1..] {
        let card = test.ended(person, card.id).await;
        assert_eq!(card.charge, Charge::Charged(Credits(10)));
    }
    assert_eq!(test.balance(person).await, (180, 0));
    refused(try_it(&test, person, 1).await, Code::SpendingGuard);
    test.stop_work().await;
    test.audit().await;
}
