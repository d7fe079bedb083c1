//! The configuration: one TOML file, each key overridable by the environment, each value with its origin.

pub mod providers;
mod settings;

use crate::model::{catalogue::Size, credits::Credits};
use settings::{SETTINGS, Setting};
use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

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

/// Settings for an S3-compatible store.
#[derive(Clone, Debug, Default)]
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
#[derive(Clone, Debug)]
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
    /// Servers that make videos, in the order of the file.
    pub providers: Vec<providers::ProviderConfig>,
    values: BTreeMap<&'static str, (String, Origin)>,
}

/// The values as texts, each with its origin.
struct Values(BTreeMap<&'static str, (String, Origin)>);

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
        let mut values: BTreeMap<_, _> = SETTINGS
            .iter()
            .map(|setting| (setting.key, (setting.default.to_owned(), Origin::Default)))
            .collect();
        let named = file
            .map(Path::to_owned)
            .or_else(|| environment("AISORA_CONFIG").map(PathBuf::from));
        let path = named.clone().unwrap_or_else(|| PathBuf::from("aisora.toml"));
        let mut tables = None;
        if named.is_some() || path.exists() {
            tables = read_file(&path, &mut values)?;
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

/// In place of what is not shown.
const HIDDEN: &str = "********";
/// Parts of an address's query that help to recognise it and give no access.
const SHOWN: [&str; 5] = ["dbname", "host", "mode", "port", "sslmode"];

fn hide(value: &str) -> String {
    if value.is_empty() {
        String::new()
    } else {
        HIDDEN.into()
    }
}

/// Keeps what helps to recognise an address, hides what gives access: who stands before the `@`, and what the query says.
fn mask(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else {
        return value.into();
    };
    let (place, query) = rest
        .split_once('?')
        .map_or((rest, None), |(place, query)| (place, Some(query)));
    // A password that nobody encoded may hold any sign: then it cannot be told where it ends.
    if query.is_some_and(|query| query.contains('@')) {
        return format!("{scheme}://{HIDDEN}");
    }
    let place = place
        .rsplit_once('@')
        .map_or_else(|| place.to_owned(), |(_, host)| format!("{HIDDEN}@{host}"));
    let query = query.map_or_else(String::new, |query| format!("?{}", mask_query(query)));
    format!("{scheme}://{place}{query}")
}

fn mask_query(query: &str) -> String {
    let masked = query.split('&').map(|pair| match pair.split_once('=') {
        Some((key, _)) if SHOWN.contains(&key) => pair.to_owned(),
        Some((key, _)) => format!("{key}={HIDDEN}"),
        None => hide(pair),
    });
    masked.collect::<Vec<_>>().join("&")
}

/// Fills the values; what stands in `[providers]` is handed back as it is.
fn read_file(
    path: &Path,
    values: &mut BTreeMap<&'static str, (String, Origin)>,
) -> Result<Option<toml::Value>, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        ConfigError(format!(
            "The configuration file {} cannot be read: {error}",
            path.display()
        ))
    })?;
    let mut table: toml::Table = text.parse().map_err(|error| {
        ConfigError(format!(
            "The configuration file {} is not TOML: {error}",
            path.display()
        ))
    })?;
    let providers = table.remove("providers");
    for (key, value) in flatten("", &table) {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
            let known = SETTINGS
                .iter()
                .map(|setting| setting.key)
                .collect::<Vec<_>>()
                .join(", ");
            return Err(ConfigError(format!(
                "{}: there is no setting `{key}`. There are: {known}",
                path.display()
            )));
        };
        values.insert(setting.key, (value, Origin::File(path.to_owned())));
    }
    Ok(providers)
}

/// `[credits] welcome = 5` becomes `credits.welcome`; a list becomes a text with commas.
fn flatten(prefix: &str, table: &toml::Table) -> Vec<(String, String)> {
    let mut flat = Vec::new();
    for (key, value) in table {
        let key = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        match value {
            toml::Value::Table(table) => flat.extend(flatten(&key, table)),
            toml::Value::Array(items) => {
                flat.push((key, items.iter().map(plain).collect::<Vec<_>>().join(",")));
            }
            other => flat.push((key, plain(other))),
        }
    }
    flat
}

fn plain(value: &toml::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}

impl Values {
    fn text(&self, key: &str) -> String {
        self.0
            .get(key)
            .map(|(value, _)| value.trim().to_owned())
            .unwrap_or_default()
    }

    fn parse<T: FromStr>(&self, key: &str, what: &str) -> Result<T, ConfigError> {
        self.text(key).parse().map_err(|_| self.wrong(key, what))
    }

