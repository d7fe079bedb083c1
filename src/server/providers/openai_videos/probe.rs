//! What a server can do, found out by questions alone: no video is created.

use super::{
    api::{Answer, Api, NoAnswer},
    presets::quirks,
    wire::Fault,
};
use crate::server::config::providers::{OpenAiVideosConfig, Preset, ProviderConfig, Wire};
use reqwest::{Method, StatusCode};
use serde_json::Value;

/// Descriptions of large gateways have several megabytes.
const MOST_DESCRIPTION: usize = 16 << 20;
/// A job that no server has.
const NO_JOB: &str = "aisora-check";
/// The most models that are told.
const MOST_MODELS: usize = 50;

/// What was found out.
#[derive(Debug)]
pub struct Report {
    /// One line for each question: whether the answer is good, and what it was.
    pub lines: Vec<(bool, String)>,
    /// Which server it seems to be.
    pub looks_like: Option<Preset>,
    /// How it wants orders written down, where it says so.
    pub wire: Option<Wire>,
    /// The models it has, by its own names.
    pub models: Vec<String>,
    /// Whether anybody answered at all.
    pub answers: bool,
}

impl Report {
    /// Whether every answer was good.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.lines.iter().all(|(good, _)| *good)
    }

    fn tell(&mut self, good: bool, line: impl Into<String>) {
        self.lines.push((good, line.into()));
    }
}

/// Asks a server what it can do.
///
/// # Errors
/// When this machine has no certificates to check others with.
pub async fn probe(config: &ProviderConfig) -> Result<Report, reqwest::Error> {
    let api = super::api(config)?;
    let mut report = Report {
        lines: Vec::new(),
        looks_like: None,
        wire: None,
        models: Vec::new(),
        answers: false,
    };
    if models(&api, config, &mut report).await {
        without_key(&api, config, &mut report).await;
        description(&api, &mut report).await;
        list(&api, &mut report).await;
        no_job(&api, &mut report).await;
    }
    for model in &config.models {
        if !report.models.is_empty() && !report.models.contains(&model.remote) {
            let line = format!(
                "the model `{}` is configured, but the server does not list it",
                model.remote
            );
            report.tell(false, line);
        }
    }
    Ok(report)
}

/// `GET /models`. False when nobody is there to ask more.
async fn models(api: &Api, config: &ProviderConfig, report: &mut Report) -> bool {
    let answer = match api.call(Method::GET, &["models"], None).await {
        Ok(answer) => answer,
        Err(error) => {
            let line = format!("{} cannot be reached: {}", config.base_url, error.into_words());
            report.tell(false, line);
            return false;
        }
    };
    report.answers = true;
    report.looks_like = by_headers(&answer).or_else(|| by_owner(&answer.json));
    let listed = answer.json["data"].as_array();
    let listed = listed.into_iter().flatten();
    report.models = listed
        .filter_map(|model| model["id"].as_str())
        .map(ToOwned::to_owned)
        .take(MOST_MODELS)
        .collect();
    match answer.status {
        StatusCode::OK => report.tell(true, format!("GET /models lists {}", report.models.len())),
        status if asks_for_key(status) => {
            report.tell(false, format!("GET /models: the key is not taken ({status})"));
        }
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            report.tell(true, "GET /models: it lists no models");
        }
        _ => report.tell(false, format!("GET /models: {}", said(api, &answer))),
    }
    true
}

/// The list of jobs. Nothing here needs it, but a wrong key or a wrong address shows.
async fn list(api: &Api, report: &mut Report) {
    let mut url = api.address(&["videos"]);
    url.query_pairs_mut().append_pair("limit", "1");
    match ask(api, api.request(Method::GET, &url)).await {
        Ok(answer) if answer.status.is_success() => report.tell(true, "GET /videos: it lists its jobs"),
        Ok(answer) if answer.status.is_client_error() && !asks_for_key(answer.status) => {
            report.tell(
                true,
                "GET /videos: it does not list its jobs; nothing here needs that",
            );
        }
        Ok(answer) => report.tell(false, format!("GET /videos: {}", said(api, &answer))),
        Err(words) => report.tell(false, format!("GET /videos: {words}")),
    }
}

/// A job that is not there.
async fn no_job(api: &Api, report: &mut Report) {
    let answer = match api.call(Method::GET, &["videos", NO_JOB], None).await {
        Ok(answer) => answer,
        Err(error) => return report.tell(false, format!("GET /videos/{{id}}: {}", error.into_words())),
    };
    report.looks_like = report.looks_like.or_else(|| by_headers(&answer));
    // Gateways look up whose job it is before anything else, and LiteLLM asks OpenAI about ids that are not its own.
    let gateway = matches!(report.looks_like, Some(Preset::Litellm | Preset::NewApi));
    match answer.status {
        StatusCode::NOT_FOUND if answer.json.is_object() => report.tell(
            true,
            "GET /videos/{id}: a job that it does not know is 404, as it should be",
        ),
        status if answer.json.is_object() && (status == StatusCode::BAD_REQUEST || gateway) => {
            report.tell(true, format!("GET /videos/{{id}}: a gateway's {status}"));
        }
        _ => report.tell(
            false,
            format!("GET /videos/{{id}}: {}; is `base_url` right?", said(api, &answer)),
        ),
    }
}

