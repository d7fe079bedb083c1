//! Videos: create, look, list, remix, extend, cancel, delete.

use super::{
    door::{MayCreate, MayRead},
    fields::Fields,
    object::{self, Video, VideoId},
    reference,
};
use crate::{
    model::error::{AppError, Code},
    server::{
        error::ErrorResponse,
        generation::{Conditions, Repeat},
        keys::Caller,
        router::Web,
    },
};
use axum::{
    Json,
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// How many things a page of a list has: usually and at most.
pub(super) const PAGE: usize = 20;
const PAGE_MAX: usize = 100;
/// The longest idempotency key.
const REPEAT_MAX: usize = 255;

type Answer<T = Response> = Result<T, ErrorResponse>;

/// `POST /v1/videos`
pub async fn create(
    State(web): State<Web>,
    MayCreate(caller): MayCreate,
    headers: HeaderMap,
    fields: Fields,
) -> Answer {
    let mut wish = fields.wish()?;
    let given = fields.reference()?;
    let mark = given.as_ref().map(reference::mark);
    let conditions = conditions(caller, &headers, &fields, &("create", &wish, mark))?;
    if let Some(given) = given {
        // A request that comes again needs no second picture.
        if let Some(row) = web.app.generations.made_before(&conditions).await? {
            return Ok(object::answer(&web, &row).await?);
        }
        web.app.generations.fits_a_picture(&wish)?;
        let file = reference::file(given).await?;
        wish.input_reference = Some(web.app.pictures.keep(conditions.caller.user, file).await?.id);
    }
    let row = web.app.generations.order(&wish, &conditions).await?;
    Ok(object::answer(&web, &row).await?)
}

/// `POST /v1/videos/{id}/remix`
pub async fn remix(
    State(web): State<Web>,
    MayCreate(caller): MayCreate,
    VideoId(id): VideoId,
    headers: HeaderMap,
    fields: Fields,
) -> Answer {
    let prompt = fields.text("prompt")?.unwrap_or_default();
    let conditions = conditions(caller, &headers, &fields, &("remix", id, &prompt))?;
    let row = web.app.generations.remix(id, &prompt, &conditions).await?;
    Ok(object::answer(&web, &row).await?)
}

/// `POST /v1/videos/extensions`
pub async fn extend(
    State(web): State<Web>,
    MayCreate(caller): MayCreate,
    headers: HeaderMap,
    fields: Fields,
) -> Answer {
    let prompt = fields.text("prompt")?.unwrap_or_default();
    let seconds = fields.seconds()?;
    let of = fields.video()?;
    let of = of.ok_or_else(|| {
        wrong(
            "video",
            "`video` must be an object with the `id` of a video of yours.",
        )
    })?;
    let conditions = conditions(caller, &headers, &fields, &("extend", of, &prompt, &seconds))?;
    let row = web
        .app
        .generations
        .order_extension(of, &prompt, seconds.as_deref(), &conditions)
        .await?;
    Ok(object::answer(&web, &row).await?)
}

/// Under which conditions a request creates. What makes it the same request is what was understood of it: forms with parts
/// differ each time in the marks between their parts.
fn conditions(
    caller: Caller,
    headers: &HeaderMap,
    fields: &Fields,
    asked: &impl Serialize,
) -> Result<Conditions, AppError> {
    let max_credits = fields.max_credits()?;
    let repeat = match headers.get("idempotency-key") {
        None => None,
        Some(key) => {
            let fits = |key: &&str| (1..=REPEAT_MAX).contains(&key.len());
            let key = key.to_str().ok().filter(fits).ok_or_else(|| {
                let message = format!("An Idempotency-Key has 1 to {REPEAT_MAX} signs of ASCII.");
                AppError::field(Code::Invalid, "Idempotency-Key", message)
            })?;
            let body = serde_json::to_vec(&(asked, max_credits)).map_err(|_| AppError::internal())?;
            Some(Repeat {
                key: key.to_owned(),
                body: Sha256::digest(&body).into(),
            })
        }
    };
    Ok(Conditions {
        caller,
        max_credits,
        repeat,
    })
}

/// `GET /v1/videos/{id}`
pub async fn retrieve(State(web): State<Web>, MayRead(caller): MayRead, VideoId(id): VideoId) -> Answer {
    let row = web.app.generations.video(caller.user, id).await?;
    Ok(object::answer(&web, &row).await?)
}

/// `GET /v1/videos`
pub async fn list(
    State(web): State<Web>,
    MayRead(caller): MayRead,
    Query(query): Query<BTreeMap<String, String>>,
) -> Answer<Json<Value>> {
    let value = |name: &str| {
        query
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    };
    let limit = value("limit").map_or(Ok(PAGE), limit)?;
    let oldest_first = match value("order") {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(_) => return Err(wrong("order", "`order` must be asc or desc.").into()),
    };
    let after = value("after")
        .map(|id| object::read_id(id).ok_or_else(|| wrong("after", "`after` must be the id of a video.")))
        .transpose()?;
    let generations = &web.app.generations;
    let (rows, has_more) = generations
        .videos(caller.user, after, oldest_first, limit)
        .await?;
    let data = rows.iter().map(Video::of).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(json!({
        "object": "list",
        "first_id": data.first().map(Video::id),
        "last_id": data.last().map(Video::id),
        "has_more": has_more,
        "data": data,
    })))
}

/// How many a page of a list has.
pub(super) fn limit(text: &str) -> Result<usize, AppError> {
    let limit = text.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
    limit.ok_or_else(|| {
        wrong(
            "limit",
            &format!("`limit` must be a whole number from 1 to {PAGE_MAX}."),
        )
    })
}

fn wrong(field: &str, message: &str) -> AppError {
    AppError::field(Code::Invalid, field, message)
}

/// `POST /v1/videos/{id}/cancel`
pub async fn cancel(State(web): State<Web>, MayCreate(caller): MayCreate, VideoId(id): VideoId) -> Answer {
    web.app.generations.cancel(caller.user, id).await?;
    let row = web.app.generations.video(caller.user, id).await?;
    Ok(object::answer(&web, &row).await?)
}

/// `DELETE /v1/videos/{id}`
pub async fn delete(
    State(web): State<Web>,
    MayCreate(caller): MayCreate,
    VideoId(id): VideoId,
) -> Answer<Json<Value>> {
    web.app.generations.delete(caller.user, id).await?;
    Ok(Json(
        json!({ "id": object::id(id), "object": "video.deleted", "deleted": true }),
    ))
}
