//! The values as texts, each with its origin, and what is read from them.

use super::{Config, ConfigError, Mode, Origin, S3};
use crate::model::{catalogue::Size, credits::Credits};
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

/// By key: the text, and where it came from.
pub type Texts = BTreeMap<&'static str, (String, Origin)>;

/// What is read, key by key.
pub struct Values(pub Texts);

impl Values {
    /// A value without the space around it; empty when nobody set it.
    pub fn text(&self, key: &str) -> String {
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

    /// Where a value came from.
    pub fn origin(&self, key: &str) -> Origin {
        self.0
            .get(key)
            .map_or(Origin::Default, |(_, origin)| origin.clone())
    }

    /// What is wrong with a value, which is told: not for secrets.
    pub fn wrong(&self, key: &str, what: &str) -> ConfigError {
        let (value, origin) = self
            .0
            .get(key)
            .cloned()
            .unwrap_or_else(|| (String::new(), Origin::Default));
        ConfigError(format!(
            "`{key}` must be {what}, but it is \"{value}\" ({origin})."
        ))
    }

    /// The whole configuration, but for `[providers]`.
    pub fn read(self) -> Result<Config, ConfigError> {
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
            mail: self.mail(mode)?,
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
