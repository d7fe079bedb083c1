//! What comes from a video without JavaScript: a variation of it, an extension, and one that starts from its last frame.

use super::{Posted, id, led_to, person};
use crate::{
    language::t,
    model::error::{AppError, Code},
    server::{
        error::{ErrorResponse, Failure, Result},
        http::pages,
        identity::Person,
        router::Web,
        web::SignedIn,
    },
};
use axum::{
    Extension,
    extract::{Path, Request, State},
    response::Response,
};

/// `POST /v/{id}/variation`
pub async fn variation(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(text): Path<String>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let posted = Posted::read(request).await?;
    let person = person(&signed_in)?;
    let of = id(&text)?;
    let made = web
        .app
        .generations
        .vary(person.id, of, posted.value("quote"))
        .await;
    answer(&web, posted, &text, made.map(|card| card.page())).await
}

/// `POST /v/{id}/extend`
pub async fn extend(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(text): Path<String>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let posted = Posted::read(request).await?;
    let person = person(&signed_in)?;
    let of = id(&text)?;
    let (prompt, quote) = (posted.value("prompt"), posted.value("quote"));
    let made = web.app.generations.extend(person.id, of, prompt, quote).await;
    answer(&web, posted, &text, made.map(|card| card.page())).await
}

/// `POST /v/{id}/last-frame`
pub async fn last_frame(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(text): Path<String>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let posted = Posted::read(request).await?;
    let person = person(&signed_in)?;
    let way = to_composer(&web, person, &text).await;
    answer(&web, posted, &text, way).await
}

async fn to_composer(web: &Web, person: &Person, text: &str) -> Result<String> {
    let of = id(text)?;
    let video = web.app.generations.media(person.id, of).await?;
    let catalogue = web.app.generations.catalogue();
    if !catalogue.models.iter().any(|model| model.input_reference) {
        let message = t!("No model that is offered here starts from a picture.");
        return Err(AppError::new(Code::Conflict, message).into());
    }
    let kept = web.app.pictures.keep_last_frame(person.id, &video).await?;
    Ok(format!(
        "/create?from={of}&input_reference={}&by=last_frame",
        kept.id
    ))
}

/// Leads on, or shows the video's page again with what is wrong.
async fn answer(
    web: &Web,
    mut posted: Posted,
    video: &str,
    way: Result<String>,
) -> Result<Response, ErrorResponse> {
    let failure = match way {
        Ok(way) => return Ok(led_to(&way, None)),
        Err(Failure::App(error)) if error.code == Code::NotFound => return Err(error.into()),
        Err(failure) => failure,
    };
    posted.parts.uri = format!("/v/{video}").parse().map_err(|_| AppError::not_found())?;
    let error = AppError::from(failure);
    let form = crate::model::person::FormState::rejected(posted.values, &error);
    Ok(pages::elsewhere(web, posted.parts, error.code.status(), form, || {}).await)
}
