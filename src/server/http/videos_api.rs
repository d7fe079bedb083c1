//! `/v1`: the Videos protocol for programs, as the official OpenAI clients speak it (their `openapi.yaml` of August 2026),
//! with AiSora's keys, and with what it lacks: prices, credits, cancelling, webhooks. Cookies count for nothing here, and every
//! answer is JSON, the refusals too.

mod account;
mod answer;
mod content;
mod door;
mod fields;
mod object;
mod openapi;
mod reference;
mod videos;
mod webhooks;

use super::guard;
use crate::server::router::Web;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get, post},
};
use tower_http::catch_panic::CatchPanicLayer;

/// The addresses of the protocol, and the layers around them.
pub fn routes(web: &Web) -> Router<Web> {
    Router::new()
        .route("/v1/models", get(account::models))
        .route("/v1/credits", get(account::credits))
        .route(
            "/v1/videos",
            get(videos::list)
                .post(videos::create)
                .layer(DefaultBodyLimit::max(guard::BODY_WITH_PICTURE)),
        )
        .route("/v1/videos/quote", post(account::quote))
        .route("/v1/videos/extensions", post(videos::extend))
        .route("/v1/videos/{id}", get(videos::retrieve).delete(videos::delete))
        .route("/v1/videos/{id}/content", get(content::content))
        .route("/v1/videos/{id}/remix", post(videos::remix))
        .route("/v1/videos/{id}/cancel", post(videos::cancel))
        .route(
            "/v1/webhook_endpoints",
            get(webhooks::endpoints).post(webhooks::create),
        )
        .route(
            "/v1/webhook_endpoints/{id}",
            get(webhooks::retrieve).delete(webhooks::delete),
        )
        .route("/v1/webhook_endpoints/{id}/enable", post(webhooks::enable))
        .route("/v1/webhook_endpoints/{id}/rotate_secret", post(webhooks::rotate))
        .route("/v1/webhook_endpoints/{id}/test", post(webhooks::test))
        .route("/v1/webhook_endpoints/{id}/deliveries", get(webhooks::deliveries))
        .route(
            "/v1/webhook_endpoints/{id}/deliveries/{delivery}/resend",
            post(webhooks::resend),
        )
        .route_layer(from_fn_with_state(web.clone(), door::door))
        .route("/v1/openapi.json", get(openapi::openapi))
        .route("/v1", any(answer::missing))
        .route("/v1/", any(answer::missing))
        .route("/v1/{*rest}", any(answer::missing))
        .method_not_allowed_fallback(answer::wrong_method)
        .layer(DefaultBodyLimit::max(guard::BODY))
        .layer(from_fn(guard::size))
        .layer(from_fn(guard::range))
        .layer(CatchPanicLayer::custom(answer::panicked))
        .layer(from_fn(answer::envelope))
}
