//! The table of pages in the browser: the studio's, which live there. All others are left to the server.

use crate::browser;
use crate::components::dynamic::effect;
use crate::pages;
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route};
use leptos_router::path;

/// The page of the address.
#[component]
pub fn Table() -> impl IntoView {
    view! {
        <FlatRoutes fallback=Elsewhere>
            <Route path=path!("/create") view=pages::create::Create />
            <Route path=path!("/v/:id") view=pages::video::Video />
        </FlatRoutes>
    }
}

/// A page that does not live here is loaded.
#[component]
fn Elsewhere() -> impl IntoView {
    effect(|| browser::go(&browser::here()));
}
