//! A page that is being built.

use leptos::prelude::*;

/// The page.
#[component]
pub fn Landing() -> impl IntoView {
    view! { <h1>"Landing"</h1> }.into_any()
}
