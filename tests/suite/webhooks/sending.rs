//! What is sent, when, and how often.

use super::{Answer, Receiver, Scene, both, status};
use crate::support::Engine;
use aisora::model::{
    generation::State,
    webhooks::{EventKind, Heard, OffReason, Progress, Trouble},
};
use aisora::server::jobs::{self, Claim};
use serde_json::json;
use std::time::Duration;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

crate::on_both_engines!(
    an_event_is_signed_and_tells_what_happened_without_the_prompt,
    whatever_ends_without_a_video_is_told_with_its_reason,
    what_fails_is_tried_again_with_the_same_id_and_body,
    after_a_day_it_is_given_up_and_can_be_sent_again,
    an_endpoint_that_is_gone_is_turned_off,
    an_endpoint_that_fails_for_five_days_is_turned_off,
    what_lies_behind_an_address_is_told_in_words,
    a_slow_endpoint_holds_up_only_itself,
    an_event_of_a_courier_that_died_is_sent_again,
    a_courier_that_stops_gives_its_events_back,
    old_deliveries_are_forgotten,
);

async fn an_event_is_signed_and_tells_what_happened_without_the_prompt(engine: Engine) {
    let scene = Scene::set(engine, status(204)).await;
    scene.make("a very secret boat").await;
    let delivery = scene.tried(1).await;
    assert_eq!(delivery.kind, EventKind::Completed);
    assert_eq!(delivery.heard, Some(Heard::Status(204)));
    assert_eq!(delivery.progress, Progress::Delivered(scene.clock.now()));
    let received = scene.receiver.received();
    assert_eq!(received.len(), 1);
    let event = received[0].json();
    let id = format!("evt_{}", delivery.id.0.simple());
    assert_eq!(received[0].header("webhook-id"), id);
    assert_eq!(received[0].header("webhook-timestamp"), "1800000000");
    assert_eq!(received[0].header("content-type"), "application/json");
    assert!(received[0].header("user-agent").starts_with("AiSora/"));
    assert_eq!(received[0].signed_with(&scene.secret), 1);
    let video = format!("video_{}", delivery.generation.expect("a video").0.simple());
    let expected = json!({
        "id": id, "object": "event", "created_at": 1_800_000_000, "type": "video.completed",
        "data": {
            "id": video, "object": "video", "status": "completed", "model": "played", "size": "128x72",
            "seconds": "1", "created_at": 1_800_000_000, "completed_at": 1_800_000_000, "error": null,
        },
    });
    assert_eq!(event, expected);
    assert!(!received[0].body.contains("boat"));
    let mut forged = received[0].clone();
    forged.body.push(' ');
    assert_eq!(forged.signed_with(&scene.secret), 0, "the check can fail");
}

async fn whatever_ends_without_a_video_is_told_with_its_reason(engine: Engine) {
    let scene = Scene::set(engine, status(200)).await;
    let (test, person) = (&scene.test, scene.person);
    // A second endpoint that hears of finished videos only.
    let other = Receiver::start(status(200)).await;
    let mut form = both(&other.address);
    form.failed.clear();
    test.app.webhooks.create(person, &form).await.unwrap();
    scene.make("block").await;
    scene.make("fail after 99").await;
    let card = test.create(person, "never", 1).await.remove(0);
    test.when(person, card.id, |state| state == State::Running).await;
    test.app.generations.cancel(person, card.id).await.unwrap();
    scene.make("a boat").await;
    test.until("four events are there", async || scene.receiver.count() == 4)
        .await;
    test.until("one is there", async || other.count() == 1).await;
    let mut told: Vec<_> = scene
        .receiver
        .received()
        .iter()
        .map(|received| {
            let event = received.json();
            let code = event["data"]["error"]["code"].as_str().unwrap_or("").to_owned();
            let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            (word(&event["type"]), word(&event["data"]["status"]), code)
        })
        .collect();
    told.sort();
    let failed = |code: &str| ("video.failed".to_owned(), "failed".to_owned(), code.to_owned());
    assert_eq!(
        told,
        [
            ("video.completed".into(), "completed".into(), String::new()),
            failed("cancelled"),
            failed("moderation_blocked"),
            failed("provider_failed"),
        ]
    );
    assert_eq!(other.received()[0].json()["type"], "video.completed");
    test.audit().await;
}

