//! Webhook endpoints and their deliveries. The secret is in the answers that make it, and in no other.

use super::{
    door::{MayCreate, MayRead},
    fields::Fields,
    videos,
};
use crate::{
    model::{
        error::{AppError, Code},
        ids::{DeliveryId, EndpointId},
        protocol::{ENDPOINT, EVENT, VIDEO, read_id, write_id},
        webhooks::{Delivery, Endpoint, EndpointForm, EventKind, Heard, Progress},
    },
    server::{error::ErrorResponse, router::Web, webhooks::Made},
};
use axum::{
    Json,
    extract::{FromRequestParts, Path, Query, State},
    http::request::Parts,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

type Answer = Result<Json<Value>, ErrorResponse>;

/// The endpoint in an address. What is no id is not there.
pub struct InPath(EndpointId);

/// The endpoint and the delivery in an address.
pub struct DeliveryInPath(EndpointId, DeliveryId);

async fn ids<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
) -> Result<(EndpointId, Option<DeliveryId>), ErrorResponse> {
    let path = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
    let Path(path) = path.map_err(|_| AppError::not_found())?;
    let endpoint = path.get("id").and_then(|text| read_id(ENDPOINT, text));
    let delivery = path.get("delivery").and_then(|text| read_id(EVENT, text));
    let endpoint = endpoint.ok_or_else(AppError::not_found)?;
    Ok((EndpointId(endpoint), delivery.map(DeliveryId)))
}

