//! One table of the configuration, read key by key. What is left at the end is unknown, and told by its path.

use super::{Extra, Secret, kinds::Address};
use crate::{
    model::{
        catalogue::{Size, SizeOffer},
        credits::Credits,
    },
    server::config::ConfigError,
};
use chrono::{Days, NaiveDate, NaiveTime};
use reqwest::Url;
use std::{ops::RangeInclusive, time::Duration};
use toml::{Table, Value};

/// The words of an `extra` parameter that takes its value from the order.
const FROM_THE_ORDER: &str = "from the order";
/// Fields that the adapter of the Videos protocol fills by itself.
const OWN_FIELDS: [&str; 6] = ["prompt", "model", "seconds", "size", "input_reference", "video"];

/// A table with its path, and the keys that were asked for.
pub struct Keys {
    pub path: String,
    pub table: Table,
    asked: Vec<&'static str>,
}

impl Keys {
    pub fn of(path: String, value: Value) -> Result<Self, ConfigError> {
        match value {
            Value::Table(table) => Ok(Self {
                path,
                table,
                asked: Vec::new(),
            }),
            _ => Err(ConfigError(format!("`{path}` must be a table."))),
        }
    }

    pub fn wrong(&self, key: &str, what: &str) -> ConfigError {
        ConfigError(format!("`{}.{key}` must be {what}.", self.path))
    }

    fn take(&mut self, key: &'static str) -> Option<Value> {
        self.asked.push(key);
        self.table.remove(key)
    }

    pub fn end(self) -> Result<(), ConfigError> {
        match self.table.keys().next() {
            None => Ok(()),
            Some(key) => Err(ConfigError(format!(
                "There is no setting `{}.{key}`. There are: {}",
                self.path,
                self.asked.join(", ")
            ))),
        }
    }

