//! The kinds of servers, and the settings that only one kind has.

use super::{ConfigError, Secret, keys::Keys};
use reqwest::Url;
use std::time::Duration;

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
    /// Another AiSora.
    Aisora,
}

impl Preset {
    /// All of them with their names in the file.
    pub const ALL: [(&'static str, Self); 7] = [
        ("sglang", Self::Sglang),
        ("vllm-omni", Self::VllmOmni),
        ("tensorrt-llm", Self::TensorrtLlm),
        ("litellm", Self::Litellm),
        ("new-api", Self::NewApi),
        ("openai", Self::Openai),
        ("aisora", Self::Aisora),
    ];

    /// Whether such a server has `POST /videos/extensions`.
    #[must_use]
    pub const fn extends(self) -> bool {
        matches!(self, Self::Openai | Self::Litellm | Self::Aisora)
    }

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

/// The name of one of these.
pub fn name_of<T: Copy + PartialEq>(all: &[(&'static str, T)], wanted: T) -> &'static str {
    all.iter()
        .find(|(_, one)| *one == wanted)
        .map_or("", |(name, _)| name)
}

/// What a server speaks.
#[derive(Clone, Debug)]
pub enum Kind {
    /// The Videos protocol.
    OpenAiVideos(OpenAiVideosConfig),
    /// OpenRouter's video API.
    OpenRouter(OpenRouterConfig),
    /// fal's queue.
    Fal(FalConfig),
    /// Replicate's predictions.
    Replicate(ReplicateConfig),
}

/// A server of the Videos protocol.
#[derive(Clone, Debug)]
pub struct OpenAiVideosConfig {
    /// Which server it is.
    pub preset: Preset,
    /// Overrides the preset's.
    pub wire: Option<Wire>,
}

/// OpenRouter: its own list says what there is and what it costs.
#[derive(Clone, Debug)]
pub struct OpenRouterConfig {
    /// Credits that one US dollar is worth here.
    pub credits_per_usd: u32,
    /// Percent on top of OpenRouter's price.
    pub margin: u32,
    /// The only models that are offered, in this order; all where it is empty.
    pub only: Vec<String>,
    /// Whether videos have sound, from models that can do both. It has its own price.
    pub audio: bool,
    /// Longest time for one video.
    pub deadline: Duration,
    /// What webhooks are signed with; empty where there are none.
    pub webhook_secret: Secret,
}

/// fal.
#[derive(Clone, Debug)]
pub struct FalConfig {
    /// Whether it may call back, where this server has an https address.
    pub webhooks: bool,
    /// Where the keys are that its webhooks are signed with.
    pub jwks_url: Url,
    /// Where its platform API begins, which knows what models there are.
    pub api_url: Url,
}

/// Replicate.
#[derive(Clone, Debug)]
pub struct ReplicateConfig {
    /// What webhooks are signed with, `whsec_…`; empty where there are none.
    pub webhook_secret: Secret,
}

/// Where the API of a kind begins, unless the configuration says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// The whole address; nothing where every server has its own.
    pub usual: Option<&'static str>,
    /// The path that is meant where an address has none.
    pub path: &'static str,
}

#[derive(Clone, Copy)]
enum Word {
    OpenAiVideos,
    OpenRouter,
    Fal,
    Replicate,
}

impl Kind {
    const ALL: [(&'static str, Word); 4] = [
        ("openai_videos", Word::OpenAiVideos),
        ("openrouter", Word::OpenRouter),
        ("fal", Word::Fal),
        ("replicate", Word::Replicate),
    ];

    /// The name in the file.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::OpenAiVideos(_) => "openai_videos",
            Self::OpenRouter(_) => "openrouter",
            Self::Fal(_) => "fal",
            Self::Replicate(_) => "replicate",
        }
    }

    /// Where its API begins.
    #[must_use]
    pub const fn address(&self) -> Address {
        match self {
            Self::OpenAiVideos(_) => Address {
                usual: None,
                path: "/v1",
            },
            Self::OpenRouter(_) => Address {
                usual: Some("https://openrouter.ai/api/v1"),
                path: "/api/v1",
            },
            Self::Fal(_) => Address {
                usual: Some("https://queue.fal.run"),
                path: "/",
            },
            Self::Replicate(_) => Address {
                usual: Some("https://api.replicate.com/v1"),
                path: "/v1",
            },
        }
    }

    /// Reads `kind` and what belongs to it.
    ///
    /// # Errors
    /// A sentence that names the key by its path.
    pub fn read(keys: &mut Keys, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let Some(word) = keys.one_of("kind", &Self::ALL)? else {
            return Err(keys.wrong("kind", "one of openai_videos, openrouter, fal, replicate"));
        };
        Ok(match word {
            Word::OpenAiVideos => Self::OpenAiVideos(OpenAiVideosConfig {
                preset: keys.one_of("preset", &Preset::ALL)?.unwrap_or(Preset::Openai),
                wire: keys.one_of("wire", &Wire::ALL)?,
            }),
            Word::OpenRouter => Self::OpenRouter(OpenRouterConfig::read(keys, environment)?),
            Word::Fal => Self::Fal(FalConfig {
                webhooks: keys.flag("webhooks")?.unwrap_or(true),
                jwks_url: keys.url("jwks_url", "https://rest.fal.ai/.well-known/jwks.json")?,
                api_url: keys.url("api_url", "https://api.fal.ai/v1")?,
            }),
            Word::Replicate => Self::Replicate(ReplicateConfig {
                webhook_secret: keys.secret("webhook_secret", "webhook_secret_env", environment)?,
            }),
        })
    }

    /// Lines for `aisora config`, as keys and values, without secrets.
    #[must_use]
    pub fn explain(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::OpenAiVideos(server) => vec![
                ("preset", server.preset.as_str().into()),
                ("wire", server.wire.map_or("of the preset", Wire::as_str).into()),
            ],
            Self::OpenRouter(config) => vec![
                ("credits_per_usd", config.credits_per_usd.to_string()),
                ("margin", config.margin.to_string()),
                ("only", config.only.join(", ")),
                ("audio", config.audio.to_string()),
                ("webhook_secret", format!("{:?}", config.webhook_secret)),
            ],
            Self::Fal(fal) => vec![
                ("webhooks", fal.webhooks.to_string()),
                ("jwks_url", fal.jwks_url.to_string()),
                ("api_url", fal.api_url.to_string()),
            ],
            Self::Replicate(config) => vec![("webhook_secret", format!("{:?}", config.webhook_secret))],
        }
    }
}

impl OpenRouterConfig {
    fn read(keys: &mut Keys, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let credits = keys
            .whole("credits_per_usd", 1..=1_000_000)?
            .ok_or_else(|| keys.wrong("credits_per_usd", "the credits that one US dollar is worth"))?;
        let margin = keys.whole("margin", 0..=1_000)?.unwrap_or(0);
        let only = keys.list("only")?;
        let only: Option<Vec<_>> = only.iter().map(|id| id.as_str().map(ToOwned::to_owned)).collect();
        Ok(Self {
            credits_per_usd: u32::try_from(credits).unwrap_or(1),
            margin: u32::try_from(margin).unwrap_or(0),
            only: only.ok_or_else(|| keys.wrong("only", "a list of models like [\"google/veo-3.1\"]"))?,
            audio: keys.flag("audio")?.unwrap_or(true),
            deadline: keys.deadline()?,
            webhook_secret: keys.secret("webhook_secret", "webhook_secret_env", environment)?,
        })
    }
}
