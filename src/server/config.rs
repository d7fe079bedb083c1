//! The configuration: one TOML file, each key overridable by the environment, each value with its origin.

mod file;
mod mail;
mod masking;
pub mod providers;
mod safety;
mod settings;
#[cfg(test)]
mod tests;
mod values;

use crate::model::{catalogue::Size, credits::Credits};
pub use mail::MailConfig;
use masking::{hide, mask};
use safety::is_loopback;
use settings::{SETTINGS, Setting};
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};
use values::{Texts, Values};

/// What is wrong with the configuration, in a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// For whom the server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// On a developer's own machine.
    Development,
    /// For the public; refuses to start insecure.
    Production,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// An environment variable.
    Environment(&'static str),
    /// The command line.
    Argument,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Argument => f.write_str("command line"),
        }
    }
}

/// Settings for an S3-compatible store. They cannot be printed: there is a key in them.
#[derive(Clone, Default)]
pub struct S3 {
    /// Address of the server; empty for Amazon's own.
    pub endpoint: String,
    /// Region.
    pub region: String,
    /// Access key id; empty to take it from the machine's role or `AWS_ACCESS_KEY_ID`.
    pub access_key: String,
    /// Secret key.
    pub secret_key: String,
}

/// Everything that can be configured, read and checked.
#[derive(Clone)]
pub struct Config {
    /// Where to listen.
    pub bind: SocketAddr,
    /// The address that people type, without a slash at the end.
    pub public_url: String,
    /// Development or production.
    pub mode: Mode,
    /// Database, videos (by default) and scratch files live here.
    pub data_dir: PathBuf,
    /// `sqlite://…` or `postgres://…`.
    pub database_url: String,
    /// `file:///…` or `s3://bucket/prefix`.
    pub storage_url: String,
    /// Settings for `s3://`.
    pub s3: S3,
    /// Where the browser's files are.
    pub site_dir: PathBuf,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// What opens `/metrics`; empty when the place one asks from decides.
    pub metrics_token: String,
    /// Credits given on sign-up.
    pub welcome_credits: Credits,
    /// How long a quote holds.
    pub quote_ms: i64,
    /// How long a session lasts after it was last used, in days.
    pub session_days: i64,
    /// Sign-ins from one address in a quarter of an hour.
    pub sign_ins_per_quarter: i64,
    /// Sign-ups from one address in an hour.
    pub sign_ups_per_hour: i64,
    /// Requests of one program's key in a minute.
    pub api_requests_per_minute: i64,
    /// Generations of one person that are worked on at once.
    pub per_user: i64,
    /// How long a worker's lease lasts without renewal.
    pub lease: Duration,
    /// Videos that the built-in renderer makes at once.
    pub builtin_concurrency: usize,
    /// Credits per second of video, by size, for the built-in renderer.
    pub builtin_prices: Vec<(Size, Credits)>,
    /// How long the built-in renderer may take for one video.
    pub builtin_deadline: Duration,
    /// Largest video that is accepted from a provider, in bytes.
    pub max_video_bytes: u64,
    /// Words and phrases that prompts may not have.
    pub forbidden: Vec<String>,
    /// How letters leave the server, if they do.
    pub mail: Option<MailConfig>,
    /// Servers that make videos, in the order of the file.
    pub providers: Vec<providers::ProviderConfig>,
    values: Texts,
}

/// What is secret in it is shown by nobody; `aisora config` prints all of it, masked.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads defaults, then the file, then the environment, then `bind` of the command line, and checks the whole.
    ///
    /// # Errors
    /// A sentence that names the key and where it was set.
    pub fn load(
        file: Option<&Path>,
        environment: &dyn Fn(&str) -> Option<String>,
        bind: Option<&str>,
    ) -> Result<Self, ConfigError> {
        let mut values: Texts = SETTINGS
            .iter()
            .map(|setting| (setting.key, (setting.default.to_owned(), Origin::Default)))
            .collect();
        let named = file
            .map(Path::to_owned)
            .or_else(|| environment("AISORA_CONFIG").map(PathBuf::from));
        let path = named.clone().unwrap_or_else(|| PathBuf::from("aisora.toml"));
        let mut tables = None;
        if named.is_some() || path.exists() {
            tables = file::read(&path, &mut values)?;
        }
        for setting in SETTINGS {
            if let Some(value) = environment(setting.environment) {
                values.insert(setting.key, (value, Origin::Environment(setting.environment)));
            }
        }
        if let Some(bind) = bind {
            values.insert("bind", (bind.to_owned(), Origin::Argument));
        }
        let mut config = Values(values).read()?;
        if let Some(tables) = tables {
            config.providers = providers::read(tables, environment, config.mode)?;
        }
        Ok(config)
    }

    /// How long a session lasts, in milliseconds.
    #[must_use]
    pub const fn session_ms(&self) -> i64 {
        self.session_days * 86_400_000
    }

    /// Whether cookies travel over TLS only. Only development on this machine does without.
    #[must_use]
    pub fn secure_cookies(&self) -> bool {
        self.mode == Mode::Production || self.public_url.starts_with("https://")
    }

    /// Every setting with its value (secrets masked), its origin and what it is for.
    pub fn explain(&self) -> impl Iterator<Item = (&Setting, String, &Origin)> {
        SETTINGS.iter().filter_map(|setting| {
            let (value, origin) = self.values.get(setting.key)?;
            let shown = if setting.secret { hide(value) } else { mask(value) };
            Some((setting, shown, origin))
        })
    }

    /// What an operator should know before the first visitor comes.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let is_behind_proxy = self.mode == Mode::Production && is_loopback(self.bind.ip());
        (is_behind_proxy && self.trusted_proxies.is_empty()).then(|| {
            format!(
                "`bind` is {}, which only a proxy on this machine reaches, and `trusted_proxies` is empty: all visitors count \
                 as one address and share its {} sign-ins in a quarter of an hour and its {} sign-ups in an hour. Set \
                 `trusted_proxies` (AISORA_TRUSTED_PROXIES) to the address that the proxy connects from, like 127.0.0.1, \
                 and let the proxy send X-Forwarded-For.",
                self.bind, self.sign_ins_per_quarter, self.sign_ups_per_hour
            )
        })
    }
}
