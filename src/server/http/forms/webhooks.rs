//! `/account/webhooks`: an endpoint is made and its secret shown once, in answer to the form itself; and what can be done
//! with an endpoint.

#![expect(
    clippy::missing_errors_doc,
    reason = "each fails with what its service says, or with `invalid` when the form is none"
)]

use super::{Posted, led_to, person};
use crate::{
    model::{
        error::{AppError, Code},
        ids::{DeliveryId, EndpointId},
        person::{FRESH_SECRET, FormState},
        webhooks::EndpointForm,
    },
    server::{
        error::{ErrorResponse, Failure},
        http::pages,
        router::Web,
        web::SignedIn,
    },
};
use axum::{
    Extension,
    extract::{Path, Request, State},
    http::{Uri, request::Parts},
    response::Response,
};
use std::str::FromStr;

type Answer = Result<Response, ErrorResponse>;

fn shown_once(secret: String) -> FormState {
    FormState {
        values: [(FRESH_SECRET.to_owned(), secret)].into(),
        ..FormState::default()
    }
}

fn read<T: FromStr>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|_| AppError::not_found())
}

fn address(id: EndpointId) -> String {
    format!("/account/webhooks/{id}")
}

/// The page of an endpoint, in answer to a form that was posted to an address below it.
async fn page(web: &Web, mut parts: Parts, id: EndpointId, status: u16, form: FormState) -> Answer {
    parts.uri = address(id).parse::<Uri>().map_err(|_| AppError::internal())?;
    Ok(pages::elsewhere(web, parts, status, form, || {}).await)
}

/// The page of an endpoint, with why something cannot be done now.
async fn refused(web: &Web, parts: Parts, id: EndpointId, failure: Failure) -> Answer {
    match failure {
        Failure::App(error) if matches!(error.code, Code::Conflict | Code::TooManyRequests) => {
            let form = FormState::rejected([].into(), &error);
            page(web, parts, id, error.code.status(), form).await
        }
        other => Err(other.into()),
    }
}

/// `POST /account/webhooks`
pub async fn create(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Answer {
    let mut posted = Posted::read(request).await?;
    let person = person(&signed_in)?;
    posted.values.remove(FRESH_SECRET);
    let form: EndpointForm = posted.form()?;
    let made = match web.app.webhooks.create(person.id, &form).await {
        Ok(made) => made,
        Err(failure) => return Ok(posted.refuse(&web, failure, || {}).await),
    };
    Ok(pages::again(&web, posted.parts, 200, shown_once(made.secret), || {}).await)
}

/// `POST /account/webhooks/{id}/rotate`
pub async fn rotate(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    let (person, id) = (person(&signed_in)?, read(&id)?);
    let made = web.app.webhooks.rotate(person.id, id).await?;
    page(&web, request.into_parts().0, id, 200, shown_once(made.secret)).await
}

/// `POST /account/webhooks/{id}/turn-on`
pub async fn turn_on(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
) -> Answer {
    let (person, id) = (person(&signed_in)?, read(&id)?);
    web.app.webhooks.turn_on(person.id, id).await?;
    Ok(led_to(&address(id), None))
}

/// `POST /account/webhooks/{id}/remove`
pub async fn remove(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
) -> Answer {
    let person = person(&signed_in)?;
    web.app.webhooks.remove(person.id, read(&id)?).await?;
    Ok(led_to("/account/webhooks", None))
}

/// `POST /account/webhooks/{id}/test`
pub async fn test(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    let (person, id) = (person(&signed_in)?, read(&id)?);
    match web.app.webhooks.test(person.id, id).await {
        Ok(sent) => web.app.webhooks.glance(person.id, id, &sent).await?,
        Err(failure) => return refused(&web, request.into_parts().0, id, failure).await,
    }
    Ok(led_to(&address(id), None))
}

/// `POST /account/webhooks/{id}/deliveries/{delivery}/resend`
pub async fn resend(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path((id, delivery)): Path<(String, String)>,
    request: Request,
) -> Answer {
    let (person, id) = (person(&signed_in)?, read(&id)?);
    let delivery: DeliveryId = read(&delivery)?;
    match web.app.webhooks.resend(person.id, id, delivery).await {
        Ok(sent) => web.app.webhooks.glance(person.id, id, &sent).await?,
        Err(failure) => return refused(&web, request.into_parts().0, id, failure).await,
    }
    Ok(led_to(&address(id), None))
}
