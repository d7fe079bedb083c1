//! Replicate's predictions (replicate.com/docs/reference/http; replicate/replicate-python, `prediction.py`).

use super::{
    JobStatus, NoHook, Offer, Order, ProviderError, VideoProvider,
    health::Health,
    hooks,
    hosted::{Hosted, id, media_url, model, sounds_blocked},
    input::input,
    openai_videos::Answer,
};
use crate::server::{
    clock::Clock,
    config::providers::{ModelConfig, ProviderConfig, ReplicateConfig, Secret},
};
use async_trait::async_trait;
use axum::http::HeaderMap;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc, time::Duration};

/// The shortest deadline that Replicate takes, in seconds.
const LEAST_DEADLINE: u64 = 5;

/// Replicate.
pub struct Replicate {
    hosted: Hosted,
    offers: Arc<[Offer]>,
    models: Vec<ModelConfig>,
    secret: Secret,
}

/// Which predictions a model's name means.
pub(in crate::server) enum Remote<'a> {
    /// `owner/name`, whatever its newest version is.
    Model(&'a str, &'a str),
    /// A version: `owner/name:id`, or the id alone.
    Version(&'a str),
}

impl<'a> Remote<'a> {
    /// Reads a name of the configuration.
    pub fn read(remote: &'a str) -> Self {
        match (remote.rsplit_once(':'), remote.split_once('/')) {
            (Some((_, version)), _) => Self::Version(version),
            (None, Some((owner, name))) => Self::Model(owner, name),
            (None, None) => Self::Version(remote),
        }
    }
}

impl Replicate {
    /// Replicate as the configuration describes it.
    ///
    /// # Errors
    /// When this machine has no certificates to check others with.
    pub fn new(
        config: &ProviderConfig,
        own: &ReplicateConfig,
        public_url: &str,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let checked = !own.webhook_secret.reveal().is_empty();
        Ok(Self {
            hosted: Hosted::new(config, &[], (public_url, checked), clock)?,
            offers: config.models.iter().map(Offer::from).collect(),
            models: config.models.clone(),
            secret: own.webhook_secret.clone(),
        })
    }

    fn body(&self, order: &Order, config: &ModelConfig) -> (Url, Value) {
        let mut body = json!({ "input": input(order, config) });
        let url = match Remote::read(&config.remote) {
            Remote::Model(owner, name) => self.hosted.api.address(&["models", owner, name, "predictions"]),
            Remote::Version(version) => {
                body["version"] = json!(version);
                self.hosted.api.address(&["predictions"])
            }
        };
        if let Some(callback) = &self.hosted.callback {
            body["webhook"] = json!(callback.as_str());
            body["webhook_events_filter"] = json!(["completed"]);
        }
        (url, body)
    }

    fn status(&self, prediction: &Value) -> JobStatus {
        let error = prediction["error"].as_str().unwrap_or_default();
        match prediction["status"].as_str().unwrap_or_default() {
            "starting" => JobStatus::Queued,
            "processing" => JobStatus::Running(progress(prediction["logs"].as_str().unwrap_or_default())),
            "succeeded" if media_url(&prediction["output"]).is_some() => JobStatus::Done,
            // Files and fields go an hour after the end.
            "succeeded" if prediction["data_removed"] == true => JobStatus::Gone,
            "succeeded" => self.hosted.ended("the output has no video", false),
            "failed" => self.hosted.ended(error, false),
            "canceled" | "aborted" => {
                let word = prediction["status"].as_str().unwrap_or_default();
                self.hosted.ended(&format!("it is {word} there {error}"), false)
            }
            other => JobStatus::Unknown(other.to_owned()),
        }
    }
}

