//! The same with another seed.

use super::vary;
use crate::support::{Engine, Setup, TestApp};
use aisora::model::{
    credits::Credits,
    error::{AppError, Code},
    spending::GuardsForm,
};
use aisora::server::clock::Clock;
use std::collections::HashSet;

crate::on_both_engines!(
    a_variation_is_created_once_however_often_it_is_pressed,
    a_variation_is_refused_by_credits_guards_and_stale_prices,
);

async fn a_variation_is_created_once_however_often_it_is_pressed(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    test.work();
    let id = test.create(person, "a boat", 1).await.remove(0).id;
    test.ended(person, id).await;
    test.stop_work().await;
    let quote = test.app.generations.page(person, id).await.unwrap().variation;
    let quote = quote.expect("a price");
    assert_eq!(quote.credits, Credits(10));
    let presses = (0..6).map(|_| {
        let (generations, token) = (test.app.generations.clone(), quote.token.clone());
        tokio::spawn(async move { generations.vary(person, id, &token).await.expect("created").id })
    });
    let mut made = HashSet::new();
    for press in presses.collect::<Vec<_>>() {
        made.insert(press.await.unwrap());
    }
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(test.balance(person).await, (180, 10));
    test.audit().await;
}

async fn a_variation_is_refused_by_credits_guards_and_stale_prices(engine: Engine) {
    let clock = Clock::manual(1_795_000_000_000);
    let setup = Setup {
        clock: clock.clone(),
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup).await;
    let person = test.person().await;
    test.work();
    let id = test.create(person, "a boat", 1).await.remove(0).id;
    test.ended(person, id).await;
    test.stop_work().await;
    let guards = |most_per_job: &str, confirm_above: &str| GuardsForm {
        most_per_job: most_per_job.into(),
        most_per_day: String::new(),
        confirm_above: confirm_above.into(),
    };
    test.app
        .spending
        .set(person, &guards("9", ""))
        .await
        .expect("set");
    assert_eq!(
        vary(&test, person, id).await.unwrap_err().code,
        Code::SpendingGuard
    );
    // Above this the first press asks, and the second one at the same price creates.
    test.app
        .spending
        .set(person, &guards("", "5"))
        .await
        .expect("set");
    let (generations, page) = (
        &test.app.generations,
        test.app.generations.page(person, id).await.unwrap(),
    );
    let asked = page.variation.expect("a price");
    let first = generations
        .vary(person, id, &asked.token)
        .await
        .map_err(AppError::from);
    assert_eq!(first.unwrap_err().code, Code::ConfirmationNeeded);
    let again = generations
        .page_again(person, id, asked.token.clone())
        .await
        .unwrap();
    clock.advance(1_000);
    let same = again.variation.expect("a price");
    assert_eq!(same.id, asked.id, "the price that was asked about");
    generations.vary(person, id, &same.token).await.expect("created");
    test.app.spending.set(person, &guards("", "")).await.expect("set");
    let stale = generations
        .vary(person, id, "e30.e30")
        .await
        .map_err(AppError::from);
    assert_eq!(stale.unwrap_err().code, Code::QuoteStale);
    assert_eq!(test.balance(person).await, (180, 10));
    // All but nothing is on hold for something else.
    for takes in [4, 4, 4, 4, 2] {
        test.create(person, "another", takes).await;
    }
    assert_eq!(test.balance(person).await.0, 0);
    let poor = vary(&test, person, id).await.unwrap_err();
    assert_eq!(poor.code, Code::InsufficientCredits);
    test.audit().await;
}
