//! The table of pages: all of them, as the server knows them.

use crate::pages;
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route};
use leptos_router::{SsrMode, path};

/// The page of the address.
#[component]
pub fn Table() -> impl IntoView {
    view! {
        <FlatRoutes fallback=pages::not_found::NotFound>
            <Route path=path!("/") view=pages::landing::Landing ssr=SsrMode::Async />
            <Route path=path!("/create") view=pages::create::Create ssr=SsrMode::Async />
            <Route path=path!("/library") view=pages::library::Library ssr=SsrMode::Async />
            <Route path=path!("/library/trash") view=pages::trash::Trash ssr=SsrMode::Async />
            <Route path=path!("/v/:id") view=pages::video::Video ssr=SsrMode::Async />
            <Route path=path!("/v/:id/compare/:other") view=pages::compare::Compare ssr=SsrMode::Async />
            <Route path=path!("/credits") view=pages::credits::CreditsPage ssr=SsrMode::Async />
            <Route path=path!("/account") view=pages::account::Account ssr=SsrMode::Async />
            <Route path=path!("/account/keys") view=pages::keys::Keys ssr=SsrMode::Async />
            <Route path=path!("/account/presets") view=pages::presets::Presets ssr=SsrMode::Async />
            <Route path=path!("/presets/:token") view=pages::presets::SharedPreset ssr=SsrMode::Async />
            <Route path=path!("/account/spending") view=pages::spending::SpendingPage ssr=SsrMode::Async />
            <Route path=path!("/account/webhooks") view=pages::webhooks::Webhooks ssr=SsrMode::Async />
            <Route path=path!("/account/webhooks/:id") view=pages::webhooks::endpoint::EndpointPage ssr=SsrMode::Async />
            <Route path=path!("/sign-in") view=pages::sign_in::SignIn ssr=SsrMode::Async />
            <Route path=path!("/sign-up") view=pages::sign_up::SignUp ssr=SsrMode::Async />
        </FlatRoutes>
    }
}
