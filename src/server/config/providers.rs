//! The tables `[providers.NAME]`: servers that make videos, and the models that they offer here. What only one kind of
//! server has is in `kinds`.

mod input;
mod keys;
mod kinds;

use super::{ConfigError, Mode};
use crate::{model::catalogue::Model, server::http_client::is_public};
pub use input::{Input, SecondsAs};
use keys::Keys;
pub use kinds::{FalConfig, Kind, OpenAiVideosConfig, OpenRouterConfig, Preset, ReplicateConfig, Wire};
use reqwest::Url;
use std::{fmt, net::IpAddr, time::Duration};
use toml::Value;

/// The longest video that extending makes where the configuration does not say, in seconds: the protocol's own limit.
const EXTENDS_TO: u32 = 120;

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

/// One server, whatever it speaks.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// Its name here.
    pub name: String,
    /// What it speaks, and what only such servers have.
    pub kind: Kind,
    /// Where its API begins, with the version.
    pub base_url: Url,
    /// What it knows us by; empty where the server asks for none.
    pub key: Secret,
    /// Videos that it may make at once.
    pub concurrency: usize,
    /// Origins that downloads may come from although they are private.
    pub media_origins: Vec<Url>,
    /// What it offers; empty where the server's own list says so.
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
    /// How the model calls its own parameters, where each model has its own.
    pub input: Input,
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
        let mut lines = vec![
            line("kind", self.kind.as_str()),
            line("base_url", self.base_url.as_str()),
            line("key", &format!("{:?}", self.key)),
            line("concurrency", &self.concurrency.to_string()),
            line("models", &models.join(", ")),
        ];
        let more = self.kind.explain();
        lines.extend(more.iter().map(|(key, value)| line(key, value)));
        lines
    }

    /// Production sends no key over plain http through the open internet, and believes nothing that came so.
    fn check(&self, mode: Mode) -> Result<(), ConfigError> {
        let open = |url: &Url| mode == Mode::Production && url.scheme() == "http" && !is_near(url);
        let key = match &self.kind {
            _ if open(&self.base_url) && !self.key.reveal().is_empty() => "base_url",
            Kind::Fal(fal) if open(&fal.jwks_url) => "jwks_url",
            Kind::Fal(fal) if open(&fal.api_url) => "api_url",
            _ => return Ok(()),
        };
        Err(ConfigError(format!(
            "Production mode does not send a key over plain http: give `providers.{}.{key}` an https address.",
            self.name
        )))
    }
}

/// Whether an address is in this machine's own network.
fn is_near(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) => !is_public(address),
        // Names without a dot, and these, only exist in a network of one's own.
        Err(_) => {
            !host.contains('.')
                || [".local", ".internal", ".lan"]
                    .iter()
                    .any(|end| host.ends_with(end))
        }
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
    let kind = Kind::read(&mut keys, environment)?;
    let base_url = keys.base_url(kind.address())?;
    let key = keys.secret("key", "key_env", environment)?;
    let concurrency = keys.whole("concurrency", 1..=256)?.unwrap_or(2);
    let media_origins = keys.origins("media_origins")?;
    let mut models = Vec::new();
    if !matches!(kind, Kind::OpenRouter(_)) {
        for (index, value) in keys.list("models")?.into_iter().enumerate() {
            let path = format!("{}.models[{index}]", keys.path);
            models.push(model(Keys::of(path, value)?, &kind)?);
        }
    }
    keys.end()?;
    Ok(ProviderConfig {
        name,
        kind,
        base_url,
        key,
        concurrency: usize::try_from(concurrency).unwrap_or(1),
        media_origins,
        models,
    })
}

fn model(mut keys: Keys, kind: &Kind) -> Result<ModelConfig, ConfigError> {
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
    let input_reference = keys.flag("input_reference")?.unwrap_or(false);
    let extends_to = extends_to(&mut keys, kind)?;
    let input = Input::read(&mut keys, kind, input_reference)?;
    let read = ModelConfig {
        remote,
        deadline: keys.deadline()?,
        available_until: keys.last_day("available_until")?,
        successor: keys.text("successor")?,
        extra: keys.extra(&input.fields())?,
        input,
        model: Model {
            id,
            label,
            note,
            sizes,
            seconds,
            default_seconds,
            input_reference,
            extends_to,
            doing: None,
        },
    };
    keys.end()?;
    Ok(read)
}

/// The longest video that a model makes by extending, in seconds; 0 where it extends none.
fn extends_to(keys: &mut Keys, kind: &Kind) -> Result<u32, ConfigError> {
    let (extends, most) = (
        keys.flag("extends")?.unwrap_or(false),
        keys.whole("extends_to", 2..=600)?,
    );
    let extending = matches!(kind, Kind::OpenAiVideos(server) if server.preset.extends());
    match (extends, most) {
        (true, _) if !extending => {
            Err(keys.wrong("extends", "left out: servers of this kind extend no videos"))
        }
        (true, most) => Ok(most
            .and_then(|most| u32::try_from(most).ok())
            .unwrap_or(EXTENDS_TO)),
        (false, None) => Ok(0),
        (false, Some(_)) => Err(keys.wrong("extends_to", "left out where `extends` is not true")),
    }
}

#[cfg(test)]
mod tests;
