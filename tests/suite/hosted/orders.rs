//! Orders: how they are written, what becomes of them, and what they cost.

use super::{ALL, Studio, until};
use crate::support::{Catalogue, Engine, LENGTH, SIZE, Service, Setup, TestApp};
use aisora::{
    model::generation::{Charge, Reason, State},
    server::{
        clock::Clock,
        config::Config,
        providers::{self, Order, Picture, VideoProvider},
    },
};
use bytes::Bytes;
use serde_json::json;
use std::{sync::Arc, time::Duration};

crate::on_both_engines!(
    every_catalogue_makes_a_video,
    what_goes_wrong_for_good_is_not_charged,
    what_passes_is_waited_for_and_charged_once,
    a_server_that_was_stopped_goes_on_with_the_same_order,
);

async fn every_catalogue_makes_a_video(engine: Engine) {
    for service in ALL {
        let studio = Studio::open(engine, service).await;
        let card = studio.make("a boat").await;
        assert_eq!((card.state, card.reason), (State::Succeeded, None), "{service:?}");
        assert_eq!(studio.balance().await, (990, 0), "{service:?}");
        let seen = studio.service.seen();
        assert_eq!(seen.orders.len(), 1, "{service:?}");
        let sent = &seen.orders[0];
        let (body, wanted) = match service {
            Service::OpenRouter => (
                json!(sent.body),
                json!({
                    "model": "Wan-AI/Wan2.2", "prompt": "a boat", "duration": LENGTH, "size": SIZE.to_string(), "seed": 77,
                    "generate_audio": true,
                }),
            ),
            Service::Fal => (
                json!(sent.body),
                json!({"prompt": "a boat", "duration": LENGTH.to_string(), "aspect_ratio": "16:9", "seed": 77}),
            ),
            Service::Replicate => (
                sent.body["input"].clone(),
                json!({"prompt": "a boat", "duration": LENGTH, "aspect_ratio": "16:9", "seed": 77}),
            ),
        };
        assert_eq!(
            body, wanted,
            "{service:?}: nothing else is told, and nobody is called back over http"
        );
        if service == Service::Fal {
            assert_eq!(sent.headers["x-fal-store-io"], "0");
            assert_eq!(sent.headers["x-fal-request-timeout"], "240");
        }
        if service == Service::Replicate {
            assert_eq!(sent.headers["cancel-after"], "240s");
        }
        assert!(!seen.key_elsewhere, "{service:?}: the key stays at home");
        studio.web.test.audit().await;
    }
}

type Bad = (&'static str, State, Reason, &'static str);

const fn failed(prompt: &'static str, reason: Reason, told: &'static str) -> Bad {
    (prompt, State::Failed, reason, told)
}

const fn blocked(prompt: &'static str, told: &'static str) -> Bad {
    (prompt, State::Blocked, Reason::ProviderBlocked, told)
}

/// What goes wrong for good everywhere: the prompt, how it ends, and what the operator is told.
const EVERYWHERE: [Bad; 17] = [
    failed("crash at the door", Reason::ProviderUnreachable, "500"),
    failed("a gateway gives up", Reason::ProviderUnreachable, "504"),
    failed("no money", Reason::ProviderRefused, "Insufficient credits"),
    failed("refuse", Reason::ProviderRefused, "This is not for you."),
    failed(
        "refuse and repeat the prompt",
        Reason::ProviderRefused,
        "Why do you say (the prompt)?",
    ),
    failed("no id", Reason::ProviderUnreachable, "without an id"),
    failed(
        "a web page at the door",
        Reason::ProviderUnreachable,
        "without an id",
    ),
    failed("redirect at the door", Reason::ProviderRefused, "307"),
    failed("fail", Reason::ProviderFailed, "CUDA out of memory at node 7"),
    blocked("block later", ""),
    failed("vanish", Reason::ProviderFailed, "does not know the job"),
    failed("endless", Reason::BadVideo, "larger than 1048576 bytes"),
    failed("not a video", Reason::BadVideo, ""),
    failed("half a video", Reason::BadVideo, ""),
    failed("gone when done", Reason::BadVideo, "404"),
    failed(
        "redirect inside",
        Reason::BadVideo,
        "169.254.169.254 is a private address",
    ),
    failed(
        "redirect to a name inside",
        Reason::BadVideo,
        "localhost is a private address",
    ),
];

fn own(service: Service) -> Vec<Bad> {
    match service {
        Service::OpenRouter => vec![
            blocked("block at the door", "Your input was flagged"),
            failed("fail without a word", Reason::ProviderFailed, "without a word"),
            failed("given up there", Reason::ProviderFailed, "it is cancelled there"),
            failed("run out there", Reason::ProviderFailed, "it is expired there"),
        ],
        Service::Fal => vec![
            failed("locked", Reason::ProviderRefused, "Exhausted balance"),
            failed("fail in between", Reason::ProviderFailed, "runner_disconnected"),
            failed("nothing made", Reason::ProviderFailed, "has no video"),
            failed("result over", Reason::ProviderFailed, "does not know the job"),
            failed(
                "media inside",
                Reason::BadVideo,
                "169.254.169.254 is a private address",
            ),
        ],
        Service::Replicate => vec![
            blocked("block at the door", "flagged as sensitive"),
            failed("cancelled there", Reason::ProviderFailed, "it is canceled there"),
            failed("stopped there", Reason::ProviderFailed, "it is aborted there"),
            failed("nothing made", Reason::ProviderFailed, "has no video"),
            failed("result over", Reason::ProviderFailed, "does not know the job"),
            failed(
                "media inside",
                Reason::BadVideo,
                "169.254.169.254 is a private address",
            ),
        ],
    }
}