/// Percent, from the last line of a progress bar in a model's log: ` 42%|████▏     | 21/50`.
fn progress(logs: &str) -> u32 {
    let percent = logs.rmatch_indices("%|").find_map(|(at, _)| {
        let before = &logs[..at];
        let begins = before
            .rfind(|sign: char| !sign.is_ascii_digit())
            .map_or(0, |at| at + 1);
        before.get(begins..)?.parse::<u32>().ok()
    });
    percent.unwrap_or(0).min(100)
}

/// `{"title": "…", "detail": "…"}` with the words of a safety system.
fn is_blocked(answer: &Answer) -> bool {
    answer.status.is_client_error() && answer.json["detail"].as_str().is_some_and(sounds_blocked)
}

#[async_trait]
impl VideoProvider for Replicate {
    fn name(&self) -> &str {
        &self.hosted.name
    }

    fn offers(&self) -> Arc<[Offer]> {
        self.offers.clone()
    }

    fn concurrency(&self) -> usize {
        self.hosted.concurrency
    }

    async fn submit(&self, order: &Order) -> Result<String, ProviderError> {
        let config = model(&self.models, order)?;
        let (url, body) = self.body(order, config);
        let seconds = config.deadline.as_secs().max(LEAST_DEADLINE);
        let request = || {
            let request = self.hosted.api.request(Method::POST, &url)?;
            // When nobody here waits any more, nothing should go on there.
            Ok(request.header("cancel-after", format!("{seconds}s")).json(&body))
        };
        let answer = self.hosted.order(order, request, is_blocked).await?;
        id(&answer.json["id"]).ok_or_else(|| self.hosted.no_job(&answer, &order.prompt))
    }

    async fn poll(&self, job: &str) -> Result<JobStatus, ProviderError> {
        let url = self.hosted.api.address(&["predictions", job]);
        Ok(match self.hosted.job(job, &url).await? {
            Some(answer) => self.status(&answer.json),
            None => JobStatus::Gone,
        })
    }

    fn poll_pause(&self, job: &str, polls: u32) -> Duration {
        self.hosted.poll_pause(job, polls)
    }

    async fn download(&self, job: &str, to: &Path, most_bytes: u64) -> Result<(), ProviderError> {
        let url = self.hosted.api.address(&["predictions", job]);
        let answer = self.hosted.job(job, &url).await?;
        let output = answer.and_then(|answer| media_url(&answer.json["output"]));
        let output = output.ok_or_else(|| ProviderError::Gone("the output is not there any more".into()))?;
        self.hosted.fetch(output, to, most_bytes).await
    }

    async fn cancel(&self, job: &str) {
        let url = self.hosted.api.address(&["predictions", job, "cancel"]);
        self.hosted.tidy(Method::POST, &url).await;
    }

    fn health(&self) -> Option<&Health> {
        Some(&self.hosted.health)
    }

    fn calls_back(&self) -> bool {
        self.hosted.callback.is_some()
    }

    async fn hook(&self, headers: &HeaderMap, body: &[u8]) -> Result<Option<String>, NoHook> {
        hooks::standard(headers, body, &self.secret, self.hosted.clock.now())?;
        Ok(hooks::job(body, "/id"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_from_the_bars_in_the_log() {
        let logs =
            "Using seed: 7\n  0%|          | 0/50 [00:00<?, ?it/s]\r 42%|████▏     | 21/50 [00:09<00:12]";
        assert_eq!(progress(logs), 42);
        assert_eq!(progress("100%|██████████| 50/50\nencoding"), 100);
        for none in ["", "loading weights", "%|", "x%|", "99999999999%|"] {
            assert_eq!(progress(none), 0, "{none}");
        }
    }

    #[test]
    fn a_name_means_a_model_or_a_version() {
        assert!(matches!(
            Remote::read("wan-video/wan-2.5-t2v"),
            Remote::Model("wan-video", "wan-2.5-t2v")
        ));
        assert!(matches!(Remote::read("owner/name:abc1"), Remote::Version("abc1")));
        assert!(matches!(Remote::read("abc1"), Remote::Version("abc1")));
    }
}
