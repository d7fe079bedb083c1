//! OpenRouter's video API (<https://openrouter.ai/docs/api_reference/videos>; OpenRouterTeam/typescript-sdk, `src/models/video*.ts`).
//! Its own list says what there is and what it costs; the list is read again every hour.

mod catalogue;
mod price;

use super::{
    JobStatus, NoHook, Offer, Order, ProviderError, VideoProvider,
    health::Health,
    hooks,
    hosted::{Hosted, id, sounds_blocked},
    openai_videos::{Answer, NoAnswer},
};
use crate::{
    model::generation::Reason,
    server::{
        clock::Clock,
        config::providers::{OpenRouterConfig, ProviderConfig},
    },
};
use async_trait::async_trait;
use axum::http::HeaderMap;
use catalogue::{LeftOut, Listed};
use reqwest::{Method, StatusCode, Url};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

/// How often the list is read, and how soon again when that fails: five seconds, growing to five minutes.
const REFRESH: Duration = Duration::from_hours(1);
const AGAIN: Duration = Duration::from_secs(5);
const LONGEST_AGAIN: Duration = Duration::from_mins(5);
/// The largest list, in bytes.
const MOST_LIST: usize = 8 << 20;

/// OpenRouter.
pub struct OpenRouter {
    hosted: Hosted,
    config: OpenRouterConfig,
    list: RwLock<List>,
}

/// What there is.
#[derive(Clone)]
struct List {
    known: bool,
    models: Arc<[Listed]>,
    offers: Arc<[Offer]>,
}

impl OpenRouter {
    /// OpenRouter as the configuration describes it. It offers nothing until its list was read.
    ///
    /// # Errors
    /// When this machine has no certificates to check others with.
    pub fn new(
        config: &ProviderConfig,
        own: OpenRouterConfig,
        public_url: &str,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let checked = !own.webhook_secret.reveal().is_empty();
        Ok(Self {
            hosted: Hosted::new(config, &[], (public_url, checked), clock)?,
            config: own,
            list: RwLock::new(List {
                known: false,
                models: Arc::new([]),
                offers: Arc::new([]),
            }),
        })
    }

    fn list(&self) -> List {
        self.list.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the list; what was known before stays when that fails. The answer is what was left out, and why.
    ///
    /// # Errors
    /// What went wrong, in words for the operator.
    pub async fn refresh(&self) -> Result<LeftOut, String> {
        let url = self.hosted.api.address(&["videos", "models"]);
        let request = self.hosted.api.request(Method::GET, &url)?;
        let answer = self.hosted.api.answer(request, MOST_LIST).await;
        let answer = answer.map_err(NoAnswer::into_words)?;
        if !answer.status.is_success() {
            return Err(self.hosted.words(&answer, ""));
        }
        let (models, left_out) =
            catalogue::offers(&answer.json, &self.config).ok_or("the answer is no list of models")?;
        let offers = models.iter().map(|listed| listed.offer.clone()).collect();
        *self.list.write().unwrap_or_else(PoisonError::into_inner) = List {
            known: true,
            models: models.into(),
            offers,
        };
        Ok(left_out)
    }

    fn body(&self, order: &Order, listed: &Listed) -> Value {
        let mut body = json!({ "model": order.model, "prompt": order.prompt, "duration": order.seconds });
        match listed.shapes.iter().find(|shape| shape.size == order.size) {
            Some(shape) => {
                body["resolution"] = json!(shape.resolution);
                body["aspect_ratio"] = json!(shape.ratio);
            }
            None => body["size"] = json!(order.size.to_string()),
        }
        if listed.seed {
            body["seed"] = json!(order.seed);
        }
        if let Some(audio) = listed.audio {
            body["generate_audio"] = json!(audio);
        }
        if let Some(picture) = &order.picture {
            let url = picture.data_url();
            body["frame_images"] =
                json!([{"type": "image_url", "image_url": {"url": url}, "frame_type": "first_frame"}]);
        }
        if let Some(callback) = &self.hosted.callback {
            body["callback_url"] = json!(callback.as_str());
        }
        body
    }

    fn job(&self, job: &str) -> Url {
        self.hosted.api.address(&["videos", job])
    }

    fn status(&self, video: &Value) -> JobStatus {
        let error = video["error"].as_str().unwrap_or("it failed without a word");
        match video["status"].as_str().unwrap_or_default() {
            "pending" => JobStatus::Queued,
            // It tells no progress.
            "in_progress" => JobStatus::Running(0),
            "completed" => JobStatus::Done,
            "failed" => self.hosted.ended(error, false),
            word @ ("cancelled" | "expired") => self.hosted.ended(&format!("it is {word} there"), false),
            other => JobStatus::Unknown(other.to_owned()),
        }
    }
}

/// A moderation of OpenRouter itself is 403 with the reasons; that of a model's maker only has words. The same 403
/// without them is the key's.
fn is_blocked(answer: &Answer) -> bool {
    let error = &answer.json["error"];
    let flagged = answer.status == StatusCode::FORBIDDEN && error["metadata"]["reasons"].is_array();
    let words = error["message"].as_str().unwrap_or_default();
    flagged || (answer.status == StatusCode::BAD_REQUEST && sounds_blocked(words))
}

#[async_trait]
impl VideoProvider for OpenRouter {
    fn name(&self) -> &str {
        &self.hosted.name
    }