impl<S: Send + Sync> FromRequestParts<S> for InPath {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ErrorResponse> {
        Ok(Self(ids(parts, state).await?.0))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for DeliveryInPath {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ErrorResponse> {
        let (endpoint, delivery) = ids(parts, state).await?;
        Ok(Self(endpoint, delivery.ok_or_else(AppError::not_found)?))
    }
}

/// An endpoint as programs see it. Times are unix seconds.
fn endpoint(endpoint: &Endpoint) -> Value {
    json!({
        "id": write_id(ENDPOINT, endpoint.id.0),
        "object": "webhook_endpoint",
        "url": endpoint.url,
        "events": endpoint.events,
        "created_at": endpoint.created_at / 1_000,
        "enabled": endpoint.off.is_none(),
        "disabled_at": endpoint.off.map(|(at, _)| at / 1_000),
        "disabled_reason": endpoint.off.map(|(_, why)| why),
        "old_secret_until": endpoint.old_secret_until.map(|until| until / 1_000),
    })
}

fn with_secret(made: &Made) -> Json<Value> {
    let mut value = endpoint(&made.endpoint);
    value["secret"] = made.secret.as_str().into();
    Json(value)
}

/// A delivery as programs see it. Times are unix seconds.
fn delivery(delivery: &Delivery) -> Value {
    let (mut next, mut delivered, mut given_up) = (None, None, None);
    match delivery.progress {
        Progress::Waiting(at) => next = Some(at / 1_000),
        Progress::Delivered(at) => delivered = Some(at / 1_000),
        Progress::GivenUp(at) => given_up = Some(at / 1_000),
    }
    let (status, error) = match delivery.heard {
        Some(Heard::Status(status)) => (Some(status), None),
        Some(Heard::Nothing(trouble)) => (None, Some(trouble)),
        None => (None, None),
    };
    json!({
        "id": write_id(EVENT, delivery.id.0),
        "object": "webhook_delivery",
        "type": delivery.kind,
        "video_id": delivery.generation.map(|video| write_id(VIDEO, video.0)),
        "status": delivery.progress.as_str(),
        "attempts": delivery.attempts,
        "last_status": status,
        "last_error": error.map(|trouble| json!({ "code": trouble.as_str(), "message": trouble.in_words() })),
        "created_at": delivery.created_at / 1_000,
        "next_attempt_at": next,
        "delivered_at": delivered,
        "failed_at": given_up,
    })
}

fn list(data: &[Value], has_more: bool) -> Json<Value> {
    let id = |object: Option<&Value>| object.map(|object| object["id"].clone());
    Json(json!({
        "object": "list",
        "first_id": id(data.first()),
        "last_id": id(data.last()),
        "has_more": has_more,
        "data": data,
    }))
}

/// `GET /v1/webhook_endpoints`: all of them, newest first.
pub async fn endpoints(State(web): State<Web>, MayRead(caller): MayRead) -> Answer {
    let endpoints = web.app.webhooks.list(caller.user).await?;
    let data: Vec<_> = endpoints.iter().map(endpoint).collect();
    Ok(list(&data, false))
}

/// `POST /v1/webhook_endpoints`
pub async fn create(State(web): State<Web>, MayCreate(caller): MayCreate, fields: Fields) -> Answer {
    let mut form = EndpointForm {
        url: fields.text("url")?.unwrap_or_default(),
        ..EndpointForm::default()
    };
    let every = EventKind::CHOICES.map(|kind| kind.as_str().to_owned());
    for word in fields.words("events")?.unwrap_or_else(|| every.into()) {
        match EventKind::parse(&word) {
            Some(EventKind::Completed) => form.completed = "on".into(),
            Some(EventKind::Failed) => form.failed = "on".into(),
            _ => {
                let message = "`events` are video.completed, video.failed or both.";
                return Err(AppError::field(Code::Invalid, "events", message).into());
            }
        }
    }
    Ok(with_secret(&web.app.webhooks.create(caller.user, &form).await?))
}

/// `GET /v1/webhook_endpoints/{id}`
pub async fn retrieve(State(web): State<Web>, MayRead(caller): MayRead, InPath(id): InPath) -> Answer {
    Ok(Json(endpoint(&web.app.webhooks.endpoint(caller.user, id).await?)))
}

/// `DELETE /v1/webhook_endpoints/{id}`
pub async fn delete(State(web): State<Web>, MayCreate(caller): MayCreate, InPath(id): InPath) -> Answer {
    web.app.webhooks.remove(caller.user, id).await?;
    let id = write_id(ENDPOINT, id.0);
    Ok(Json(
        json!({ "id": id, "object": "webhook_endpoint.deleted", "deleted": true }),
    ))
}

/// `POST /v1/webhook_endpoints/{id}/enable`
pub async fn enable(State(web): State<Web>, MayCreate(caller): MayCreate, InPath(id): InPath) -> Answer {
    Ok(Json(endpoint(&web.app.webhooks.turn_on(caller.user, id).await?)))
}

/// `POST /v1/webhook_endpoints/{id}/rotate_secret`
pub async fn rotate(State(web): State<Web>, MayCreate(caller): MayCreate, InPath(id): InPath) -> Answer {
    Ok(with_secret(&web.app.webhooks.rotate(caller.user, id).await?))
}

/// `POST /v1/webhook_endpoints/{id}/test`
pub async fn test(State(web): State<Web>, MayCreate(caller): MayCreate, InPath(id): InPath) -> Answer {
    Ok(Json(delivery(&web.app.webhooks.test(caller.user, id).await?)))
}

/// `GET /v1/webhook_endpoints/{id}/deliveries`: newest first.
pub async fn deliveries(
    State(web): State<Web>,
    MayRead(caller): MayRead,
    InPath(id): InPath,
    Query(query): Query<BTreeMap<String, String>>,
) -> Answer {
    let value = |name: &str| query.get(name).filter(|value| !value.is_empty());
    let limit = value("limit").map_or(Ok(videos::PAGE), |text| videos::limit(text))?;
    let after = value("after").map(|text| {
        let message = "`after` must be the id of a delivery.";
        read_id(EVENT, text).ok_or_else(|| AppError::field(Code::Invalid, "after", message))
    });
    let after = after.transpose()?.map(DeliveryId);
    let (rows, has_more) = web.app.webhooks.deliveries(caller.user, id, after, limit).await?;
    let data: Vec<_> = rows.iter().map(delivery).collect();
    Ok(list(&data, has_more))
}

/// `POST /v1/webhook_endpoints/{id}/deliveries/{delivery}/resend`
pub async fn resend(
    State(web): State<Web>,
    MayCreate(caller): MayCreate,
    DeliveryInPath(id, event): DeliveryInPath,
) -> Answer {
    Ok(Json(delivery(
        &web.app.webhooks.resend(caller.user, id, event).await?,
    )))
}
