//! What the composer's script asks for: the last prompts, own presets, and whether a prompt may be made.

use crate::{
    language::t,
    model::{
        composition::PROMPT_MAX,
        error::{AppError, Code},
        presets::{Preset, PresetForm},
    },
    server::{
        error::ErrorResponse,
        moderation::{sentence, words_at},
        router::Web,
        web::SignedIn,
    },
};
use axum::{Extension, Json, extract::State, extract::rejection::JsonRejection, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

type Answer<T> = Result<T, ErrorResponse>;

fn understood<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, AppError> {
    let Json(body) = body.map_err(|_| AppError::new(Code::Invalid, t!("The request was not understood.")))?;
    Ok(body)
}

/// `GET /prompts/recent`
///
/// # Errors
/// `sign_in_needed`.
pub async fn recent(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
) -> Answer<Json<Vec<String>>> {
    let person = signed_in.0.ok_or_else(AppError::sign_in_needed)?;
    Ok(Json(web.app.presets.recent(person.id).await?))
}

/// `GET /prompts/presets`
///
/// # Errors
/// `sign_in_needed`.
pub async fn presets(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
) -> Answer<Json<Vec<Preset>>> {
    let person = signed_in.0.ok_or_else(AppError::sign_in_needed)?;
    Ok(Json(web.app.presets.list(person.id).await?))
}

/// `POST /prompts/presets`
///
/// # Errors
/// `sign_in_needed`; `invalid` with fields.
pub async fn save(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    body: Result<Json<PresetForm>, JsonRejection>,
) -> Answer<(StatusCode, Json<Preset>)> {
    let person = signed_in.0.ok_or_else(AppError::sign_in_needed)?;
    let kept = web.app.presets.create(person.id, &understood(body)?).await?;
    Ok((StatusCode::CREATED, Json(kept)))
}

/// A prompt that is asked about.
#[derive(Debug, Deserialize)]
pub struct Asked {
    prompt: String,
}

/// `POST /prompts/check`: costs nothing. Tells the person's own words that break a rule and their places, each from and to in
/// units of UTF-16 as a browser counts, never the rules.
///
/// # Errors
/// `sign_in_needed`.
pub async fn check(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    body: Result<Json<Asked>, JsonRejection>,
) -> Answer<Json<Value>> {
    signed_in.0.ok_or_else(AppError::sign_in_needed)?;
    let prompt = understood(body)?.prompt;
    let rules = &web.app.rules;
    // A longer one is refused anyway, for its length.
    let places = if rules.any() && prompt.chars().count() <= PROMPT_MAX {
        rules.trips(&prompt).await?
    } else {
        Vec::new()
    };
    let words = words_at(&prompt, &places);
    let message = (!words.is_empty()).then(|| sentence(&words));
    let units = |at: usize| prompt.get(..at).unwrap_or_default().encode_utf16().count();
    let places: Vec<_> = places
        .iter()
        .map(|place| [units(place.start), units(place.end)])
        .collect();
    Ok(Json(
        json!({ "rules": rules.any(), "words": words, "places": places, "message": message }),
    ))
}
