//! A page that is being built.

use leptos::prelude::*;

/// The page.
#[component]
pub fn Library() -> impl IntoView {
    view! { <h1>"Library"</h1> }.into_any()
}
