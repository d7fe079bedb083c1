//! A page that is being built.

use leptos::prelude::*;

/// The page.
#[component]
pub fn Video() -> impl IntoView {
    view! { <h1>"Video"</h1> }.into_any()
}