    fn whole(&self, key: &str, range: std::ops::RangeInclusive<i64>) -> Result<i64, ConfigError> {
        let what = || format!("a whole number from {} to {}", range.start(), range.end());
        let number: i64 = self.parse(key, &what())?;
        if range.contains(&number) {
            Ok(number)
        } else {
            Err(self.wrong(key, &what()))
        }
    }

    fn wrong(&self, key: &str, what: &str) -> ConfigError {
        let (value, origin) = self
            .0
            .get(key)
            .cloned()
            .unwrap_or_else(|| (String::new(), Origin::Default));
        ConfigError(format!(
            "`{key}` must be {what}, but it is \"{value}\" ({origin})."
        ))
    }

    fn read(self) -> Result<Config, ConfigError> {
        let mode = match self.text("mode").as_str() {
            "development" => Mode::Development,
            "production" => Mode::Production,
            _ => return Err(self.wrong("mode", "`development` or `production`")),
        };
        let development = mode == Mode::Development;
        let bind: SocketAddr = self.parse("bind", "an address with a port, like 127.0.0.1:3000")?;
        let data_dir = PathBuf::from(self.text("data_dir"));
        let or = |text: String, default: String| if text.is_empty() { default } else { text };
        // An empty welcome means: the default of the mode.
        let welcome = match self.text("credits.welcome").as_str() {
            "" => i64::from(development) * 200,
            _ => self.whole("credits.welcome", 0..=1_000_000_000)?,
        };
        let sign_ups = match self.text("limits.sign_ups_per_hour").as_str() {
            "" => {
                if development {
                    10_000
                } else {
                    20
                }
            }
            _ => self.whole("limits.sign_ups_per_hour", 1..=1_000_000)?,
        };
        let config = Config {
            bind,
            public_url: or(self.text("public_url"), format!("http://{bind}"))
                .trim_end_matches('/')
                .to_owned(),
            mode,
            database_url: or(
                self.text("database_url"),
                format!("sqlite://{}", data_dir.join("aisora.db").display()),
            ),
            storage_url: or(
                self.text("storage_url"),
                format!("file://{}", data_dir.join("videos").display()),
            ),
            s3: S3 {
                endpoint: self.text("s3.endpoint"),
                region: self.text("s3.region"),
                access_key: self.text("s3.access_key"),
                secret_key: self.text("s3.secret_key"),
            },
            site_dir: PathBuf::from(self.text("site_dir")),
            trusted_proxies: self.proxies()?,
            metrics_token: self.text("metrics.token"),
            welcome_credits: Credits(welcome),
            quote_ms: self.whole("credits.quote_minutes", 1..=1440)? * 60_000,
            session_days: self.whole("sessions.days", 1..=400)?,
            sign_ins_per_quarter: self.whole("limits.sign_ins_per_quarter_hour", 1..=1_000_000)?,
            sign_ups_per_hour: sign_ups,
            api_requests_per_minute: self.whole("api.requests_per_minute", 1..=10_000_000)?,
            per_user: self.whole("worker.per_user", 1..=1000)?,
            lease: self.seconds("worker.lease_seconds", 2..=600)?,
            builtin_concurrency: usize::try_from(self.whole("builtin.concurrency", 1..=256)?).unwrap_or(1),
            builtin_prices: self.prices()?,
            builtin_deadline: self.seconds("builtin.deadline_seconds", 1..=86_400)?,
            max_video_bytes: u64::try_from(self.whole("worker.max_video_mb", 1..=100_000)?).unwrap_or(1)
                << 20,
            forbidden: self.forbidden()?,
            providers: Vec::new(),
            data_dir,
            values: self.0,
        };
        config.check()
    }

    fn seconds(&self, key: &str, range: std::ops::RangeInclusive<i64>) -> Result<Duration, ConfigError> {
        Ok(Duration::from_secs(self.whole(key, range)?.unsigned_abs()))
    }

    fn proxies(&self) -> Result<Vec<IpAddr>, ConfigError> {
        let text = self.text("trusted_proxies");
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts
            .map(|part| {
                part.parse()
                    .map(|address: IpAddr| address.to_canonical())
                    .map_err(|_| self.wrong("trusted_proxies", "IP addresses with commas between"))
            })
            .collect()
    }

    /// Of the list, and of the file with a word or phrase on each line.
    fn forbidden(&self) -> Result<Vec<String>, ConfigError> {
        let mut list: Vec<String> = self
            .text("moderation.forbidden")
            .split(',')
            .map(Into::into)
            .collect();
        let key = "moderation.forbidden_file";
        let path = self.text(key);
        if !path.is_empty() {
            let text =
                std::fs::read_to_string(path).map_err(|_| self.wrong(key, "a text file that can be read"))?;
            let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
            list.extend(lines.map(Into::into));
        }
        list.retain(|phrase| !phrase.trim().is_empty());
        Ok(list)
    }

