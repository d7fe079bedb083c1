//! Endpoints: their secrets, their limits, their end.

use super::{Scene, both, status};
use crate::support::{Engine, TestApp};
use aisora::model::webhooks::{EndpointForm, Progress};

crate::on_both_engines!(
    an_old_secret_signs_for_one_more_day,
    a_person_has_at_most_ten_endpoints_however_fast_they_are_made,
    what_is_removed_hears_nothing_any_more,
    a_person_without_endpoints_has_no_deliveries,
    a_test_may_not_be_sent_too_often,
);

async fn an_old_secret_signs_for_one_more_day(engine: Engine) {
    let scene = Scene::set(engine, status(200)).await;
    let (webhooks, person, id) = (&scene.test.app.webhooks, scene.person, scene.endpoint);
    let signatures = async |number: usize| {
        webhooks.test(person, id).await.unwrap();
        scene
            .test
            .until("the test is there", async || scene.receiver.count() == number)
            .await;
        scene.receiver.received().remove(number - 1)
    };
    let before = signatures(1).await;
    assert_eq!(before.header("webhook-signature").split(' ').count(), 1);
    let second = webhooks.rotate(person, id).await.unwrap();
    assert_ne!(second.secret, scene.secret);
    let until = scene.clock.now() + 24 * 60 * 60 * 1_000;
    assert_eq!(second.endpoint.old_secret_until, Some(until));
    let during = signatures(2).await;
    assert_eq!(during.header("webhook-signature").split(' ').count(), 2);
    assert_eq!(during.signed_with(&scene.secret), 1);
    assert_eq!(during.signed_with(&second.secret), 1);
    // A third one ends the first at once: who turns twice wants to be rid of it.
    let third = webhooks.rotate(person, id).await.unwrap();
    let during = signatures(3).await;
    assert_eq!(during.signed_with(&scene.secret), 0);
    assert_eq!(during.signed_with(&second.secret), 1);
    assert_eq!(during.signed_with(&third.secret), 1);
    scene.clock.advance(24 * 60 * 60 * 1_000);
    let after = signatures(4).await;
    assert_eq!(after.header("webhook-signature").split(' ').count(), 1);
    assert_eq!(after.signed_with(&third.secret), 1);
    assert_eq!(
        webhooks.endpoint(person, id).await.unwrap().old_secret_until,
        None
    );
}

async fn a_person_has_at_most_ten_endpoints_however_fast_they_are_made(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let makes = (0..16).map(|_| {
        let app = test.app.clone();
        tokio::spawn(async move {
            let form = both("https://example.org/hooks");
            app.webhooks.create(person, &form).await.is_ok()
        })
    });
    let mut made = 0;
    for make in makes.collect::<Vec<_>>() {
        made += i32::from(make.await.unwrap());
    }
    assert_eq!(made, 10);
    let list = test.app.webhooks.list(person).await.unwrap();
    assert_eq!(list.len(), 10);
    test.app.webhooks.remove(person, list[0].id).await.unwrap();
    let form = EndpointForm {
        url: "https://example.org/hooks".into(),
        failed: "on".into(),
        ..EndpointForm::default()
    };
    assert!(test.app.webhooks.create(person, &form).await.is_ok());
}

async fn what_is_removed_hears_nothing_any_more(engine: Engine) {
    let scene = Scene::set(engine, status(500)).await;
    let (webhooks, person) = (&scene.test.app.webhooks, scene.person);
    scene.make("a boat").await;
    let waiting = scene.tried(1).await;
    webhooks.remove(person, scene.endpoint).await.unwrap();
    assert!(webhooks.endpoint(person, scene.endpoint).await.is_err());
    assert!(webhooks.remove(person, scene.endpoint).await.is_err());
    scene.wait_for(&waiting);
    let jobs = async || {
        let counts = aisora::server::jobs::counts(&scene.test.app.db, scene.clock.now()).await;
        counts.unwrap().iter().any(|(queue, ..)| queue == "webhooks")
    };
    scene.test.until("its job is gone", async || !jobs().await).await;
    assert_eq!(scene.receiver.count(), 1);
    scene.make("another boat").await;
    scene.test.audit().await;
}

async fn a_person_without_endpoints_has_no_deliveries(engine: Engine) {
    let scene = Scene::set(engine, status(200)).await;
    let other = scene.test.person().await;
    let card = scene.test.create(other, "a boat", 1).await.remove(0);
    scene.test.ended(other, card.id).await;
    scene.make("mine").await;
    let delivery = scene.tried(1).await;
    assert!(matches!(delivery.progress, Progress::Delivered(_)));
    assert_eq!(
        scene.receiver.count(),
        1,
        "the other person's video is not ours to hear of"
    );
}

async fn a_test_may_not_be_sent_too_often(engine: Engine) {
    let scene = Scene::set(engine, status(200)).await;
    let webhooks = &scene.test.app.webhooks;
    for _ in 0..10 {
        webhooks.test(scene.person, scene.endpoint).await.unwrap();
    }
    let error = webhooks.test(scene.person, scene.endpoint).await.unwrap_err();
    assert!(error.to_string().contains("10 times in a minute"), "{error}");
    scene.clock.advance(60_000);
    webhooks.test(scene.person, scene.endpoint).await.unwrap();
}