async fn what_fails_is_tried_again_with_the_same_id_and_body(engine: Engine) {
    let scene = Scene::set(engine, status(200)).await;
    let elsewhere = Receiver::start(status(200)).await;
    let with = |status, name, value: &str| Answer {
        status,
        headers: vec![(name, value.to_owned())],
        ..Answer::default()
    };
    scene.receiver.next([
        status(500),
        with(307, "location", &elsewhere.address),
        with(503, "retry-after", "7200"),
        with(429, "retry-after", "Tue, 19 Jan 2038 03:14:07 GMT"),
    ]);
    scene.make("a boat").await;
    // The usual pauses are 5 s, 5 min, 30 min and 2 h, or a little less; two hours were asked for, and then more than fits.
    let pauses = [
        (4_000, 5_000),
        (4 * MINUTE, 5 * MINUTE),
        (2 * HOUR, 2 * HOUR),
        (12 * HOUR, 12 * HOUR),
    ];
    let heard = [500, 307, 503, 429].map(Heard::Status);
    for (number, ((least, most), heard)) in (1..).zip(pauses.into_iter().zip(heard)) {
        let delivery = scene.tried(number).await;
        assert_eq!(delivery.heard, Some(heard));
        let Progress::Waiting(at) = delivery.progress else {
            panic!("{delivery:?}");
        };
        let pause = at - scene.clock.now();
        assert!((least..=most).contains(&pause), "try {number}: {pause}");
        // A moment before it is time, nothing comes.
        scene.clock.advance(pause - 1);
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(i64::try_from(scene.receiver.count()), Ok(number));
        scene.clock.advance(1);
    }
    let delivery = scene.tried(5).await;
    assert_eq!(delivery.progress, Progress::Delivered(scene.clock.now()));
    let received = scene.receiver.received();
    for one in &received {
        assert_eq!(one.header("webhook-id"), received[0].header("webhook-id"));
        assert_eq!(one.body, received[0].body);
        assert_eq!(one.signed_with(&scene.secret), 1);
    }
    let at = |index: usize| received[index].header("webhook-timestamp").to_owned();
    assert_eq!(at(0), "1800000000");
    assert_eq!(
        at(4),
        (scene.clock.now() / 1_000).to_string(),
        "the time of the try"
    );
    assert_eq!(elsewhere.count(), 0, "redirects are not followed");
}

async fn after_a_day_it_is_given_up_and_can_be_sent_again(engine: Engine) {
    let scene = Scene::set(engine, status(500)).await;
    let began = scene.clock.now();
    scene.make("a boat").await;
    let delivery = scene.exhaust().await;
    assert_eq!(delivery.attempts, 8);
    let took = scene.clock.now() - began;
    assert!((18 * HOUR..=DAY).contains(&took), "{took}");
    let endpoint = scene
        .test
        .app
        .webhooks
        .endpoint(scene.person, scene.endpoint)
        .await;
    assert_eq!(endpoint.unwrap().off, None, "one bad day is not the end");
    scene.receiver.usually(status(200));
    let again = scene
        .test
        .app
        .webhooks
        .resend(scene.person, scene.endpoint, delivery.id)
        .await
        .unwrap();
    assert!(matches!(again.progress, Progress::Waiting(_)));
    scene.test.audit().await;
    let delivery = scene.tried(9).await;
    assert!(matches!(delivery.progress, Progress::Delivered(_)));
    // What was delivered can be sent again as well.
    scene
        .test
        .app
        .webhooks
        .resend(scene.person, scene.endpoint, delivery.id)
        .await
        .unwrap();
    scene.tried(10).await;
    let received = scene.receiver.received();
    assert_eq!(received.len(), 10);
    assert!(received.iter().all(|one| one.body == received[0].body));
    assert_eq!(received[9].signed_with(&scene.secret), 1);
}

