//! A page that is being built.

use leptos::prelude::*;

/// The page.
#[component]
pub fn SignIn() -> impl IntoView {
    view! { <h1>"SignIn"</h1> }.into_any()
}
