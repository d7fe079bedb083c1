//! `/healthz`, `/readyz`, `/metrics`.

use super::guard::client_address;
use crate::{
    model::error::AppError,
    server::{config::Mode, error::ErrorResponse, jobs, router::Web},
};
use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::{net::SocketAddr, sync::atomic::Ordering, time::Duration};

/// How long a part may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// A worker that has not looked at its queue for so long is not ready, in milliseconds.
const WORKER_SILENT: i64 = 10_000;

/// The process lives.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Database, storage and worker can do their work.
pub async fn readyz(State(web): State<Web>) -> Response {
    let (database, storage) = tokio::join!(
        tokio::time::timeout(PATIENCE, web.app.db.ping()),
        tokio::time::timeout(PATIENCE, web.app.storage.ping()),
    );
    let worker = !web.has_worker
        || (web.app.clock.now() - web.app.worker.alive_at.load(Ordering::Relaxed)).abs() < WORKER_SILENT;
    let database = matches!(database, Ok(Ok(())));
    let storage = matches!(storage, Ok(Ok(())));
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

/// Prometheus text. For the public's server it is only given to this machine: numbers tell a competitor a lot.
///
/// # Errors
/// `not_found` for everybody else; when the database does not answer.
pub async fn metrics(
    State(web): State<Web>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    let client = client_address(
        Some(&ConnectInfo(peer)),
        &headers,
        &web.app.config.trusted_proxies,
    );
    let here = client.is_loopback() && !headers.contains_key("x-forwarded-for");
    if web.app.config.mode == Mode::Production && !here {
        return Err(AppError::not_found().into());
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
