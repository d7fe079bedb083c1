//! What `aisora provider check` finds out about a hosted catalogue, by questions alone: whether the key is taken, and
//! whether the models are there. No video is ordered.

use super::{
    VideoProvider as _, fal,
    openai_videos::{self, Answer, Api, NoAnswer},
    openrouter::OpenRouter,
    replicate::Remote,
};
use crate::{
    model::catalogue::Model,
    server::{
        clock::Clock,
        config::{
            Config,
            providers::{FalConfig, Kind, ModelConfig, OpenRouterConfig, ProviderConfig},
        },
        http_client::HttpClient,
    },
};
use reqwest::{Method, StatusCode, Url};

/// The largest answer, in bytes: a model's description has its schema in it.
const MOST_BYTES: usize = 8 << 20;

/// Lines, each with whether it is good.
type Lines = Vec<(bool, String)>;

/// Asks a hosted catalogue.
///
/// # Errors
/// When this machine has no certificates to check others with.
pub async fn check(provider: &ProviderConfig, config: &Config) -> Result<Lines, reqwest::Error> {
    let mut lines = match &provider.kind {
        Kind::OpenAiVideos(_) => Vec::new(),
        Kind::OpenRouter(own) => openrouter(provider, own).await?,
        Kind::Fal(own) => fal(provider, own).await?,
        Kind::Replicate(_) => replicate(provider).await?,
    };
    let hooks = match &provider.kind {
        Kind::OpenRouter(own) => !own.webhook_secret.reveal().is_empty(),
        Kind::Fal(own) => own.webhooks,
        Kind::Replicate(own) => !own.webhook_secret.reveal().is_empty(),
        Kind::OpenAiVideos(_) => false,
    };
    lines.push((
        true,
        match super::hooks::callback(&config.public_url, &provider.name, hooks) {
            Some(url) => format!("webhooks: it calls {url}"),
            None if hooks => "webhooks: off, `public_url` is not https".into(),
            None => "webhooks: off".into(),
        },
    ));
    Ok(lines)
}

async fn openrouter(config: &ProviderConfig, own: &OpenRouterConfig) -> Result<Lines, reqwest::Error> {
    let api = openai_videos::api(config)?;
    let mut lines = vec![key_is_taken(&api, api.address(&["key"]), "GET /key").await];
    let service = OpenRouter::new(config, own.clone(), "", Clock::System)?;
    match service.refresh().await {
        Ok(left_out) => {
            let offers = service.offers();
            let line = format!("GET /videos/models: {} models to offer", offers.len());
            lines.push((!offers.is_empty(), line));
            lines.extend(offers.iter().map(|offer| (true, priced(&offer.model))));
            // What the operator asked for by name should be there.
            let left_out = left_out.into_iter();
            lines.extend(left_out.map(|(id, why)| {
                let named = own.only.contains(&id);
                (!named, format!("{id} is not offered: {why}"))
            }));
        }
        Err(words) => lines.push((false, format!("GET /videos/models: {words}"))),
    }
    Ok(lines)
}

/// `google/veo-3.1: 4, 6, 8 s; 1280x720 = 50; with pictures`.
fn priced(model: &Model) -> String {
    let pictures = if model.input_reference {
        "; with pictures"
    } else {
        ""
    };
    in_a_line(model) + pictures
}

/// `wan: 4, 8 s; 1280x720 = 30`.
pub fn in_a_line(model: &Model) -> String {
    let seconds: Vec<_> = model.seconds.iter().map(ToString::to_string).collect();
    let sizes: Vec<_> = model
        .sizes
        .iter()
        .map(|offer| format!("{} = {}", offer.size, offer.credits_per_second.0))
        .collect();
    format!("{}: {} s; {}", model.id, seconds.join(", "), sizes.join(", "))
}

