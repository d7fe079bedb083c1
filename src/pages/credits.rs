//! A page that is being built.

use leptos::prelude::*;

/// The page.
#[component]
pub fn CreditsPage() -> impl IntoView {
    view! { <h1>"CreditsPage"</h1> }.into_any()
}