    fn prices(&self) -> Result<Vec<(Size, Credits)>, ConfigError> {
        let key = "builtin.credits_per_second";
        let text = self.text(key);
        let wrong = || {
            self.wrong(
                key,
                "sizes with credits, like 1280x720=10, 1920x1080=20 (1 credit or more)",
            )
        };
        let price = |part: &str| {
            let (size, credits) = part.split_once('=')?;
            let credits = credits
                .trim()
                .parse()
                .ok()
                .filter(|credits| (1..=1_000_000).contains(credits))?;
            let size: Size = size.trim().parse().ok()?;
            let even = size.width.is_multiple_of(2)
                && size.height.is_multiple_of(2)
                && size.width.max(size.height) <= 1920;
            even.then_some((size, Credits(credits)))
        };
        let prices: Option<Vec<_>> = text.split(',').map(price).collect();
        prices.filter(|prices| !prices.is_empty()).ok_or_else(wrong)
    }
}

impl Config {
    /// Refuses what would be insecure.
    fn check(self) -> Result<Self, ConfigError> {
        let parts = self.public_url.split_once("://");
        let Some((scheme, host)) = parts.and_then(|(scheme, rest)| Some((scheme, host(rest)?))) else {
            return Err(ConfigError(
                "`public_url` must be an address like https://videos.example.org, without a path.".into(),
            ));
        };
        if !matches!(scheme, "http" | "https") {
            return Err(ConfigError(
                "`public_url` must begin with http:// or https://.".into(),
            ));
        }
        match self.mode {
            Mode::Development => self.check_development(host)?,
            Mode::Production => self.check_production(scheme)?,
        }
        Ok(self)
    }

    /// Development gives credits away and needs no TLS: nobody else may get to it.
    fn check_development(&self, host: &str) -> Result<(), ConfigError> {
        if !is_loopback(self.bind.ip()) {
            return Err(ConfigError(format!(
                "Development mode is for this machine only, but `bind` is {}. Listen on 127.0.0.1, or set \
                 `mode = \"production\"` (AISORA_MODE) and an https `public_url` (AISORA_PUBLIC_URL).",
                self.bind
            )));
        }
        if !names_this_machine(host) {
            return Err(ConfigError(format!(
                "Development mode is for this machine only, but `public_url` is {}. Leave it out, or set \
                 `mode = \"production\"` (AISORA_MODE) and an https `public_url` (AISORA_PUBLIC_URL).",
                self.public_url
            )));
        }
        Ok(())
    }

    fn check_production(&self, scheme: &str) -> Result<(), ConfigError> {
        if scheme != "https" {
            return Err(ConfigError(
                "Production mode needs an https address: set `public_url` (AISORA_PUBLIC_URL) to the address that people \
                 type, like https://videos.example.org. A proxy in front may end TLS."
                    .into(),
            ));
        }
        if self.s3.endpoint.starts_with("http://") {
            return Err(ConfigError(
                "Production mode does not send videos over plain http: give `s3.endpoint` an https address."
                    .into(),
            ));
        }
        Ok(())
    }
}