async fn an_endpoint_that_is_gone_is_turned_off(engine: Engine) {
    let scene = Scene::set(engine, status(410)).await;
    let (webhooks, person, id) = (&scene.test.app.webhooks, scene.person, scene.endpoint);
    scene.receiver.next([status(500)]);
    scene.make("a boat").await;
    let waiting = scene.tried(1).await;
    scene.make("another boat").await;
    let gone = scene.tried(1).await;
    scene
        .test
        .until("both were tried", async || scene.receiver.count() == 2)
        .await;
    let off = async || webhooks.endpoint(person, id).await.unwrap().off;
    scene
        .test
        .until("it is off", async || off().await.is_some())
        .await;
    assert_eq!(off().await, Some((scene.clock.now(), OffReason::Gone)));
    assert_ne!(waiting.id, gone.id);
    // What waited is not sent any more, and nothing new is written.
    scene.wait_for(&waiting);
    let first = async || webhooks.delivery(person, id, waiting.id).await.unwrap();
    scene
        .test
        .until("it is written off", async || {
            first().await.heard == Some(Heard::Nothing(Trouble::EndpointOff))
        })
        .await;
    assert!(matches!(first().await.progress, Progress::GivenUp(_)));
    scene.make("a third boat").await;
    assert_eq!(scene.deliveries().await.len(), 2);
    assert_eq!(scene.receiver.count(), 2);
    for error in [
        webhooks.test(person, id).await.unwrap_err(),
        webhooks.resend(person, id, waiting.id).await.unwrap_err(),
    ] {
        assert!(error.to_string().contains("Turn it on first"), "{error}");
    }
    webhooks.turn_on(person, id).await.unwrap();
    scene.receiver.usually(status(200));
    webhooks.resend(person, id, waiting.id).await.unwrap();
    scene
        .test
        .until("it arrives", async || {
            matches!(first().await.progress, Progress::Delivered(_))
        })
        .await;
}

async fn an_endpoint_that_fails_for_five_days_is_turned_off(engine: Engine) {
    let scene = Scene::set(engine, status(500)).await;
    let off = async || {
        let endpoint = scene.test.app.webhooks.endpoint(scene.person, scene.endpoint);
        endpoint.await.unwrap().off
    };
    scene.make("a boat").await;
    scene.exhaust().await;
    // A success in between would begin the count anew: this one does.
    scene.clock.advance(3 * DAY);
    scene.receiver.next([status(200)]);
    scene.make("a boat that arrives").await;
    scene.tried(1).await;
    scene.clock.advance(3 * DAY);
    scene.make("a boat").await;
    scene.exhaust().await;
    assert_eq!(off().await, None);
    scene.clock.advance(4 * DAY + 12 * HOUR);
    scene.make("a boat").await;
    scene.exhaust().await;
    assert_eq!(off().await, Some((scene.clock.now(), OffReason::Failing)));
}

async fn what_lies_behind_an_address_is_told_in_words(engine: Engine) {
    let mut scene = Scene::set(engine, status(200)).await;
    let plain = scene
        .receiver
        .address
        .replace("http://127.0.0.1", "https://localhost");
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let heard = async |scene: &Scene, url: &str| {
        let webhooks = &scene.test.app.webhooks;
        let made = webhooks.create(scene.person, &both(url)).await.unwrap();
        sent(scene, made.endpoint.id).await
    };
    assert_eq!(heard(&scene, &closed).await, Trouble::Unreachable);
    assert_eq!(heard(&scene, &plain).await, Trouble::Certificate);
    // The same addresses, looked at by a server for the public: one is of the wrong kind, one leads to this machine.
    let ids: Vec<_> = scene.test.app.webhooks.list(scene.person).await.unwrap();
    scene.test.stop_work().await;
    let production = crate::support::Setup {
        environment: vec![
            ("AISORA_MODE", "production".into()),
            ("AISORA_PUBLIC_URL", "https://v.example.org".into()),
        ],
        clock: scene.clock.clone(),
        ..crate::support::Setup::default()
    };
    scene.test.app = scene.test.sister(production).await;
    scene.test.work();
    let count = scene.receiver.count();
    for endpoint in ids {
        let expected = if endpoint.url == plain {
            Trouble::PrivateAddress
        } else {
            Trouble::NotAllowed
        };
        assert_eq!(sent(&scene, endpoint.id).await, expected, "{}", endpoint.url);
        let again = scene
            .test
            .app
            .webhooks
            .create(scene.person, &both(&endpoint.url))
            .await;
        assert!(again.is_err(), "{}", endpoint.url);
    }
    assert_eq!(scene.receiver.count(), count, "nothing arrived");
}

