//! Pages, rendered by Leptos: their context, their policy, and the page of a form that came back.

use crate::{
    app::{App as Pages, ShellData, shell},
    model::person::FormState,
    server::{http::session::cookie, router::Web},
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use leptos::{
    nonce::use_nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::ResponseOptions;

/// Everything that a page or a server function finds in its context.
pub fn provide(web: &Web) {
    provide_context(web.app.clone());
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

/// The document for a request.
#[must_use]
pub fn document(web: &Web) -> impl leptos::IntoView + use<> {
    let theme =
        use_context::<Parts>().and_then(|parts| cookie(&parts.headers, "theme").map(ToOwned::to_owned));
    shell(ShellData {
        css: web.site.css.clone(),
        js: web.site.js.clone(),
        wasm: web.site.wasm.clone(),
        theme: theme.filter(|theme| matches!(theme.as_str(), "dark" | "light")),
        options: web.options.clone(),
    })
}

/// The table of pages.
#[must_use]
pub fn routes() -> Vec<leptos_axum::AxumRouteListing> {
    leptos_axum::generate_route_list(Pages)
}

/// Renders the page of a request again after its form was refused, with what was typed and what is wrong.
pub async fn again(
    web: &Web,
    parts: Parts,
    status: u16,
    form: FormState,
    also: impl Fn() + Clone + Send + Sync + 'static,
) -> Response {
    let (context_web, shell_web) = (web.clone(), web.clone());
    let render = leptos_axum::render_app_async_with_context(
        move || {
            provide(&context_web);
            provide_context(form.clone());
            also();
        },
        move || document(&shell_web),
    );
    let mut response = render(Request::from_parts(parts, Body::empty())).await;
    if let Ok(status) = StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    response
}
