//! Any server of the Videos protocol: SGLang, vLLM-Omni, TensorRT-LLM, LiteLLM, new-api and those that speak it as
//! OpenAI wrote it down. What differs between them is in `presets`; what they answer is read in `wire`.

mod api;
mod download;
pub mod presets;
mod probe;
mod request;
mod wire;

pub(in crate::server) use api::{Answer, Api, NoAnswer};
pub(in crate::server) use download::fetch;
pub use probe::{Report, fitting, probe};

use super::{JobStatus, Offer, Order, ProviderError, VideoProvider, health::Health, pauses::Pauses};
use crate::{
    model::generation::Reason,
    server::{
        clock::Clock,
        config::providers::{ModelConfig, OpenAiVideosConfig, ProviderConfig, Wire},
        http_client::{self, HttpClient},
    },
};
use async_trait::async_trait;
use presets::{Quirks, quirks};
use request::Body;
use reqwest::{Method, StatusCode, header::CONTENT_TYPE};
use std::{path::Path, sync::Arc, time::Duration};

/// A server that is busy is waited for within one try, if it asks for no longer pause than this.
pub(super) const MOST_WAIT: Duration = Duration::from_secs(20);
/// How often a cut download is taken up again within one try.
pub(super) const RESUMES: u32 = 4;
/// The largest picture of a video that is taken over, in bytes.
const MOST_THUMBNAIL: usize = 5 << 20;
/// How long tidying up there may take.
pub(super) const TIDY: Duration = Duration::from_secs(5);

/// One server.
pub struct OpenAiVideos {
    name: String,
    offers: Arc<[Offer]>,
    models: Vec<ModelConfig>,
    concurrency: usize,
    wire: Wire,
    quirks: Quirks,
    api: Api,
    health: Health,
    pauses: Pauses,
}

impl OpenAiVideos {
    /// The server as the configuration describes it.
    ///
    /// # Errors
    /// When this machine has no certificates to check others with.
    pub fn new(
        config: &ProviderConfig,
        ways: &OpenAiVideosConfig,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let quirks = quirks(ways.preset);
        Ok(Self {
            name: config.name.clone(),
            offers: config.models.iter().map(|model| offer(model, quirks)).collect(),
            models: config.models.clone(),
            concurrency: config.concurrency,
            wire: ways.wire.unwrap_or(quirks.wire),
            quirks,
            api: api(config)?,
            health: Health::new(config.name.clone(), clock),
            pauses: Pauses::default(),
        })
    }

    /// Where an order goes, and what it says.
    fn written(&self, order: &Order) -> Result<(&'static [&'static str], Body), ProviderError> {
        Ok(match &order.original {
            None => (&["videos"], self.body(order)?),
            Some(original) => (&["videos", "extensions"], request::extension(order, original)),
        })
    }

    fn body(&self, order: &Order) -> Result<Body, ProviderError> {
        let model = self.models.iter().find(|model| model.model.id == order.model);
        let model = model.ok_or_else(|| ProviderError::Refused(Reason::ModelGone, order.model.clone()))?;
        Ok(Body::of(
            order,
            &model.remote,
            &model.extra,
            self.wire,
            self.quirks,
        ))
    }

    /// The job's id, or why there is none. An order that may have been taken is never said not to be.
    fn taken(&self, answer: &Answer, prompt: &str) -> Result<String, ProviderError> {
        let (fault, words) = self.api.fault(answer, prompt);
        let reason = |otherwise| fault.as_ref().map_or(otherwise, |fault| fault.reason(otherwise));
        let status = answer.status;
        if status.is_success() {
            return match (wire::id(&answer.json), &fault) {
                (Some(id), _) => Ok(id),
                (None, Some(_)) => Err(ProviderError::Refused(reason(Reason::ProviderRefused), words)),
                (None, None) => Err(ProviderError::Broken(format!("{words}, without an id"))),
            };
        }
        Err(match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => ProviderError::NotTaken(words),
            _ if status.is_client_error() || status.is_redirection() => {
                ProviderError::Refused(reason(Reason::ProviderRefused), words)
            }
            _ if self.quirks.guardrail_is_500 && wire::is_guardrail(&words) => {
                ProviderError::Refused(Reason::ProviderBlocked, words)
            }
            _ => ProviderError::Broken(words),
        })
    }

    fn status(&self, answer: &Answer) -> Result<JobStatus, ProviderError> {
        let (fault, words) = self.api.fault(answer, "");
        match answer.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(JobStatus::Gone),
            status if status.is_success() && answer.json.is_object() => {
                Ok(self.known(wire::status(&answer.json)))
            }
            // Some gateways tell a block of the finished work as an error of the question.
            status if status.is_client_error() => match fault.map(|fault| fault.refusal()) {
                Some(ProviderError::Refused(Reason::ProviderBlocked, _)) => {
                    Ok(JobStatus::Ended(Reason::ProviderBlocked, words))
                }
                _ => Err(ProviderError::Broken(words)),
            },
            _ => Err(ProviderError::Broken(words)),
        }
    }

    /// The same status, with this server's ways of saying it undone.
    fn known(&self, status: JobStatus) -> JobStatus {
        match status {
            JobStatus::Ended(Reason::ProviderFailed, words)
                if self.quirks.guardrail_is_500 && wire::is_guardrail(&words) =>
            {
                JobStatus::Ended(Reason::ProviderBlocked, self.api.without_key(&words))
            }
            JobStatus::Ended(reason, words) => JobStatus::Ended(reason, self.api.without_key(&words)),
            other => other,
        }
    }

    /// Deletes the job there, running or done. What is not there, or cannot be deleted there, is as good as deleted.
    async fn delete(&self, job: &str) -> Result<(), ProviderError> {
        if !self.quirks.deletes {
            return Ok(());
        }
        let place = ["videos", job];
        let call = self.api.call(Method::DELETE, &place, None);
        let words = match tokio::time::timeout(TIDY, call).await {
            Ok(Ok(answer)) if is_deleted(answer.status) => return Ok(()),
            Ok(Ok(answer)) => self.api.fault(&answer, "").1,
            Ok(Err(error)) => error.into_words(),
            Err(_) => "no answer in time".into(),
        };
        tracing::debug!(provider = self.name, error = words, "a job was not deleted there");
        Err(ProviderError::Broken(words))
    }
}

