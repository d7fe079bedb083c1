//! A page that is being built.

use leptos::prelude::*;

/// The page.
#[component]
pub fn Account() -> impl IntoView {
    view! { <h1>"Account"</h1> }.into_any()
}
