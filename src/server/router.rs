//! Every address of the server, and the layers around them.

use super::{
    config::Mode,
    http::{
        archive, events, forms, guard, health, hooks, language, media, pages, pictures, prompts, session,
        site, strip, videos_api,
    },
    state::App,
};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, FromRef},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse as _, Redirect},
    routing::{get, post},
};
use leptos::config::LeptosOptions;
use leptos_axum::LeptosRoutes as _;
use metrics_exporter_prometheus::PrometheusHandle;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, services::ServeDir, timeout::TimeoutLayer};

/// Longest answer to a page or a server function.
const PAGE: Duration = Duration::from_secs(30);

/// What routes share.
#[derive(Clone)]
pub struct Web {
    /// The services.
    pub app: App,
    /// What Leptos wants to know.
    pub options: LeptosOptions,
    /// The browser's files.
    pub site: Arc<site::Site>,
    /// The numbers.
    pub metrics: PrometheusHandle,
    /// Cancelled when the server stops.
    pub stop: CancellationToken,
    /// Whether this process works on jobs.
    pub has_worker: bool,
    /// Whether `cargo leptos watch` runs it.
    pub watching: bool,
}

impl FromRef<Web> for LeptosOptions {
    fn from_ref(web: &Web) -> Self {
        web.options.clone()
    }
}

/// The whole table.
pub fn router(web: Web) -> Router {
    let developers = if web.app.config.mode == Mode::Development {
        Router::new().route("/dev/components", get(pages::components))
    } else {
        Router::new()
    };
    Router::new()
        .merge(shown(&web))
        .merge(developers)
        .route("/events", get(events::events))
        .route("/media/{id}/{file}", get(media::media))
        .route(
            "/library/download",
            get(archive::download).post(archive::choose),
        )
        .route("/library/download/{id}", get(archive::chosen_before))
        .route(
            "/pictures",
            post(pictures::keep).layer(DefaultBodyLimit::max(guard::BODY_WITH_PICTURE)),
        )
        .route("/pictures/{id}", get(pictures::show))
        .route("/pictures/{id}/cut", post(pictures::cut))
        .route("/prompts/recent", get(prompts::recent))
        .route("/prompts/presets", get(prompts::presets).post(prompts::save))
        .route("/prompts/check", post(prompts::check))
        .route("/offline", get(site::offline))
        .route("/healthz", get(health::healthz))
        .route(
            "/readyz",
            get(health::readyz).layer(Extension(health::Asked::default())),
        )
        .route("/metrics", get(health::metrics))
        .method_not_allowed_fallback(pages::wrong_method)
        .fallback_service(files(&web))
        .layer(DefaultBodyLimit::max(guard::BODY))
        .layer(from_fn(guard::size))
        .layer(from_fn(guard::range))
        .layer(from_fn_with_state(web.clone(), forms::held::layer))
        .layer(from_fn_with_state(web.clone(), pages::readable))
        .layer(from_fn_with_state(web.clone(), strip::layer))
        .layer(from_fn(pages::mark))
        .layer(from_fn_with_state(web.clone(), session::layer))
        .layer(from_fn_with_state(web.clone(), guard::same_site))
        .layer(from_fn(language::layer))
        // Programs have their own door: no cookies, so nothing that another site's page could ride on, and no pages.
        .merge(videos_api::routes(&web))
        // So have providers that call back: what they send is signed, and nothing of it is believed.
        .merge(hooks::routes())
        .layer(CatchPanicLayer::new())
        .layer(pages::compressed())
        .layer(from_fn_with_state(web.clone(), guard::headers))
        .route_layer(from_fn(guard::count))
        .with_state(web)
}

/// What lies in the site folder, and the page for what is nowhere.
fn files(web: &Web) -> Router {
    let (context_web, shell_web) = (web.clone(), web.clone());
    let not_found = leptos_axum::render_app_async_with_context(
        move || pages::provide(&context_web),
        move || pages::document(&shell_web),
    );
    let stamps = web.site.stamps();
    let files = ServeDir::new(&web.site.folder)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(tower::service_fn(move |request: axum::extract::Request| {
            let slash = site::without_slash(request.method(), request.uri());
            let page = not_found(request);
            async move {
                let mut answer = match slash {
                    Some(address) => Redirect::permanent(&address).into_response(),
                    None => page.await,
                };
                answer.extensions_mut().insert(site::NoFile);
                Ok::<_, std::convert::Infallible>(answer)
            }
        }));
    Router::new()
        .fallback_service(files)
        .layer(from_fn(move |request, next| {
            site::cache(stamps.clone(), request, next)
        }))
}

