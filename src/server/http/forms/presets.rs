//! `/account/presets`: presets are made, changed, deleted, shared, carried in and out; `/presets/{token}`: taken over.

#![expect(
    clippy::missing_errors_doc,
    reason = "each fails with what its service says, or with `invalid` when the form is none"
)]

use super::{Posted, led_to, person};
use crate::language::{t, tn};
use crate::{
    model::{error::AppError, ids::PresetId, person::FormState, presets::PresetForm},
    server::{
        error::{ErrorResponse, Failure},
        http::pages,
        presets::Imported,
        router::Web,
        web::SignedIn,
    },
};
use axum::{
    Extension,
    extract::{Path, Request, State},
    http::{Uri, header},
    response::{IntoResponse as _, Response},
};

type Answer = Result<Response, ErrorResponse>;

/// The page.
const PAGE: &str = "/account/presets";

fn id(text: &str) -> Result<PresetId, AppError> {
    text.parse().map_err(|_| AppError::not_found())
}

/// The page again, with the form that was refused; `which` tells the page's forms apart.
async fn refused(web: &Web, mut posted: Posted, failure: Failure, which: &str) -> Answer {
    let error = AppError::from(failure);
    if error.fields.is_empty() {
        return Err(ErrorResponse(error));
    }
    posted.parts.uri = Uri::from_static(PAGE);
    posted.values.insert("which".into(), which.into());
    let form = FormState::rejected(posted.values, &error);
    Ok(pages::elsewhere(web, posted.parts, error.code.status(), form, || {}).await)
}

/// `POST /account/presets`
pub async fn create(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Answer {
    let posted = Posted::read(request).await?;
    let person = person(&signed_in)?;
    let form: PresetForm = posted.form()?;
    match web.app.presets.create(person.id, &form).await {
        Ok(_) => Ok(led_to(PAGE, None)),
        Err(failure) => refused(&web, posted, failure, "new").await,
    }
}

/// `POST /account/presets/{id}`
pub async fn edit(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(which): Path<String>,
    request: Request,
) -> Answer {
    let posted = Posted::read(request).await?;
    let person = person(&signed_in)?;
    let form: PresetForm = posted.form()?;
    match web.app.presets.edit(person.id, id(&which)?, &form).await {
        Ok(()) => Ok(led_to(PAGE, None)),
        Err(failure) => refused(&web, posted, failure, &which).await,
    }
}

/// `POST /account/presets/{id}/{deed}`: `delete`, `share`, `unshare`.
pub async fn change(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path((which, deed)): Path<(String, String)>,
) -> Answer {
    let person = person(&signed_in)?;
    let (presets, id) = (&web.app.presets, id(&which)?);
    match deed.as_str() {
        "delete" => presets.delete(person.id, id).await?,
        "share" => presets.share(person.id, id).await?,
        "unshare" => presets.unshare(person.id, id).await?,
        _ => return Err(AppError::not_found().into()),
    }
    if deed == "delete" {
        return Ok(led_to(PAGE, None));
    }
    // Where the link now stands.
    Ok(led_to(&format!("{PAGE}?open={id}#preset-{id}"), None))
}

/// `GET /account/presets/export`
pub async fn export(State(web): State<Web>, Extension(signed_in): Extension<SignedIn>) -> Answer {
    let person = person(&signed_in)?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"aisora-presets.json\"",
        ),
    ];
    Ok((headers, web.app.presets.export(person.id).await?).into_response())
}

/// `POST /account/presets/import`: all of a file, or nothing.
pub async fn import(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Answer {
    let mut posted = Posted::read(request).await?;
    let person = person(&signed_in)?;
    let file = posted.file.take().unwrap_or_default();
    let imported = match web.app.presets.import(person.id, &file).await {
        Ok(imported) => imported,
        Err(failure) => return refused(&web, posted, failure, "import").await,
    };
    posted.parts.uri = Uri::from_static(PAGE);
    let form = FormState {
        values: [("summary".to_owned(), in_words(imported))].into(),
        ..FormState::default()
    };
    Ok(pages::elsewhere(&web, posted.parts, 200, form, || {}).await)
}

fn in_words(Imported { added, known }: Imported) -> String {
    let new = tn!(added, "Imported 1 preset.", "Imported {n} presets.");
    let there = tn!(known, "1 was there already.", "{n} were there already.");
    match (added, known) {
        (0, 0) => t!("The file is fine, and has no presets.").into(),
        (_, 0) => new,
        (0, _) => t!("Nothing is new: {known}", known = there),
        _ => [new, there].join(" "),
    }
}

/// `POST /presets/{token}`
pub async fn adopt(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(token): Path<String>,
    request: Request,
) -> Answer {
    let posted = Posted::read(request).await?;
    let person = person(&signed_in)?;
    match web.app.presets.adopt(person.id, &token).await {
        Ok(()) => Ok(led_to(PAGE, None)),
        Err(failure) => refused(&web, posted, failure, "new").await,
    }
}
