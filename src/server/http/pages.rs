//! Pages, rendered by Leptos: their context, their policy, the page of a form that came back, and errors as pages.

mod components;
mod confirm;
mod docs;
mod failed;
mod framed;
mod held;
mod unsubscribe;

use crate::{
    app::{App as Pages, Script, ShellData, shell},
    language::{Language, language},
    model::{
        error::AppError,
        library::{LibraryQuery, Matching},
        person::FormState,
    },
    pages::is_live,
    server::{
        error::ErrorResponse,
        http::{session::cookie, strip::strip},
        mail::Asked,
        router::Web,
        web::SignedIn,
    },
};
use axum::{
    Extension, Json,
    body::Body,
    extract::{Path, Query, Request, State},
    http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri, Version, header, request::Parts},
    middleware::Next,
    response::{Html, IntoResponse as _, Redirect, Response},
};
use leptos::{
    IntoView,
    nonce::use_nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::ResponseOptions;
use std::sync::OnceLock;
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer, Predicate,
        predicate::{And, SizeAbove},
    },
};

/// Everything that a page or a server function finds in its context.
pub fn provide(web: &Web) {
    provide_context(web.app.clone());
    // For what Leptos does on other tasks.
    provide_context(language());
    // Absent while the table of routes is made, and in server functions.
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) {
        let policy = format!(
            "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
             img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'{}; object-src 'none'; base-uri 'none'; \
             frame-ancestors 'none'; form-action 'self'",
            // The developer's automatic reload speaks over a socket on another port.
            if web.watching {
                " ws://127.0.0.1:* ws://localhost:*"
            } else {
                ""
            }
        );
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
}

/// The theme that the browser's cookie names.
fn theme() -> Option<String> {
    let theme =
        use_context::<Parts>().and_then(|parts| cookie(&parts.headers, "theme").map(ToOwned::to_owned));
    theme.filter(|theme| matches!(theme.as_str(), "dark" | "light"))
}

/// The id of who is signed in, empty when nobody is; none outside a request that was asked who it is.
fn person() -> Option<String> {
    let parts = use_context::<Parts>()?;
    let SignedIn(person) = parts.extensions.get()?;
    Some(
        person
            .as_ref()
            .map(|person| person.id.to_string())
            .unwrap_or_default(),
    )
}

/// The document for a request.
#[must_use]
pub fn document(web: &Web) -> impl IntoView + use<> {
    let live = use_context::<Parts>().is_some_and(|parts| is_live(parts.uri.path()));
    shell(data(web, live))
}

fn data(web: &Web, live: bool) -> ShellData {
    let site = &web.site;
    ShellData {
        css: site.css.clone(),
        script: if live {
            Script::Live {
                js: site.js.clone(),
                wasm: site.wasm.clone(),
            }
        } else {
            Script::Still
        },
        module: if live { &site.live } else { &site.still }.clone(),
        words: (language() == Language::German).then(|| site.words.clone()),
        person: person(),
        theme: theme(),
        foot: Box::new(strip),
        options: web.options.clone(),
    }
}

/// The table of pages, made once. While it is made, Leptos lets no page of the whole process load anything, and a page that
/// asks meanwhile waits for ever (leptos-rs/leptos issue 4773): tests run many servers in one process.
#[must_use]
pub fn routes() -> Vec<leptos_axum::AxumRouteListing> {
    static ROUTES: OnceLock<Vec<leptos_axum::AxumRouteListing>> = OnceLock::new();
    ROUTES
        .get_or_init(|| leptos_axum::generate_route_list(Pages))
        .clone()
}

/// Renders the page of a request again after its form was refused, with what was typed and what is wrong.
pub async fn again(
    web: &Web,
    parts: Parts,
    status: u16,
    form: FormState,
    also: impl Fn() + Clone + Send + Sync + 'static,
) -> Response {
    let shell_web = web.clone();
    returned(web, parts, status, form, also, move || document(&shell_web)).await
}

