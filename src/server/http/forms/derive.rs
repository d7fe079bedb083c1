//! What comes from a video without JavaScript: a variation of it, an extension, and one that starts from its last frame.

use super::{Posted, id, led_to, person};
use crate::{
    language::t,
    model::{
        error::{AppError, Code},
        ids::GenerationId,
        person::FormState,
    },
    server::{
        error::{ErrorResponse, Failure, Result},
        http::pages,
        identity::Person,
        router::Web,
        web::SignedIn,
    },
};
use axum::{
    RequestExt as _,
    extract::{FromRequest, Path, Request, State},
    response::Response,
};

/// A form on the page of a video.
pub struct OnVideo {
    posted: Posted,
    person: Person,
    video: GenerationId,
}

impl FromRequest<Web> for OnVideo {
    type Rejection = ErrorResponse;

    async fn from_request(mut request: Request, _: &Web) -> Result<Self, ErrorResponse> {
        let Path(video): Path<String> = request.extract_parts().await.map_err(|_| AppError::not_found())?;
        let signed_in = request.extensions().get::<SignedIn>().cloned();
        let posted = Posted::read(request).await?;
        let signed_in = signed_in.ok_or_else(AppError::sign_in_needed)?;
        Ok(Self {
            person: person(&signed_in)?.clone(),
            video: id(&video)?,
            posted,
        })
    }
}

impl OnVideo {
    /// Leads on, or shows the video's page again with what is wrong.
    async fn answer(mut self, web: &Web, way: Result<String>) -> Result<Response, ErrorResponse> {
        let failure = match way {
            Ok(way) => return Ok(led_to(&way, None)),
            Err(Failure::App(error)) if error.code == Code::NotFound => return Err(error.into()),
            Err(failure) => failure,
        };
        let page = format!("/v/{}", self.video);
        self.posted.parts.uri = page.parse().map_err(|_| AppError::not_found())?;
        let error = AppError::from(failure);
        let form = FormState::rejected(self.posted.values, &error);
        Ok(pages::elsewhere(web, self.posted.parts, error.code.status(), form, || {}).await)
    }
}

/// `POST /v/{id}/variation`
pub async fn variation(State(web): State<Web>, form: OnVideo) -> Result<Response, ErrorResponse> {
    let quote = form.posted.value("quote");
    let made = web.app.generations.vary(form.person.id, form.video, quote).await;
    form.answer(&web, made.map(|card| card.page())).await
}

/// `POST /v/{id}/extend`
pub async fn extend(State(web): State<Web>, form: OnVideo) -> Result<Response, ErrorResponse> {
    let (prompt, quote) = (form.posted.value("prompt"), form.posted.value("quote"));
    let generations = &web.app.generations;
    let made = generations
        .extend(form.person.id, form.video, prompt, quote)
        .await;
    form.answer(&web, made.map(|card| card.page())).await
}

/// `POST /v/{id}/last-frame`
pub async fn last_frame(State(web): State<Web>, form: OnVideo) -> Result<Response, ErrorResponse> {
    let way = to_composer(&web, &form.person, form.video).await;
    form.answer(&web, way).await
}

async fn to_composer(web: &Web, person: &Person, of: GenerationId) -> Result<String> {
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
