//! `GET /v1/videos/{id}/content`: the video, a still of it, or eight frames side by side.

use super::{door::MayRead, object::VideoId};
use crate::{
    model::error::{AppError, Code},
    server::{
        error::ErrorResponse,
        http::media::{self, POSTER, STRIP, VIDEO},
        router::Web,
    },
};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use std::collections::BTreeMap;

/// Serves a file, with ranges.
///
/// # Errors
/// `not_found`; `conflict` when there is no video; `invalid` at `variant`.
pub async fn content(
    State(web): State<Web>,
    MayRead(caller): MayRead,
    VideoId(id): VideoId,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    let file = match query.get("variant").map(String::as_str) {
        None | Some("" | "video") => VIDEO,
        Some("thumbnail") => POSTER,
        Some("spritesheet") => STRIP,
        Some(_) => {
            let message = "`variant` must be video, thumbnail or spritesheet.";
            return Err(AppError::field(Code::Invalid, "variant", message).into());
        }
    };
    let row = web.app.generations.video(caller.user, id).await?;
    if row.media_prefix.is_none() {
        let message = "There is no video yet, or it did not work out. Look at its status first.";
        return Err(AppError::new(Code::Conflict, message).into());
    }
    let mut response = media::serve(&web, &row, &file, &headers).await?;
    let vary = HeaderValue::from_static("authorization");
    response.headers_mut().insert(header::VARY, vary);
    if file == VIDEO {
        media::offer_download(&mut response, &row);
    }
    Ok(response)
}