/// Pages, and the forms on them.
fn shown(web: &Web) -> Router<Web> {
    let (context_web, shell_web) = (web.clone(), web.clone());
    Router::new()
        .route("/sign-up", post(forms::sign_up))
        .route("/sign-in", post(forms::sign_in))
        .route("/sign-out", post(forms::sign_out))
        .route(
            "/create",
            post(forms::create::create).layer(DefaultBodyLimit::max(guard::BODY_WITH_PICTURE)),
        )
        .route("/theme", post(forms::theme))
        .route("/language", post(forms::language))
        .route("/docs/api", get(pages::api_docs))
        .route(guard::UNSUBSCRIBE, get(forms::mail::asks).post(forms::mail::stop))
        .route(
            "/confirm/{token}",
            get(forms::mail::asks_to_confirm).post(forms::mail::confirm),
        )
        .merge(library())
        .merge(account())
        .leptos_routes_with_context(
            web,
            pages::routes(),
            move || pages::provide(&context_web),
            move || pages::document(&shell_web),
        )
        .layer(from_fn(guard::status))
        .layer(TimeoutLayer::with_status_code(
            axum::http::StatusCode::SERVICE_UNAVAILABLE,
            PAGE,
        ))
}

/// What is done with videos.
fn library() -> Router<Web> {
    Router::new()
        .route("/v/{id}/cancel", post(forms::cancel))
        .route("/v/{id}/delete", post(forms::delete))
        .route("/v/{id}/variation", post(forms::derive::variation))
        .route("/v/{id}/extend", post(forms::derive::extend))
        .route("/v/{id}/last-frame", post(forms::derive::last_frame))
        .route("/library/trash", post(forms::trash::trash))
        .route("/library/restore", post(forms::trash::restore))
        .route("/library/delete", post(forms::trash::delete))
        .route("/library/trash/empty", post(forms::trash::empty))
        .route("/v/{id}/about", post(forms::organising::about))
        .route("/library/more", get(pages::library_more))
        .route("/library/ids", get(pages::library_ids))
        .route("/library/tile/{id}", get(pages::library_tile))
        .route("/library/favourite", post(forms::organising::favourite))
        .route("/library/collect", post(forms::organising::collect))
        .route("/library/unfavourite", post(forms::organising::unfavourite))
        .route(
            "/library/collections/{id}/out",
            post(forms::organising::uncollect),
        )
        .route("/library/collections/{id}/move", post(forms::organising::move_on))
        .route("/library/tag", post(forms::organising::tag))
        .route("/library/untag", post(forms::organising::untag))
        .route("/library/compare", post(forms::organising::compare))
        .route("/library/collections", post(forms::organising::create))
        .route(
            "/library/collections/{id}/rename",
            post(forms::organising::rename),
        )
        .route(
            "/library/collections/{id}/remove",
            post(forms::organising::remove),
        )
}

/// What belongs to a person.
fn account() -> Router<Web> {
    Router::new()
        .route("/account/keys", post(forms::keys::create))
        .route("/account/keys/{id}/revoke", post(forms::keys::revoke))
        .route("/account/presets", post(forms::presets::create))
        .route("/account/presets/import", post(forms::presets::import))
        .route("/account/presets/export", get(forms::presets::export))
        .route("/account/presets/{id}", post(forms::presets::edit))
        .route("/account/presets/{id}/{deed}", post(forms::presets::change))
        .route("/presets/{token}", post(forms::presets::adopt))
        .route("/account/spending", post(forms::spending::save))
        .route("/account/mail", post(forms::mail::want))
        .route("/account/webhooks", post(forms::webhooks::create))
        .route("/account/webhooks/{id}/rotate", post(forms::webhooks::rotate))
        .route("/account/webhooks/{id}/turn-on", post(forms::webhooks::turn_on))
        .route("/account/webhooks/{id}/remove", post(forms::webhooks::remove))
        .route("/account/webhooks/{id}/test", post(forms::webhooks::test))
        .route(
            "/account/webhooks/{id}/deliveries/{delivery}/resend",
            post(forms::webhooks::resend),
        )
}
