//! A form that was sent after the session had ended is held in the sign-in page: who signs in there finds it again, and
//! sends it by another press.

use super::Values;
use crate::language::t;
use crate::{
    model::{
        error::{AppError, Code},
        person::{FormState, HELD_FIELDS, HELD_PATH, WHOSE},
    },
    server::{
        error::ErrorResponse,
        http::{
            guard, pages,
            session::{needs_person, safe_next},
        },
        router::Web,
        web::SignedIn,
    },
};
use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::{Method, Uri, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

/// A longer form is not held, in bytes: in the sign-in form it is encoded once more, and that has to fit as well.
const MOST: usize = guard::BODY / 2;
/// How the addresses end where people send what they wrote. What is only pressed is pressed again.
const WRITTEN: [&str; 12] = [
    "/about",
    "/extend",
    "/tag",
    "/untag",
    "/collect",
    "/move",
    "/collections",
    "/rename",
    "/presets",
    "/spending",
    "/webhooks",
    "/keys",
];

/// A form on its way through the sign-in page.
pub struct Held {
    /// Where it was sent.
    pub path: String,
    /// Its fields, in their order.
    pub fields: Vec<(String, String)>,
    /// The id of its person, where the page could say it.
    pub whose: Option<String>,
}

impl Held {
    /// The form that a sign-in brought along, if it did.
    #[must_use]
    pub fn of(values: &Values) -> Option<Self> {
        let path = safe_next(Some(values.get(HELD_PATH)?)).to_owned();
        let mut fields: Vec<(String, String)> = serde_urlencoded::from_str(values.get(HELD_FIELDS)?).ok()?;
        let whose = fields.iter().position(|(name, _)| name == WHOSE);
        let whose = whose.map(|n| fields.remove(n).1);
        Some(Self { path, fields, whose })
    }
}

/// Answers with the sign-in page where a form came without a session. The studio's own form has an answer of its own.
pub async fn layer(State(web): State<Web>, request: Request, next: Next) -> Response {
    if !is_lost(&request) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST).await else {
        return ErrorResponse(AppError::sign_in_needed()).into_response();
    };
    let fields = String::from_utf8_lossy(&body).into_owned();
    let values = [
        (HELD_PATH.to_owned(), parts.uri.path().to_owned()),
        (HELD_FIELDS.to_owned(), fields),
    ];
    parts.uri = Uri::from_static("/sign-in");
    let error = AppError::new(
        Code::SignInNeeded,
        t!(
            "Your session has ended. Sign in, and what you sent is there to be sent again. Nothing was done yet."
        ),
    );
    let form = FormState::rejected(values.into(), &error);
    pages::elsewhere(&web, parts, error.code.status(), form, || {}).await
}

fn is_lost(request: &Request) -> bool {
    let path = request.uri().path();
    let signed_in = request.extensions().get::<SignedIn>();
    let kind = request.headers().get(header::CONTENT_TYPE);
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    request.method() == Method::POST
        && signed_in.is_some_and(|signed_in| signed_in.0.is_none())
        && needs_person(path)
        && (WRITTEN.iter().any(|end| path.ends_with(end)) || path.starts_with("/account/presets/"))
        && length.is_some_and(|length| length <= MOST)
        && pages::wants_page(request.headers())
        && kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"))
}
