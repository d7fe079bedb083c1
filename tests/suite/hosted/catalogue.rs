//! OpenRouter's list, and what the operator's commands say about all of them.

use super::{ALL, Studio, until};
use crate::support::{Catalogue, Engine, KEY, Service, Setup};
use aisora::{
    model::generation::State,
    server::{
        clock::Clock,
        config::{
            Config,
            providers::{Kind, ProviderConfig},
        },
        providers::{VideoProvider as _, check::check, openrouter::OpenRouter},
    },
};
use serde_json::json;

fn read(service: Service, at: &Catalogue, change: impl Fn(String) -> String) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aisora.toml");
    std::fs::write(&path, change(super::configuration(service, at, ""))).unwrap();
    Config::load(Some(&path), &|_| None, None).unwrap()
}

fn openrouter(config: &ProviderConfig) -> OpenRouter {
    let Kind::OpenRouter(own) = &config.kind else {
        panic!("{config:?}")
    };
    OpenRouter::new(config, own.clone(), "", Clock::System).unwrap()
}

#[tokio::test]
async fn the_list_fills_the_catalogue_and_stays_when_it_cannot_be_read() {
    let at = Catalogue::start(Service::OpenRouter).await;
    let config = read(Service::OpenRouter, &at, |file| file);
    let provider = openrouter(&config.providers[0]);
    assert!(provider.offers().is_empty() && !provider.knows_offers());
    provider.refresh().await.unwrap();
    let offers = provider.offers();
    assert_eq!(offers.len(), 1);
    let model = &offers[0].model;
    assert_eq!((model.label.as_str(), model.input_reference), ("Wan 2.2", true));
    assert_eq!(model.sizes[0].credits_per_second.0, 10, "8 cents and a quarter");
    at.set_list(json!("not a list"));
    provider.refresh().await.unwrap_err();
    assert_eq!(provider.offers().len(), 1, "what was known stays");
    at.set_list(json!({"data": []}));
    provider.refresh().await.unwrap();
    assert!(
        provider.offers().is_empty() && provider.knows_offers(),
        "an empty list is a list"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_waits_for_the_list_after_a_restart() {
    let mut studio = Studio::open(Engine::Sqlite, Service::OpenRouter).await;
    studio.listed().await;
    studio.web.test.stop_work().await;
    let id = studio.create("a boat").await;
    // The next process does not get the list at once.
    studio.service.set_list(json!("busy"));
    let setup = Setup {
        file: Some(super::configuration(Service::OpenRouter, &studio.service, "")),
        ..Setup::default()
    };
    let sister = studio.web.test.sister(setup).await;
    let stop = tokio_util::sync::CancellationToken::new();
    let worker = tokio::spawn(sister.worker.clone().run(stop.clone()));
    let lists = studio.service.seen().lists;
    until(|| studio.service.seen().lists > lists).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert!(studio.service.seen().orders.is_empty());
    let page = studio
        .web
        .test
        .app
        .generations
        .page(studio.person, id)
        .await
        .unwrap();
    assert_eq!(page.card.state, State::Queued, "it is not said to be gone");
    studio.service.set_list(json!({"data": [{
        "id": studio.model, "name": "Wan", "supported_durations": [1], "supported_sizes": ["128x72"],
        "pricing_skus": {"duration_seconds": "0.08"},
    }]}));
    assert_eq!(studio.ended(id).await.state, State::Succeeded);
    stop.cancel();
    worker.await.unwrap();
}

#[tokio::test]
async fn a_catalogue_can_be_asked_whether_key_and_models_are_right() {
    for service in ALL {
        let at = Catalogue::start(service).await;
        let config = read(service, &at, |file| file);
        let lines = check(&config.providers[0], &config).await.unwrap();
        assert!(lines.iter().all(|(good, _)| *good), "{service:?}: {lines:#?}");
        assert!(at.seen().orders.is_empty(), "{service:?}: nothing is ordered");

        let wrong = read(service, &at, |file| file.replace(KEY, "sk-wrong"));
        let lines = check(&wrong.providers[0], &wrong).await.unwrap();
        let told = lines
            .iter()
            .any(|(good, line)| !good && line.contains("the key is not taken"));
        assert!(
            told && !format!("{lines:?}").contains("sk-wrong"),
            "{service:?}: {lines:#?}"
        );

        let missing = read(service, &at, |file| {
            let file = file
                .replace("acme/wan", "acme/gone")
                .replace("fal-ai/wan/text", "fal-ai/gone/text");
            file.replace("margin = 25", "only = [\"acme/gone\"]")
        });
        let lines = check(&missing.providers[0], &missing).await.unwrap();
        let told = lines.iter().any(|(good, line)| !good && line.contains("gone"));
        assert!(told, "{service:?}: {lines:#?}");
    }
}

#[tokio::test]
async fn a_parameter_that_a_replicate_model_does_not_have_is_told_before_an_order() {
    let at = Catalogue::start(Service::Replicate).await;
    let config = read(Service::Replicate, &at, |file| {
        file.replace("seed = \"seed\"", "seed = \"noise\", seconds = \"length\"")
    });
    let lines = check(&config.providers[0], &config).await.unwrap();
    for name in ["noise", "length"] {
        let told = format!("has no parameter `{name}`");
        assert!(
            lines.iter().any(|(good, line)| !good && line.contains(&told)),
            "{lines:#?}"
        );
    }
}
