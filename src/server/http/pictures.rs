//! Reference pictures: `POST /pictures` takes one as it is, `GET /pictures/{id}` shows it to its person.

use crate::{
    language::t,
    model::{
        error::{AppError, Code},
        ids::PictureId,
    },
    server::{
        error::ErrorResponse,
        generation::pictures::{Crop, FIELD, Kept},
        providers::Picture,
        router::Web,
        web::SignedIn,
    },
};
use axum::{
    Extension, Form, Json,
    body::Bytes,
    extract::{FromRequest as _, Path, Request, State, rejection::FormRejection},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};

/// Keeps a picture; the body is the file.
///
/// # Errors
/// `sign_in_needed`; `invalid` at `input_reference`.
pub async fn keep(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<(StatusCode, Json<Kept>), ErrorResponse> {
    // Nothing is read of who is not signed in.
    let person = signed_in.0.ok_or_else(AppError::sign_in_needed)?;
    let file = Bytes::from_request(request, &()).await.map_err(|_| {
        let message = t!("The picture did not arrive whole, or is larger than 20 MB.");
        AppError::field(Code::Invalid, FIELD, message)
    })?;
    let kept = web.app.pictures.keep(person.id, file).await?;
    Ok((StatusCode::CREATED, Json(kept)))
}

/// What of a picture is wanted, in thousandths of its sides.
#[derive(Debug, serde::Deserialize)]
pub struct Wanted {
    crop: String,
}

/// `POST /pictures/{id}/cut`: keeps a piece of a person's own picture as another one.
///
/// # Errors
/// `not_found`; `invalid` at `input_reference`.
pub async fn cut(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
    wanted: Result<Form<Wanted>, FormRejection>,
) -> Result<(StatusCode, Json<Kept>), ErrorResponse> {
    let person = signed_in.0.ok_or_else(AppError::sign_in_needed)?;
    let id: PictureId = id.parse().map_err(|_| AppError::not_found())?;
    let Form(wanted) =
        wanted.map_err(|_| AppError::new(Code::Invalid, t!("The form was not understood.")))?;
    let crop: Crop = wanted
        .crop
        .parse()
        .map_err(|words| AppError::field(Code::Invalid, FIELD, words))?;
    let kept = web.app.pictures.cut(person.id, id, crop).await?;
    Ok((StatusCode::CREATED, Json(kept)))
}

/// Shows a person's own picture.
///
/// # Errors
/// `not_found` for everything else.
pub async fn show(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
) -> Result<Response, ErrorResponse> {
    let person = signed_in.0.ok_or_else(AppError::not_found)?;
    let id: PictureId = id.parse().map_err(|_| AppError::not_found())?;
    let jpeg = web.app.pictures.read(person.id, id).await?;
    // Under one id there is always the same picture.
    let headers = [
        (header::CONTENT_TYPE, Picture::TYPE),
        (header::CACHE_CONTROL, "private, max-age=86400, immutable"),
        (header::VARY, "cookie"),
    ];
    Ok((headers, jpeg).into_response())
}
