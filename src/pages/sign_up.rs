//! A page that is being built.

use leptos::prelude::*;

/// The page.
#[component]
pub fn SignUp() -> impl IntoView {
    view! { <h1>"SignUp"</h1> }.into_any()
}
