//! What the hosted catalogues (OpenRouter, fal, Replicate) have in common: an account with money in it, orders that are
//! taken or not, answers with faults, webhooks beside the polls.

use super::{
    JobStatus, Order, ProviderError,
    health::Health,
    hooks,
    openai_videos::{Answer, Api, MOST_WAIT, RESUMES, TIDY, fetch},
    pauses::Pauses,
};
use crate::{
    model::generation::Reason,
    server::{
        clock::Clock,
        config::providers::{ModelConfig, ProviderConfig},
        http_client::HttpClient,
    },
};
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde_json::Value;
use std::{path::Path, time::Duration};

/// OpenRouter's "overloaded", which has no name in the standard.
const OVERLOADED: u16 = 529;

/// One account at a hosted catalogue.
pub struct Hosted {
    pub name: String,
    pub concurrency: usize,
    pub api: Api,
    pub health: Health,
    pub clock: Clock,
    /// Where it may call back.
    pub callback: Option<Url>,
    pauses: Pauses,
}

impl Hosted {
    /// The account as the configuration describes it. `named` are more addresses that belong to the service; webhooks are
    /// used where they can be `checked`.
    pub fn new(
        config: &ProviderConfig,
        named: &[&Url],
        (public_url, checked): (&str, bool),
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let mut origins = config.media_origins.clone();
        origins.push(config.base_url.clone());
        origins.extend(named.iter().map(|url| (*url).clone()));
        let client = HttpClient::new(origins)?;
        Ok(Self {
            name: config.name.clone(),
            concurrency: config.concurrency,
            api: Api::new(client, config.base_url.clone(), config.key.clone()),
            health: Health::new(config.name.clone(), clock.clone()),
            clock,
            callback: hooks::callback(public_url, &config.name, checked),
            pauses: Pauses::default(),
        })
    }

    /// Hands an order over and returns the answer of who took it. `blocked` finds a block by the service's safety system
    /// in an answer.
    pub async fn order(
        &self,
        order: &Order,
        request: impl Fn() -> Result<RequestBuilder, String> + Sync,
        blocked: fn(&Answer) -> bool,
    ) -> Result<Answer, ProviderError> {
        let mut waited = false;
        loop {
            let request = request().map_err(ProviderError::NotTaken)?;
            let answer = match self.api.ask(request).await {
                Ok(answer) => answer,
                Err(error) => return Err(self.health.failed_with(error)),
            };
            if answer.status.is_success() {
                return Ok(answer);
            }
            match (self.refused(&answer, &order.prompt, blocked), answer.pause) {
                (ProviderError::NotTaken(_), Some(pause)) if !waited && pause <= MOST_WAIT => {
                    tokio::time::sleep(pause).await;
                    waited = true;
                }
                (error, _) => return Err(error),
            }
        }
    }

    /// Why an order was not taken, or may have been.
    fn refused(&self, answer: &Answer, prompt: &str, blocked: fn(&Answer) -> bool) -> ProviderError {
        let words = self.words(answer, prompt);
        let status = answer.status;
        if blocked(answer) {
            return ProviderError::Refused(Reason::ProviderBlocked, words);
        }
        match status {
            // Nobody who waits for a video can do anything about it, and each next order would fail as well.
            StatusCode::UNAUTHORIZED | StatusCode::PAYMENT_REQUIRED | StatusCode::FORBIDDEN => {
                tracing::error!(
                    provider = self.name,
                    words,
                    "the provider refuses our key, or there is no money left in the account"
                );
                self.health.failed(&words);
                ProviderError::Refused(Reason::ProviderRefused, words)
            }
            StatusCode::TOO_MANY_REQUESTS => ProviderError::NotTaken(words),
            _ if status == StatusCode::SERVICE_UNAVAILABLE || status.as_u16() == OVERLOADED => {
                self.health.failed(&words);
                ProviderError::NotTaken(words)
            }
            // The other 5xx come from who broke in the middle, or from a gateway that stopped waiting for somebody who
            // may have taken the order.
            _ if status.is_server_error() => {
                self.health.failed(&words);
                ProviderError::Broken(words)
            }
            _ => ProviderError::Refused(Reason::ProviderRefused, words),
        }
    }

    /// An answer that should have told a job and does not: it may have been taken.
    pub fn no_job(&self, answer: &Answer, prompt: &str) -> ProviderError {
        ProviderError::Broken(format!("{}, without an id", self.words(answer, prompt)))
    }

    /// What an answer says, without the key and the prompt.
    pub fn words(&self, answer: &Answer, prompt: &str) -> String {
        self.api.fault(answer, prompt).1
    }

    /// Asks something about a job.
    pub async fn ask(&self, method: Method, url: &Url) -> Result<Answer, ProviderError> {
        let request = self.api.request(method, url).map_err(ProviderError::Broken)?;
        let answer = self.api.ask(request).await;
        answer.map_err(|error| ProviderError::Broken(error.into_words()))
    }

