//! `/healthz`, `/readyz`, `/metrics`.

use crate::{
    model::error::{AppError, Code},
    server::{
        config::{Config, Mode},
        error::ErrorResponse,
        jobs,
        router::Web,
    },
};
use axum::{
    Extension, Json,
    extract::{ConnectInfo, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// How long a part may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long an answer of database and storage is passed on.
const FRESH: Duration = Duration::from_secs(2);
/// A worker that has not looked at its queue for so long is not ready, in milliseconds.
const WORKER_SILENT: i64 = 10_000;

/// The process lives.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// How database and storage were when they were last asked. Whoever asks often, asks this.
#[derive(Clone, Default)]
pub struct Asked(Arc<Mutex<Option<(Instant, Parts)>>>);

/// Whether they answered.
#[derive(Clone, Copy)]
struct Parts {
    database: bool,
    storage: bool,
}

impl Asked {
    /// Asks again when the last answer is too old. Who comes meanwhile waits for that one answer.
    async fn parts(&self, web: &Web) -> Parts {
        let mut last = self.0.lock().await;
        if let Some((at, parts)) = *last
            && at.elapsed() < FRESH
        {
            return parts;
        }
        let (database, storage) = tokio::join!(
            tokio::time::timeout(PATIENCE, web.app.db.ping()),
            tokio::time::timeout(PATIENCE, web.app.storage.ping()),
        );
        let parts = Parts {
            database: matches!(database, Ok(Ok(()))),
            storage: matches!(storage, Ok(Ok(()))),
        };
        *last = Some((Instant::now(), parts));
        parts
    }
}

/// Database, storage and worker can do their work.
pub async fn readyz(State(web): State<Web>, Extension(asked): Extension<Asked>) -> Response {
    let Parts { database, storage } = asked.parts(&web).await;
    let worker = !web.has_worker
        || (web.app.clock.now() - web.app.worker.alive_at.load(Ordering::Relaxed)).abs() < WORKER_SILENT;
    let word = |ready: bool| if ready { "ok" } else { "not ready" };
    let body = json!({
        "database": word(database),
        "storage": word(storage),
        "worker": if web.has_worker { word(worker) } else { "elsewhere" },
    });
    let ready = database && storage && worker && !web.stop.is_cancelled();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(body)).into_response()
}

/// Prometheus text.
///
/// # Errors
/// `sign_in_needed` without the token, where there is one; `not_found` for who may not see it; when the database does not
/// answer.
pub async fn metrics(
    State(web): State<Web>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    if let Err(refused) = may_read(&web.app.config, peer.ip(), &headers) {
        let mut response = ErrorResponse(refused).into_response();
        if response.status() == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        return Ok(response);
    }
    for (queue, waiting, working) in jobs::counts(&web.app.db, web.app.clock.now()).await? {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a gauge of jobs; nobody has 2^52 of them"
        )]
        {
            metrics::gauge!("aisora_jobs", "queue" => queue.clone(), "state" => "waiting")
                .set(waiting as f64);
            metrics::gauge!("aisora_jobs", "queue" => queue, "state" => "working").set(working as f64);
        }
    }
    let text = web.metrics.render();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

/// Numbers tell a competitor a lot: with a token they are for who has it, else in production for this machine alone.
fn may_read(config: &Config, peer: IpAddr, headers: &HeaderMap) -> Result<(), AppError> {
    if !config.metrics_token.is_empty() {
        return has_token(headers, &config.metrics_token)
            .then_some(())
            .ok_or_else(|| {
                AppError::new(
                    Code::SignInNeeded,
                    "The numbers are for who has the token of `metrics.token`.",
                )
            });
    }
    // A proxy on this machine connects from here too. Most of them say for whom.
    let passed_on = ["x-forwarded-for", "x-real-ip", "forwarded", "via"]
        .iter()
        .any(|name| headers.contains_key(*name));
    let here = peer.to_canonical().is_loopback() && !passed_on;
    (config.mode == Mode::Development || here)
        .then_some(())
        .ok_or_else(AppError::not_found)
}

fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    // Hashes are compared, so that the time tells nothing of the token.
    given.is_some_and(|(_, given)| Sha256::digest(given.trim()) == Sha256::digest(token))
}