/// Renders the page that the request's address was changed to, in answer to a form that was posted to another one. In the
/// browser the router would look at that other address for another page, so it does not live there: it is read and posted,
/// as everything here can be, and the next page wakes up again.
pub async fn elsewhere(
    web: &Web,
    parts: Parts,
    status: u16,
    form: FormState,
    also: impl Fn() + Clone + Send + Sync + 'static,
) -> Response {
    let shell_web = web.clone();
    returned(web, parts, status, form, also, move || {
        shell(data(&shell_web, false))
    })
    .await
}

async fn returned<V: IntoView + 'static>(
    web: &Web,
    parts: Parts,
    status: u16,
    form: FormState,
    also: impl Fn() + Clone + Send + Sync + 'static,
    document: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> Response {
    let context = move || {
        provide_context(form.clone());
        also();
    };
    render(web, parts, status, context, document).await
}

/// `GET /docs/api`
pub async fn api_docs(State(web): State<Web>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let shell_web = web.clone();
    let shown = move || docs::page(data(&shell_web, false), &shell_web.app.config.public_url);
    render(&web, parts, 200, || {}, shown).await
}

/// The page after a sign-in that a form was held for.
pub async fn held(web: &Web, parts: Parts, path: String, fields: Vec<(String, String)>) -> Response {
    let shell_web = web.clone();
    let shown = move || held::page(data(&shell_web, false), path.clone(), fields.clone());
    render(web, parts, 200, || {}, shown).await
}

/// Where a form is sent to there is nothing to see: the way on leads to the page that it stood on.
pub async fn wrong_method(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method.is_safe() && wants_page(&headers) {
        return Redirect::to(page_of(uri.path())).into_response();
    }
    StatusCode::METHOD_NOT_ALLOWED.into_response()
}

/// The page with the form that is sent to a path.
fn page_of(path: &str) -> &str {
    let ends: Vec<usize> = path.match_indices('/').map(|(place, _)| place).collect();
    let under = |page: &str| path.strip_prefix(page).is_some_and(|rest| rest.starts_with('/'));
    match ends[..] {
        _ if under("/library/trash") || path == "/library/delete" => "/library/trash",
        _ if under("/library") => "/library",
        [_, _, end, ..] if under("/v") || under("/account") => &path[..end],
        _ if under("/account") => "/account",
        _ => "/",
    }
}

/// The page behind the link in a letter: whether its reader still wants such letters.
pub async fn unsubscribe(web: &Web, request: Request, wanted: bool) -> Response {
    let (parts, _) = request.into_parts();
    let shell_web = web.clone();
    let shown = move || unsubscribe::page(data(&shell_web, false), wanted);
    render(web, parts, 200, || {}, shown).await
}

/// The page behind the link in the letter that asks whether an address is the person's.
pub async fn confirm_mail(web: &Web, request: Request, asked: Asked) -> Response {
    let (parts, _) = request.into_parts();
    let shell_web = web.clone();
    let status = if asked == Asked::Over { 410 } else { 200 };
    let shown = move || confirm::page(data(&shell_web, false), asked);
    render(web, parts, status, || {}, shown).await
}

/// `GET /dev/components`, in development.
pub async fn components(State(web): State<Web>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let shell_web = web.clone();
    let shown = move || components::page(data(&shell_web, false));
    render(&web, parts, 200, || {}, shown).await
}

/// `GET /library/more`: the next tiles of the library, for its script.
///
/// # Errors
/// `sign_in_needed`; `invalid` for a search that cannot be one.
pub async fn library_more(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Query(query): Query<LibraryQuery>,
) -> Result<Html<String>, ErrorResponse> {
    let person = signed_in.0.ok_or_else(AppError::sign_in_needed)?;
    let page = web.app.generations.library(person.id, &query).await?;
    Ok(Html(crate::pages::library::tiles::section(&query, &page, "")))
}

