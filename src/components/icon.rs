//! Icons, all from one sprite that the browser fetches once.

use leptos::prelude::*;

/// A picture from `public/icons.svg`. It never speaks: the words beside it, or the button's label, do.
#[component]
pub fn Icon(
    /// The symbol's id in the sprite.
    name: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=address(name)></use>
        </svg>
    }
}

fn address(name: &str) -> String {
    let mut address = String::from("/icons.svg#");
    address.push_str(name);
    address
}
