//! Plain form posts: everything a person can change works without JavaScript. On success the browser is led on; on an
//! error the same page comes back with what was typed and the error at its field.

#![expect(
    clippy::missing_errors_doc,
    reason = "each fails with what its service says, or with `invalid` when the form is none"
)]

pub mod create;
pub mod derive;
pub mod held;
pub mod keys;
pub mod mail;
pub mod organising;
pub mod presets;
pub mod sent;
pub mod spending;
pub mod trash;
pub mod webhooks;

use super::{guard::client_address, language, pages, session};
use crate::language::{Language, t};
use crate::{
    model::{
        composition::ComposerForm,
        error::{AppError, Code, FieldError},
        ids::GenerationId,
        person::{FormState, WHOSE, carried},
    },
    server::{
        error::{ErrorResponse, Failure, Result},
        identity::{Person, SignUp, Token},
        router::Web,
        web::SignedIn,
    },
};
use axum::{
    Extension, Form,
    body::Bytes,
    extract::{ConnectInfo, FromRequest, Multipart, Path, Request, State, rejection::FormRejection},
    http::{HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use held::Held;
use leptos::prelude::provide_context;
use serde::de::DeserializeOwned;
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

type Values = BTreeMap<String, String>;

/// The form as texts, and the request without its body.
struct Posted {
    parts: Parts,
    values: Values,
    /// The one file that a form may bring.
    file: Option<Bytes>,
}

impl Posted {
    async fn read(request: Request) -> Result<Self, ErrorResponse> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let kind = parts.headers.get(header::CONTENT_TYPE);
        if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data")) {
            let (values, file) = with_parts(request).await?;
            return Ok(Self { parts, values, file });
        }
        let form: Result<Form<Values>, FormRejection> = Form::from_request(request, &()).await;
        let Form(values) = form.map_err(|rejection| not_understood(rejection.status()))?;
        let file = None;
        Ok(Self { parts, values, file })
    }

    fn form<T: DeserializeOwned>(&self) -> Result<T> {
        let value = serde_json::to_value(&self.values).map_err(|error| Failure::broken(error.to_string()))?;
        serde_json::from_value(value)
            .map_err(|_| AppError::new(Code::Invalid, t!("The form was not understood.")).into())
    }

    fn value(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }

    /// Where the person is led afterwards.
    fn next(&self) -> &str {
        session::safe_next(self.values.get("next").map(String::as_str))
    }

    fn address(&self, web: &Web) -> IpAddr {
        let connection = self.parts.extensions.get::<ConnectInfo<SocketAddr>>();
        client_address(connection, &self.parts.headers, &web.app.config.trusted_proxies)
    }

    fn token(&self, web: &Web) -> Option<&str> {
        session::token(&self.parts.headers, web.app.config.secure_cookies())
    }

    /// The page again, with the error. Passwords do not travel back; who was told that they are too young gets an empty
    /// form, because nothing that they typed is kept, not even there.
    async fn refuse(
        mut self,
        web: &Web,
        failure: Failure,
        also: impl Fn() + Clone + Send + Sync + 'static,
    ) -> Response {
        let error = AppError::from(failure);
        self.values.remove("password");
        if error.code == Code::Forbidden {
            self.values.clear();
        }
        let status = error.code.status();
        pages::again(
            web,
            self.parts,
            status,
            FormState::rejected(self.values, &error),
            also,
        )
        .await
    }

    /// The sign-in page, with everything that was composed in hidden fields: an ended session loses no words.
    async fn ask_to_sign_in(mut self, web: &Web) -> Response {
        self.parts.uri = Uri::from_static("/sign-in");
        let error = AppError::new(
            Code::SignInNeeded,
            t!(
                "Your session has ended. Sign in, and what you composed is there again. Nothing was created or charged."
            ),
        );
        let form = FormState::rejected(carried(&self.values), &error);
        pages::elsewhere(web, self.parts, error.code.status(), form, || {}).await
    }

    /// The request is from now on of who has just signed in.
    async fn signed_in(&mut self, web: &Web, token: &Token) -> Result<()> {
        let session = web.app.identity.session(token.secret()).await?;
        let person = session.map(|session| session.person);
        self.parts.extensions.insert(SignedIn(person));
        Ok(())
    }

    /// Whether something is another person's than who has just signed in.
    fn is_of_another(&self, whose: Option<&str>) -> bool {
        let person = self
            .parts
            .extensions
            .get::<SignedIn>()
            .and_then(|signed_in| signed_in.0.as_ref());
        whose.is_some_and(|whose| person.is_none_or(|person| person.id.to_string() != whose))
    }

    /// Offers to send a form again that the sign-in was in the way of.
    async fn offer_again(mut self, web: &Web, token: &Token, held: Held) -> Result<Response> {
        self.signed_in(web, token).await?;
        if self.is_of_another(held.whose.as_deref()) {
            return Ok(led_to(self.next(), None));
        }
        Ok(pages::held(web, self.parts, held.path, held.fields).await)
    }

    /// The studio after such a sign-in, filled in. Creating takes another press, at the price that is shown there.
    async fn take_up(mut self, web: &Web, token: &Token) -> Result<Response> {
        self.signed_in(web, token).await?;
        if self.is_of_another(self.values.get(WHOSE).map(String::as_str)) {
            return Ok(led_to(self.next(), None));
        }
        self.parts.uri = Uri::from_static("/create");
        let composed: ComposerForm = self.form()?;
        let welcome =
            t!("You are signed in again. Nothing was created yet: look at the price, and press Create.");
        let form = FormState {
            errors: vec![FieldError::new("quote", welcome)],
            ..FormState::default()
        };
        let also = move || provide_context(composed.clone());
        Ok(pages::elsewhere(web, self.parts, 200, form, also).await)
    }
}