    /// Asks how a job is. Nothing: the service does not know it (any more).
    pub async fn job(&self, job: &str, url: &Url) -> Result<Option<Answer>, ProviderError> {
        let answer = self.ask(Method::GET, url).await?;
        match answer.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status if status.is_success() && answer.json.is_object() => Ok(Some(answer)),
            _ => {
                self.pauses.set(job, answer.pause);
                Err(ProviderError::Broken(self.words(&answer, "")))
            }
        }
    }

    /// An end without a video, in the service's own words.
    pub fn ended(&self, words: &str, blocked: bool) -> JobStatus {
        let reason = if blocked || sounds_blocked(words) {
            Reason::ProviderBlocked
        } else {
            Reason::ProviderFailed
        };
        let words: String = words.chars().take(500).collect();
        JobStatus::Ended(reason, self.api.without_key(&words))
    }

    /// Fetches a video: with the key only from the service itself, and from public addresses only.
    pub async fn fetch(&self, from: Url, to: &Path, most_bytes: u64) -> Result<(), ProviderError> {
        fetch(&self.api, from, to, most_bytes, RESUMES).await
    }

    /// Asks for something that nothing depends on.
    pub async fn tidy(&self, method: Method, url: &Url) {
        match tokio::time::timeout(TIDY, self.ask(method, url)).await {
            Ok(Ok(answer)) => {
                tracing::debug!(provider = self.name, status = %answer.status, "a job was cancelled there");
            }
            Ok(Err(error)) => tracing::debug!(provider = self.name, %error, "a job was not cancelled there"),
            Err(_) => tracing::debug!(provider = self.name, "a job was not cancelled there in time"),
        }
    }

    /// The pause between two polls: what the service asks for, else one second, growing to five, or to half a minute where
    /// a webhook brings the news sooner.
    pub fn poll_pause(&self, job: &str, polls: u32) -> Duration {
        let longest = if self.callback.is_some() { 30 } else { 5 };
        let usual = Duration::from_secs((1_u64 << polls.min(5)).min(longest));
        self.pauses.take(job).unwrap_or(usual)
    }
}

/// The model of an order.
pub fn model<'a>(models: &'a [ModelConfig], order: &Order) -> Result<&'a ModelConfig, ProviderError> {
    let model = models.iter().find(|model| model.model.id == order.model);
    model.ok_or_else(|| ProviderError::Refused(Reason::ModelGone, order.model.clone()))
}

/// Whether an id that a service gave may become a part of a path and a text in the database.
pub fn id(value: &Value) -> Option<String> {
    let id = value.as_str()?;
    let usable =
        (1..=1_000).contains(&id.len()) && !id.starts_with('.') && id.bytes().all(|b| b.is_ascii_graphic());
    usable.then(|| id.to_owned())
}

/// Whether these are the words of a safety system. Services pass on those of the models' makers, who all have their own.
pub fn sounds_blocked(words: &str) -> bool {
    const SIGNS: [&str; 9] = [
        "moderation",
        "content policy",
        "content_policy",
        "safety",
        "flagged",
        "nsfw",
        "prohibited content",
        "sensitive",
        "responsible ai",
    ];
    let words = words.to_ascii_lowercase();
    SIGNS.iter().any(|sign| words.contains(sign))
}

/// The address of the video in what a model put out: a text, a list, or an object with a `url`; alone, or as the field
/// that such models call it.
pub fn media_url(output: &Value) -> Option<Url> {
    let text = match output {
        Value::String(text) => text,
        Value::Array(list) => return list.iter().find_map(media_url),
        Value::Object(fields) => {
            let names = ["video", "videos", "output", "url", "video_url"];
            return names.iter().find_map(|name| media_url(fields.get(*name)?));
        }
        _ => return None,
    };
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_video_is_found_in_whatever_form_a_model_puts_it_out() {
        let url = "https://cdn.example.org/a.mp4";
        for output in [
            json!(url),
            json!([url, "https://cdn.example.org/b.mp4"]),
            json!({"video": {"url": url, "content_type": "video/mp4"}, "seed": 5}),
            json!({"videos": [{"url": url}]}),
            json!({"video": url, "thumbnail": "https://cdn.example.org/a.jpg"}),
            json!({"output": [{"video_url": url}]}),
        ] {
            assert_eq!(media_url(&output).unwrap().as_str(), url, "{output}");
        }
        for none in [
            json!(null),
            json!([]),
            json!({"images": [{"url": url}]}),
            json!("file:///etc/passwd"),
            json!(7),
        ] {
            assert_eq!(media_url(&none), None, "{none}");
        }
    }

    #[test]
    fn words_of_safety_systems_are_known() {
        for words in [
            "NSFW content detected. Try running it again, or try a different prompt.",
            "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
            "Your request was rejected by our moderation system",
        ] {
            assert!(sounds_blocked(words), "{words}");
        }
        assert!(!sounds_blocked("CUDA out of memory"));
    }

    #[test]
    fn ids_that_could_lead_elsewhere_are_none() {
        assert_eq!(id(&json!("a-1_B")).as_deref(), Some("a-1_B"));
        for bad in [
            json!(""),
            json!(".."),
            json!("a b"),
            json!("a\nb"),
            json!(7),
            json!(null),
        ] {
            assert_eq!(id(&bad), None, "{bad}");
        }
    }
}
