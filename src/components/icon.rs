//! Icons, all from one sprite that stands in every document, so that they are there with the first picture of a page.

use leptos::prelude::*;

/// The sprite: a `symbol` for each icon, with an id that begins with `icon-`.
pub const SPRITE: &str = include_str!("icons.svg");

/// A picture from the sprite. It never speaks: the words beside it, or the button's label, do.
#[component]
pub fn Icon(
    /// The symbol's id in the sprite, without `icon-`.
    name: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=address(name)></use>
        </svg>
    }
}

fn address(name: &str) -> String {
    let mut address = String::from("#icon-");
    address.push_str(name);
    address
}