/// `GET /library/ids`, with the library's own query: what selecting all of it selects.
///
/// # Errors
/// `sign_in_needed`; `invalid`.
pub async fn library_ids(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Query(query): Query<LibraryQuery>,
) -> Result<Json<Matching>, ErrorResponse> {
    let person = signed_in.0.ok_or_else(AppError::sign_in_needed)?;
    Ok(Json(web.app.generations.matching(person.id, &query).await?))
}

/// `GET /library/tile/{id}`: one tile of the library (or row, with `view=list`) as it is now, for its script.
///
/// # Errors
/// `sign_in_needed`; `not_found`.
pub async fn library_tile(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
    Query(query): Query<LibraryQuery>,
) -> Result<Html<String>, ErrorResponse> {
    let person = signed_in.0.ok_or_else(AppError::sign_in_needed)?;
    let id = id.parse().map_err(|_| AppError::not_found())?;
    let page = web.app.generations.page(person.id, id).await?;
    Ok(Html(crate::pages::library::tiles::one(
        &page.card,
        query.view == "list",
        false,
        false,
    )))
}

/// Errors of plain routes as pages, for who asks for pages. Programs get the same as JSON.
pub async fn readable(State(web): State<Web>, request: Request, next: Next) -> Response {
    if !wants_page(request.headers()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(error) = response.extensions().get::<AppError>().cloned() else {
        return response;
    };
    let (status, shell_web) = (response.status().as_u16(), web.clone());
    let shown = move || failed::error(data(&shell_web, false), error.clone());
    let mut page = render(&web, asked, status, || {}, shown).await;
    for name in [header::RETRY_AFTER, header::WWW_AUTHENTICATE] {
        if let Some(value) = response.headers().get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    page
}

/// A page that is smaller, in bytes, is sent as it is.
const WORTH_COMPRESSING: u16 = 1_024;

/// What may be compressed, by its answer.
pub type MayBeCompressed = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// Another site led here.
#[derive(Clone)]
struct LedHere;

/// Marks the answers to what another site can have asked for in a person's name. Such a page holds what that site chose (the
/// address, a search) beside what is the person's own; compressed, its length would tell whether they are alike (BREACH).
pub async fn mark(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site");
    let ours = site.is_some_and(|site| site == "same-origin" || site == "none");
    let signed_in = request.extensions().get::<SignedIn>();
    let is_known = signed_in.is_some_and(|person| person.0.is_some());
    let mut response = next.run(request).await;
    if is_known && !ours {
        response.extensions_mut().insert(LedHere);
    }
    response
}

/// Sends pages compressed, and nothing else: files lie compressed in the site folder already, videos cannot be, and events
/// must not wait.
#[must_use]
pub fn compressed() -> CompressionLayer<And<SizeAbove, MayBeCompressed>> {
    let is_page: MayBeCompressed = |_, _, headers, marks| {
        let kind = headers.get(header::CONTENT_TYPE);
        kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) && marks.get::<LedHere>().is_none()
    };
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(WORTH_COMPRESSING).and(is_page))
}

/// Whether a browser asks for something to look at.
pub fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted
        .filter_map(|accepted| accepted.to_str().ok())
        .any(|accepted| accepted.contains("text/html"))
}

async fn render<V: IntoView + 'static>(
    web: &Web,
    parts: Parts,
    status: u16,
    context: impl Fn() + Clone + Send + Sync + 'static,
    document: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> Response {
    let context_web = web.clone();
    let render = leptos_axum::render_app_async_with_context(
        move || {
            provide(&context_web);
            context();
        },
        document,
    );
    let mut response = render(Request::from_parts(parts, Body::empty())).await;
    if let Ok(status) = StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_stands_on_a_page() {
        for (path, page) in [
            ("/v/7/about", "/v/7"),
            ("/library/collections/7/rename", "/library"),
            ("/account/webhooks/7/deliveries/8/resend", "/account/webhooks"),
            ("/account/mail", "/account"),
            ("/library/trash/empty", "/library/trash"),
            ("/sign-out", "/"),
            ("/v1/videos", "/"),
            ("", "/"),
        ] {
            assert_eq!(page_of(path), page, "{path}");
        }
    }
}