    pub fn text(&mut self, key: &'static str) -> Result<Option<String>, ConfigError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= 2_000 => Ok(Some(text.trim().to_owned())),
            Some(_) => Err(self.wrong(key, "a text")),
        }
    }

    pub fn whole(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Result<Option<i64>, ConfigError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Integer(number)) if range.contains(&number) => Ok(Some(number)),
            Some(_) => Err(self.wrong(
                key,
                &format!("a whole number from {} to {}", range.start(), range.end()),
            )),
        }
    }

    pub fn flag(&mut self, key: &'static str) -> Result<Option<bool>, ConfigError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Boolean(flag)) => Ok(Some(flag)),
            Some(_) => Err(self.wrong(key, "true or false")),
        }
    }

    pub fn list(&mut self, key: &'static str) -> Result<Vec<Value>, ConfigError> {
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => Ok(values),
            Some(_) => Err(self.wrong(key, "a list")),
        }
    }

    pub fn one_of<T: Copy>(
        &mut self,
        key: &'static str,
        all: &[(&'static str, T)],
    ) -> Result<Option<T>, ConfigError> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        let found = all.iter().find(|(name, _)| *name == text);
        let names = || all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        match found {
            Some((_, one)) => Ok(Some(*one)),
            None => Err(self.wrong(key, &format!("one of {}", names()))),
        }
    }

    /// The address as the official clients take it, with its version; without any path the usual one is meant.
    pub fn base_url(&mut self, address: Address) -> Result<Url, ConfigError> {
        let mut url = self.url("base_url", address.usual.unwrap_or_default())?;
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(if path.is_empty() { address.path } else { &path });
        Ok(url)
    }

    pub fn url(&mut self, key: &'static str, usual: &str) -> Result<Url, ConfigError> {
        let text = self.text(key)?.unwrap_or_else(|| usual.to_owned());
        let what = "an address like https://videos.example.org/v1, without name, password or question mark";
        address(&text).ok_or_else(|| self.wrong(key, what))
    }

    /// A table inside of this one; an empty one where it is left out.
    pub fn inner(&mut self, key: &'static str) -> Result<Self, ConfigError> {
        let value = self.take(key).unwrap_or_else(|| Value::Table(Table::new()));
        Self::of(format!("{}.{key}", self.path), value)
    }

    /// The longest time for one video.
    pub fn deadline(&mut self) -> Result<Duration, ConfigError> {
        let seconds = self.whole("deadline_seconds", 1..=86_400)?.unwrap_or(900);
        Ok(Duration::from_secs(seconds.unsigned_abs()))
    }

    pub fn origins(&mut self, key: &'static str) -> Result<Vec<Url>, ConfigError> {
        let values = self.list(key)?;
        let urls: Option<Vec<_>> = values
            .iter()
            .map(|value| address(value.as_str()?).filter(|url| url.path() == "/"))
            .collect();
        urls.ok_or_else(|| self.wrong(key, "a list of addresses like http://minio.lan:9000"))
    }

    /// From the file, or from the variable that the second key names.
    pub fn secret(
        &mut self,
        key: &'static str,
        key_env: &'static str,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Secret, ConfigError> {
        let (secret, variable) = (self.text(key)?, self.text(key_env)?);
        let secret = match (secret, variable) {
            (Some(_), Some(_)) => {
                return Err(self.wrong(key_env, &format!("left out where `{key}` is given")));
            }
            (Some(secret), None) => secret,
            (None, None) => String::new(),
            (None, Some(variable)) => environment(&variable)
                .map(|secret| secret.trim().to_owned())
                .filter(|secret| !secret.is_empty())
                .ok_or_else(|| self.wrong(key_env, "a variable that is set"))?,
        };
        // What a header cannot carry would only show at the first order.
        if secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Secret(secret))
        } else {
            Err(self.wrong(key, "made of printable ASCII, without spaces"))
        }
    }

    /// `{"1280x720" = 30}`: credits for each second, the default first.
    pub fn sizes(&mut self) -> Result<Vec<SizeOffer>, ConfigError> {
        let what = "a table of sizes with credits for each second, like {\"1280x720\" = 30} (1 to 1000000)";
        let Some(Value::Table(table)) = self.take("sizes").filter(|sizes| sizes.as_table().is_some()) else {
            return Err(self.wrong("sizes", what));
        };
        let offer = |(size, credits): (String, Value)| {
            let size: Size = size.parse().ok()?;
            let credits = credits
                .as_integer()
                .filter(|credits| (1..=1_000_000).contains(credits))?;
            Some(SizeOffer {
                size,
                credits_per_second: Credits(credits),
            })
        };
        let offers: Option<Vec<_>> = table.into_iter().map(offer).collect();
        offers
            .filter(|offers| !offers.is_empty())
            .ok_or_else(|| self.wrong("sizes", what))
    }

    /// Never empty.
    pub fn seconds(&mut self) -> Result<Vec<u32>, ConfigError> {
        let values = self.list("seconds")?;
        let length = |value: &Value| {
            let length = u32::try_from(value.as_integer()?).ok()?;
            (1..=600).contains(&length).then_some(length)
        };
        let lengths: Option<Vec<_>> = values.iter().map(length).collect();
        lengths.filter(|lengths| !lengths.is_empty()).ok_or_else(|| {
            self.wrong(
                "seconds",
                "a list of lengths in seconds, like [4, 8, 12] (1 to 600)",
            )
        })
    }

    /// The end of a day in UTC, in unix milliseconds.
    pub fn last_day(&mut self, key: &'static str) -> Result<Option<i64>, ConfigError> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let text = match &value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let end = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d")
            .ok()
            .and_then(|day| day.checked_add_days(Days::new(1)));
        match end {
            Some(end) => Ok(Some(end.and_time(NaiveTime::MIN).and_utc().timestamp_millis())),
            None => Err(self.wrong(key, "a day like 2027-03-31")),
        }
    }

    /// Parameters beyond those that the adapter fills by itself.
    pub fn extra(&mut self, own: &[&str]) -> Result<Vec<(String, Extra)>, ConfigError> {
        let what = "a table of parameters, like {guidance_scale = 5, seed = \"from the order\"}";
        let table = match self.take("extra") {
            None => return Ok(Vec::new()),
            Some(Value::Table(table)) => table,
            Some(_) => return Err(self.wrong("extra", what)),
        };
        let mut read = Vec::new();
        for (name, value) in table {
            let filled = if own.is_empty() { &OWN_FIELDS[..] } else { own };
            if filled.contains(&name.as_str()) {
                return Err(self.wrong(
                    &format!("extra.{name}"),
                    "left out: the adapter fills it by itself",
                ));
            }
            let extra = match value.as_str() {
                Some(FROM_THE_ORDER) if name.contains("seed") => Extra::Seed,
                Some(FROM_THE_ORDER) => {
                    return Err(self.wrong(
                        &format!("extra.{name}"),
                        "a value: only a seed comes from the order",
                    ));
                }
                _ => Extra::Fixed(serde_json::to_value(&value).map_err(|_| self.wrong("extra", what))?),
            };
            read.push((name, extra));
        }
        Ok(read)
    }
}

fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then_some(url)
}
