//! A page that is being built.

use leptos::prelude::*;

/// The page.
#[component]
pub fn Create() -> impl IntoView {
    view! { <h1>"Create"</h1> }.into_any()
}
