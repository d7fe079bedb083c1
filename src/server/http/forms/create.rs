//! The composer without JavaScript: create, take the picture out, use a retired model's successor.

use super::{Posted, led_to};
use crate::{
    language::t,
    model::{
        composition::{ComposerForm, succeed},
        error::FieldError,
        person::FormState,
    },
    server::{
        error::ErrorResponse, generation::pictures::FIELD, http::pages, identity::Person, router::Web,
        web::SignedIn,
    },
};
use axum::{
    Extension,
    extract::{Request, State},
    response::Response,
};
use leptos::prelude::provide_context;

/// `POST /create`
pub async fn create(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let mut posted = Posted::read(request).await?;
    let Some(person) = signed_in.0 else {
        return Ok(posted.ask_to_sign_in(&web).await);
    };
    if let Err(failure) = keep_picture(&web, &person, &mut posted).await {
        let form: ComposerForm = posted.form()?;
        return Ok(posted
            .refuse(&web, failure, move || provide_context(form.clone()))
            .await);
    }
    let mut form: ComposerForm = posted.form()?;
    match posted.value("use") {
        "successor" => {
            let catalogue = web.app.generations.catalogue();
            let said = match succeed(&form, &catalogue) {
                Some((new, changed)) => {
                    form = new;
                    changed.join(" ")
                }
                None => t!("This model has no successor here. Choose another one.").into(),
            };
            return Ok(shown(&web, posted, form, Some(said)).await);
        }
        "no-picture" => {
            form.input_reference.clear();
            return Ok(shown(&web, posted, form, None).await);
        }
        _ => {}
    }
    Ok(match web.app.generations.create(person.id, &form).await {
        Ok(_) => led_to("/create", None),
        Err(failure) => {
            posted
                .refuse(&web, failure, move || provide_context(form.clone()))
                .await
        }
    })
}

/// A file that came with the form is kept at once, so that it is not lost when something else has to be mended.
async fn keep_picture(web: &Web, person: &Person, posted: &mut Posted) -> crate::server::error::Result<()> {
    if let Some(file) = posted.file.take() {
        let kept = web.app.pictures.keep(person.id, file).await?;
        posted.values.insert(FIELD.into(), kept.id.to_string());
    }
    Ok(())
}

/// The composer again, with a form that was changed, and what is to be said about that.
async fn shown(web: &Web, posted: Posted, form: ComposerForm, said: Option<String>) -> Response {
    let state = FormState {
        errors: said
            .map(|said| FieldError::new("quote", said))
            .into_iter()
            .collect(),
        ..FormState::default()
    };
    let also = move || provide_context(form.clone());
    pages::again(web, posted.parts, 200, state, also).await
}