/// What is hoped for until the time of the video is over.
fn at_the_deadline(service: Service) -> Vec<Bad> {
    let word = match service {
        Service::Fal => "BREWING",
        Service::OpenRouter | Service::Replicate => "brewing",
    };
    vec![
        failed("a web page", Reason::ProviderUnreachable, "text/html"),
        failed("never", Reason::TimedOut, ""),
        failed("unknown word", Reason::TimedOut, word),
    ]
}

async fn what_goes_wrong_for_good_is_not_charged(engine: Engine) {
    for service in ALL {
        let cases = EVERYWHERE.into_iter().chain(own(service)).collect();
        end_so(service, Studio::open(engine, service).await, cases).await;
        end_so(
            service,
            Studio::hasty(engine, service).await,
            at_the_deadline(service),
        )
        .await;
    }
}

/// Prompts, how each of them ends, and what the operator is told.
async fn end_so(service: Service, mut studio: Studio, cases: Vec<Bad>) {
    studio.listed().await;
    // Everything is ordered before the first failures can pause the service.
    studio.web.test.stop_work().await;
    let mut made = Vec::new();
    for bad in cases {
        made.push((studio.create(bad.0).await, bad));
    }
    studio.web.test.work();
    for (id, (prompt, state, reason, told)) in made {
        let card = studio.ended(id).await;
        let end = (card.state, card.reason, card.charge);
        assert_eq!(
            end,
            (state, Some(reason), Charge::NotCharged),
            "{service:?}: {prompt}"
        );
        let detail = studio.detail(id).await;
        assert!(detail.contains(told), "{service:?}: {prompt}: {detail}");
        assert!(!detail.contains("secret prompt"), "{detail}");
        assert_eq!(
            studio.orders(prompt),
            1,
            "{service:?}: {prompt}: what may have been taken is not ordered again"
        );
    }
    assert_eq!(studio.balance().await, (1_000, 0));
    studio.web.test.audit().await;
}

async fn what_passes_is_waited_for_and_charged_once(engine: Engine) {
    for service in ALL {
        let studio = Studio::open(engine, service).await;
        let mut prompts = vec![
            ("busy once", 2),
            ("down once", 2),
            ("slowly", 1),
            ("garbage at first", 1),
            ("errors at first", 1),
            ("too many polls", 1),
        ];
        match service {
            Service::OpenRouter => prompts.push(("redirect elsewhere", 1)),
            Service::Fal => prompts.push(("addresses elsewhere", 1)),
            Service::Replicate => prompts.push(("a list", 1)),
        }
        let paid = i64::try_from(prompts.len()).unwrap() * 10;
        let mut made = Vec::new();
        for (prompt, orders) in prompts {
            made.push((studio.create(prompt).await, prompt, orders));
        }
        for (id, prompt, orders) in made {
            let card = studio.ended(id).await;
            let detail = studio.detail(id).await;
            assert_eq!(card.state, State::Succeeded, "{service:?}: {prompt}: {detail}");
            assert_eq!(studio.orders(prompt), orders, "{service:?}: {prompt}");
        }
        assert!(
            !studio.service.seen().key_elsewhere,
            "{service:?}: the key stays at home"
        );
        assert_eq!(studio.balance().await, (1_000 - paid, 0), "{service:?}");
        studio.web.test.audit().await;
    }
}