/// Whether anybody may use it.
async fn without_key(api: &Api, config: &ProviderConfig, report: &mut Report) {
    let url = api.address(&["models"]);
    let request = api.client.request(Method::GET, &url).map_err(|no| no.to_string());
    let Ok(answer) = ask(api, request).await else {
        return;
    };
    let have_key = !config.key.reveal().is_empty();
    if asks_for_key(answer.status) && !have_key {
        report.tell(false, "it asks for a key: set `key_env` or `key`");
    } else if asks_for_key(answer.status) {
        report.tell(true, "it asks for a key");
    } else if answer.status.is_success() {
        report.tell(true, "it answers without a key: let nobody else reach it");
    }
}

/// Servers built on FastAPI describe themselves.
async fn description(api: &Api, report: &mut Report) {
    let mut url = api.address(&[]);
    url.set_path("/openapi.json");
    let Ok(request) = api.request(Method::GET, &url) else {
        return;
    };
    let described = match api.answer(request, MOST_DESCRIPTION).await {
        Ok(answer) if answer.status.is_success() && answer.json["paths"].is_object() => answer.json,
        _ => {
            return report.tell(
                true,
                "it does not describe itself (/openapi.json); the preset decides",
            );
        }
    };
    report.looks_like = report.looks_like.or_else(|| by_description(&described));
    let Some(create) = described["paths"]
        .as_object()
        .and_then(|paths| paths.iter().find(|(path, _)| path.ends_with("/v1/videos")))
        .map(|(_, methods)| &methods["post"])
        .filter(|create| create.is_object())
    else {
        return report.tell(false, "its description has no POST /v1/videos");
    };
    let content = &create["requestBody"]["content"];
    let takes = |kind: &str| content.get(kind).is_some();
    let (line, wire) = match (takes("application/json"), takes("multipart/form-data")) {
        (true, true) => ("POST /videos takes JSON and forms", Some(Wire::Auto)),
        (true, false) => ("POST /videos takes JSON", Some(Wire::Json)),
        (false, true) => ("POST /videos takes forms", Some(Wire::Multipart)),
        (false, false) => ("POST /videos does not say what it takes", None),
    };
    report.wire = wire;
    report.tell(true, line);
}

async fn ask(api: &Api, request: Result<reqwest::RequestBuilder, String>) -> Result<Answer, String> {
    api.answer(request?, 1 << 20).await.map_err(NoAnswer::into_words)
}

fn asks_for_key(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

fn said(api: &Api, answer: &Answer) -> String {
    let words = Fault::read(&answer.json).map(|fault| format!(": {fault}"));
    api.without_key(&format!("{}{}", answer.status, words.unwrap_or_default()))
}

fn by_headers(answer: &Answer) -> Option<Preset> {
    let begins = |start: &str| answer.headers.keys().any(|name| name.as_str().starts_with(start));
    if begins("x-litellm") {
        Some(Preset::Litellm)
    } else if begins("x-oneapi") || begins("x-new-api") {
        Some(Preset::NewApi)
    } else if begins("openai-version") {
        Some(Preset::Openai)
    } else {
        None
    }
}

fn by_owner(models: &Value) -> Option<Preset> {
    match models["data"][0]["owned_by"].as_str()? {
        "sglang" => Some(Preset::Sglang),
        "vllm" | "vllm-omni" => Some(Preset::VllmOmni),
        "tensorrt_llm" => Some(Preset::TensorrtLlm),
        "aisora" => Some(Preset::Aisora),
        _ => None,
    }
}

fn by_description(described: &Value) -> Option<Preset> {
    let title = described["info"]["title"]
        .as_str()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let names = [
        ("litellm", Preset::Litellm),
        ("sglang", Preset::Sglang),
        ("vllm", Preset::VllmOmni),
        ("tensorrt", Preset::TensorrtLlm),
    ];
    let named = names.into_iter().find(|(name, _)| title.contains(name));
    named.map(|(_, preset)| preset)
}

/// The table that fits, ready to be put into the configuration. The key itself is not in it.
#[must_use]
pub fn fitting(config: &ProviderConfig, ways: &OpenAiVideosConfig, report: &Report) -> String {
    let preset = report.looks_like.unwrap_or(ways.preset);
    let name = &config.name;
    let mut lines = vec![
        format!("[providers.{name}]"),
        "kind = \"openai_videos\"".into(),
        format!("preset = \"{}\"", preset.as_str()),
        format!("base_url = \"{}\"", config.base_url),
    ];
    if !config.key.reveal().is_empty() {
        let variable = name.to_uppercase().replace('-', "_");
        lines.push(format!("key_env = \"{variable}_KEY\""));
    }
    let usual = quirks(preset).wire;
    // A server that is known is known better than it describes itself: LiteLLM and SGLang leave JSON out.
    let told = report
        .wire
        .filter(|wire| report.looks_like.is_none() && *wire != Wire::Auto);
    let wire = told.or(ways.wire);
    if let Some(wire) = wire.filter(|wire| *wire != usual) {
        lines.push(format!("wire = \"{}\"", wire.as_str()));
    }
    lines.push(format!("concurrency = {}", config.concurrency));
    for remote in &report.models {
        if config.models.iter().any(|model| model.remote == *remote) {
            continue;
        }
        lines.extend([
            String::new(),
            format!("# [[providers.{name}.models]]"),
            format!("# id = {remote:?}"),
            "# sizes = { \"1280x720\" = 30 }    # credits for each second; the default first".into(),
            "# seconds = [4]".into(),
        ]);
    }
    lines.join("\n")
}