/// Why a test did not arrive.
async fn sent(scene: &Scene, endpoint: aisora::model::ids::EndpointId) -> Trouble {
    let webhooks = &scene.test.app.webhooks;
    let test = webhooks.test(scene.person, endpoint).await.unwrap();
    let now = async || webhooks.delivery(scene.person, endpoint, test.id).await.unwrap();
    scene
        .test
        .until("the test was tried", async || {
            matches!(now().await.progress, Progress::GivenUp(_))
        })
        .await;
    let delivery = now().await;
    assert_eq!(delivery.attempts, 1, "a test is tried once");
    match delivery.heard {
        Some(Heard::Nothing(trouble)) => trouble,
        heard => panic!("{heard:?}"),
    }
}

async fn a_slow_endpoint_holds_up_only_itself(engine: Engine) {
    let slow = Answer {
        status: 200,
        after: Duration::from_secs(4),
        ..Answer::default()
    };
    let scene = Scene::set(engine, slow).await;
    let (webhooks, test) = (&scene.test.app.webhooks, &scene.test);
    for _ in 0..6 {
        webhooks.test(scene.person, scene.endpoint).await.unwrap();
    }
    test.until("it is busy", async || scene.receiver.count() == 2)
        .await;
    let quick = Receiver::start(status(200)).await;
    let other = test.person().await;
    let made = webhooks.create(other, &both(&quick.address)).await.unwrap();
    for _ in 0..6 {
        webhooks.test(other, made.endpoint.id).await.unwrap();
    }
    test.until("the quick one has all", async || quick.count() == 6)
        .await;
    assert_eq!(
        scene.receiver.count(),
        2,
        "the slow one has not answered its first two yet"
    );
    test.until("the slow one has all", async || scene.receiver.count() == 6)
        .await;
    assert_eq!(scene.receiver.most_at_once(), 2);
}

async fn an_event_of_a_courier_that_died_is_sent_again(engine: Engine) {
    let mut scene = Scene::set(engine, status(200)).await;
    scene.test.stop_work().await;
    let test = scene
        .test
        .app
        .webhooks
        .test(scene.person, scene.endpoint)
        .await
        .unwrap();
    // A courier takes it, and is killed before it can write down how that went.
    let claim = Claim {
        kind: "webhook",
        queue: "webhooks",
        worker: "killed",
        now: scene.clock.now(),
        lease_ms: 30_000,
        at_once: 32,
        per_owner: 2,
        most: 1,
        longest_pause: DAY,
    };
    let mut tx = scene.test.app.db.begin().await.unwrap();
    let claimed = jobs::claim(&mut tx, &claim).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(claimed[0].subject, test.id.0);
    scene.test.work();
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(scene.receiver.count(), 0, "its lease goes on");
    scene.clock.advance(30_000);
    let delivery = scene.tried(1).await;
    assert!(matches!(delivery.progress, Progress::Delivered(_)));
    assert_eq!(scene.receiver.count(), 1);
}

async fn a_courier_that_stops_gives_its_events_back(engine: Engine) {
    let mut scene = Scene::set(engine, status(200)).await;
    scene.receiver.next([Answer {
        status: 200,
        after: Duration::from_mins(1),
        ..Answer::default()
    }]);
    scene.make("a boat").await;
    scene
        .test
        .until("it is on its way", async || scene.receiver.count() == 1)
        .await;
    scene.test.stop_work().await;
    assert_eq!(scene.deliveries().await[0].attempts, 0, "a stop is no try");
    // The clock stands still: had the lease not been given back, nothing would come.
    scene.test.work();
    let delivery = scene.tried(1).await;
    assert!(matches!(delivery.progress, Progress::Delivered(_)));
    let received = scene.receiver.received();
    assert_eq!(received[0].body, received[1].body);
}

async fn old_deliveries_are_forgotten(engine: Engine) {
    let mut scene = Scene::set(engine, status(200)).await;
    scene.make("a boat").await;
    scene.tried(1).await;
    scene.test.stop_work().await;
    scene.clock.advance(20 * DAY);
    scene
        .test
        .app
        .webhooks
        .test(scene.person, scene.endpoint)
        .await
        .unwrap();
    scene.test.work();
    scene.tried(1).await;
    assert_eq!(scene.deliveries().await.len(), 2);
    scene.test.stop_work().await;
    scene.clock.advance(10 * DAY + 1);
    scene.test.work();
    scene
        .test
        .until("the older one is forgotten", async || {
            scene.deliveries().await.len() == 1
        })
        .await;
    assert_eq!(scene.deliveries().await[0].kind, EventKind::Test);
}