fn offer(model: &ModelConfig, quirks: Quirks) -> Offer {
    Offer {
        extends: quirks.extends,
        ..Offer::from(model)
    }
}

const fn is_deleted(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::GONE
            | StatusCode::NOT_IMPLEMENTED
    ) || status.as_u16() / 100 == 2
}

/// The server does not have the video any more whose id it was given. One that has no such address at all does not say so
/// in the protocol's words.
fn is_gone(order: &Order, answer: &Answer) -> bool {
    let by_id = order
        .original
        .as_ref()
        .is_some_and(|original| original.file.is_none());
    by_id && answer.status == StatusCode::NOT_FOUND && answer.json["error"].is_object()
}

/// The server, and what its answers may point to.
pub(super) fn api(config: &ProviderConfig) -> Result<Api, reqwest::Error> {
    let mut named = config.media_origins.clone();
    named.push(config.base_url.clone());
    let client = HttpClient::new(named)?;
    Ok(Api::new(client, config.base_url.clone(), config.key.clone()))
}

#[async_trait]
impl VideoProvider for OpenAiVideos {
    fn name(&self) -> &str {
        &self.name
    }

    fn offers(&self) -> Arc<[Offer]> {
        self.offers.clone()
    }

    fn concurrency(&self) -> usize {
        self.concurrency
    }

    async fn submit(&self, order: &Order) -> Result<String, ProviderError> {
        let (place, body) = self.written(order)?;
        let mut waited = false;
        loop {
            let answer = match self.api.call(Method::POST, place, Some(&body)).await {
                Ok(answer) => answer,
                Err(error) => return Err(self.health.failed_with(error)),
            };
            if is_gone(order, &answer) {
                let words = self.api.fault(&answer, &order.prompt).1;
                return Err(ProviderError::Refused(Reason::OriginalNotKept, words));
            }
            match (self.taken(&answer, &order.prompt), answer.pause) {
                (Err(ProviderError::NotTaken(_)), Some(pause)) if !waited && pause <= MOST_WAIT => {
                    tokio::time::sleep(pause).await;
                    waited = true;
                }
                (taken, _) => {
                    if answer.status.is_server_error() {
                        self.health.failed(&answer.status.to_string());
                    }
                    return taken;
                }
            }
        }
    }

    async fn poll(&self, job: &str) -> Result<JobStatus, ProviderError> {
        let answer = self.api.call(Method::GET, &["videos", job], None).await;
        let answer = answer.map_err(|error| ProviderError::Broken(error.into_words()))?;
        let status = self.status(&answer);
        let over = matches!(status, Ok(JobStatus::Done | JobStatus::Ended(..)));
        self.pauses.set(job, answer.pause.filter(|_| !over));
        status
    }

    fn poll_pause(&self, job: &str, polls: u32) -> Duration {
        self.pauses.take(job).unwrap_or_else(|| super::poll_pause(polls))
    }

    async fn download(&self, job: &str, to: &Path, most_bytes: u64) -> Result<(), ProviderError> {
        let from = self.api.address(&["videos", job, "content"]);
        fetch(&self.api, from, to, most_bytes, RESUMES).await
    }

    async fn thumbnail(&self, job: &str) -> Option<Vec<u8>> {
        let mut from = self.api.address(&["videos", job, "content"]);
        from.query_pairs_mut().append_pair("variant", "thumbnail");
        let request = self.api.request(Method::GET, &from).ok()?;
        let response = request.timeout(TIDY).send().await.ok()?;
        // Servers that know no variants send the video again: that is no picture, and too large.
        let is_picture = response
            .headers()
            .get(CONTENT_TYPE)?
            .as_bytes()
            .starts_with(b"image/");
        if !response.status().is_success() || !is_picture {
            return None;
        }
        http_client::body(response, MOST_THUMBNAIL).await.ok()
    }

    async fn cancel(&self, job: &str) {
        self.pauses.set(job, None);
        let _ = self.delete(job).await;
    }

    fn health(&self) -> Option<&Health> {
        Some(&self.health)
    }

    async fn forget(&self, job: &str) -> Result<(), ProviderError> {
        self.delete(job).await
    }
}