    fn offers(&self) -> Arc<[Offer]> {
        self.list().offers
    }

    fn knows_offers(&self) -> bool {
        self.list().known
    }

    async fn tend(&self) {
        let mut again = AGAIN;
        loop {
            let pause = match self.refresh().await {
                Ok(left_out) => {
                    for (model, why) in left_out {
                        tracing::info!(provider = self.hosted.name, model, why, "a model is not offered");
                    }
                    let models = self.list().models.len();
                    tracing::info!(provider = self.hosted.name, models, "the list of models was read");
                    again = AGAIN;
                    REFRESH
                }
                Err(error) => {
                    tracing::warn!(
                        provider = self.hosted.name,
                        error,
                        "the list of models could not be read; what was known stays"
                    );
                    let pause = again;
                    again = (again * 2).min(LONGEST_AGAIN);
                    pause
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    fn concurrency(&self) -> usize {
        self.hosted.concurrency
    }

    async fn submit(&self, order: &Order) -> Result<String, ProviderError> {
        let models = self.list().models;
        let listed = models.iter().find(|listed| listed.offer.model.id == order.model);
        let listed = listed.ok_or_else(|| ProviderError::Refused(Reason::ModelGone, order.model.clone()))?;
        let (url, body) = (self.hosted.api.address(&["videos"]), self.body(order, listed));
        let request = || Ok(self.hosted.api.request(Method::POST, &url)?.json(&body));
        let answer = self.hosted.order(order, request, is_blocked).await?;
        id(&answer.json["id"]).ok_or_else(|| self.hosted.no_job(&answer, &order.prompt))
    }

    async fn poll(&self, job: &str) -> Result<JobStatus, ProviderError> {
        Ok(match self.hosted.job(job, &self.job(job)).await? {
            Some(answer) => self.status(&answer.json),
            None => JobStatus::Gone,
        })
    }

    fn poll_pause(&self, job: &str, polls: u32) -> Duration {
        self.hosted.poll_pause(job, polls)
    }

    async fn download(&self, job: &str, to: &Path, most_bytes: u64) -> Result<(), ProviderError> {
        let mut from = self.hosted.api.address(&["videos", job, "content"]);
        from.query_pairs_mut().append_pair("index", "0");
        self.hosted.fetch(from, to, most_bytes).await
    }

    /// It cannot cancel; a video that nobody waits for any more is made and paid for.
    async fn cancel(&self, _job: &str) {}

    fn health(&self) -> Option<&Health> {
        Some(&self.hosted.health)
    }

    fn calls_back(&self) -> bool {
        self.hosted.callback.is_some()
    }

    async fn hook(&self, headers: &HeaderMap, body: &[u8]) -> Result<Option<String>, NoHook> {
        let now = self.hosted.clock.now();
        hooks::openrouter(headers, body, &self.config.webhook_secret, now)?;
        Ok(hooks::job(body, "/data/id"))
    }
}
