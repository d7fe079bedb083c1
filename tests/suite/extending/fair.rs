//! What an extension is charged, how long it takes, and what was chosen: all of it goes by what is added.

use super::{extend, extending, setup, token};
use crate::support::{Engine, SIZE, Setup, TestApp};
use aisora::model::{
    composition::ComposerForm,
    generation::{Charge, Extending, Reason, State},
    ids::{GenerationId, UserId},
};
use aisora::server::clock::Clock;

crate::on_both_engines!(
    a_server_that_adds_nothing_is_not_paid,
    an_extension_takes_as_long_as_what_it_adds,
    what_was_chosen_outlives_its_price,
);

/// A played model of one second or nine.
fn long() -> Setup {
    Setup {
        play: Some(extending(60).offering(|offer| {
            offer.model.extends_to = 60;
            offer.model.seconds = vec![1, 9];
        })),
        ..Setup::default()
    }
}

async fn of_nine_seconds(test: &TestApp, person: UserId) -> GenerationId {
    let mut form = ComposerForm {
        seconds: "9".into(),
        size: SIZE.to_string(),
        ..test.form(person, "a boat", 1).await
    };
    form.quote = test.app.generations.quote(person, &form).await.unwrap().token;
    let cards = test.app.generations.create(person, &form).await;
    let card = test.ended(person, cards.expect("created")[0].id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    card.id
}

async fn a_server_that_adds_nothing_is_not_paid(engine: Engine) {
    let mut test = TestApp::with(engine, long()).await;
    let person = test.person().await;
    test.work();
    let id = of_nine_seconds(&test, person).await;
    let made = extend(&test, person, id, "nothing added", 1)
        .await
        .expect("created");
    let card = test.ended(person, made.id).await;
    assert_eq!(
        (card.state, card.reason, card.charge),
        (State::Failed, Some(Reason::BadVideo), Charge::NotCharged)
    );
    assert_eq!(test.balance(person).await, (200 - 90, 0));
    let made = extend(&test, person, id, "it sails on", 1)
        .await
        .expect("created");
    let card = test.ended(person, made.id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    // It goes by how long the original really is: models round.
    test.raw("UPDATE generations SET media_ms = 8400 WHERE seconds = 9")
        .await;
    let made = extend(&test, person, id, "it sails on", 1)
        .await
        .expect("created");
    let card = test.ended(person, made.id).await;
    assert_eq!(card.reason, Some(Reason::BadVideo), "0.6 s too long");
    test.stop_work().await;
    test.audit().await;
}

async fn an_extension_takes_as_long_as_what_it_adds(engine: Engine) {
    let mut test = TestApp::with(engine, setup(60)).await;
    let person = test.person().await;
    test.work();
    let cards = test.create(person, "a boat", 3).await;
    for card in &cards {
        test.ended(person, card.id).await;
    }
    test.stop_work().await;
    let longer = extend(&test, person, cards[0].id, "on", 1)
        .await
        .expect("created");
    // Processes of their own, which remember no older answers.
    let fresh = test.sister(setup(60)).await;
    let page = fresh.generations.page(person, longer.id).await.expect("a page");
    assert_eq!(page.card.seconds, 2);
    let estimate = page.card.estimate.expect("three of one second are history");
    assert_eq!(estimate.of, 3);
    let row = fresh.generations.video(person, longer.id).await.expect("a row");
    let pause = fresh.generations.poll_after(&row).await.expect("a pause");
    let plain = fresh.generations.video(person, cards[0].id).await.expect("a row");
    assert_eq!(
        pause,
        fresh.generations.poll_after(&plain).await.expect("a pause")
    );
    test.work();
    test.ended(person, longer.id).await;
    let later = test.sister(setup(60)).await;
    let form = test.form(person, "a boat", 1).await;
    let quote = later.generations.quote(person, &form).await.expect("a quote");
    assert_eq!(quote.estimate.expect("history").of, 4, "it is history itself");
    test.stop_work().await;
    test.audit().await;
}

async fn what_was_chosen_outlives_its_price(engine: Engine) {
    let clock = Clock::manual(1_795_000_000_000);
    let setup = Setup {
        clock: clock.clone(),
        ..long()
    };
    let mut test = TestApp::with(engine, setup).await;
    let person = test.person().await;
    test.work();
    let id = test.create(person, "a boat", 1).await.remove(0).id;
    test.ended(person, id).await;
    test.stop_work().await;
    let nine = token(&test, person, id, 9).await;
    clock.advance(60 * 60 * 1_000);
    for (token, chosen) in [(nine, 9), (String::new(), 1)] {
        let page = test.app.generations.page_again(person, id, token.clone()).await;
        let Extending::By(additions) = page.expect("a page").extending else {
            panic!("it can be extended")
        };
        let first = additions.iter().find(|addition| addition.first);
        let quote = &first.expect("one is chosen").quote;
        assert_eq!(quote.choices.seconds, chosen);
        assert_ne!(quote.token, token, "at a price of today");
    }
    test.audit().await;
}
