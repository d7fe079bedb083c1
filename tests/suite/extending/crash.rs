//! Extensions whose worker dies or stops on the way: they live as every other generation does.

use super::{drawn, extend, pictures, setup};
use crate::support::{Engine, TestApp};
use aisora::model::generation::{Charge, Reason, State};

crate::on_both_engines!(
    nobody_hands_an_extension_over_twice_on_a_guess,
    the_renderer_goes_on_anew_where_a_worker_stopped,
);

async fn nobody_hands_an_extension_over_twice_on_a_guess(engine: Engine) {
    let setup = setup(60);
    let orders = setup.play.as_ref().expect("a provider").orders.clone();
    let mut test = TestApp::with(engine, setup).await;
    let person = test.person().await;
    test.work();
    let id = test.create(person, "a boat", 1).await.remove(0).id;
    test.ended(person, id).await;
    test.stop_work().await;
    let made = extend(&test, person, id, "on", 1).await.expect("created");
    // A worker that died right after it wrote `submitting`.
    test.raw("UPDATE generations SET state = 'submitting' WHERE state = 'queued'")
        .await;
    test.work();
    let card = test.ended(person, made.id).await;
    assert_eq!(
        (card.state, card.reason, card.charge),
        (State::Failed, Some(Reason::Interrupted), Charge::NotCharged)
    );
    assert_eq!(orders.lock().expect("unpoisoned").len(), 1, "only the original");
    assert_eq!(test.balance(person).await, (190, 0));
    test.stop_work().await;
    test.audit().await;
}

async fn the_renderer_goes_on_anew_where_a_worker_stopped(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    test.work();
    let id = drawn(&test, person, "a calm sea").await;
    let made = extend(&test, person, id, "a campfire", 19)
        .await
        .expect("created");
    test.when(person, made.id, |state| state != State::Queued).await;
    test.stop_work().await;
    test.work();
    let card = test.ended(person, made.id).await;
    assert_eq!(
        (card.state, card.seconds),
        (State::Succeeded, 20),
        "{:?}",
        card.reason
    );
    let (before, after) = (
        pictures(&test, person, id).await,
        pictures(&test, person, made.id).await,
    );
    assert_eq!(after.len(), 20 * 24);
    assert!(before == after[..24]);
    assert_eq!(test.balance(person).await, (0, 0));
    test.stop_work().await;
    test.audit().await;
}
