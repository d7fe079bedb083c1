//! Webhooks as nudges: whoever is verified has a job asked about now, and nothing else happens.

use super::{ALL, HOOK_SECRET, Studio, https, until};
use crate::support::{Engine, Service, Setup, client};
use aisora::{model::generation::State, server::clock::Clock};
use reqwest::StatusCode;
use std::time::{Duration, Instant};

crate::on_both_engines!(a_webhook_has_the_job_asked_about_at_once);

/// Posts a webhook as a provider does: without cookies, from another site.
async fn post(
    studio: &Studio,
    provider: &str,
    (body, headers): (String, Vec<(&'static str, String)>),
) -> StatusCode {
    let client = client().build().unwrap();
    let url = format!("{}/hooks/{provider}", studio.web.address);
    let mut request = client
        .post(url)
        .header("content-type", "application/json")
        .header("origin", "https://elsewhere.example.org")
        .header("sec-fetch-site", "cross-site")
        .body(body);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.send().await.unwrap().status()
}

/// Ends the only job there is and tells the studio, which asks at once: long before it would have asked by itself. Returns
/// the webhook.
async fn tell(studio: &Studio) -> (String, Vec<(&'static str, String)>) {
    // One second, two, four, and now a pause of eight.
    until(|| studio.service.seen().polls.len() >= 4).await;
    let asked = studio.service.seen().polls.len();
    studio.service.finish();
    let told = Instant::now();
    let hook = studio.service.webhook(&studio.service.job(), now());
    assert_eq!(post(studio, "hosted", hook.clone()).await, StatusCode::OK);
    until(|| studio.service.seen().polls.len() > asked).await;
    let took = told.elapsed();
    assert!(took < Duration::from_secs(3), "{took:?}");
    hook
}

fn now() -> i64 {
    Clock::System.now() / 1_000
}

async fn a_webhook_has_the_job_asked_about_at_once(engine: Engine) {
    for service in ALL {
        let studio = Studio::with(engine, service, "", https()).await;
        let id = studio.create("until told").await;
        let hook = tell(&studio).await;
        assert_eq!(studio.ended(id).await.state, State::Succeeded, "{service:?}");
        assert_eq!(
            post(&studio, "hosted", hook).await,
            StatusCode::OK,
            "again, and nothing happens"
        );
        assert_eq!(studio.balance().await, (990, 0), "{service:?}");
        assert_eq!(studio.orders("until told"), 1, "{service:?}");
        studio.web.test.audit().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_is_told_where_to_call_over_https_only() {
    for service in ALL {
        let studio = Studio::with(Engine::Sqlite, service, "", https()).await;
        assert_eq!(studio.make("a boat").await.state, State::Succeeded, "{service:?}");
        let sent = studio.service.seen().orders.remove(0);
        let wanted = "https://localhost/hooks/hosted";
        match service {
            Service::OpenRouter => assert_eq!(sent.body["callback_url"], wanted),
            Service::Replicate => assert_eq!(sent.body["webhook"], wanted),
            Service::Fal => assert_eq!(
                sent.query,
                format!("fal_webhook={}", "https%3A%2F%2Flocalhost%2Fhooks%2Fhosted")
            ),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_nobody_can_check_has_no_effect() {
    for service in ALL {
        let studio = Studio::with(Engine::Sqlite, service, "", https()).await;
        let id = studio.create("until told").await;
        until(|| studio.service.seen().polls.len() == 3).await;
        let job = studio.service.job();
        let good = studio.service.webhook(&job, now());
        let without = |name: &str| {
            let headers = good.1.iter().filter(|(header, _)| *header != name).cloned();
            (good.0.clone(), headers.collect::<Vec<_>>())
        };
        let mut bad = vec![
            (good.0.replace(&job, "job-of-another"), good.1.clone()),
            (good.0.clone(), Vec::new()),
            studio.service.webhook(&job, now() - 310),
            studio.service.webhook(&job, now() + 310),
        ];
        bad.extend(good.1.iter().map(|(name, _)| without(name)));
        // The signature of one moment under another.
        let mut mixed = good.clone();
        for (_, value) in &mut mixed.1 {
            *value = value.replace(&now().to_string(), &(now() + 1).to_string());
        }
        if mixed != good {
            bad.push(mixed);
        }
        for hook in bad {
            let status = post(&studio, "hosted", hook.clone()).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{service:?}: {hook:?}");
        }
        let page = studio
            .web
            .test
            .app
            .generations
            .page(studio.person, id)
            .await
            .unwrap();
        assert_eq!(page.card.state, State::Running, "{service:?}");
        if service == Service::Fal {
            assert_eq!(
                studio.service.seen().keys,
                1,
                "nonsense does not have us fetch keys again and again"
            );
            assert!(!studio.service.seen().key_elsewhere);
        }
        let unknown = studio.service.webhook("job-of-nobody", now());
        assert_eq!(
            post(&studio, "hosted", unknown).await,
            StatusCode::OK,
            "{service:?}"
        );
        let polls = studio.service.seen().polls.len();
        assert!(polls <= 4, "{service:?}: nobody was nudged, {polls} polls");
        assert_eq!(post(&studio, "nobody", good.clone()).await, StatusCode::NOT_FOUND);
        assert_eq!(
            post(&studio, "builtin", good.clone()).await,
            StatusCode::NOT_FOUND
        );
        let large = ("x".repeat((1 << 20) + 1), good.1.clone());
        assert_eq!(
            post(&studio, "hosted", large).await,
            StatusCode::PAYLOAD_TOO_LARGE
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_secret_or_https_nobody_calls() {
    let secret = format!("webhook_secret = \"{HOOK_SECRET}\"\n");
    for service in ALL {
        let studio = Studio::open(Engine::Sqlite, service).await;
        let hook = studio.service.webhook("job", now());
        assert_eq!(
            post(&studio, "hosted", hook).await,
            StatusCode::NOT_FOUND,
            "{service:?}: http"
        );
        let at = crate::support::Catalogue::start(service).await;
        let file = super::configuration(service, &at, "").replace(&secret, "");
        let file = file.replace("kind = \"fal\"", "kind = \"fal\"\nwebhooks = false");
        let setup = Setup {
            file: Some(file),
            ..https()
        };
        let web = crate::support::WebServer::with(Engine::Sqlite, setup).await;
        let studio = Studio { web, ..studio };
        let hook = studio.service.webhook("job", now());
        assert_eq!(
            post(&studio, "hosted", hook).await,
            StatusCode::NOT_FOUND,
            "{service:?}: off"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_a_nudge_reaches_the_process_that_polls() {
    if crate::support::postgres_url().is_none() {
        eprintln!("NOT RUN on PostgreSQL: AISORA_TEST_POSTGRES_URL is not set");
        return;
    }
    let mut studio = Studio::with(Engine::Postgres, Service::Replicate, "", https()).await;
    studio.web.test.stop_work().await;
    let setup = Setup {
        file: Some(super::configuration(Service::Replicate, &studio.service, "")),
        ..https()
    };
    let sister = studio.web.test.sister(setup).await;
    let stop = tokio_util::sync::CancellationToken::new();
    let worker = tokio::spawn(sister.worker.clone().run(stop.clone()));
    let id = studio.create("until told").await;
    tell(&studio).await;
    assert_eq!(studio.ended(id).await.state, State::Succeeded);
    stop.cancel();
    worker.await.unwrap();
}