/// The host in `host` or `host:port`; nothing when there is more, or less.
fn host(authority: &str) -> Option<&str> {
    let end = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, port) = authority.split_at(end);
    let has_port = |port: &str| port.parse::<u16>().is_ok();
    let ends = port.is_empty() || port.strip_prefix(':').is_some_and(has_port);
    let is_plain = !host.is_empty() && !host.contains(['@', '/', '?', '#', '\\', ' ']);
    (ends && is_plain).then_some(host)
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Whether a host is this machine for sure: `localhost.example.org` is not.
fn names_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, file).unwrap();
        let find = |name: &str| {
            environment
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Config::load(Some(&path), &find, None)
    }

    #[test]
    fn defaults_are_for_development_on_this_machine() {
        let config = load("", &[]).unwrap();
        assert_eq!(config.bind.to_string(), "127.0.0.1:3000");
        assert_eq!(config.welcome_credits, Credits(200));
        assert_eq!(config.database_url, "sqlite://data/aisora.db");
        assert!(!config.secure_cookies());
    }

    #[test]
    fn the_environment_wins_over_the_file_and_both_are_told() {
        let config = load(
            "data_dir = \"d\"\n[credits]\nwelcome = 7\n",
            &[("AISORA_DATA_DIR", "e")],
        )
        .unwrap();
        assert_eq!(
            (config.data_dir.as_path(), config.welcome_credits),
            (Path::new("e"), Credits(7))
        );
        let origin = config
            .explain()
            .find(|(setting, ..)| setting.key == "data_dir")
            .unwrap()
            .2
            .to_string();
        assert_eq!(origin, "AISORA_DATA_DIR");
    }

    #[test]
    fn production_refuses_to_start_insecure() {
        assert!(
            load("mode = \"production\"", &[])
                .unwrap_err()
                .to_string()
                .contains("https")
        );
        let good = load(
            "mode = \"production\"\npublic_url = \"https://v.example.org/\"",
            &[],
        )
        .unwrap();
        assert_eq!(
            (good.public_url.as_str(), good.welcome_credits),
            ("https://v.example.org", Credits(0))
        );
        assert!(
            load(
                "bind = \"0.0.0.0:80\"\npublic_url = \"http://v.example.org\"",
                &[]
            )
            .is_err()
        );
    }

    #[test]
    fn mistakes_are_named_with_key_and_origin() {
        assert!(
            load("colour = 1", &[])
                .unwrap_err()
                .to_string()
                .contains("no setting `colour`")
        );
        let error = load("", &[("AISORA_WORKER_PER_USER", "many")])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("worker.per_user") && error.contains("AISORA_WORKER_PER_USER"),
            "{error}"
        );
        assert!(load("[builtin]\ncredits_per_second = \"1280x720=0\"", &[]).is_err());
    }

    #[test]
    fn secrets_are_masked() {
        let config = load(
            "[s3]\nsecret_key = \"hush\"",
            &[("AISORA_DATABASE_URL", "postgres://u:pw@h/d")],
        )
        .unwrap();
        let all: String = config.explain().map(|(_, value, _)| value).collect();
        assert!(!all.contains("hush") && !all.contains("pw"), "{all}");
        assert!(all.contains("postgres://********@h/d"));
    }

    #[test]
    fn what_gives_access_is_masked_wherever_it_stands() {
        for (value, shown) in [
            (
                "postgres://h/d?user=u&password=pw&sslmode=require",
                "postgres://h/d?user=********&password=********&sslmode=require",
            ),
            ("postgres://u:p@ss/w@h:5/d", "postgres://********@h:5/d"),
            ("postgres://u:p?w@h/d", "postgres://********"),
            ("postgres://h/d?pw", "postgres://h/d?********"),
            (
                "https://key:secret@s3.example.org",
                "https://********@s3.example.org",
            ),
            (
                "sqlite://data/aisora.db?mode=rwc",
                "sqlite://data/aisora.db?mode=rwc",
            ),
            ("videos", "videos"),
        ] {
            assert_eq!(mask(value), shown);
        }
        let token = [("AISORA_METRICS_TOKEN", "any://thing")];
        let config = load("[s3]\nendpoint = \"https://key:hush@h\"", &token).unwrap();
        let all: String = config.explain().map(|(_, value, _)| value).collect();
        assert!(!all.contains("hush") && !all.contains("thing"), "{all}");
    }

    #[test]
    fn development_is_for_this_machine_only() {
        for here in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(load(&format!("bind = \"{here}\""), &[]).is_ok(), "{here}");
        }
        for elsewhere in ["0.0.0.0:1", "[::]:1", "192.168.0.2:1"] {
            let error = load(&format!("bind = \"{elsewhere}\""), &[])
                .unwrap_err()
                .to_string();
            assert!(
                error.contains(elsewhere) && error.contains("production"),
                "{error}"
            );
        }
        for here in [
            "http://localhost:3000",
            "https://LOCALHOST",
            "http://127.0.0.1:3000/",
            "http://[::1]:3000",
        ] {
            assert!(load(&format!("public_url = \"{here}\""), &[]).is_ok(), "{here}");
        }
        for elsewhere in [
            "http://localhost.evil.example",
            "https://videos.example.org",
            "http://127.0.0.1.evil.example",
            "http://[::1].evil.example",
            "http://localhost:1@evil.example",
            "http://localhost@evil.example",
            "http://localhost:3000/path",
            "ftp://localhost",
        ] {
            assert!(
                load(&format!("public_url = \"{elsewhere}\""), &[]).is_err(),
                "{elsewhere}"
            );
        }
    }

    #[test]
    fn an_untold_proxy_is_warned_about() {
        let production = "mode = \"production\"\npublic_url = \"https://v.example.org\"\n";
        let warning = |more: &str| load(&format!("{production}{more}"), &[]).unwrap().warning();
        assert!(warning("").unwrap().contains("AISORA_TRUSTED_PROXIES"));
        assert_eq!(warning("trusted_proxies = \"127.0.0.1\""), None);
        assert_eq!(warning("bind = \"0.0.0.0:80\""), None);
        assert_eq!(load("", &[]).unwrap().warning(), None);
    }
}