fn not_understood(status: StatusCode) -> ErrorResponse {
    let code = if status == StatusCode::PAYLOAD_TOO_LARGE {
        Code::TooLarge
    } else {
        Code::Invalid
    };
    ErrorResponse(AppError::new(code, t!("The form was not understood.")))
}

/// A form with parts: texts, and a file where one was chosen.
async fn with_parts(request: Request) -> Result<(Values, Option<Bytes>), ErrorResponse> {
    let parts = Multipart::from_request(request, &()).await;
    let mut parts = parts.map_err(|rejection| not_understood(rejection.status()))?;
    let (mut values, mut file) = (Values::new(), None);
    loop {
        let part = parts.next_field().await;
        let Some(part) = part.map_err(|error| not_understood(error.status()))? else {
            return Ok((values, file));
        };
        let (name, chosen) = (
            part.name().unwrap_or_default().to_owned(),
            part.file_name().map(|name| !name.is_empty()),
        );
        let bytes = part
            .bytes()
            .await
            .map_err(|error| not_understood(error.status()))?;
        match chosen {
            Some(true) => file = Some(bytes),
            // Browsers send a nameless, empty file where none was chosen.
            Some(false) => {}
            None => {
                let text = String::from_utf8(bytes.into());
                let text = text.map_err(|_| not_understood(StatusCode::BAD_REQUEST))?;
                values.insert(name, text);
            }
        }
    }
}

pub(super) fn led_to(path: &str, cookie: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let to = HeaderValue::from_str(path).unwrap_or_else(|_| HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, to);
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// `POST /sign-up`
pub async fn sign_up(State(web): State<Web>, request: Request) -> Result<Response, ErrorResponse> {
    let posted = Posted::read(request).await?;
    let signed_up = async {
        let form: SignUp = posted.form()?;
        let person = web.app.identity.sign_up(&form, posted.address(&web)).await?;
        web.app.identity.start_session(person, posted.token(&web)).await
    };
    Ok(match signed_up.await {
        Ok(token) => led_to("/create", Some(session::set(&token, &web))),
        Err(failure) => posted.refuse(&web, failure, || {}).await,
    })
}

/// `POST /sign-in`
pub async fn sign_in(State(web): State<Web>, request: Request) -> Result<Response, ErrorResponse> {
    let posted = Posted::read(request).await?;
    let (email, password) = (posted.value("email"), posted.value("password"));
    let signed_in = web
        .app
        .identity
        .sign_in(email, password, posted.address(&web), posted.token(&web))
        .await;
    let token = match signed_in {
        Ok(token) => token,
        Err(failure) => return Ok(posted.refuse(&web, failure, || {}).await),
    };
    let cookie = session::set(&token, &web);
    if let Some(held) = Held::of(&posted.values) {
        let mut response = posted.offer_again(&web, &token, held).await?;
        response.headers_mut().append(header::SET_COOKIE, cookie);
        return Ok(response);
    }
    if carried(&posted.values).is_empty() {
        return Ok(led_to(posted.next(), Some(cookie)));
    }
    let mut response = posted.take_up(&web, &token).await?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `POST /sign-out`
pub async fn sign_out(State(web): State<Web>, request: Request) -> Result<Response, ErrorResponse> {
    let headers = request.headers();
    if let Some(token) = session::token(headers, web.app.config.secure_cookies()) {
        web.app.identity.sign_out(token).await?;
    }
    Ok(led_to("/", Some(session::clear(&web))))
}

pub(super) fn person(signed_in: &SignedIn) -> Result<&Person> {
    signed_in
        .0
        .as_ref()
        .ok_or_else(|| AppError::sign_in_needed().into())
}

fn id(text: &str) -> Result<GenerationId> {
    text.parse().map_err(|_| AppError::not_found().into())
}

/// `POST /v/{id}/cancel`
pub async fn cancel(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(text): Path<String>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let posted = Posted::read(request).await?;
    let person = person(&signed_in)?;
    match web.app.generations.cancel(person.id, id(&text)?).await {
        Ok(_) => {}
        // It ended while the person pressed the button: the page shows how.
        Err(Failure::App(error)) if error.code == Code::Conflict => {}
        Err(failure) => return Err(failure.into()),
    }
    Ok(led_to(posted.next(), None))
}

/// `POST /v/{id}/delete`
pub async fn delete(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(text): Path<String>,
) -> Result<Response, ErrorResponse> {
    let person = person(&signed_in)?;
    web.app.generations.delete(person.id, id(&text)?).await?;
    Ok(led_to("/library", None))
}

/// `POST /language`: this browser keeps the choice, and so does the account of who is signed in.
pub async fn language(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let posted = Posted::read(request).await?;
    let tag = posted.value("language");
    if let (Some(person), Some(language)) = (signed_in.0, Language::from_tag(tag)) {
        web.app.identity.choose_language(person.id, language).await?;
    }
    Ok(led_to(posted.next(), Some(language::set(tag))))
}

/// `POST /theme`
pub async fn theme(request: Request) -> Result<Response, ErrorResponse> {
    let posted = Posted::read(request).await?;
    let (value, seconds) = match posted.value("theme") {
        chosen @ ("dark" | "light") => (chosen, 31_536_000),
        _ => ("", 0),
    };
    // Read by the page's script too, so that the switch needs no reload: not HttpOnly, and nothing secret.
    let cookie = HeaderValue::from_str(&format!("theme={value}; Path=/; SameSite=Lax; Max-Age={seconds}"));
    Ok(led_to(posted.next(), cookie.ok()))
}
