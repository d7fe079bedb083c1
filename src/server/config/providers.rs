//! The tables `[providers.NAME]`: servers that make videos, and the models that they offer here.

mod keys;

use super::{ConfigError, Mode};
use crate::{model::catalogue::Model, server::http_client::is_public};
use keys::Keys;
use reqwest::Url;
use std::{fmt, net::IpAddr, time::Duration};
use toml::Value;

/// A secret that is never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for the header that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(secret)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "" } else { "********" })
    }
}

/// A server by its name; its ways are in `providers::openai_videos::presets`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// SGLang diffusion.
    Sglang,
    /// vLLM-Omni.
    VllmOmni,
    /// TensorRT-LLM's `trtllm-serve`.
    TensorrtLlm,
    /// The LiteLLM proxy.
    Litellm,
    /// The new-api gateway.
    NewApi,
    /// The protocol as OpenAI wrote it down.
    Openai,
}

impl Preset {
    /// All of them with their names in the file.
    pub const ALL: [(&'static str, Self); 6] = [
        ("sglang", Self::Sglang),
        ("vllm-omni", Self::VllmOmni),
        ("tensorrt-llm", Self::TensorrtLlm),
        ("litellm", Self::Litellm),
        ("new-api", Self::NewApi),
        ("openai", Self::Openai),
    ];

    /// The name in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        name_of(&Self::ALL, self)
    }
}

/// How an order is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Always JSON.
    Json,
    /// Always `multipart/form-data`.
    Multipart,
    /// Multipart when a file goes with it, else JSON.
    Auto,
}

impl Wire {
    const ALL: [(&'static str, Self); 3] = [
        ("json", Self::Json),
        ("multipart", Self::Multipart),
        ("auto", Self::Auto),
    ];

    /// The name in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        name_of(&Self::ALL, self)
    }
}

fn name_of<T: Copy + PartialEq>(all: &[(&'static str, T)], wanted: T) -> &'static str {
    all.iter()
        .find(|(_, one)| *one == wanted)
        .map_or("", |(name, _)| name)
}

/// One server of the Videos protocol.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// Its name here.
    pub name: String,
    /// Which server it is.
    pub preset: Preset,
    /// Up to and with `/v1`.
    pub base_url: Url,
    /// Sent as a bearer token; empty where the server asks for none.
    pub key: Secret,
    /// Overrides the preset's.
    pub wire: Option<Wire>,
    /// Videos that it may make at once.
    pub concurrency: usize,
    /// Origins that downloads may be redirected to although they are private.
    pub media_origins: Vec<Url>,
    /// What it offers.
    pub models: Vec<ModelConfig>,
}

/// One model of such a server.
#[derive(Clone, Debug)]
pub struct ModelConfig {
    /// As people see it.
    pub model: Model,
    /// Its name there.
    pub remote: String,
    /// Longest time for one video.
    pub deadline: Duration,
    /// It is offered until then, in unix milliseconds.
    pub available_until: Option<i64>,
    /// The id of the model to use after it.
    pub successor: Option<String>,
    /// Parameters beyond prompt, model, seconds and size.
    pub extra: Vec<(String, Extra)>,
}

/// The value of an extra parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Extra {
    /// Always the same.
    Fixed(serde_json::Value),
    /// The seed of the order.
    Seed,
}

impl ProviderConfig {
    /// Lines for `aisora config`, without the key.
    #[must_use]
    pub fn explain(&self) -> Vec<String> {
        let models: Vec<_> = self.models.iter().map(|model| model.model.id.as_str()).collect();
        let line = |key: &str, value: &str| format!("providers.{}.{key} = \"{value}\"", self.name);
        vec![
            line("preset", self.preset.as_str()),
            line("base_url", self.base_url.as_str()),
            line("key", &format!("{:?}", self.key)),
            line("wire", self.wire.map_or("of the preset", Wire::as_str)),
            line("concurrency", &self.concurrency.to_string()),
            line("models", &models.join(", ")),
        ]
    }

    /// Production sends no key over plain http through the open internet.
    fn check(&self, mode: Mode) -> Result<(), ConfigError> {
        let host = self.base_url.host_str().unwrap_or_default();
        let near = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => !is_public(address),
            // Names without a dot, and these, only exist in a network of one's own.
            Err(_) => {
                !host.contains('.')
                    || [".local", ".internal", ".lan"]
                        .iter()
                        .any(|end| host.ends_with(end))
            }
        };
        if mode == Mode::Production
            && self.base_url.scheme() == "http"
            && !near
            && !self.key.reveal().is_empty()
        {
            return Err(ConfigError(format!(
                "Production mode does not send a key over plain http: give `providers.{}.base_url` an https address.",
                self.name
            )));
        }
        Ok(())
    }
}