async fn a_server_that_was_stopped_goes_on_with_the_same_order(engine: Engine) {
    for service in ALL {
        let mut studio = Studio::open(engine, service).await;
        let id = studio.create("until told").await;
        let test = &studio.web.test;
        test.when(studio.person, id, |state| state == State::Running)
            .await;
        studio.web.test.stop_work().await;
        studio.service.finish();
        studio.web.test.work();
        assert_eq!(studio.ended(id).await.state, State::Succeeded, "{service:?}");
        assert_eq!(studio.orders("until told"), 1, "{service:?}");
        assert_eq!(studio.balance().await, (990, 0), "{service:?}");
        studio.web.test.audit().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_job_is_cancelled_there_too_where_that_is_possible() {
    for service in [Service::Fal, Service::Replicate] {
        let studio = Studio::open(Engine::Sqlite, service).await;
        let id = studio.create("never").await;
        let test = &studio.web.test;
        test.when(studio.person, id, |state| state == State::Running)
            .await;
        test.app.generations.cancel(studio.person, id).await.unwrap();
        until(|| studio.service.seen().cancelled.len() == 1).await;
        assert_eq!(studio.balance().await, (1_000, 0), "{service:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_key_is_the_operators_problem_and_pauses_the_provider() {
    for service in [Service::Fal, Service::Replicate] {
        let at = Catalogue::start(service).await;
        let file = super::configuration(service, &at, "").replace(crate::support::KEY, "sk-wrong");
        let setup = Setup {
            file: Some(file),
            ..Setup::default()
        };
        let mut test = TestApp::with(Engine::Sqlite, setup).await;
        test.work();
        let person = test.person().await;
        let provider = test.app.worker.providers.get("hosted").unwrap().clone();
        let order = order(None);
        for _ in 0..5 {
            assert_eq!(provider.health().unwrap().paused_until(), None, "{service:?}");
            let refused = provider.submit(&order).await.unwrap_err().to_string();
            assert!(refused.contains("401"), "{service:?}: {refused}");
            assert!(!refused.contains("sk-wrong"), "{refused}");
        }
        assert!(provider.health().unwrap().paused_until().is_some(), "{service:?}");
        assert_eq!(test.balance(person).await, (200, 0));
    }
}

fn order(picture: Option<Picture>) -> Order {
    Order {
        reference: uuid::Uuid::nil(),
        claim: 1,
        model: "remote".into(),
        prompt: "a boat".into(),
        size: SIZE,
        seconds: LENGTH,
        seed: 7,
        caption: false,
        picture,
        original: None,
    }
}

async fn provider(service: Service, at: &Catalogue) -> Arc<dyn VideoProvider> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aisora.toml");
    std::fs::write(&path, super::configuration(service, at, "")).unwrap();
    let config = Config::load(Some(&path), &|_| None, None).unwrap();
    providers::open(&config.providers[0], &config, &Clock::System).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_goes_with_the_order_in_each_catalogues_own_way() {
    for service in ALL {
        let at = Catalogue::start(service).await;
        let provider = provider(service, &at).await;
        let mut order = order(Some(Picture(Bytes::from_static(b"a jpeg"))));
        if service == Service::OpenRouter {
            order.model = crate::support::REMOTE.into();
            tokio::time::timeout(Duration::from_secs(2), provider.tend())
                .await
                .unwrap_err();
        }
        provider.submit(&order).await.unwrap();
        let sent = at.seen().orders.remove(0);
        let picture = match service {
            Service::OpenRouter => &sent.body["frame_images"][0]["image_url"]["url"],
            Service::Fal => &sent.body["image_url"],
            Service::Replicate => &sent.body["input"]["image"],
        };
        assert_eq!(picture, "data:image/jpeg;base64,YSBqcGVn", "{service:?}");
        if service == Service::Fal {
            assert_eq!(sent.path, "fal-ai/wan/image-to-video");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_model_does_not_take_is_refused_and_not_charged() {
    let right = "input = { seed = \"seed\" }";
    for (service, reason) in [
        (Service::Fal, Reason::ProviderFailed),
        (Service::Replicate, Reason::ProviderRefused),
    ] {
        let at = Catalogue::start(service).await;
        let file = super::configuration(service, &at, "");
        let file = file.replace(right, "input = { seconds = \"length\", picture = \"image\" }");
        let setup = Setup {
            file: Some(file),
            ..Setup::default()
        };
        let mut test = TestApp::with(Engine::Sqlite, setup).await;
        test.work();
        let person = test.person().await;
        let form = aisora::model::composition::ComposerForm {
            prompt: "a boat".into(),
            model: "remote".into(),
            size: SIZE.to_string(),
            seconds: LENGTH.to_string(),
            takes: "1".into(),
            ..Default::default()
        };
        let quote = test.app.generations.quote(person, &form).await.unwrap().token;
        let form = aisora::model::composition::ComposerForm { quote, ..form };
        let id = test.app.generations.create(person, &form).await.unwrap()[0].id;
        let card = test.ended(person, id).await;
        assert_eq!(
            (card.reason, card.charge),
            (Some(reason), Charge::NotCharged),
            "{service:?}: what the model does not know is its operator's mistake, and nobody's cost"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn progress_that_replicate_logs_is_shown() {
    let studio = Studio::open(Engine::Sqlite, Service::Replicate).await;
    let id = studio.create("never").await;
    let test = &studio.web.test;
    test.until("the bar of the log", async || {
        let page = test.app.generations.page(studio.person, id).await;
        page.is_ok_and(|page| page.card.progress == 42)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pauses_that_a_catalogue_asks_for_are_kept() {
    for service in ALL {
        let at = Catalogue::start(service).await;
        let provider = provider(service, &at).await;
        assert_eq!(provider.poll_pause("a", 0), Duration::from_secs(1), "{service:?}");
        assert_eq!(provider.poll_pause("a", 9), Duration::from_secs(5), "{service:?}");
        let studio = Studio::open(Engine::Sqlite, service).await;
        assert_eq!(
            studio.make("too many polls for long").await.state,
            State::Succeeded
        );
        let polls = studio.service.seen().polls;
        let pause = polls[1].1 - polls[0].1;
        assert!(pause >= Duration::from_secs(3), "{service:?}: {pause:?}");
    }
}