/// fal's queue knows no question without an order; its platform API knows the models.
async fn fal(config: &ProviderConfig, own: &FalConfig) -> Result<Lines, reqwest::Error> {
    let client = HttpClient::new(vec![own.api_url.clone()])?;
    let api = Api::new(client, own.api_url.clone(), config.key.clone()).with_scheme(fal::SCHEME);
    let mut lines = Vec::new();
    for model in &config.models {
        let with_picture = model.input.picture_remote.as_ref();
        for remote in [Some(&model.remote), with_picture].into_iter().flatten() {
            let mut url = api.address(&["models"]);
            url.query_pairs_mut().append_pair("endpoint_id", remote);
            lines.push(match get(&api, url).await {
                Ok(answer) if refuses_key(answer.status) => {
                    (false, format!("the key is not taken ({})", answer.status))
                }
                Ok(answer) if answer.status.is_success() => {
                    let models = answer.json["models"].as_array();
                    let found = models
                        .into_iter()
                        .flatten()
                        .any(|one| one["endpoint_id"] == remote.as_str());
                    (found, is_there(remote, found))
                }
                Ok(answer) if answer.status == StatusCode::NOT_FOUND => (false, is_there(remote, false)),
                Ok(answer) => (false, format!("{remote}: {}", answer.status)),
                Err(words) => (false, format!("{remote}: {words}")),
            });
        }
    }
    Ok(lines)
}

async fn replicate(config: &ProviderConfig) -> Result<Lines, reqwest::Error> {
    let api = openai_videos::api(config)?;
    let mut lines = vec![key_is_taken(&api, api.address(&["account"]), "GET /account").await];
    for model in &config.models {
        let Remote::Model(owner, name) = Remote::read(&model.remote) else {
            lines.push((
                true,
                format!("{}: a version, which cannot be looked up by itself", model.remote),
            ));
            continue;
        };
        match get(&api, api.address(&["models", owner, name])).await {
            Ok(answer) if answer.status.is_success() => {
                lines.push((true, is_there(&model.remote, true)));
                lines.extend(unknown(model, &answer));
            }
            Ok(answer) if answer.status == StatusCode::NOT_FOUND => {
                lines.push((false, is_there(&model.remote, false)));
            }
            Ok(answer) => lines.push((false, format!("{}: {}", model.remote, answer.status))),
            Err(words) => lines.push((false, format!("{}: {words}", model.remote))),
        }
    }
    Ok(lines)
}

/// The parameters that the configuration would send and the model does not have. Replicate refuses an order for one.
fn unknown(model: &ModelConfig, answer: &Answer) -> Lines {
    let place = "/latest_version/openapi_schema/components/schemas/Input/properties";
    let Some(known) = answer.json.pointer(place).and_then(|fields| fields.as_object()) else {
        return Vec::new();
    };
    let own = model.input.fields().into_iter();
    let own = own.filter(|name| model.model.input_reference || *name != model.input.picture);
    let extra = model.extra.iter().map(|(name, _)| name.as_str());
    let strange = own.chain(extra).filter(|name| !known.contains_key(*name));
    let known_names: Vec<_> = known.keys().map(String::as_str).collect();
    strange
        .map(|name| {
            let line = format!(
                "{} has no parameter `{name}`; it has: {}",
                model.remote,
                known_names.join(", ")
            );
            (false, line)
        })
        .collect()
}

fn is_there(remote: &str, found: bool) -> String {
    if found {
        format!("{remote}: it is there")
    } else {
        format!("{remote}: there is no such model")
    }
}

async fn key_is_taken(api: &Api, url: Url, question: &str) -> (bool, String) {
    match get(api, url).await {
        Ok(answer) if answer.status.is_success() => (true, format!("{question}: the key is taken")),
        Ok(answer) if refuses_key(answer.status) => (
            false,
            format!("{question}: the key is not taken ({})", answer.status),
        ),
        Ok(answer) => (false, format!("{question}: {}", answer.status)),
        Err(words) => (false, format!("{question}: {words}")),
    }
}

fn refuses_key(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

async fn get(api: &Api, url: Url) -> Result<Answer, String> {
    let request = api.request(Method::GET, &url)?;
    let answer = api.answer(request, MOST_BYTES).await;
    answer.map_err(|error| api.without_key(&NoAnswer::into_words(error)))
}