/// Reads the tables, in the order of the file.
///
/// # Errors
/// A sentence that names the key by its path.
pub(super) fn read(
    providers: Value,
    environment: &dyn Fn(&str) -> Option<String>,
    mode: Mode,
) -> Result<Vec<ProviderConfig>, ConfigError> {
    let mut names = Keys::of("providers".into(), providers)?;
    let mut read = Vec::new();
    for (name, value) in std::mem::take(&mut names.table) {
        let path = format!("providers.{name}");
        let fits = !name.is_empty()
            && name.len() <= 40
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !fits || name == "builtin" {
            return Err(ConfigError(format!(
                "`{path}`: a provider's name is made of a-z, 0-9 and -, and is not `builtin`."
            )));
        }
        let provider = provider(name, Keys::of(path, value)?, environment)?;
        provider.check(mode)?;
        read.push(provider);
    }
    Ok(read)
}

fn provider(
    name: String,
    mut keys: Keys,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<ProviderConfig, ConfigError> {
    match keys.text("kind")?.as_deref() {
        Some("openai_videos") => {}
        _ => return Err(keys.wrong("kind", "\"openai_videos\"")),
    }
    let preset = keys.one_of("preset", &Preset::ALL)?.unwrap_or(Preset::Openai);
    let base_url = keys.base_url()?;
    let key = keys.key(environment)?;
    let wire = keys.one_of("wire", &Wire::ALL)?;
    let concurrency = keys.whole("concurrency", 1..=256)?.unwrap_or(2);
    let media_origins = keys.origins("media_origins")?;
    let mut models = Vec::new();
    for (index, value) in keys.list("models")?.into_iter().enumerate() {
        let path = format!("{}.models[{index}]", keys.path);
        models.push(model(Keys::of(path, value)?)?);
    }
    keys.end()?;
    Ok(ProviderConfig {
        name,
        preset,
        base_url,
        key,
        wire,
        concurrency: usize::try_from(concurrency).unwrap_or(1),
        media_origins,
        models,
    })
}

fn model(mut keys: Keys) -> Result<ModelConfig, ConfigError> {
    let id = keys.text("id")?.unwrap_or_default();
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
    if id.is_empty() || id.len() > 100 || !id.bytes().all(known) {
        return Err(keys.wrong("id", "1 to 100 of a-z, A-Z, 0-9 and . _ : / -"));
    }
    let remote = keys.text("remote")?.unwrap_or_else(|| id.clone());
    let label = keys.text("label")?.unwrap_or_else(|| id.clone());
    let note = keys.text("note")?.unwrap_or_default();
    let sizes = keys.sizes()?;
    let mut seconds = keys.seconds()?;
    let first = seconds[0];
    seconds.sort_unstable();
    seconds.dedup();
    let default_seconds = match keys.whole("default_seconds", 1..=600)? {
        None => first,
        Some(chosen) => u32::try_from(chosen)
            .ok()
            .filter(|chosen| seconds.contains(chosen))
            .ok_or_else(|| keys.wrong("default_seconds", "one of `seconds`"))?,
    };
    let deadline = keys.whole("deadline_seconds", 1..=86_400)?.unwrap_or(900);
    let read = ModelConfig {
        remote,
        deadline: Duration::from_secs(deadline.unsigned_abs()),
        available_until: keys.last_day("available_until")?,
        successor: keys.text("successor")?,
        extra: keys.extra()?,
        model: Model {
            id,
            label,
            note,
            sizes,
            seconds,
            default_seconds,
            input_reference: keys.flag("input_reference")?.unwrap_or(false),
            doing: None,
        },
    };
    keys.end()?;
    Ok(read)
}

#[cfg(test)]
mod tests;
