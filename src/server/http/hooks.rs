//! `POST /hooks/{provider}`: a provider says that there is news of a job. Once the signature is checked, whoever polls
//! that job asks now; nothing else happens, whatever stands in the body.

use crate::server::{providers::NoHook, router::Web};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};

/// Largest body, in bytes: Replicate repeats the whole order, with its reference picture.
const BODY: usize = 1 << 20;

/// The address of every provider's webhooks.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/hooks/{provider}", post(hook))
        .layer(DefaultBodyLimit::max(BODY))
}

async fn hook(
    State(web): State<Web>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let worker = &web.app.worker;
    let found = worker.providers.get(&name);
    let Some(provider) = found.filter(|provider| provider.calls_back()) else {
        return StatusCode::NOT_FOUND;
    };
    let (status, outcome) = match provider.hook(&headers, &body).await {
        Ok(job) => {
            if let Some(job) = job
                && let Err(error) = worker.life.nudges.nudge(&web.app.db, &name, &job).await
            {
                tracing::warn!(provider = name, %error, "a nudge was lost; the next poll finds the news");
            }
            (StatusCode::OK, "verified")
        }
        Err(NoHook::Unverified(why)) => {
            tracing::warn!(provider = name, why, "a webhook was refused");
            (StatusCode::UNAUTHORIZED, "refused")
        }
        // It is sent again later.
        Err(NoHook::NotNow(why)) => {
            tracing::warn!(provider = name, why, "a webhook could not be checked");
            (StatusCode::SERVICE_UNAVAILABLE, "unchecked")
        }
    };
    metrics::counter!("aisora_provider_hooks_total", "provider" => name, "outcome" => outcome).increment(1);
    status
}
