//! fal's queue (fal.ai/docs/api-reference/inference-api; fal-ai/fal-js, `libs/client/src/queue.ts`). The order is whatever
//! the model takes; what comes back are the addresses at which the job lives.

use super::{
    JobStatus, NoHook, Offer, Order, ProviderError, VideoProvider,
    health::Health,
    hooks::{self, FalKeys},
    hosted::{Hosted, id, media_url, model},
    input::input,
    openai_videos::Answer,
};
use crate::{
    model::generation::Reason,
    server::{
        clock::Clock,
        config::providers::{FalConfig, ModelConfig, ProviderConfig},
    },
};
use async_trait::async_trait;
use axum::http::HeaderMap;
use reqwest::{Method, StatusCode, Url};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc, time::Duration};

/// The word before the key.
pub const SCHEME: &str = "Key";
/// How long fal keeps the video, in seconds: it is fetched at once, and nobody else should find it there.
const KEEP: u32 = 3_600;

/// fal.
pub struct Fal {
    hosted: Hosted,
    offers: Arc<[Offer]>,
    models: Vec<ModelConfig>,
    keys: FalKeys,
}

/// Where a job lives, as it is written down: its id and three addresses, with spaces between.
struct Places {
    status: Url,
    response: Url,
    cancel: Url,
}

impl Fal {
    /// fal as the configuration describes it.
    ///
    /// # Errors
    /// When this machine has no certificates to check others with.
    pub fn new(
        config: &ProviderConfig,
        own: &FalConfig,
        public_url: &str,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let mut hosted = Hosted::new(config, &[&own.jwks_url], (public_url, own.webhooks), clock)?;
        hosted.api = hosted.api.with_scheme(SCHEME);
        Ok(Self {
            hosted,
            offers: config.models.iter().map(Offer::from).collect(),
            models: config.models.clone(),
            keys: FalKeys::new(own.jwks_url.clone()),
        })
    }

    fn address(&self, remote: &str) -> Url {
        let segments: Vec<_> = remote.split('/').collect();
        let mut url = self.hosted.api.address(&segments);
        if let Some(callback) = &self.hosted.callback {
            url.query_pairs_mut()
                .append_pair("fal_webhook", callback.as_str());
        }
        url
    }

    /// The job as it is written down. The addresses that fal tells count, if they are in the queue that the operator
    /// named: our key is sent there. Behind a proxy they are not, and are put together as fal's own client does.
    fn job(&self, answer: &Value, remote: &str) -> Option<String> {
        let request = id(&answer["request_id"])?;
        let app: Vec<_> = remote.split('/').take(owner_and_app(remote)).collect();
        let place = |name: &str, end: &[&str]| {
            let told = answer[name].as_str().and_then(|told| Url::parse(told).ok());
            told.filter(|told| self.hosted.api.is_own(told))
                .unwrap_or_else(|| {
                    let path = [app.as_slice(), &["requests", &request], end].concat();
                    self.hosted.api.address(&path)
                })
        };
        let status = place("status_url", &["status"]);
        let response = place("response_url", &[]);
        let cancel = place("cancel_url", &["cancel"]);
        Some(format!("{request} {status} {response} {cancel}"))
    }

    fn places(&self, job: &str) -> Result<Places, ProviderError> {
        let lost = || ProviderError::Refused(Reason::Internal, "the job's addresses are not readable".into());
        let mut parts = job.split(' ').skip(1).map(Url::parse);
        let mut next = || match parts.next() {
            // The configuration may have changed meanwhile.
            Some(Ok(url)) if self.hosted.api.is_own(&url) => Ok(url),
            _ => Err(lost()),
        };
        Ok(Places {
            status: next()?,
            response: next()?,
            cancel: next()?,
        })
    }

    async fn status(&self, job: &str) -> Result<JobStatus, ProviderError> {
        let places = self.places(job)?;
        let Some(answer) = self.hosted.job(job, &places.status).await? else {
            return Ok(JobStatus::Gone);
        };
        let status = answer.json["status"].as_str().unwrap_or_default();
        match status {
            "IN_QUEUE" => {
                let place = answer.json["queue_position"].as_u64();
                tracing::debug!(provider = self.hosted.name, place, "a job waits in fal's queue");
                Ok(JobStatus::Queued)
            }
            // It tells no progress.
            "IN_PROGRESS" => Ok(JobStatus::Running(0)),
            "COMPLETED" => self.completed(&answer, &places.response).await,
            other => Ok(JobStatus::Unknown(other.to_owned())),
        }
    }

    /// There is no "failed": a job is completed with an error, or its result is the error that the model answered with.
    async fn completed(&self, answer: &Answer, response: &Url) -> Result<JobStatus, ProviderError> {
        let text = |key: &str| answer.json[key].as_str().unwrap_or_default().to_owned();
        let (error, kind) = (text("error"), text("error_type"));
        let result = self.hosted.ask(Method::GET, response).await?;
        if is_blocked(&result) {
            return Ok(self.hosted.ended(&self.hosted.words(&result, ""), true));
        }
        if !error.is_empty() || !kind.is_empty() {
            return Ok(self.hosted.ended(&format!("{kind} {error}"), false));
        }
        match result.status {
            status if status.is_success() => Ok(match media_url(&result.json) {
                Some(_) => JobStatus::Done,
                None => self.hosted.ended("the result has no video", false),
            }),
            // fal keeps a result for an hour, and six minutes when it is long.
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(JobStatus::Gone),
            // The model's own error, for good; what has no shape comes from something in between.
            _ if result.json.get("detail").is_some() => {
                Ok(self.hosted.ended(&self.hosted.words(&result, ""), false))
            }
            _ => Err(ProviderError::Broken(self.hosted.words(&result, ""))),
        }
    }
}

/// How many parts of a model's name its app has: those in a namespace have one more.
fn owner_and_app(remote: &str) -> usize {
    if remote.starts_with("workflows/") || remote.starts_with("comfy/") {
        3
    } else {
        2
    }
}

/// `{"detail": [{"type": "content_policy_violation", …}]}`.
fn is_blocked(answer: &Answer) -> bool {
    let detail = answer.json["detail"].as_array();
    detail
        .into_iter()
        .flatten()
        .any(|line| line["type"] == "content_policy_violation")
}

#[async_trait]
impl VideoProvider for Fal {
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
        let remote = match (&order.picture, &config.input.picture_remote) {
            (Some(_), Some(remote)) => remote,
            _ => &config.remote,
        };
        let (url, body) = (self.address(remote), input(order, config));
        let keep = json!({ "expiration_duration_seconds": KEEP }).to_string();
        let seconds = config.deadline.as_secs().to_string();
        // `X-Fal-No-Retry` is not sent: when one of fal's machines dies, fal runs the same request again under the same
        // id, and what fails on its side costs nothing. A second order by us would be another request.
        let request = || {
            let request = self.hosted.api.request(Method::POST, &url)?;
            Ok(request
                // Neither prompt nor picture stay in fal's history; the result can still be fetched, for an hour.
                .header("x-fal-store-io", "0")
                .header("x-fal-object-lifecycle-preference", &keep)
                // What waits longer than anybody here does need not begin.
                .header("x-fal-request-timeout", &seconds)
                .json(&body))
        };
        let answer = self.hosted.order(order, request, is_blocked).await?;
        let job = self.job(&answer.json, remote);
        job.ok_or_else(|| self.hosted.no_job(&answer, &order.prompt))
    }

    async fn poll(&self, job: &str) -> Result<JobStatus, ProviderError> {
        self.status(job).await
    }

    fn poll_pause(&self, job: &str, polls: u32) -> Duration {
        self.hosted.poll_pause(job, polls)
    }

    async fn download(&self, job: &str, to: &Path, most_bytes: u64) -> Result<(), ProviderError> {
        let places = self.places(job)?;
        let result = self.hosted.ask(Method::GET, &places.response).await?;
        match media_url(&result.json) {
            Some(url) if result.status.is_success() => self.hosted.fetch(url, to, most_bytes).await,
            _ => {
                let words = format!("the result: {}", self.hosted.words(&result, ""));
                Err(match result.status {
                    StatusCode::NOT_FOUND | StatusCode::GONE => ProviderError::Gone(words),
                    _ => ProviderError::Broken(words),
                })
            }
        }
    }

    async fn cancel(&self, job: &str) {
        if let Ok(places) = self.places(job) {
            self.hosted.tidy(Method::PUT, &places.cancel).await;
        }
    }

    fn health(&self) -> Option<&Health> {
        Some(&self.hosted.health)
    }

    fn job_id<'a>(&self, job: &'a str) -> &'a str {
        job.split_once(' ').map_or(job, |(id, _)| id)
    }

    fn calls_back(&self) -> bool {
        self.hosted.callback.is_some()
    }

    async fn hook(&self, headers: &HeaderMap, body: &[u8]) -> Result<Option<String>, NoHook> {
        let client = &self.hosted.api.client;
        let now = self.hosted.clock.now();
        self.keys.check(client, headers, body, now).await?;
        Ok(hooks::job(body, "/request_id"))
    }
}
